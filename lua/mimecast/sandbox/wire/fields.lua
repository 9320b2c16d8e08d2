--- Declares the fields of an item of `data[]`: reads and checks them, and keeps the documented order for the item's `key`.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local dates = require "mimecast.sandbox.wire.dates"
local ids = require "mimecast.sandbox.wire.ids"
local service_errors = require "mimecast.sandbox.wire.service_errors"

local fields = {}

local codes = service_errors.envelope

--- Reads a flag. It may be a string: a published client sends "False". Any other string is malformed here; the service's JSON
-- library would read it as false.
---@param value any
---@return boolean? flag
function fields.flag(value)
  if type(value) == "boolean" then return value end
  local word = type(value) == "string" and core.lower(value)
  if word == "true" then return true end
  if word == "false" then return false end
  return nil
end

local function of_type(name)
  return function(value)
    if type(value) == name then return value end
    return nil
  end
end

local function list(value)
  if type(value) ~= "table" or (next(value) ~= nil and #value == 0) then return nil end
  return json.array(value)
end

local function texts(value)
  if type(value) == "table" then
    for _, text in ipairs(value) do
      if type(text) ~= "string" then return nil end
    end
  end
  return list(value)
end

local function object(value)
  if type(value) == "table" and #value == 0 then return value end
  return nil
end

-- All other kinds are text.
local readers = {
  flag = fields.flag, number = of_type "number", list = list, texts = texts, object = object,
}
local read_text = of_type "string"

local function blank(name)
  return response.error_entry(codes.blank, name, name)
end

local function email_error(name, value)
  if not value:find("%S") then return blank(name) end
  if #value > 254 or not value:find("^[^%s%c@]+@[^%s%c@]+%.[^%s%c@]+$") then return response.error_entry(codes.email, name) end
  return nil
end

--- Checks an address.
---@param email? string
---@param name string the field's wire name
---@return table? error nil for a valid address
function fields.email_error(email, name)
  if email == nil then return response.error_entry(codes.null, name, name) end
  return email_error(name, email)
end

-- Each checks a value that was read, and returns nil or an error.
local validators = {
  text = function(name, value, field)
    if not value:find("%S") then return blank(name) end
    if field.bound and #value > field.bound then return response.error_entry(codes.too_long, name, field.bound) end
    return nil
  end,
  email = email_error,
  domain = function(name, value)
    if not value:find("%S") then return blank(name) end
    if not value:find("^[%w%-]+%.[%w%-%.]*%w$") then return response.error_entry(codes.domain, name) end
    return nil
  end,
  -- Clients send a trailing `Z` to the logs, the audit trail and the message finder; for other functions it is unknown.
  date = function(name, value, field, tenant)
    local zulu = field.zulu or tenant.options.acceptZulu
    return not dates.parse_iso(value, zulu) and response.error_entry(codes.date, name) or nil
  end,
  texts = function(name, value, field)
    if #value == 0 and field.required then return response.error_entry(codes.null, name, name) end
    if field.bound and #value > field.bound then return response.error_entry(codes.too_many_values, name, field.bound) end
    return nil
  end,
  word = function(name, value, field)
    if not field.words[value] then return response.error_entry(codes.word, name, name) end
    return nil
  end,
  id = function(name, value)
    if not value:find("%S") then return blank(name) end
    return nil
  end,
}

local function parse(text)
  local field = {}
  local name, kind, rest, star, bound = text:match("^%s*(%w+) (%l+):?([^%s%*]*)(%*?) ?(%d*)%s*$")
  if not name then error("not a field: " .. text, 0) end
  field.name, field.kind, field.required, field.bound = name, kind, star == "*", tonumber(bound)
  if kind == "word" then
    field.words = {}
    for word in rest:gmatch("[^|]+") do field.words[word] = true end
  elseif kind == "id" then
    field.of = rest
  elseif kind == "date" then
    field.zulu = rest == "zulu"
  end
  return field
end

local function reader(list_of_fields, mt)
  return function(raw)
    local item = setmetatable({}, mt)
    for _, field in ipairs(list_of_fields) do
      local name = field.name
      local value = raw[name]
      -- Null counts as absent, and an unknown field is ignored.
      if value ~= nil and value ~= json.null then
        item[name] = (readers[field.kind] or read_text)(value)
        if item[name] == nil then return nil end
      end
    end
    return item
  end
end

local function checker(list_of_fields)
  return function(item, tenant)
    local errors = {}
    for _, field in ipairs(list_of_fields) do
      local name = field.name
      local value, validate = item[name], validators[field.kind]
      if value == nil and field.required then
        errors[#errors + 1] = response.error_entry(codes.null, name, name)
      elseif value ~= nil and validate then
        errors[#errors + 1] = validate(name, value, field, tenant)
      end
    end
    if #errors > 0 then return errors end
    return nil
  end
end

--- Reads the number in an id. A group's id may also be that of a directory group.
---@param tenant table
---@param kind string
---@param value string
---@return integer? number
function fields.number(tenant, kind, value)
  return ids.read(tenant, kind, value) or (kind == "folder" and ids.read(tenant, "ldapfolder", value)) or nil
end

local function resolver(list_of_fields)
  local with_ids = {}
  for _, field in ipairs(list_of_fields) do
    if field.kind == "id" then with_ids[#with_ids + 1] = field end
  end
  return function(tenant, item)
    local numbers = {}
    for _, field in ipairs(with_ids) do
      local value = item[field.name]
      if value and value:find("%S") then
        numbers[field.name] = fields.number(tenant, field.of, value)
        if not numbers[field.name] then return nil, field.name end
      end
    end
    return numbers
  end
end

--- Declares the fields of a function's items: "name kind" with a star if the field is required, and an upper bound if it has
-- one, separated by commas, in the documented order. Kinds: text, any (text that may be blank), email, domain, date
-- (date:zulu always accepts a trailing Z), flag, number, list, texts, object, word:this|that, id:kind.
---@param text string
---@return table call with `read(raw) -> item | nil`, `check(item, tenant) -> errors | nil` and `resolve(tenant, item)`, which
-- returns the numbers in the ids by field, or nil and the field whose id is not of this tenant
function fields.define(text)
  local parsed, order = {}, {}
  for part in text:gmatch("[^,]+") do
    parsed[#parsed + 1] = parse(part)
    order[#parsed] = parsed[#parsed].name
  end
  return {
    read = reader(parsed, json.object(order)), check = checker(parsed), resolve = resolver(parsed),
  }
end

return fields
