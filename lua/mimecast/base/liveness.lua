--- Whose work something is, and whether that one is gone, because an error, an interrupt for instance, went through it.
local core = require "mimecast.core"

local owner = {}

local weak = { __mode = "v" }

--- Who is running.
---@return thread|"main" me
function owner.running()
  local me, is_main = coroutine.running()
  return not is_main and me or "main"
end

--- Notes whose something is. Held weakly: one that its host gave up, with a request that was broken off for instance, is
-- collected some time.
---@param me thread|"main"
---@return table mark
function owner.mark(me)
  return setmetatable({ me, process = core.process() }, weak)
end

-- Inside nginx, coroutine.status takes the coroutines of other requests for dead; beneath it is Lua's own.
local function is_dead(who)
  return (rawget(coroutine, "_status") or coroutine.status)(who) == "dead"
end

--- Whether the one that was noted is gone for another who waits for it. Coroutines that the main thread runs have it wait for
-- them, so that it is not the one that they wait for. What was the parent's before a fork is nothing to wait for, either.
---@param mark table
---@param me thread|"main" who waits; nobody waits for itself
---@return boolean
function owner.is_gone(mark, me)
  local who = mark[1]
  return who == me or who == "main" or who == nil or is_dead(who) or mark.process ~= core.process()
end

return owner
