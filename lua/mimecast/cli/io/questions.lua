--- Asks for texts and for a yes on a terminal. Elsewhere an option has to give the value.
local errors = require "mimecast.errors"
local system = require "mimecast.system"

local questions = {}

local max_tries = 3

--- Returns whether there is a terminal to ask on.
---@return boolean
function questions.can_ask()
  return system.is_terminal(0) and system.is_terminal(2)
end

local function ask(prompt)
  io.stderr:write(prompt)
  local line = io.read()
  if not line then error(errors.new { category = "usage", code = "interrupted", message = "the input ended" }, 0) end
  return line:match "^[ \t-\r]*(.-)[ \t-\r]*$"
end

--- Asks for a text until it is valid. Raises an error value if there is no terminal and no default.
---@param question table label, option (that gives the text without a terminal), default,
-- check(text) that returns what is wrong with it
---@return string
function questions.text(question)
  if not questions.can_ask() then
    if question.default then return question.default end
    error(errors.new { category = "usage", code = "invalid_command", message = "missing " .. question.option,
      hint = "without a terminal the command cannot ask" }, 0)
  end
  local reason
  for _ = 1, max_tries do
    local default = question.default and question.default ~= "" and " [" .. question.default .. "]" or ""
    local text = ask(question.label .. default .. ": ")
    if text == "" and question.default then return question.default end
    reason = question.check and question.check(text)
    if not reason then return text end
    io.stderr:write("mimecast: ", reason, "\n")
  end
  error(errors.invalid_value(question.option, reason), 0)
end

--- Asks for a yes. Raises an error value if there is no terminal.
---@param prompt string
---@param option string that confirms without a terminal
---@return boolean
function questions.confirm(prompt, option)
  if not questions.can_ask() then
    error(errors.new { category = "usage", code = "invalid_command", message = prompt .. " It was not confirmed",
      hint = "without a terminal, confirm with " .. option }, 0)
  end
  local reply = ask(prompt .. " [y/N] ")
  return reply:find "^[Yy]$" ~= nil or reply:find "^[Yy][Ee][Ss]$" ~= nil
end

return questions
