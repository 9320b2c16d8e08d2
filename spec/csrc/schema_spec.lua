local core = require "mimecast.core"

local null = require "cjson".null

local object_mt, array_mt = { name = "object" }, { name = "array" }

local function new(definitions)
  return core.schema(definitions, object_mt, array_mt)
end

-- Returns the schema of a list's items: a single field.
local function items(definition)
  definition.name, definition.wire = "item", "item"
  return new{ definition }
end

local function user()
  return new{
    { name = "email", wire = "emailAddress", label = "Email Address", type = "email", required = true },
    { name = "username", wire = "name", label = "Username", type = "text", max = 20 },
    { name = "password", wire = "password", label = "Password", type = "text", secret = true },
    { name = "allowPop3", wire = "allowPop", label = "Allow POP3", type = "boolean" },
    { name = "accountDisabled", wire = "accountDisabled", label = "Account Disabled", type = "boolean" },
  }
end

-- Returns a map from field to error, for inputs with one error for each field.
local function by_field(problems)
  local map = {}
  for _, problem in ipairs(problems) do
    assert.is_nil(map[problem.field], problem.field)
    map[problem.field] = problem
  end
  return map
end

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

describe("schema:encode and :decode with objects and lists", function()
  local attribute = new{
    { name = "id", wire = "id", type = "text", required = true },
    { name = "value", wire = "val", type = "integer", max = 9 },
  }
  local schema = new{
    { name = "attributes", wire = "attributes", type = "list", min = 1, max = 3,
      schema = items{ type = "object", schema = attribute } },
    { name = "tags", wire = "tags", type = "list", schema = items{ type = "text", max = 5 } },
    { name = "kinds", wire = "kinds", type = "list", schema = items{ type = "enum", values = { "a", "b" } } },
    { name = "main", wire = "mainAttribute", type = "object", schema = attribute },
  }

  it("encode with the wire names of inner fields", function()
    local wire = assert(schema:encode{
      attributes = { { id = "x", value = 1 }, { id = "y" } },
      tags = { "one", "two" },
      kinds = { "b", "a" },
      main = { id = "z", value = 2 },
    })
    assert.same({ { id = "x", val = 1 }, { id = "y" } }, wire.attributes)
    assert.same({ "one", "two" }, wire.tags)
    assert.same({ "b", "a" }, wire.kinds)
    assert.same({ id = "z", val = 2 }, wire.mainAttribute)
  end)

  it("report bounds of any size exactly", function()
    local big = new{ { name = "tags", wire = "tags", type = "list", min = 2, max = 2 ^ 53, schema = items{ type = "text" } },
      { name = "name", wire = "name", type = "text", min = 2 ^ 53, max = 2 ^ 60 },
      { name = "count", wire = "count", type = "integer", min = 2 ^ 52 } }
    local _, problems = big:encode{ tags = { "a" }, name = "x", count = 1 }
    local messages = {}
    for _, problem in ipairs(problems) do messages[problem.field] = problem.message end
    assert.equal("must have 2 to 9007199254740992 items, not 1", messages.tags)
    assert.equal("must have at least 9007199254740992 characters, not 1", messages.name)
    assert.equal("must be at least 4503599627370496", messages.count)
    assert.same({ "a", "b" }, new{ { name = "tags", wire = "tags", type = "list", max = 2 ^ 53,
      schema = items{ type = "text" } } }:encode{ tags = { "a", "b" } }.tags)
  end)

  it("set the metatables of arrays and objects, also of an empty list", function()
    local wire = assert(schema:encode{ attributes = { { id = "x" } }, tags = {}, main = { id = "z" } })
    assert.equal(array_mt, getmetatable(wire.attributes))
    assert.equal(object_mt, getmetatable(wire.attributes[1]))
    assert.equal(array_mt, getmetatable(wire.tags))
    assert.equal(object_mt, getmetatable(wire.main or wire.mainAttribute))
    assert.same({}, wire.tags)
  end)

  it("report the path of an error", function()
    local wire, problems = schema:encode{
      attributes = { { id = "x" }, { value = 1 }, { id = "y", vlaue = 3 } },
      tags = { "fine", "too long", 7 },
      kinds = { "a", "c" },
      main = { id = "z", value = 10 },
    }
    assert.is_nil(wire)
    local map = by_field(problems)
    assert.equal("is required", map["attributes[2].id"].message)
    assert.equal("is not a field; did you mean value?", map["attributes[3].vlaue"].message)
    assert.equal("must have at most 5 characters, not 8", map["tags[2]"].message)
    assert.equal("must be text, not the number 7", map["tags[3]"].message)
    assert.equal("must be one of: a, b", map["kinds[2]"].message)
    assert.equal("must be at most 9", map["main.value"].message)
    assert.equal(6, #problems)
  end)

  it("reject another type", function()
    local _, problems = schema:encode{ attributes = "x", tags = { one = 1 }, main = 5 }
    local map = by_field(problems)
    assert.equal('must be a list, like { "one", "two" }', map.attributes.message)
    assert.equal('must be a list, like { "one", "two" }', map.tags.message)
    assert.equal("must be a table, like { name = value }", map.main.message)
    _, problems = schema:encode{ attributes = { "x" } }
    assert.equal("attributes[1]", problems[1].field)
  end)

  it("reject a list with named keys", function()
    local wire, problems = schema:encode{ tags = { "one", two = "two" } }
    assert.is_nil(wire)
    assert.equal("tags", problems[1].field)
    assert.equal('must be a list, like { "one", "two" }', problems[1].message)
  end)

  it("reject a list with a hole", function()
    local list = { "a", "b", "c" }
    list[2] = nil
    local wire, problems = schema:encode{ tags = list }
    assert.is_nil(wire)
    assert.truthy(problems[1].field:find("^tags"))
  end)

  it("check the bounds of a list", function()
    local attribute_x = { id = "x" }
    local _, problems = schema:encode{ attributes = {} }
    assert.equal("must have 1 to 3 items, not 0", problems[1].message)
    _, problems = schema:encode{ attributes = { attribute_x, attribute_x, attribute_x, attribute_x } }
    assert.equal("must have 1 to 3 items, not 4", problems[1].message)
    assert.is_table(schema:encode{ attributes = { attribute_x, attribute_x, attribute_x } })
  end)

  it("reject an input that contains itself, by the depth of the schema", function()
    local loop = { id = "x" }
    loop.value = loop
    local wire, problems = schema:encode{ main = loop }
    assert.is_nil(wire)
    assert.equal("must be a whole number, not a table", problems[1].message)
  end)

  it("decode with their Lua names", function()
    local out = assert(schema:decode{
      attributes = { { id = "x", val = 1.0 }, { id = "y" } },
      tags = { "one" },
      mainAttribute = { id = "z", val = 2 },
    })
    assert.same({ attributes = { { id = "x", value = 1 }, { id = "y" } }, tags = { "one" }, main = { id = "z", value = 2 } },
      out)
  end)

  it("report where a wire value does not match", function()
    local out, problems = schema:decode{
      attributes = { { id = "x" }, { id = 5 }, "no" }, tags = "one", kinds = { null }, mainAttribute = { "a" },
    }
    assert.is_nil(out)
    local map = by_field(problems)
    assert.equal("should be text, not the number 5", map["attributes[2].id"].message)
    assert.equal("should be an object", map["attributes[3]"].message)
    assert.equal("should be a list", map.tags.message)
    assert.equal("wrong_shape", map["kinds[1]"].code)
    assert.equal("should be an object", map.main.message)
  end)
end)

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

describe("an invalid definition raises an error:", function()
  local function raises(fragment, definitions)
    local ok, message = pcall(new, definitions)
    assert.is_false(ok)
    assert.truthy(message:find(fragment, 1, true), message)
  end

  it("a field that is not a table", function() raises("field 1 is not a table", { "email" }) end)
  it("without a name", function() raises("field 1 has no name", { { wire = "a", type = "text" } }) end)
  it("without a wire name", function() raises("field 1 has no wire", { { name = "a", type = "text" } }) end)
  it("without a type", function() raises("field 1 has no type", { { name = "a", wire = "a" } }) end)
  it("an unknown type", function() raises("field 1 has an unknown type", { { name = "a", wire = "a", type = "string" } }) end)
  it("an enum without values", function() raises("the enum a has no values", { { name = "a", wire = "a", type = "enum" } }) end)
  it("a list without a schema", function()
    raises("the list a has no schema", { { name = "a", wire = "a", type = "list" } })
  end)
  it("an object whose schema is a table", function()
    raises("the object a has no schema", { { name = "a", wire = "a", type = "object", schema = {} } })
  end)

  it("a list with no or two items", function()
    raises("the list a", { { name = "a", wire = "a", type = "list", schema = new{} } })
    raises("the list a", { { name = "a", wire = "a", type = "list", schema = new{
      { name = "b", wire = "b", type = "text" }, { name = "c", wire = "c", type = "text" } } } })
  end)

  it("two fields with the same name, of any kind", function()
    local a = { name = "a", wire = "b", label = "c", type = "text" }
    for _, name in ipairs{ "a", "b", "c" } do
      raises("two fields are named " .. name, { a, { name = name, wire = "x", type = "text" } })
      raises("two fields are named " .. name, { a, { name = "x", wire = name, type = "text" } })
      raises("two fields are named " .. name, { a, { name = "x", wire = "y", label = name, type = "text" } })
    end
  end)

  it("a min above the max, and bounds that are not numbers", function()
    for _, bounds in ipairs{ { 2, 1 }, { 0, 0 / 0 }, { 0 / 0, 1 }, { nil, -1 } } do
      raises("the field a has a min above its max",
        { { name = "a", wire = "a", type = "text", min = bounds[1], max = bounds[2] } })
    end
  end)

  it("more than 96 fields", function()
    local definitions = {}
    for number = 1, 96 do definitions[number] = { name = "f" .. number, wire = "f" .. number, type = "text" } end
    assert.is_userdata(new(definitions))
    definitions[97] = { name = "f97", wire = "f97", type = "text" }
    raises("too many fields", definitions)
  end)

  it("more than eight levels", function()
    local schema = new{ { name = "a", wire = "a", type = "text" } }
    for _ = 1, 8 do schema = new{ { name = "a", wire = "a", type = "object", schema = schema } } end
    raises("the field a is too deep", { { name = "a", wire = "a", type = "object", schema = schema } })
  end)

  it("missing metatables", function()
    assert.is_false((pcall(core.schema, {}, {})))
    assert.is_false((pcall(core.schema, {}, nil, {})))
    assert.is_false((pcall(core.schema)))
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

describe("schema", function()
  it("rejects another object as self", function()
    local schema = user()
    for _, other in ipairs{ core.secret.new("x"), io.stdout, {} } do
      assert.is_false((pcall(schema.encode, other, {})))
      assert.is_false((pcall(schema.decode, other, {})))
    end
    assert.is_false(getmetatable(schema))
  end)
end)

describe("the core", function()
  it("reports its version and that of libcurl", function()
    assert.truthy(core.version:find("^%d+%.%d+%.%d+$"))
    assert.truthy(require("mimecast.http").curl:find("libcurl/", 1, true))
  end)
end)
