--- Options of the bulk functions: an unknown name or a wrong type is misuse and raises, with the name that was meant.
local core = require "mimecast.core"

local words = {
  count = "a whole number from 1 on", number = "a number from 0 on", part = "a number from 0 to 1",
  char = "one character, no quote and no end of a line",
}

-- What a value is: the kinds that take it, each between bars.
local function kinds_of(value)
  local kind = type(value)
  if kind == "number" then
    local is_whole = value >= 1 and value % 1 == 0 -- neither NaN nor infinity
    local is_part = value >= 0 and value <= 1
    return (value >= 0 and "|number|" or "|") .. (is_whole and "|count|" or "|") .. (is_part and "|part|" or "|")
  elseif kind == "string" then
    return ('|string|"%s"|'):format(value) .. (value:find '^[^"\r\n]$' and "|char|" or "|")
  end
  return "|" .. kind .. "|"
end

local function takes(known, value)
  local kinds = kinds_of(value)
  for kind in known:gmatch "[^|]+" do
    if kinds:find("|" .. kind .. "|", 1, true) then return true end
  end
  return false
end

local function shown(known)
  return (known:gsub("[^|]+", function(kind) return words[kind] or kind:find '^"' and kind or "a " .. kind end)
    :gsub("|", " or "))
end

--- Checks options.
---@param known table<string, string> name to kind: a type, count, number (not negative), part, char, "a text"; several with
--- a bar
---@param given table
---@param what string the function, for the message
---@param level integer
return function(known, given, what, level)
  if type(given) ~= "table" then error(("mimecast: %s takes a table of options"):format(what), level + 1) end
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  for name, value in pairs(given) do
    local kind = known[name]
    if not kind then
      local asked = core.printable(tostring(name), 64)
      local nearest = core.nearest(asked, names)
      error(("mimecast: %s has no option %s%s"):format(what, asked, nearest and "; did you mean " .. nearest .. "?" or ""),
        level + 1)
    end
    if not takes(kind, value) then
      local is_number = type(value) == "number" and (kind:find "count" or kind:find "number" or kind:find "part")
      local is = is_number and tostring(value) or "a " .. type(value)
      error(("mimecast: %s of %s must be %s, not %s"):format(name, what, shown(kind), is), level + 1)
    end
  end
end
