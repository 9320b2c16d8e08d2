--- Parses the items of `--data` and `--data-file`: a JSON list or one JSON object. Rejects secrets in `--data`, because every
-- user of the machine can read a command line.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"

local data_arg = {}

-- Returns the name of the first field that holds a secret, at any depth.
local function secret_field(value)
  if type(value) ~= "table" then return nil end
  for name, inner in pairs(value) do
    local is_secret = type(name) == "string" and (core.lower(name):find "passw" or core.lower(name):find "secret")
    local secret = is_secret and name or secret_field(inner)
    if secret then return secret end
  end
  return nil
end

--- Parses a document into a list of items.
---@param document string
---@param option string the option that the error message names
---@return table[]? items
---@return mimecast.Error? err
function data_arg.parse(document, option)
  local decoded, reason = json.decode(document)
  if type(decoded) ~= "table" then
    return nil, errors.invalid_value(option, "must be a JSON list or object" .. (reason and ": " .. reason or ""))
  end
  if #decoded == 0 and next(decoded) ~= nil then return { decoded } end
  return decoded
end

--- Parses the value of `--data`.
---@param word string
---@return table[]? items
---@return mimecast.Error? err
function data_arg.parse_word(word)
  local items, err = data_arg.parse(word, "--data")
  if not items then return nil, err end
  local name = secret_field(items)
  if name then
    return nil, errors.invalid_value("--data", ("must not contain the field %s, because every user of this machine can read "
      .. "the command line: use mimecast call with --data-file - or --data-file FILE"):format(name))
  end
  return items
end

return data_arg
