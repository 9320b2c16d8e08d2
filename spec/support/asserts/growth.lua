-- How work in C grows, where no hook of Lua's counts it: the processor's time for a large input in those for a small one.
-- A ratio of the two says nothing of the machine; the shortest of several runs says nothing of what else runs on it.
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

--- The work for a large input, in those for a small one: about large / small where it grows evenly, its square where it grows
--- with the square.
---@param run fun(size: integer)
---@param small integer
---@param large integer
---@return number
function growth.of(run, small, large)
  return shortest(run, large) / shortest(run, small)
end

return growth
