local null = require "cjson".null
local schemas = require "spec.support.data.schemas"

local new, items, by_field = schemas.new, schemas.items, schemas.by_field
local object_mt, array_mt = schemas.object_mt, schemas.array_mt

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
