--- Users and profile groups by the REST families of API 2.0 for Cloud Gateway tenants.
local fields = require "mimecast.operations.fields"

local groups_path = "/directory/cloud-gateway/v1/groups"

local function instead(name)
  return ("it belongs to the REST families, which only API 2.0 has; use %s under API 1.0"):format(name)
end

local function of_group() return fields.id("the group's id", { wire = "group_id", location = "path", required = true }) end

local function group()
  return {
    fields.id "the group's id",
    fields.groupName(),
    fields.source(),
    fields.parentId(),
    fields.userCount(),
    fields.folderCount { wire = "groupCount" },
  }
end

local function members(text, with_notes)
  local parts = {
    fields.email { text = "the member's address, or give domain" },
    fields.domain { text = "the member that is a domain, or give email" },
  }
  if with_notes then parts[3] = fields.notes { wire = "note", max = 100 } end
  return { name = "members", wire = "groupMembers", type = "list", required = true, min = 1, text = text,
    item = { type = "object", fields = parts } }
end

local function check_members(item)
  for i, member in ipairs(item.groupMembers) do
    local field, message = fields.emailOrDomain(member)
    if field then return ("members[%d].%s"):format(i, field), message end
  end
  return nil
end

-- What clients of the service read from the answers to a change of members.
local function results()
  return { { name = "results", type = "list", text = "what became of each member, in the order given",
    item = { type = "object", fields = { { name = "success", type = "boolean", text = "whether it was done" } } } } }
end

return {
  list_cloud_users = {
    path = "/user/cloud-gateway/v1/users",
    method = "GET",
    protocol = "rest",
    summary = "Lists the users of the account.",
    api = "2.0",
    unavailableReason = instead "list_users",
    product = "User and Group Management",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    resultKey = "users",
    paginator = "cloud_users",
    source = "DOC2, CLIENT",
    output = {
      fields.id "the user's id",
      fields.email(),
      fields.username(),
      fields.domain(),
      { name = "type", label = "Type", type = "text", text = "the kind of user" },
      fields.addressType(),
      fields.isAlias { wire = "isAlias" },
      fields.internal(),
      { name = "accountDisabled", wire = "disabled", label = "Account Disabled", type = "boolean",
        text = "the account is disabled" },
      fields.source(),
      fields.created { wire = "createdDateTime" },
      { name = "updated", wire = "updatedDateTime", type = "datetime", text = "when it was changed last" },
    },
    example = {},
  },

  list_cloud_groups = {
    path = groups_path,
    method = "GET",
    protocol = "rest",
    summary = "Lists the profile groups, or those whose name holds a text.",
    api = "2.0",
    unavailableReason = instead "find_groups",
    product = "User and Group Management",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    resultKey = "groups",
    paginator = "cloud_groups",
    source = "DOC2",
    input = { fields.groupQuery(), fields.groupSource() },
    output = group(),
    example = { query = "sales", source = "cloud" },
  },

  get_cloud_group = {
    path = groups_path .. "/{group_id}",
    method = "GET",
    protocol = "rest",
    summary = "Reads a profile group.",
    api = "2.0",
    unavailableReason = instead "get_group",
    product = "User and Group Management",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    source = "DOC2",
    input = { of_group() },
    output = group(),
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  create_cloud_group = {
    path = groups_path,
    protocol = "rest",
    summary = "Creates a profile group, below another one or at the root.",
    note = "Clients of the service read only the id from the answer.",
    api = "2.0",
    unavailableReason = instead "create_group",
    product = "User and Group Management",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "CLIENT",
    input = {
      fields.groupName { required = true, min = 1 },
      fields.parentId { text = "id of the parent group; without it the group is at the root" },
    },
    output = group(),
    example = { name = "Sales", parentId = "eNoVzrsKwjAUANB_uasV" },
  },

  list_cloud_group_members = {
    path = groups_path .. "/{group_id}/members",
    method = "GET",
    protocol = "rest",
    summary = "Lists the addresses and domains in a profile group.",
    api = "2.0",
    unavailableReason = instead "list_group_members",
    product = "User and Group Management",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    resultKey = "groupMembers",
    paginator = "cloud_group_members",
    source = "DOC2, CLIENT",
    input = { of_group() },
    output = {
      fields.username(),
      fields.email { text = "the member's address; where the member is a domain, the domain or nothing" },
      fields.domain(),
      fields.internal(),
      fields.memberType(),
      fields.notes { wire = "note" },
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  -- What a second call for the same member says is not documented; that goes for the next operation, too.
  add_cloud_group_members = {
    path = groups_path .. "/{group_id}/members",
    protocol = "rest",
    summary = "Adds addresses and domains to a profile group.",
    note = "The answer is not documented; where it has results, each of them says whether its member was added.",
    api = "2.0",
    unavailableReason = instead "add_group_member",
    product = "User and Group Management",
    permission = "Directories | Groups | Read",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = { of_group(), members("who is added", true) },
    output = results(),
    check = check_members,
    example = { id = "eNoVzrsKwjAUANB_uasV", members = {
      { email = "ann@example.com", notes = "joined in May" }, { domain = "example.com", notes = "all of them" },
    } },
  },

  remove_cloud_group_members = {
    path = groups_path .. "/{group_id}/remove-members",
    protocol = "rest",
    summary = "Removes addresses and domains from a profile group.",
    note = "The answer is not documented; where it has results, each of them says whether its member was removed.",
    api = "2.0",
    unavailableReason = instead "remove_group_member",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = { of_group(), members "who is removed" },
    output = results(),
    check = check_members,
    example = { id = "eNoVzrsKwjAUANB_uasV", members = { { email = "ann@example.com" }, { domain = "example.com" } } },
  },
}
