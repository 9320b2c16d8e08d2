--- The `mimecast` command: parses the command line, runs the command over the public API, reports errors and returns the exit
-- code.
local client_factory = require "mimecast.cli.client_factory"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local parser = require "mimecast.cli.parser"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local cli = {}

local prefix = "mimecast: "

-- ---- errors ----

-- Returns a copy that JSON can hold.
local function to_plain(value)
  if type(value) == "function" then return nil end
  if type(value) ~= "table" then return value end
  local copy = {}
  if #value > 0 then
    for i, item in ipairs(value) do copy[i] = to_plain(item) end
    return json.array(copy)
  end
  for name, item in pairs(value) do copy[name] = to_plain(item) end
  return copy
end

-- Returns the location of a problem: the line or row of the input and the field, or the option of the field.
local function location(command, problem)
  if problem.line then
    return ("%s %d:%s"):format(problem.unit or "line", problem.line, problem.field and " " .. problem.field or "")
  end
  return command.option_name and command.option_name(problem.field) or problem.field
end

local function write_problems(start, command, err)
  for _, problem in ipairs(err.problems) do
    io.stderr:write(start, terminal_text.message(location(command, problem) .. " " .. problem.message), "\n")
  end
  local remaining = (err.problemCount or 0) - #err.problems
  if remaining > 0 then io.stderr:write(start, ("and %d more\n"):format(remaining)) end
end

local function report(context, command, err)
  if context.json then
    return io.stderr:write(terminal_text.escape_json(json.encode { error = to_plain(err) }), "\n")
  end
  local start = output.paint(context, prefix, "red", 2)
  if err.code == "invalid_input" and err.problems then
    write_problems(start, command, err)
  else
    local key = err.key and err.message:sub(1, #err.key) ~= err.key and err.key .. ": " or ""
    local profile = err.profile and ("profile %s: "):format(terminal_text.printable(err.profile)) or ""
    io.stderr:write(start, terminal_text.message(profile .. key .. err.message), "\n")
  end
  if err.outcome == "unknown" and command.writes then
    io.stderr:write(prefix, "the response was lost and the outcome is unknown: read the current state before you retry\n")
  end
  if err.hint then io.stderr:write(prefix, terminal_text.message(err.hint), "\n") end
  if err.requestId and context.verbose then
    io.stderr:write(prefix, "request id ", terminal_text.message(err.requestId), "\n")
  end
end

local function report_usage(context, code, message, hint)
  report(context, {}, errors.new { category = "usage", code = code, message = message, hint = hint })
end

-- Reports a raised value: an interrupt, an output that cannot be written, wrong use, or a bug.
local function report_raised(context, reason)
  local is_write_error, is_broken_pipe = output.is_write_error(reason)
  if is_broken_pipe then return exit_codes.broken_pipe end
  if is_write_error then
    report_usage(context, "unwritable_output", "cannot write the output: " .. tostring(reason.message))
    return exit_codes.internal
  end
  if errors.is(reason) then
    report(context, {}, reason)
    return exit_codes.of(reason)
  end
  if tostring(reason):find("interrupted!", 1, true) then
    report_usage(context, "interrupted", "interrupted")
    return exit_codes.interrupted
  end
  local misuse = tostring(reason):match "mimecast: (.*)$" -- raised by the module for a wrong word of the command line
  if misuse then
    report_usage(context, "invalid_command", misuse)
    return exit_codes.usage
  end
  report_usage(context, "internal", "internal error: " .. tostring(reason) .. " (please report it)")
  return exit_codes.internal
end

-- ---- running ----

-- Looks for --json and --output json before the words are parsed: a parse error is reported as JSON as well.
local function wants_json(words)
  for i, word in ipairs(words) do
    if word == "--json" or word:find "^%-%-output=json" then return true end
    if word == "--output" and (words[i + 1] or ""):find "^json" then return true end
    if word == "--" then break end
  end
  return false
end

local function run(context)
  local command = context.command
  context.report = function(err) report(context, command, err) end -- of commands that go on after an error
  local code, _, err = command.run(context, context.args)
  if not code then
    report(context, command, err)
    return exit_codes.of(err, command.writes)
  end
  if command.writes and not context.json and client_factory.uses_sandbox() then
    output.note(prefix .. "note: ran against the in-memory sandbox (MIMECAST_SANDBOX=1); nothing was changed in a real tenant")
  end
  return code == true and exit_codes.ok or code
end

local function add_traceback(reason)
  if type(reason) ~= "string" or not os.getenv "MIMECAST_TRACEBACK" then return reason end
  return debug.traceback(reason, 2)
end

--- Runs the command.
---@param words string[] the command line without the name of the command
---@return integer code for os.exit
function cli.main(words)
  local context = { json = wants_json(words) }
  system.open_missing_std_fds() -- before any other file is opened
  local ok, code = xpcall(function()
    local parsed, message, name = parser.parse(words)
    if not parsed then
      report_usage(context, "invalid_command", message, ("try: mimecast %s--help"):format(name and name .. " " or ""))
      return exit_codes.usage
    end
    context = parsed
    return run(context)
  end, add_traceback)
  if not ok then code = report_raised(context, code) end
  local flushed, reason = pcall(output.flush)
  if not flushed and code ~= exit_codes.broken_pipe then code = report_raised(context, reason) end
  return code
end

return cli
