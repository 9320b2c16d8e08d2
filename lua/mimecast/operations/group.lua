--- Profile group operations: groups of addresses and domains for policies, and their members.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local function changed_member()
  return {
    -- An entry has an id, for an address and for a domain. The workflow card has a second id, for
    -- domains; no response with it is documented.
    { name = "userId", wire = "id", label = "User ID", type = "text", text = "id of the entry in the group" },
    fields.groupId { wire = "folderId" },
    fields.email { text = "the member's address" },
    { name = "domainId", label = "Domain ID", type = "text", text = "id of a domain as member" },
    fields.domain { text = "a domain as member" },
    fields.internal(),
  }
end

local function by_id() return fields.id("the group's id", { required = true, group = true }) end

local function member(verb, ...)
  return fields.email { text = ("the address to %s, or give domain"):format(verb) },
    fields.domain { text = ("the domain to %s, or give email"):format(verb) }, ...
end

return family.of { product = "User and Group Management" } {
  find_groups = {
    path = "/api/directory/find-groups",
    summary = "List the profile groups, or the groups whose name contains a text.",
    card = "Search profile groups",
    permission = "Directories | Groups | Edit",
    writes = false,
    idempotent = true,
    resultKey = "folders",
    paginator = "groups",
    source = "DOC, FIXTURE",
    input = { fields.groupQuery(), fields.groupSource() },
    output = fields.group(),
    example = { query = "sales", source = "cloud" },
  },

  get_group = {
    path = "/api/directory/get-group",
    summary = "Read a profile group.",
    api = "1.0",
    unavailableReason = "API 2.0 does not list it; use get_cloud_group there, or find_groups",
    product = "API 1.0 only",
    permission = "not documented",
    writes = false,
    idempotent = true,
    key = "id",
    source = "CLIENT",
    input = { by_id(), fields.groupSource { text = "origin of the group: cloud or ldap" } },
    output = fields.group(),
    example = { id = fields.sample_id, source = "cloud" },
  },

  -- Whether the service rejects a second group of the same name is not documented.
  create_group = {
    path = "/api/directory/create-group",
    summary = "Create a profile group, at the root or below a parent group.",
    card = "Create profile group",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "create_groups",
    keys = { "name", "parentId" },
    source = "DOC, DOC2",
    input = {
      fields.groupName { required = true, min = 1 },
      fields.parentId { text = "id of the parent group; the root by default" },
    },
    output = fields.group(),
    example = { name = "Sales", parentId = fields.sample_id },
  },

  update_group = {
    path = "/api/directory/update-group",
    summary = "Rename a profile group, or move it below another group.",
    card = "Update profile group",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = true,
    batch = 10,
    batchName = "update_groups",
    key = "id",
    source = "DOC2, CLIENT",
    input = {
      by_id(),
      fields.groupName { min = 1, text = "the new name" },
      fields.parentId { text = "id of the new parent group" },
    },
    output = fields.group(),
    example = { id = fields.sample_id, name = "Sales EMEA", parentId = "eNoVzkkOgjAU" },
  },

  -- The group does not exist any more at a second call.
  delete_group = {
    path = "/api/directory/delete-group",
    summary = "Delete a profile group that has neither members nor groups below it.",
    note = "The fields of the response are not documented, and it may be empty.",
    card = "Delete profile group",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "delete_groups",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    output = {
      fields.id "the group's id",
      { name = "status", label = "Status", type = "text", text = "outcome of the deletion" },
    },
    example = { id = fields.sample_id },
  },

  list_group_members = {
    path = "/api/directory/get-group-members",
    summary = "List the addresses and domains in a profile group.",
    note = "Under API 1.0 the permission is Directories | Groups | Read.",
    card = "List profile group members",
    permission = "Services | Directory Sync | Read",
    writes = false,
    idempotent = true,
    resultKey = "groupMembers",
    paginator = "group_members",
    key = "id",
    source = "DOC, NOTES",
    input = { by_id() },
    output = fields.groupMember(),
    example = { id = fields.sample_id },
  },

  -- The response to a second call is err_folder_group_member_already_exists. Other clients send 10 members in a request.
  add_group_member = {
    path = "/api/directory/add-group-member",
    summary = "Add an address or a domain to a profile group.",
    card = "Add profile group member",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "add_group_members",
    keys = { "id", "email", "domain" },
    source = "DOC2, FIXTURE, CLIENT",
    input = { by_id(), member("add", fields.notes { max = 100 }) },
    output = changed_member(),
    check = fields.emailOrDomain,
    examples = {
      { id = fields.sample_id, email = "ann@example.com", notes = "joined in May" },
      { id = fields.sample_id, domain = "example.com", notes = "all of them" },
    },
  },

  -- The response to a second call is err_folder_email_address_not_found.
  remove_group_member = {
    path = "/api/directory/remove-group-member",
    summary = "Remove an address or a domain from a profile group.",
    card = "Remove profile group member",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "remove_group_members",
    keys = { "id", "email", "domain" },
    source = "DOC2, FIXTURE",
    input = { by_id(), member "remove" },
    output = changed_member(),
    check = fields.emailOrDomain,
    examples = { { id = fields.sample_id, email = "ann@example.com" }, { id = fields.sample_id, domain = "example.com" } },
  },
}
