--- Import operations: many users from a file.
local fields = require "mimecast.operations.fields"

local largest = 10 * 1024 * 1024 -- characters; the service's own limit is not documented

local function options(location)
  return { name = "notifyEmailAddress", type = "email", location = location, text = "who is told when the import has ended" },
    { name = "allowAddressMigration", type = "boolean", location = location,
      text = "true: an address may move here from elsewhere in the account" },
    { name = "clearGroup", type = "boolean", location = location, text = "true: the group is emptied before" }
end

return {
  import_users = {
    path = "/api/user/import-users",
    protocol = "upload",
    summary = "Imports users from CSV text, into the internal directory or a profile group.",
    note = "The answer holds the import's id for get_import_status; it is not documented, and its fields are handed on under "
      .. "their wire names. Spreadsheets (xls, xlsx) that the service takes as well are sent by call.",
    product = "User and Group Management",
    permission = "Directories | Import | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = {
      fields.groupId { location = "header", text = "id of the profile group that the users go into" },
      { name = "fileType", type = "enum", values = { "csv" }, required = true, location = "header",
        text = "kind of file: csv" },
      { name = "csv", type = "text", required = true, min = 1, max = largest, location = "body",
        text = "the users, a line for each below the line of titles; the last line ends with a line break" },
      options "header",
    },
    output = { fields.id "id of the import" },
    check = function(item)
      if item.csv:sub(-1) ~= "\n" then return "csv", "must end with a line break" end
      return nil
    end,
    example = {
      csv = "email,name,mobile\r\nann@example.com,Ann Smith,+15550100\r\n", fileType = "csv", groupId = "eNoVzrsKwjAUANB_uasV",
      clearGroup = false, allowAddressMigration = true, notifyEmailAddress = "admin@example.com",
    },
  },

  get_import_status = {
    path = "/api/user/get-import-status",
    summary = "Tells how far an import of users is.",
    product = "User and Group Management",
    permission = "Directories | Import | Read",
    writes = false,
    idempotent = true,
    batch = 10,
    key = "id",
    source = "DOC2",
    input = { fields.id("id of the import", { required = true }) },
    output = {
      fields.id "id of the import",
      { name = "status", label = "Status", type = "text", text = "how far it is" },
      { name = "totalUsers", type = "integer", text = "how many users the file has" },
      { name = "successfulImportedUsers", type = "integer", text = "how many of them were imported" },
      fields.created(),
      -- The types of these three are not documented.
      { name = "sourceFile", type = "any", text = "the file that was sent" },
      { name = "importer", type = "any", text = "who started it" },
      { name = "reportFile", type = "any", text = "the report on it" },
      options(),
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },
}
