--- Addresses that are never disabled or locked: a list of addresses and of patterns such as *@board.example.com.
local protect = {}

-- In a pattern * stands for any text; case is free.
local function compile(pattern)
  local escaped = pattern:gsub("[^%w%*]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$"
end

-- An entry in small letters. One that can fit no address would protect nobody, and nobody would be told.
local function entry_of(entry, level)
  if type(entry) ~= "string" then error("mimecast: protect is a list of addresses and patterns", level + 1) end
  local own = entry:lower():match "^%s*(.-)%s*$"
  local fits = own:find("*", 1, true) or own:find "^[^@]+@[^@]+$"
  if fits and not own:find "[%s,;?]" then return own end
  error(("mimecast: protect: %q is no address, and no pattern like *@example.com; give each of several for itself"):format(
    entry), level + 1)
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
    address = address:lower()
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
