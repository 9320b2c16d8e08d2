--- Takes secrets out of a text that somebody else wrote, before anybody sees it.
--
-- A service, a proxy or a portal may repeat what it was sent, and write it in its own way: as it is, in JSON, HTML or a
-- form. A secret is found in all of these, also where the text ends in the middle of it.
local core = require "mimecast.core"

local mark = "***"
local shortest_part = 3 -- bytes of a secret, at the end of a text, that are worth hiding

local json_letters = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local entities = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }

local function utf8_char(code)
  if code < 0x80 then return string.char(code) end
  local tail, first = "", 0x3f
  while code > first do
    tail = string.char(0x80 + code % 0x40) .. tail
    code = math.floor(code / 0x40)
    first = math.floor(first / 2)
  end
  return string.char(0xfe - 2 * first + code) .. tail
end

local function code_of(digits, base)
  local code = tonumber(digits, base)
  return code and code <= 0x10ffff and utf8_char(code)
end

local readers = {}

readers["\\"] = function(text, at)
  local high, low = text:match("^\\u([dD][89aAbB]%x%x)\\u([dD][c-fC-F]%x%x)", at)
  if high then
    return utf8_char((tonumber(high, 16) - 0xd800) * 0x400 + tonumber(low, 16) - 0xdc00 + 0x10000), at + 12
  end
  local digits = text:match("^\\u(%x%x%x%x)", at)
  if digits then return code_of(digits, 16), at + 6 end
  local letter = text:sub(at + 1, at + 1)
  return json_letters[letter] or letter, at + 2
end

readers["&"] = function(text, at)
  local name, after = text:match("^&(#?%w+);()", at)
  if not name then return nil end
  local decimal, hex = name:match("^#(%d+)$"), name:match("^#[xX](%x+)$")
  return entities[name] or (decimal and code_of(decimal, 10)) or (hex and code_of(hex, 16)), after
end

readers["%"] = function(text, at)
  local digits = text:match("^%%(%x%x)", at)
  return digits and string.char(tonumber(digits, 16)), at + 3
end

readers["+"] = function(_, at) return " ", at + 1 end

-- The ways to write a secret: which characters begin an escape, and how a text looks that ends within one.
local ways = {
  {},
  { ["\\"] = readers["\\"], cut = "^\\u?%x*$" },
  { ["&"] = readers["&"], cut = "^&#?%w*$" },
  { ["%"] = readers["%"], ["+"] = readers["+"], cut = "^%%%x?$" },
}

-- What stands at a position in one way of writing, and where it ends.
local function read(text, at, way)
  local char = text:sub(at, at)
  if way[char] then
    local plain, after = way[char](text, at)
    if plain and plain ~= "" then return plain, after end
  end
  return char, at + 1
end

-- Where the secret that begins at a position ends, in one way of writing; nil where it does not begin there.
local function ending(text, at, secret, way)
  local i = 1
  while i <= #secret do
    if i > shortest_part and (at > #text or (way.cut and text:find(way.cut, at))) then return #text + 1 end
    local plain, after = read(text, at, way)
    if plain == "" or secret:sub(i, i + #plain - 1) ~= plain then return nil end
    i, at = i + #plain, after
  end
  return at
end

local function longest_ending(text, at, secrets)
  local last
  for _, way in ipairs(ways) do
    for _, secret in ipairs(secrets) do
      local stop = ending(text, at, secret, way)
      if stop and (not last or stop > last) then last = stop end
    end
  end
  return last
end

local function reveal_all(secrets)
  local list = {}
  for _, secret in ipairs(secrets) do
    local text = core.secret.reveal(secret)
    if text ~= "" then list[#list + 1] = text end
  end
  return list
end

local function escaped(byte)
  return byte == 0 and "%z" or (string.char(byte):gsub("%p", "%%%0"))
end

-- A set of the characters with which a secret can begin, in any way of writing.
local function beginnings(list)
  local set = {}
  for i, secret in ipairs(list) do set[i] = escaped(secret:byte()) end
  return "[\\&%%+" .. table.concat(set) .. "]"
end

--- The text without the secrets.
---@param text string
---@param secrets (string|userdata)[]
---@return string redacted with `***` in the place of each
return function(text, secrets)
  if #secrets == 0 then return text end
  local list, parts, at, from = reveal_all(secrets), {}, 1, 1
  local beginning = beginnings(list)
  while true do
    at = text:find(beginning, at)
    if not at then break end
    local last = longest_ending(text, at, list)
    if last then
      parts[#parts + 1] = text:sub(from, at - 1) .. mark
      from = last
    end
    at = last or at + 1
  end
  return table.concat(parts) .. text:sub(from)
end
