--- Reads a roster: the people of a domain, with their status and groups, as a compact map.
--
-- The rows are read by the functions that read the input of a plan, as the input of an operation that no service has: its
-- fields are the address, the status, and a field for each group.
local address = require "mimecast.bulk.reconcile.address"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local description = require "mimecast.bulk.input.description"
local end_mark = require "mimecast.bulk.reconcile.end_mark"
local errors = require "mimecast.errors"
local input_file = require "mimecast.bulk.input.input_file"
local key_map = require "mimecast.bulk.reconcile.key_map"
local operations = require "mimecast.model.operation"
local reading = require "mimecast.bulk.input.reading"
local role_address = require "mimecast.model.role_address"
local rows = require "mimecast.bulk.input.rows"
local system = require "mimecast.system"

local roster = {}

local max_groups, max_conflicts = 50, 100

local Roster = {}
Roster.__index = Roster

-- ---- the record of a person: status, whether the tenant has it, and a character for each group ----

local employee, leaver, unseen, seen, member, no_member = "e", "l", "n", "s", "m", "n"

--- Tells whether a record is that of a leaver.
function roster.is_leaver(record) return record:sub(1, 1) == leaver end

--- Tells whether a record's person must be a member of a group. A leaver is a member of none.
---@param record string
---@param i integer position of the group in the option `groups`
function roster.is_member(record, i)
  return not roster.is_leaver(record) and record:sub(2 + i, 2 + i) == member
end

local function record_of(self, item)
  local flags = {}
  for i, wire in ipairs(self.group_wires) do flags[i] = item[wire] and member or no_member end
  return (item.accountDisabled and leaver or employee) .. unseen .. table.concat(flags)
end

local function is_seen(record) return record:sub(2, 2) == seen end

-- ---- the operation ----

local function invalid(option, message, hint)
  return nil, errors.new { category = "usage", code = "invalid_request", field = option, hint = hint,
    message = ("the option %s %s"):format(option, message) }
end

