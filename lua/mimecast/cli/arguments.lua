--- Defines options and converts their values. A converter returns the value, or nil and what is wrong with the word.
local core = require "mimecast.core"

local arguments = {}

--- Converts a number from 0.
function arguments.number(word)
  local value = core.parse_number(word)
  if value and value >= 0 then return value end
  return nil, ("%s is not a number from 0"):format(word)
end

--- Converts a number from 0 to 1.
function arguments.ratio(word)
  local value = core.parse_number(word)
  if value and value >= 0 and value <= 1 then return value end
  return nil, ("%s is not a ratio: give a number from 0 to 1"):format(word)
end

--- Converts a number from 0, or a percentage like 10%, which stays a text.
function arguments.number_or_share(word)
  local share = word:match "^(.*)%%$"
  if not share then return arguments.number(word) end
  if arguments.number(share) and core.parse_number(share) <= 100 then return word end
  return nil, ("%s is not a share from 0%% to 100%%"):format(word)
end

local unit_seconds = { h = 3600, d = 86400, w = 604800 }

--- Converts an age like 90d, 12w or 24h to seconds.
function arguments.age(word)
  local number, unit = word:match "^(%d+)([hdw])$"
  if number and #number < 7 then return tonumber(number) * unit_seconds[unit] end
  return nil, ("%s is not an age: write 90d, 12w or 24h"):format(word)
end

--- Converts a whole number from 1.
function arguments.whole(word)
  local value = core.parse_number(word)
  if value and value >= 1 and value % 1 == 0 then return value end
  return nil, ("%s is not a whole number from 1"):format(word)
end

--- Converts a whole number from 1 to 1000.
function arguments.concurrency(word)
  local value = arguments.whole(word)
  if value and value <= 1000 then return value end
  return nil, ("%s is not a whole number from 1 to 1000"):format(word)
end

local units = { min = 60, h = 3600, d = 86400, w = 7 * 86400 }

--- Converts a time ago, like 24h or 2d, into a date. Other words are unchanged: whoever uses the date checks it.
---@param word string
---@param now? number seconds since 1970; the present time by default
---@return string? date
---@return string? problem continues the name of the option
function arguments.time(word, now)
  local count, unit = word:match "^(%d+)(%a+)$"
  if not count then return word end
  if not units[unit] then
    return nil, ("has the unknown unit %s: write 30min, 24h, 2d or 1w for a time ago, or a date like 2015-11-16T14:49:18Z")
      :format(unit)
  end
  local seconds = math.floor(now or core.now()) - tonumber(count) * units[unit]
  if seconds < 0 then return nil, "is before 1970" end
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
end

--- Converts one character, or the word tab.
function arguments.separator(word)
  if word == "tab" or word == "\\t" then return "\t" end
  if #word == 1 then return word end
  return nil, ("%s is neither one character nor the word tab"):format(word)
end

--- Converts words separated by commas to a list.
function arguments.list(word)
  local list = {}
  for part in (word .. ","):gmatch "[ ]*(.-)[ ]*," do list[#list + 1] = part end
  for _, part in ipairs(list) do
    if part == "" then return nil, ("%s has an empty word"):format(core.printable(word, 64)) end
  end
  return list
end

--- Makes the converter of NAME=VALUE. A name may have an equals sign where the value has none, as for --map.
---@param option string like "--map"
---@return fun(word: string): table?, string?
function arguments.pair(option)
  local pattern = option == "--map" and "^(.+)=([^=]+)$" or "^([^=]+)=(.*)$"
  return function(word)
    local name, value = word:match(pattern)
    if name then return { name = name, value = value } end
    return nil, ("%s takes NAME=VALUE, with an equals sign"):format(option)
  end
end

--- Adds an option that takes one value and can be given once.
---@param element table a command of argparse
---@param name string like "--max-age"
---@param argument string name of the value in the help page
---@param target string key in the parsed arguments
---@param description string
---@param convert? fun(word: string): any, string?
---@return table option
function arguments.add_option(element, name, argument, target, description, convert)
  local option = element:option(name):argname(argument):target(target):description(description):overwrite(false)
  if convert then option:convert(convert) end
  return option
end

--- Defines options of which a help page shows only some, and names the help topic that has all of them.
---@param element table a command of argparse
---@param shown table<string, true> targets of the options that the page shows
---@param topic? { name: string, examples: string } shown instead of the others
---@param define fun() defines the options
---@return table<string, true> targets of all of them
function arguments.define_hidden(element, shown, topic, define)
  local first, targets = #element._options + 1, {}
  define()
  for i = first, #element._options do
    local option = element._options[i]
    local target = option._target or option:_get_default_target()
    targets[target] = true
    if not shown[target] then option:hidden(true) end
  end
  if topic then
    element.help_topics = element.help_topics or {}
    table.insert(element.help_topics, topic)
  end
  return targets
end

return arguments
