--- What a plan would do, in numbers: rows by action, changes by field, and the first rows to show.
local protect = require "mimecast.bulk.plan.protect"
local core = require "mimecast.core"

local tally = {}

local most_shown = 20

local Tally = {}
Tally.__index = Tally

--- An empty one.
function tally.new()
  return setmetatable({
    counts = { rows = 0, change = 0, unchanged = 0, rejected = 0, disables = 0, secrets = 0, fields = {} },
  }, Tally)
end

-- Fields with few values are counted by what becomes of them: "false → true".
local function transition(old, new)
  if type(new) ~= "boolean" then return "set" end
  if old == nil then return "→ " .. tostring(new) end
  return ("%s → %s"):format(tostring(old), tostring(new))
end

local function count_field(fields, name, what)
  fields[name] = fields[name] or {}
  fields[name][what] = (fields[name][what] or 0) + 1
end

--- Counts a row.
---@param row table
function Tally:add(row)
  local counts = self.counts
  counts.rows = counts.rows + 1
  counts[row.action] = counts[row.action] + 1
  if row.secrets then counts.secrets = counts.secrets + 1 end
  if row.action ~= "change" then return end
  for name, value in pairs(row.set) do
    count_field(counts.fields, name, transition(row.old and row.old[name], value))
  end
  for _, name in ipairs(row.secrets or {}) do count_field(counts.fields, name, "set") end
  if protect.disables(row.set) then counts.disables = counts.disables + 1 end
end

-- ---- as text ----

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

local function shown(value)
  if value == nil then return "?" end
  return type(value) == "string" and '"' .. value .. '"' or tostring(value)
end

--- What a row changes, in one line: `ann@example.com: accountDisabled: false → true`.
---@param row table
---@return string
function tally.line(row)
  local parts = {}
  for _, name in ipairs(sorted(row.set or {})) do
    parts[#parts + 1] = ("%s: %s → %s"):format(name, shown(row.old and row.old[name]), shown(row.set[name]))
  end
  for _, name in ipairs(row.secrets or {}) do parts[#parts + 1] = name .. ": would be set" end
  if row.action == "rejected" then parts[1] = ("%s (%s)"):format(row.message or "cannot be changed", row.code or "?") end
  if row.action == "unchanged" then parts[1] = "unchanged" end
  return row.key .. ": " .. table.concat(parts, ", ")
end

--- The counts as lines.
---@param counts table
---@return string[]
function tally.lines(counts)
  local list = {
    ("%d rows: %d would change, %d unchanged, %d cannot be changed"):format(counts.rows, counts.change,
      counts.unchanged, counts.rejected),
  }
  for _, name in ipairs(sorted(counts.fields)) do
    local parts = {}
    for _, what in ipairs(sorted(counts.fields[name])) do
      parts[#parts + 1] = ("%s %d"):format(what, counts.fields[name][what])
    end
    list[#list + 1] = ("  %s: %s"):format(name, table.concat(parts, ", "))
  end
  if counts.disables > 0 then list[#list + 1] = ("  %d of them are disabled or locked"):format(counts.disables) end
  return list
end

tally.most_shown = most_shown

return tally
