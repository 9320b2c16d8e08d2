--- The two fronts of the sandbox. `start` returns a tenant without a rate limit and a bare client of it.
local bare_client = require "spec.support.http.bare_client"
local curl_cli_transport = require "spec.support.http.curl_cli_transport"
local sandbox = require "mimecast.sandbox"

return {
  { name = "in the process", start = function()
    local tenant = sandbox.new{ rateLimit = false }
    return tenant, bare_client.new(tenant)
  end },
  { name = "behind nginx", start = function()
    local tenant = assert(sandbox.start{ rateLimit = false, transport = curl_cli_transport.new() })
    return tenant, bare_client.new(tenant, curl_cli_transport.new())
  end },
}
