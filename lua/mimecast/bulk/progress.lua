--- Makes what `onProgress` receives.
local progress = {}

--- Returns the progress of a phase. Its rate counts from its start.
---@param phase string
---@param done integer
---@param total? integer nil if the number is not known: then no remaining time is known either
---@param elapsed number seconds
---@return table phase, done, total, elapsed, rate, remaining
function progress.event(phase, done, total, elapsed)
  local rate = elapsed > 0 and done / elapsed or 0
  return { phase = phase, done = done, total = total, elapsed = elapsed, rate = rate,
    remaining = total and rate > 0 and math.max(0, total - done) / rate or nil }
end

return progress
