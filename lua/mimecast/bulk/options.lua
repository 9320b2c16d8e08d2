--- Options of the bulk functions: an unknown name or a wrong type is misuse and raises, with the name that was meant.
local core = require "mimecast.core"

-- Kinds of numbers: in words, and whether a number is one. NaN is none.
local numbers = {
  number = { "a number from 0 on", function(value) return value >= 0 end },
  ratio = { "a number from 0 to 1", function(value) return value >= 0 and value <= 1 end },
  count = { "a whole number from 1 on", function(value) return value >= 1 and value % 1 == 0 end },
  few = { "a whole number from 1 to 1000", function(value) return value >= 1 and value <= 1000 and value % 1 == 0 end },
}

local function is_of(kind, value)
  if type(value) == "number" then return numbers[kind] ~= nil and numbers[kind][2](value) end
  if kind == type(value) then return true end
  if type(value) ~= "string" then return false end
  return kind == ('"%s"'):format(value) or (kind == "char" and value:find '^[^"\r\n]$' ~= nil)
end

local function takes(known, value)
  for kind in known:gmatch "[^|]+" do
    if is_of(kind, value) then return true end
  end
  return false
end

-- What is told of a value: a number where one was asked for, else no more than its type.
local function told(known, value)
  for kind in known:gmatch "[^|]+" do
    if numbers[kind] and type(value) == "number" then return core.format_number(value) end
  end
  return "a " .. type(value)
end

local function in_words(kind)
  if numbers[kind] then return numbers[kind][1] end
  if kind == "char" then return "one character, no quote and no end of a line" end
  return kind:find '^"' and kind or "a " .. kind
end

local function shown(known)
  return (known:gsub("[^|]+", in_words):gsub("|", " or "))
end

--- Checks options.
---@param known table<string, string> name to kind: a type, number (not negative), ratio, count, few, char, "a text"; several
--- with a bar
---@param given table
---@param what string the function, for the message
---@param level integer
return function(known, given, what, level)
  if type(given) ~= "table" then error(("mimecast: %s takes a table of options"):format(what), level + 1) end
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names, core.before)
  for name, value in pairs(given) do
    local kind = known[name]
    if not kind then
      local asked = core.printable(tostring(name), 64)
      local nearest = core.suggest(asked, names)
      error(("mimecast: %s has no option %s%s"):format(what, asked, nearest and "; did you mean " .. nearest .. "?" or ""),
        level + 1)
    end
    if not takes(kind, value) then
      error(("mimecast: %s of %s must be %s, not %s"):format(name, what, shown(kind), told(kind, value)), level + 1)
    end
  end
end
