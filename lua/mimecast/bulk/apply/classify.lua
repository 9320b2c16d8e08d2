--- What a failure means for the rows that were sent with it: a function without side effects.
local service_errors = require "mimecast.protocol.service_errors"

local verdict = {}

-- Of the transport: trying again cannot change these.
local final = { proxy_refused = true, certificate = true, tls_error = true, cancelled = true, no_memory = true }

--- Judges a failure.
---
--- `rejected`: the service refused this row. `unknown`: it may have been carried out. `again`: it surely was not, and can
--- be sent again. `stop`: it surely was not, and no other would be.
---@param err mimecast.Error
---@return "rejected"|"unknown"|"again"|"stop"
function verdict.of(err)
  if err.outcome == "unknown" then return "unknown" end
  if err.category == "auth" or err.category == "config" or err.category == "usage" then return "stop" end
  if err.category == "rate_limit" or err.code == "not_processed" then return "again" end
  if err.category == "transport" then return final[err.code] and "stop" or "again" end
  if err.status and err.status >= 500 and service_errors.outcome_of(err.status) then return "unknown" end
  if err.category == "protocol" or err.code == "not_available" then return "stop" end
  return "rejected"
end

return verdict
