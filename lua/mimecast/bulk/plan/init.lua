--- Makes and opens plans: what each row would change, written down before anything is sent.
local bulk_options = require "mimecast.bulk.options"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local description = require "mimecast.bulk.input.description"
local diff = require "mimecast.bulk.plan.diff"
local input_file = require "mimecast.bulk.input.input_file"
local plan_file = require "mimecast.bulk.plan.plan_file"
local progress = require "mimecast.bulk.progress"
local protect = require "mimecast.bulk.plan.protect"
local read_accounts = require "mimecast.bulk.read_accounts"
local reading = require "mimecast.bulk.input.reading"
local rows = require "mimecast.bulk.input.rows"
local summary = require "mimecast.bulk.plan.summary"
local system = require "mimecast.system"
local tenant_id = require "mimecast.bulk.tenant_id"

local plan = {}

local round_batches = 4 -- batches for each concurrent request in a round of reading
local default_concurrency = 8

local options_of_make = {
  input = "string|table|function|userdata", operation = "string", file = "string", read = "boolean", protect = "table",
  concurrency = "few", onProgress = "function",
}
for name, declaration in pairs(reading.options) do options_of_make[name] = declaration end

---@class mimecast.Plan
---@field operation string
---@field counts table rows, change, unchanged, rejected, skipped (by an undo), disables, secrets, fields
---@field tenant table account, credentials
---@field created number seconds since 1970
---@field path? string the plan's file
---@field reading table how the input was read: encoding, separator, columns, passed, where, rows, taken
local Plan = {}
Plan.__index = Plan

plan.Plan = Plan

-- ---- rows ----

