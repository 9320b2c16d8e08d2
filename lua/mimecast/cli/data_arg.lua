--- Items of an envelope as JSON, from a file or from the command line: there without a password, which every user of the
--- machine could read.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"

local items = {}

local function wrong(field, message)
  return nil, errors.invalid_value(field, message)
end

-- The name of a field that holds a secret, at any depth; nil where there is none.
local function secret_in(value)
  if type(value) ~= "table" then return nil end
  for name, inner in pairs(value) do
    local is_secret = type(name) == "string" and (core.lower(name):find "passw" or core.lower(name):find "secret")
    local found = is_secret and name or secret_in(inner)
    if found then return found end
  end
  return nil
end

--- Reads a list of items, or one item.
---@param document string
---@param option string where it is from
---@return table[]? items
---@return mimecast.Error? err
function items.read(document, option)
  local decoded, invalid = json.decode(document)
  if type(decoded) ~= "table" then
    return wrong(option, "must be a JSON list or object" .. (invalid and ": " .. invalid or ""))
  end
  if #decoded == 0 and next(decoded) ~= nil then return { decoded } end
  return decoded
end

--- The same from a word of the command line, `--data`.
---@param word string
---@return table[]? items
---@return mimecast.Error? err
function items.from_word(word)
  local list, err = items.read(word, "--data")
  if not list then return nil, err end
  local name = secret_in(list)
  if name then
    return wrong("--data", ("has the field %s, and the command line can be read by every user of this machine: %s"):format(name,
      "let mimecast call read it, with --data-file - or --data-file FILE"))
  end
  return list
end

return items
