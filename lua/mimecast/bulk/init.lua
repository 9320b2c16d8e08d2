--- Many accounts at once, every account accounted for: the functions behind `client:plan`, `client:bulk`, `client:undo`.
local failure = require "mimecast.failure"
local plans = require "mimecast.bulk.plan"

local bulk = {}

--- Makes a plan, or opens one that was made before where it is given a path.
---@param client table
---@param options table|string
---@return mimecast.Plan? plan
---@return string? message
---@return mimecast.Failure? err
function bulk.plan(client, options)
  local made, err
  if type(options) == "string" then
    made, err = plans.open(client, options)
  else
    made, err = plans.make(client, options, 3)
  end
  if not made then return failure.result(err) end
  return made
end

return bulk
