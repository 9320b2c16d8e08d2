--- A plan: what a list of rows would change, read and written down before anything is sent.
local check_options = require "mimecast.bulk.options"
local core = require "mimecast.core"
local difference = require "mimecast.bulk.plan.diff"
local errors = require "mimecast.errors"
local input = require "mimecast.bulk.input.rows"
local lazy = require "mimecast.base.lazy"
local planfile = require "mimecast.bulk.plan.file"
local protect = require "mimecast.bulk.plan.protect"
local readback = require "mimecast.bulk.read_accounts"
local source = require "mimecast.bulk.input.file"
local system = require "mimecast.system"
local tally = require "mimecast.bulk.summary"
local tenants = require "mimecast.bulk.tenant_id"

local plan = {}

local round_batches = 4 -- batches for each of those that read side by side, before the plan is written on
local most_protected = 100

local known = {
  input = "string|table|function|userdata", operation = "string", file = "string", read = "boolean", protect = "table",
  concurrency = "few", format = '"csv"|"jsonl"', separator = "character", onProgress = "function",
}

---@class mimecast.Plan
---@field operation string
---@field counts table rows, change, unchanged, rejected, disables, secrets, fields
---@field tenant table account, credentials
---@field created number seconds since 1970
---@field path? string the plan's file
local Plan = {}
Plan.__index = Plan

-- ---- reading what is set ----

