--- Checks the options of the bulk functions, which they declare in short form.
local check = require "mimecast.config.check"
local core = require "mimecast.core"

local bulk_options = {}

-- Short forms of number types.
local numbers = {
  number = { type = "number", min = 0 },
  ratio = { type = "number", min = 0, max = 1 },
  count = { type = "integer", min = 1 },
  few = { type = "integer", min = 1, max = 1000 },
}

-- The field of a declaration like 'boolean|"sample"|count'.
local function new_field(name, declaration)
  local field = { name = name, types = {} }
  for part in declaration:gmatch "[^|]+" do
    local value = part:match '^"(.*)"$'
    local kind = value and "text" or numbers[part] and numbers[part].type or part
    if value then
      field.values = field.values or {}
      table.insert(field.values, value)
    end
    if field.types[#field.types] ~= kind then table.insert(field.types, kind) end
    if numbers[part] then field.min, field.max = numbers[part].min, numbers[part].max end
  end
  field.type = field.types[1]
  return field
end

local fields_of = setmetatable({}, { __mode = "k" }) -- declarations -> fields

--- Raises for an unknown option and for an invalid value.
---@param declarations table<string, string> name to types: number (not negative), ratio, count, few, a type of config.check, a
--- quoted text; several with a bar
---@param given table
---@param what string the function, for the message
---@param level integer
function bulk_options.check(declarations, given, what, level)
  local fields = fields_of[declarations]
  if not fields then
    local list = {}
    for name, declaration in pairs(declarations) do list[#list + 1] = new_field(name, declaration) end
    table.sort(list, function(x, y) return core.before(x.name, y.name) end)
    fields = check.fields(list)
    fields_of[declarations] = fields
  end
  check.options(fields, given, "mimecast." .. what, level + 1)
end

return bulk_options
