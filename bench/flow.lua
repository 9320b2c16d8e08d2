--- Makes the calls of a flow without the wire: flow.lua FLOW COUNT [vm|garbage|functions|modules]
--
-- FLOW is an id of bench/flows.lua. Prints the VM instructions, the KiB of garbage or the called Lua functions of a call, or
-- the number of modules that the flow loads. Without a mode it only calls, and valgrind counts.
dofile "tools/paths.lua"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"
local flows = require "bench.flows"

local flow, count, mode = flows.find(arg[1]), tonumber(arg[2]), arg[3]
local options = fixture.options(flow.api, "http://127.0.0.1:1", flows.transport(flow))
for name, value in pairs(flow.options or {}) do options[name] = value end
local client = assert(mimecast.new(options))

local function run(calls)
  for _ = 1, calls do assert(flow.run(client)) end
end

local measure = {}

function measure.vm()
  local instructions = 0
  debug.sethook(function() instructions = instructions + 1 end, "", 1)
  run(count)
  debug.sethook()
  return instructions / count
end

function measure.garbage()
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  run(count)
  return (collectgarbage "count" - before) / count
end

-- Counts calls of functions written in Lua, not of the C core or Lua's library.
function measure.functions()
  local calls = 0
  debug.sethook(function()
    if debug.getinfo(2, "S").what ~= "C" then calls = calls + 1 end
  end, "c")
  run(count)
  debug.sethook()
  return calls / count
end

-- Counts the modules of the project that the flow needs, those in C included.
function measure.modules()
  local loaded = 0
  for name in pairs(package.loaded) do
    if name == "mimecast" or name:find "^mimecast%." then loaded = loaded + 1 end
  end
  return loaded
end

run(math.ceil(count / 5))
if mode then
  print(("%.3f"):format(measure[mode]()))
else
  run(count)
end
