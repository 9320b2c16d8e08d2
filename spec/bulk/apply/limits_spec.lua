-- Limits on the number of changes, as numbers and as shares of the tenant; review and confirmation.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

describe("limits of a run", function()
  local client, tenant, plan

  teardown(tmp.clean)
  before_each(function()
    client, tenant = bulk.client(200)
    plan = assert(client:plan { input = bulk.leavers(12) })
  end)

  local function apply(options)
    options.journal = bulk.journal()
    local report, message, err = plan:apply(options)
    if not report then assert.equal(0, tenant:applied()) end
    return report, message, err
  end

  it("can be a share of the tenant", function()
    assert.equal(200, client:list_users({ limit = 1 }).total)
    local err = select(3, apply { maxDisable = "5%" })
    assert.equal("change_limit", err.code)
    assert.equal("the plan disables or locks 12 accounts, more than 5 % of the tenant's 200 users", err.message)
    assert.truthy(err.hint:find("maxDisable = 12", 1, true))
    assert.equal("change_limit", select(3, apply { maxChanges = "5.9%" }).code)
    assert.equal(12, assert(apply { maxDisable = "6%", maxChanges = "50%" }).ok)
  end)

  it("reject the plan if the number of users is not known", function()
    tenant:fault { kind = "unavailable", path = "/api/user/get-internal-users", times = 20 }
    local _, message, err = apply { maxDisable = "10%" }
    assert.equal("change_limit", err.code)
    assert.truthy(message:find("needs the number of its users", 1, true))
  end)

  it("raise for a text that is no share", function()
    for _, wrong in ipairs { "10", "-1%", "101%", "x%" } do
      local ok, message = pcall(apply, { maxDisable = wrong })
      assert.is_false(ok)
      assert.truthy(message:find('maxDisable must be a number or a share of the tenant like "10%"', 1, true), message)
    end
  end)

  it("let the caller review the plan before anything is sent", function()
    local seen
    local function review(decision)
      return function(reviewed, question)
        seen = question
        assert.equal(plan, reviewed)
        return decision
      end
    end
    local err = select(3, apply { review = review(false) })
    assert.same({ "not_confirmed", "the run was not confirmed, and nothing was sent" }, { err.code, err.message })
    assert.same({ tenant = "CUSA00A000", count = 12, changes = 12, disables = 12, rejected = 0 }, seen)
    assert.equal(12, assert(apply { review = review(true) }).ok)
  end)

  it("do not ask for a review if nothing changes, and not again for a resumed run", function()
    local asked = 0
    local function review() asked = asked + 1 return true end
    local journal = bulk.journal()
    tenant:fault { kind = "bad_app_id", path = bulk.path }
    assert(plan:apply { journal = journal, review = review, concurrency = 1 })
    assert.equal(1, asked)
    assert.equal(12, assert(plan:apply { journal = journal, review = review, resume = true }).ok)
    assert.equal(1, asked)
    plan = assert(client:plan { input = bulk.leavers(12) })
    assert.equal(12, assert(apply { review = review }).unchanged)
    assert.equal(1, asked)
  end)
end)
