--- Lines of JSON objects, each with a check over itself and the line before: what was edited, taken out, put in or moved
-- is found, and any reader of JSON Lines reads them.
--
-- The check is the first 16 hexadecimal digits of SHA-256 over the former line's check and the line without its own; it
-- stands last. It is no signature: who computes all checks anew is not found, nor are whole lines missing at the end.
local system = require "mimecast.system"
local json = require "mimecast.json"

local chain = {}

local chunk_bytes = 65536
chain.line_max = 1048576 -- bytes; what a reader keeps in memory at most
local tail = 28 -- of `,"check":"0123456789abcdef"}`
local tail_pattern = '^,"check":"(%x+)"}$'

-- The check of a line, which comes without its closing brace.
local function check_of(before, line)
  return system.sha256_hex(before .. line .. "}", 16)
end

--- The line with its check, and the check.
---@param before string the former line's check; "" for the first
---@param line string a JSON object that is not empty, without its closing brace
---@return string line
---@return string check
function chain.seal(before, line)
  local check = check_of(before, line)
  return line .. ',"check":"' .. check .. '"}', check
end

-- cjson makes every number a float; in Lua 5.4 a row is to be an integer again.
local function whole(value)
  if type(value) == "number" and value % 1 == 0 and value >= -2 ^ 53 and value <= 2 ^ 53 then return math.floor(value) end
  if type(value) == "table" then
    for key, inner in pairs(value) do value[key] = whole(inner) end
  end
  return value
end

-- The object of a line and its check; nil where it is not what was written. `torn` tells that it has no end, or zeros in
-- it, which JSON never has: a page that a power cut lost.
local function open_line(before, line)
  local check = line:sub(-tail):match(tail_pattern)
  if not check then return nil, nil, true end
  if check_of(before, line:sub(1, -tail - 1)) ~= check then return nil, nil, line:find("%z") ~= nil end
  local object = json.decode(line)
  if type(object) ~= "table" then return nil end
  object.check = nil
  return whole(object), check
end

--- Reads the lines, in memory that does not grow with them. The function that is returned gives, each time it is called,
-- the next object; nil at the end; or false and the number of the line that is damaged. In `state` it keeps `check` (of
-- the last line that is whole), `size` (bytes of all whole lines) and `torn` (something follows that has no end: what a
-- crash leaves).
---@param read fun(bytes: integer): string|nil the next bytes, nil or "" at the end
---@return fun(): table|false|nil, integer|nil next
---@return {check: string, size: integer, torn: boolean, line: integer} state
function chain.reader(read)
  local state = { check = "", size = 0, torn = false, line = 0 }
  local buffer, from, ended = "", 1, false

  local function next_line()
    while true do
      local stop = buffer:find("\n", from, true)
      if stop then
        local line = buffer:sub(from, stop - 1)
        from = stop + 1
        return line
      end
      if ended or #buffer - from >= chain.line_max then return nil end
      local chunk = read(chunk_bytes)
      ended = not chunk or chunk == ""
      buffer, from = buffer:sub(from) .. (chunk or ""), 1
    end
  end

  -- Whether nothing follows from here on but zeros.
  local function is_end()
    while not buffer:find("[^%z]", from) do
      state.torn = state.torn or from <= #buffer
      if ended then return true end
      buffer, from = read(chunk_bytes) or "", 1
      ended = buffer == ""
    end
    return false
  end

  -- What follows the last line's end: nothing, a line without its end, zeros behind it.
  local function finish()
    state.torn = state.torn or from <= #buffer
    if ended then return nil end
    from = buffer:find("%z", from) or from
    if is_end() then return nil end
    return false, state.line + 1 -- longer than any that was written
  end

  return function()
    local line = next_line()
    if not line then return finish() end
    local object, check, torn = open_line(state.check, line)
    if object then
      state.check, state.size, state.line = check, state.size + #line + 1, state.line + 1
      return object
    end
    if torn and is_end() then
      state.torn = true
      return nil
    end
    return false, state.line + 1
  end, state
end

return chain
