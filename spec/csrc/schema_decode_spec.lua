local null = require "cjson".null
local schemas = require "spec.support.data.schemas"

local new, items, user, by_field = schemas.new, schemas.items, schemas.user, schemas.by_field

describe("schema:decode", function()
  local function out_of(wire) return assert(user():decode(wire)) end

  it("returns Lua names", function()
    assert.same({ email = "a@b", username = "Ann", allowPop3 = true, accountDisabled = false },
      out_of{ emailAddress = "a@b", name = "Ann", allowPop = true, accountDisabled = false })
  end)

  it("requires no field: a missing field is nil", function()
    assert.same({}, out_of{})
  end)

  it("decodes null as nil", function()
    local out = out_of{ emailAddress = "a@b", name = null, other = null }
    assert.is_nil(out.username)
    assert.is_nil(out.other)
    assert.same({ email = "a@b" }, out)
  end)

  it("never returns a secret that the service sends", function()
    assert.is_nil(out_of{ emailAddress = "a@b", password = "hunter2" }.password)
    local nested = new{ { name = "login", wire = "login", type = "object", schema = user() } }
    assert.is_nil(nested:decode{ login = { password = "hunter2" } }.login.password)
  end)

  it("keeps an unknown field under its wire name", function()
    local out = out_of{ emailAddress = "a@b", newThing = "x", more = { list = { 1.0, { a = null, b = 2.0 } } } }
    assert.equal("x", out.newThing)
    assert.same({ list = { 1, { b = 2 } } }, out.more)
  end)

  it("does not let an unknown field replace a known field", function()
    -- The wire name is "name": a wire field "username" is unknown.
    assert.equal("Ann", out_of{ name = "Ann", username = "Mallory" }.username)
    assert.is_nil(out_of{ username = "Mallory" }.username)
  end)

  it("keeps the nulls of an unknown list, which must not have holes", function()
    assert.same({ 1, null, 3 }, out_of{ list = { 1, null, 3 } }.list)
  end)

  it("converts whole numbers to integers, in known and unknown fields", function()
    local schema = new{ { name = "count", wire = "count", type = "integer" }, { name = "any", wire = "any", type = "any" } }
    local out = assert(schema:decode{ count = 5.0, any = { 6.0 }, unknown = { deep = { 7.0 } }, half = 0.5 })
    assert.same({ count = 5, any = { 6 }, unknown = { deep = { 7 } }, half = 0.5 }, out)
    assert.equal("5 6 7", out.count .. " " .. out.any[1] .. " " .. out.unknown.deep[1])
    if math.type then
      assert.equal("integer", math.type(out.count))
      assert.equal("integer", math.type(out.any[1]))
      assert.equal("integer", math.type(out.unknown.deep[1]))
    end
  end)

  it("keeps numbers beyond 2^53", function()
    assert.equal(2 ^ 60, out_of{ big = 2 ^ 60 }.big)
  end)

  it("reports all fields that do not match", function()
    local out, problems = user():decode{ emailAddress = 5, name = {}, allowPop = "perhaps", accountDisabled = 1 }
    assert.is_nil(out)
    local map = by_field(problems)
    for _, name in ipairs{ "email", "username", "allowPop3", "accountDisabled" } do
      assert.equal("wrong_shape", map[name].code)
    end
  end)

  it("rejects what is not an object", function()
    for _, value in ipairs{ "text", 5, true, null, { "a" } } do
      local out, problems = user():decode(value)
      assert.is_nil(out)
      assert.equal("should be an object", problems[1].message)
    end
  end)
end)

describe("schema:decode of a value of unknown type", function()
  local schema = new { { name = "known", wire = "known", type = "any" } }

  -- Returns nested tables, each of which contains the next one twice: 2^depth paths lead to the last.
  local function shared(depth)
    local value = { n = 1.0, gone = null }
    for _ = 1, depth do value = { a = value, b = value } end
    return value
  end

  it("visits a shared table once", function()
    for _, name in ipairs { "known", "unknown" } do
      local out = assert(schema:decode { [name] = shared(60) })[name]
      for _ = 1, 60 do
        assert.equal(out.a, out.b)
        out = out.a
      end
      assert.same({ n = 1 }, out)
    end
    local list = new { { name = "rows", wire = "rows", type = "list", schema = items { type = "any" } } }
    local value = shared(40)
    assert.equal(value, assert(list:decode { rows = { value, value } }).rows[2])
  end)

  it("rejects a table that contains itself or is nested too deep", function()
    local cycle = { n = 1 }
    cycle.inner = { cycle }
    local deep = {}
    for _ = 1, 100 do deep = { deep } end
    for _, value in ipairs { cycle, deep } do
      for name, field in pairs { known = "known", unknown = "" } do
        local out, problems = schema:decode { [name] = value }
        assert.is_nil(out)
        assert.same({ field = field, code = "wrong_shape", order = name == "known" and 1 or 0,
          message = "is nested deeper than 64 levels, or contains itself" }, problems[1])
      end
    end
  end)
end)
