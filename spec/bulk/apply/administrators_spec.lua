-- Administrators among the accounts that a plan disables or locks.
local administrators = require "mimecast.bulk.apply.administrators"
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

local profile_path = "/api/user/get-profile"

local function plan_of(rows, more, read)
  local client, tenant = bulk.client(3, more)
  tenant:add_users { { emailAddress = "ann@example.com", name = "Ann", role = "Super Administrator" } }
  return assert(client:plan { input = rows, read = read }), tenant
end

local function apply(plan, options)
  options.journal = bulk.journal()
  return plan:apply(options)
end

describe("apply", function()
  teardown(tmp.clean)

  local rows = { { email = bulk.email(1), accountDisabled = true }, { email = "ann@example.com", accountDisabled = true } }

  it("refuses to disable or lock an administrator, and names the role", function()
    local plan, tenant = plan_of(rows)
    local err = select(3, apply(plan, {}))
    assert.equal("administrator", err.code)
    assert.equal("the input disables or locks administrators: ann@example.com (Super Administrator)", err.message)
    assert.same({ { row = 2, key = "ann@example.com", role = "Super Administrator" } }, err.problems)
    assert.equal(0, tenant:applied())
    plan = plan_of { { email = "ann@example.com", accountLocked = true } }
    assert.equal("administrator", select(3, apply(plan, {})).code)
  end)

  it("does it if the address is named, in any case", function()
    local plan = plan_of(rows)
    assert.equal("administrator", select(3, apply(plan, { allowAdmin = { bulk.email(1) } })).code)
    assert.equal(2, assert(apply(plan, { allowAdmin = { "Ann@Example.com" } })).ok)
  end)

  it("reads no profile of accounts that it neither disables nor locks", function()
    local plan, tenant = plan_of { { email = "ann@example.com", allowPop3 = true } }
    assert.equal(1, assert(apply(plan, {})).ok)
    for _, request in ipairs(tenant:requests()) do assert.is_not.equal(profile_path, request.path) end
  end)

  it("does not go on without the permission to read profiles, unless the check is waived", function()
    local plan, tenant = plan_of(rows)
    tenant:fault { kind = "status", status = 403, path = profile_path, times = 100 }
    local _, message, err = apply(plan, {})
    assert.equal("unknown_administrators", err.code, message)
    assert.truthy(message:find("whether an account is an administrator", 1, true))
    assert.truthy(err.hint:find("adminCheck = false", 1, true))
    assert.equal(0, tenant:applied())
    assert.equal(2, assert(apply(plan, { adminCheck = false })).ok)
  end)

  it("reports the progress of reading profiles", function()
    local client = bulk.client(450)
    local plan, seen = assert(client:plan { input = bulk.leavers(450) }), {}
    assert(apply(plan, { maxDisable = 450, onCheck = function(event)
      assert.equal("check administrators", event.phase)
      seen[#seen + 1] = event.done .. "/" .. event.total
    end }))
    assert.same({ "200/450", "400/450", "450/450" }, seen)
  end)

  it("checks plans that read no account as well", function()
    local plan = plan_of(rows, nil, false)
    assert.equal("administrator", select(3, apply(plan, {})).code)
  end)
end)

describe("administrators.role", function()
  it("is nil for na, an empty text and a missing role", function()
    assert.is_nil(administrators.role { role = "na" })
    assert.is_nil(administrators.role { role = "" })
    assert.is_nil(administrators.role {})
    assert.equal("Help Desk", administrators.role { role = "Help Desk" })
    assert.equal("administrator", administrators.role { admin = true })
  end)
end)
