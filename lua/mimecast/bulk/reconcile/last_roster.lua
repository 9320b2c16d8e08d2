--- Remembers the last roster of each tenant and domain in the state folder, and compares a new one with it: a roster that lost
-- many rows was cut, and an older one is stale.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local operations = require "mimecast.model.operation"
local system = require "mimecast.system"
local user_folder = require "mimecast.base.user_folder"
local zone = require "mimecast.bulk.input.zone"

local last_roster = {}

local max_bytes = 4096
local day, future = 86400, 86400 -- seconds; a clock or a time zone may be wrong by less
local default_share, default_age = 0.9, 7 * day

local entry_mt = json.object { "tenant", "domain", "people", "date", "recorded" }

local function usage_error(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

-- ---- dates ----

local date_operation

local function read_date(text)
  date_operation = date_operation or operations.define { name = "roster", path = "",
    input = { { name = "date", type = "datetime", text = "date of the roster" } } }
  if text:find "^%d%d%d%d%-%d%d%-%d%d$" then text = text .. "T00:00:00Z" end
  local item = date_operation.input_schema:encode { date = text }
  local year, month, month_day, hour, minute, second = (item and item.date or ""):match "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)"
  if not year then return nil end
  return zone.days(tonumber(year), tonumber(month), tonumber(month_day)) * day + tonumber(hour) * 3600
    + tonumber(minute) * 60 + tonumber(second)
end

--- Formats a date for people.
---@param seconds number
---@return string
function last_roster.show(seconds)
  return os.date(seconds % day == 0 and "!%Y-%m-%d" or "!%Y-%m-%d %H:%M UTC", math.floor(seconds))
end

--- Finds the date of a roster: the option `date`, the date in its end mark, or the time of the file's last change.
---@param options table date
---@param roster table
---@return number? date seconds since 1970; nil for rows of the program without the option
---@return mimecast.Error? err code invalid_request
function last_roster.date(options, roster)
  local text = options.date or roster.mark and roster.mark.date
  if not text then return roster.path and system.modified(roster.path) end
  local date = read_date(text)
  if date then return date end
  return usage_error("invalid_request", ("the date of the roster is not ISO 8601: %s"):format(core.printable(text, 64)),
    'write it like date = "2026-11-30"')
end

-- ---- the file ----

local function path_of(info, tenant, domain)
  local folder = user_folder.make("state", info.stateFolder)
  local name = ("%s\n%s"):format(tenant.account or tenant.credentials, domain)
  return folder and ("%s/roster-%s.json"):format(folder, system.sha256_hex(name, 16))
end

-- Reads the entry of a tenant and domain; nil without one, nil and an error if the file is damaged.
local function read(path)
  local file = path and io.open(path, "rb")
  if not file then return nil end
  local text = file:read(max_bytes)
  file:close()
  local entry = text and json.decode(text)
  if type(entry) == "table" and type(entry.people) == "number" then return entry end
  return usage_error("incomplete_roster", ("the file of the last roster is damaged: %s"):format(core.printable(path, 200)),
    "remove it; the next roster is compared with no other")
end

-- ---- comparing ----

local function compare_date(date, entry, now, options, path)
  if date > now + future then
    return usage_error("stale_roster", ("the roster is of %s, which is in the future"):format(last_roster.show(date)),
      "correct its date, or this machine's clock")
  end
  if entry and type(entry.date) == "number" and date < entry.date then
    return usage_error("stale_roster", ("the roster is of %s, and the last one was of %s"):format(last_roster.show(date),
      last_roster.show(entry.date)), ("export it again; if the last date is wrong, remove %s"):format(path))
  end
  local age = options.maxRosterAge or default_age
  if now - date > age then
    return usage_error("stale_roster", ("the roster is of %s, older than %s days"):format(last_roster.show(date),
      core.format_number(age / day)),
      ("export it again, or set maxRosterAge = %d"):format(math.ceil((now - date) / day) * day))
  end
  return true
end

--- Compares a roster with the last one.
---@param info table of client:info()
---@param tenant table from tenant_id.read
---@param roster table
---@param date? number
---@param options table minShare (0.9), maxRosterAge (7 days)
---@return table? found last (people, date; nil without a last roster), path
---@return mimecast.Error? err codes incomplete_roster, stale_roster
function last_roster.check(info, tenant, roster, date, options)
  local path = path_of(info, tenant, roster.domain)
  local entry, err = read(path)
  if err then return nil, err end
  local people, share = roster.people.count, options.minShare or default_share
  if entry and people < entry.people * share then
    return usage_error("incomplete_roster", ("the roster has %d people, and the last one had %d: fewer than %s %%"):format(
      people, entry.people, core.format_number(share * 100)), "export it again; if so many people have left, set minShare = "
      .. core.format_fixed(math.floor(people / entry.people * 100) / 100, 2))
  end
  local ok = true
  if date then ok, err = compare_date(date, entry, info.runtime.clock(), options, path) end
  if not ok then return nil, err end
  return { last = entry, path = path }
end

--- Records a roster as the last one. Without a writable folder, the log gets a line.
---@param info table of client:info()
---@param found table from check
---@param tenant table
---@param roster table
---@param date? number
---@return boolean recorded
function last_roster.record(info, found, tenant, roster, date)
  local entry = setmetatable({ tenant = tenant.account, domain = roster.domain, people = roster.people.count,
    date = date or found.last and found.last.date, recorded = math.floor(info.runtime.clock()) }, entry_mt)
  local ok, reason
  if found.path then ok, reason = system.write_owner_only(found.path, json.encode(entry) .. "\n") end
  if ok then return true end
  if info.runtime.log then
    pcall(info.runtime.log, ("mimecast: the roster cannot be recorded in %s (%s): the next one is compared with no other")
      :format(found.path or "a state folder", reason or "there is no home folder; set stateFolder or XDG_STATE_HOME"))
  end
  return false
end

return last_roster
