--- `mimecast repl`: a Lua prompt with the client's functions. It prints results, completes names and keeps a history.
local account_check = require "mimecast.cli.account_check"
local client_factory = require "mimecast.cli.client_factory"
local completion = require "mimecast.cli.repl.completion"
local core = require "mimecast.core"
local environment = require "mimecast.cli.repl.environment"
local history = require "mimecast.cli.repl.history"
local output = require "mimecast.cli.io.output"
local results = require "mimecast.cli.repl.results"
local source = require "mimecast.cli.repl.source"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local banner_timeout = 10 -- seconds

local repl = {
  summary = "Start a Lua prompt with the client's functions",
  epilog = [[At the prompt:
  update_user { email = "ann@example.com", accountDisabled = true }
  users { domain = "example.com" }     the first rows of a list
  help update_user                     input and result of a function
  update_user { email = "ann@example.com", password = ask "Password" }
                                       type a secret without echo
  exit, or Ctrl-D                      end the prompt
Ctrl-C stops the running function or drops the line; a second Ctrl-C ends the prompt.]],
}

function repl.define() end

-- ---- the first lines ----

-- Returns where the credentials come from.
local function origin(context)
  if client_factory.uses_sandbox() then return "in-memory sandbox" end
  local _, origins = client_factory.find_config(context.args)
  for _, name in ipairs { "clientId", "accessKey", "email" } do
    local from = origins[name]
    if from then return from:match '^the (profile ".*")$' or "credentials from the environment" end
  end
  return "credentials from " .. tostring(origins.clientSecret or "unknown settings")
end

-- Names the tenant, so that changes reach the right one.
local function write_banner(context, client)
  local state, text, _, account = account_check.run(client:with { timeout = banner_timeout, attempts = 1 })
  local tenant = account and "tenant " .. terminal_text.printable(account.accountCode or "without a code")
    .. (account.accountName and " (" .. terminal_text.printable(account.accountName) .. ")" or "")
    or state == "ok" and "tenant unknown" or "tenant unknown: " .. terminal_text.message(text)
  output.write(("mimecast %s, %s: %s, %s%s\n"):format(core.version, _VERSION, tenant, origin(context),
    client:info().readOnly and ", read-only" or ""))
  output.write "Type help for the functions, help update_user for one of them, exit to end.\n"
end

-- ---- lines ----

local function plain_reader(is_terminal)
  return { add_history = function() end, read = function(prompt)
    if is_terminal then output.write(prompt) output.flush() end
    return io.read()
  end }
end

-- Returns a reader over readline if it is installed and standard input is a terminal, else over plain lines.
local function make_reader()
  local is_terminal = system.is_terminal(0)
  local ok, readline = is_terminal, nil
  io.stdin:setvbuf "no" -- `ask` reads the next line from the descriptor: a buffer would hold it, and run it as code
  if ok then ok, readline = pcall(require, "readline") end -- it writes a warning if there is no home folder
  if not ok then return plain_reader(is_terminal) end
  readline.set_options { histfile = "", auto_add = false, completion = true }
  readline.set_readline_name "mimecast"
  readline.set_complete_function(function(...)
    readline.set_completion_append_character "" -- readline resets it before each completion
    return completion.complete(...)
  end)
  local past = history.open()
  for _, line in ipairs(past.lines) do readline.add_history(line) end
  return { read = readline.readline, add_history = function(line)
    if past:add(line) then readline.add_history(line) end
  end }
end

-- Reads lines until they form a complete chunk. An empty line ends an incomplete chunk.
local function read_chunk(reader, globals)
  local lines, prompt = {}, "mimecast> "
  while true do
    local line = reader.read(prompt)
    if not line then return nil end
    lines[#lines + 1] = line
    local chunk = table.concat(lines, "\n")
    local run, reason, is_incomplete = source.compile(chunk, globals)
    if not is_incomplete or line == "" then return chunk, run, reason, lines end
    prompt = "       >> "
  end
end

-- Reads and runs one chunk. Returns false at the end of the input.
local function step(context, reader, globals)
  local chunk, run, reason, lines = read_chunk(reader, globals)
  if not chunk then return false end
  if chunk:find "^%s*$" then return true end
  if not history.is_secret(chunk) then
    for _, line in ipairs(lines) do reader.add_history(line) end
  end
  if not run then
    output.note((reason:gsub("^[^:]*:%d+: ", "")))
    return true
  end
  results.print(context, chunk, pcall(run))
  return true
end

function repl.run(context)
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  local reader, globals = make_reader(), environment.new(client)
  if system.is_terminal(0) then write_banner(context, client) end
  while true do
    output.flush()
    local ok, result = pcall(step, context, reader, globals) -- result: whether there is more input, or the raised value
    if not ok and result ~= environment.quit then
      if output.is_write_error(result) then error(result, 0) end
      local is_interrupt = tostring(result):find("interrupted!", 1, true)
      output.note(is_interrupt and "interrupted; the line was dropped" or tostring(result))
    elseif result == environment.quit or not result then
      if system.is_terminal(0) and result ~= environment.quit then output.write "\n" end
      return true
    end
  end
end

return repl
