--- Options of the bulk functions: an unknown name or a wrong type is misuse and raises, with the name that was meant.
local core = require "mimecast.core"

--- Checks options.
---@param known table<string, string> name to type: text, number, boolean, table, function, any; several with a bar
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
      local shown = core.printable(tostring(name), 64)
      local nearest = core.nearest(shown, names)
      error(("mimecast: %s has no option %s%s"):format(what, shown, nearest and "; did you mean " .. nearest .. "?" or ""),
        level + 1)
    end
    if kind ~= "any" and not ("|" .. kind .. "|"):find("|" .. type(value) .. "|", 1, true) then
      error(("mimecast: %s of %s must be a %s, not a %s"):format(name, what, kind:gsub("|", " or a "), type(value)), level + 1)
    end
  end
end
