--- Takes stored changes out and applies them, on each worker of each host.
--
-- A partition belongs to one worker at a time, by a lock with a life. The worker goes through the partition's changes one
-- after the other and takes each out of the stream once it is applied. Where it dies, its lock ends, and the next owner
-- claims what it had begun before it reads on: that change is applied twice, none is lost, and none overtakes another.
local core = require "mimecast.core"
local json = require "cjson.safe"
local link = require "house.link"
local metrics = require "house.metrics"
local settings = require "house.settings"

local apply = {}

local look_every = 0.1 -- seconds between two looks for partitions with changes
local most_owned = 8 -- partitions of a worker at a time
local piece = 16 -- changes that are read at a time
local turn = 200 -- changes after which a partition is given back, so that a timer's memory is, too
local shortest_pause, longest_pause = 250, 30000 -- ms: it doubles with each failure in a row

-- Of this worker.
local owner, consumer -- what its locks hold, and its name in the group
local owned, first, looking, away = 0, 0, false, nil

-- A lock outlives every call that was begun under it: the client's timeout ends that first.
local function life() return 1.5 * settings.timeout end
local function milliseconds(seconds) return ("%.0f"):format(seconds * 1000) end

-- ---- steps of Redis, each at once or not at all ----

-- A Redis that is full refuses what would store more. It is emptied by these alone, and they store next to nothing.
local full_or_not = "#!lua flags=allow-oom\n"

