-- A short soak; the long one is `make soak`.
describe("a thousand calls of which one in ten goes wrong", function()
  it("are all accounted for, the tenant holds what was told, and nothing leaks", function()
    local interpreter = _VERSION == "Lua 5.4" and (os.getenv "LUA54" or "lua5.4") or (os.getenv "LUAJIT" or "luajit")
    local pipe = assert(io.popen(interpreter .. " spec/soak/run.lua 1000 7 2>&1"))
    local text = pipe:read "*a"
    pipe:close()
    local ok, failed, unknown, requests = text:match "(%d+) ok, (%d+) failed, (%d+) unknown; (%d+) requests"
    assert.truthy(ok, text)
    assert.equal(1000, ok + failed + unknown)
    assert.is_true(tonumber(ok) >= 980, text)
    assert.is_true(tonumber(requests) >= 1060, text) -- the faults came
    assert.truthy(text:find("accounted for: true; calls told another one's answer: 0; accounts that are not as told: 0;", 1,
      true), text)
    local first -- sixteen calls at a time, and connections that are being replaced
    for descriptors in text:gmatch "(%d+) descriptors" do
      first = first or tonumber(descriptors)
      assert.is_true(tonumber(descriptors) <= first + 16, text)
    end
  end)
end)
