--- Measures bulk runs: disables 100,000 accounts of a tenant behind nginx without a rate limit, and 40,000 accounts of a
-- tenant that accepts 800 requests in 5 seconds.
--
-- BULK_ROWS (100000), BULK_LIMITED (40000; 0 skips it) and BULK_ROUNDS (3) set the size. With BASE=COMMIT, that commit has its
-- turn in each round. Tenant and client run on different CPUs.
dofile "tools/paths.lua"
local cpu_affinity = require "bench.cpu_affinity"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local statistics = require "bench.statistics"
local trees = require "bench.trees"

local rows = tonumber(os.getenv "BULK_ROWS" or 100000)
local limited = tonumber(os.getenv "BULK_LIMITED" or 40000)
local rounds = tonumber(os.getenv "BULK_ROUNDS" or 3)
local allowed, window = 800, 5 -- requests, seconds
local wall_limit, wall_aim, resident_limit, base_limit = 10, 5, 32, 0.8

local function verdict(value, limit)
  return value <= limit and "met" or "MISSED"
end

local function start(count, limit)
  local tenant = assert(sandbox.start { users = count, rateLimit = limit, keepRequests = 0, keepEvents = 0 })
  local cpu = cpu_affinity.server:match "%-c (%d+)"
  local pid = shell.read(tenant.prefix .. "/nginx.pid"):match "%d+"
  if cpu then shell.run(("taskset -cp %s %s"):format(cpu, pid)) end
  return tenant
end

local function round(lua, prefix, count, limit, mode)
  local tenant, folder = start(count, limit), assert(shell.make_folder())
  local output, code = shell.run(("%s%s%s bench/bulk_run.lua %s %d %s %s"):format(prefix, cpu_affinity.client, lua, tenant.url,
    count, folder, mode or limit and "count" or ""))
  local twice = tenant:applied() - count
  tenant:stop()
  shell.remove_folder(folder)
  if code ~= 0 then error(output, 0) end
  local plan, apply, plan_cpu, apply_cpu, resident, ok, requests, rate_limited =
    output:match "(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)"
  assert(tonumber(ok) == count, "rows that are not ok")
  return { plan = tonumber(plan), apply = tonumber(apply), plan_cpu = tonumber(plan_cpu), apply_cpu = tonumber(apply_cpu),
    resident = tonumber(resident), twice = twice, requests = tonumber(requests), rate_limited = tonumber(rate_limited) }
end

local function better(one, other)
  return not one or other.apply < one.apply
end

-- Prints the best round, the largest resident size and the rows applied twice.
local function report(label, list)
  local best, resident, twice = nil, 0, 0
  for _, one in ipairs(list) do
    if better(best, one) then best = one end
    resident, twice = math.max(resident, one.resident), twice + one.twice
  end
  print(("%-16s plan without reading %5.2f s (CPU %.2f s)"):format(label, best.plan, best.plan_cpu))
  print(("%-16s apply                %5.2f s (CPU %.2f s), %.0f rows/s; limit %d s %s, target %d s %s"):format(label,
    best.apply, best.apply_cpu, rows / best.apply, wall_limit, verdict(best.apply, wall_limit), wall_aim,
    verdict(best.apply, wall_aim)))
  print(("%-16s resident             %5.1f MiB; limit %d MiB %s"):format(label, resident, resident_limit,
    verdict(resident, resident_limit)))
  print(("%-16s rows applied twice   %d %s"):format(label, twice, verdict(twice, 0)))
end

local function totals(list, first, second)
  local sums = {}
  for i, one in ipairs(list) do sums[i] = one[first] + one[second] end
  return sums
end

-- Prints the seconds of plan and apply relative to the base of the same rounds.
local function compare(lua, base, list, base_list)
  for _, unit in ipairs { { "time", "plan", "apply" }, { "CPU", "plan_cpu", "apply_cpu" } } do
    local ratio = statistics.ratio(totals(list, unit[2], unit[3]), totals(base_list, unit[2], unit[3]))
    print(("%-16s %-4s of plan and apply relative to %s: %.2f (%.2f to %.2f); target %.1f %s"):format(lua, unit[1], base.name,
      ratio.median, ratio.min, ratio.max, base_limit, verdict(ratio.median, base_limit)))
  end
end

-- Prints what it costs to read the accounts for the plan, to read them again before they are changed, and to read profiles.
local function report_reads(lua)
  for _, case in ipairs { { "read", "plan reads the accounts, apply does not" },
    { "recheck", "plan and apply read the accounts" }, { "administrators", "apply reads each profile" } } do
    local one = round(lua, "", rows, false, case[1])
    print(("%-16s %s: plan %.2f s (CPU %.2f s), apply %.2f s (CPU %.2f s), %d requests, %.1f MiB"):format(lua, case[2],
      one.plan, one.plan_cpu, one.apply, one.apply_cpu, one.requests, one.resident))
  end
end

local base = trees.base()
print(("%d rows, the best of %d rounds"):format(rows, rounds))
for _, lua in ipairs { os.getenv "LUA54" or "lua5.4", os.getenv "LUAJIT" or "luajit" } do
  local list, base_list = {}, {}
  for i = 1, rounds do
    list[i] = round(lua, "", rows, false)
    base_list[i] = base and round(lua, base.prefix, rows, false)
  end
  report(lua, list)
  if base then
    report(lua .. " " .. base.name, base_list)
    compare(lua, base, list, base_list)
  end
  report_reads(lua)
end

if limited == 0 then os.exit(true, true) end
local one = round(os.getenv "LUA54" or "lua5.4", "", limited, { limit = allowed, window = window * 1000 })
-- The number of windows that can start in this time; the first starts at once.
local most = allowed * (one.apply / window + 1)
print(("limited  %d rows in %.1f s: %.1f %% of what %d requests in %d s allow (95 %% %s), 429: %d of %d (0.1 %% %s)"):format(
  limited, one.apply, 100 * one.requests / most, allowed, window, verdict(0.95, one.requests / most), one.rate_limited,
  one.requests, verdict(one.rate_limited / one.requests, 0.001)))
