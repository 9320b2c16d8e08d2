--- Users: the functions that read, create and change them.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local directory = require "mimecast.sandbox.directory"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"
local service_errors = require "mimecast.sandbox.wire.service_errors"

local users = {}

local codes = service_errors.envelope

-- Wire names in the order of the documented sample. A failed item's key has the same order.
local update_order = {
  "forcePasswordChange", "allowSmtp", "emailAddress", "passwordNeverExpires", "allowPop", "accountDisabled",
  "password", "archiveStartDate", "accountLocked", "name",
}
local update_mt = json.object(update_order)
local update_kinds = { emailAddress = "text", password = "text", archiveStartDate = "text", name = "text" }

local settings_order = {
  "emailAddress", "name", "forcePasswordChange", "passwordNeverExpires", "accountLocked", "accountDisabled",
  "allowSmtp", "allowPop",
  -- The service's place for this field is unknown; that it is present once set is inferred.
  "archiveStartDate",
}
local settings_mt = json.object(settings_order)

-- Null counts as absent, and an unknown field is ignored. Returns nil if the item is malformed.
local function read_update(raw)
  local item = setmetatable({}, update_mt)
  for _, name in ipairs(update_order) do
    local value = raw[name]
    if value ~= nil and value ~= json.null then
      if update_kinds[name] == "text" then
        if type(value) ~= "string" then return nil end
        item[name] = value
      else
        item[name] = fields.flag(value)
        if item[name] == nil then return nil end
      end
    end
  end
  return item
end

