--- One bulk run against a tenant: bulk_run.lua URL ROWS FOLDER [count|read|recheck|administrators]
--
-- Reads the input from a CSV file. With "read" the plan reads the accounts, with "recheck" apply reads them again, and with
-- "administrators" apply reads each profile. Prints the seconds of the plan and of the run, the CPU seconds
-- of both, the highest resident MiB, and the numbers of ok rows, of requests and, with "count", of responses with 429.
dofile "tools/paths.lua"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local system = require "mimecast.system"

local url, rows, folder, mode = arg[1], tonumber(arg[2]), arg[3], arg[4]
local keys = sandbox.credentials.v2
local rate_limited = 0
local client = assert(mimecast.new {
  baseUrl = url, clientId = keys.clientId, clientSecret = keys.clientSecret, timeout = 60,
  stateFolder = folder,
  onResponse = mode == "count" and function(event)
    if event.status == 429 then rate_limited = rate_limited + 1 end
  end or nil,
})

local input = folder .. "/leavers.csv"
local file = assert(io.open(input, "wb"))
file:write "email,accountDisabled\n"
for i = 1, rows do file:write(("user%06d@example.com,true\n"):format(i)) end
file:close()

local most = 0
local function look() most = math.max(most, system.resident()) end

local begun = core.monotonic()
local plan = assert(client:plan { input = input, file = folder .. "/leavers.plan", read = mode == "read" or mode == "recheck",
  onProgress = look })
local planned, cpu = core.monotonic(), os.clock()
local options = { journal = folder .. "/leavers.journal", maxChanges = rows, maxDisable = rows, onProgress = look }
if require("mimecast.bulk.apply").options.recheck then -- a base may be older
  options.recheck, options.adminCheck = mode == "recheck", mode == "administrators"
end
local report = assert(plan:apply(options))
local ended = core.monotonic()
if report.stopped then error(tostring(report)) end
print(("%.3f %.3f %.3f %.3f %.1f %d %d %d"):format(planned - begun, ended - planned, cpu, os.clock() - cpu, most / 2 ^ 20,
  report.ok, client:stats().requests, rate_limited))
