local json = require "mimecast.json"
local operations = require "mimecast.model.operation"

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
  it("becomes a schema with lists, objects and the order of the fields", function()
    local item = assert(define().input_schema:encode {
      tags = {}, owner = { email = "a@example.com" }, ["Name"] = "thing", pin = "1234",
    })
    assert.equal('{"description":"thing","pin":"1234","owner":{"emailAddress":"a@example.com"},"tags":[]}',
      json.encode(item))
  end)

  it("becomes a schema of the output", function()
    assert.same({ id = "1", label = "thing", more = true },
      define().output_schema:decode { id = "1", description = "thing", more = true })
  end)

  it("has the key's wire name, and the Lua name of each wire name", function()
    local operation = define()
    assert.same({ "description" }, operation.key_wires)
    assert.equal("label", operation.names.description)
    assert.equal("pin", operation.names.pin)
    assert.same({}, define { key = "none" }.key_wires)
  end)

  it("raises for a wrong type and for a field given twice", function()
    assert.is_false(pcall(define, { input = { { name = "x", type = "no_such_type" } } }))
    assert.is_false(pcall(define, { input = { { name = "x", type = "text" }, { name = "x", type = "text" } } }))
  end)
end)
