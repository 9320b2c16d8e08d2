--- The list that is brought into line each night, by one worker: a file of users as they shall be, JSON or CSV.
local csv = require "mimecast.bulk.input.csv"
local json = require "cjson.safe"
local metrics = require "house.metrics"
local settings = require "house.settings"
local core = require "mimecast.core"
local shared = require "mimecast.store.shared_dict"

local nightly = {}

local concurrency = 4

-- Seconds after which another worker takes over from one that died; also the pause after a failure. The lock is renewed
-- with each user, for whom two calls are made.
local function lock_life() return math.max(math.min(60, settings.list_every), 2.5 * settings.timeout) end

-- ---- the file ----

-- A row as a user; an empty cell leaves its field as it is, one of two quotes makes it empty.
local function user_of(names, cells, quoted, count)
  if count > #names then return nil, "has more cells than the first line has names" end
  local user = {}
  for i = 1, count do
    if cells[i] ~= "" or quoted[i] then user[names[i]] = cells[i] end
  end
  return user
end

-- Read as the module reads one for a bulk run; the first line names the fields.
local function read_csv(file)
  local reader = csv.reader(function(bytes) return file:read(bytes) end)
  local users, names = {}, nil
  while true do
    local cells, quoted, count, line = reader:next()
    if not cells then
      local problem = quoted
      if problem then return nil, ("line %d %s"):format(problem.line, problem.message) end
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
  local text = file:read "*a":gsub("^\239\187\191", "") -- the mark of UTF-8 that some programs write
  local users, reason = json.decode(text)
  if type(users) ~= "table" or not text:find "^%s*%[" then return nil, reason or "it is not a list" end
  return users
end

-- The users of a file; or nil and what is wrong with it.
local function read(path)
  local file, reason = io.open(path, "rb")
  if not file then return nil, reason end
  local users
  users, reason = (path:find "%.csv$" and read_csv or read_json)(file)
  file:close()
  return users, reason
end

-- ---- a run ----

-- Whose address is in the list before them: which of the two would come last is chance.
local function repeated(users)
  local first, again = {}, {}
  for i, user in ipairs(users) do
    local email = type(user) == "table" and type(user.email) == "string" and core.fold(user.email)
    if email then
      again[i] = first[email]
      first[email] = first[email] or i
    end
  end
  return again
end

-- Reads each user and writes what differs; what became of them, and whether it may be better later.
local function bring_into_line(users, alive)
  local result = { changed = 0, unchanged = 0, failed = 0 }
  local again, before = false, repeated(users)
  settings.client:map(users, function(user, i)
    alive()
    local ok, changes, err
    if type(user) ~= "table" then
      changes = "is not a user"
    elseif before[i] then
      changes = ("is there before, as entry %d"):format(before[i])
    else
      ok, changes, err = settings.client:ensure_user(user)
    end
    if ok then
      local what = next(changes) and "changed" or "unchanged"
      result[what] = result[what] + 1
      return true
    end
    result.failed = result.failed + 1
    again = again or (err and err.retryable) or false
    ngx.log(ngx.WARN, ("list: entry %d: %s"):format(i, changes))
    return false
  end, { concurrency = concurrency })
  return result, again
end

local function run(store, slot)
  local users, reason = read(settings.list)
  if not users then
    metrics.count "house_list_unreadable_total"
    ngx.log(ngx.ERR, "list: cannot be read: ", reason)
    return
  end
  local pid = ngx.worker.pid()
  local result, again = bring_into_line(users, function() store:set("list:lock", pid, lock_life()) end)
  for what, count in pairs(result) do metrics.count("house_list_users_total", { result = what }, count) end
  metrics.count "house_list_runs_total"
  ngx.log(ngx.NOTICE, ("list: %d changed, %d as they should be, %d failed%s"):format(result.changed, result.unchanged,
    result.failed, again and "; another run follows" or ""))
  if again then return end -- the lock ends by itself, and whoever comes next runs it again
  store:set("list:done", slot, 2 * settings.list_every)
  store:delete("list:lock", pid)
end

-- Each worker looks once a second whether the list of this night is done; the first that gets the lock does it.
local function look(premature)
  if premature then return end
  local store = shared.new "house"
  local slot = math.floor((ngx.time() - settings.list_at) / settings.list_every)
  if store:get "list:done" == slot or not store:add("list:lock", ngx.worker.pid(), lock_life()) then return end
  if store:get "list:done" == slot then return store:delete "list:lock" end -- done just before we got the lock
  local ok, reason = pcall(run, store, slot)
  if not ok then ngx.log(ngx.ERR, "list: ", reason) end
end

--- Begins in each worker, where there is a list. An nginx that starts at noon does at once what it missed at night.
function nightly.start()
  if settings.list then ngx.timer.every(1, look) end
end

return nightly
