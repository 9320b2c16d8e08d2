--- Demo of the examples: joiners, leavers, a compromised account, an outage, and the crash of a worker and of Redis.
--
--     make openresty-demo
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION:match "%d%.%d") .. package.cpath

local json = require "mimecast.json"
local dev_stack = require "examples.openresty.dev_stack"

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

local function show(what, response)
  local body = response.json
  local summary = body.detail or body.id or ("%s %s"):format(body.email, body.username or "")
  say("  %-34s %d %s", what, response.status, summary:sub(1, 80))
  return response
end

-- Shows a user as the tenant has it.
local function show_user(stack, email, ...)
  local user, parts = stack.tenant:user(email), {}
  for i, name in ipairs { ... } do parts[i] = ("%s = %s"):format(name, tostring(user[name])) end
  say("  the tenant: %s: %s", email, table.concat(parts, ", "))
end

local function post(stack, what, path, input)
  return show(what, assert(stack:post(path, input)))
end

local function wait_for_changes(stack)
  local began = os.time()
  assert(stack:wait(20, function() return stack:metric "acme_changes_waiting" == 0 end), "changes are still waiting")
  return os.time() - began
end

-- ---- the scenes ----

local function joiners(stack)
  title "A joiner reuses bob's address; another gets a new address"
  local start = "2026-12-01T08:00:00+01:00"
  post(stack, "bob@, reused", "/joiners", { email = "bob@example.com", username = "Bob Newman", password = "Correct-Horse-7",
    archiveStartDate = start })
  post(stack, "dora@, new", "/joiners", { email = "dora@example.com", username = "Dora New", password = "Correct-Horse-8",
    archiveStartDate = start })
  show_user(stack, "bob@example.com", "name", "archiveStartDate", "forcePasswordChange")
end

local function leavers(stack)
  title "A leaver is disabled at once; forged and replayed requests are rejected"
  local body = json.encode { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }
  local headers = dev_stack.sign(tostring(os.time()), body)
  for _, what in ipairs { "ann@", "the same request again", "with another body" } do
    if what == "with another body" then body = body:gsub("ann", "bob") end
    local response = assert(stack:request("/leavers", headers, body))
    response.json = json.decode(response.body)
    show(what, response)
  end
  post(stack, "nobody@", "/leavers", { email = "nobody@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" })
  show_user(stack, "ann@example.com", "accountDisabled", "archiveStartDate")
end

local function compromised(stack)
  title "A compromised account is locked, without access to its mail, through the intake"
  post(stack, "dora@, stored", "/changes", { email = "dora@example.com", accountLocked = true, allowPop3 = false,
    allowSmtp = false })
  wait_for_changes(stack)
  show_user(stack, "dora@example.com", "accountLocked", "allowPop", "allowSmtp")
end

local function outage(stack)
  title "The service is down: the webhook responds with 503, the intake stores changes; a worker is killed"
  stack.tenant:fault { kind = "unavailable", times = 40, path = "/api/user/update-user" }
  local response = post(stack, "ann@", "/leavers", { email = "ann@example.com", archiveStartDate = "2026-11-30T19:00:00Z" })
  say("  Retry-After: %s", response.headers["retry-after"])
  for i = 1, 20 do
    local email = ("%s@example.com"):format(({ "ann", "bob", "carol", "dora" })[i % 4 + 1])
    assert(assert(stack:post("/changes", { email = email, username = ("Name %d"):format(i) })).status == 202)
  end
  local before = stack:metric 'acme_requests_total{path="/changes",status="202"}'
  say("  20 changes stored, %d waiting", stack:metric "acme_changes_waiting")
  local pid = stack:workers()[1]
  stack:kill(pid)
  say("  worker %s killed", pid)
  wait_for_changes(stack)
  local after = stack:metric 'acme_requests_total{path="/changes",status="202"}'
  say("  the service is up again: all applied. Counted before and after the kill: %d and %d", before, after)
  show_user(stack, "ann@example.com", "name")
end

local function redis_away(stack)
  title "Redis is killed and restarted"
  stack.redis:kill()
  local response = post(stack, "carol@, not stored", "/changes", { email = "carol@example.com", accountLocked = false })
  say("  Retry-After: %s", response.headers["retry-after"])
  stack.redis:start()
  post(stack, "carol@, sent again", "/changes", { email = "carol@example.com", accountLocked = false })
  wait_for_changes(stack)
  show_user(stack, "carol@example.com", "accountLocked")
end

local function night(stack)
  title "The list is applied by one of four workers (every 4 seconds here, every night in production)"
  local runs = stack:metric "acme_list_runs_total"
  assert(stack:wait(10, function() return stack:metric "acme_list_runs_total" > runs end), "the list did not run")
  for line in stack:log():gmatch "list: [^,\n]+, [^,\n]+, [^,\n]+" do say("  %s", line) end
  show_user(stack, "carol@example.com", "name", "allowPop")
end

local function count(stack)
  title "Metrics of all workers, and the count of the tenant"
  local page = stack:request "/metrics".body
  for line in page:gmatch "[^\n]+" do
    if line:find "^mimecast_[crt]%a+s_total" or line:find "^acme_changes" or line:find "^acme_list" then say("  %s", line) end
  end
  for _, name in ipairs { "ann", "bob", "carol", "dora" } do
    say("  the tenant: %s@example.com was changed %d times", name, stack.tenant:applied(name .. "@example.com"))
  end
  say("  the tenant: %d changes in all", stack.tenant:applied())
end

local stack = dev_stack.start { environment = { ACME_LIST_EVERY = 4 }, list = "list.csv", files = { ["list.csv"] = list } }
local ok, reason = pcall(function()
  say("On loopback: four nginx workers at %s, a Redis, and a sandbox tenant", stack.url)
  for _, part in ipairs { joiners, leavers, compromised, outage, redis_away, night, count } do part(stack) end
end)
if os.getenv "ACME_LOG" then io.stderr:write(stack:log()) end
stack:stop()
if not ok then
  io.stderr:write(tostring(reason), "\n")
  os.exit(1)
end
title "All processes are stopped."
