local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

describe("password", function()
  local cases = fixtures.load "password"
  local schema = core.schema({ { name = "f", wire = "f", type = "text", secret = true } }, {}, {})

  for i, password in ipairs(cases.valid) do
    it("accepts what a user can type (" .. i .. ")", function()
      for _, value in ipairs { password, core.secret.new(password) } do
        assert.is_nil(core.password_error(value))
        assert.equal(password, schema:encode { f = value }.f)
      end
    end)
  end

  for _, case in ipairs(cases.invalid) do
    it("is rejected with the reason: " .. case.why, function()
      for _, value in ipairs { case.password, core.secret.new(case.password) } do
        assert.truthy(core.password_error(value):find(case.message, 1, true))
        local wire, problems = schema:encode { f = value }
        assert.is_nil(wire)
        assert.truthy(problems[1].message:find(case.message, 1, true), problems[1].message)
        assert.is_nil(problems[1].message:find("sec", 1, true))
      end
    end)
  end

  it("rejects empty text and invalid UTF-8", function()
    assert.equal("must not be empty", core.password_error "")
    assert.equal("must be valid UTF-8", core.password_error "caf\233")
  end)
end)
