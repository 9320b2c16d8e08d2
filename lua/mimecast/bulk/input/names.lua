--- Names of columns: a field's Lua name, its API name, its label on the workflow card, and headers that other programs write.
local core = require "mimecast.core"

local names = {}

local cache = setmetatable({}, { __mode = "k" }) -- operation -> by_name, list

-- Returns the fields by folded name, and the list of all names.
local function names_of(operation)
  local entry = cache[operation]
  if entry then return entry end
  entry = { by_name = {}, list = {} }
  for _, field in ipairs(operation.input) do
    for _, name in ipairs { field.name, field.wire or field.name, field.label or field.name } do
      entry.by_name[core.fold(name)] = field
      entry.list[#entry.list + 1] = name
    end
  end
  cache[operation] = entry
  return entry
end

--- Folds a column's name, for comparison.
---@param text string
---@return string
function names.key(text)
  return (core.fold(text):gsub("^[ \t-\r]+", ""):gsub("[ \t-\r]+$", ""))
end

--- Returns the field that a name of the operation stands for.
---@param operation mimecast.Operation
---@param name string
---@return mimecast.Field?
function names.field(operation, name)
  return names_of(operation).by_name[names.key(name)]
end

--- Returns all names of an operation's fields.
---@param operation mimecast.Operation
---@return string[]
function names.list(operation)
  return names_of(operation).list
end

-- Headers of directories and spreadsheets, without blanks, dashes and underscores, and the field they stand for.
local well_known = {
  mail = "email", email = "email", emailaddress = "email", mailaddress = "email", userprincipalname = "email", upn = "email",
  primaryemail = "email", primaryemailaddress = "email", disabled = "accountDisabled", displayname = "username",
}

--- Returns the field that a well-known header stands for.
---@param operation mimecast.Operation
---@param name string
---@return mimecast.Field?
function names.well_known(operation, name)
  local field_name = well_known[(names.key(name):gsub("[ _-]", ""))]
  local field = field_name and names_of(operation).by_name[core.fold(field_name)]
  return field and field.name == field_name and field or nil
end

-- Words in a header that suggest a field.
local suggestions = { mail = "email", email = "email", upn = "email", principal = "email", disabled = "accountDisabled" }

--- Guesses the field of a column, for a hint. A guess never changes how an input is read. A text with digits is no header: it
--- could be a password.
---@param operation mimecast.Operation
---@param name string
---@return string? field_name
function names.guess(operation, name)
  if name:find "%d" then return nil end
  for word in (name:gsub("([a-z])([A-Z][a-z]+)$", "%1 %2")):gmatch "[A-Za-z\128-\255]+" do -- also workEmail
    local field_name = suggestions[core.lower(word)]
    if field_name and names_of(operation).by_name[core.fold(field_name)] then return field_name end
  end
  return nil
end

return names
