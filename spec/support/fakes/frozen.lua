-- Freezes a table in place: a later write of any field raises.
local frozen = {}

--- Freezes a table. Afterwards `pairs` finds no fields in it.
---@param fields table
---@return table fields
function frozen.freeze(fields)
  local contents = {}
  for name, value in pairs(fields) do contents[name] = value end
  for name in pairs(contents) do fields[name] = nil end
  return setmetatable(fields, {
    __index = contents,
    __newindex = function(_, name) error(("%s is written after the configuration was made"):format(name), 2) end,
  })
end

return frozen
