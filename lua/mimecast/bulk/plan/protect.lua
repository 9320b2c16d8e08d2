--- Protects addresses from being disabled or locked: a list of addresses and of patterns such as *@board.example.com.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local protect = {}

local max_listed = 100

-- In a pattern * stands for any text.
local function compile(pattern)
  local escaped = pattern:gsub("[^A-Za-z0-9*\128-\255]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$"
end

-- Why an entry matches no address; nil if it can match. Such an entry would protect no account, without notice.
local function entry_error(entry)
  if entry:find("?", 1, true) then return "holds a ?; only * stands for other characters" end
  if not entry:find("*", 1, true) then return core.email_error(entry) end
  if not core.is_visible(entry) then return "must be UTF-8 without white space, control or invisible characters" end
  local can_match = entry:find "^[^@,;]*@?[^@,;]*$" and not entry:find "@$" and not entry:find "^@"
  return not can_match and "can match no address" or nil
end

-- Folds an entry as addresses are folded for comparison.
local function fold_entry(entry, level)
  if type(entry) ~= "string" then error("mimecast: protect must be a list of addresses and patterns", level + 1) end
  local folded = core.fold(entry):match "^[ \t-\r]*(.-)[ \t-\r]*$"
  local reason = entry_error(folded)
  if not reason then return folded end
  error(('mimecast: protect: "%s" is neither an address nor a pattern like *@example.com: it %s; pass several addresses '
    .. "as several entries"):format(core.printable(entry, 200), reason), level + 1)
end

-- Returns a function that returns the entry that protects an address, or nil.
local function matcher(list, level)
  local exact, patterns = {}, {}
  if type(list or {}) ~= "table" then error("mimecast: protect must be a list of addresses and patterns", level + 1) end
  for _, entry in ipairs(list or {}) do
    local folded = fold_entry(entry, level + 1)
    if folded:find("*", 1, true) then
      patterns[#patterns + 1] = { pattern = compile(folded), entry = entry }
    else
      exact[folded] = entry
    end
  end
  return function(address)
    address = core.fold(address)
    if exact[address] then return exact[address] end
    for _, candidate in ipairs(patterns) do
      if address:find(candidate.pattern) then return candidate.entry end
    end
    return nil
  end
end

--- Tells whether a row disables or locks its account.
---@param set? table the settings that the row changes
function protect.disables(set)
  return set ~= nil and (set.accountDisabled == true or set.accountLocked == true)
end

local Checker = {}
Checker.__index = Checker

--- Makes a checker: pass each row to `add`, then call `error`. Raises if the list holds anything but addresses and patterns.
---@param list? string[]
---@param level integer
---@return table checker
function protect.checker(list, level)
  return setmetatable({ match = matcher(list, level + 1), found = {}, count = 0 }, Checker)
end

--- Checks a row. An account is protected under its aliases, too. Rejected rows count, because onlyFailed retries them.
---@param row table key, account, action, set
function Checker:add(row)
  if row.action == "unchanged" or not protect.disables(row.set) then return end
  local entry = self.match(row.key) or (row.account and self.match(row.account))
  if not entry then return end
  self.count = self.count + 1
  if self.count <= max_listed then self.found[self.count] = { key = row.key, row = row.row, by = entry } end
end

--- The error for the protected rows among those that were added; nil if there are none.
---@return mimecast.Error? err code protected; `problems` lists the first hundred rows, `problemCount` counts all
function Checker:error()
  local found, count = self.found, self.count
  if count == 0 then return nil end
  local parts = {}
  for i = 1, math.min(#found, 10) do parts[i] = ("%s (%s)"):format(found[i].key, found[i].by) end
  if count > #parts then parts[#parts + 1] = ("and %d more"):format(count - #parts) end
  return errors.new {
    category = "usage", code = "protected", problems = found, problemCount = count,
    message = "the input disables or locks protected addresses: " .. table.concat(parts, ", "),
    hint = "remove them from the input or from the protect list",
  }
end

return protect
