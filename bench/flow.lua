--- Makes the calls of a flow without the wire: flow.lua FLOW COUNT [vm|garbage]
--
-- FLOW is an id of bench/flows.lua. Prints VM instructions or KiB of garbage for each call; without a mode it only calls, and
-- valgrind counts.
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

run(math.ceil(count / 5))
if mode then
  print(("%.3f"):format(measure[mode]()))
else
  run(count)
end
