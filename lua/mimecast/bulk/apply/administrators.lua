--- Rejects runs that disable or lock an administrator of the tenant. A user's profile tells the administrator's role.
--
-- The service documents no permission for profiles. If they cannot be read, any account may be an administrator's: the run is
-- rejected as well, unless the caller waives the check.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local progress = require "mimecast.bulk.progress"
local protect = require "mimecast.bulk.plan.protect"
local read_accounts = require "mimecast.bulk.read_accounts"

local administrators = {}

local chunk_rows, max_listed, max_shown = 200, 100, 10
local default_concurrency = 8

--- Returns the role of a profile's administrator; nil if the user is none. A user without a role has "na", "" or nothing.
---@param profile table of read_user
---@return string?
function administrators.role(profile)
  local role = profile.role
  if type(role) == "string" and role ~= "" and core.lower(role) ~= "na" then return role end
  return profile.admin and "administrator" or nil
end

local function unreadable(err)
  return errors.new { category = "usage", code = "unknown_administrators",
    message = "the profiles cannot be read that tell whether an account is an administrator: " .. err.message,
    hint = "give the application the permission, or set adminCheck = false: then an administrator may be disabled" }
end

local function found_error(found, count)
  local parts = {}
  for i = 1, math.min(#found, max_shown) do parts[i] = ("%s (%s)"):format(found[i].key, found[i].role) end
  if count > #parts then parts[#parts + 1] = ("and %d more"):format(count - #parts) end
  return errors.new { category = "usage", code = "administrator", problems = found, problemCount = count,
    message = "the input disables or locks administrators: " .. table.concat(parts, ", "),
    hint = "remove them from the input, or name each of them: allowAdmin = { address, … }" }
end

-- Adds the administrators among rows to a list. An address that is not an account of the tenant is none.
local function read_chunk(client, rows, concurrency, found)
  local addresses = {}
  for i, row in ipairs(rows) do addresses[i] = row.key end
  local profiles, failures = client:map(addresses, function(address) return client:read_user { email = address } end,
    { concurrency = concurrency })
  for i, row in ipairs(rows) do
    local err = failures[i]
    if err and not read_accounts.is_row_error(err) then return unreadable(err) end
    local role = profiles[i] and administrators.role(profiles[i])
    if role then
      found.count = found.count + 1
      if found.count <= max_listed then
        found[found.count] = { row = row.row, line = row.line, key = row.key, role = core.printable(role, 100) }
      end
    end
  end
  return nil
end

local function set_of(list)
  local set = {}
  for _, address in ipairs(list or {}) do set[core.fold(tostring(address))] = true end
  return set
end

--- Finds administrators among accounts to be disabled or locked.
---@param client table
---@param next_row fun(): table? rows with key, and row or line for the message
---@param options table allowAdmin (addresses), concurrency
---@param on_done? fun(done: integer) is called with the number of read profiles
---@return mimecast.Error? err codes administrator (`problems` lists the first hundred), unknown_administrators
function administrators.find(client, next_row, options, on_done)
  local allowed, found, done = set_of(options.allowAdmin), { count = 0 }, 0
  local row
  repeat
    local chunk = {}
    repeat
      row = next_row()
      if row and not allowed[core.fold(row.key)] then chunk[#chunk + 1] = row end
    until not row or #chunk == chunk_rows
    local err = read_chunk(client, chunk, options.concurrency or default_concurrency, found)
    if err then return err end
    done = done + #chunk
    if on_done then on_done(done) end
  until not row
  local count = found.count
  found.count = nil
  return count > 0 and found_error(found, count) or nil
end

-- Returns a function that reports the progress to the caller; nil if the caller wants no progress.
local function progress_of(plan, options)
  if not options.onCheck then return nil end
  local monotonic, total = plan.client:info().runtime.monotonic, plan.counts.disables
  local started_at = monotonic()
  return function(done)
    options.onCheck(progress.event("check administrators", done, math.max(total, done), monotonic() - started_at))
  end
end

--- Checks the rows of a plan that disable or lock an account.
---@param plan mimecast.Plan
---@param options table allowAdmin, adminCheck, concurrency, onCheck, onlyFailed, resume (the start of the run checked them)
---@return boolean? ok
---@return mimecast.Error? err
function administrators.check_plan(plan, options)
  local disables = plan.counts.disables > 0 or (options.onlyFailed and plan.counts.rejected > 0)
  if options.adminCheck == false or options.resume or not disables then return true end
  local next_plan_row = plan:rows()
  local err = administrators.find(plan.client, function()
    for row in next_plan_row do
      local may_send = row.action == "change" or (row.action == "rejected" and options.onlyFailed)
      if may_send and protect.disables(row.set) then return row end
    end
    return nil
  end, options, progress_of(plan, options))
  return not err, err
end

return administrators
