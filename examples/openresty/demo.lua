--- A day of the house: joiners, leavers, a compromised account, an outage of the service, a worker and a Redis that die.
--
--     make openresty-demo
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION == "Lua 5.1" and "5.1" or _VERSION:match "%d%.%d") .. package.cpath

local json = require "mimecast.json"
local stage = require "examples.openresty.stage"

local list = [[
email,username,allowPop3,allowSmtp
carol@example.com,"Carol Example, Finance",false,true
bob@example.com,,false,
]]

local function say(text, ...)
  print(text:format(...))
  io.stdout:flush()
end

local function title(text) say("\n%s", text) end

local function shown(what, response)
  local body = response.json
  local came = body.detail or body.id or ("%s %s"):format(body.email, body.username or "")
  say("  %-34s %d %s", what, response.status, came:sub(1, 80))
  return response
end

-- What the tenant holds of a user.
local function tell(house, email, ...)
  local user, parts = house.tenant:user(email), {}
  for i, name in ipairs { ... } do parts[i] = ("%s = %s"):format(name, tostring(user[name])) end
  say("  the tenant: %s: %s", email, table.concat(parts, ", "))
end

local function post(house, what, path, input)
  return shown(what, assert(house:post(path, input)))
end

local function wait_for_changes(house)
  local began = os.time()
  assert(house:wait(20, function() return house:metric "house_changes_waiting" == 0 end), "changes are still waiting")
  return os.time() - began
end

-- ---- the day ----

local function joiners(house)
  title "A joiner takes over bob's address; another gets a new one"
  local start = "2026-12-01T08:00:00+01:00"
  post(house, "bob@, reused", "/joiners", { email = "bob@example.com", username = "Bob Newman", password = "Correct-Horse-7",
    archiveStartDate = start })
  post(house, "dora@, new", "/joiners", { email = "dora@example.com", username = "Dora New", password = "Correct-Horse-8",
    archiveStartDate = start })
  tell(house, "bob@example.com", "name", "archiveStartDate", "forcePasswordChange")
end

local function leavers(house)
  title "A leaver: disabled at once. What is forged, or sent twice, is refused"
  local body = json.encode { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }
  local headers = stage.sign(tostring(os.time()), body)
  for _, what in ipairs { "ann@", "the same request again", "with another body" } do
    if what == "with another body" then body = body:gsub("ann", "bob") end
    local response = assert(house:ask("/leavers", headers, body))
    response.json = json.decode(response.body)
    shown(what, response)
  end
  post(house, "nobody@", "/leavers", { email = "nobody@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" })
  tell(house, "ann@example.com", "accountDisabled", "archiveStartDate")
end

local function compromised(house)
  title "An account is compromised: locked, and no way to its mail, by way of the intake"
  post(house, "dora@, stored", "/changes", { email = "dora@example.com", accountLocked = true, allowPop3 = false,
    allowSmtp = false })
  wait_for_changes(house)
  tell(house, "dora@example.com", "accountLocked", "allowPop", "allowSmtp")
end

local function outage(house)
  title "The service is out: the webhook says so, the intake takes changes all the same; a worker dies meanwhile"
  house.tenant:fault { kind = "unavailable", times = 40, path = "/api/user/update-user" }
  local refused = post(house, "ann@", "/leavers", { email = "ann@example.com", archiveStartDate = "2026-11-30T19:00:00Z" })
  say("  Retry-After: %s", refused.headers["retry-after"])
  for i = 1, 20 do
    local email = ("%s@example.com"):format(({ "ann", "bob", "carol", "dora" })[i % 4 + 1])
    assert(assert(house:post("/changes", { email = email, username = ("Name %d"):format(i) })).status == 202)
  end
  local before = house:metric 'house_requests_total{path="/changes",status="202"}'
  say("  20 changes stored, %d waiting", house:metric "house_changes_waiting")
  local pid = house:workers()[1]
  house:kill(pid)
  say("  worker %s killed", pid)
  wait_for_changes(house)
  local after = house:metric 'house_requests_total{path="/changes",status="202"}'
  say("  the service is back: all applied. Counted before and after the kill: %d and %d", before, after)
  tell(house, "ann@example.com", "name")
end

local function redis_away(house)
  title "Redis is killed, and started again"
  house.redis:kill()
  local refused = post(house, "carol@, not stored", "/changes", { email = "carol@example.com", accountLocked = false })
  say("  Retry-After: %s", refused.headers["retry-after"])
  house.redis:start()
  post(house, "carol@, sent again", "/changes", { email = "carol@example.com", accountLocked = false })
  wait_for_changes(house)
  tell(house, "carol@example.com", "accountLocked")
end

local function night(house)
  title "The list, brought into line by one of four workers (each 4 seconds here, each night elsewhere)"
  local runs = house:metric "house_list_runs_total"
  assert(house:wait(10, function() return house:metric "house_list_runs_total" > runs end), "the list did not run")
  for line in house:log():gmatch "list: [^,\n]+, [^,\n]+, [^,\n]+" do say("  %s", line) end
  tell(house, "carol@example.com", "name", "allowPop")
end

local function count(house)
  title "Metrics of all workers, and the tenant's own count"
  local page = house:ask "/metrics".body
  for line in page:gmatch "[^\n]+" do
    if line:find "^mimecast_[crt]%a+s_total" or line:find "^house_changes" or line:find "^house_list" then say("  %s", line) end
  end
  for _, name in ipairs { "ann", "bob", "carol", "dora" } do
    say("  the tenant: %s@example.com was changed %d times", name, house.tenant:applied(name .. "@example.com"))
  end
  say("  the tenant: %d changes in all", house.tenant:applied())
end

local house = stage.start { environment = { HOUSE_LIST_EVERY = 4 }, list = "list.csv", files = { ["list.csv"] = list } }
local ok, reason = pcall(function()
  say("A house on loopback: four nginx workers at %s, a Redis, and a tenant of its own", house.url)
  for _, part in ipairs { joiners, leavers, compromised, outage, redis_away, night, count } do part(house) end
end)
if os.getenv "HOUSE_LOG" then io.stderr:write(house:log()) end
house:stop()
if not ok then
  io.stderr:write(tostring(reason), "\n")
  os.exit(1)
end
title "All that was started is stopped."
