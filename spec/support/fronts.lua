-- The sandbox's two fronts, each with how to start it: a tenant without a rate limit, and a bare caller of it.
local caller = require "spec.support.caller"
local command = require "spec.support.command"
local sandbox = require "mimecast.sandbox"

return {
  { name = "in the process", start = function()
    local tenant = sandbox.new{ rateLimit = false }
    return tenant, caller.new(tenant)
  end },
  { name = "behind nginx", start = function()
    local tenant = assert(sandbox.start{ rateLimit = false, transport = command.new() })
    return tenant, caller.new(tenant, command.new())
  end },
}
