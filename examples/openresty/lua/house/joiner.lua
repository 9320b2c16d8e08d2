--- A joiner: takes over a former employee's address, or gets a new one where nobody had it.
local json = require "cjson.safe"
local mimecast = require "mimecast"
local problem = require "house.problem"
local settings = require "house.settings"
local signed = require "house.signed"

local joiner = {}

-- The password is required: with the former one the former employee could still come in.
local fields = {
  email = { "string", required = true }, username = { "string", required = true },
  password = { "string", required = true }, archiveStartDate = { "string", required = true },
  forcePasswordChange = { "boolean" },
}

-- The user, and the HTTP status; or nil and the failure. One call does all of it, or nothing.
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

--- Answers POST /joiners: 200 with a reused address, 201 with a new one.
function joiner.answer()
  local input, refused = signed.read(fields)
  if not input then return problem.send(refused) end
  local user, status = reuse_or_create(input)
  if not user then return problem.send(problem.of(status)) end
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json.encode { email = user.email, username = user.username, archiveStartDate = user.archiveStartDate,
    forcePasswordChange = user.forcePasswordChange })
end

return joiner
