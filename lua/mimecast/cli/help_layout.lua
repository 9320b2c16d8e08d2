--- Lays out help pages: width, wrapped paragraphs, entries of a label and a text.
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local help_layout = {}

local max_columns, label_width = 100, 24

--- Returns the width of help pages.
---@return integer
function help_layout.columns()
  return math.min(output.columns() or max_columns, max_columns)
end

--- Wraps paragraphs. Lines that begin with a blank stay as they are: they are to be copied.
---@param text string
---@return string
function help_layout.wrap(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    if line == "" or line:sub(1, 1) == " " then
      lines[#lines + 1] = line
    else
      for _, part in ipairs(terminal_text.wrap(line, help_layout.columns())) do lines[#lines + 1] = part end
    end
  end
  return table.concat(lines, "\n")
end

--- Returns a line of a label and a wrapped text beside it.
---@param label string
---@param text string
---@return string
function help_layout.entry(label, text)
  local lines = terminal_text.wrap(text, help_layout.columns() - label_width - 2)
  return ("  %-" .. label_width .. "s%s"):format(label, table.concat(lines, "\n" .. (" "):rep(label_width + 2)))
end

return help_layout
