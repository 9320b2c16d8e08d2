--- Counts what a plan changes (rows by action, changes by field) and formats counts and rows as text.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local protect = require "mimecast.bulk.plan.protect"

local summary = { max_shown = 20 }

local Summary = {}
Summary.__index = Summary

--- Makes an empty summary.
function summary.new()
  return setmetatable({
    counts = { rows = 0, change = 0, unchanged = 0, rejected = 0, skipped = 0, disables = 0, secrets = 0, fields = {} },
  }, Summary)
end

-- Booleans are counted by transition ("false → true"), all other fields as "set".
local function transition(old, new)
  if type(new) ~= "boolean" then return "set" end
  if old == nil then return "→ " .. tostring(new) end
  return ("%s → %s"):format(tostring(old), tostring(new))
end

local function count_field(fields, name, change)
  fields[name] = fields[name] or {}
  fields[name][change] = (fields[name][change] or 0) + 1
end

--- Counts a row.
---@param row table
function Summary:add(row)
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

local function format_value(value)
  if value == nil then return "?" end
  return type(value) == "string" and '"' .. value .. '"' or tostring(value)
end

--- Formats what a row changes as one line: `ann@example.com: accountDisabled: false → true`.
---@param row table
---@return string
function summary.line(row)
  local parts = {}
  for _, name in ipairs(sorted(row.set or {})) do
    parts[#parts + 1] = ("%s: %s → %s"):format(name, format_value(row.old and row.old[name]), format_value(row.set[name]))
  end
  for _, name in ipairs(row.secrets or {}) do parts[#parts + 1] = name .. ": would be set" end
  if row.action == "rejected" or row.action == "skipped" then
    parts = { ("%s (%s)"):format(row.message or "cannot be changed", row.code or "?") }
    if row.line then return ("%s: line %d, %s: %s"):format(row.action, row.line, row.key, parts[1]) end
    return ("%s: %s: %s"):format(row.action, row.key, parts[1])
  end
  if row.action == "unchanged" then parts[1] = "unchanged" end
  return row.key .. ": " .. table.concat(parts, ", ")
end

--- Formats counts as lines.
---@param counts table
---@return string[]
function summary.lines(counts)
  local list = {
    ("%s: %d would change, %d unchanged, %d cannot be changed"):format(counted(counts.rows, "row"), counts.change,
      counts.unchanged, counts.rejected),
  }
  if counts.skipped > 0 then list[1] = ("%s, %d skipped"):format(list[1], counts.skipped) end
  for _, name in ipairs(sorted(counts.fields)) do
    local parts = {}
    for _, change in ipairs(sorted(counts.fields[name])) do
      parts[#parts + 1] = ("%s %d"):format(change, counts.fields[name][change])
    end
    list[#list + 1] = ("  %s: %s"):format(name, table.concat(parts, ", "))
  end
  if counts.disables > 0 then
    list[#list + 1] = ("  %d of them %s disabled or locked"):format(counts.disables, counts.disables == 1 and "is" or "are")
  end
  return list
end

return summary
