--- Handles a joiner: reuses the address of a former employee, or creates a user if the address is new.
local json = require "cjson.safe"
local mimecast = require "mimecast"
local problem = require "acme.problem"
local settings = require "acme.settings"
local webhook = require "acme.webhook"

local joiner = {}

-- The password is required: the former employee knows the old one.
local fields = {
  email = { "string", required = true }, username = { "string", required = true },
  password = { "string", required = true }, archiveStartDate = { "string", required = true },
  forcePasswordChange = { "boolean" },
}

-- Returns the user and the HTTP status; or nil and an error value. Each call makes all of its changes, or none.
local function reuse_or_create(input)
  local client, force = settings.client, input.forcePasswordChange ~= false
  local password = mimecast.secret(input.password)
  input.password = nil
  local user, _, err = client:reuse_address(input.email, input.archiveStartDate, {
    username = input.username, password = password, forcePasswordChange = force,
    accountLocked = false, accountDisabled = false,
  })
  if user then return user, 200 end
  if err.code ~= "unknown_address" then return nil, err end
  user, _, err = client:create_user {
    email = input.email, username = input.username, password = password, forcePasswordChange = force,
  }
  if user then return user, 201 end
  return nil, err
end

--- Handles POST /joiners: 200 with a reused address, 201 with a new one.
function joiner.handle()
  local input, rejection = webhook.read(fields)
  if not input then return problem.send(rejection) end
  local user, status = reuse_or_create(input)
  if not user then return problem.send(problem.from_error(status)) end
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json.encode { email = user.email, username = user.username, archiveStartDate = user.archiveStartDate,
    forcePasswordChange = user.forcePasswordChange })
end

return joiner
