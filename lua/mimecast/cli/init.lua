--- The `mimecast` command: what the words of a command line ask for is done over the public API, and its end is an exit
--- code that scripts can rely on.
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local output = require "mimecast.cli.io"
local parser = require "mimecast.cli.parser"
local status = require "mimecast.cli.exit_codes"
local system = require "mimecast.system"
local text = require "mimecast.cli.io.terminal_text"

local cli = {}

local prefix = "mimecast: "

-- What JSON can hold of an error value: of a list its items.
local function plain(value)
  if type(value) == "function" then return nil end
  if type(value) ~= "table" then return value end
  local copy = {}
  if #value > 0 then
    for i, item in ipairs(value) do copy[i] = plain(item) end
    return json.array(copy)
  end
  for name, item in pairs(value) do copy[name] = plain(item) end
  return copy
end

-- An error value as a program reads it.
local function report_json(err)
  io.stderr:write(text.safe_json(json.encode { error = plain(err) }), "\n")
end

-- Where a problem is: a line or a row of the input, and a field or its option, where the command has one.
local function named(command, problem)
  if problem.line then
    return ("%s %d:%s"):format(problem.unit or "line", problem.line, problem.field and " " .. problem.field or "")
  end
  return command.option_of and command.option_of(problem.field) or problem.field
end

local function report(context, command, err)
  if context.json then return report_json(err) end
  local color = output.paint(context, prefix, "red", 2)
  if err.code == "invalid_input" and err.problems then
    for _, problem in ipairs(err.problems) do
      io.stderr:write(color, text.message(named(command, problem) .. " " .. problem.message), "\n")
    end
    local more = (err.problemCount or 0) - #err.problems
    if more > 0 then io.stderr:write(color, ("and %d more\n"):format(more)) end
  else
    local before = err.key and err.message:sub(1, #err.key) ~= err.key and err.key .. ": " or ""
    io.stderr:write(color, text.message(before .. err.message), "\n")
  end
  if err.outcome == "unknown" and command.writes then
    io.stderr:write(prefix, "the answer was lost: whether it was done is not known; read before you do it again\n")
  end
  if err.hint then io.stderr:write(prefix, text.message(err.hint), "\n") end
  if err.requestId and context.verbose then io.stderr:write(prefix, "request ", text.message(err.requestId), "\n") end
end

-- What the command has to say for itself, as an error value.
local function tell(context, code, message, hint)
  report(context, {}, errors.new { category = "usage", code = code, message = message, hint = hint })
end

-- Whatever was raised: an interrupt, an output that nobody reads, misuse, or a mistake of the command's own.
local function raised(context, reason)
  local stopped, pipe = output.is_stopped(reason)
  if pipe then return status.pipe end
  if stopped then
    tell(context, "unwritable_output", "the output cannot be written: " .. tostring(reason.message))
    return status.machine
  end
  if errors.is(reason) then
    report(context, {}, reason)
    return status.of(reason)
  end
  if tostring(reason):find("interrupted!", 1, true) then
    tell(context, "interrupted", "interrupted")
    return status.interrupted
  end
  local misuse = tostring(reason):match "mimecast: (.*)$" -- what the module raises: a word of the command line is wrong
  if misuse then
    tell(context, "invalid_command", misuse)
    return status.usage
  end
  tell(context, "internal", "a mistake of this command: " .. tostring(reason))
  return status.machine
end

local function refuse(context, message, command)
  tell(context, "invalid_command", message, ("try: mimecast %s--help"):format(command and command .. " " or ""))
  return status.usage
end

-- Whether the errors are for a program; known before the words are understood.
local function wants_json(words)
  for _, word in ipairs(words) do
    if word == "--json" then return true end
    if word == "--" then break end
  end
  return false
end

local function run(context)
  local command = context.command
  local code, _, err = command.run(context, context.args)
  if code and command.writes and not context.json and require("mimecast.cli.client").is_sandbox() then
    output.note(prefix .. "that was the made-up tenant of MIMECAST_SANDBOX=1, and is gone with this command")
  end
  if code then return code == true and status.ok or code end
  report(context, command, err)
  return status.of(err, command.writes)
end

local function handler(reason)
  if type(reason) ~= "string" or not os.getenv "MIMECAST_TRACEBACK" then return reason end
  return debug.traceback(reason, 2)
end

--- Runs the command.
---@param words string[] of the command line, without the command's own name
---@return integer code for os.exit
function cli.main(words)
  local context = { json = wants_json(words) }
  system.open_missing_std_fds() -- before anything else is opened
  local ok, code = xpcall(function()
    local read, message, command = parser.read(words)
    if not read then return refuse(context, message, command) end
    context = read
    return run(context)
  end, handler)
  if not ok then code = raised(context, code) end
  local flushed, reason = pcall(output.flush)
  if not flushed and code ~= status.pipe then code = raised(context, reason) end
  return code
end

return cli
