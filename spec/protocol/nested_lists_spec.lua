-- Lists that some functions nest in an object of data[]. Clients of the service have seen both forms, so both are read.
local clients = require "spec.support.fakes.clients"
local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local operations = require "mimecast.model.operation"
local registry = require "mimecast.model.registry"

-- Function, name of the list, and the wire name and Lua name of a field of its rows.
local lists = {
  { "find_delegate_users", "delegateUsers", "emailAddress", "email" },
  { "get_aliases", "aliases", "alias", "alias" },
  { "get_most_used_contacts", "contacts", "emailAddress", "emailAddress" },
  { "list_audit_categories", "categories", "code", "code" },
  { "find_processing_messages", "messages", "subject", "subject" },
}

for _, list in ipairs(lists) do
  local name, nested, wire, field = list[1], list[2], list[3], list[4]

  describe(name, function()
    local operation = registry.find(name)

    local function decode(data)
      local outcomes, err = envelope.decode({ status = 200, headers = {}, body = '{"data":' .. data .. ',"fail":[]}' },
        decode_context.new(operation, { {} }))
      assert.is_nil(err)
      if errors.is(outcomes[1]) then return nil, outcomes[1] end
      return outcomes[1]
    end

    local function row(value) return ('{"id":"x","%s":"%s@example.com"}'):format(wire, value) end

    local function values(rows)
      local found = {}
      for i, one in ipairs(rows) do found[i] = one[field] end
      return found
    end

    it("reads a nested list and a flat list alike", function()
      local both = { "a@example.com", "b@example.com" }
      assert.same(both, values(decode(('[{"%s":[%s,%s]}]'):format(nested, row "a", row "b"))))
      assert.same(both, values(decode(("[%s,%s]"):format(row "a", row "b"))))
      assert.same(both, values(decode(('[{"%s":[%s]},{"%s":[%s]}]'):format(nested, row "a", nested, row "b"))))
    end)

    it("returns no rows if the list is empty or null", function()
      for _, data in ipairs { "[]", '[{"%s":[]}]', '[{"%s":null}]' } do assert.same({}, decode(data:format(nested))) end
    end)

    it("reports the name of a nested value that is not a list", function()
      local rows, err = decode(('[{"%s":{"id":"x"}}]'):format(nested))
      assert.is_nil(rows)
      assert.same({ "protocol", "wrong_shape" }, { err.category, err.code })
      assert.truthy(err.message:find(nested .. " is not a list in the response", 1, true))
    end)
  end)
end

it("remove_delegate_user accepts the id that find_delegate_users returns", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    local client = clients.new(generation)
    assert(client:add_delegate_user { primaryAddress = "ann@example.com", delegateAddress = "bob@example.com" })
    local rights = assert(client:find_delegate_users { primaryAddress = "ann@example.com" })
    assert.same({ 1, "bob@example.com", "Bob Example", "ADCON" },
      { #rights, rights[1].email, rights[1].username, rights[1].source })
    assert.equal(0, #assert(client:find_delegate_users { primaryAddress = "bob@example.com" }))
    assert(client:remove_delegate_user { id = rights[1].id })
    assert.equal(0, #assert(client:find_delegate_users { primaryAddress = "ann@example.com" }))
  end
end)

it("operation.define: nested requires resultKey = true and the envelope protocol", function()
  for _, wrong in ipairs { { resultKey = "list" }, {}, { resultKey = true, protocol = "rest" } } do
    local operation = { name = "x", path = "/x", nested = "list", resultKey = wrong.resultKey,
      protocol = wrong.protocol }
    local ok, message = pcall(operations.define, operation)
    assert.is_false(ok)
    assert.truthy(tostring(message):find("nested needs resultKey = true", 1, true))
  end
end)
