--- Decides whether and when a failed request is retried. It has no side effects, the quota excepted.
--
-- A request is retried only if that is safe: the operation is idempotent, or the service surely did not carry out the first
-- attempt. The delay grows exponentially, has full jitter, and respects Retry-After.
local retry = {}

local first_delay, longest_delay = 0.5, 20 -- seconds
local shortest_attempt = 0.05 -- seconds: an attempt with less time left could only time out

-- Errors after which the service surely did not carry the call out.
local not_processed = {
  resolve_failed = true,
  connect_failed = true,
  connect_timeout = true,
  rate_limited = true,
  not_processed = true,
}

-- Categories and HTTP statuses that are never retried, even if the service marks the error retryable.
local final = { auth = true, config = true, usage = true, validation = true, [403] = true, [404] = true }

-- ---- quota ----

-- A client has this much for retries. A success returns what the call's retries cost, so that an outage is not amplified.
local connection_cost, rejection_cost = 14, 5
retry.full_quota = 500

--- Makes a full retry quota.
---@return table quota capacity
function retry.new_quota()
  return { capacity = retry.full_quota }
end

--- Returns the cost of a call's retries to the quota after a success. A call without retries returns a little.
---@param quota table
---@param cost number
function retry.release(quota, cost)
  quota.capacity = math.min(retry.full_quota, quota.capacity + math.max(cost, 1))
end

local function cost_of(err)
  return (err.category == "transport" or err.category == "protocol") and connection_cost or rejection_cost
end

-- ---- decision ----

--- Returns whether an error is transient.
---@param err mimecast.Error
---@return boolean
function retry.is_transient(err)
  return err.retryable and not final[err.category] and not final[err.status]
end

--- Returns whether the service may have carried out the call in spite of an error.
---@param state table sent
---@param err mimecast.Error
---@return boolean
function retry.is_unknown(state, err)
  return state.sent and (err.outcome == "unknown" or (err.retryable and not not_processed[err.code])) or false
end

-- Whether a retry could carry out a call twice that is not idempotent.
local function is_unsafe(state, operation, err)
  if operation.idempotent then return not state.retry_unknown and err.outcome == "unknown" end
  return err.outcome == "unknown" or not not_processed[err.code]
end

--- Returns whether a failed item of a request may be retried, as far as its own error allows it.
---@param state table retry_unknown
---@param operation mimecast.Operation
---@param err mimecast.Error
---@return boolean
function retry.is_item_retryable(state, operation, err)
  return retry.is_transient(err) and not (err.outcome == "unknown" and is_unsafe(state, operation, err))
end

---@class mimecast.Decision
---@field retry boolean
---@field delay number seconds
---@field refresh boolean whether the credentials are renewed first
---@field reason string
---@field cost? number taken from the quota

--- Returns whether it is too late to retry a call that may have been carried out.
---@param state table first_unknown (start of the first attempt that may have been carried out), stale_after
---@param now number
---@return boolean
function retry.is_stale(state, now)
  return state.first_unknown ~= nil and state.stale_after ~= nil and now - state.first_unknown > state.stale_after
end

local stale = "a late retry could undo a newer change"

local function stop(reason)
  return { retry = false, delay = 0, refresh = false, reason = reason }
end

--- Decides on a retry.
---@param state table attempt (1 is the first), attempts (at most), sent (whether bytes of the request may have left),
-- retry_unknown (false: an idempotent call with an unknown outcome is not retried), refreshed (whether there are newer
-- credentials than the denied ones), remaining (seconds until the deadline of the call), random (0 to below 1), capacity (of
-- the quota; nil: unlimited), age (seconds since the first attempt that may have been carried out, nil if there is none),
-- stale_after (the age in seconds from which the call is not retried; nil: any age)
---@param operation mimecast.Operation
---@param err mimecast.Error
---@return mimecast.Decision
function retry.decide(state, operation, err)
  local function is_stale(delay) return state.age and state.stale_after and state.age + delay > state.stale_after end
  if is_stale(0) then return stop(stale) end
  if state.refreshed and err.outcome ~= "unknown" then
    return { retry = true, delay = 0, refresh = true, reason = err.code .. ": the credentials are renewed" }
  end
  if state.attempt >= state.attempts then return stop("no attempts left") end
  if not retry.is_transient(err) then return stop("a retry cannot help") end
  if state.sent and is_unsafe(state, operation, err) then return stop("it may have been carried out") end
  local cost = cost_of(err)
  if state.capacity and state.capacity < cost then return stop("too many failures: the client's retry quota is used up") end
  local bound = math.min(longest_delay, first_delay * 2 ^ (state.attempt - 1))
  local delay = bound * state.random
  if err.retryAfter then delay = err.retryAfter + delay end
  if is_stale(delay) then return stop(stale) end
  if delay + shortest_attempt >= state.remaining then return stop("the deadline comes first") end
  return { retry = true, delay = delay, refresh = false, cost = cost, reason = err.code }
end

return retry
