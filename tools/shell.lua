--- Shell, files and ports for specs, benches and examples: the functions of the sandbox's process module and a few more.
local process = require "mimecast.sandbox.front.process"
local socket = require "socket"

local shell = {}
for name, run in pairs(process) do shell[name] = run end

--- The ABI of this interpreter, such as "5.4"; "5.1" for LuaJIT. build/ has a folder for each.
shell.abi = _VERSION:match "%d%.%d"

--- The interpreters by ABI; LuaJIT for 5.1. A variable such as LUA54 or LUAJIT names another command.
shell.interpreters = {}

--- The command of the interpreter that runs this code.
shell.interpreter = nil

for _, row in ipairs(require "tools.lua_versions") do
  local command = os.getenv(row.interpreter:upper():gsub("%.", "")) or row.interpreter
  shell.interpreters[row.version] = shell.interpreters[row.version] or command
  local is_jit = row.interpreter == "luajit"
  if row.version == shell.abi and is_jit == (rawget(_G, "jit") ~= nil) then shell.interpreter = command end
end

--- Runs a command and returns what it wrote to both outputs, without the last line end.
---@param command string
---@return string output
function shell.output(command)
  local pipe = assert(io.popen(command .. " 2>&1", "r"))
  local text = pipe:read("*a"):gsub("\n$", "")
  pipe:close()
  return text
end

--- Starts a Lua program beside this process. The program takes a port and this process's id, and ends with this process.
---@param path string such as "tools/dns.lua"
---@param port integer
---@param ... any further arguments
function shell.start_beside(path, port, ...)
  local words = { shell.interpreter, path, port, shell.run "echo $PPID", ... }
  for i = 5, #words do words[i] = shell.quote(tostring(words[i])) end
  shell.run(table.concat(words, " ") .. " >/dev/null 2>&1 &")
end

--- Returns a port of 127.0.0.1 on which no process listens.
---@return integer
function shell.free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return math.floor(tonumber(port))
end

return shell
