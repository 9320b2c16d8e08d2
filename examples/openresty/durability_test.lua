--- Tests the durability of the intake: stores many changes while workers are killed, nginx is reloaded, Redis is killed and
-- restarted, and the service fails at times. Each address gets numbered changes, one after the other. At the end the tenant's
-- record shows whether all were applied in order, and how many twice.
--
--     make intake                                        10,000 changes
--     lua5.4 examples/openresty/durability_test.lua changes=500 addresses=50 kills=2 reloads=1
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION:match "%d%.%d") .. package.cpath

local core = require "mimecast.core"
local json = require "mimecast.json"
local dev_stack = require "examples.openresty.dev_stack"

local options = { changes = 10000, addresses = 200, kills = 20, reloads = 5, hosts = 2, workers = 2 }
for _, word in ipairs(arg) do
  local name, value = word:match "^(%a+)=(%d+)$"
  if not options[name or ""] then
    io.stderr:write("usage: durability_test.lua [changes=N] [addresses=N] [kills=N] [reloads=N] [hosts=N] [workers=N]\n")
    os.exit(2)
  end
  options[name] = math.floor(tonumber(value))
end
local each = math.floor(options.changes / options.addresses)
local total = each * options.addresses
local update = "/api/user/update-user"

local function email(i) return ("user%06d@example.com"):format(i) end

-- Responses to the posts.
local counts = { stored = 0, rejected = 0, no_response = 0 }

-- Posts a change until it is stored. If a response was lost, the change is stored twice, which is harmless.
local function post(stack, change)
  repeat
    local response = stack:post("/changes", change)
    local stored = response and response.status == 202
    if stored then
      counts.stored, counts.last = counts.stored + 1, core.monotonic()
    elseif not response then
      counts.no_response = counts.no_response + 1
    else
      assert(response.status == 503 and response.headers["retry-after"], response.body)
      counts.rejected = counts.rejected + 1
    end
    if not stored then stack.transport:sleep(0.1) end
  until stored
end

-- ---- faults ----

-- Calls `act` for each host in turn, spread over the whole run. After 300 s it stops waiting for progress, in case a change was
-- lost.
local function spread(stacks, times, act)
  local stack = stacks[1]
  local deadline = core.monotonic() + 300
  for i = 1, times do
    local threshold = 2 * total * i / (times + 1)
    while counts.stored + stack.tenant:applied() < threshold and core.monotonic() < deadline do stack.transport:sleep(0.05) end
    act(stacks[i % #stacks + 1])
  end
end

local function count_killed(stack)
  return select(2, stack:log():gsub("exited on signal 9", ""))
end

-- Tries again if the worker was about to exit anyway.
local function kill_worker(stack)
  local before = count_killed(stack)
  repeat
    local pids = stack:workers()
    stack:kill(pids[math.floor(core.random() * #pids) + 1])
    stack.transport:sleep(0.1)
  until count_killed(stack) > before
end

local function restart_redis(stack)
  while counts.stored < total / 2 do stack.transport:sleep(0.02) end
  stack.redis:kill()
  stack.transport:sleep(0.5)
  stack.redis:start()
end

local function play(stacks)
  local stack = stacks[1]
  stack.tenant:fault { kind = "unavailable", chance = 0.01, path = update }
  stack.tenant:fault { kind = "close_before_response", chance = 0.005, path = update, afterApply = true }
  stack.transport:map(options.addresses + 3, function(i)
    local address = i - 3
    if i == 1 then return spread(stacks, options.kills, kill_worker) end
    if i == 2 then return spread(stacks, options.reloads, stack.reload) end
    if i == 3 then return restart_redis(stack) end
    for n = 1, each do
      post(stacks[address % #stacks + 1], { email = email(address), username = ("%d of %d"):format(n, address) })
    end
  end, options.addresses + 3)
end

-- ---- checks ----

-- Checks for each address that the numbers reached the tenant without gaps and in order. Returns the number of repeats.
local function order(requests)
  local last, repeated = {}, 0
  for _, request in ipairs(requests) do
    if request.path == update then
      for _, item in ipairs(json.decode(request.body).data) do
        local n = tonumber(item.name:match "^%d+")
        local before = last[item.emailAddress] or 0
        if n ~= before and n ~= before + 1 then
          return nil, ("%s: %d came after %d"):format(item.emailAddress, n, before)
        end
        if n == before then repeated = repeated + 1 end
        last[item.emailAddress] = n
      end
    end
  end
  return repeated
end

local function check(stacks)
  local stack, wrong, killed = stacks[1], {}, 0
  local function must(holds, text)
    if not holds then wrong[#wrong + 1] = text end
  end
  local applied = 0
  for i = 1, options.addresses do
    local count, user = stack.tenant:applied(email(i)), stack.tenant:user(email(i))
    applied = applied + count
    must(count >= each, ("%s: %d of %d applied"):format(email(i), count, each))
    must(user.name == ("%d of %d"):format(each, i), ("%s ends as %s"):format(email(i), tostring(user.name)))
  end
  local repeated, disorder = order(stack.tenant:requests())
  must(repeated, disorder)
  must(stack:metric "acme_changes_parked" == 0, "changes are parked")
  for _, other in ipairs(stacks) do killed = killed + count_killed(other) end
  must(killed >= options.kills, ("%d workers were killed, expected %d"):format(killed, options.kills))
  return applied, repeated or 0, killed, wrong
end

-- ---- the run ----

local function run(stacks)
  local stack, began = stacks[1], core.monotonic()
  play(stacks)
  local posted = counts.last - began
  local done = stack:wait(120, function() return stack:metric "acme_changes_waiting" == 0 end)
  local seconds = core.monotonic() - began
  local applied, repeated, killed, wrong = check(stacks)
  if not done then wrong[#wrong + 1] = "changes are still waiting" end
  print(("%d changes of %d addresses, %d host(s) with %d workers each"):format(total, options.addresses, #stacks,
    options.workers))
  print(("stored in %.1f s (status 503: %d, no response: %d), applied in %.1f s, %.0f a second"):format(posted,
    counts.rejected, counts.no_response, seconds, total / seconds))
  print(("killed: %d workers, and Redis once; %d reloads"):format(killed, options.reloads))
  print(("the tenant: %d changes applied, %d of them twice; %d requests repeated the one before")
    :format(applied, applied - total, repeated))
  for i = 1, math.min(#wrong, 10) do print("WRONG: " .. wrong[i]) end
  print(#wrong == 0 and "all changes applied, none lost, each address in order" or #wrong .. " errors")
  return #wrong == 0
end

local stacks = {}
local ok, passed = pcall(function()
  for i = 1, options.hosts do
    stacks[i] = dev_stack.start { workers = options.workers, beside = stacks[1],
      tenant = { users = options.addresses, keepRequests = 4 * total, keepEvents = 10 } }
  end
  return run(stacks)
end)
for i = #stacks, 1, -1 do
  if os.getenv "ACME_LOG" then io.stderr:write(stacks[i]:log()) end
  stacks[i]:stop()
end
if not ok then io.stderr:write(tostring(passed), "\n") end
os.exit(ok and passed and 0 or 1)
