--- Runs Lua code in a new process: for code that depends on the environment or may end the process.
local shell = require "tools.shell"

local run_lua = {}

--- Runs the code and returns its output, with the exit status as the last line ("exit 0").
---@param code string
---@param options? {environment?: table<string, string>, clean?: boolean, abi?: string, core?: string, interpreter?: string,
---  within?: string} abi: LuaJIT or another Lua; core: the ABI of the C modules; within: a command that runs the interpreter
function run_lua.run(code, options)
  options = options or {}
  local abi = options.abi or shell.abi
  local core = options.core or abi
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(("package.path = './lua/?.lua;./lua/?/init.lua;./?.lua;' .. package.path\n" ..
    "package.cpath = './build/%s/?.so;' .. package.cpath\n"):format(core), code)
  file:close()
  local command = { options.clean and "env -i" or "env" }
  if options.clean then command[2] = shell.quote("PATH=" .. (os.getenv("PATH") or "/usr/bin:/bin")) end
  for name, value in pairs(options.environment or {}) do command[#command + 1] = shell.quote(name .. "=" .. value) end
  command[#command + 1] = options.within
  command[#command + 1] = options.interpreter or options.abi and shell.interpreters[abi] or shell.interpreter
  command[#command + 1] = shell.quote(path)
  local pipe = assert(io.popen(table.concat(command, " ") .. " 2>&1; echo exit $?", "r"))
  local output = pipe:read("*a")
  pipe:close()
  os.remove(path)
  return output
end

return run_lua
