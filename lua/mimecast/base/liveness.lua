--- Detects whether the coroutine that started some work has died (error, interrupt) without finishing it.
local core = require "mimecast.core"

local liveness = {}

local weak_values = { __mode = "v" }

--- Returns the running coroutine, or "main".
---@return thread|"main" task
function liveness.current()
  local task, is_main = coroutine.running()
  return not is_main and task or "main"
end

--- Records the owner of some work. The reference is weak: a coroutine that its host dropped, for instance with an aborted
--- request, is collected at some time.
---@param task thread|"main"
---@return table mark
function liveness.mark(task)
  return setmetatable({ task, process = core.process_id() }, weak_values)
end

-- Inside nginx, coroutine.status reports coroutines of other requests as dead; coroutine._status is Lua's function.
local function is_dead(task)
  return (rawget(coroutine, "_status") or coroutine.status)(task) == "dead"
end

--- Reports whether the owner cannot finish the work any more, as seen by a task that waits for it. The main thread counts as
--- died: it cannot go on while a coroutine that it runs waits. So does an owner in the parent process, after a fork.
---@param mark table of liveness.mark
---@param task thread|"main" the waiting task; a task never waits for itself
---@return boolean
function liveness.owner_died(mark, task)
  local owner = mark[1]
  return owner == task or owner == "main" or owner == nil or is_dead(owner) or mark.process ~= core.process_id()
end

return liveness
