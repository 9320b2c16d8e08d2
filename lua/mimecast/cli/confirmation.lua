--- Shows a plan before anything is sent, and asks whether to go on: yes or no, or the tenant's name and the number of changes.
local counted = require "mimecast.base.counted"
local output = require "mimecast.cli.io.output"
local system = require "mimecast.system"

local confirmation = {}

local max_unasked = 100 -- changes without a terminal and without --yes

--- Defines the option that makes the question unnecessary.
function confirmation.define(element)
  element:flag "--yes"
    :description "do not ask; needed without a terminal to disable or lock, and above 100 changes"
end

local function can_ask()
  return system.is_terminal(0) and system.is_terminal(2)
end

-- Writes a text of several lines: output.note escapes the ends of lines.
local function show(text)
  for line in text:gmatch "[^\n]+" do output.note(line) end
end

local function read_trimmed()
  return (io.read() or ""):match "^[ \t-\r]*(.-)[ \t-\r]*$"
end

local function ask(question)
  io.stderr:write(question)
  return read_trimmed()
end

-- Returns why a run without a terminal needs --yes; nil if it does not.
local function needs_yes(question)
  if question.disables > 0 then return "the plan disables or locks " .. counted(question.disables, "account") end
  if question.changes > max_unasked then return "the plan changes " .. counted(question.changes, "account") end
  return nil
end

local function is_yes(word)
  return word == "yes" or word == "y" or word == "Yes" or word == "YES"
end

--- Returns the option `review` of apply: shows the plan and asks, on a terminal; elsewhere demands --yes.
---@param context table args.yes
---@param display table the progress display
---@return fun(plan: mimecast.Plan, question: table): boolean, string?, string?
function confirmation.review(context, display)
  return function(plan, question)
    display:clear()
    if can_ask() then
      show(tostring(plan))
      if context.args.yes or question.message then return true end -- a default limit is confirmed by typing more than yes
      return is_yes(ask(("Change %s of %s? yes or no: "):format(counted(question.changes, "account"),
        question.tenant)))
    end
    local reason = not context.args.yes and needs_yes(question)
    if not reason then return true end
    return false, reason .. ", and there is no terminal to ask on", "look at it with mimecast plan, then repeat"
      .. " the command with --yes"
  end
end

--- Returns the option `confirm` of apply, which asks for the tenant's name and the number of changes; nil without a terminal.
---@param display table the progress display
---@return (fun(question: table): string, string)?
function confirmation.typed(display)
  if not can_ask() then return nil end
  return function(question)
    display:clear()
    show(("mimecast: %s\nThis changes %d accounts of %s; %d of them are disabled or locked."):format(question.message,
      question.changes, question.tenant, question.disables))
    local name = ask "Type the tenant's name: "
    return name, ask "Type the number of changes: "
  end
end

return confirmation
