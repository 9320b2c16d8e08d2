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

-- ---- the standing list ----

local max_file_bytes = 1048576

local function setting_error(name, message)
  return nil, errors.new { category = "config", code = "invalid_setting", field = name, message = message,
    hint = name == "protectFile" and "one address or pattern like *@example.com a line; # begins a comment"
      or "a list of addresses and patterns like *@example.com, or a text with commas between them" }
end

-- Adds the entries of a text to the list: separated by commas or line ends. A # begins a comment.
local function add_entries(list, name, text, where)
  for line in (text:gsub("^\239\187\191", "") .. "\n"):gmatch "([^\r\n]*)\r?\n" do
    for part in line:gsub("#.*", ""):gmatch "[^,]+" do
      local entry = part:match "^[ \t-\r]*(.-)[ \t-\r]*$"
      local reason = entry ~= "" and entry_error(core.fold(entry))
      if reason then
        return setting_error(name, ('%s: "%s" is neither an address nor a pattern: it %s'):format(where,
          core.printable(entry, 200), reason))
      end
      if entry ~= "" then list[#list + 1] = entry end
    end
  end
  return list
end

local function read_file(path)
  local file, reason = io.open(path, "rb")
  local text
  if file then
    text, reason = file:read(max_file_bytes + 1)
    file:close()
    if not text and not reason then text = "" end
  end
  if text and #text > max_file_bytes then text, reason = nil, "it is too large" end
  return text, text == nil and tostring(reason):gsub("^.*: ", "") or nil
end

--- The addresses and patterns that the client's options protect: `protect`, and the file of `protectFile`.
---@param info table of client:info()
---@return string[]? list
---@return mimecast.Error? err code invalid_setting: no run goes on with half of a list
function protect.standing(info)
  local list, given, err = {}, info.protect, nil
  if type(given) == "table" then
    for _, entry in ipairs(given) do
      if type(entry) ~= "string" then return setting_error("protect", "protect must be a list of texts") end
    end
    given = table.concat(given, ",")
  end
  if given then list, err = add_entries(list, "protect", given, "protect") end
  if not list or not info.protectFile then return list, err end
  local path = core.printable(info.protectFile, 200)
  local text, reason = read_file(info.protectFile)
  if not text then return setting_error("protectFile", ("the protect list %s cannot be read: %s"):format(path, reason)) end
  return add_entries(list, "protectFile", text, path)
end

--- Joins lists of addresses and patterns.
---@param first? string[]
---@param second? string[]
---@return string[]? list nil if both are empty
function protect.join(first, second)
  local list = {}
  for _, entry in ipairs(first or {}) do list[#list + 1] = entry end
  for _, entry in ipairs(second or {}) do list[#list + 1] = entry end
  return #list > 0 and list or nil
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
