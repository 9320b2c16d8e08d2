--- Calls update_user without the wire: flow.lua API COUNT [vm|garbage]
--
-- The transport returns a fixed response, so the figures are the same in each run. Prints VM instructions or KiB of garbage for
-- each call; without a mode it only calls, and valgrind counts.
dofile "tools/paths.lua"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"

local api, count, mode = arg[1], tonumber(arg[2]), arg[3]

local transport = {}
function transport.send(_, request)
  local is_token = request.url:find("/oauth/token", 1, true)
  return { status = 200, headers = {}, body = is_token and fixture.token or fixture.response }
end

local client = assert(mimecast.new(fixture.options(api, "http://127.0.0.1:1", transport)))

local function run(calls)
  for _ = 1, calls do assert(client:update_user(fixture.input)) end
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
