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
  not_processed = true,
}

-- Whatever the service says of them, these stay as they are: categories and HTTP statuses.
local final = { auth = true, config = true, usage = true, validation = true, [403] = true, [404] = true }

-- A client may spend so much on retries; success gives back what they cost, so that an outage is not multiplied.
local budget, fault_cost, refusal_cost = 500, 14, 5

--- What a client may spend on retries, full at first.
---@return table purse left
function retry.purse()
  return { left = budget }
end

--- Gives back what a call's retries cost, now that it has succeeded; a call without any gives a little.
---@param purse table
---@param spent number
function retry.give_back(purse, spent)
  purse.left = math.min(budget, purse.left + math.max(spent, 1))
end

local function cost_of(err)
  return (err.category == "transport" or err.category == "protocol") and fault_cost or refusal_cost
end

--- Whether it is of a kind that passes.
---@param err mimecast.Error
---@return boolean
function retry.may_pass(err)
  return err.retryable and not final[err.category] and not final[err.status]
end

--- Whether a failure leaves open that the service carried the call out.
---@param state table sent
---@param err mimecast.Error
---@return boolean
function retry.is_unsure(state, err)
  return state.sent and (err.outcome == "unknown" or (err.retryable and not not_processed[err.code])) or false
end

-- Whether a repeat could do twice what is not the same as once.
local function is_risky(state, operation, err)
  if operation.idempotent then return not state.retry_unknown and err.outcome == "unknown" end
  return err.outcome == "unknown" or not not_processed[err.code]
end

--- Whether a failed item of a request may go again, as far as the item itself tells.
---@param state table retry_unknown
---@param operation mimecast.Operation
---@param err mimecast.Error
---@return boolean
function retry.may_repeat(state, operation, err)
  return retry.may_pass(err) and not (err.outcome == "unknown" and is_risky(state, operation, err))
end

---@class mimecast.Verdict
---@field again boolean
---@field delay number seconds
---@field renew boolean whether new credentials come first
---@field reason string
---@field cost? number to be taken from the purse

--- Whether it is too late to send a call again that may have been carried out.
---@param state table first (when the first attempt was that may have been), stale_after
---@param now number
---@return boolean
function retry.is_stale(state, now)
  return state.first ~= nil and state.stale_after ~= nil and now - state.first > state.stale_after
end

local stale = "a late repeat could undo what was done since"

local function stop(reason)
  return { again = false, delay = 0, renew = false, reason = reason }
end

--- Decides.
---@param state table attempt (1 is the first), attempts (at most), sent (whether the call's own bytes may have left),
-- retry_unknown (false: an idempotent call with an unknown outcome is not retried), renewed (whether
-- there are other credentials now than those that were denied), remaining (seconds until the call's deadline),
-- random (0 to below 1), purse (what may be spent on retries, nil: no end of it); age (seconds since the first attempt that
-- may have been carried out, nil where none may), stale_after (seconds after which such a call is not repeated, because
-- that could undo what people did since; nil where it may be)
---@param operation mimecast.Operation
---@param err mimecast.Error
---@return mimecast.Verdict
function retry.verdict(state, operation, err)
  local function is_stale(delay) return state.age and state.stale_after and state.age + delay > state.stale_after end
  if is_stale(0) then return stop(stale) end
  if state.renewed and err.outcome ~= "unknown" then
    return { again = true, delay = 0, renew = true, reason = err.code .. ": the credentials are renewed" }
  end
  if state.attempt >= state.attempts then return stop("no attempts left") end
  if not retry.may_pass(err) then return stop("trying again cannot help") end
  if state.sent and is_risky(state, operation, err) then return stop("it may have been carried out") end
  local cost = cost_of(err)
  if state.purse and state.purse < cost then return stop("too much fails: the client's budget for retries is spent") end
  local bound = math.min(longest_pause, first_pause * 2 ^ (state.attempt - 1))
  local delay = bound * state.random
  if err.retryAfter then delay = err.retryAfter + delay end
  if is_stale(delay) then return stop(stale) end
  if delay + shortest_attempt >= state.remaining then return stop("the deadline comes first") end
  return { again = true, delay = delay, renew = false, cost = cost, reason = err.code }
end

return retry
