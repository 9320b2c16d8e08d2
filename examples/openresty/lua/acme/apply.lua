--- Applies stored changes, on each worker of each host.
--
-- A partition belongs to one worker at a time, by a lock that expires. The worker applies the partition's changes in order
-- and deletes each from the stream once it is applied. If the worker dies, its lock expires, and the next owner claims the
-- pending change before it reads on: that change is applied twice, no change is lost, and no change overtakes another.
local core = require "mimecast.core"
local json = require "cjson.safe"
local metrics = require "acme.metrics"
local redis = require "acme.redis"
local settings = require "acme.settings"

local apply = {}

local poll_interval = 0.1 -- seconds between two polls for partitions with changes
local max_owned = 8 -- partitions of a worker at a time
local read_size = 16 -- changes
local max_changes = 200 -- changes after which a worker releases a partition, and the timer frees its memory
local min_pause, max_pause = 250, 30000 -- ms; the pause doubles with each failure in a row

-- The state of this worker.
local owner, consumer -- the value of its locks, and its name in the consumer group
local owned, first, polling, outage = 0, 0, false, nil

-- Returns the seconds after which a lock expires. A lock outlives each call made under it: the client's timeout is shorter.
local function lock_seconds() return 1.5 * settings.timeout end
local function milliseconds(seconds) return ("%.0f"):format(seconds * 1000) end

-- ---- scripts in Redis; each is atomic ----

-- A full Redis rejects scripts that may store more. These empty it, and store next to nothing.
local allow_when_full = "#!lua flags=allow-oom\n"

