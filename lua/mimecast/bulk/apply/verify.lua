--- Verifies a run: reads accounts back and compares them with the rows. Reads all rows, a sample, or a given number.
local core = require "mimecast.core"
local diff = require "mimecast.bulk.plan.diff"
local work_items = require "mimecast.bulk.apply.work_items"

local verify = {}

local sample_rows, chunk_rows, max_listed = 100, 200, 100

-- Returns a function that picks `wanted` of `total` rows at equal distances, from a random start.
local function picker(run, wanted, total)
  if wanted == true or wanted >= total then return function() return true end end
  local step, seen = total / wanted, 0
  local offset = run.info.runtime.random()
  return function()
    seen = seen + 1
    return math.floor((seen - 1) / step + offset) ~= math.floor(seen / step + offset)
  end
end

local function different_names(row, current)
  local names = {}
  for name, value in pairs(row.set) do
    if current[name] ~= value then names[#names + 1] = name end
  end
  table.sort(names, core.before)
  return table.concat(names, ", ")
end

local function compare(sender, chunk, result)
  local current, failures = sender:read(chunk)
  for i, row in ipairs(chunk) do
    result.read = result.read + 1
    local message
    if not current[i] then
      result.unreadable, message = result.unreadable + 1, failures[i].message
    elseif diff.is_equal(row, current[i]) then
      result.equal = result.equal + 1
    else
      result.different, message = result.different + 1, "different from the plan: " .. different_names(row, current[i])
    end
    if message and #result.rows < max_listed then
      result.rows[#result.rows + 1] = { row = row.row, key = row.key, message = message }
    end
  end
end

--- Verifies rows that are ok or unchanged and have readable settings. Passwords cannot be verified.
---@param run table
---@param sender table
---@param wanted true|"sample"|integer
---@param among? table<integer, true> only these rows
---@return table result read, equal, different, unreadable, rows (the first hundred that are not equal); message if the
--- operation sets nothing that can be read
function verify.rows(run, sender, wanted, among)
  local result = { read = 0, equal = 0, different = 0, unreadable = 0, rows = {} }
  if not run.model.key then
    result.message = run.plan.operation .. " sets nothing that can be read back"
    return result
  end
  local counts = run.row_states.counts
  local is_picked = picker(run, wanted == "sample" and sample_rows or wanted, math.max(1, counts.ok + counts.unchanged))
  local next_row = work_items.rows(run, function(row)
    return run.row_states:state(row.row) == "done" and next(row.set) ~= nil
      and (not among or among[row.row]) and is_picked()
  end, true)
  repeat
    local chunk = {}
    while #chunk < chunk_rows do
      local row = next_row()
      if not row then break end
      chunk[#chunk + 1] = row
    end
    if #chunk > 0 then compare(sender, chunk, result) end
  until #chunk < chunk_rows or sender:interrupted() > 0
  return result
end

return verify
