--- Measures reconcile: a roster of 100,000 people with about 800 seeded differences against a tenant behind nginx without a
-- rate limit. Exactly these differences must be found, and a second run must find nothing to change.
--
-- RECONCILE_USERS (100000) sets the size. Tenant and client run on different CPUs.
dofile "tools/paths.lua"
local cpu_affinity = require "bench.cpu_affinity"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local users = tonumber(os.getenv "RECONCILE_USERS" or 100000)

for _, lua in ipairs { os.getenv "LUA54" or "lua5.4", os.getenv "LUAJIT" or "luajit" } do
  local tenant = assert(sandbox.start { rateLimit = false, keepRequests = 0, keepEvents = 0 })
  local folder = assert(shell.make_folder())
  tenant:add_users(users)
  local output, code = shell.run(("%s%s bench/reconcile_run.lua %s %d %s"):format(cpu_affinity.client, lua, tenant.url, users,
    folder))
  tenant:stop()
  shell.remove_folder(folder)
  if code ~= 0 then error(output, 0) end
  local seconds, cpu, growth, resident, found, wrong, missed, second, second_seconds =
    output:match "(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)"
  print(("%-8s %d users: %.1f s (CPU %.1f s), at most %.1f MiB resident, %+.1f MiB since a tenth of the list; %s differences,"
    .. " %s wrong, %s; second run %.1f s, %s changes"):format(lua, users, tonumber(seconds), tonumber(cpu),
    tonumber(resident), tonumber(growth), found, wrong, missed == "0" and "none missed" or "SOME MISSED",
    tonumber(second_seconds), second))
end
