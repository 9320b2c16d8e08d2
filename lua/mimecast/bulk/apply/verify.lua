--- Reads accounts back after a run and holds them against what was asked for: all, a sample, or so many.
local feed = require "mimecast.bulk.apply.work_items"
local settle = require "mimecast.bulk.apply.resolve_unknown"
local core = require "mimecast.core"

local verify = {}

local sample_rows, chunk_rows, most_listed = 100, 200, 100

-- Which of the rows are read: every so-many-th, from a random one on.
local function chooser(run, wanted, of)
  if wanted == true or wanted >= of then return function() return true end end
  local step, seen = of / wanted, 0
  local from = run.client:info().runtime.random()
  return function()
    seen = seen + 1
    return math.floor((seen - 1) / step + from) ~= math.floor(seen / step + from)
  end
end

local function differences(row, current)
  local names = {}
  for name, value in pairs(row.set) do
    if current[name] ~= value then names[#names + 1] = name end
  end
  table.sort(names, core.before)
  return table.concat(names, ", ")
end

local function look(sender, rows, found)
  local current, failures = sender:read(rows)
  for i, row in ipairs(rows) do
    found.read = found.read + 1
    local problem
    if not current[i] then
      found.unreadable, problem = found.unreadable + 1, failures[i].message
    elseif settle.is_equal(row, current[i]) then
      found.equal = found.equal + 1
    else
      found.different, problem = found.different + 1, "not as asked: " .. differences(row, current[i])
    end
    if problem and #found.rows < most_listed then
      found.rows[#found.rows + 1] = { row = row.row, key = row.key, message = problem }
    end
  end
end

--- Verifies rows that are ok or unchanged and have settings that can be read; a password is not looked at.
---@param run table
---@param sender table the engine
---@param wanted true|"sample"|integer
---@param among? table<integer, true> only these rows
---@return table found read, equal, different, unreadable, rows (the first hundred that are not equal); message where
--- nothing can be read
function verify.rows(run, sender, wanted, among)
  local found = { read = 0, equal = 0, different = 0, unreadable = 0, rows = {} }
  if not run.model.key then
    found.message = run.plan.operation .. " sets nothing that can be read back"
    return found
  end
  local counts = run.ledger.counts
  local choose = chooser(run, wanted == "sample" and sample_rows or wanted, math.max(1, counts.ok + counts.unchanged))
  local next_row = feed.rows(run, function(row)
    return run.ledger:of(row.row) == "done" and next(row.set) ~= nil
      and (not among or among[row.row]) and choose()
  end, true)
  repeat
    local rows = {}
    while #rows < chunk_rows do
      local row = next_row()
      if not row then break end
      rows[#rows + 1] = row
    end
    if #rows > 0 then look(sender, rows, found) end
  until #rows < chunk_rows or sender:interrupted() > 0
  return found
end

return verify
