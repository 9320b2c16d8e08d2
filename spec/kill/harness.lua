--- Kills runs at random points, resumes each until it is done, and compares the journal, the report and the tenant's count
--- of applied changes. Another program changes accounts meanwhile: such a row is skipped, unless it was sent before.
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local harness = {}

local interpreter = shell.interpreter
local path = "/api/user/update-user"

-- The same random numbers in every run and every Lua (Park and Miller 1988).
local function generator(seed)
  return function(n)
    seed = (seed * 16807) % 2147483647
    return seed % n + 1
  end
end

local kinds = {
  { kind = "unavailable" },
  { kind = "close_before_response" },
  { kind = "close_before_response", afterApply = true },
  { kind = "reset", afterApply = true },
  { kind = "unavailable", afterApply = true },
  { kind = "truncated" },
  { kind = "garbage", afterApply = true },
  { kind = "slow", seconds = 0.05 },
  { kind = "slow", seconds = 0.05, times = 5 },
}

local function order_faults(tenant, pick, count)
  for _ = 1, count do
    local fault = { path = path, after = pick(150) - 1 }
    for name, value in pairs(kinds[pick(#kinds)]) do fault[name] = value end
    assert(tenant:fault(fault))
  end
end

-- Runs the worker and kills it after the given milliseconds, if any. Returns its exit status and its last line.
local function attempt(self, milliseconds)
  local script = ([[
    "$@" >%s/output 2>&1 &
    pid=$!
    %s
    wait $pid
    echo "status $?"]]):format(self.home, milliseconds and ("sleep %.3f; kill -9 $pid"):format(milliseconds / 1000) or "")
  local output = shell.output(("%s sh -c '%s' sh %s spec/kill/worker.lua %s/plan %s/journal"):format(self.environment,
    script, interpreter, self.home, self.home))
  return tonumber(output:match "status (%d+)"), tmp.read(self.home .. "/output")
end

-- Reads the journal with sums.sh: the state of each address, and the number of rows by state.
local function read_journal(self)
  local states, counts, rows = {}, { ok = 0, unchanged = 0, rejected = 0, unknown = 0, skipped = 0, sent = 0,
    planned = 0 }, 0
  local pipe = assert(io.popen("spec/kill/sums.sh " .. self.home .. "/journal"))
  for line in pipe:lines() do
    local key, state = line:match "^%d+ (%S+) (%a+)$"
    states[key], counts[state], rows = state, counts[state] + 1, rows + 1
  end
  pipe:close()
  return states, counts, rows
end

local function problem(self, ...)
  self.problems[#self.problems + 1] = string.format(...)
end

local function check_sums(self, output)
  local told = output:match "done (%d+ %d+ %d+ %d+ %d+ %d+)\n$"
  local states, counts, rows = read_journal(self)
  local found = ("%d %d %d %d %d %d"):format(counts.ok, counts.unchanged, counts.rejected, counts.unknown + counts.sent,
    counts.skipped, self.rows - rows + counts.planned)
  if told ~= found then problem(self, "the report says %s, the journal %s", tostring(told), found) end
  local sum = 0
  for count in (told or ""):gmatch "%d+" do sum = sum + count end
  if sum ~= self.rows then problem(self, "%s is not all rows", tostring(told)) end
  return states
end

-- Another program changes the names of some accounts. The tenant does not count these changes.
local function drift(self)
  local users = {}
  for i = 1, self.drifts do
    local email = ("user%06d@example.com"):format(self.pick(self.rows))
    users[i], self.drifted[email] = { emailAddress = email, name = "Married" }, true
  end
  assert(self.tenant:add_users(users))
end

-- Compares each row with the tenant's count. A skipped row was never applied, and another program changed its account.
local function check_applied(self, states)
  for i = 1, self.rows do
    local email = ("user%06d@example.com"):format(i)
    local count, state = self.tenant:applied(email), states[email]
    self.states[state or "none"] = (self.states[state or "none"] or 0) + 1
    if state == "unknown" then
      self.unknown[count] = (self.unknown[count] or 0) + 1
    elseif state == "skipped" and count == 0 and self.drifted[email] then
      self.skipped = self.skipped + 1
    elseif state ~= "ok" or count ~= 1 then
      problem(self, "%s is %s and was applied %d times", email, tostring(state), count)
    end
  end
end

-- A kill during creation leaves a journal without a complete header; nothing was sent then.
local function begin_anew(self, output)
  if not output:find "^failed journal_damaged" then return false end
  if tmp.read(self.home .. "/journal"):find("\n", 1, true) then return false end
  os.remove(self.home .. "/journal")
  self.started_anew = self.started_anew + 1
  return true
end

-- Carries one run to its end; kills it on the way while kills are left.
local function run_once(self)
  self.tenant:reset()
  self.drifted = {}
  os.remove(self.home .. "/journal")
  order_faults(self.tenant, self.pick, self.faults)
  self.runs = self.runs + 1
  for _ = 1, 1000 do
    drift(self)
    local status, output = attempt(self, self.kills < self.wanted and self.pick(self.longest))
    if status == 137 then
      self.kills = self.kills + 1
    elseif status == 0 and output:find "^done" then
      return check_applied(self, check_sums(self, output))
    elseif status == 0 and output:find "^stopped" then
      self.stops = self.stops + 1 -- too many faults in a row: the run stops, and is resumed as well
    elseif not begin_anew(self, output) then
      return problem(self, "ended with status %s: %s", tostring(status), output)
    end
  end
  problem(self, "does not come to its end")
end

local function write_input(self)
  local file = assert(io.open(self.home .. "/input.csv", "wb"))
  file:write "email,username,allowPop3\n"
  for i = 1, self.rows do file:write(("user%06d@example.com,Left %d,true\n"):format(i, i)) end
  file:close()
end

--- Kills as often as the options say; starts new runs while kills are left.
---@param options {kills: integer, rows: integer, seed: integer, faults?: integer, drifts?: integer, longest?: integer,
---  progress?: fun(self)}
---  longest: milliseconds before a worker is killed at the latest; drifts: accounts that another program changes before each
---  attempt (3)
---@return table found kills, runs, stops, started_anew, skipped (rows), problems, states, unknown (for rows
---  that the report calls unknown:
---  times applied -> rows)
function harness.run(options)
  local tenant = assert(sandbox.start { users = options.rows, rateLimit = false })
  local own = tenant.credentials.v2
  local self = { tenant = tenant, home = tmp.folder(), rows = options.rows, wanted = options.kills,
    faults = options.faults or 20, longest = options.longest or 250, pick = generator(options.seed),
    drifts = options.drifts or 3, skipped = 0, kills = 0, runs = 0, stops = 0, started_anew = 0,
    problems = {}, states = {}, unknown = {} }
  self.environment = ("XDG_STATE_HOME=%s MIMECAST_BASE_URL=%s MIMECAST_CLIENT_ID=%s MIMECAST_CLIENT_SECRET=%s"):format(
    self.home, tenant.url, own.clientId, own.clientSecret)
  local ok, reason = pcall(function()
    write_input(self)
    local client = assert(mimecast.new { baseUrl = tenant.url, clientId = own.clientId, clientSecret = own.clientSecret })
    assert(client:plan { input = self.home .. "/input.csv", file = self.home .. "/plan" }):close()
    client:close()
    repeat
      run_once(self)
      if options.progress then options.progress(self) end
    until self.kills >= self.wanted or #self.problems > 20
  end)
  tenant:stop()
  tmp.remove(self.home)
  if not ok then error(reason, 0) end
  return self
end

return harness
