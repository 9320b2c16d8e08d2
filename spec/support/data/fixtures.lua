--- Reads the test vectors of spec/vectors.
local cjson = require "cjson"

local fixtures = {}

--- Returns the decoded content of spec/vectors/<name>.json.
function fixtures.load(name)
  local file = assert(io.open("spec/vectors/" .. name .. ".json", "rb"))
  local text = file:read("*a")
  file:close()
  return cjson.decode(text)
end

--- Converts hexadecimal digits to bytes.
function fixtures.bytes(hex)
  return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

--- Converts bytes to hexadecimal digits.
function fixtures.hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return fixtures
