local clients = require "spec.support.fakes.clients"

local update = "/api/user/update-user"

local function unexpected(path, data, method)
  local client, tenant = clients.new "2.0"
  client:call { path = path, method = method, [method == "PATCH" and "body" or "data"] = data }
  local requests = tenant:requests()
  return requests[#requests].unexpected
end

describe("sandbox conformance report", function()
  it("reports a misspelt field, which the service ignores", function()
    assert.same({ "data[1].allowPop3 is not a field", "data[2].emailAddress is missing" },
      unexpected(update, { { emailAddress = "ann@example.com", allowPop3 = true }, { name = "Bob" } }))
  end)

  it("reports a wrong type, also inside lists and objects", function()
    assert.same({ "data[1].name is a number, not text" },
      unexpected(update, { { emailAddress = "ann@example.com", name = 7 } }))
    local problems = unexpected("/api/user/update-attributes",
      { { emailAddress = "ann@example.com", attributes = { { idd = "x", value = 1 } } } })
    assert.truthy(table.concat(problems, "\n"):find("data[1].attributes[1].idd is not a field", 1, true))
  end)

  it("covers resources with ids in their paths", function()
    assert.same({ "inboundTyp is not a field", "inboundType is missing" },
      unexpected("/domain/cloud-gateway/v1/internal-domains/some-id", { inboundTyp = "any" }, "PATCH"))
  end)

  it("reports nothing for the module's requests and for paths without an operation", function()
    local client, tenant = clients.new "2.0"
    client:update_user { email = "ann@example.com", accountDisabled = true, archiveStartDate = 1768464000 }
    client:list_users { domain = "example.com" }
    client:call { path = "/api/no/such", data = { { x = 1 } } }
    for _, request in ipairs(tenant:requests()) do assert.same({}, request.unexpected) end
  end)
end)
