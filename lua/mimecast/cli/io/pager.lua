--- Shows long text page by page: with the program that the variable PAGER names, and only on a terminal that is too short.
local output = require "mimecast.cli.io.output"
local system = require "mimecast.system"

local pager = {}

-- Returns whether a text has more lines than the terminal; true if their number is unknown.
local function is_long(text)
  local _, rows = system.width(1)
  if not rows or rows < 1 then return true end
  local _, lines = text:gsub("\n", "")
  return lines >= rows
end

local function program()
  local name = os.getenv "PAGER" or ""
  return name:find "%S" and name ~= "cat" and name or nil
end

--- Shows a text. Without a terminal, with --json or without PAGER it is written as it is.
---@param context table json
---@param text string
function pager.show(context, text)
  local name = not context.json and output.is_terminal() and system.is_terminal(0) and program()
  if not name or not is_long(text) then return output.write(text) end
  output.flush()
  local pipe = io.popen(name, "w")
  if not pipe then return output.write(text) end
  pipe:write(text) -- fails if the reader has seen enough
  pipe:close()
end

return pager
