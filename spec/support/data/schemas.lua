--- Compiles schemas for specs.
local assert = require "luassert"
local core = require "mimecast.core"

local schemas = { object_mt = { name = "object" }, array_mt = { name = "array" } }

--- Compiles definitions.
function schemas.new(definitions)
  return core.schema(definitions, schemas.object_mt, schemas.array_mt)
end

--- Returns the schema of a list's items: a single field.
function schemas.items(definition)
  definition.name, definition.wire = "item", "item"
  return schemas.new{ definition }
end

--- Returns the schema of an account, with a field of each plain type.
function schemas.user()
  return schemas.new{
    { name = "email", wire = "emailAddress", label = "Email Address", type = "email", required = true },
    { name = "username", wire = "name", label = "Username", type = "text", max = 20 },
    { name = "password", wire = "password", label = "Password", type = "text", secret = true },
    { name = "allowPop3", wire = "allowPop", label = "Allow POP3", type = "boolean" },
    { name = "accountDisabled", wire = "accountDisabled", label = "Account Disabled", type = "boolean" },
  }
end

--- Returns a map from field to error, for inputs with one error for each field.
function schemas.by_field(problems)
  local map = {}
  for _, problem in ipairs(problems) do
    assert.is_nil(map[problem.field], problem.field)
    map[problem.field] = problem
  end
  return map
end

return schemas
