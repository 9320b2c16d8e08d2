local schemas = require "spec.support.data.schemas"

local user, by_field, object_mt = schemas.user, schemas.by_field, schemas.object_mt

describe("schema:encode", function()
  it("accepts a field under its Lua name, wire name and label", function()
    for _, name in ipairs{ "allowPop3", "allowPop", "Allow POP3" } do
      local wire = assert(user():encode{ email = "ann@example.com", [name] = true })
      assert.is_true(wire.allowPop)
      assert.is_nil(wire.allowPop3)
      assert.is_nil(wire["Allow POP3"])
    end
    assert.equal("ann@example.com", user():encode{ ["Email Address"] = "ann@example.com" }.emailAddress)
  end)

  it("writes true and false, and omits missing fields", function()
    local function disabled(value) return user():encode{ email = "a@b", accountDisabled = value }.accountDisabled end
    assert.is_true(disabled(true))
    assert.is_false(disabled(false))
    assert.is_nil(disabled(nil))
    local wire = user():encode{ email = "a@b" }
    assert.equal("emailAddress", (next(wire)))
    assert.is_nil(next(wire, "emailAddress"))
  end)

  it("does not change its input", function()
    local input = { email = "a@b", allowPop = "TRUE" }
    assert.is_true(user():encode(input).allowPop)
    assert.same({ email = "a@b", allowPop = "TRUE" }, input)
  end)

  it("sets the metatable of objects", function()
    assert.equal(object_mt, getmetatable(user():encode{ email = "a@b" }))
  end)

  it("rejects a duplicate field, and names both", function()
    for _ = 1, 5 do
      local wire, problems = user():encode{ email = "a@b", allowPop3 = true, allowPop = false }
      assert.is_nil(wire)
      assert.equal(1, #problems)
      assert.equal("duplicate_field", problems[1].code)
      assert.equal("allowPop3", problems[1].field)
      assert.equal("is given twice, as allowPop and as allowPop3; give it once", problems[1].message)
    end
  end)

  it("rejects a duplicate field even with equal values", function()
    local wire, problems = user():encode{ email = "a@b", emailAddress = "a@b" }
    assert.is_nil(wire)
    assert.equal("duplicate_field", problems[1].code)
  end)

  it("rejects an unknown field, and suggests a name", function()
    local wire, problems = user():encode{ email = "a@b", accountDisabeld = true }
    assert.is_nil(wire)
    assert.equal("unknown_field", problems[1].code)
    assert.equal("accountDisabeld", problems[1].field)
    assert.equal("is not a field; did you mean accountDisabled?", problems[1].message)
  end)

  it("rejects an unknown field without a suggestion if without a name is similar", function()
    local _, problems = user():encode{ email = "a@b", telephone = "1" }
    assert.equal("is not a field", problems[1].message)
  end)

  it("escapes the name of an unknown field", function()
    local _, problems = user():encode{ email = "a@b", ["\27[31m" .. ("x"):rep(200)] = 1 }
    assert.equal("\\x1b[31m" .. ("x"):rep(59) .. "\226\128\166", problems[1].field)
  end)

  it("rejects a value without a field name", function()
    local wire, problems = user():encode{ email = "a@b", "ann" }
    assert.is_nil(wire)
    assert.equal("unknown_field", problems[1].code)
    assert.equal("a value", problems[1].field)
    assert.equal("has no field name; write name = value", problems[1].message)
  end)

  it("reports all errors at once, each with its field", function()
    local wire, problems = user():encode{ username = 5, allowPop3 = 1, accountDisabled = "no", acountDisabled = true }
    assert.is_nil(wire)
    assert.equal(5, #problems)
    local map = by_field(problems)
    assert.equal("missing_field", map.email.code)
    assert.equal("is required", map.email.message)
    assert.equal("must be text, not the number 5", map.username.message)
    assert.equal("must be true or false, not the number 1", map.allowPop3.message)
    assert.equal("must be true or false, not other text", map.accountDisabled.message)
    assert.equal("unknown_field", map.acountDisabled.code)
  end)

  it("orders the errors as the fields, unknown fields last", function()
    local _, problems = user():encode{ accountDisabled = 0, allowPop3 = 0, nothing = 0 }
    table.sort(problems, function(a, b) return a.order < b.order end)
    local order = {}
    for i, problem in ipairs(problems) do order[i] = problem.field end
    assert.same({ "email", "allowPop3", "accountDisabled", "nothing" }, order)
  end)

  it("reports at most 100 errors", function()
    local input = {}
    for number = 1, 150 do input["no_such_field_" .. number] = 1 end
    local wire, problems = user():encode(input)
    assert.is_nil(wire)
    assert.equal(100, #problems)
  end)

  it("reports a field by its Lua name", function()
    local _, problems = user():encode{ ["Email Address"] = "nobody" }
    assert.equal("email", problems[1].field)
  end)

  it("reports a required field with an invalid value once", function()
    local _, problems = user():encode{ email = "nobody" }
    assert.equal(1, #problems)
    assert.equal("invalid_value", problems[1].code)
  end)

  it("rejects what is not a table", function()
    for _, value in ipairs{ "ann@example.com", 5, true, print } do
      local wire, problems = user():encode(value)
      assert.is_nil(wire)
      assert.equal("must be a table, like { name = value }", problems[1].message)
      assert.equal("", problems[1].field)
    end
    assert.is_nil((user():encode()))
  end)

  it("does not run the input's metamethods", function()
    local input = setmetatable({ email = "a@b" }, {
      __index = function() error("asked") end,
      __pairs = function() error("asked") end,
      __len = function() error("asked") end,
    })
    assert.equal("a@b", user():encode(input).emailAddress)
  end)

  it("does not need the definitions, once compiled", function()
    local schema = user()
    collectgarbage()
    collectgarbage()
    local _, problems = schema:encode{ emial = "a@b" }
    assert.equal("is required", by_field(problems).email.message)
    assert.equal(object_mt, getmetatable(schema:encode{ email = "a@b" }))
  end)
end)