local scripts = {
  -- Keys: streams and locks in turn. Returns the partitions that this worker acquired.
  acquire = [[
    local acquired = {}
    for i = 1, #KEYS, 2 do
      if #acquired == tonumber(ARGV[3]) then break end
      if redis.call('xlen', KEYS[i]) > 0 and redis.call('set', KEYS[i + 1], ARGV[1], 'nx', 'px', ARGV[2]) then
        redis.pcall('xgroup', 'create', KEYS[i], 'acme', '0')
        acquired[#acquired + 1] = (i - 1) / 2
      end
    end
    return acquired]],
  -- Keys: stream, lock, failures, parked. Deletes a change; parks it if there is a reason. Returns whether this worker still
  -- has the lock.
  done = [[
    if redis.call('xack', KEYS[1], 'acme', ARGV[3]) == 1 and ARGV[4] ~= '' then
      redis.call('xadd', KEYS[4], '*', 'change', ARGV[5], 'reason', ARGV[4], 'stream', KEYS[1], 'id', ARGV[3])
    end
    redis.call('xdel', KEYS[1], ARGV[3])
    redis.call('del', KEYS[3])
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    return redis.call('pexpire', KEYS[2], ARGV[2])]],
  -- Keys: stream, lock. Returns whether this worker still has the lock.
  renew = [[
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    return redis.call('pexpire', KEYS[2], ARGV[2])]],
  -- Keys: stream, lock, failures. Blocks the partition for all workers. Returns the milliseconds.
  pause = [[
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    local times = redis.call('incr', KEYS[3])
    redis.call('pexpire', KEYS[3], 10 * ARGV[4])
    local pause = math.min(ARGV[3] * 2 ^ math.min(times - 1, 20), tonumber(ARGV[4]))
    pause = math.floor(math.max(pause, tonumber(ARGV[5])))
    redis.call('set', KEYS[2], 'pause', 'px', pause)
    return pause]],
  -- Keys: stream, lock. Releases the partition.
  release = [[if redis.call('get', KEYS[2]) == ARGV[1] then redis.call('del', KEYS[2]) end return 1]],
}

-- Runs a script on a partition. The lock's time counts from before the request.
local function run_script(partition, name, ...)
  local now, stream, lock, failures = core.monotonic(), redis.keys(partition.number)
  local reply, reason = redis.call("eval", allow_when_full .. scripts[name], 4, stream, lock, failures, redis.parked, owner,
    milliseconds(lock_seconds()), ...)
  if not reply then error(reason, 0) end
  if reply ~= 0 then partition.locked_until = now + lock_seconds() end
  return reply ~= 0
end

-- ---- a change ----

-- Changes wait while the service is unavailable or denies the credentials. Any other failure would repeat.
local transient = { auth = true, config = true, rate_limit = true, transport = true, protocol = true }

local function park(partition, entry, reason)
  metrics.count("acme_changes_total", { result = "parked" })
  ngx.log(ngx.WARN, ("change %d-%s is parked: %s"):format(partition.number, entry.id, reason))
  return run_script(partition, "done", entry.id, reason, entry.text)
end

-- Applies a change. Returns whether the worker can go on with the partition.
local function handle(partition, entry)
  local change = json.decode(entry.text)
  if type(change) ~= "table" then return park(partition, entry, "it is not a JSON object") end
  if core.monotonic() + settings.timeout > partition.locked_until and not run_script(partition, "renew") then return false end
  local user, message, err = settings.client:update_user(change)
  if user then
    metrics.count("acme_changes_total", { result = "applied" })
    return run_script(partition, "done", entry.id, "", "")
  end
  local age = core.now() - tonumber(entry.id:match "^%d+") / 1000 -- the id begins with the time of storage
  if age > settings.max_age or not (err.retryable or transient[err.category]) then
    return park(partition, entry, core.printable(message, 500))
  end
  metrics.count("acme_changes_total", { result = "postponed" })
  ngx.log(ngx.WARN, ("change %d-%s is postponed: %s"):format(partition.number, entry.id, core.printable(message, 500)))
  run_script(partition, "pause", milliseconds(min_pause / 1000 * (0.5 + core.random())), max_pause,
    milliseconds(err.retryAfter or 0))
  return false
end

-- ---- a partition ----

local function must(reply, reason)
  if not reply then error(reason, 0) end
  return reply
end

local function text_of(fields)
  for i = 1, #fields, 2 do
    if fields[i] == "change" then return fields[i + 1] end
  end
  return ""
end

-- Reads the next changes, first those that a former owner left pending. The lock keeps others from working on them.
local function read(partition)
  local stream = redis.keys(partition.number)
  local rows
  if partition.cursor then
    local reply = must(redis.call("xautoclaim", stream, "acme", consumer, 0, partition.cursor, "COUNT", read_size))
    partition.cursor, rows = reply[1] ~= "0-0" and reply[1] or nil, reply[2]
    if #rows == 0 and not partition.cursor then return read(partition) end
  else
    local reply = must(redis.call("xreadgroup", "GROUP", "acme", consumer, "COUNT", read_size, "STREAMS", stream, ">"))
    rows = reply ~= ngx.null and reply[1][2] or {}
  end
  local entries = {}
  for i, row in ipairs(rows) do entries[i] = { id = row[1], text = text_of(row[2]) } end
  return entries
end

-- Applies the changes of a partition, then releases it. A worker that is about to exit releases it early.
local function work(partition)
  local count = 0
  while count < max_changes and not ngx.worker.exiting() do
    local entries = read(partition)
    if #entries == 0 and not partition.cursor then break end
    for _, entry in ipairs(entries) do
      if ngx.worker.exiting() then break end
      if not handle(partition, entry) then return end
      count = count + 1
    end
  end
  run_script(partition, "release")
end

-- Logs the beginning and the end of an outage, not each failed poll in between.
local function log_outage(reason)
  if reason and not outage then ngx.log(ngx.ERR, "intake: changes wait: ", reason) end
  if outage and not reason then ngx.log(ngx.WARN, "intake: changes are applied again") end
  outage = reason
end

local function run(_, partition)
  local ok, reason = pcall(work, partition)
  owned = owned - 1
  if not ok then log_outage(reason) end
end

-- Acquires partitions that have changes and no owner. Each poll begins with another partition, so that all get their turn.
local function acquire()
  local keys = {}
  first = (first + 1) % redis.partitions
  for i = 0, redis.partitions - 1 do
    local stream, lock = redis.keys((first + i) % redis.partitions)
    keys[2 * i + 1], keys[2 * i + 2] = stream, lock
  end
  local now = core.monotonic()
  for _, argument in ipairs { owner, milliseconds(lock_seconds()), max_owned - owned } do keys[#keys + 1] = argument end
  local acquired = must(redis.call("eval", allow_when_full .. scripts.acquire, 2 * redis.partitions, unpack(keys)))
  for _, i in ipairs(acquired) do
    owned = owned + 1
    ngx.timer.at(0, run, { number = (first + i) % redis.partitions, locked_until = now + lock_seconds(), cursor = "0-0" })
  end
end

local function poll(premature)
  if premature or polling or owned >= max_owned then return end
  polling = true
  local ok, reason = pcall(acquire)
  polling = false
  log_outage(not ok and reason or nil)
end

--- Starts in each worker.
function apply.start()
  owner, consumer = core.uuid(), ("%s:%d"):format(settings.host, ngx.worker.id())
  first = ngx.worker.id() * math.floor(redis.partitions / ngx.worker.count()) -- workers begin at different partitions
  ngx.timer.every(poll_interval, poll)
end

return apply
