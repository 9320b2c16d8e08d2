--- The functions on users as the sandbox performs them.
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.answer"
local calendar = require "mimecast.sandbox.calendar"
local refusals = require "mimecast.sandbox.refusals"

local users = {}

local refuse = refusals.service

-- Wire names in the order of the documented sample, which is also the order of a failed item's key.
local update_order = {
  "forcePasswordChange", "allowSmtp", "emailAddress", "passwordNeverExpires", "allowPop", "accountDisabled",
  "password", "archiveStartDate", "accountLocked", "name",
}
local update_mt = json.object(update_order)
local update_kinds = { emailAddress = "text", password = "text", archiveStartDate = "text", name = "text" }

local settings_order = {
  "emailAddress", "name", "forcePasswordChange", "passwordNeverExpires", "accountLocked", "accountDisabled",
  "allowSmtp", "allowPop",
  -- Where the service puts this one is not known; that it is there when set is inferred.
  "archiveStartDate",
}
local settings_mt = json.object(settings_order)

-- A flag may come as a string (a published client sends "False"); any other string is refused rather than taken for
-- false, which is what the service's JSON library would do by itself.
local function read_flag(value)
  if type(value) == "boolean" then return value end
  local word = type(value) == "string" and value:lower()
  if word == "true" then return true end
  if word == "false" then return false end
  return nil
end

-- Null is as good as absent, an unknown field is passed over; nil means that the item cannot be read at all.
local function read_update(raw)
  local item = setmetatable({}, update_mt)
  for _, name in ipairs(update_order) do
    local value = raw[name]
    if value ~= nil and value ~= json.null then
      if update_kinds[name] == "text" then
        if type(value) ~= "string" then return nil end
        item[name] = value
      else
        item[name] = read_flag(value)
        if item[name] == nil then return nil end
      end
    end
  end
  return item
end

local function email_error(email)
  if email == nil then return answer.error(refuse.null, "emailAddress", "emailAddress") end
  if not email:find("%S") then return answer.error(refuse.blank, "emailAddress", "emailAddress") end
  if #email > 254 or not email:find("^[^%s%c@]+@[^%s%c@]+%.[^%s%c@]+$") then
    return answer.error(refuse.email, "emailAddress")
  end
  return nil
end

local function update_errors(item, zulu)
  local errors = { email_error(item.emailAddress) }
  for _, name in ipairs{ "name", "password" } do
    if item[name] and not item[name]:find("%S") then
      errors[#errors + 1] = answer.error(refuse.blank, name, name)
    end
  end
  if item.archiveStartDate and not calendar.parse_iso(item.archiveStartDate, zulu) then
    errors[#errors + 1] = answer.error(refuse.date, "archiveStartDate")
  end
  return errors
end

local function apply_update(tenant, user, item)
  local changed = false
  for _, name in ipairs(update_order) do
    local value = item[name]
    if value ~= nil and name ~= "emailAddress" then
      if name == "archiveStartDate" then value = calendar.iso(calendar.parse_iso(value, true)) end
      user[name] = value
      changed = true
    end
  end
  if changed then tenant:note_applied(user.emailAddress) end
end

local function update(tenant, item)
  local errors = update_errors(item, tenant.options.acceptZulu)
  if #errors > 0 then return nil, errors end
  local user = tenant:user(item.emailAddress)
  if not user then return nil, { answer.error(refuse.address) } end
  if item.password and user.accountLocked and item.accountLocked ~= false then
    return nil, { answer.error(refuse.locked, "password") }
  end
  apply_update(tenant, user, item)
  local settings = setmetatable({}, settings_mt)
  for _, name in ipairs(settings_order) do settings[name] = user[name] end
  return settings
end

--- /api/user/update-user: changes what an item names, answers with all settings; with the address alone, a read.
-- A failed item comes back whole as `key`, password included: that is what the service's design says, and what a client
-- must not show.
users.update = { read = read_update, perform = update, limit = 5 }

return users
