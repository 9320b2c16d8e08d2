--- Calls of update_user without the wire: flow.lua API COUNT [vm|garbage]
--
-- The transport returns a fixed response, so nothing depends on time or on the network: the same numbers in each run.
-- Prints VM instructions a call, or KiB of garbage a call; without a mode it only calls, for valgrind to count.
dofile "tools/paths.lua"
local mimecast = require "mimecast"
local sample = require "bench.sample"

local api, count, mode = arg[1], tonumber(arg[2]), arg[3]

local transport = {}
function transport.send(_, request)
  local is_token = request.url:find("/oauth/token", 1, true)
  return { status = 200, headers = {}, body = is_token and sample.token or sample.answer }
end

local client = assert(mimecast.new(sample.options(api, "http://127.0.0.1:1", transport)))

local function run(calls)
  for _ = 1, calls do assert(client:update_user(sample.input)) end
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

run(200)
if mode then
  print(("%.3f"):format(measure[mode]()))
else
  run(count)
end
