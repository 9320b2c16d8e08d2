--- Imports of users from a file: the description is in a header, the file is the body.
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local directory = require "mimecast.sandbox.directory"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"
local groups = require "mimecast.sandbox.api.group"
local ids = require "mimecast.sandbox.wire.ids"
local members = require "mimecast.sandbox.api.member"

local imports = {}

local started_mt = json.object{ "id", "status" }
local status_mt = json.object{
  "status", "notifyEmailAddress", "totalUsers", "allowAddressMigration", "successfulImportedUsers", "id", "clearGroup",
  "created", "sourceFile", "importer", "reportFile",
}

-- Reads lines of `email,name,mobile`. A last line without a line end is lost: the documents ask for a line end. A line
-- without an address, such as a heading, is skipped.
local function read_csv(text)
  local rows = {}
  for line in text:gmatch("([^\r\n]*)\r?\n") do
    local email, name = line:match("^%s*\"?([^,\"]+)\"?%s*,?%s*\"?([^,\"]*)")
    if email and not fields.email_error(email, "email") then rows[#rows + 1] = { email = email, name = name } end
  end
  return rows
end

local function import_user(tenant, row, group)
  if not domains.internal(tenant, directory.domain_of(row.email)) then return false end
  local user = tenant.directory:find(row.email)
  if user then
    if row.name ~= "" then user.name = row.name end
  else
    tenant.directory:add{ emailAddress = row.email, name = row.name }
  end
  if group then members.add(tenant, group, row.email) end
  tenant:record_applied(row.email)
  return true
end

local function clear(group)
  group.members, group.by_key = {}, {}
end

--- /api/user/import-users: the header `x-mc-arg` describes one file. The response is not documented: here it has the id for
-- get-import-status. The import finishes at once. Only CSV can be read.
imports.start = fields.define("notifyEmailAddress email, allowAddressMigration flag, groupId id:folder, "
  .. "clearGroup flag, fileType word:csv|xls|xlsx")
imports.start.single, imports.start.upload, imports.start.permission = true, true, "Directories | Import | Edit"
function imports.start.perform(tenant, item, context)
  local group, errors
  if item.groupId then
    group, errors = groups.editable(tenant, context.ids.groupId)
    if not group then return nil, errors end
  end
  local rows = read_csv(context.body)
  if #rows == 0 then return response.item_error "import_empty" end
  if group and item.clearGroup then clear(group) end
  local record = { item = item, total = #rows, good = 0, created = tenant:now() }
  for _, row in ipairs(rows) do
    if import_user(tenant, row, group) then record.good = record.good + 1 end
  end
  table.insert(tenant.imports, record)
  audit.record(tenant, "imported", ("%d users"):format(record.good))
  return setmetatable({ id = ids.make(tenant, "import", #tenant.imports), status = "completed" }, started_mt)
end

--- /api/user/get-import-status.
imports.status = fields.define "id id:import*"
imports.status.limit, imports.status.permission = 10, "Directories | Import | Read"
function imports.status.perform(tenant, item, context)
  local record = tenant.imports[context.ids.id]
  if not record then return response.item_error("not_found", "id") end
  local options = record.item
  return setmetatable({
    status = "completed", notifyEmailAddress = options.notifyEmailAddress, totalUsers = record.total,
    allowAddressMigration = options.allowAddressMigration or false, successfulImportedUsers = record.good, id = item.id,
    clearGroup = options.clearGroup or false, created = dates.iso(record.created), sourceFile = "import.csv",
    importer = tenant.account.contactEmail, reportFile = "",
  }, status_mt)
end

return imports
