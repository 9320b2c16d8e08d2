--- Fields that several operations share, with the same name, label and definition everywhere.
local fields = {}

fields.sample_id = "eNoVzrsKwjAUANB_uasV" -- for examples; ids are base64url

-- Makes a function that makes the field, with the changes that an operation needs.
local function maker(base)
  return function(more)
    local field = {}
    for key, value in pairs(base) do field[key] = value end
    for key, value in pairs(more or {}) do field[key] = value end
    return field
  end
end

-- ---- plain fields ----

--- A field whose wire name is its name, without a label.
---@param name string
---@param text string
---@return table field
function fields.text(name, text) return { name = name, type = "text", text = text } end

function fields.boolean(name, text) return { name = name, type = "boolean", text = text } end

function fields.integer(name, text) return { name = name, type = "integer", text = text } end

function fields.datetime(name, text) return { name = name, type = "datetime", text = text } end

-- ---- users ----

fields.email = maker { name = "email", wire = "emailAddress", label = "Email Address", type = "email",
  text = "the user's address" }
fields.username = maker { name = "username", wire = "name", label = "Username", type = "text", text = "display name" }
fields.accountCode = maker { name = "accountCode", label = "Account Code", type = "text",
  text = "code of the Mimecast account that the user belongs to" }
fields.addressType = maker { name = "addressType", label = "Address Type", type = "text",
  text = "origin of the address, such as created_manually, created_by_email or created_by_ldap_sync" }
fields.isAlias = maker { name = "alias", label = "Alias", type = "boolean", text = "the address is an alias" }
fields.internal = maker { name = "internal", label = "Internal", type = "boolean",
  text = "the address belongs to an internal domain" }
fields.source = maker { name = "source", label = "Source", type = "text", text = "origin of the entry: cloud or ldap" }
fields.roleName = maker { name = "roleName", type = "text", text = "the role's name" }

-- ---- groups ----

--- An id field.
---@param text string
---@param more? table
---@return table field
function fields.id(text, more)
  local field = { name = "id", label = "ID", type = "text", id = true, text = text }
  for key, value in pairs(more or {}) do field[key] = value end
  return field
end

fields.groupName = maker { name = "name", wire = "description", label = "Name", type = "text", text = "the group's name" }
fields.parentId = maker { name = "parentId", label = "Parent ID", type = "text", group = true, text = "id of the parent group" }
fields.groupId = maker { name = "groupId", label = "Group ID", type = "text", group = true, text = "id of the group" }
fields.userCount = maker { name = "userCount", label = "User Count", type = "integer", text = "number of members" }
fields.folderCount = maker { name = "folderCount", label = "Folder Count", type = "integer",
  text = "number of groups directly below it" }
fields.notes = maker { name = "notes", label = "Notes", type = "text", text = "notes on the member" }
fields.memberType = maker { name = "type", label = "Type", type = "text",
  text = "origin of the address, such as created_manually, created_by_email or contact_from_ldap" }
fields.groupQuery = maker { name = "query", label = "Query", type = "text", text = "part of the group's name" }
fields.groupSource = maker { name = "source", label = "Source", type = "enum", values = { "cloud", "ldap" },
  text = "only groups of this origin: cloud or ldap" }

-- ---- domains ----

fields.domain = maker { name = "domain", label = "Domain", type = "text", min = 1, max = 253,
  text = "the domain's name, without @" }
-- `local` is a keyword of Lua.
fields.isLocal = maker { name = "isLocal", wire = "local", type = "boolean", text = "the domain is local" }
fields.sendOnly = maker { name = "sendOnly", type = "boolean", text = "the domain only sends" }
fields.token = maker { name = "token", type = "text", text = "verification code for a TXT record of the domain" }
fields.created = maker { name = "created", type = "datetime", text = "time of creation" }
fields.expiry = maker { name = "expiry", type = "datetime", text = "expiry of the verification code" }

local inbound_text = "check of recipients: any (accept any address), smtp (call forward), ldap (LDAP users only), "
  .. "known (known recipients only)"
