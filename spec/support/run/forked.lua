-- Child processes of the specs: a function that runs in a fork, and what it returned.
local shell = require "tools.shell"

assert(os.execute("make -s build/" .. shell.abi .. "/spec/forked.so"))
local own = require "spec.forked"

local forked = { fork = own.fork, wait = own.wait, exit = own.exit }

local Child = {}
Child.__index = Child

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  return text
end

--- Waits until it has ended; raises what it raised.
---@return string text that the function returned
function Child:join()
  local status, text = own.wait(self.id), read(self.path)
  if status ~= 0 then error(("the child ended with %d: %s"):format(status, text), 2) end
  return text
end

--- Runs a function in a child process beside this one. The child ends without closing the Lua state.
---@param run fun(): string?
---@return table child join()
function forked.start(run)
  local path = os.tmpname()
  local id = own.fork()
  if id > 0 then return setmetatable({ id = id, path = path }, Child) end
  local ok, text = pcall(run)
  local file = io.open(path, "wb")
  file:write(tostring(text or ""))
  file:close()
  own.exit(ok and 0 or 1)
end

return forked
