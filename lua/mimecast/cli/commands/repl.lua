--- `mimecast repl`: a Lua prompt with the client's functions. It prints results, completes names and keeps a history.
local client_factory = require "mimecast.cli.client_factory"
local completion = require "mimecast.cli.repl.completion"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local help = require "mimecast.help"
local history = require "mimecast.cli.repl.history"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io.output"
local secrets = require "mimecast.cli.io.secrets"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local repl = {
  summary = "Start a Lua prompt with the client's functions",
  epilog = [[At the prompt:
  update_user { email = "ann@example.com", accountDisabled = true }
  users { domain = "example.com" }     an iterator
  help "update_user"                   input and result of a function
  update_user { email = "ann@example.com", password = ask "Password" }
                                       type a secret without echo
  exit, or Ctrl-D                      end the prompt
Ctrl-C stops the running function or drops the line; a second Ctrl-C ends the prompt.]],
}

function repl.define() end

local load_text = rawget(_G, "loadstring") or load

local quit = {} -- raised by exit

-- ---- globals of the prompt ----

local function ask(name)
  local secret, message = secrets.read(name or "Secret", true)
  if not secret then error("ask: the secret " .. message, 0) end
  return secret
end

local help_global = setmetatable({}, {
  __call = function(_, name) output.write(help.text(name) .. "\n") end,
  __tostring = function() return help.text() end,
})

local exit_global = setmetatable({}, {
  __call = function() error(quit, 0) end,
  __tostring = function() error(quit, 0) end,
})

-- Returns the environment of the prompt: its own globals, the client's functions and Lua's globals.
local function make_environment(client)
  local environment = { client = client, mimecast = mimecast, ask = ask, help = help_global, exit = exit_global }
  return setmetatable(environment, { __index = function(_, name)
    local method = type(name) == "string" and client[name]
    if type(method) ~= "function" then return rawget(_G, name) end
    local function call(...) return method(client, ...) end
    rawset(environment, name, call)
    return call
  end })
end

-- Compiles a chunk, as an expression if possible. The third value says whether the chunk is incomplete.
local function compile(chunk, environment)
  local run, reason = load_text("return " .. chunk, "=prompt", "t", environment)
  if not run then run, reason = load_text(chunk, "=prompt", "t", environment) end
  local setfenv = rawget(_G, "setfenv")
  if run and setfenv then setfenv(run, environment) end
  return run, reason, reason ~= nil and reason:find("<eof>", 1, true) ~= nil
end

-- ---- results ----

local function result_text(value)
  local mt = getmetatable(value)
  if type(value) == "string" then return ('"%s"'):format(terminal_text.printable(value)) end
  if type(value) == "table" and not (mt and mt.__tostring) then
    local ok, document = pcall(output.encode, value)
    return ok and document or tostring(value)
  end
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

-- Prints the results of pcall. Further results that are empty tables are left out: they list no failures.
local function print_results(ok, ...)
  local count, first, _, err = select("#", ...), ...
  if not ok then
    if first == quit then return error(quit, 0) end
    return output.note("raised: " .. tostring(errors.is(first) and first.message or first))
  end
  if first == nil and errors.is(err) then return output.note(tostring(err)) end
  for i = 1, count do
    local value = (select(i, ...))
    if value ~= nil and not (i > 1 and type(value) == "table" and next(value) == nil) then
      output.write(result_text(value) .. "\n")
    end
  end
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
local function read_chunk(reader, environment)
  local lines, prompt = {}, "mimecast> "
  while true do
    local line = reader.read(prompt)
    if not line then return nil end
    lines[#lines + 1] = line
    local chunk = table.concat(lines, "\n")
    local run, reason, is_incomplete = compile(chunk, environment)
    if not is_incomplete or line == "" then return chunk, run, reason, lines end
    prompt = "       >> "
  end
end

-- Reads and runs one chunk. Returns false at the end of the input.
local function step(reader, environment)
  local chunk, run, reason, lines = read_chunk(reader, environment)
  if not chunk then return false end
  if chunk:find "^%s*$" then return true end
  if not history.is_secret(chunk) then
    for _, line in ipairs(lines) do reader.add_history(line) end
  end
  if not run then
    output.note((reason:gsub("^[^:]*:%d+: ", "")))
    return true
  end
  print_results(pcall(run))
  return true
end

function repl.run(context)
  local client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  local reader, environment = make_reader(), make_environment(client)
  if system.is_terminal(0) then
    output.write(("%s. Type help for the functions, exit to end.\n"):format(tostring(client)))
  end
  while true do
    output.flush()
    local ok, result = pcall(step, reader, environment) -- result: whether there is more input, or the raised value
    if not ok and result ~= quit then
      if output.is_write_error(result) then error(result, 0) end
      local is_interrupt = tostring(result):find("interrupted!", 1, true)
      output.note(is_interrupt and "interrupted; the line was dropped" or tostring(result))
    elseif result == quit or not result then
      if system.is_terminal(0) and result ~= quit then output.write "\n" end
      return true
    end
  end
end

return repl
