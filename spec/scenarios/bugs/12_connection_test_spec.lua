-- Bug 12 of other clients: their connection test passes with wrong credentials, because it only checks that a token or a
-- gateway exists.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

describe("bug 12: doctor", function()
  local tenant

  setup(function() tenant = assert(sandbox.start { rateLimit = false }) end)
  teardown(function() tenant:stop() end)

  local function examine(generation, wrong)
    local variables = { MIMECAST_BASE_URL = tenant.url }
    for name, value in pairs(tenant.credentials[generation == "1.0" and "v1" or "v2"]) do
      variables["MIMECAST_" .. name:gsub("%u", "_%0"):upper()] = value
    end
    for name, value in pairs(wrong or {}) do variables[name] = value end
    local result = run_cli.run { "doctor", "--json", environment = variables }
    local states = {}
    for _, check in ipairs(json.decode(result.out).checks) do states[check.name] = check end
    return result.code, states
  end

  local cases = {
    { "client secret", "2.0", { MIMECAST_CLIENT_SECRET = "PlantedWrong" } },
    { "secret key", "1.0", { MIMECAST_SECRET_KEY = "d3Jvbmc=" } },
    { "application id, although the service responds with HTTP 200", "1.0", { MIMECAST_APP_ID = "wrong" } },
  }
  for _, case in ipairs(cases) do
    it("fails with a remedy, and reports the gateway as ok, with a wrong " .. case[1], function()
      local code, states = examine(case[2], case[3])
      assert.equal(4, code)
      assert.equal("FAIL", states.credentials.state)
      assert.is_string(states.credentials.remedy)
      assert.equal("ok", states.gateway.state)
    end)
  end

  for _, generation in ipairs { "1.0", "2.0" } do
    it("makes an authorised call, and passes with valid credentials, under API " .. generation, function()
      local before = tenant:count "/api/account/get-account"
      local code, states = examine(generation)
      assert.same({ 0, "ok" }, { code, states.credentials.state })
      assert.is_true(tenant:count "/api/account/get-account" > before)
    end)
  end
end)
