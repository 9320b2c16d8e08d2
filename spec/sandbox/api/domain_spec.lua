local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read

describe("sandbox domains", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new{ rateLimit = false, clock = function() return 1700000000 end }
    call = bare_client.new(tenant)
  end)

  local function ask(name, item)
    return call:v2('{"data":[' .. (item and json.encode(item) or "") .. "]}", "/api/domain/" .. name)
  end

  local function code(response)
    return read(response).fail[1].errors[1].code
  end

  it("are listed all or by name, pending domains separately", function()
    local response = ask("get-internal-domain")
    assert.equal(2, #read(response).data)
    assert.truthy(response.body:find(
      '","domain":"example.com","sendOnly":false,"local":false,"inboundType":"known"}', 1, true))
    assert.equal("example.org", read(ask("get-internal-domain", { domain = "Example.org" })).data[1].domain)
    assert.equal("err_domain_not_found", code(ask("get-internal-domain", { domain = "pending.example.net" })))
    assert.equal("pending.example.net", read(ask("get-pending-domain")).data[1].domain)
  end)

  it("are registered with a token for a month, verified, and then have their two addresses", function()
    local made = read(ask("create-domain", { domain = "New.example", inboundType = "any" })).data[1]
    assert.equal("2023-11-14T22:13:20+0000", made.created)
    assert.equal("2023-12-14T22:13:20+0000", made.expiry)
    assert.is_true(#made.token > 20)
    assert.is_true(tenant:domain("new.example").pending)
    assert.equal("pending", read(ask("get-provision-status", { domain = "new.example" })).data[1].status)
    assert.equal("err_domain_already_exists", code(ask("create-domain", { domain = "new.example" })))
    assert.equal("new.example", read(ask("verify-domain", { domain = "new.example" })).data[1].domain)
    assert.is_false(tenant:domain("new.example").pending)
    assert.equal("any", tenant:domain("new.example").inboundType)
    assert.equal("Domain postMaster address", tenant:user("postmaster@new.example").name)
    local created = call:v2('{"data":[{"emailAddress":"ann@new.example"}]}', "/api/user/create-user")
    assert.equal(1, #read(created).data)
    assert.equal(2, tenant:applied("new.example"))
  end)

  it("cannot be verified after they expire, but can be extended", function()
    tenant:advance(30 * 86400)
    assert.equal("err_domain_token_expired", code(ask("verify-domain", { domain = "pending.example.net" })))
    local token = read(ask("get-verification-code", { domain = "pending.example.net" })).data[1].token
    assert.equal(tenant:domain("pending.example.net").token, token)
    assert.equal(1, #read(ask("verify-domain", { domain = "pending.example.net" })).data)
    assert.equal("err_domain_not_found", code(ask("verify-domain", { domain = "pending.example.net" })))
  end)

  it("below an internal domain need no token", function()
    local made = read(ask("create-domain", { domain = "mail.example.com" })).data[1]
    assert.is_nil(made.token)
    assert.is_false(tenant:domain("mail.example.com").pending)
  end)

  it("are deleted while pending, by name and id", function()
    local pending_one = read(ask("get-pending-domain")).data[1]
    local other = read(ask("create-domain", { domain = "new.example" })).data[1]
    assert.equal("err_domain_not_found",
      code(ask("delete-pending-domain", { domain = "new.example", id = pending_one.id })))
    assert.equal(0, #read(ask("delete-pending-domain", { domain = "new.example", id = other.id })).fail)
    assert.is_nil(tenant:domain("new.example"))
  end)

  it("are rejected if the name is invalid", function()
    for _, name in ipairs{ "ann@example.com", "example", "-", "exa mple.com", "example.com." } do
      assert.equal("err_validation_invalid_domain", code(ask("create-domain", { domain = name })))
    end
    assert.equal("err_validation_invalid_value",
      code(ask("create-domain", { domain = "new.example", inboundType = "sometimes" })))
  end)

  it("are created with the users of the option", function()
    tenant = sandbox.new{ users = { { emailAddress = "zoe@example.edu" } } }
    assert.is_false(tenant:domain("example.edu").pending)
    assert.is_nil(tenant:domain("example.net"))
  end)
end)
