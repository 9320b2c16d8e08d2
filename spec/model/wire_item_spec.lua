local operations = require "mimecast.model.operation"
local wire_item = require "mimecast.model.wire_item"

local operation = operations.define {
  name = "make_thing", path = "/thing/{thing_id}", protocol = "rest", keys = { "label", "size" }, readWhenOnlyKey = true,
  input = {
    { name = "id", wire = "thing_id", type = "text", location = "path" },
    { name = "label", wire = "description", type = "text", required = true },
    { name = "size", type = "text" },
    { name = "pin", type = "text", secret = true, replayUnsafe = true },
  },
  check = function(item)
    if item.size == "odd" then return "size", "must be even" end
    return nil
  end,
}

describe("a wire item", function()
  it("has the wire names of the input", function()
    assert.same({ description = "a", size = "1" }, (wire_item.prepare(operation, { label = "a", size = "1" })))
  end)

  it("is not made from an input that breaks a rule between fields", function()
    local item, problems = wire_item.prepare(operation, { label = "a", size = "odd" })
    assert.is_nil(item)
    assert.same({ { field = "size", code = "invalid_value", message = "must be even", order = 0 } }, problems)
  end)

  it("is not made with dots as a path field", function()
    for _, dots in ipairs { ".", ".." } do
      local item, problems = wire_item.prepare(operation, { label = "a", id = dots })
      assert.is_nil(item)
      assert.equal("id must not be . or ..", problems[1].field .. " " .. problems[1].message)
    end
  end)

  it("has a key of its key fields", function()
    assert.equal("a 1", wire_item.key_of(operation, { description = "a", size = "1" }))
    assert.equal("a", wire_item.key_of(operation, { description = "a" }))
    assert.is_nil(wire_item.key_of(operations.define { name = "x", path = "/x" }, {}))
  end)

  it("is a write, unless it has only the key of an operation that then reads", function()
    assert.is_false(wire_item.is_write(operation, { description = "a" }))
    assert.is_true(wire_item.is_write(operation, { description = "a", pin = "1234" }))
    assert.is_true(wire_item.is_write(operations.define { name = "x", path = "/x" }, {}))
    assert.is_false(wire_item.is_write(operations.define { name = "x", path = "/x", writes = false }, { a = 1 }))
  end)

  it("has secrets, and may not be replayed late", function()
    assert.same({ "1234", "5678" }, wire_item.secrets(operation, {
      { description = "a", pin = "1234" }, { description = "b" }, { description = "c", pin = "" },
      { description = "d", pin = "5678" },
    }))
    assert.is_true(wire_item.is_replay_unsafe(operation, { { description = "b" }, { description = "a", pin = "1234" } }))
    assert.is_false(wire_item.is_replay_unsafe(operation, { { description = "b" } }))
    assert.is_false(wire_item.is_replay_unsafe(operation, nil))
  end)
end)
