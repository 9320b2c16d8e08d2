--- Classifies an error of a request: what it means for the rows of the request. No function here has side effects.
local service_errors = require "mimecast.protocol.service_errors"

local classify = {}

-- Transport errors that a retry cannot fix.
local permanent = { proxy_denied = true, certificate = true, tls_error = true, cancelled = true, no_memory = true }

--- Classifies an error.
---
--- `rejected`: the service rejected the row. `unknown`: the service may have carried it out. `retry`: the service did not
--- carry it out, and a retry may succeed. `stop`: the service did not carry it out, and every other row would fail as well.
---@param err mimecast.Error
---@return "rejected"|"unknown"|"retry"|"stop"
function classify.error(err)
  if err.outcome == "unknown" then return "unknown" end
  if err.category == "auth" or err.category == "config" or err.category == "usage" then return "stop" end
  if err.category == "rate_limit" or err.code == "not_processed" then return "retry" end
  if err.category == "transport" then return permanent[err.code] and "stop" or "retry" end
  if err.status and err.status >= 500 and service_errors.outcome_of(err.status) then return "unknown" end
  if err.category == "protocol" or err.code == "not_available" then return "stop" end
  return "rejected"
end

return classify
