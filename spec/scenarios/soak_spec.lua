-- A short soak test; `make soak` is the long version.
local shell = require "tools.shell"

describe("a soak test of a thousand calls with a fault in every tenth", function()
  it("accounts for all calls, agrees with the tenant, and leaks no descriptors", function()
    local pipe = assert(io.popen(shell.interpreter .. " spec/soak/run.lua 1000 7 2>&1"))
    local text = pipe:read "*a"
    pipe:close()
    local ok, failed, unknown, requests = text:match "(%d+) ok, (%d+) failed, (%d+) unknown; (%d+) requests"
    assert.truthy(ok, text)
    assert.equal(1000, ok + failed + unknown)
    assert.is_true(tonumber(ok) >= 980, text)
    assert.is_true(tonumber(requests) >= 1060, text) -- the faults occurred
    local expected = "accounted for: true; responses of another call: 0; accounts that differ from the responses: 0;"
    assert.truthy(text:find(expected, 1, true), text)
    local first -- sixteen concurrent calls, and connections that replace others
    for descriptors in text:gmatch "(%d+) descriptors" do
      first = first or tonumber(descriptors)
      assert.is_true(tonumber(descriptors) <= first + 16, text)
    end
  end)
end)
