-- Passwords planted in an input are in no plan, journal, report, progress or error, whatever goes wrong.
local bulk = require "spec.support.bulk"
local json = require "mimecast.json"
local scratch = require "spec.support.scratch"
local shell = require "mimecast.sandbox.shell"

local planted = "Planted-Secret-%d-\"quoted\"/é"

local function rows(count)
  local list = {}
  for i = 1, count do
    list[i] = { email = bulk.email(i), username = "Name " .. i, password = planted:format(i), accountDisabled = true }
  end
  return list
end

-- All that a run leaves and tells, with one kind of trouble.
local function texts_of(trouble)
  local client, tenant = bulk.client(15, { attempts = 1 })
  local folder, told = scratch.folder(), {}
  local log = {}
  client.settings.log = function(line) log[#log + 1] = line end
  local plan = assert(client:plan { input = rows(15), file = folder .. "/x.plan" })
  told[1] = tostring(plan)
  for row in plan:rows() do told[#told + 1] = json.encode(row) end
  if trouble then tenant:fault(trouble) end
  local report = assert(plan:apply { journal = folder .. "/x.journal", verify = true, on_progress = function(sums)
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
  teardown(scratch.clean)

  it("reaches the tenant, so that it could be seen", function()
    local _, tenant = texts_of()
    assert.equal(planted:format(7), tenant:user(bulk.email(7)).password)
  end)

  for what, trouble in pairs {
    ["no trouble"] = false,
    ["items that fail"] = { kind = "fail_items", path = bulk.path, items = { 1, 3 }, code = "err_odd", times = 3 },
    ["a message that repeats it"] = { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd",
      message = "not " .. planted:format(1) },
    ["a lost answer"] = { kind = "close_before_answer", path = bulk.path, times = 2 },
    ["a lost answer of what was done"] = { kind = "close_before_answer", path = bulk.path, afterApply = true },
    ["a refused application"] = { kind = "bad_app_id", path = bulk.path },
    ["an answer that is none"] = { kind = "garbage", path = bulk.path },
    ["an answer of another shape"] = { kind = "wrong_shape", path = bulk.path, shape = "missing" },
    ["an answer cut short"] = { kind = "truncated", path = bulk.path },
  } do
    it("is nowhere with " .. what, function()
      local text = texts_of(trouble)
      assert.is_true(#text > 1000)
      for _, part in ipairs { "Planted", "Secret-", "quoted" } do
        assert.is_nil(text:find(part, 1, true), part)
      end
      assert.truthy(text:find("password", 1, true)) -- that one would be set is told
    end)
  end
end)
