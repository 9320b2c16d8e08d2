--- The proof of the intake: many changes while workers are killed, nginx is reloaded, Redis is killed and started again,
-- and the service fails now and then. Each address gets its changes one after the other, numbered in its username. In the
-- end the tenant's own record tells whether all were applied, in their order, and how many twice.
--
--     make intake                                                                        10,000 changes
--     lua5.4 examples/openresty/proof.lua changes=500 addresses=50 kills=2 reloads=1     the short form, of the specs
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
package.cpath = ("./build/%s/?.so;"):format(_VERSION == "Lua 5.1" and "5.1" or _VERSION:match "%d%.%d") .. package.cpath

local core = require "mimecast.core"
local json = require "mimecast.json"
local stage = require "examples.openresty.stage"

local options = { changes = 10000, addresses = 200, kills = 20, reloads = 5, hosts = 2, workers = 2 }
for _, word in ipairs(arg) do
  local name, value = word:match "^(%a+)=(%d+)$"
  if not options[name or ""] then
    io.stderr:write("usage: proof.lua [changes=N] [addresses=N] [kills=N] [reloads=N] [hosts=N] [workers=N]\n")
    os.exit(2)
  end
  options[name] = math.floor(tonumber(value))
end
local each = math.floor(options.changes / options.addresses)
local total = each * options.addresses
local update = "/api/user/update-user"

local function email(i) return ("user%06d@example.com"):format(i) end

-- What came of the posts.
local seen = { stored = 0, unstored = 0, unanswered = 0 }

-- Posts a change until it is stored. One that was stored while the answer was lost is stored twice: it is the same.
local function post(house, change)
  repeat
    local response = house:post("/changes", change)
    local stored = response and response.status == 202
    if stored then
      seen.stored, seen.last = seen.stored + 1, core.monotonic()
    elseif not response then
      seen.unanswered = seen.unanswered + 1
    else
      assert(response.status == 503 and response.headers["retry-after"], response.body)
      seen.unstored = seen.unstored + 1
    end
    if not stored then house.transport:sleep(0.1) end
  until stored
end

-- ---- what goes wrong meanwhile ----

-- Does something to one host or the other so many times, all through the posting and the applying; what is lost keeps
-- nobody waiting.
local function spread(houses, times, act)
  local house = houses[1]
  local till = core.monotonic() + 300
  for i = 1, times do
    local mark = 2 * total * i / (times + 1)
    while seen.stored + house.tenant:applied() < mark and core.monotonic() < till do house.transport:sleep(0.05) end
    act(houses[i % #houses + 1])
  end
end

local function count_killed(house)
  return select(2, house:log():gsub("exited on signal 9", ""))
end

-- One that was about to end anyway may be gone already: then another.
local function kill_worker(house)
  local before = count_killed(house)
  repeat
    local pids = house:workers()
    house:kill(pids[math.floor(core.random() * #pids) + 1])
    house.transport:sleep(0.1)
  until count_killed(house) > before
end

local function restart_redis(house)
  while seen.stored < total / 2 do house.transport:sleep(0.02) end
  house.redis:kill()
  house.transport:sleep(0.5)
  house.redis:start()
end

local function play(houses)
  local house = houses[1]
  house.tenant:fault { kind = "unavailable", chance = 0.01, path = update }
  house.tenant:fault { kind = "close_before_answer", chance = 0.005, path = update, afterApply = true }
  house.transport:map(options.addresses + 3, function(i)
    local address = i - 3
    if i == 1 then return spread(houses, options.kills, kill_worker) end
    if i == 2 then return spread(houses, options.reloads, house.reload) end
    if i == 3 then return restart_redis(house) end
    for n = 1, each do
      post(houses[address % #houses + 1], { email = email(address), username = ("%d of %d"):format(n, address) })
    end
  end, options.addresses + 3)
end

-- ---- what the tenant says ----

-- Per address the numbers in the order in which they reached the tenant: none missing, none after a higher one.
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

local function check(houses)
  local house, wrong, killed = houses[1], {}, 0
  local function must(holds, text)
    if not holds then wrong[#wrong + 1] = text end
  end
  local applied = 0
  for i = 1, options.addresses do
    local count, user = house.tenant:applied(email(i)), house.tenant:user(email(i))
    applied = applied + count
    must(count >= each, ("%s: %d of %d applied"):format(email(i), count, each))
    must(user.name == ("%d of %d"):format(each, i), ("%s ends as %s"):format(email(i), tostring(user.name)))
  end
  local repeated, disorder = order(house.tenant:requests())
  must(repeated, disorder)
  must(house:metric "house_changes_parked" == 0, "changes are parked")
  for _, one in ipairs(houses) do killed = killed + count_killed(one) end
  must(killed >= options.kills, ("%d workers were killed, %d were to be"):format(killed, options.kills))
  return applied, repeated or 0, killed, wrong
end

-- ---- all of it ----

local function prove(houses)
  local house, began = houses[1], core.monotonic()
  play(houses)
  local posted = seen.last - began
  local done = house:wait(120, function() return house:metric "house_changes_waiting" == 0 end)
  local seconds = core.monotonic() - began
  local applied, repeated, killed, wrong = check(houses)
  if not done then wrong[#wrong + 1] = "changes are still waiting" end
  print(("%d changes of %d addresses, %d host(s) with %d workers each"):format(total, options.addresses, #houses,
    options.workers))
  print(("stored in %.1f s (answered 503: %d, not at all: %d), applied in %.1f s, %.0f a second"):format(posted,
    seen.unstored, seen.unanswered, seconds, total / seconds))
  print(("killed: %d workers, and Redis once; %d reloads"):format(killed, options.reloads))
  print(("the tenant: %d changes applied, %d of them again; %d requests repeated one that came right before it")
    :format(applied, applied - total, repeated))
  for i = 1, math.min(#wrong, 10) do print("WRONG: " .. wrong[i]) end
  print(#wrong == 0 and "all applied, none lost, each address in its order" or #wrong .. " things are wrong")
  return #wrong == 0
end

local houses = {}
local ok, proved = pcall(function()
  for i = 1, options.hosts do
    houses[i] = stage.start { workers = options.workers, beside = houses[1],
      tenant = { users = options.addresses, keepRequests = 4 * total, keepEvents = 10 } }
  end
  return prove(houses)
end)
for i = #houses, 1, -1 do
  if os.getenv "HOUSE_LOG" then io.stderr:write(houses[i]:log()) end
  houses[i]:stop()
end
if not ok then io.stderr:write(tostring(proved), "\n") end
os.exit(ok and proved and 0 or 1)
