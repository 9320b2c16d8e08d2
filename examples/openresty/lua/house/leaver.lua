--- A leaver: the account is disabled at once, and its archive is out of the successor's sight up to a date.
local json = require "cjson.safe"
local problem = require "house.problem"
local settings = require "house.settings"
local signed = require "house.signed"

local leaver = {}

local fields = { email = { "string", required = true }, archiveStartDate = { "string", required = true } }

--- Answers POST /leavers.
function leaver.answer()
  local input, refused = signed.read(fields)
  if not input then return problem.send(refused) end
  local user, _, err = settings.client:update_user {
    email = input.email, accountDisabled = true, archiveStartDate = input.archiveStartDate,
  }
  if not user then return problem.send(problem.of(err)) end
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json.encode { email = user.email, accountDisabled = user.accountDisabled,
    archiveStartDate = user.archiveStartDate })
end

return leaver
