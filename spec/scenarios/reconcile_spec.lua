-- client:reconcile against a tenant behind nginx with 20,000 accounts and seeded differences: exactly these are found, in
-- memory that does not grow with the list. make bench-reconcile does it with 100,000 accounts, and measures.
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

local users, every = 20000, 997 -- each 997th account has a difference of a kind

describe("reconcile with 20,000 accounts", function()
  local tenant, client, folder

  setup(function() tenant = assert(sandbox.start { rateLimit = false, keepRequests = 0, keepEvents = 0 }) end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    folder = tmp.folder()
    local keys = tenant.credentials.v2
    client = assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url,
      stateFolder = folder .. "/state" })
  end)
  after_each(function()
    client:close()
    tmp.clean()
  end)

  -- Writes the roster. Returns the expected findings by address, and the accounts to disable.
  local function write_roster(path)
    local expected, disabled = {}, {}
    local lines = { "email,accountDisabled", "ann@example.com,", "bob@example.com,", "carol@example.com," }
    for i = 1, users do
      local email, status = ("user%06d@example.com"):format(i), ""
      local kind = i % every
      if kind == 1 then expected[email] = "orphan" end
      if kind == 2 then expected[email], status = "enabled leaver", "true" end
      if kind == 3 then
        expected[email], disabled[#disabled + 1] = "disabled employee", { email = email, accountDisabled = true }
      end
      if kind == 4 then expected["new." .. email], lines[#lines + 1] = "no account", "new." .. email .. ",false" end
      if kind ~= 1 then lines[#lines + 1] = email .. "," .. status end
    end
    tmp.write(path, table.concat(lines, "\n"))
    return expected, disabled
  end

  it("finds exactly the differences in flat memory, and nothing to change after the run", function()
    local path, memory = folder .. "/roster.csv", {}
    tenant:add_users(users)
    local expected, disabled = write_roster(path)
    client:update_users(disabled)
    local options = { roster = path, domain = "example.com", onProgress = function(now)
      if now.phase ~= "reconcile" or now.done % 5000 ~= 0 then return end
      collectgarbage()
      memory[#memory + 1] = collectgarbage "count"
    end }
    local plan = assert(client:reconcile(options))
    for row in plan.findings:rows() do
      assert.equal(row.finding, expected[row.email], row.email)
      expected[row.email] = nil
    end
    assert.same({}, expected)
    assert.equal(4, #memory)
    assert.truthy(memory[4] - memory[1] < 256) -- KiB
    assert(plan:apply { journal = folder .. "/run.journal" })
    assert.equal(0, assert(client:reconcile(options)).counts.rows)
  end)
end)
