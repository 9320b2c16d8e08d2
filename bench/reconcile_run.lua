--- The client's side of bench/reconcile.lua: makes a roster with seeded differences, reconciles, and compares the findings with
-- the differences.
--
--     lua bench/reconcile_run.lua URL USERS FOLDER
dofile "tools/paths.lua"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local system = require "mimecast.system"

local url, users, folder = arg[1], tonumber(arg[2]), arg[3]
local keys = sandbox.credentials.v2
local client = assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = url,
  stateFolder = folder .. "/state" })

local function email(i) return ("user%06d@example.com"):format(i) end

-- The difference of a user: by a fixed sequence, so that each run has the same ones.
local state = 20261130
local function random()
  state = (state * 16807) % 2147483647
  return state / 2147483647
end

local share = 0.002 -- of users for each kind of difference
local expected, disabled = {}, {}
local roster = assert(io.open(folder .. "/roster.csv", "w"))
roster:write "Person,Email,Status\n"
for i = 1, users do
  local value, status = random(), "Active"
  if value < share then
    expected[email(i)] = "orphan"
    status = nil
  elseif value < 2 * share then
    expected[email(i)], status = "enabled leaver", "Left"
  elseif value < 3 * share then
    expected[email(i)], disabled[#disabled + 1] = "disabled employee", { email = email(i), accountDisabled = true }
  elseif value < 4 * share then
    disabled[#disabled + 1], status = { email = email(i), accountDisabled = true }, "Left" -- no difference
  elseif value < 5 * share then
    expected["new" .. email(i)] = "no account"
    roster:write(("%d,new%s,Active\n"):format(i, email(i)))
  end
  if status then roster:write(("%d,%s,%s\n"):format(i, i % 3 == 0 and core.upper(email(i)) or email(i), status)) end
end
for _, name in ipairs { "ann", "bob", "carol" } do roster:write(("0,%s@example.com,Active\n"):format(name)) end
roster:write "END\n"
roster:close()
client:update_users(disabled)
disabled = nil -- luacheck: ignore

local function run(path)
  collectgarbage()
  local start, cpu, first, most = core.monotonic(), os.clock(), nil, 0
  local plan = assert(client:reconcile { roster = folder .. "/roster.csv", domain = "example.com", file = path, endMark = "END",
    map = { Status = "accountDisabled" }, trueWords = { "Left" }, falseWords = { "Active" }, ignoreOtherColumns = true,
    onProgress = function(now)
      local resident = system.resident() / 1048576
      if now.phase == "reconcile" and now.done >= users / 10 then first = first or resident end
      most = math.max(most, resident)
    end })
  return plan, core.monotonic() - start, os.clock() - cpu, most - first, most
end

local plan, seconds, cpu, growth, most = run(folder .. "/first.plan")
local found, wrong, planned = 0, 0, 0
for row in plan.findings:rows() do
  found = found + 1
  if expected[row.email] ~= row.finding then wrong = wrong + 1 end
  expected[row.email] = nil
  if row.action then planned = planned + 1 end
end
assert(planned == plan.counts.change, "the plan has other rows than the findings")
local missed = next(expected) and 1 or 0
assert(plan:apply { maxChanges = users, maxDisable = users })
plan:close()
local second, second_seconds = run(folder .. "/second.plan")
print(seconds, cpu, growth, most, found, wrong, missed, second.counts.rows, second_seconds)
