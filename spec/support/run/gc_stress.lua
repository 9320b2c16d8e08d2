-- busted helper: a full garbage collection every few hundred VM instructions, so that a value without a reference in C is freed
-- at once.
dofile "spec/support/run/setup_paths.lua"
local every = tonumber(os.getenv "GC_STRESS_EVERY" or 500) -- VM instructions

local create = coroutine.create

local function hook() collectgarbage() end

-- A hook belongs to one coroutine: each new coroutine needs it, too.
function coroutine.create(body) -- luacheck: ignore
  local task = create(body)
  debug.sethook(task, hook, "", every)
  return task
end

collectgarbage("setpause", 100)
debug.sethook(hook, "", every)
