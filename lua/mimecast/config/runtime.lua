--- Clocks, sleep, random numbers, request ids and log of a client. Every module takes them from here, so that a program or a
-- spec can replace them.
local core = require "mimecast.core"

local runtime = {}

---@class mimecast.Runtime
---@field clock fun(): number seconds since 1970
---@field monotonic fun(): number seconds that never go back: measures durations, since the wall clock can be set
---@field sleep? fun(seconds: number): boolean? false if the wait was broken off
---@field random fun(): number from 0 to below 1
---@field uuid fun(): string a fresh request id
---@field log? fun(line: string)

--- Makes a runtime: the functions that the options give, else those of the C core.
---@param options table clock, monotonic, random, uuid, log
---@param sleep? fun(seconds: number): boolean?
---@return mimecast.Runtime
function runtime.new(options, sleep)
  return {
    clock = options.clock or core.now,
    -- A clock of the caller's serves for both, so that simulated time is consistent.
    monotonic = options.monotonic or options.clock or core.monotonic,
    sleep = sleep,
    random = options.random or core.random,
    uuid = options.uuid or core.uuid,
    log = options.log,
  }
end

return runtime
