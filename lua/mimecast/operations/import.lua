--- Import operations: many users from a file.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local largest = 10 * 1024 * 1024 -- characters; the service's limit is not documented

local function options(location)
  return { name = "notifyEmailAddress", type = "email", location = location,
      text = "address to notify when the import has ended" },
    { name = "allowAddressMigration", type = "boolean", location = location,
      text = "true: an address may move here from another place in the account" },
    { name = "clearGroup", type = "boolean", location = location, text = "true: empty the group before the import" }
end

return family.of { product = "User and Group Management" } {
  import_users = {
    path = "/api/user/import-users",
    protocol = "upload",
    summary = "Import users from CSV text, into the internal directory or a profile group.",
    note = "The response has the import's id for get_import_status. It is not documented, and its fields keep "
      .. "their wire names. The service also accepts spreadsheets (xls, xlsx): send them with call.",
    permission = "Directories | Import | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = {
      fields.groupId { location = "header", text = "id of the profile group of the users" },
      { name = "fileType", type = "enum", values = { "csv" }, required = true, location = "header",
        text = "kind of file: csv" },
      { name = "csv", type = "text", required = true, min = 1, max = largest, location = "body",
        text = "a header line and a line for each user; the last line ends with a line break" },
      options "header",
    },
    output = { fields.id "id of the import" },
    check = function(item)
      if item.csv:sub(-1) ~= "\n" then return "csv", "must end with a line break" end
      return nil
    end,
    example = {
      csv = "email,name,mobile\r\nann@example.com,Ann Smith,+15550100\r\n", fileType = "csv", groupId = fields.sample_id,
      clearGroup = false, allowAddressMigration = true, notifyEmailAddress = "admin@example.com",
    },
  },

  get_import_status = {
    path = "/api/user/get-import-status",
    summary = "Read the progress of an import of users.",
    permission = "Directories | Import | Read",
    writes = false,
    idempotent = true,
    batch = 10,
    key = "id",
    source = "DOC2",
    input = { fields.id("id of the import", { required = true }) },
    output = {
      fields.id "id of the import",
      { name = "status", label = "Status", type = "text", text = "progress" },
      fields.integer("totalUsers", "number of users in the file"),
      fields.integer("successfulImportedUsers", "number of imported users"),
      fields.created(),
      -- The types of these three are not documented.
      { name = "sourceFile", type = "any", text = "the imported file" },
      { name = "importer", type = "any", text = "user who started the import" },
      { name = "reportFile", type = "any", text = "report on the import" },
      options(),
    },
    example = { id = fields.sample_id },
  },
}
