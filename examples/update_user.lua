--- Reads a user, disables the account and sets an archive start date, on a sandbox tenant.
--
--     make demo
--
-- With a real tenant only the client differs: mimecast.new{ clientId = …, clientSecret = … }; or call the functions of the
-- module, with MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET in the environment.
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

local fields = {
  "email", "username", "accountDisabled", "archiveStartDate", "accountLocked", "forcePasswordChange",
  "passwordNeverExpires", "allowPop3", "allowSmtp",
}

local function show(title, user)
  print(title)
  for _, field in ipairs(fields) do print(("  %-22s %s"):format(field, tostring(user[field]))) end
end

local function run(client)
  local before = assert(client:user_settings("ann@example.com"))
  show("before", before)

  local after = assert(client:update_user {
    email = "ann@example.com",
    accountDisabled = true,
    archiveStartDate = "2026-11-23T09:00:00+01:00",
  })
  show("after", after)

  local _, message = client:update_user { email = "ann@@example.com", acountDisabled = true }
  print("invalid input, nothing was sent:\n  " .. message)

  local err
  _, message, err = client:update_user { email = "nobody@example.com", accountDisabled = true }
  print(("rejected by the service (%s/%s):\n  %s"):format(err.category, err.code, message))
end

local tenant = assert(sandbox.start())
local keys = tenant.credentials.v2
local client = assert(mimecast.new {
  clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url,
})
print(("a sandbox tenant, over HTTP: %s\n"):format(tostring(client)))
local ok, message = pcall(run, client)
tenant:stop()
if not ok then error(message, 0) end
