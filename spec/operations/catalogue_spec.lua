-- All operations: each is complete, names and labels are consistent, and the cards of the workflow connector are there
-- with all their fields.
local json = require "mimecast.json"
local mark_given = require "spec.support.data.input_paths"
local operations = require "mimecast.model.operation"
local registry = require "mimecast.model.registry"

-- Input and output of the cards, under the module's names; a star marks a required field.
local cards = {
  create_user = { "Create user", "/api/user/create-user",
    "email* username password accountCode forcePasswordChange",
    "id email username accountCode forcePasswordChange" },
  read_user = { "Read user", "/api/user/get-profile", "email* showAvatar",
    "username id email role companyName links attributes localPassword changePassword external editable admin "
      .. "accountCode timeZone avatarCode avatarMimeType" },
  update_user = { "Update user", "/api/user/update-user",
    "email* username password passwordNeverExpires forcePasswordChange archiveStartDate allowPop3 allowSmtp accountLocked "
      .. "accountDisabled",
    "email username passwordNeverExpires forcePasswordChange archiveStartDate allowPop3 allowSmtp accountLocked "
      .. "accountDisabled" },
  list_users = { "List users", "/api/user/get-internal-users", "domain",
    "username email domain addressType source alias" },
  find_groups = { "Search profile groups", "/api/directory/find-groups", "query source",
    "id name source parentId userCount folderCount" },
  create_group = { "Create profile group", "/api/directory/create-group", "name* parentId",
    "id name source parentId userCount folderCount" },
  update_group = { "Update profile group", "/api/directory/update-group", "id* name parentId",
    "id name source parentId userCount folderCount" },
  delete_group = { "Delete profile group", "/api/directory/delete-group", "id*", "id status" },
  list_group_members = { "List profile group members", "/api/directory/get-group-members", "id*",
    "username email domain internal type notes" },
  add_group_member = { "Add profile group member", "/api/directory/add-group-member", "id* email domain notes",
    "userId groupId email domainId domain internal" },
  remove_group_member = { "Remove profile group member", "/api/directory/remove-group-member", "id* email domain",
    "userId groupId email domainId domain internal" },
}

-- The labels of the cards' fields.
local labels = {
  email = "Email Address", username = "Username", password = "Password", passwordNeverExpires = "Password Never Expires",
  forcePasswordChange = "Force Password Change", archiveStartDate = "Archive Start Date", allowPop3 = "Allow POP3",
  allowSmtp = "Allow SMTP", accountLocked = "Account Locked", accountDisabled = "Account Disabled",
  accountCode = "Account Code", id = "ID", role = "Role", companyName = "Company Name", links = "Links",
  attributes = "Attributes", phoneNumber = "Phone Number", method = "Method", uri = "URI",
  localPassword = "Local Password", changePassword = "Change Password", external = "External", editable = "Editable",
  admin = "Admin", timeZone = "Time Zone", avatarCode = "Avatar Code", avatarMimeType = "Avatar Mime Type",
  domain = "Domain", addressType = "Address Type", source = "Source", alias = "Alias", query = "Query", name = "Name",
  parentId = "Parent ID", userCount = "User Count", folderCount = "Folder Count", userId = "User ID",
  groupId = "Group ID", domainId = "Domain ID", internal = "Internal", type = "Type", notes = "Notes", status = "Status",
}

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch("%l+") do keywords[word] = true end

