--- Soak test: calls to a tenant behind nginx with a fault in one call of ten: run.lua CALLS [SEED]
--
-- Prints the outcomes, the resident size and the open descriptors during the run, and the differences from the tenant's state.
dofile "tools/paths.lua"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

local count, seed = tonumber(arg[1]), tonumber(arg[2] or 42)
local path, people = "/api/user/update-user", 500

local kinds = {
  { kind = "unavailable" }, { kind = "status", status = 502, afterApply = true }, { kind = "reset" },
  { kind = "reset", afterApply = true }, { kind = "close_before_response", afterApply = true }, { kind = "truncated" },
  { kind = "rate_limited", wait = 0.002, reset = "ms" }, { kind = "fail_items", retryable = true },
  { kind = "html" }, { kind = "token_expired" }, { kind = "stray", seconds = 0.001 }, { kind = "stray", seconds = 0.05 },
  { kind = "stray", status = 408, seconds = 0.02 },
}
for _, fault in ipairs(kinds) do fault.path, fault.chance = path, 0.1 / #kinds end

local tenant = assert(sandbox.start { rateLimit = false, seed = seed, faults = kinds, keepRequests = 0, keepEvents = 0 })

-- Shortens all pauses to a hundredth.
local client = assert(mimecast.new {
  baseUrl = tenant.url, clientId = tenant.credentials.v2.clientId, clientSecret = tenant.credentials.v2.clientSecret,
  random = function() return core.random() / 100 end,
})
tenant:add_users(people)

local function read(file)
  local handle = assert(io.open(file))
  local text = handle:read "*a"
  handle:close()
  return text
end

local function descriptors()
  local pipe = assert(io.popen "ls /proc/$PPID/fd | wc -l")
  local number = tonumber(pipe:read "*a")
  pipe:close()
  return number
end

local function report(calls)
  collectgarbage()
  collectgarbage()
  print(("%d calls: %s KiB resident, %d descriptors"):format(calls,
    read "/proc/self/status":match "VmRSS:%s*(%d+)", descriptors()))
end

local ok, failed, unknown, foreign, acknowledged, possible = 0, 0, 0, 0, {}, {}

local function call(i)
  local person = i % people + 1
  local email, name = ("user%06d@example.com"):format(person), "Name " .. i
  local user, _, err = client:update_user { email = email, username = name }
  if user and user.email ~= email then
    foreign = foreign + 1
  elseif user then
    ok = ok + 1
    acknowledged[person], possible[person] = name, {}
  elseif err.outcome == "unknown" then
    unknown = unknown + 1
    possible[person] = possible[person] or {}
    possible[person][name] = true
  else
    failed = failed + 1
  end
end

-- Counts the accounts whose name is neither the last acknowledged change nor a later change whose response was lost.
local function disagreements()
  local wrong = 0
  for person = 1, people do
    local name = tenant:user(("user%06d@example.com"):format(person)).name
    local is_expected = name == acknowledged[person] or (possible[person] and possible[person][name])
    if acknowledged[person] and not is_expected then wrong = wrong + 1 end
  end
  return wrong
end

local steps = 10
for step = 1, steps do
  local first, last = math.floor(count * (step - 1) / steps) + 1, math.floor(count * step / steps)
  local numbers = {}
  for i = first, last do numbers[#numbers + 1] = i end
  client:map(numbers, function(i)
    call(i)
    return true
  end, { concurrency = 16 })
  report(last)
end
local stats = client:stats()
print(("%d ok, %d failed, %d unknown; %d requests, %d retries, %d tokens"):format(ok, failed, unknown, stats.requests,
  stats.retries, stats.tokens))
local line = "accounted for: %s; responses of another call: %d; accounts that differ from the responses: %d; "
  .. "changes applied: %d"
print(line:format(tostring(ok + failed + unknown + foreign == count), foreign, disagreements(), tenant:applied()))
client:close()
tenant:stop()
