--- When to try again: a function without side effects.
--
-- A call is sent again only when that cannot do harm: the operation may be done twice, or the service surely did not
-- take the first. The pause grows, is drawn at random up to its bound so that many clients do not come back as one, and
-- obeys what the service asked for.
local retry = {}

local first_pause, longest_pause = 0.5, 20 -- seconds
local shortest_attempt = 0.05 -- seconds: with less than this left an attempt could only time out

-- The service surely did not carry the call out.
local not_processed = {
  resolve_failed = true,
  connect_failed = true,
  connect_timeout = true,
  rate_limited = true,
}

--- Whether a failure leaves open that the service carried the call out.
---@param state table sent
---@param err mimecast.Failure
---@return boolean
function retry.is_unsure(state, err)
  return state.sent and (err.outcome == "unknown" or (err.retryable and not not_processed[err.code])) or false
end

---@class mimecast.Verdict
---@field again boolean
---@field delay number seconds
---@field renew boolean whether new credentials come first
---@field reason string

local stale = "a late repeat could undo what was done since"

local function stop(reason)
  return { again = false, delay = 0, renew = false, reason = reason }
end

--- Decides.
---@param state table attempt (1 is the first), attempts (at most), sent (whether the call's own bytes may have left),
-- careful (what may have been carried out is not sent again, although it may be done twice),
-- renewed (whether the token was renewed in this call), can_renew, remaining (seconds until the call's deadline), random
-- (0 to below 1); age (seconds since the first attempt that may have been carried out, nil where none may), stale_after
-- (seconds after which such a call is not repeated, because that could undo what people did since; nil where it may be)
---@param operation mimecast.Operation
---@param err mimecast.Failure
---@return mimecast.Verdict
function retry.verdict(state, operation, err)
  local function is_stale(delay) return state.age and state.stale_after and state.age + delay > state.stale_after end
  if is_stale(0) then return stop(stale) end
  if (err.code == "token_expired" or err.code == "invalid_token") and state.can_renew and not state.renewed then
    return { again = true, delay = 0, renew = true, reason = "the token is no longer accepted" }
  end
  if state.attempt >= state.attempts then return stop("no attempts left") end
  if not err.retryable then return stop("trying again cannot help") end
  if state.sent and (state.careful or not operation.idempotent) and not not_processed[err.code] then
    return stop("it may have been carried out")
  end
  local bound = math.min(longest_pause, first_pause * 2 ^ (state.attempt - 1))
  local delay = bound * state.random
  if err.retryAfter then delay = err.retryAfter + delay end
  if is_stale(delay) then return stop(stale) end
  if delay + shortest_attempt >= state.remaining then return stop("the deadline comes first") end
  return { again = true, delay = delay, renew = false, reason = err.code }
end

return retry
