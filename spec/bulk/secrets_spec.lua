-- Passwords of an input appear in no plan, journal, report, progress event or error, whatever fails.
local bulk = require "spec.support.fakes.bulk"
local json = require "mimecast.json"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local planted = "Planted-Secret-%d-\"quoted\"/é"

local function rows(count)
  local list = {}
  for i = 1, count do
    list[i] = { email = bulk.email(i), username = "Name " .. i, password = planted:format(i), accountDisabled = true }
  end
  return list
end

-- Returns all files and messages of a run with one kind of failure.
local function texts_of(trouble)
  local log = {}
  local client, tenant = bulk.client(15, { attempts = 1, log = function(line) log[#log + 1] = line end })
  local folder, told = tmp.folder(), {}
  local plan = assert(client:plan { input = rows(15), file = folder .. "/x.plan" })
  told[1] = tostring(plan)
  for row in plan:rows() do told[#told + 1] = json.encode(row) end
  if trouble then tenant:fault(trouble) end
  local report = assert(plan:apply { journal = folder .. "/x.journal", verify = true, recheck = false,
    onProgress = function(sums)
    for name, value in pairs(sums) do told[#told + 1] = name .. tostring(value) end
  end })
  assert(report:csv(folder .. "/x.csv"))
  told[#told + 1] = tostring(report)
  local again = plan:apply { journal = folder .. "/x.journal", resume = true }
  if again then told[#told + 1] = tostring(again) end
  local undone = client:undo { journal = folder .. "/x.journal", file = folder .. "/undo.plan" }
  told[#told + 1] = tostring(undone)
  told[#told + 1] = shell.run("cat " .. folder .. "/*")
  return table.concat(told, "\n") .. table.concat(log, "\n"), tenant
end

describe("a password", function()
  teardown(tmp.clean)

  it("reaches the tenant, so that it could leak", function()
    local _, tenant = texts_of()
    assert.equal(planted:format(7), tenant:user(bulk.email(7)).password)
  end)

  for what, trouble in pairs {
    ["no trouble"] = false,
    ["items that fail"] = { kind = "fail_items", path = bulk.path, items = { 1, 3 }, code = "err_odd", times = 3 },
    ["a message that repeats it"] = { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd",
      message = "not " .. planted:format(1) },
    ["a lost response"] = { kind = "close_before_response", path = bulk.path, times = 2 },
    ["a lost response of an applied change"] = { kind = "close_before_response", path = bulk.path, afterApply = true },
    ["a denied application"] = { kind = "bad_app_id", path = bulk.path },
    ["an unreadable response"] = { kind = "garbage", path = bulk.path },
    ["a response of the wrong shape"] = { kind = "wrong_shape", path = bulk.path, shape = "missing" },
    ["a truncated response"] = { kind = "truncated", path = bulk.path },
  } do
    it("leaks nowhere with " .. what, function()
      local text = texts_of(trouble)
      assert.is_true(#text > 1000)
      for _, part in ipairs { "Planted", "Secret-", "quoted" } do
        assert.is_nil(text:find(part, 1, true), part)
      end
      assert.truthy(text:find("password", 1, true)) -- its name is shown
    end)
  end
end)

describe("text of the service", function()
  teardown(tmp.clean)

  it("is stored without tokens and as valid UTF-8", function()
    local recording = require "spec.support.fakes.recording"
    local client, tenant, wire = bulk.client(6, { attempts = 1 })
    local folder, token = tmp.folder(), nil
    local inner = wire.inner.send
    wire.inner = setmetatable({ send = function(_, request)
      local response, message, err = inner(tenant.transport, request)
      local authorization = wire.sent[#wire.sent].headers.authorization
      token = authorization and authorization:match "^Bearer (.+)$" or token
      if response then
        response.headers["x-request-id"] = ("%s \155\27]0;x\7"):format(authorization or "-")
        local body, count = response.body:gsub('"accountCode":"[^"]*"', '"accountCode":"CODE\\u001b"')
        if count > 0 then response = recording.json(body, response.status, response.headers) end
      end
      return response, message, err
    end }, { __index = tenant.transport })
    local plan = assert(client:plan { input = rows(6), file = folder .. "/x.plan" })
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1, 3 }, code = "err_odd", times = 1 }
    local report = assert(plan:apply { journal = folder .. "/x.journal" })
    assert(report:csv(folder .. "/x.csv"))
    assert.equal(2, report.rejected)
    assert.is_true(#token > 10)
    local text = shell.run("cat " .. folder .. "/*")
    assert.is_nil(text:find(token, 1, true))
    assert.truthy(text:find("Bearer *** \\\\x9b", 1, true), text)
    assert.truthy(text:find("CODE\\\\x1b", 1, true))
    assert.equal("0", shell.run("iconv -f UTF-8 -t UTF-8 " .. folder .. "/* >/dev/null; echo $?"))
    assert.is_nil(text:gsub("\r\n", ""):find("[%z\1-\9\11-\31\127]"))
  end)
end)
