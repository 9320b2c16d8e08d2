--- Profile group operations: groups of addresses and domains that policies speak of, and their members.
local fields = require "mimecast.operations.fields"

local function group()
  return {
    fields.id "the group's id",
    fields.groupName(),
    fields.source(),
    fields.parentId(),
    fields.userCount(),
    fields.folderCount(),
  }
end

local function member()
  return {
    -- An entry of the group has its own id, be it an address or a domain. The workflow card knows a second one, for
    -- domains; no answer with it is documented.
    { name = "userId", wire = "id", label = "User ID", type = "text", text = "id of the entry in the group" },
    fields.groupId { wire = "folderId" },
    fields.email { text = "the member's address" },
    { name = "domainId", label = "Domain ID", type = "text", text = "id of the member that is a domain" },
    fields.domain { text = "the member that is a domain" },
    fields.internal(),
  }
end

local function of_group(more) return fields.id("the group's id", more or { required = true }) end

local one_member = { { id = "eNoVzrsKwjAUANB_uasV", email = "ann@example.com" },
  { id = "eNoVzrsKwjAUANB_uasV", domain = "example.com" } }

return {
  find_groups = {
    path = "/api/directory/find-groups",
    summary = "Lists the profile groups, or those whose name holds a text.",
    card = "Search profile groups",
    product = "User and Group Management",
    permission = "Directories | Groups | Edit",
    writes = false,
    idempotent = true,
    resultKey = "folders",
    paginator = "groups",
    source = "DOC, FIXTURE",
    input = { fields.groupQuery(), fields.groupSource() },
    output = group(),
    example = { query = "sales", source = "cloud" },
  },

  get_group = {
    path = "/api/directory/get-group",
    summary = "Reads a profile group.",
    api = "1.0",
    unavailableReason = "API 2.0 does not list it; use get_cloud_group there, or find_groups",
    product = "API 1.0 only",
    permission = "not documented",
    writes = false,
    idempotent = true,
    key = "id",
    source = "CLIENT",
    input = { of_group(), fields.groupSource { text = "where the group comes from: cloud or ldap" } },
    output = group(),
    example = { id = "eNoVzrsKwjAUANB_uasV", source = "cloud" },
  },

  -- Whether a second group of the same name is refused is not documented.
  create_group = {
    path = "/api/directory/create-group",
    summary = "Creates a profile group, below another one or at the root.",
    card = "Create profile group",
    product = "User and Group Management",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "create_groups",
    keys = { "name", "parentId" },
    source = "DOC, DOC2",
    input = {
      fields.groupName { required = true, min = 1 },
      fields.parentId { text = "id of the parent group; without it the group is at the root" },
    },
    output = group(),
    example = { name = "Sales", parentId = "eNoVzrsKwjAUANB_uasV" },
  },

  update_group = {
    path = "/api/directory/update-group",
    summary = "Renames a profile group, or moves it below another one.",
    card = "Update profile group",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = true,
    batch = 10,
    batchName = "update_groups",
    key = "id",
    source = "DOC2, CLIENT",
    input = {
      of_group(),
      fields.groupName { min = 1, text = "the new name" },
      fields.parentId { text = "id of the new parent group" },
    },
    output = group(),
    example = { id = "eNoVzrsKwjAUANB_uasV", name = "Sales EMEA", parentId = "eNoVzkkOgjAU" },
  },

  -- A second call meets a group that is not there.
  delete_group = {
    path = "/api/directory/delete-group",
    summary = "Deletes a profile group that has neither members nor groups below it.",
    note = "The answer's fields are not documented, and it may have none.",
    card = "Delete profile group",
    product = "User and Group Management",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "delete_groups",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { of_group() },
    output = {
      fields.id "the group's id",
      { name = "status", label = "Status", type = "text", text = "what became of the group" },
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  list_group_members = {
    path = "/api/directory/get-group-members",
    summary = "Lists the addresses and domains in a profile group.",
    note = "Under API 1.0 the permission is Directories | Groups | Read.",
    card = "List profile group members",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Read",
    writes = false,
    idempotent = true,
    resultKey = "groupMembers",
    paginator = "group_members",
    key = "id",
    source = "DOC, NOTES",
    input = { of_group() },
    output = {
      fields.username(),
      fields.email { text = "the member's address; empty where the member is a domain" },
      fields.domain(),
      fields.internal(),
      fields.memberType(),
      fields.notes(),
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  -- A second call is answered with err_folder_group_member_already_exists. Clients send 10 members in a request.
  add_group_member = {
    path = "/api/directory/add-group-member",
    summary = "Adds an address or a domain to a profile group.",
    card = "Add profile group member",
    product = "User and Group Management",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "add_group_members",
    keys = { "id", "email", "domain" },
    source = "DOC2, FIXTURE, CLIENT",
    input = {
      of_group(),
      fields.email { text = "the address to add, or give domain" },
      fields.domain { text = "the domain to add, or give email" },
      fields.notes { max = 100 },
    },
    output = member(),
    check = fields.emailOrDomain,
    examples = {
      { id = "eNoVzrsKwjAUANB_uasV", email = "ann@example.com", notes = "joined in May" },
      { id = "eNoVzrsKwjAUANB_uasV", domain = "example.com", notes = "all of them" },
    },
  },

  -- A second call is answered with err_folder_email_address_not_found.
  remove_group_member = {
    path = "/api/directory/remove-group-member",
    summary = "Removes an address or a domain from a profile group.",
    card = "Remove profile group member",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    batch = 10,
    batchName = "remove_group_members",
    keys = { "id", "email", "domain" },
    source = "DOC2, FIXTURE",
    input = {
      of_group(),
      fields.email { text = "the address to remove, or give domain" },
      fields.domain { text = "the domain to remove, or give email" },
    },
    output = member(),
    check = fields.emailOrDomain,
    examples = one_member,
  },
}
