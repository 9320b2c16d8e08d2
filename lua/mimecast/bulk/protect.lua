--- Addresses that are never disabled or locked: a list of addresses and of patterns such as *@board.example.com.
local protect = {}

-- In a pattern * stands for any text; case is free.
local function compile(pattern)
  local escaped = pattern:gsub("[^%w%*]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$"
end

--- Makes a test. Raises for what is no list of text.
---@param list? string[]
---@param level integer
---@return fun(address: string): string? is_protected the pattern that fits
function protect.compile(list, level)
  local exact, patterns = {}, {}
  if type(list or {}) ~= "table" then error("mimecast: protect is a list of addresses and patterns", level + 1) end
  for _, entry in ipairs(list or {}) do
    if type(entry) ~= "string" then error("mimecast: protect is a list of addresses and patterns", level + 1) end
    local own = entry:lower():match "^%s*(.-)%s*$"
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
