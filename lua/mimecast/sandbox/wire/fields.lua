--- What an item of `data[]` may hold: read by name and kind, checked, and kept in the documented order for its `key`.
local core = require "mimecast.core"
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local calendar = require "mimecast.sandbox.wire.dates"
local ids = require "mimecast.sandbox.wire.ids"
local refusals = require "mimecast.sandbox.wire.errors"

local fields = {}

local refuse = refusals.service

--- Reads a flag. It may come as a string (a published client sends "False"); any other string is refused rather than
-- taken for false, which is what the service's JSON library would do by itself.
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

-- Kinds that are not named here are text of some form.
local readers = {
  flag = fields.flag, number = of_type "number", list = list, texts = texts, object = object,
}
local read_text = of_type "string"

local function blank(name)
  return answer.error(refuse.blank, name, name)
end

local function email_error(name, value)
  if not value:find("%S") then return blank(name) end
  if #value > 254 or not value:find("^[^%s%c@]+@[^%s%c@]+%.[^%s%c@]+$") then return answer.error(refuse.email, name) end
  return nil
end

--- What is wrong with an address, if anything.
---@param email? string
---@param name string the field's wire name
---@return table? error
function fields.email_error(email, name)
  if email == nil then return answer.error(refuse.null, name, name) end
  return email_error(name, email)
end

-- Each judges a value that was read: nil, or an error.
local judges = {
  text = function(name, value, field)
    if not value:find("%S") then return blank(name) end
    if field.bound and #value > field.bound then return answer.error(refuse.too_long, name, field.bound) end
    return nil
  end,
  email = email_error,
  domain = function(name, value)
    if not value:find("%S") then return blank(name) end
    if not value:find("^[%w%-]+%.[%w%-%.]*%w$") then return answer.error(refuse.domain, name) end
    return nil
  end,
  -- The logs, the audit trail and the message finder are sent a trailing `Z` in production; of the others it is not known.
  date = function(name, value, field, tenant)
    if not calendar.parse_iso(value, field.zulu or tenant.options.acceptZulu) then return answer.error(refuse.date, name) end
    return nil
  end,
  texts = function(name, value, field)
    if #value == 0 and field.required then return answer.error(refuse.null, name, name) end
    if field.bound and #value > field.bound then return answer.error(refuse.too_many_values, name, field.bound) end
    return nil
  end,
  word = function(name, value, field)
    if not field.words[value] then return answer.error(refuse.word, name, name) end
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
      -- Null is as good as absent, an unknown field is passed over; nil means that the item cannot be read at all.
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
      local value, judge = item[name], judges[field.kind]
      if value == nil and field.required then
        errors[#errors + 1] = answer.error(refuse.null, name, name)
      elseif value ~= nil and judge then
        errors[#errors + 1] = judge(name, value, field, tenant)
      end
    end
    if #errors > 0 then return errors end
    return nil
  end
end

--- The number in an id. A group's may be one of a group that came from a directory.
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

--- Declares what a function's items hold: "name kind" with a star where it is required and a bound where there is one,
-- separated by commas, in the documented order. Kinds: text, any (text that may be blank), email, domain, date (date:zulu
-- takes a trailing Z always), flag, number, list, texts, object, word:this|that, id:kind.
---@param text string
---@return table call with `read(raw) -> item | nil`, `check(item, tenant) -> errors | nil` and `resolve(tenant, item)`, which
-- returns the numbers of ids by field, or nil and the field whose id this tenant did not make
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
