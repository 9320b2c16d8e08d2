--- Shell, files and ports for specs, benches and examples: the functions of the sandbox's process module and a few more.
local process = require "mimecast.sandbox.front.process"
local socket = require "socket"

local shell = {}
for name, run in pairs(process) do shell[name] = run end

--- The ABI of this interpreter: "5.4", or "5.1" for LuaJIT. build/ has a folder for each.
shell.abi = _VERSION == "Lua 5.1" and "5.1" or "5.4"

--- The interpreters by ABI.
shell.interpreters = { ["5.4"] = os.getenv "LUA54" or "lua5.4", ["5.1"] = os.getenv "LUAJIT" or "luajit" }

--- The command of the interpreter that runs this code.
shell.interpreter = shell.interpreters[shell.abi]

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
