local json = require "mimecast.json"
local operations = require "mimecast.model.operation"
local registry = require "mimecast.model.registry"
local wire_item = require "mimecast.model.wire_item"

local function define(more)
  local operation = {
    name = "make_thing", path = "/api/thing/make", method = "POST", key = "label",
    input = {
      { name = "label", wire = "description", label = "Name", type = "text", required = true },
      { name = "pin", type = "text", secret = true },
      { name = "owner", type = "object", fields = { { name = "email", wire = "emailAddress", type = "email" } } },
      { name = "tags", type = "list", item = { type = "text", max = 3 } },
    },
    output = { { name = "id", type = "text" }, { name = "label", wire = "description", type = "text" } },
  }
  for name, value in pairs(more or {}) do operation[name] = value end
  return operations.define(operation)
end

describe("an operation's table", function()
  it("becomes a shape that knows lists, objects and the order of the fields", function()
    local item = assert(define().input_schema:encode {
      tags = {}, owner = { email = "a@example.com" }, ["Name"] = "thing", pin = "1234",
    })
    assert.equal('{"description":"thing","pin":"1234","owner":{"emailAddress":"a@example.com"},"tags":[]}',
      json.encode(item))
  end)

  it("becomes the way back", function()
    assert.same({ id = "1", label = "thing", more = true },
      define().output_schema:decode { id = "1", description = "thing", more = true })
  end)

  it("tells the key's wire name, and Lua names of wire names", function()
    local operation = define()
    assert.same({ "description" }, operation.key_wires)
    assert.equal("label", operation.names.description)
    assert.equal("pin", operation.names.pin)
    assert.same({}, define { key = "none" }.key_wires)
  end)

  it("tells the secrets in items, and nothing else", function()
    local operation = define()
    assert.same({ "1234", "5678" }, wire_item.secrets(operation, {
      { description = "a", pin = "1234" }, { description = "b" }, { description = "c", pin = "" },
      { description = "d", pin = "5678" },
    }))
  end)

  it("with a mistake raises", function()
    assert.is_false(pcall(define, { input = { { name = "x", type = "no_such_type" } } }))
    assert.is_false(pcall(define, { input = { { name = "x", type = "text" }, { name = "x", type = "text" } } }))
  end)
end)

describe("the functions", function()
  it("are found by name, one or many", function()
    local one, kind = registry.find "update_user"
    assert.equal("update_user", one.name)
    assert.equal("item", kind)
    local same, other = registry.find "update_users"
    assert.equal(one, same)
    assert.equal("batch", other)
    assert.is_nil(registry.find "no_such_function")
    assert.is_nil(registry.find "__index")
  end)

  it("are listed, sorted", function()
    local names = registry.names()
    local sorted = {}
    for i, name in ipairs(names) do sorted[i] = name end
    table.sort(sorted)
    assert.same(sorted, names)
    for _, name in ipairs(names) do
      local operation = assert(registry.find(name))
      for _, field in ipairs { "name", "path", "method", "summary", "product", "permission" } do
        assert.equal("string", type(operation[field]), name .. "." .. field)
      end
      assert.equal("boolean", type(operation.writes))
      assert.equal("boolean", type(operation.idempotent))
      assert.is_true(operation.batch >= 1)
    end
  end)

  it("take every field under its Lua name, its wire name and its label", function()
    local samples = { text = "x", email = "a@example.com", boolean = true, datetime = 0, integer = 1, list = {},
      object = {} }
    for _, name in ipairs(registry.names()) do
      local operation = registry.find(name)
      for _, field in ipairs(operation.input) do
        for _, known in ipairs { field.name, field.wire or field.name, field.label } do
          local _, problems = operation.input_schema:encode { [known] = samples[field.type] }
          for _, problem in ipairs(problems or {}) do
            assert.is_not.equal("unknown_field", problem.code, name .. ": " .. known .. " " .. problem.message)
          end
        end
      end
    end
  end)
end)
