--- Measures bulk runs: disables 100,000 accounts of a tenant behind nginx without a rate limit, and 40,000 accounts of a
-- tenant that accepts 800 requests in 5 seconds.
--
-- BULK_ROWS (100000), BULK_LIMITED (40000) and BULK_ROUNDS (3) set the size. Tenant and client run on different CPUs.
dofile "tools/paths.lua"
local cpu_affinity = require "bench.cpu_affinity"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local rows = tonumber(os.getenv "BULK_ROWS" or 100000)
local limited = tonumber(os.getenv "BULK_LIMITED" or 40000)
local rounds = tonumber(os.getenv "BULK_ROUNDS" or 3)
local allowed, window = 800, 5 -- requests, seconds
local wall_limit, wall_aim, resident_limit = 10, 5, 32

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

local function round(lua, count, limit)
  local tenant, folder = start(count, limit), assert(shell.make_folder())
  local output, code = shell.run(("%s%s bench/bulk_run.lua %s %d %s %s"):format(cpu_affinity.client, lua, tenant.url, count,
    folder, limit and "count" or ""))
  local twice = tenant:applied() - count
  tenant:stop()
  shell.remove_folder(folder)
  if code ~= 0 then error(output, 0) end
  local plan, apply, plan_cpu, apply_cpu, resident, ok, requests, refused =
    output:match "(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)"
  assert(tonumber(ok) == count, "rows that are not ok")
  return { plan = tonumber(plan), apply = tonumber(apply), plan_cpu = tonumber(plan_cpu), apply_cpu = tonumber(apply_cpu),
    resident = tonumber(resident), twice = twice, requests = tonumber(requests), refused = tonumber(refused) }
end

local function better(one, other)
  return not one or other.apply < one.apply
end

print(("%d rows, the best of %d rounds"):format(rows, rounds))
for _, lua in ipairs { os.getenv "LUA54" or "lua5.4", os.getenv "LUAJIT" or "luajit" } do
  local best, resident, twice = nil, 0, 0
  for _ = 1, rounds do
    local one = round(lua, rows, false)
    if better(best, one) then best = one end
    resident, twice = math.max(resident, one.resident), twice + one.twice
  end
  print(("%-8s plan without reading %5.2f s (CPU %.2f s)"):format(lua, best.plan, best.plan_cpu))
  print(("%-8s apply                %5.2f s (CPU %.2f s), %.0f rows/s; limit %d s %s, target %d s %s"):format(lua, best.apply,
    best.apply_cpu, rows / best.apply, wall_limit, verdict(best.apply, wall_limit), wall_aim, verdict(best.apply, wall_aim)))
  print(("%-8s resident             %5.1f MiB; limit %d MiB %s"):format(lua, resident, resident_limit,
    verdict(resident, resident_limit)))
  print(("%-8s rows applied twice   %d %s"):format(lua, twice, verdict(twice, 0)))
end

local one = round(os.getenv "LUA54" or "lua5.4", limited, { limit = allowed, window = window * 1000 })
-- The number of windows that can start in this time; the first starts at once.
local most = allowed * (one.apply / window + 1)
print(("limited  %d rows in %.1f s: %.1f %% of what %d requests in %d s allow (95 %% %s), 429: %d of %d (0.1 %% %s)"):format(
  limited, one.apply, 100 * one.requests / most, allowed, window, verdict(0.95, one.requests / most), one.refused,
  one.requests, verdict(one.refused / one.requests, 0.001)))