-- Takes up to `count` rows from an iterator; those that ask for something are listed besides.
local function take(rows, model, count)
  local list, asking = {}, {}
  while #list < count do
    local number, item, key = rows()
    if not number then break end
    local row = difference.row(model, number, key, item)
    list[#list + 1] = row
    if row.action == "change" then asking[#asking + 1] = row end
  end
  return list, asking
end

-- Reads rows and leaves of each what would change; an error value where reading cannot go on.
local function read_rows(client, model, rows, concurrency)
  local current, failures = readback.read(client, model, rows, concurrency)
  for i, row in ipairs(rows) do
    local err = failures[i]
    if current[i] then
      if current[i].resolvedFrom then row.account = current[i][model.key] end
      difference.reduce(row, current[i])
    elseif readback.is_of_row(err) then
      row.action, row.code, row.message = "rejected", err.code, err.serviceCode or err.code
    else
      return err
    end
  end
  return nil
end

-- ---- making ----

local function protected_failure(found, count)
  local parts = {}
  for i = 1, math.min(#found, 10) do parts[i] = ("%s (%s)"):format(found[i].key, found[i].by) end
  if count > #parts then parts[#parts + 1] = ("and %d more"):format(count - #parts) end
  return errors.new {
    category = "usage", code = "protected", problems = found, problemCount = count,
    message = "the input disables or locks protected addresses: " .. table.concat(parts, ", "),
    hint = "take them out of the input, or out of the list of those that are protected",
  }
end

--- What looks at each row for accounts that are protected: `look(row)`, and `violation()` afterwards.
function plan.guard(list, level)
  local fits = protect.compile(list, level + 1)
  local found, count, guarded = {}, 0, {}
  function guarded.look(row)
    -- Also what cannot be changed now: onlyFailed tries it again.
    -- An alias is protected with its account.
    local by = row.action ~= "unchanged" and protect.disables(row.set)
      and (fits(row.key) or (row.account and fits(row.account)))
    if not by then return end
    count = count + 1
    if count <= most_protected then found[count] = { key = row.key, row = row.row, by = by } end
  end
  function guarded.violation() return count > 0 and protected_failure(found, count) or nil end
  return guarded
end

-- Writes all rows of the input into the plan.
local function write_rows(client, model, rows, writer, options, look)
  local counts = tally.new()
  local concurrency = options.concurrency or 8
  while true do
    local list, asking = take(rows, model, concurrency * round_batches * model.batch)
    if #list == 0 then return counts.counts end
    if options.read ~= false and model.key then
      local err = read_rows(client, model, asking, concurrency)
      if err then return nil, err end
    end
    for _, row in ipairs(list) do
      counts:add(row)
      look(row)
      writer:row(row)
    end
    if options.onProgress then options.onProgress { phase = "plan", done = counts.counts.rows } end
  end
end

local function settings_of(client)
  return { generation = client:info().generation, gateway = client:info().baseUrl }
end

local function input_changed(from)
  return errors.new { category = "usage", code = "changed_input", hint = "make the plan again",
    message = ("%s was changed while the plan was made"):format(core.printable(from.name, 200)) }
end

-- Writes the plan's file; nothing is left of it where `guarded` found rows that are protected.
local function make(client, model, from, found, options, guarded)
  local own, err = tenants.of(client)
  if not own then return nil, err end
  local writer
  writer, err = planfile.create(options.file)
  if not writer then return nil, err end
  writer:header {
    id = client:info().runtime.uuid(), -- two plans of one input are two, and a copy is the same one
    created = client:info().runtime.clock(), operation = model.operation.name, tenant = own, rows = found.rows,
    input = { sha256 = found.sha256, path = from.path and system.absolute(from.path), format = from.format,
      separator = options.separator },
    read = options.read ~= false and model.key ~= nil, settings = settings_of(client), protect = options.protect,
  }
  local digest = system.sha256()
  local rows = input.rows(model.operation, from, options, function() end, digest)
  local ok, counts, reason = pcall(write_rows, client, model, rows, writer, options, guarded.look)
  reason = reason or guarded.violation() or digest:hex() ~= found.sha256 and input_changed(from)
  if not ok or not counts or reason then
    writer:abort()
    if not ok then error(counts, 0) end
    return nil, reason
  end
  return writer:finish(counts)
end

local function wrap(client, file, from)
  local header = file.header
  return setmetatable({
    client = client, file = file, source = from, path = file.path, operation = header.operation, counts = file.counts,
    tenant = header.tenant, created = header.created, read = header.read,
  }, Plan)
end

--- Makes a plan: all rows are checked, what is set now is read, and what would change is written down.
---@param client table
---@param options table input, operation (update_user), file (where the plan goes; without it the plan is gone with the
--- process), read (false: nothing is read), protect (addresses and patterns never disabled or locked), concurrency (8),
--- format (csv, jsonl), separator (","), onProgress
---@param level integer of the caller to blame for misuse
---@return mimecast.Plan? plan
---@return mimecast.Error? err
function plan.make(client, options, level)
  check_options(known, options, "plan", level + 1)
  if options.input == nil then error("mimecast: plan needs an input", level + 1) end
  local operation = difference.operation(options.operation, level + 1)
  local guarded = plan.guard(options.protect, level + 1)
  local from, err = source.open(options.input, options.format)
  if not from then return nil, err end
  local found, file
  found, err = input.check(operation, from, options)
  if found then file, err = make(client, difference.model(operation, client:info()), from, found, options, guarded) end
  if not file then
    from:close()
    return nil, err
  end
  return wrap(client, file, from)
end

--- Opens a plan that was made before.
---@param client table
---@param path string
---@return mimecast.Plan? plan
---@return mimecast.Error? err codes unreadable_plan, damaged_plan, plan_version
function plan.open(client, path)
  local file, err = planfile.open(path)
  if not file then return nil, err end
  return wrap(client, file)
end

-- ---- a plan ----

--- All rows, in order: row, key, action (change, unchanged, rejected), set, old, secrets (names of what is not shown).
---@return fun(): table? next
function Plan:rows()
  return self.file:rows()
end

--- Carries the plan out. Options and result: doc/bulk.md.
---@param options? table
---@return table? report
---@return string? message
---@return mimecast.Error? err
function Plan:apply(options)
  local report, err = lazy("mimecast.bulk.apply").apply(self, options or {}, 2)
  if not report then return errors.result(err) end
  return report
end

--- Closes its files.
function Plan:close()
  self.file:close()
  if self.source then self.source:close() end
end

--- The plan as people read it: counts, and the first rows that change.
function Plan:__tostring()
  local list = tally.lines(self.counts)
  table.insert(list, 1, ("%s for %s"):format(self.operation, tenants.name(self.tenant)))
  local lost = self.irreversible and self.irreversible.count or 0 -- of mimecast.undo
  if lost > 0 then list[#list + 1] = ("  of %d rows not all can be put back"):format(lost) end
  local shown = 0
  for row in self:rows() do
    if row.action ~= "unchanged" then
      shown = shown + 1
      if shown > tally.most_shown then break end
      list[#list + 1] = "  " .. core.printable(tally.line(row), 300)
    end
  end
  local left = self.counts.change + self.counts.rejected - tally.most_shown
  if left > 0 then list[#list + 1] = ("  … %d more"):format(left) end
  return table.concat(list, "\n")
end

return plan
