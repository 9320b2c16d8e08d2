--- Runs one case with the module: module.lua serial|flight API URL COUNT [IN_FLIGHT]
--
-- Prints wall-clock seconds and CPU seconds of COUNT calls of update_user, after a warm-up that opens the connections and
-- fetches the token of API 2.0.
dofile "tools/paths.lua"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"

local mode, api, url, count, in_flight = arg[1], arg[2], arg[3], tonumber(arg[4]), tonumber(arg[5])
local client = assert(mimecast.new(fixture.options(api, url)))

local run = {}

function run.serial(calls)
  for _ = 1, calls do
    local user = assert(client:update_user(fixture.input))
    assert(user.accountDisabled == true)
  end
end

function run.flight(calls)
  local inputs = {}
  for i = 1, calls do inputs[i] = fixture.input end
  local users, failures = client:map(inputs, function(input) return client:update_user(input) end,
    { concurrency = in_flight })
  assert(next(failures) == nil)
  assert(#users == calls and users[calls].accountDisabled == true)
end

run[mode](500)
collectgarbage()
local wall, cpu = core.now(), os.clock()
run[mode](count)
print(("%.6f %.6f"):format(core.now() - wall, os.clock() - cpu))
