--- Reads the lines of a text (JSON Lines) in pieces, and keeps one line in memory at a time.
local jsonl = {}

--- The maximal length of a line, in bytes.
jsonl.max_line = 2097152

local piece_bytes = 65536
local find, sub = string.find, string.sub

--- Makes a reader of the lines that are not blank.
---@param read fun(bytes: integer): string?, string? the next piece; nil at the end, nil and a reason on failure
---@param max? integer bytes in a line, jsonl.max_line by default
---@return fun(): string?, any next the line and its number; nil at the end; nil and a table: line, message, fatal
function jsonl.reader(read, max)
  max = max or jsonl.max_line
  local text, at, number, ended = "", 1, 0, false

  local function fatal(line, message)
    text, at, ended = "", 1, true
    return nil, { line = line, message = message, fatal = true }
  end

  local function too_long(line) return fatal(line, ("has more than %d bytes"):format(max)) end

  -- Returns the next line, blank or not.
  local function next_line()
    while true do
      local stop = find(text, "\n", at, true)
      if not stop and ended then
        if at > #text then return nil end
        stop = #text + 1
      end
      if stop then
        local line = sub(text, at, stop - 1)
        at, number = stop + 1, number + 1
        if #line > max then return too_long(number) end
        return line, number
      end
      if #text - at >= max then return too_long(number + 1) end
      local left = sub(text, at)
      -- The pieces of a long line double, which bounds the total of copied bytes.
      local piece, reason = read(math.max(piece_bytes, math.min(#left, max - #left)))
      if reason then return fatal(number + 1, "cannot be read: " .. reason) end
      ended = not piece
      text, at = left .. (piece or ""), 1
    end
  end

  return function()
    local line, position
    repeat
      line, position = next_line()
      if line and number == 1 then line = line:gsub("^\239\187\191", "") end
    until not line or find(line, "[^ \t-\r]")
    return line, position
  end
end

return jsonl
