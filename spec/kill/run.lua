-- The long form: `make kill`, with KILLS= and SEED=. Prints the totals; a failure names its seed.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION:match "%d%.%d") .. package.cpath

local harness = require "spec.kill.harness"

local seed = tonumber(os.getenv "SEED") or os.time()
local start = os.time()
local found = harness.run { kills = tonumber(os.getenv "KILLS") or 1000, rows = 2000, seed = seed, progress = function(self)
  io.stderr:write(("\r%d kills, %d runs, %d problems "):format(self.kills, self.runs, #self.problems))
end }
io.stderr:write "\n"

local function show(title, map)
  local parts = {}
  for name, count in pairs(map) do parts[#parts + 1] = ("%s: %d"):format(name, count) end
  table.sort(parts)
  print(title .. table.concat(parts, ", "))
end

for _, problem in ipairs(found.problems) do print("FAIL  " .. problem) end
show("rows by their last state: ", found.states)
show("rows that the report calls unknown, by how often they were applied: ", found.unknown)
print(("kill: %d kills in %d runs of 2000 rows, %d stops, %d started anew, %d problems, seed %d, %d s"):format(found.kills,
  found.runs, found.stops, found.started_anew, #found.problems, seed, os.time() - start))
os.exit(#found.problems == 0 and found.kills > 0)
