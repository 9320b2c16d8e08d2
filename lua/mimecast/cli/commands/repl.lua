--- `mimecast repl`: a prompt with the client's functions, their results printed.
local completion = require "mimecast.cli.repl.completion"
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local help = require "mimecast.help"
local history = require "mimecast.cli.repl.history"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io"
local secrets = require "mimecast.cli.io.secrets"
local system = require "mimecast.system"
local text = require "mimecast.cli.io.terminal_text"

local repl = {
  summary = "A prompt: the functions, their results printed, with history and completion.",
  epilog = [[At the prompt:
  update_user { email = "ann@example.com", accountDisabled = true }
  users { domain = "example.com" }     an iterator
  help "update_user"                   what a function takes and returns
  update_user { email = "ann@example.com", password = ask "Password" }
                                       typed without echo
  exit, or Ctrl-D                      ends it
Ctrl-C breaks off what runs, or drops the line; a second one ends the prompt.]],
}

function repl.define() end

local load_text = rawget(_G, "loadstring") or load

local quit = {} -- raised by exit

-- ---- what the prompt knows ----

local function show_help(name) output.write(help.text(name) .. "\n") end

local function ask(name)
  local secret, message = secrets.read(name or "Secret", true)
  if not secret then error("ask: the secret " .. message, 0) end
  return secret
end

-- Globals of the prompt: the client's functions, words of its own, and Lua's.
local function environment_of(client)
  local words = { client = client, mimecast = mimecast, ask = ask,
    help = setmetatable({}, { __call = function(_, name) show_help(name) end, __tostring = function() return help.text() end }),
    exit = setmetatable({}, { __call = function() error(quit, 0) end, __tostring = function() error(quit, 0) end }) }
  return setmetatable(words, { __index = function(own, name)
    local method = type(name) == "string" and client[name]
    if type(method) ~= "function" then return rawget(_G, name) end
    local function call(...) return method(client, ...) end
    rawset(own, name, call)
    return call
  end })
end

-- A chunk as an expression where it is one; the third value tells that it is not complete.
local function compile(chunk, environment)
  local made, reason = load_text("return " .. chunk, "=prompt", "t", environment)
  if not made then made, reason = load_text(chunk, "=prompt", "t", environment) end
  local setfenv = rawget(_G, "setfenv")
  if made and setfenv then setfenv(made, environment) end
  return made, reason, reason ~= nil and reason:find("<eof>", 1, true) ~= nil
end

-- ---- results ----

local function shown(value)
  local mt = getmetatable(value)
  if type(value) == "string" then return ('"%s"'):format(text.printable(value)) end
  if type(value) == "table" and not (mt and mt.__tostring) then
    local ok, document = pcall(output.encode, value)
    return ok and document or tostring(value)
  end
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

local function show(ok, ...)
  local count, first, _, err = select("#", ...), ...
  if not ok then
    if first == quit then return error(quit, 0) end
    return output.note("raised: " .. tostring(errors.is(first) and first.message or first))
  end
  if first == nil and errors.is(err) then return output.note(tostring(err)) end
  for i = 1, count do
    local value = (select(i, ...))
    if value ~= nil and not (i > 1 and type(value) == "table" and next(value) == nil) then
      output.write(shown(value) .. "\n")
    end
  end
end

-- ---- lines ----

-- Readline where it is installed and somebody is there to type; else plain lines.
local function reader_of()
  local is_terminal = system.is_terminal(0)
  local ok, readline = is_terminal, nil
  if ok then ok, readline = pcall(require, "readline") end -- which writes a word where there is no home folder
  if not ok then
    return { remember = function() end, read = function(prompt)
      if is_terminal then output.write(prompt) output.flush() end
      return io.read()
    end }
  end
  readline.set_options { histfile = "", auto_add = false, completion = true }
  readline.set_readline_name "mimecast"
  readline.set_complete_function(function(...)
    readline.set_completion_append_character "" -- readline forgets it before each completion
    return completion.complete(...)
  end)
  local kept = history.open()
  for _, line in ipairs(kept.lines) do readline.add_history(line) end
  return { read = readline.readline, remember = function(line)
    if kept:add(line) then readline.add_history(line) end
  end }
end

local function read_chunk(reader, environment)
  local lines, prompt = {}, "mimecast> "
  while true do
    local line = reader.read(prompt)
    if not line then return nil end
    lines[#lines + 1] = line
    local chunk = table.concat(lines, "\n")
    local made, reason, is_open = compile(chunk, environment)
    if not is_open or line == "" then return chunk, made, reason, lines end
    prompt = "       >> "
  end
end

-- One chunk: false at the end of the input.
local function step(reader, environment)
  local chunk, made, reason, lines = read_chunk(reader, environment)
  if not chunk then return false end
  if chunk:find "^%s*$" then return true end
  if not history.is_secret(chunk) then
    for _, line in ipairs(lines) do reader.remember(line) end
  end
  if not made then
    output.note((reason:gsub("^[^:]*:%d+: ", "")))
    return true
  end
  show(pcall(made))
  return true
end

function repl.run(context)
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local reader, environment = reader_of(), environment_of(client)
  if system.is_terminal(0) then output.write(('%s. help lists the functions, exit ends.\n'):format(tostring(client))) end
  while true do
    output.flush()
    local ok, more = pcall(step, reader, environment)
    if not ok and more ~= quit then
      if output.is_stopped(more) then error(more, 0) end
      output.note(tostring(more):find("interrupted!", 1, true) and "interrupted, and the line was dropped" or tostring(more))
    elseif more == quit or not more then
      if system.is_terminal(0) and more ~= quit then output.write "\n" end
      return true
    end
  end
end

return repl
