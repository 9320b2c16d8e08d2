--- Handles a leaver: disables the account, and sets a date before which the successor does not see the archive.
local json = require "cjson.safe"
local problem = require "acme.problem"
local settings = require "acme.settings"
local webhook = require "acme.webhook"

local leaver = {}

local fields = { email = { "string", required = true }, archiveStartDate = { "string", required = true } }

--- Handles POST /leavers.
function leaver.handle()
  local input, rejection = webhook.read(fields)
  if not input then return problem.send(rejection) end
  local user, _, err = settings.client:update_user {
    email = input.email, accountDisabled = true, archiveStartDate = input.archiveStartDate,
  }
  if not user then return problem.send(problem.from_error(err)) end
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json.encode { email = user.email, accountDisabled = user.accountDisabled,
    archiveStartDate = user.archiveStartDate })
end

return leaver
