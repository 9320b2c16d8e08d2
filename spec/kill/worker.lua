-- Runs a plan in a process that may be killed at any moment: starts the run, or resumes it if the journal exists. Prints
-- the six totals at the end.
-- usage: worker.lua <plan> <journal>, with MIMECAST_BASE_URL, MIMECAST_CLIENT_ID, MIMECAST_CLIENT_SECRET
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION:match "%d%.%d") .. package.cpath

local mimecast = require "mimecast"
local plan_path, journal_path = arg[1], arg[2]

local function has(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local plan = assert(mimecast.plan(plan_path))
local report, message, err = plan:apply { journal = journal_path, resume = has(journal_path), again = true,
  concurrency = 4, maxChanges = 1000000, maxFailureRatio = 1 }
if not report then
  print("failed " .. err.code .. " " .. message)
elseif report.stopped then
  print("stopped " .. report.stopped.code .. " " .. tostring(report.stopped))
else
  print(("done %d %d %d %d %d %d"):format(report.ok, report.unchanged, report.rejected, report.unknown, report.skipped,
    report.not_sent))
end