-- Returns the operation whose input a row is, and the wire names of the groups' fields.
local function operation_of(groups)
  if #groups > max_groups then return invalid("groups", ("names more than %d groups"):format(max_groups)) end
  local wires, taken = {}, { email = true, accountdisabled = true }
  local fields = {
    { name = "email", wire = "emailAddress", label = "Email Address", type = "email", required = true, text = "the address" },
    { name = "accountDisabled", label = "Account Disabled", type = "boolean", text = "true: the person has left" },
  }
  for i, name in ipairs(groups) do
    if type(name) ~= "string" or name == "" then return invalid("groups", "must be a list of names") end
    if taken[core.fold(name)] then return invalid("groups", ("names %s twice"):format(core.printable(name, 64))) end
    taken[core.fold(name)], wires[i] = true, "group:" .. i
    fields[#fields + 1] = { name = name, wire = wires[i], type = "boolean", text = "true: the person is a member" }
  end
  local operation = operations.define { name = "the roster", path = "", summary = "a person of a roster", writes = false,
    idempotent = true, key = "email", input = fields }
  return operation, wires
end

-- ---- opening ----

-- An input without the line of its end mark.
local function without_mark(input, mark, found)
  return setmetatable({ text = function(_, digest) return end_mark.reader(input:text(digest), mark, found) end },
    { __index = input })
end

local function incomplete(message, hint)
  return nil, errors.new { category = "usage", code = "incomplete_roster", message = message, hint = hint }
end

local function check_columns(self, found)
  local has_column = {}
  for _, column in ipairs(found.header and found.header.columns or {}) do
    if column then has_column[column.name] = true end
  end
  for _, name in ipairs(found.header and self.groups or {}) do
    if not has_column[name] then
      return invalid("groups", ("names %s, and the roster has no such column"):format(core.printable(name, 64)),
        ('map = { ["COLUMN"] = "%s" }'):format(core.printable(name, 64)))
    end
  end
  return true
end

local function conflict_error(conflicts)
  for _, problem in ipairs(conflicts) do
    problem.field, problem.code, problem.message = "email", "duplicate_item", "repeats a person with another status or groups"
  end
  local shown = {}
  for i = 1, math.min(#conflicts, 10) do
    shown[i] = ("%s %d: email %s"):format(conflicts.unit, conflicts[i].line, conflicts[i].message)
  end
  if conflicts.count > #shown then shown[#shown + 1] = ("and %d more"):format(conflicts.count - #shown) end
  return errors.new { category = "validation", code = "invalid_input", field = "email", problems = conflicts,
    problemCount = conflicts.count, message = table.concat(shown, "; "), hint = "take the current rows only, by where" }
end

-- Adds a row. Counts it, or reports that it contradicts an earlier row of the person.
local function add(self, item, line, conflicts)
  local key, domain = address.key(item.emailAddress)
  if domain ~= self.domain then
    self.foreign = self.foreign + 1
  elseif role_address.matches(key) then
    self.roles = self.roles + 1
  else
    local record, before = record_of(self, item), self.people:get(key)
    if before and before ~= record then
      conflicts.count = conflicts.count + 1
      if #conflicts < max_conflicts then conflicts[#conflicts + 1] = { line = line } end
    elseif before then
      self.repeated = self.repeated + 1
    else
      self.people:set(key, record)
      if roster.is_leaver(record) then self.leavers = self.leavers + 1 end
    end
  end
end

-- Reads all rows into the map.
local function load(self)
  local next_row, finish = rows.checked(self.operation, self.input, self.options)
  local conflicts = { count = 0, unit = self.input.unit }
  for _, item, _, line in next_row do add(self, item, line, conflicts) end
  local checked, err = finish()
  local ok
  if checked and self.mark and not self.mark.is_there then
    return incomplete(("the roster does not end with %s: it was cut"):format(core.printable(self.options.endMark, 64)),
      "export it again")
  end
  if not checked then return nil, err end
  ok, err = check_columns(self, checked.found)
  if not ok then return nil, err end
  if conflicts.count > 0 then return nil, conflict_error(conflicts) end
  self.sha256, self.found = checked.sha256, checked.found
  if self.mark and self.mark.rows and self.mark.rows ~= self.found.rows then
    return incomplete(("the roster has %s, and its end mark says %d"):format(counted(self.found.rows, "row"), self.mark.rows),
      "export it again")
  end
  if self.people.count > 0 then return self end
  return incomplete(("the roster has no person of %s"):format(core.printable(self.domain, 100))
    .. (self.foreign > 0 and (", and %s of other domains"):format(counted(self.foreign, "row")) or ""),
    "check the domain, and the column of the addresses")
end

--- Opens a roster and reads it.
---@param options table roster, domain, groups, endMark, and the options of reading.options
---@return table? roster people (a map), leavers, foreign, roles, repeated, groups, mark (rows, date), path
---@return mimecast.Error? err codes incomplete_roster, invalid_input, invalid_request, unreadable_input
function roster.open(options)
  local read_options = { allowsRepeats = true, endMark = options.endMark }
  for name in pairs(reading.options) do read_options[name] = options[name] end
  local groups = options.groups or {}
  local operation, wires = operation_of(groups)
  if not operation then return nil, wires end
  local prepared, err = reading.prepare(operation, read_options)
  if not prepared then return nil, err end
  local input
  input, err = input_file.open(options.roster, read_options)
  if not input then return nil, err end
  local self = setmetatable({ operation = operation, group_wires = wires, groups = groups, prepared = prepared,
    options = read_options, domain = address.domain(options.domain), people = key_map.new(2 + #groups), leavers = 0,
    foreign = 0, roles = 0, repeated = 0, path = input.path, source = input, input = input }, Roster)
  if options.endMark then
    self.mark = {}
    self.input = without_mark(input, options.endMark, self.mark)
  end
  local loaded
  loaded, err = load(self)
  if not loaded then input:close() end
  return loaded, err
end

-- ---- people ----

--- Returns the record of an address; nil if the roster does not have it.
---@param key string from address.key
---@return string? record
function Roster:find(key)
  return self.people:get(key)
end

--- Notes that the tenant has the address.
---@param key string
---@param record string
function Roster:mark_seen(key, record)
  if not is_seen(record) then self.people:set(key, record:sub(1, 1) .. seen .. record:sub(3)) end
end

--- Reads the roster again, and iterates over the people of the domain, each once: address, key, record, line, and whether the
-- tenant has the address.
---@return fun(): string?, string?, string?, integer?, boolean? next
---@return fun(): mimecast.Error? finish returns the error of a roster that changed meanwhile
function Roster:each()
  local digest, visited = system.sha256(), key_map.new(0)
  local next_row = rows.read(self.operation, self.input, self.options, function() end, digest)
  return function()
    for _, item, _, line in next_row do
      local key = address.key(item.emailAddress)
      local record = self.people:get(key)
      if record and (self.repeated == 0 or not visited:get(key)) then
        if self.repeated > 0 then visited:set(key, "") end
        return item.emailAddress, key, record, line, is_seen(record)
      end
    end
    return nil
  end, function()
    return digest:hex() ~= self.sha256 and self.source:changed_error() or nil
  end
end

--- Describes how the file was read.
---@return table
function Roster:reading()
  return description.of(self.source, self.prepared, self.found)
end

function Roster:close()
  self.source:close()
end

return roster
