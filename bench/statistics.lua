--- Medians and ratios of measurements that took turns: a disturbance of the machine affects the measurements of one round.
local statistics = {}

local function sorted(values)
  local list = {}
  for i, value in ipairs(values) do list[i] = value end
  table.sort(list)
  return list
end

--- Returns median, minimum and maximum.
---@param values number[]
function statistics.summary(values)
  local list = sorted(values)
  local middle = math.floor(#list / 2)
  local median = #list % 2 == 1 and list[middle + 1] or (list[middle] + list[middle + 1]) / 2
  return { median = median, min = list[1], max = list[#list], rounds = #list }
end

--- Returns median, minimum and maximum of values divided by the references of the same rounds.
---@param values number[]
---@param references number[]
function statistics.ratio(values, references)
  local ratios = {}
  for i, value in ipairs(values) do ratios[i] = value / references[i] end
  return statistics.summary(ratios)
end

return statistics