local function update_errors(item, zulu)
  local errors = { fields.email_error(item.emailAddress, "emailAddress") }
  for _, name in ipairs{ "name", "password" } do
    if item[name] and not item[name]:find("%S") then
      errors[#errors + 1] = response.error_entry(codes.blank, name, name)
    end
  end
  if item.archiveStartDate and not dates.parse_iso(item.archiveStartDate, zulu) then
    errors[#errors + 1] = response.error_entry(codes.date, "archiveStartDate")
  end
  return errors
end

local function apply_update(tenant, user, item)
  local settings = 0
  for _, name in ipairs(update_order) do
    local value = item[name]
    if value ~= nil and name ~= "emailAddress" then
      if name == "archiveStartDate" then value = dates.iso(dates.parse_iso(value, true)) end
      user[name] = value
      if name ~= "password" then settings = settings + 1 end
    end
  end
  if settings == 0 and not item.password then return end
  tenant:record_applied(user.emailAddress)
  if item.password then audit.record(tenant, "password_changed", user.emailAddress) end
  if settings > 0 then audit.record(tenant, "user_changed", user.emailAddress) end
end

local function update(tenant, item)
  local errors = update_errors(item, tenant.options.acceptZulu)
  if #errors > 0 then return nil, errors end
  local user = tenant:user(item.emailAddress)
  if not user then return nil, { response.error_entry(codes.address) } end
  if item.password and user.accountLocked and item.accountLocked ~= false then
    return nil, { response.error_entry(codes.locked, "password") }
  end
  apply_update(tenant, user, item)
  local settings = setmetatable({}, settings_mt)
  for _, name in ipairs(settings_order) do settings[name] = user[name] end
  return settings
end

--- /api/user/update-user: changes the settings in an item and returns all; an item with the address only is a read. A failed
-- item is returned whole as `key`, password included, as by the service: a client must not show it.
users.update = {
  read = read_update, perform = update, limit = 5, permission = "Directories | Internal | Edit",
}

-- The first two are documented; a product that shows them proves the others.
local created_mt = json.object{ "emailAddress", "id", "name", "accountCode", "forcePasswordChange" }

--- /api/user/create-user, in the documented order.
users.create = fields.define
  "accountCode text, password text, emailAddress email*, name text, forcePasswordChange flag"
users.create.permission = "Directories | Internal | Edit"
function users.create.perform(tenant, item)
  local account_code = tenant.account.accountCode
  if item.accountCode and item.accountCode ~= account_code then return response.item_error("forbidden", "accountCode") end
  if not domains.internal(tenant, directory.domain_of(item.emailAddress)) then return response.item_error "address" end
  if tenant.directory:find(item.emailAddress) then return response.item_error("user_exists", "emailAddress") end
  tenant.directory:add{
    emailAddress = item.emailAddress, name = item.name, password = item.password,
    forcePasswordChange = item.forcePasswordChange,
  }
  tenant:record_applied(item.emailAddress)
  audit.record(tenant, "user_created", item.emailAddress)
  return setmetatable({
    emailAddress = item.emailAddress, id = ids.make(tenant, "user", tenant.directory:number(item.emailAddress)),
    name = item.name, accountCode = account_code, forcePasswordChange = item.forcePasswordChange or false,
  }, created_mt)
end

local listed_mt = json.object{ "name", "emailAddress", "domain", "alias", "addressType", "source" }
local list_mt = json.object{ "users", "userCount" }

local function listed(user)
  return setmetatable({
    name = user.name, emailAddress = user.emailAddress, domain = directory.domain_of(user.emailAddress),
    alias = user.aliasFor ~= nil, addressType = user.addressType or "created_manually", source = user.source or "cloud",
  }, listed_mt)
end

--- Returns the users of one internal domain, or of all, as a source of pages.
---@param tenant table
---@param domain? string
---@return table? source nil with errors where the domain is not the tenant's
---@return table[]? errors
function users.source(tenant, domain)
  if domain and not domains.internal(tenant, domain) then return response.item_error "address" end
  local names = {}
  if domain then
    names[1] = core.fold(domain)
  else
    for i, record in ipairs(tenant.domains.internal) do names[i] = record.domain end
  end
  return tenant.directory:source(names)
end

--- /api/user/get-internal-users: API 1.0 requires a domain, API 2.0 does not.
users.internal = fields.define "domain domain"
users.internal.single, users.internal.empty = true, true
users.internal.permission = "Directories | Internal | Read"
function users.internal.list(tenant, item, context)
  if not item.domain and context.generation == 1 then return response.item_error("null", "domain", "domain") end
  local source, errors = users.source(tenant, item.domain)
  return source and paging.map(source, listed), errors
end
function users.internal.wrap(rows)
  return { setmetatable({ users = rows, userCount = #rows }, list_mt) }
end

local profile_mt = json.object{
  "name", "emailAddress", "links", "attributes", "localPassword", "changePassword", "external", "editable", "role",
  "companyName", "serverTimeZone", "id", "accountCode", "admin", "avatar", "avatarMimeType",
}
local link_mt = json.object{ "name", "method", "uri" }

local function attributes_of(user)
  local attributes = setmetatable({ phoneNumber = "" }, json.object{ "phoneNumber" })
  for name, value in pairs(user.attributes or {}) do attributes[name] = value end
  return attributes
end

-- Details as in a client's recorded output. A user without an administrator's role has "na", "" or no role.
local function profile(tenant, user)
  local admin = (user.role or "") ~= "" and user.role ~= "na"
  return setmetatable({
    name = user.name, emailAddress = user.emailAddress,
    links = json.array{ setmetatable({ name = "avatar", method = "GET",
      uri = "/api/user/get-avatar?emailAddress=" .. user.emailAddress }, link_mt) },
    attributes = attributes_of(user), localPassword = user.password ~= nil, changePassword = user.forcePasswordChange,
    external = false, editable = false, role = user.role, companyName = tenant.account.accountName,
    serverTimeZone = "UTC", id = user.emailAddress, accountCode = tenant.account.accountCode, admin = admin,
  }, profile_mt)
end

-- The smallest image. The wire names of an avatar are unknown.
local avatar = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

--- /api/user/get-profile. Under API 1.0 without an address: the caller's profile, here that of the account's contact.
users.profile = fields.define "emailAddress email, showAvatar flag"
users.profile.empty = true
function users.profile.perform(tenant, item, context)
  if not item.emailAddress and context.generation == 2 then
    return response.item_error("null", "emailAddress", "emailAddress")
  end
  local user = tenant:user(item.emailAddress or tenant.account.contactEmail)
  if not user then return response.item_error "address" end
  local result = profile(tenant, user)
  if item.showAvatar then result.avatar, result.avatarMimeType = avatar, "image/gif" end
  return result
end

return users
