local registry = require "mimecast.model.registry"

describe("the registry", function()
  it("finds an operation by the names of its functions", function()
    local operation, kind = registry.find "update_user"
    assert.equal("update_user", operation.name)
    assert.equal("item", kind)
    local same, batch_kind = registry.find "update_users"
    assert.equal(operation, same)
    assert.equal("batch", batch_kind)
    assert.is_nil(registry.find "no_such_function")
    assert.is_nil(registry.find "__index")
  end)

  it("lists the functions, sorted", function()
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

  it("has operations whose fields have a Lua name, a wire name and a label", function()
    local samples = { text = "x", email = "a@example.com", boolean = true, datetime = 0, integer = 1, list = {},
      object = {} }
    for _, name in ipairs(registry.names()) do
      local operation = registry.find(name)
      for _, field in ipairs(operation.input) do
        for _, field_name in ipairs { field.name, field.wire or field.name, field.label } do
          local _, problems = operation.input_schema:encode { [field_name] = samples[field.type] }
          for _, problem in ipairs(problems or {}) do
            assert.is_not.equal("unknown_field", problem.code, name .. ": " .. field_name .. " " .. problem.message)
          end
        end
      end
    end
  end)
end)
