--- Runs a function in a forked child process and returns its result.
local shell = require "tools.shell"

assert(os.execute("make -s build/" .. shell.abi .. "/spec/forked.so"))
local native = require "spec.forked"

local forked = { fork = native.fork, wait = native.wait, exit = native.exit }

local Child = {}
Child.__index = Child

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  return text
end

--- Waits for the end of the child. Raises the child's error.
---@return string text of the function
function Child:join()
  local status, text = native.wait(self.id), read(self.path)
  if status ~= 0 then error(("the child ended with %d: %s"):format(status, text), 2) end
  return text
end

--- Runs a function in a child process. The child does not close the Lua state.
---@param run fun(): string?
---@return table child join()
function forked.start(run)
  local path = os.tmpname()
  local id = native.fork()
  if id > 0 then return setmetatable({ id = id, path = path }, Child) end
  local ok, text = pcall(run)
  local file = io.open(path, "wb")
  file:write(tostring(text or ""))
  file:close()
  native.exit(ok and 0 or 1)
end

return forked
