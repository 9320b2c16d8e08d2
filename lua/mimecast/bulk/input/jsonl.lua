--- Lines of a text that is read in pieces: JSON Lines, of which one is held at a time.
local lines = {}

--- What a line has at most, in bytes.
lines.max = 2097152

local piece_bytes = 65536
local find, sub = string.find, string.sub

--- A reader of the lines that are not blank.
---@param read fun(bytes: integer): string?, string? the next piece; nil at the end, with a reason where it failed
---@param max? integer bytes of a line at most, lines.max by default
---@return fun(): string?, any next the line and its number; nil at the end; nil and a problem: line, message, fatal
function lines.reader(read, max)
  max = max or lines.max
  local text, at, number, ended = "", 1, 0, false

  local function fatal(line, message)
    text, at, ended = "", 1, true
    return nil, { line = line, message = message, fatal = true }
  end

  local function too_long(line) return fatal(line, ("has more than %d bytes"):format(max)) end

  -- The next line, also where it is blank.
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
      -- Of a long line ever more at a time, or its copies add up.
      local piece, reason = read(math.max(piece_bytes, math.min(#left, max - #left)))
      if reason then return fatal(number + 1, "cannot be read: " .. reason) end
      ended = not piece
      text, at = left .. (piece or ""), 1
    end
  end

  return function()
    local line, found
    repeat
      line, found = next_line()
      if line and number == 1 then line = line:gsub("^\239\187\191", "") end
    until not line or find(line, "[^ \t-\r]")
    return line, found
  end
end

return lines