fields.inboundType = maker { name = "inboundType", type = "text", text = inbound_text }
fields.inboundChoice = maker { name = "inboundType", type = "enum", values = { "any", "smtp", "ldap", "known" },
  text = inbound_text }

-- ---- output of the legacy families and of the REST families ----

--- The output fields of a profile group.
---@param count_wire? string wire name of folderCount
---@return table[] fields
function fields.group(count_wire)
  return { fields.id "the group's id", fields.groupName(), fields.source(), fields.parentId(), fields.userCount(),
    fields.folderCount { wire = count_wire } }
end

--- The output fields of a group member in a list.
---@param notes_wire? string wire name of notes
---@return table[] fields
function fields.groupMember(notes_wire)
  return { fields.username(), fields.email { text = "the member's address; no address if the member is a domain" },
    fields.domain { text = "a domain as member, or the domain of the address" }, fields.internal(), fields.memberType(),
    fields.notes { wire = notes_wire } }
end

--- The output fields of a domain that is not verified yet.
---@param created_wire? string
---@param expiry_wire? string
---@return table[] fields
function fields.pendingDomain(created_wire, expiry_wire)
  return { fields.id "id of the pending domain", fields.domain(), fields.token(), fields.created { wire = created_wire },
    fields.expiry { wire = expiry_wire } }
end

-- ---- messages and logs ----

-- The API calls a period's ends start and end, from and to, or startDateTime and endDateTime; `end` is a
-- keyword of Lua.
fields.start = maker { name = "start", type = "datetime", text = "start of the period" }
fields.finish = maker { name = "finish", wire = "end", type = "datetime", text = "end of the period" }
fields.oldestFirst = maker { name = "oldestFirst", type = "boolean",
  text = "true: oldest first; false (default): newest first" }
fields.subject = maker { name = "subject", type = "text", text = "the message's subject" }
fields.route = maker { name = "route", type = "text", text = "direction of the message: inbound, outbound or internal" }
fields.messageId = maker { name = "messageId", type = "text", text = "Message-ID from the mail's header" }

--- A sender or recipient of a message.
---@param name string
---@param text string
---@return table field
function fields.person(name, text)
  return { name = name, type = "object", text = text, fields = {
    { name = "email", wire = "emailAddress", label = "Email Address", type = "email", text = "address" },
    { name = "displayableName", type = "text", text = "display name" },
  } }
end

--- A search for a text in a field of messages.
---@param names? string[] the fields, if they are documented
---@return table field
function fields.searchBy(names)
  return { name = "searchBy", type = "object", text = "only messages with a text in a field", fields = {
    { name = "fieldName", type = names and "enum" or "text", required = true, text = "the field", values = names },
    { name = "value", type = "text", required = true, text = "the text" },
  } }
end

--- Filters of messages: by direction, and by further fields.
---@param more? table[] further fields of a filter
---@return table field
function fields.filterBy(more)
  local parts = { { name = "route", type = "enum", values = { "all", "internal", "outbound", "inbound", "external" },
    text = "direction of the message" } }
  for _, field in ipairs(more or {}) do parts[#parts + 1] = field end
  return { name = "filterBy", type = "list", text = "only messages that match these filters",
    item = { type = "object", fields = parts } }
end

-- ---- rules between fields ----

--- A rule: the input has exactly one of two fields.
---@param first string
---@param second string
---@param first_wire? string
---@param second_wire? string
---@return fun(item: table): string?, string?
function fields.either(first, second, first_wire, second_wire)
  first_wire, second_wire = first_wire or first, second_wire or second
  return function(item)
    if item[first_wire] == nil and item[second_wire] == nil then return first, ("is required, or %s"):format(second) end
    if item[first_wire] ~= nil and item[second_wire] ~= nil then
      return first, ("and %s exclude each other; give one of them"):format(second)
    end
    return nil
  end
end

fields.emailOrDomain = fields.either("email", "domain", "emailAddress", "domain")

return fields
