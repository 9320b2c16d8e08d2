--- Applies a list each night, in one worker: a file with the desired state of users, JSON or CSV.
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local json = require "cjson.safe"
local metrics = require "acme.metrics"
local settings = require "acme.settings"
local shared = require "mimecast.store.shared_dict"

local nightly = {}

local concurrency = 4

-- Returns the seconds after which another worker takes over from a dead one; also the pause after a failure. The lock is
-- renewed with each user, who takes two calls.
local function lock_seconds() return math.max(math.min(60, settings.list_every), 2.5 * settings.timeout) end

-- ---- the file ----

-- Converts a row to a user. An empty cell leaves its field unchanged; a quoted empty cell clears it.
local function user_of(names, cells, quoted, count)
  if count > #names then return nil, "has more cells than the first line has names" end
  local user = {}
  for i = 1, count do
    if cells[i] ~= "" or quoted[i] then user[names[i]] = cells[i] end
  end
  return user
end

-- Reads a CSV file with the reader of bulk runs. The first line names the fields.
local function read_csv(file)
  local reader = csv.reader(function(bytes) return file:read(bytes) end)
  local users, names = {}, nil
  while true do
    local cells, quoted, count, line = reader:next()
    if not cells then
      local err = quoted
      if err then return nil, ("line %d %s"):format(err.line, err.message) end
      return users
    end
    if names then
      local user, reason = user_of(names, cells, quoted, count)
      if not user then return nil, ("line %d %s"):format(line, reason) end
      users[#users + 1] = user
    else
      names = { unpack(cells, 1, count) }
    end
  end
end

local function read_json(file)
  local text = file:read "*a":gsub("^\239\187\191", "") -- the byte order mark
  local users, reason = json.decode(text)
  if type(users) ~= "table" or not text:find "^%s*%[" then return nil, reason or "it is not a list" end
  return users
end

-- Returns the users of a file; or nil and a reason.
local function read(path)
  local file, reason = io.open(path, "rb")
  if not file then return nil, reason end
  local users
  users, reason = (path:find "%.csv$" and read_csv or read_json)(file)
  file:close()
  return users, reason
end

-- ---- a run ----

-- Returns index -> index of an earlier entry with the same address. Calls run side by side, so their order is undefined.
local function find_duplicates(users)
  local first, duplicates = {}, {}
  for i, user in ipairs(users) do
    local email = type(user) == "table" and type(user.email) == "string" and core.fold(user.email)
    if email then
      duplicates[i] = first[email]
      first[email] = first[email] or i
    end
  end
  return duplicates
end

-- Reads each user and writes the differences. Returns the numbers by result, and whether a later run may fix failures.
local function ensure_users(users, renew_lock)
  local result = { changed = 0, unchanged = 0, failed = 0 }
  local retryable, duplicates = false, find_duplicates(users)
  settings.client:map(users, function(user, i)
    renew_lock()
    local ok, changes, err
    if type(user) ~= "table" then
      changes = "is not a user"
    elseif duplicates[i] then
      changes = ("has the address of entry %d"):format(duplicates[i])
    else
      ok, changes, err = settings.client:ensure_user(user)
    end
    if ok then
      local what = next(changes) and "changed" or "unchanged"
      result[what] = result[what] + 1
      return true
    end
    result.failed = result.failed + 1
    retryable = retryable or (err and err.retryable) or false
    ngx.log(ngx.WARN, ("list: entry %d: %s"):format(i, changes))
    return false
  end, { concurrency = concurrency })
  return result, retryable
end

local function run(store, slot)
  local users, reason = read(settings.list)
  if not users then
    metrics.count "acme_list_unreadable_total"
    ngx.log(ngx.ERR, "list: cannot be read: ", reason)
    return
  end
  local pid = ngx.worker.pid()
  local result, retryable = ensure_users(users, function() store:set("list:lock", pid, lock_seconds()) end)
  for what, count in pairs(result) do metrics.count("acme_list_users_total", { result = what }, count) end
  metrics.count "acme_list_runs_total"
  ngx.log(ngx.NOTICE, ("list: %d changed, %d unchanged, %d failed%s"):format(result.changed, result.unchanged,
    result.failed, retryable and "; another run follows" or ""))
  if retryable then return end -- the lock expires, and the next worker runs it again
  store:set("list:done", slot, 2 * settings.list_every)
  store:delete("list:lock", pid)
end

-- Checks, once a second in each worker, whether the run of this night is done. The worker that gets the lock runs it.
local function poll(premature)
  if premature then return end
  local store = shared.new "acme"
  local slot = math.floor((ngx.time() - settings.list_at) / settings.list_every)
  if store:get "list:done" == slot or not store:add("list:lock", ngx.worker.pid(), lock_seconds()) then return end
  if store:get "list:done" == slot then return store:delete "list:lock" end -- done just before
  local ok, reason = pcall(run, store, slot)
  if not ok then ngx.log(ngx.ERR, "list: ", reason) end
end

--- Starts in each worker, if there is a list. An nginx that starts at noon runs at once what it missed at night.
function nightly.start()
  if settings.list then ngx.timer.every(1, poll) end
end

return nightly
