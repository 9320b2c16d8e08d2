--- A map from texts to short values in little memory: 16 bytes and the value for each text, whatever its length.
--
-- A text is stored as 76 bits of its SHA-256, so that two of ten million texts are alike with a probability of 1 in 10^9. The
-- records of one bucket are one string.
local system = require "mimecast.system"

local key_map = {}

local bucket_digits, rest_digits = 3, 16 -- hexadecimal digits: 4096 buckets
local find, sub = string.find, string.sub

local Map = {}
Map.__index = Map

--- Makes an empty map.
---@param width integer bytes of each value
---@return table map its `count` is the number of texts
function key_map.new(width)
  return setmetatable({ buckets = {}, width = width, size = rest_digits + width, count = 0 }, Map)
end

-- Returns the bucket of a text, the bucket's records, the text's digits, and the position of its record.
local function locate(self, text)
  local hash = system.sha256_hex(text, bucket_digits + rest_digits)
  local name, rest = sub(hash, 1, bucket_digits), sub(hash, bucket_digits + 1)
  local records = self.buckets[name] or ""
  local at = find(records, rest, 1, true)
  while at and (at - 1) % self.size ~= 0 do at = find(records, rest, at + 1, true) end
  return name, records, rest, at
end

--- Returns the value of a text; nil if the map has no such text.
---@param text string
---@return string? value
function Map:get(text)
  local _, records, _, at = locate(self, text)
  return at and sub(records, at + rest_digits, at + self.size - 1) or nil
end

--- Sets the value of a text.
---@param text string
---@param value string of the map's width
function Map:set(text, value)
  local name, records, rest, at = locate(self, text)
  if at then
    self.buckets[name] = sub(records, 1, at + rest_digits - 1) .. value .. sub(records, at + self.size)
  else
    self.buckets[name], self.count = records .. rest .. value, self.count + 1
  end
end

return key_map
