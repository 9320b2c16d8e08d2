--- Changes many accounts and accounts for each: the functions behind `client:plan`, `client:bulk` and `client:undo`.
local apply = require "mimecast.bulk.apply"
local core = require "mimecast.core"
local diff = require "mimecast.bulk.plan.diff"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local lazy = require "mimecast.base.lazy"
local plan = require "mimecast.bulk.plan"
local reading = require "mimecast.bulk.input.reading"
local run_report = require "mimecast.bulk.run_report"
local undo = require "mimecast.bulk.undo"

local bulk = {}

-- Returns what a function of a client returns.
local function result(value, err)
  if value == nil then return errors.result(err) end
  return value
end

--- Carries the plan out. doc/bulk.md lists the options.
---@param options? table
---@return mimecast.Report? report
---@return string? message
---@return mimecast.Error? err
function plan.Plan:apply(options) -- defined here, because apply requires plan
  return result(apply.run(self, options or {}, 2))
end

--- Makes a plan, or opens a plan from its path. See doc/bulk.md.
---@param client table
---@param options table|string input and how to read it (doc/files.md), operation, file, read, protect, concurrency,
--- onProgress; or a path
---@return mimecast.Plan? plan
---@return string? message
---@return mimecast.Error? err
function bulk.plan(client, options)
  if type(options) == "string" then return result(plan.open(client, options)) end
  return result(plan.make(client, options, 2))
end

local shared_options = { concurrency = true, onProgress = true, protect = true }

-- Splits options into those of plan and those of apply.
local function split(options)
  local for_plan, for_apply = {}, {}
  for name, value in pairs(options) do
    local is_apply = apply.options[name] and name ~= "input"
    if is_apply then for_apply[name] = value end
    if not is_apply or shared_options[name] then for_plan[name] = value end
  end
  return for_plan, for_apply
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- Formats constants as text: "accountDisabled = true".
local function constants_text(set)
  local parts = {}
  for name, value in pairs(set or {}) do parts[#parts + 1] = ("%s = %s"):format(name, tostring(value)) end
  table.sort(parts)
  return #parts > 0 and core.printable(table.concat(parts, ", "), 200) or "no constant"
end

-- Returns what a started plan does and what the options ask for instead; nil if they agree. Without `set`, the options ask for
-- nothing: the plan records how it reads its input.
local function other_purpose(opened, options)
  if options.operation and opened.operation ~= options.operation then
    return ("of %s"):format(opened.operation), ("of %s"):format(core.printable(options.operation, 64))
  end
  if not options.set then return nil end
  local record = opened.file.header.input
  local prepared, err = reading.prepare(diff.operation(opened.operation, 3), setmetatable({ set = options.set },
    { __index = record }))
  if not prepared then return nil, nil, err end
  local started, wanted = constants_text(record.set), constants_text(prepared.set)
  if started == wanted then return nil end
  return ("with %s"):format(started), ("with %s"):format(wanted)
end

-- Opens the plan of a run to resume. It must do what the options ask for: enabling accounts does not go on with a run that
-- disables them.
local function open_started(client, path, options)
  local opened, err = plan.open(client, path)
  if not opened then return nil, err end
  local started, wanted
  started, wanted, err = other_purpose(opened, options)
  if not started and not err then return opened end
  opened:close()
  return nil, err or errors.new { category = "usage", code = "journal_mismatch",
    message = ("the journal belongs to a run %s, not %s"):format(started, wanted),
    hint = ("to go on with that run, apply %s with resume; for another run, choose another path for the journal"):format(
      core.printable(path, 200)) }
end

--- Plans and applies in one call. The plan is kept beside the journal, for resume.
---@param client table
---@param options table those of plan and of apply; journal is required
---@return mimecast.Report? report
---@return string? message
---@return mimecast.Error? err
function bulk.bulk(client, options)
  if type(options) ~= "table" or type(options.journal) ~= "string" then
    error("mimecast: bulk needs an input and a journal: bulk{ input = …, journal = … }", 2)
  end
  local for_plan, for_apply = split(options)
  for_plan.file = options.file or options.journal:gsub("%.journal$", "") .. ".plan"
  local resumes = options.resume or options.onlyFailed
  local err = not resumes and journal.exists_error(options.journal) -- checked before the plan is overwritten
  if err then return errors.result(err) end
  local made
  if resumes and exists(for_plan.file) then
    made, err = open_started(client, for_plan.file, options)
    for_apply.input = options.input
  else
    made, err = plan.make(client, for_plan, 2)
  end
  if not made then return errors.result(err) end
  local report, message
  report, message, err = made:apply(for_apply)
  return report, message, err
end

--- Makes the plan that brings the members of a profile group in line with a file. See doc/bulk.md.
---@param client table
---@param options table group, input, removeOthers, and the options of plan except operation and read
---@return mimecast.Plan? plan
---@return string? message
---@return mimecast.Error? err
function bulk.sync_group(client, options)
  return result(lazy("mimecast.bulk.sync_group").plan(client, options, 2))
end

--- Makes the plan that restores what a run changed, from its journal. See doc/bulk.md.
---@param client table
---@param options table journal, and the options of plan except input, operation and those that say how an input is read
---@return mimecast.Plan? plan with `irreversible`
---@return string? message
---@return mimecast.Error? err
function bulk.undo(client, options)
  return result(undo.plan(client, options, 2))
end

--- Holds the tenant against a roster, and plans what differs. See doc/reconcile.md.
---@param client table
---@param options table roster, domain, file, groups, date, endMark, and the options that say how an input is read
---@return mimecast.Plan? plan with `findings`
---@return string? message
---@return mimecast.Error? err
function bulk.reconcile(client, options)
  return result(lazy("mimecast.bulk.reconcile").plan(client, options, 2))
end

--- Opens the report of a plan or of a journal: its rows with their states. Nothing is requested.
---@param _ table
---@param path string of a plan or of a journal
---@return mimecast.RunReport? report counts, rows(states), close()
---@return string? message
---@return mimecast.Error? err
function bulk.report(_, path)
  if type(path) ~= "string" then error("mimecast: report needs the path of a plan or of a journal", 2) end
  return result(run_report.open(path))
end

return bulk
