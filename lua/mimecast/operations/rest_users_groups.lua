--- Users and profile groups by the REST families of API 2.0 for Cloud Gateway tenants.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local groups_path = "/directory/cloud-gateway/v1/groups"

local function by_id()
  return fields.id("the group's id", { wire = "group_id", location = "path", required = true, group = true })
end

local function members(text, with_notes)
  local parts = {
    fields.email { text = "the member's address, or give domain" },
    fields.domain { text = "a domain as member, or give email" },
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

-- The part of the response that other clients read.
local function results()
  return { { name = "results", type = "list", text = "outcome for each member, in the order given",
    item = { type = "object", fields = { fields.boolean("success", "whether the change was made") } } } }
end

return family.rest "User and Group Management" {
  list_cloud_users = {
    path = "/user/cloud-gateway/v1/users",
    method = "GET",
    summary = "List the users of the account.",
    unavailableReason = family.use "list_users",
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
      { name = "type", label = "Type", type = "text", text = "type of user" },
      fields.addressType(),
      fields.isAlias { wire = "isAlias" },
      fields.internal(),
      { name = "accountDisabled", wire = "disabled", label = "Account Disabled", type = "boolean",
        text = "the account is disabled" },
      fields.source(),
      fields.created { wire = "createdDateTime" },
      { name = "updated", wire = "updatedDateTime", type = "datetime", text = "time of the last change" },
    },
    example = {},
  },

  list_cloud_groups = {
    path = groups_path,
    method = "GET",
    summary = "List the profile groups, or the groups whose name contains a text.",
    unavailableReason = family.use "find_groups",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    resultKey = "groups",
    paginator = "cloud_groups",
    source = "DOC2",
    input = { fields.groupQuery(), fields.groupSource() },
    output = fields.group "groupCount",
    example = { query = "sales", source = "cloud" },
  },

  get_cloud_group = {
    path = groups_path .. "/{group_id}",
    method = "GET",
    summary = "Read a profile group.",
    unavailableReason = family.use "get_group",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    source = "DOC2",
    input = { by_id() },
    output = fields.group "groupCount",
    example = { id = fields.sample_id },
  },

  create_cloud_group = {
    path = groups_path,
    summary = "Create a profile group, at the root or below a parent group.",
    note = "Clients of the service read only the id of the response.",
    unavailableReason = family.use "create_group",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "CLIENT",
    input = {
      fields.groupName { required = true, min = 1 },
      fields.parentId { text = "id of the parent group; the root by default" },
    },
    output = fields.group "groupCount",
    example = { name = "Sales", parentId = fields.sample_id },
  },

  list_cloud_group_members = {
    path = groups_path .. "/{group_id}/members",
    method = "GET",
    summary = "List the addresses and domains in a profile group.",
    unavailableReason = family.use "list_group_members",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    resultKey = "groupMembers",
    paginator = "cloud_group_members",
    source = "DOC2, CLIENT",
    input = { by_id() },
    output = fields.groupMember "note",
    example = { id = fields.sample_id },
  },

  -- The response to a second call for the same member is not documented, here and for the next operation.
  add_cloud_group_members = {
    path = groups_path .. "/{group_id}/members",
    summary = "Add addresses and domains to a profile group.",
    note = "The response is not documented; a result says whether its member was added.",
    unavailableReason = family.use "add_group_member",
    permission = "Directories | Groups | Read",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = { by_id(), members("members to add", true) },
    output = results(),
    check = check_members,
    example = { id = fields.sample_id, members = {
      { email = "ann@example.com", notes = "joined in May" }, { domain = "example.com", notes = "all of them" },
    } },
  },

  remove_cloud_group_members = {
    path = groups_path .. "/{group_id}/remove-members",
    summary = "Remove addresses and domains from a profile group.",
    note = "The response is not documented; a result says whether its member was removed.",
    unavailableReason = family.use "remove_group_member",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = { by_id(), members "members to remove" },
    output = results(),
    check = check_members,
    example = { id = fields.sample_id, members = { { email = "ann@example.com" }, { domain = "example.com" } } },
  },
}