-- Takes up to `count` rows from an iterator. Returns them, and the rows among them that ask for a change.
local function take(input, next_item, model, count)
  local taken, changes = {}, {}
  while #taken < count do
    local number, item, key, line = next_item()
    if not number then break end
    local row = diff.row(model, number, key, item, input.is_file and line or nil)
    taken[#taken + 1] = row
    if row.action == "change" then changes[#changes + 1] = row end
  end
  return taken, changes
end

-- Skips a row whose account does not have the settings that are expected: those that the run to be undone has set.
local function skip_changed(row, expected, current)
  if not expected or row.action ~= "change" then return end
  for _, name in ipairs(diff.changed(row.set, expected, current)) do
    if expected[name] ~= nil then
      row.action = "skipped"
      row.code = "changed_meanwhile"
      row.message = diff.drift_message(name, expected[name], current[name], "after the run")
      return
    end
  end
end

-- Reads the accounts of rows and reduces each row to what differs. Returns an error if the service cannot be read.
local function compare(client, model, changes, concurrency, next_expected)
  local current, failures = read_accounts.read(client, model, changes, concurrency)
  for i, row in ipairs(changes) do
    local err = failures[i]
    if current[i] then
      if current[i].resolvedFrom then row.account = current[i][model.key] end
      diff.reduce(row, current[i])
      skip_changed(row, next_expected and next_expected(row.row), current[i])
    elseif read_accounts.is_row_error(err) then
      row.action, row.code, row.message = "rejected", err.code, err.serviceCode or err.code
    else
      return err
    end
  end
  return nil
end

-- Tells whether a plan reads the accounts. Only an operation with a key can read them.
local function reads_accounts(model, options)
  return options.read ~= false and model.key ~= nil
end

-- Writes a row of the plan for each item of the input. Returns the counts.
local function write_rows(client, model, input, next_item, writer, options, checker)
  local totals, runtime = summary.new(), client:info().runtime
  local concurrency, started_at = options.concurrency or default_concurrency, runtime.monotonic()
  while true do
    local taken, changes = take(input, next_item, model, concurrency * round_batches * model.batch)
    if #taken == 0 then return totals.counts end
    if reads_accounts(model, options) then
      local err = compare(client, model, changes, concurrency, input.next_expected)
      if err then return nil, err end
    end
    for _, row in ipairs(taken) do
      totals:add(row)
      checker:add(row)
      writer:write_row(row)
    end
    if options.onProgress then
      options.onProgress(progress.event("plan", totals.counts.rows, input.rows, runtime.monotonic() - started_at))
    end
  end
end

-- ---- making ----

-- The input in a header: its path and hash, the options to read it again, and what was found.
local function input_of_header(input, prepared, checked, options)
  local record = reading.record(options, prepared, input, checked.found)
  record.sha256, record.path = checked.sha256, input.path and system.absolute(input.path)
  record.reading = description.of(input, prepared, checked.found)
  return record
end

local function header_of(client, model, input, prepared, checked, options)
  local info = client:info()
  return {
    id = info.runtime.uuid(), -- distinguishes two plans of one input; a copy keeps it
    created = info.runtime.clock(), by = system.identity(), operation = model.operation.name, rows = checked.rows,
    input = input_of_header(input, prepared, checked, options),
    read = reads_accounts(model, options), protect = input.protect,
    settings = { generation = info.generation, gateway = info.baseUrl },
  }
end

-- Checks the input. If no account is read, the rows are complete as soon as they are checked: then the input is read once, and
-- `draft` holds the rows with `counts`. Otherwise the rows are read again, because no account is read for an invalid input.
local function check_input(client, model, input, options, checker)
  if reads_accounts(model, options) then return rows.check(model.operation, input, options) end
  local draft, err = plan_file.create()
  if not draft then return nil, err end
  local next_item, finish = rows.checked(model.operation, input, options)
  local counts = write_rows(client, model, input, next_item, draft, options, checker)
  local checked
  checked, err = finish()
  if not checked then
    draft:abort()
    return nil, err
  end
  checked.draft, checked.counts = draft, counts
  return checked
end

-- Reads the checked input again and writes its rows. Returns the counts.
local function write_input(client, model, input, checked, writer, options, checker)
  local digest = system.sha256()
  input.rows = checked.rows
  local next_item = rows.read(model.operation, input, options, function() end, digest)
  local counts, err = write_rows(client, model, input, next_item, writer, options, checker)
  if counts and digest:hex() ~= checked.sha256 then err = input:changed_error() end
  return counts, err
end

-- Writes the plan's file. On failure, and if the checker finds protected rows, removes it.
local function write(client, model, input, prepared, checked, options, checker)
  local tenant, err = tenant_id.read(client)
  if not tenant then return nil, err end
  local writer
  writer, err = plan_file.create(options.file)
  if not writer then return nil, err end
  local header = header_of(client, model, input, prepared, checked, options)
  header.tenant = tenant
  writer:write_header(header)
  local ok, counts = true, checked.counts
  if checked.draft then
    writer:copy_rows(checked.draft)
  else
    ok, counts, err = pcall(write_input, client, model, input, checked, writer, options, checker)
  end
  err = err or checker:error()
  if not ok or not counts or err then
    writer:abort()
    if not ok then error(counts, 0) end
    return nil, err
  end
  return writer:finish(counts)
end

local function wrap(client, file, input)
  local header = file.header
  return setmetatable({
    client = client, file = file, input = input, path = file.path, operation = header.operation, counts = file.counts,
    tenant = header.tenant, created = header.created, read = header.read, reading = header.input.reading or {},
  }, Plan)
end

--- Makes a plan: checks all rows, reads the accounts, and writes down what would change.
---@param client table
---@param options table input, operation (update_user), file (the plan's path; without it, the plan ends with the process),
--- read (false: no account is read), protect (addresses and patterns that must not be disabled or locked), concurrency (8),
--- onProgress, and the options of reading.options, which say how the input is read
---@param level integer of the caller, for errors of misuse
---@param next_expected? fun(row: integer): table? the settings that a row's account must have, else the row is skipped
---@return mimecast.Plan? plan
---@return mimecast.Error? err
function plan.make(client, options, level, next_expected)
  bulk_options.check(options_of_make, options, "plan", level + 1)
  if options.input == nil then error("mimecast: plan needs an input", level + 1) end
  local operation = diff.operation(options.operation, level + 1)
  local checker = protect.checker(options.protect, level + 1)
  local prepared, err = reading.prepare(operation, options)
  if not prepared then return nil, err end
  options = reading.without_files(options, prepared)
  local standing
  standing, err = protect.standing(client:info())
  if not standing then return nil, err end
  local protected = protect.join(options.protect, standing)
  if #standing > 0 then checker = protect.checker(protected, level + 1) end
  local input
  input, err = input_file.open(options.input, options)
  if not input then return nil, err end
  input.next_expected, input.protect = next_expected, protected
  local model = diff.model(operation, client:info().batchSize)
  local checked, file
  checked, err = check_input(client, model, input, options, checker)
  if checked then file, err = write(client, model, input, prepared, checked, options, checker) end
  if checked and checked.draft then checked.draft:abort() end
  if not file then
    input:close()
    return nil, err
  end
  return wrap(client, file, input)
end

--- Opens a plan from its file.
---@param client table
---@param path string
---@return mimecast.Plan? plan
---@return mimecast.Error? err codes unreadable_plan, damaged_plan, plan_version
function plan.open(client, path)
  local file, err = plan_file.open(path)
  if not file then return nil, err end
  return wrap(client, file)
end

-- ---- methods of a plan; mimecast.bulk adds apply ----

--- Iterates over all rows, in order: row, line (of an input file), key, action (change, unchanged, rejected, skipped), set,
--- old, secrets (only their names).
---@return fun(): table? next
function Plan:rows()
  return self.file:rows()
end

--- Closes the plan's files.
function Plan:close()
  self.file:close()
  if self.input then self.input:close() end
  if self.findings then self.findings:close() end -- of a plan from reconcile
end

-- Adds the first rows of these actions to the list.
local function list_rows(self, list, actions, count)
  if count == 0 then return end
  local shown = 0
  for row in self:rows() do
    if actions[row.action] then
      shown = shown + 1
      if shown > summary.max_shown then break end
      list[#list + 1] = "  " .. core.printable(summary.line(row), 300)
    end
  end
  if count > summary.max_shown then list[#list + 1] = ("  … %d more"):format(count - summary.max_shown) end
end

--- Formats the plan for people: the counts, the first rejected rows, and the first rows that change.
function Plan:__tostring()
  local list = { ("%s for %s"):format(self.operation, tenant_id.name(self.tenant)) }
  for _, line in ipairs(description.lines(self.reading)) do list[#list + 1] = line end
  for _, line in ipairs(summary.lines(self.counts)) do list[#list + 1] = line end
  local lost = self.irreversible and self.irreversible.count or 0 -- of a plan from undo
  if lost > 0 then list[#list + 1] = ("  %s cannot be restored completely"):format(counted(lost, "row")) end
  list_rows(self, list, { rejected = true, skipped = true }, self.counts.rejected + self.counts.skipped)
  list_rows(self, list, { change = true }, self.counts.change)
  return table.concat(list, "\n")
end

return plan
