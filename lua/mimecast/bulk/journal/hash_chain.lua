--- Chains lines of JSON by hashes, so that an edited, removed, inserted or moved line is detected. The lines stay readable
--- by any reader of JSON Lines.
--
-- The check of a line is the first 16 hexadecimal digits of the SHA-256 over the previous line's check and the line
-- without its check, which stands last. The chain is not a signature: it detects neither recomputed checks nor complete
-- lines missing at the end.
local json = require "mimecast.json"
local system = require "mimecast.system"

local hash_chain = {}

local chunk_bytes = 65536
hash_chain.max_line = 1048576 -- bytes; bounds the memory of a reader
local suffix_bytes = 28 -- of `,"check":"0123456789abcdef"}`
local suffix_pattern = '^,"check":"(%x+)"}$'

-- Computes the check of a line, given without its closing brace.
local function check_of(previous, line)
  return system.sha256_hex(previous .. line .. "}", 16)
end

--- Appends the check to a line.
---@param previous string the previous line's check; "" for the first line
---@param line string a JSON object that is not empty, without its closing brace
---@return string line
---@return string check
function hash_chain.link(previous, line)
  local check = check_of(previous, line)
  return line .. ',"check":"' .. check .. '"}', check
end

-- cjson decodes every number as a float; in Lua 5.4 a row must be an integer again.
local function to_integers(value)
  if type(value) == "number" and value % 1 == 0 and value >= -2 ^ 53 and value <= 2 ^ 53 then return math.floor(value) end
  if type(value) == "table" then
    for key, inner in pairs(value) do value[key] = to_integers(inner) end
  end
  return value
end

-- Returns the object of a line and its check; nil if the line is damaged. The third result is true if the line has no end,
-- or holds zeros, which JSON never does: a power cut can leave them.
local function verify_line(previous, line)
  local check = line:sub(-suffix_bytes):match(suffix_pattern)
  if not check then return nil, nil, true end
  if check_of(previous, line:sub(1, -suffix_bytes - 1)) ~= check then return nil, nil, line:find("%z") ~= nil end
  local object = json.decode(line)
  if type(object) ~= "table" then return nil end
  object.check = nil
  return to_integers(object), check
end

--- Makes a reader of the lines, in constant memory. Each call returns the next object; nil at the end; or false and the
-- number of the damaged line. `state` holds `check` (of the last complete line), `size` (bytes of all complete lines),
-- `line` (their number) and `torn` (an incomplete line follows, as a crash leaves it).
---@param read fun(bytes: integer): string|nil the next bytes, nil or "" at the end
---@return fun(): table|false|nil, integer|nil next
---@return {check: string, size: integer, torn: boolean, line: integer} state
function hash_chain.reader(read)
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
      if ended or #buffer - from >= hash_chain.max_line then return nil end
      local chunk = read(chunk_bytes)
      ended = not chunk or chunk == ""
      buffer, from = buffer:sub(from) .. (chunk or ""), 1
    end
  end

  -- Tells whether only zeros follow.
  local function only_zeros_follow()
    while not buffer:find("[^%z]", from) do
      state.torn = state.torn or from <= #buffer
      if ended then return true end
      buffer, from = read(chunk_bytes) or "", 1
      ended = buffer == ""
    end
    return false
  end

  -- Handles what follows the last line end: nothing, an incomplete line, or zeros.
  local function finish()
    state.torn = state.torn or from <= #buffer
    if ended then return nil end
    from = buffer:find("%z", from) or from
    if only_zeros_follow() then return nil end
    return false, state.line + 1 -- the line is longer than any that was written
  end

  return function()
    local line = next_line()
    if not line then return finish() end
    local object, check, torn = verify_line(state.check, line)
    if object then
      state.check, state.size, state.line = check, state.size + #line + 1, state.line + 1
      return object
    end
    if torn and only_zeros_follow() then
      state.torn = true
      return nil
    end
    return false, state.line + 1
  end, state
end

return hash_chain
