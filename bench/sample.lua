--- What all rows work on: one call's input, the service's answer, and credentials that no tenant has.
local sample = {}

-- The settings of an account as the service answers update-user with them.
sample.answer = '{"meta":{"status":200},"data":[{"emailAddress":"user@example.com","name":"User Name",'
  .. '"forcePasswordChange":false,"passwordNeverExpires":false,"accountLocked":false,"accountDisabled":true,'
  .. '"allowSmtp":false,"allowPop":false}],"fail":[]}'

sample.token = '{"access_token":"' .. ("eyJhbGciOiJIUzI1NiJ9"):rep(10) .. '","token_type":"bearer","expires_in":86400}'

-- The locations of an nginx that answers as the service does, with fixed texts.
sample.locations = ([[
    location = /api/user/update-user {
      add_header X-RateLimit-Limit 800;
      add_header X-RateLimit-Remaining 799;
      add_header X-RateLimit-Reset 5000;
      return 200 '%s';
    }
    location = /oauth/token { return 200 '%s'; }
]]):format(sample.answer, sample.token)

sample.input = { email = "user@example.com", accountDisabled = true }

local options = {
  ["1.0"] = {
    appId = "8578fcfc-a305-4d9a-99cb-f4d5ecefe297",
    appKey = "11111111-2222-3333-4444-555555555555",
    accessKey = "mYtOL3XZCOwG96BOiFTZRiyQgxNMPxWqBJTpJ8LHlV7yoQYCGTUKkmRZ3CtYxrUnrJg4RN9zJ5TXBv4Bw",
    secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
  },
  ["2.0"] = { clientId = "abcdefghijklmnopqrstuvwxyz012345", clientSecret = "not-a-secret-0123456789-abcdefghijkl" },
}

--- The options of a client for one generation of the API.
function sample.options(api, url, transport)
  local own = { baseUrl = url, transport = transport }
  for name, value in pairs(options[api]) do own[name] = value end
  return own
end

return sample
