--- Addresses that are never disabled or locked: a list of addresses and of patterns such as *@board.example.com.
local core = require "mimecast.core"

local protect = {}

-- In a pattern * stands for any text.
local function compile(pattern)
  local escaped = pattern:gsub("[^A-Za-z0-9*\128-\255]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$"
end

-- What is wrong with a folded entry: one that can fit no address would protect nobody, and nobody would be told.
local function problem_of(own)
  if own:find("?", 1, true) then return "holds a ?; only * stands for other characters" end
  if not own:find("*", 1, true) then return core.email_error(own) end
  if not core.is_visible(own) then return "must be UTF-8 without white space, control or invisible characters" end
  local fits = own:find "^[^@,;]*@?[^@,;]*$" and not own:find "@$" and not own:find "^@"
  return not fits and "can fit no address" or nil
end

-- An entry as addresses are compared.
local function entry_of(entry, level)
  if type(entry) ~= "string" then error("mimecast: protect is a list of addresses and patterns", level + 1) end
  local own = core.fold(entry):match "^[ \t-\r]*(.-)[ \t-\r]*$"
  local problem = problem_of(own)
  if not problem then return own end
  error(("mimecast: protect: \"%s\" is no address, and no pattern like *@example.com: it %s; give each of several for itself")
    :format(core.printable(entry, 200), problem), level + 1)
end

--- Makes a test. Raises for what is no list of addresses and patterns.
---@param list? string[]
---@param level integer
---@return fun(address: string): string? is_protected the pattern that fits
function protect.compile(list, level)
  local exact, patterns = {}, {}
  if type(list or {}) ~= "table" then error("mimecast: protect is a list of addresses and patterns", level + 1) end
  for _, entry in ipairs(list or {}) do
    local own = entry_of(entry, level + 1)
    if own:find("*", 1, true) then
      patterns[#patterns + 1] = { compile(own), entry }
    else
      exact[own] = entry
    end
  end
  return function(address)
    address = core.fold(address)
    if exact[address] then return exact[address] end
    for _, pattern in ipairs(patterns) do
      if address:find(pattern[1]) then return pattern[2] end
    end
    return nil
  end
end

--- Whether a row disables or locks its account.
---@param set? table the settings that it changes
function protect.disables(set)
  return set ~= nil and (set.accountDisabled == true or set.accountLocked == true)
end

return protect
