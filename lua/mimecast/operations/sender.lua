--- Sender operations: permitted and blocked senders, and policies that block senders.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local parts = { "envelope_from", "header_from", "both" }
local targets = { "everyone", "internal_addresses", "external_addresses", "email_domain", "profile_group",
  "individual_email_address", "address_attribute_value", "free_mail_domains", "header_display_name" }
local edit, read = "Gateway | Policies | Edit", "Gateway | Policies | Read"

local function target(name, text, required)
  return { name = name, type = "object", text = text, fields = {
    { name = "type", label = "Type", type = "enum", values = targets, required = required,
      text = "type of sender or recipient" },
    fields.email { text = "the address, for individual_email_address" },
    fields.text("emailDomain", "the domain, for email_domain"),
    fields.groupId { text = "id of the group, for profile_group" },
    fields.text("headerDisplayName", "the name, for header_display_name"),
    { name = "attribute", type = "object", text = "the attribute, for address_attribute_value", fields = {
      fields.id "the attribute's id",
      { name = "name", label = "Name", type = "text", text = "the attribute's name" },
      fields.text("value", "value of the attribute"),
    } },
  } }
end

local function texts(name, text)
  return { name = name, type = "list", text = text, item = { type = "text" } }
end

-- The settings of a policy, to create or change it, or of a response, which has four fields more.
local function policy(purpose)
  local list = {
    { name = "description", type = "text", required = purpose == "create", text = "name of the policy, kept with the mail" },
    { name = "fromPart", type = "enum", values = parts, text = "which sender to compare; envelope_from by default" },
    target("from", "the senders; the newer form of fromType and fromValue", purpose ~= nil),
    target("to", "the recipients; the newer form of toType and toValue", purpose ~= nil),
    { name = "fromType", type = "enum", values = targets, text = "the senders" },
    fields.text("fromValue", "address, domain or group id for fromType"),
    { name = "toType", type = "enum", values = targets, text = "the recipients" },
    fields.text("toValue", "address, domain or group id for toType"),
    fields.boolean("fromEternal", "true: no start date"),
    fields.boolean("toEternal", "true: no end date"),
    fields.datetime("fromDate", "start of the policy"),
    fields.datetime("toDate", "end of the policy"),
    fields.boolean("override", "true: the policy overrides other policies"),
    fields.boolean("bidirectional", "true: the policy also applies to mail in the other direction"),
    { name = "conditions", type = "object", text = "only mail from these servers", fields = {
      texts("sourceIPs", "address ranges of the servers"),
      texts("hostnames", "host names of the servers"),
      texts("spfDomains", "domains whose SPF record lists the servers"),
    } },
    fields.text("comment", "comment"),
  }
  if not purpose then
    for _, field in ipairs {
      fields.boolean("enabled", "the policy is enabled"),
      fields.boolean("enforced", "the policy cannot be overridden"),
      fields.datetime("createTime", "time of creation"),
      fields.datetime("lastUpdated", "time of the last change"),
    } do list[#list + 1] = field end
  end
  return { name = "policy", type = "object", required = purpose == "create", text = "the policy", fields = list }
end

local function option(more)
  local field = { name = "option", type = "enum", values = { "no_action", "block_sender" },
    text = "block_sender, or no_action for an exception" }
  for key, value in pairs(more or {}) do field[key] = value end
  return field
end

local function output()
  return { fields.id "the policy's id", option(), policy() }
end

local function by_id() return fields.id("the policy's id", { required = true }) end

-- Sender and recipient are each given in one of two forms.
local function sides(required)
  return function(item)
    for _, side in ipairs { "from", "to" } do
      local policy_of = item.policy or {}
      if required or policy_of[side] ~= nil then
        local field, message = fields.either(side, side .. "Type")(policy_of)
        if field then return "policy." .. field, message end
      end
    end
    return nil
  end
end

local no_policies = "API 2.0 has only create and get here; use call with its REST paths for policies"

local function example(id, option_value, ends)
  local all = {
    description = "Blocks a sender", fromPart = "both", fromEternal = true, toEternal = false,
    fromDate = "2026-01-15T00:00:00+0000", toDate = "2026-12-31T23:59:59+0000", override = true, bidirectional = false,
    conditions = { sourceIPs = { "192.0.2.0/24" }, hostnames = { "mail.example.net" }, spfDomains = { "example.net" } },
    comment = "asked for by Ann",
  }
  for name, value in pairs(ends) do all[name] = value end
  return { id = id, option = option_value, policy = all }
end

-- Each type of target as sender and as recipient, and the older form.
local function examples(id)
  local kinds = {
    { type = "individual_email_address", email = "bob@example.net" },
    { type = "email_domain", emailDomain = "example.net" },
    { type = "profile_group", groupId = fields.sample_id },
    { type = "header_display_name", headerDisplayName = "Bob" },
    { type = "address_attribute_value", attribute = { id = "eNoVzkkOgjAU", name = "team", value = "sales" } },
  }
  local list = {}
  for i, kind in ipairs(kinds) do
    list[i] = example(id, "block_sender", { from = kind, to = kinds[i % #kinds + 1] })
  end
  list[#list + 1] = example(id, "no_action",
    { fromType = "email_domain", fromValue = "example.net", toType = "email_domain", toValue = "example.com" })
  return list
end

return family.of { product = "Policy Management" } {
  -- Whether a second call for the same pair has the same response is not documented.
  permit_or_block_sender = {
    path = "/api/managedsender/permit-or-block-sender",
    summary = "Permit or block a sender for a recipient.",
    product = "Email Security Cloud Gateway",
    permission = "Gateway | Managed Senders | Edit",
    writes = true,
    idempotent = false,
    batch = 100,
    batchName = "permit_or_block_senders",
    keys = { "sender", "to" },
    source = "DOC2, FIXTURE",
    input = {
      { name = "sender", type = "email", required = true, text = "address of the sender" },
      { name = "to", type = "email", required = true, text = "address of the recipient" },
      { name = "action", type = "enum", values = { "permit", "block" }, required = true,
        text = "permit: no spam checks; block: reject the mail" },
    },
    output = {
      fields.id "the entry's id",
      { name = "sender", type = "email", text = "address of the sender" },
      { name = "to", type = "email", text = "address of the recipient" },
      { name = "type", label = "Type", type = "text", text = "Permit or Block" },
    },
    example = { sender = "bob@example.net", to = "ann@example.com", action = "block" },
  },

  create_blocked_sender_policy = {
    path = "/api/policy/blockedsenders/create-policy",
    summary = "Create a policy that blocks senders, or an exception.",
    permission = edit,
    writes = true,
    idempotent = false,
    source = "DOC, FIXTURE",
    input = { option { required = true }, policy "create" },
    output = output(),
    check = sides(true),
    examples = examples(),
  },

  get_blocked_sender_policy = {
    path = "/api/policy/blockedsenders/get-policy",
    summary = "List the policies that block senders, or one policy.",
    permission = read,
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2, FIXTURE",
    input = { fields.id "only the policy with this id" },
    output = output(),
    example = { id = "eNo1jsEKgjAAQP9lV4O0dGbQ" },
  },

  update_blocked_sender_policy = {
    path = "/api/policy/blockedsenders/update-policy",
    summary = "Change a policy that blocks senders.",
    api = "1.0",
    unavailableReason = no_policies,
    product = "API 1.0 only",
    permission = edit,
    writes = true,
    idempotent = true,
    key = "id",
    source = "FIXTURE",
    input = { by_id(), option(), policy "change" },
    output = output(),
    check = sides(false),
    examples = examples "eNo1jsEKgjAAQP9lV4O0dGbQ",
  },

  -- The policy does not exist any more at a second call.
  delete_blocked_sender_policy = {
    path = "/api/policy/blockedsenders/delete-policy",
    summary = "Delete a policy that blocks senders.",
    api = "1.0",
    unavailableReason = no_policies,
    product = "API 1.0 only",
    permission = edit,
    writes = true,
    idempotent = false,
    key = "id",
    source = "FIXTURE",
    input = { by_id() },
    output = { fields.id "the policy's id" },
    example = { id = "eNo1jsEKgjAAQP9lV4O0dGbQ" },
  },
}
