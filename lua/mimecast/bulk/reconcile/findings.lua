--- What a tenant and a roster differ in: rows in a temporary file, their counts, and their text.
local address = require "mimecast.bulk.reconcile.address"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local description = require "mimecast.bulk.input.description"
local key_map = require "mimecast.bulk.reconcile.key_map"
local last_roster = require "mimecast.bulk.reconcile.last_roster"
local spool = require "mimecast.bulk.reconcile.spool"

local findings = {}

local max_shown = 20

--- The kinds of findings, in the order of the text, with the plural.
local kinds = {
  { "orphan", "orphans (accounts without a person on the roster)" }, { "enabled leaver", "enabled leavers" },
  { "disabled employee", "disabled employees" }, { "no account", "people without an account" },
  { "extra member", "group members too many" }, { "missing member", "group members too few" },
  { "unreadable", "accounts that cannot be read" },
}

--- The fields of a row.
findings.fields = { { name = "finding", type = "text" }, { name = "email", type = "email" }, { name = "name", type = "text" },
  { name = "line", type = "integer" }, { name = "group", type = "text" }, { name = "action", type = "text" },
  { name = "reason", type = "text" } }

---@class mimecast.Findings
---@field counts table findings by kind, and accounts, aliases, roles, directory, disabled_orphans
---@field roster table people, leavers, foreign, roles, repeated, date, last
---@field groups table[] group (its name), id, missing, extra (counts)
local Findings = {}
Findings.__index = Findings

--- Makes an empty list.
---@return mimecast.Findings
function findings.new()
  local counts = {}
  for _, kind in ipairs(kinds) do counts[kind[1]] = 0 end
  return setmetatable({ spool = spool.new(), counts = counts, groups = {} }, Findings)
end

--- Adds a row.
---@param row table finding, email, name, line (of the roster), group, action (disable, enable), reason (why there is no action)
function Findings:add(row)
  self.counts[row.finding] = self.counts[row.finding] + 1
  self.spool:add(row)
end

--- Iterates over all rows, or over those of a kind.
---@param kind? string
---@return fun(): table? next
function Findings:rows(kind)
  local next_row = self.spool:each()
  return function()
    for row in next_row do
      if not kind or row.finding == kind then
        row.line = row.line and math.floor(row.line)
        return row
      end
    end
    return nil
  end
end

--- Iterates over the changes, as update_user takes them. An account that the service listed twice comes once.
---@return fun(): table? next
function Findings:changes()
  local next_row, given = self:rows(), key_map.new(0)
  return function()
    for row in next_row do
      local key = row.action and address.key(row.email)
      if key and not given:get(key) then
        given:set(key, "")
        return { email = row.email, accountDisabled = row.action == "disable" }
      end
    end
    return nil
  end
end

--- Iterates over the changes of a group's members, as sync_group takes them.
---@param group string its name
---@return fun(): table? next
function Findings:members(group)
  local next_row = self:rows()
  return function()
    for row in next_row do
      if row.group == group then return { email = row.email, member = row.finding == "missing member" } end
    end
    return nil
  end
end

--- Closes the temporary file.
function Findings:close()
  self.spool:close()
end

-- ---- as text ----

local function line_of(row)
  local parts = { row.email }
  if row.line then parts[#parts + 1] = ("line %d"):format(row.line) end
  if row.group then parts[#parts + 1] = "group " .. row.group end
  if row.action or row.reason then parts[#parts + 1] = row.action or "not changed: " .. row.reason end
  return "    " .. core.printable(table.concat(parts, ", "), 300)
end

local function roster_line(self)
  local found = self.roster
  local parts = { ("%s of %s"):format(counted(found.people, "row"):gsub("rows?$", found.people == 1 and "person" or "people"),
    core.printable(found.domain, 100)) }
  if found.leavers > 0 then parts[#parts + 1] = counted(found.leavers, "leaver") end
  if found.date then parts[#parts + 1] = "of " .. last_roster.show(found.date) end
  if found.last then parts[#parts + 1] = ("the last one had %d"):format(found.last.people) end
  if found.foreign > 0 then parts[#parts + 1] = ("%s of other domains ignored"):format(counted(found.foreign, "row")) end
  if found.repeated > 0 then parts[#parts + 1] = ("%s repeated"):format(counted(found.repeated, "row")) end
  return "roster: " .. table.concat(parts, ", ")
end

local function tenant_line(self)
  local counts = self.counts
  return ("tenant: %s, %d from a directory, %s, %s, %s"):format(counted(counts.accounts, "account"), counts.directory,
    counts.aliases == 1 and "1 alias" or ("%d aliases"):format(counts.aliases),
    counts.roles == 1 and "1 role address" or ("%d role addresses"):format(counts.roles),
    counts.disabled_orphans == 1 and "1 disabled orphan" or ("%d disabled orphans"):format(counts.disabled_orphans))
end

--- Formats the findings for people: the counts, and the first rows of each kind.
function Findings:__tostring()
  local lines = { roster_line(self) }
  for _, line in ipairs(description.lines(self.reading)) do lines[#lines + 1] = line end
  lines[#lines + 1] = tenant_line(self)
  for _, kind in ipairs(kinds) do
    local count, shown = self.counts[kind[1]], 0
    if count > 0 then
      lines[#lines + 1] = ("  %d %s"):format(count, count == 1 and kind[1] or kind[2])
      for row in self:rows(kind[1]) do
        shown = shown + 1
        if shown > max_shown then break end
        lines[#lines + 1] = line_of(row)
      end
      if count > max_shown then lines[#lines + 1] = ("    … %d more"):format(count - max_shown) end
    end
  end
  return table.concat(lines, "\n")
end

return findings
