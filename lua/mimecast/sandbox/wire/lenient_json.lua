--- Reads JSON as leniently as the service: single-quoted strings, and True, False and None in any case, are accepted.
--
-- The service's Python samples post `str(payload)`, and a published client sends the bare token `True`. Both work; that the
-- service uses Gson's lenient mode is inferred.
local core = require "mimecast.core"
local json = require "mimecast.json"

local lenient_json = {}

local literals = { ["true"] = "true", ["false"] = "false", ["none"] = "null", ["null"] = "null" }

-- Returns a quoted string with double quotes, and the position after it. Returns nil if the string does not end.
local function requote(text, start)
  local quote = text:sub(start, start)
  local parts, from = {}, start + 1
  while true do
    local at = text:find("[\\" .. quote .. "\"]", from)
    if not at then return nil end
    parts[#parts + 1] = text:sub(from, at - 1)
    local char = text:sub(at, at)
    if char == quote then return "\"" .. table.concat(parts) .. "\"", at + 1 end
    if char == "\\" then
      local escaped = text:sub(at + 1, at + 1)
      parts[#parts + 1] = escaped == "'" and "'" or "\\" .. escaped
      from = at + 2
    else
      parts[#parts + 1] = "\\\""
      from = at + 1
    end
  end
end

local function rewrite(text)
  local parts, at = {}, 1
  while at <= #text do
    local next_at = text:find("[\"'%a]", at)
    if not next_at then break end
    parts[#parts + 1] = text:sub(at, next_at - 1)
    local piece, after
    if text:find("^%a", next_at) then
      local word = text:match("^%a+", next_at)
      piece, after = literals[core.lower(word)] or word, next_at + #word
    else
      piece, after = requote(text, next_at)
      if not piece then return nil end
    end
    parts[#parts + 1] = piece
    at = after
  end
  parts[#parts + 1] = text:sub(at)
  return table.concat(parts)
end

--- Decodes a text.
---@param text string
---@return any value nil if the text is not even lenient JSON
function lenient_json.decode(text)
  local value = json.decode(text)
  if value ~= nil then return value end
  local strict = rewrite(text)
  if not strict then return nil end
  return (json.decode(strict))
end

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Reads an URL-encoded form.
---@param text string
---@return table<string, string> form
function lenient_json.form(text)
  local form = {}
  for name, value in text:gmatch("([^&=]+)=([^&]*)") do form[unescape(name)] = unescape(value) end
  return form
end

return lenient_json
