--- Makes the plan that brings the members of a profile group in line with a file.
local core = require "mimecast.core"
local description = require "mimecast.bulk.input.description"
local errors = require "mimecast.errors"
local group_members = require "mimecast.bulk.group_members"
local input_file = require "mimecast.bulk.input.input_file"
local plan = require "mimecast.bulk.plan"
local reading = require "mimecast.bulk.input.reading"
local rows = require "mimecast.bulk.input.rows"

local sync_group = {}

local plan_options = { "file", "protect", "concurrency", "onProgress" }

-- Iterates over the rows of the plan: those of the file, then the other members of the group.
local function wanted_rows(client, next_item, group, options, problem)
  local listed, members = {}, nil
  local function fail(message, err)
    problem.err = err
    return false, message
  end
  local function next_other()
    for row, message, err in members do
      if not row then return fail(message, err) end
      local address = group_members.address(row)
      if address and not listed[core.fold(address)] then
        listed[core.fold(address)] = true
        return { email = address, member = false, notes = (row.notes or "") ~= "" and "" or nil }
      end
    end
    return nil
  end
  return function()
    if members then return next_other() end
    local number, item, key = next_item()
    if number then
      if options.removeOthers then listed[core.fold(key)] = true end
      return { email = key, member = item.member ~= false }
    end
    if not options.removeOthers then return nil end
    local message, err
    members, message, err = client:group_members { id = group.id }
    if not members then return fail(message, err) end
    return next_other()
  end
end

-- An empty file would remove all members.
local function empty_error(checked, options)
  if checked.rows > 0 or not options.removeOthers then return nil end
  return errors.new { category = "validation", code = "invalid_input", field = "input",
    message = "the input has no row, and removeOthers would remove every member of the group",
    hint = "check the file; remove the members of a group with a file of them and a column member" }
end

--- Makes a plan. Its operation is "members of" the group; apply, resume and undo work as for other plans.
---@param client table
---@param options table group (name, path or id), input (addresses and domains), removeOthers, the options of plan, and those
-- of reading.options
---@param level integer
---@return mimecast.Plan? plan
---@return mimecast.Error? err
function sync_group.plan(client, options, level)
  if type(options) ~= "table" or type(options.group) ~= "string" or options.input == nil then
    error('mimecast: sync_group needs a group and an input: sync_group{ group = "Finance", input = "members.csv" }', level + 1)
  end
  if options.operation ~= nil then error("mimecast: sync_group: unknown option operation", level + 1) end
  if options.removeOthers ~= nil and type(options.removeOthers) ~= "boolean" then
    error("mimecast: sync_group: removeOthers must be true or false", level + 1)
  end
  local group, _, err = client:find_group(options.group)
  if not group then return nil, err end
  local operation = group_members.of_file()
  local prepared, input, checked
  prepared, err = reading.prepare(operation, options)
  if not err then input, err = input_file.open(options.input, options) end
  if not input then return nil, err end
  checked, err = rows.check(operation, input, options)
  if checked then err = empty_error(checked, options) end
  local problem, made = {}, nil
  if not err then
    local for_plan = { operation = group_members.name(options.group) }
    for _, name in ipairs(plan_options) do for_plan[name] = options[name] end
    local next_item = rows.read(operation, input, options, function() end)
    for_plan.input = wanted_rows(client, next_item, group, options, problem)
    made, err = plan.make(client, for_plan, level + 1)
    if made then made.reading = description.of(input, prepared, checked.found) end
  end
  input:close()
  return made, problem.err or err
end

return sync_group
