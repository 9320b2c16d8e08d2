local core = require "mimecast.core"
local schemas = require "spec.support.data.schemas"

local new, user = schemas.new, schemas.user

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
