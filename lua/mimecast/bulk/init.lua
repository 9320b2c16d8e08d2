--- Many accounts at once, every account accounted for: the functions behind `client:plan`, `client:bulk`, `client:undo`.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local plans = require "mimecast.bulk.plan"
local run = require "mimecast.bulk.apply"
local undo = require "mimecast.bulk.undo"

local bulk = {}

-- What a function of a client returns.
local function result(value, err)
  if value == nil then return errors.result(err) end
  return value
end

--- Makes a plan, or opens one that was made before where it is given a path. See doc/bulk.md.
---@param client table
---@param options table|string input, operation, file, read, protect, concurrency, format, separator, onProgress; or a path
---@return mimecast.Plan? plan
---@return string? message
---@return mimecast.Error? err
function bulk.plan(client, options)
  if type(options) == "string" then return result(plans.open(client, options)) end
  return result(plans.make(client, options, 2))
end

local shared = { concurrency = true, onProgress = true, protect = true }

-- Options of both functions, each with its own.
local function split(options)
  local for_plan, for_apply = {}, {}
  for name, value in pairs(options) do
    local is_apply = run.options[name] and name ~= "input"
    if is_apply then for_apply[name] = value end
    if not is_apply or shared[name] then for_plan[name] = value end
  end
  return for_plan, for_apply
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- The plan of a run to go on with, which must do what is asked for now.
local function begun_plan(client, path, operation)
  local plan, err = plans.open(client, path)
  if not plan or not operation or plan.operation == operation then return plan, err end
  plan:close()
  return nil, errors.new { category = "usage", code = "journal_mismatch", hint = "give the journal a name of its own",
    message = ("the run that was begun is one of %s, not of %s"):format(plan.operation, core.printable(operation, 64)) }
end

--- Plans and carries out in one: the plan is kept beside the journal, and resumed with it.
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
  local goes_on = options.resume or options.onlyFailed
  local err = not goes_on and journals.taken(options.journal) -- before its plan is written over
  if err then return errors.result(err) end
  local plan
  if goes_on and exists(for_plan.file) then
    plan, err = begun_plan(client, for_plan.file, options.operation)
    for_apply.input = options.input
  else
    plan, err = plans.make(client, for_plan, 2)
  end
  if not plan then return errors.result(err) end
  local report, message
  report, message, err = plan:apply(for_apply)
  return report, message, err
end

--- Makes the plan that puts back what a run changed, from its journal. See doc/bulk.md.
---@param client table
---@param options table journal, and what plan takes besides input and operation
---@return mimecast.Plan? plan with `irreversible`
---@return string? message
---@return mimecast.Error? err
function bulk.undo(client, options)
  return result(undo.plan(client, options, 2))
end

return bulk
