--- Measures how the CPU time of a function grows with its input. The ratio of two inputs does not depend on the machine's
--- speed, and the shortest of several runs does not depend on its load.
local growth = {}

local function shortest(run, size)
  local best = math.huge
  for _ = 1, 5 do
    local began, rounds = os.clock(), 0
    repeat
      run(size)
      rounds = rounds + 1
    until os.clock() - began > 0.01
    best = math.min(best, (os.clock() - began) / rounds)
  end
  return best
end

--- Returns the CPU time of the large input divided by that of the small input: about large / small for linear growth, and the
--- square of it for quadratic growth.
---@param run fun(size: integer)
---@param small integer
---@param large integer
---@return number
function growth.of(run, small, large)
  return shortest(run, large) / shortest(run, small)
end

return growth
