--- The input of the benches: a call's input, the service's response, and invented credentials.
local fixture = {}

-- The service's response to update-user.
fixture.response = '{"meta":{"status":200},"data":[{"emailAddress":"user@example.com","name":"User Name",'
  .. '"forcePasswordChange":false,"passwordNeverExpires":false,"accountLocked":false,"accountDisabled":true,'
  .. '"allowSmtp":false,"allowPop":false}],"fail":[]}'

fixture.token = '{"access_token":"' .. ("eyJhbGciOiJIUzI1NiJ9"):rep(10) .. '","token_type":"bearer","expires_in":86400}'

-- Locations of an nginx that returns fixed responses of the service.
fixture.locations = ([[
    location = /api/user/update-user {
      add_header X-RateLimit-Limit 800;
      add_header X-RateLimit-Remaining 799;
      add_header X-RateLimit-Reset 5000;
      return 200 '%s';
    }
    location = /oauth/token { return 200 '%s'; }
]]):format(fixture.response, fixture.token)

fixture.input = { email = "user@example.com", accountDisabled = true }

local options = {
  ["1.0"] = {
    appId = "8578fcfc-a305-4d9a-99cb-f4d5ecefe297",
    appKey = "11111111-2222-3333-4444-555555555555",
    accessKey = "mYtOL3XZCOwG96BOiFTZRiyQgxNMPxWqBJTpJ8LHlV7yoQYCGTUKkmRZ3CtYxrUnrJg4RN9zJ5TXBv4Bw",
    secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
  },
  ["2.0"] = { clientId = "abcdefghijklmnopqrstuvwxyz012345", clientSecret = "not-a-secret-0123456789-abcdefghijkl" },
}

--- Returns the options of a client for a generation of the API.
function fixture.options(api, url, transport)
  local result = { baseUrl = url, transport = transport }
  for name, value in pairs(options[api]) do result[name] = value end
  return result
end

return fixture