-- Every operation, sorted by name.
local all, functions = {}, {}
for _, name in ipairs(registry.names()) do
  local operation, kind = registry.find(name)
  functions[#functions + 1] = { name = name, operation = operation, kind = kind }
  if operation and operation.name == name then all[#all + 1] = operation end
end

local function words(text)
  local list, stars = {}, {}
  for word, star in text:gmatch("([%w]+)(%*?)") do
    list[#list + 1] = word
    if star == "*" then stars[word] = true end
  end
  return list, stars
end

local function names_of(fields)
  local list = {}
  for i, field in ipairs(fields) do list[i] = field.name end
  return list
end

local function sorted(list)
  table.sort(list)
  return list
end

local function field_named(fields, name)
  for _, field in ipairs(fields) do
    if field.name == name then return field end
  end
  return nil
end

-- The fields of an object, or of a list's objects.
local function inner_fields(field)
  return field.fields or (field.item and field.item.fields)
end

-- Calls visit(field, path) for each field and its inner fields.
local function walk(fields, visit, path)
  for _, field in ipairs(fields) do
    local field_path = path .. "." .. field.name
    visit(field, field_path)
    if inner_fields(field) then walk(inner_fields(field), visit, field_path) end
  end
end

local function walk_operation(operation, visit)
  walk(operation.input, visit, operation.name .. " in")
  walk(operation.output, visit, operation.name .. " out")
end

local function examples_of(operation)
  return operation.examples or { operation.example }
end

describe("the catalogue", function()
  it("has each function once and finds it by name", function()
    local seen = {}
    for _, entry in ipairs(functions) do
      assert.is_nil(seen[entry.name], entry.name)
      seen[entry.name] = true
      assert.truthy(entry.operation, entry.name)
      local operation = entry.operation
      local expected = operation.batchName == entry.name and "batch" or operation.paginator == entry.name and "paginator"
        or operation.resultKey and "list" or "item"
      assert.equal(expected, entry.kind, entry.name)
    end
    for _, operation in ipairs(all) do
      for _, name in ipairs { operation.name, operation.batchName or operation.name, operation.paginator or operation.name } do
        assert.is_true(seen[name], name .. " is missing in the families")
      end
    end
  end)

  it("has no key that mimecast.operation does not take", function()
    for _, family in ipairs(registry.families()) do
      if family.name ~= "custom" then
        for name, operation in pairs(assert(loadfile("lua/mimecast/operations/" .. family.name .. ".lua"))()) do
          operation.name = name
          operations.check_keys(operation)
        end
      end
    end
  end)

  it("has each endpoint of the service once", function()
    local seen = {}
    for _, operation in ipairs(all) do
      local endpoint = operation.method .. " " .. operation.path
      assert.is_nil(seen[endpoint], endpoint)
      seen[endpoint] = operation.name
    end
  end)

  it("names functions in snake_case and fields in camelCase, without keywords of Lua", function()
    for _, entry in ipairs(functions) do
      assert.truthy(entry.name:find "^%l[%l%d]*_?[%l%d_]*$", entry.name)
      assert.is_nil(keywords[entry.name], entry.name)
    end
    for _, operation in ipairs(all) do
      walk_operation(operation, function(field, path)
        assert.truthy(field.name:find "^%l[%a%d]*$", path)
        assert.is_nil(keywords[field.name], path)
      end)
    end
  end)
end)

describe("every operation", function()
  for _, operation in ipairs(all) do
    it(operation.name .. " is complete", function()
      assert.truthy(operation.summary and operation.summary:find "^%u.*%.$", "the summary is a sentence")
      for _, name in ipairs { "product", "permission", "source" } do
        assert.truthy(type(operation[name]) == "string" and operation[name] ~= "", name)
      end
      assert.equal("boolean", type(operation.writes), "writes")
      assert.equal("boolean", type(operation.idempotent), "idempotent")
      assert.is_true(operation.idempotent or operation.writes, "a read is idempotent")
      assert.is_true(operation.batch >= 1 and operation.batch <= 500)
      assert.truthy(operation.path:find "^/[%w%-_/{}]+$", "path")
      if operation.note then assert.truthy(operation.note:find "%.$", "the note ends with a full stop") end
    end)

    it(operation.name .. " explains each field", function()
      walk_operation(operation, function(field, path)
        assert.truthy(type(field.text) == "string" and #field.text > 1, path .. " has no text")
        assert.is_nil(field.text:find "[%.%s]$", path .. ": a clause, without a full stop")
        if field.type == "enum" then assert.is_true(#field.values > 0, path) end
        if field.type == "list" then assert.equal("table", type(field.item), path) end
      end)
      walk(operation.output, function(field, path)
        assert.falsy(field.required, path .. ": an output field is never required")
        assert.is_nil(field.location, path .. ": an output field has no location")
      end, operation.name)
    end)

    it(operation.name .. " says why one generation lacks it", function()
      assert.equal(operation.api ~= nil, operation.unavailableReason ~= nil)
      if operation.api then assert.truthy(operation.api == "1.0" or operation.api == "2.0") end
      assert.equal(operation.path:find "^/api/" == nil, operation.protocol == "rest")
      if operation.protocol == "rest" then
        assert.equal("2.0", operation.api)
      else
        assert.equal("POST", operation.method)
      end
    end)

    it(operation.name .. " has a location for each field", function()
      local in_path = {}
      for wire in operation.path:gmatch "{([^}]*)}" do in_path[wire] = true end
      for _, field in ipairs(operation.input) do
        if field.location == "path" then
          assert.is_true(in_path[field.wire or field.name], field.name .. " is not in the path")
          assert.is_true(field.required, field.name .. " of a path is required")
          in_path[field.wire or field.name] = nil
        elseif field.location then
          assert.truthy(operation.protocol == "upload" and (field.location == "header" or field.location == "body")
            or operation.protocol == "rest" and field.location == "query", field.name)
        end
      end
      assert.is_nil(next(in_path), "a name in the path without a field")
    end)

    it(operation.name .. " has key fields for its items", function()
      assert.is_nil(operation.key and operation.keys, "key or keys")
      if operation.key then
        local field = assert(field_named(operation.input, operation.key), "key is not a field")
        assert.is_true(field.required, "key is required")
        assert.truthy(field.type == "text" or field.type == "email")
      end
      for _, name in ipairs(operation.keys or {}) do assert(field_named(operation.input, name), name) end
      if operation.batchName then assert.truthy(operation.key or operation.keys, "a batch needs keys") end
      if operation.batchName then assert.is_nil(operation.resultKey) end
    end)

    it(operation.name .. " has valid examples with all of its fields", function()
      local given = {}
      assert.truthy(examples_of(operation)[1])
      for i, example in ipairs(examples_of(operation)) do
        local item, problems = operation.input_schema:encode(example)
        assert.same(nil, problems, "example " .. i)
        if operation.check then assert.same({ n = 1 }, { n = select("#", operation.check(item)), operation.check(item) }) end
        mark_given(operation.input, example, operation.name, given)
        assert.truthy(json.encode(item):find "^{")
      end
      walk(operation.input, function(_, path) assert.is_true(given[path], path .. " is in no example") end, operation.name)
    end)

    it(operation.name .. " has examples without real addresses", function()
      for _, example in ipairs(examples_of(operation)) do
        for domain in (json.encode(example)):gmatch "@([%w%.%-]+)" do
          assert.truthy(domain:find "example%.%a+$", domain)
        end
      end
    end)
  end
end)

describe("labels", function()
  it("are those of the cards, and the same everywhere", function()
    for _, operation in ipairs(all) do
      walk_operation(operation, function(field, path)
        if field.label then assert.equal(labels[field.name], field.label, path) end
      end)
    end
  end)

  it("are on every field of a card", function()
    local unlabelled = { showAvatar = true }
    for name in pairs(cards) do
      walk_operation(registry.find(name), function(field, path)
        if not unlabelled[field.name] then assert.truthy(field.label, path) end
      end)
    end
  end)
end)

describe("the card", function()
  for name, card in pairs(cards) do
    it(card[1] .. " is " .. name .. ", with all its fields", function()
      local operation = registry.find(name)
      assert.equal(card[1], operation.card)
      assert.equal(card[2], operation.path)
      local inputs, required = words(card[3])
      assert.same(sorted(inputs), sorted(names_of(operation.input)))
      for _, field in ipairs(operation.input) do
        assert.equal(required[field.name] or false, field.required or false, field.name)
      end
      assert.same(sorted((words(card[4]))), sorted(names_of(operation.output)))
    end)
  end

  it("of an operation is one of these cards", function()
    for _, operation in ipairs(all) do
      assert.equal(cards[operation.name] and cards[operation.name][1], operation.card, operation.name)
    end
  end)
end)

describe("update_user", function()
  it("has the wire names of the documentation", function()
    local operation = registry.find "update_user"
    local wires = {
      email = "emailAddress", username = "name", password = "password", passwordNeverExpires = "passwordNeverExpires",
      forcePasswordChange = "forcePasswordChange", archiveStartDate = "archiveStartDate", allowPop3 = "allowPop",
      allowSmtp = "allowSmtp", accountDisabled = "accountDisabled", accountLocked = "accountLocked",
    }
    for _, field in ipairs(operation.input) do assert.equal(wires[field.name], field.wire or field.name) end
    assert.equal(5, operation.batch)
  end)

  it("sends its ten fields under the documentation's names", function()
    local operation = registry.find "update_user"
    local item = assert(operation.input_schema:encode(operation.example))
    local count = 0
    for _ in pairs(item) do count = count + 1 end
    assert.equal(10, count)
    assert.equal(false, item.allowPop)
  end)
end)

describe("output fields", function()
  it("are complete if several come from one helper", function()
    for name, count in pairs { get_import_status = 11, list_managed_urls = 12, create_managed_url = 12,
      get_account = 31, permit_or_block_sender = 4 } do
      assert.equal(count, #registry.find(name).output, name)
    end
  end)
end)

describe("rules between fields", function()
  local function check(name, input)
    local operation = registry.find(name)
    return operation.check(assert(operation.input_schema:encode(input)))
  end

  it("accept a member by address or by domain, not by both", function()
    for _, name in ipairs { "add_group_member", "remove_group_member" } do
      assert.equal("email", (check(name, { id = "1" })))
      assert.equal("email", (check(name, { id = "1", email = "a@example.com", domain = "example.com" })))
      assert.is_nil(check(name, { id = "1", domain = "example.com" }))
    end
    assert.equal("members[2].email", (check("add_cloud_group_members", {
      id = "1", members = { { email = "a@example.com" }, { notes = "neither" } },
    })))
  end)

  it("accept an attribute by id or by name", function()
    assert.equal("attributes[1].id", (check("update_attributes", {
      email = "a@example.com", attributes = { { value = 1 } },
    })))
  end)

  it("require a Message-ID or search terms for messages", function()
    assert.equal("messageId", (check("find_messages", { searchReason = "why" })))
    assert.equal("messageId", (check("find_messages", { messageId = "<1@example.com>", options = { url = "x" } })))
    assert.equal("options", (check("find_messages", { options = { route = { "inbound" } } })))
    assert.is_nil(check("find_messages", { options = { url = "x" } }))
  end)

  it("require a query with the field to search, and a line break at the end of a file", function()
    assert.equal("query", (check("list_impersonation_logs", { searchField = "subject" })))
    assert.is_nil(check("list_impersonation_logs", { query = "offer" }))
    assert.equal("csv", (check("import_users", { csv = "email\r\na@example.com", fileType = "csv" })))
  end)

  it("accept sender and recipient of a policy in one form each", function()
    local everyone = { type = "everyone" }
    assert.equal("policy.from", (check("create_blocked_sender_policy", {
      option = "block_sender", policy = { description = "d", to = everyone },
    })))
    assert.equal("policy.to", (check("create_blocked_sender_policy", {
      option = "block_sender", policy = { description = "d", from = everyone, to = everyone, toType = "everyone" },
    })))
    assert.is_nil(check("update_blocked_sender_policy", { id = "1", option = "no_action" }))
  end)
end)