local scripts = {
  -- Streams and locks in turn -> which partitions are ours now.
  own = [[
    local won = {}
    for i = 1, #KEYS, 2 do
      if #won == tonumber(ARGV[3]) then break end
      if redis.call('xlen', KEYS[i]) > 0 and redis.call('set', KEYS[i + 1], ARGV[1], 'nx', 'px', ARGV[2]) then
        redis.pcall('xgroup', 'create', KEYS[i], 'house', '0')
        won[#won + 1] = (i - 1) / 2
      end
    end
    return won]],
  -- Stream, lock, failures, parked. A change is done; parked where there is a reason. -> whether the lock is still ours.
  done = [[
    if redis.call('xack', KEYS[1], 'house', ARGV[3]) == 1 and ARGV[4] ~= '' then
      redis.call('xadd', KEYS[4], '*', 'change', ARGV[5], 'reason', ARGV[4], 'stream', KEYS[1], 'id', ARGV[3])
    end
    redis.call('xdel', KEYS[1], ARGV[3])
    redis.call('del', KEYS[3])
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    return redis.call('pexpire', KEYS[2], ARGV[2])]],
  -- Stream, lock. -> whether the lock is still ours.
  renew = [[
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    return redis.call('pexpire', KEYS[2], ARGV[2])]],
  -- Stream, lock, failures. Nobody has the partition until the pause is over. -> its milliseconds.
  pause = [[
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    local times = redis.call('incr', KEYS[3])
    redis.call('pexpire', KEYS[3], 10 * ARGV[4])
    local pause = math.min(ARGV[3] * 2 ^ math.min(times - 1, 20), tonumber(ARGV[4]))
    pause = math.floor(math.max(pause, tonumber(ARGV[5])))
    redis.call('set', KEYS[2], 'pause', 'px', pause)
    return pause]],
  -- Stream, lock. For others, at once.
  leave = [[if redis.call('get', KEYS[2]) == ARGV[1] then redis.call('del', KEYS[2]) end return 1]],
}

-- Runs one on a partition. The lock's life is counted from before it was asked for.
local function step(own, name, ...)
  local asked, stream, lock, failures = core.monotonic(), link.keys(own.partition)
  local answer, reason = link.call("eval", full_or_not .. scripts[name], 4, stream, lock, failures, link.parked, owner,
    milliseconds(life()), ...)
  if not answer then error(reason, 0) end
  if answer ~= 0 then own.till = asked + life() end
  return answer ~= 0
end

-- ---- one change ----

-- What fails for want of the service, or of credentials that it takes, waits. All else would fail each time.
local waits = { auth = true, config = true, rate_limit = true, transport = true, protocol = true }

local function park(own, entry, reason)
  metrics.count("house_changes_total", { result = "parked" })
  ngx.log(ngx.WARN, ("change %d-%s is parked: %s"):format(own.partition, entry.id, reason))
  return step(own, "done", entry.id, reason, entry.text)
end

-- Applies a change; whether the partition is still ours to go on with.
local function handle(own, entry)
  local change = json.decode(entry.text)
  if type(change) ~= "table" then return park(own, entry, "it is not a JSON object") end
  if core.monotonic() + settings.timeout > own.till and not step(own, "renew") then return false end
  local user, message, err = settings.client:update_user(change)
  if user then
    metrics.count("house_changes_total", { result = "applied" })
    return step(own, "done", entry.id, "", "")
  end
  local age = core.now() - tonumber(entry.id:match "^%d+") / 1000 -- the id begins with when it was stored
  if age > settings.patience or not (err.retryable or waits[err.category]) then
    return park(own, entry, core.printable(message, 500))
  end
  metrics.count("house_changes_total", { result = "put off" })
  ngx.log(ngx.WARN, ("change %d-%s is put off: %s"):format(own.partition, entry.id, core.printable(message, 500)))
  step(own, "pause", milliseconds(shortest_pause / 1000 * (0.5 + core.random())), longest_pause,
    milliseconds(err.retryAfter or 0))
  return false
end

-- ---- a partition ----

local function must(answer, reason)
  if not answer then error(reason, 0) end
  return answer
end

local function text_of(fields)
  for i = 1, #fields, 2 do
    if fields[i] == "change" then return fields[i + 1] end
  end
  return ""
end

-- The next changes: those that an owner before us had begun come first. The lock is ours, so that nobody works on them.
local function read(own)
  local stream = link.keys(own.partition)
  local rows
  if own.cursor then
    local answer = must(link.call("xautoclaim", stream, "house", consumer, 0, own.cursor, "COUNT", piece))
    own.cursor, rows = answer[1] ~= "0-0" and answer[1] or nil, answer[2]
    if #rows == 0 and not own.cursor then return read(own) end
  else
    local answer = must(link.call("xreadgroup", "GROUP", "house", consumer, "COUNT", piece, "STREAMS", stream, ">"))
    rows = answer ~= ngx.null and answer[1][2] or {}
  end
  local entries = {}
  for i, row in ipairs(rows) do entries[i] = { id = row[1], text = text_of(row[2]) } end
  return entries
end

local function work(own)
  local count = 0
  while count < turn and not ngx.worker.exiting() do
    local entries = read(own)
    if #entries == 0 and not own.cursor then break end
    for _, entry in ipairs(entries) do
      if ngx.worker.exiting() then break end
      if not handle(own, entry) then return end
      count = count + 1
    end
  end
  step(own, "leave")
end

-- Told once: while Redis is away, for instance, every look fails.
local function told(reason)
  if reason and not away then ngx.log(ngx.ERR, "intake: changes wait: ", reason) end
  if away and not reason then ngx.log(ngx.WARN, "intake: changes are taken again") end
  away = reason
end

-- A worker that is about to end gives the partition back, so that nobody waits until the lock has ended.
local function run(_, own)
  local ok, reason = pcall(work, own)
  owned = owned - 1
  if not ok then told(reason) end
end

-- Takes partitions that have changes and no owner. Each look begins with another, so that none waits for good.
local function take()
  local keys = {}
  first = (first + 1) % link.partitions
  for i = 0, link.partitions - 1 do
    local stream, lock = link.keys((first + i) % link.partitions)
    keys[2 * i + 1], keys[2 * i + 2] = stream, lock
  end
  local asked = core.monotonic()
  for _, argument in ipairs { owner, milliseconds(life()), most_owned - owned } do keys[#keys + 1] = argument end
  local won = must(link.call("eval", full_or_not .. scripts.own, 2 * link.partitions, unpack(keys)))
  for _, i in ipairs(won) do
    owned = owned + 1
    ngx.timer.at(0, run, { partition = (first + i) % link.partitions, till = asked + life(), cursor = "0-0" })
  end
end

local function look(premature)
  if premature or looking or owned >= most_owned then return end
  looking = true
  local ok, reason = pcall(take)
  looking = false
  told(not ok and reason or nil)
end

--- Begins in each worker.
function apply.start()
  owner, consumer = core.uuid(), ("%s:%d"):format(settings.host, ngx.worker.id())
  first = ngx.worker.id() * math.floor(link.partitions / ngx.worker.count()) -- workers do not all begin at one place
  ngx.timer.every(look_every, look)
end

return apply
