--- Takes the end mark off a roster: its last line, which shows that the file was not cut.
local core = require "mimecast.core"

local end_mark = {}

local max_line = 1024 -- bytes

local function unquoted(text) return (text:gsub('^[ \t"]+', "")) end

-- Returns what follows the mark in a line; nil if the line does not begin with the mark.
local function after_mark(line, mark)
  line, mark = core.fold(unquoted(line)), core.fold(unquoted(mark))
  if line:sub(1, #mark) ~= mark or line:find("^[%w@._-]", #mark + 1) then return nil end
  return line:sub(#mark + 1)
end

-- Reads the cells behind the mark: a number of rows, and a date.
local function read_cells(text, found)
  for cell in text:gmatch '[^,;|\t "]+' do
    local year, month, day = cell:match "^(20%d%d)%-?(%d%d)%-?(%d%d)"
    if year and tonumber(month) <= 12 and tonumber(day) <= 31 and (cell:find "-" or #cell == 8) then
      found.date = found.date or (cell:find "t" and core.upper(cell) or ("%s-%s-%s"):format(year, month, day))
    elseif cell:find "^%d+$" then
      found.rows = found.rows or tonumber(cell)
    end
  end
end

--- Returns a reader of the text before the mark.
---@param read fun(bytes: integer): string?, string? the next piece; nil at the end, nil and a reason on failure
---@param mark string
---@param found table at the end: is_there; rows and date, if the line names them
---@return fun(bytes: integer): string?, string? read
function end_mark.reader(read, mark, found)
  local held, ended, is_cut = "", false, false

  -- Returns the last piece without the line of the mark.
  local function last_piece()
    ended = true
    local text = held:gsub("[%s%z]+$", "")
    local start = text:match ".*[\r\n]()" or not is_cut and 1
    local rest = start and after_mark(text:sub(start), mark)
    if not rest then return held ~= "" and held or nil end
    found.is_there = true
    read_cells(rest, found)
    return start > 1 and text:sub(1, start - 1) or nil
  end

  return function(bytes)
    while not ended do
      local piece, reason = read(bytes)
      if reason then return nil, reason end
      if not piece then return last_piece() end
      held = held .. piece
      if #held > max_line then
        piece, held, is_cut = held:sub(1, -max_line - 1), held:sub(-max_line), true
        return piece
      end
    end
    return nil
  end
end

return end_mark
