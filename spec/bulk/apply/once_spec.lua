local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

-- Ten rows in two batches; the response to the first is damaged. Returns the applied changes by address, and the report.
local function run(fault)
  local home, tenant = tmp.folder(), sandbox.new { users = 10 }
  local own = tenant.credentials.v2
  local client = assert(mimecast.new { baseUrl = tenant.urls.v2, clientId = own.clientId, clientSecret = own.clientSecret,
    stateFolder = home, transport = tenant.transport, clock = tenant.now and function() return tenant:now() end })
  local rows = {}
  for i = 1, 10 do rows[i] = { email = ("user%06d@example.com"):format(i), allowPop3 = true } end
  local plan = assert(client:plan { input = rows, file = home .. "/plan" })
  assert(tenant:fault(fault))
  local report = assert(plan:apply { recheck = false, journal = home .. "/journal", concurrency = 1, maxFailureRatio = 1 })
  plan:close()
  tmp.remove(home)
  local applied = {}
  for i, row in ipairs(rows) do applied[i] = tenant:applied(row.email) end
  return applied, report, tenant:pending()
end

describe("a change with a lost response", function()
  local once = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }

  for _, kind in ipairs { "unavailable", "close_before_response", "reset", "garbage", "empty", "truncated", "html" } do
    for after_apply = 0, 1 do
      local how = after_apply == 1 and "it was applied" or "it was not"
      it(("is resolved by reading and applied once (%s, %s)"):format(kind, how), function()
        local applied, report, pending = run { kind = kind, afterApply = after_apply == 1, path = "/api/user/update-user" }
        assert.equal(0, pending)
        assert.same(once, applied)
        assert.equal(10, report.ok)
      end)
    end
  end
end)
