-- A busted helper: a full collection every few hundred instructions, so that a value that C no longer holds is gone at once.
dofile "spec/support/run/setup_paths.lua"
local every = tonumber(os.getenv "GC_STRESS_EVERY" or 500) -- VM instructions

local create = coroutine.create

local function hook() collectgarbage() end

-- Hooks belong to a coroutine, so each new one gets its own.
function coroutine.create(body) -- luacheck: ignore
  local task = create(body)
  debug.sethook(task, hook, "", every)
  return task
end

collectgarbage("setpause", 100)
debug.sethook(hook, "", every)
