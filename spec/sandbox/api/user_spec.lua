local bare_client = require "spec.support.http.bare_client"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read

describe("sandbox update-user", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new()
    call = bare_client.new(tenant)
  end)

  local function rejected(item, code, field)
    local body = read(call:v2('{"data":[' .. item .. "]}"))
    assert.equal(0, #body.data)
    assert.equal(code, body.fail[1].errors[1].code)
    assert.equal(field, body.fail[1].errors[1].field)
    return body.fail[1]
  end

  it("returns all settings in the service's order", function()
    local response = call:v2('{"data":[{"emailAddress":"ann@example.com","accountDisabled":true}]}')
    assert.equal(200, response.status)
    assert.equal('{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com","name":"Ann Example",'
      .. '"forcePasswordChange":false,"passwordNeverExpires":false,"accountLocked":false,"accountDisabled":true,'
      .. '"allowSmtp":false,"allowPop":false}],"fail":[]}', response.body)
  end)

  it("changes only the given settings", function()
    call:v2('{"data":[{"emailAddress":"bob@example.com","allowPop":true,"name":"Robert"}]}')
    call:v2('{"data":[{"emailAddress":"bob@example.com","allowPop":false}]}')
    local bob = tenant:user("bob@example.com")
    assert.equal("Robert", bob.name)
    assert.is_false(bob.allowPop)
    assert.equal(2, tenant:applied("bob@example.com"))
  end)

  it("treats an item with the address only as a read, and does not count it", function()
    local body = read(call:v2('{"data":[{"emailAddress":"ann@example.com"}]}'))
    assert.equal("Ann Example", body.data[1].name)
    assert.equal(0, tenant:applied("ann@example.com"))
    assert.equal(0, tenant:applied())
  end)

  it("counts a duplicate change", function()
    for _ = 1, 2 do call:v2('{"data":[{"emailAddress":"ann@example.com","allowSmtp":true}]}') end
    assert.equal(2, tenant:applied("ANN@example.com"))
  end)

  it("accepts addresses in any case and returns the stored form", function()
    local body = read(call:v2('{"data":[{"emailAddress":"ANN@Example.COM","allowPop":true}]}'))
    assert.equal("ann@example.com", body.data[1].emailAddress)
    assert.is_true(tenant:user("Ann@Example.com").allowPop)
  end)

  it("fails some items and changes others in one HTTP 200, with the item of each failure", function()
    local response = call:v2('{"data":[{"emailAddress":"nobody@example.com","allowPop":true},'
      .. '{"emailAddress":"ann@example.com","allowPop":true},{"allowPop":true}]}')
    local body = read(response)
    assert.equal(200, response.status)
    assert.equal("ann@example.com", body.data[1].emailAddress)
    assert.equal("nobody@example.com", body.fail[1].key.emailAddress)
    assert.equal("0003 Forbidden To Perform Operation For Address", body.fail[1].errors[1].message)
    assert.same({ allowPop = true }, body.fail[2].key)
    assert.equal("err_validation_null", body.fail[2].errors[1].code)
    assert.equal(1, tenant:applied())
  end)

  it("rejects an invalid address with the code of its error", function()
    rejected('{"name":"X"}', "err_validation_null", "emailAddress")
    rejected('{"emailAddress":null}', "err_validation_null", "emailAddress")
    rejected('{"emailAddress":" "}', "err_validation_blank", "emailAddress")
    rejected('{"emailAddress":"ann"}', "err_validation_invalid_email_address", "emailAddress")
    rejected('{"emailAddress":"ann@@example.com"}', "err_validation_invalid_email_address", "emailAddress")
    rejected('{"emailAddress":"nobody@example.com"}', "err_xdk_operation_forbidden_for_address")
  end)

  it("returns a failed item's key in the documented order, without unknown fields", function()
    local response = call:v2('{"data":[{"shoeSize":9,"name":"N<\'","emailAddress":"nobody@example.com",'
      .. '"password":"pw","accountLocked":"False"}]}')
    assert.truthy(response.body:find('"fail":[{"key":{"emailAddress":"nobody@example.com","password":"pw",'
      .. '"accountLocked":false,"name":"N\\u003c\\u0027"},"errors":[{"code":', 1, true))
  end)

  it("never returns a password", function()
    local response = call:v2('{"data":[{"emailAddress":"ann@example.com","password":"s3cret-pw"}]}')
    assert.is_nil(response.body:find("s3cret", 1, true))
    assert.equal("s3cret-pw", tenant:user("ann@example.com").password)
  end)

  it("rejects a password for a locked account unless the same call unlocks it", function()
    rejected('{"emailAddress":"carol@example.com","password":"pw"}', "err_user_account_locked", "password")
    assert.is_nil(tenant:user("carol@example.com").password)
    local body = read(call:v2('{"data":[{"emailAddress":"carol@example.com","password":"pw","accountLocked":false}]}'))
    assert.is_false(body.data[1].accountLocked)
    assert.equal("pw", tenant:user("carol@example.com").password)
  end)

  it("stores an archive start date as +0000 and returns it from then on", function()
    call:v2('{"data":[{"emailAddress":"ann@example.com","archiveStartDate":"2015-11-16T00:30:00+0100"}]}')
    local body = read(call:v2('{"data":[{"emailAddress":"ann@example.com"}]}'))
    assert.equal("2015-11-15T23:30:00+0000", body.data[1].archiveStartDate)
  end)

  it("rejects a date with a trailing Z without the option acceptZulu", function()
    local item = '{"emailAddress":"ann@example.com","archiveStartDate":"2015-11-16T14:49:18Z"}'
    rejected(item, "err_validation_invalid_date", "archiveStartDate")
    tenant = sandbox.new{ acceptZulu = true }
    local body = read(bare_client.new(tenant):v2('{"data":[' .. item .. "]}"))
    assert.equal("2015-11-16T14:49:18+0000", body.data[1].archiveStartDate)
  end)

  it("accepts flags as the strings true and false only", function()
    call:v2('{"data":[{"emailAddress":"carol@example.com","accountLocked":"False"}]}')
    assert.is_false(tenant:user("carol@example.com").accountLocked)
    local response = call:v2('{"data":[{"emailAddress":"carol@example.com","accountLocked":"no"}]}')
    assert.equal(400, response.status)
    assert.equal("err_deserialise", read(response).fail[1].errors[1].code)
  end)

  it("rejects data null like the service, and applies nothing of a malformed request", function()
    local fail = read(call:v2('{"data":null}')).fail[1]
    assert.equal("err_deserialise", fail.errors[1].code)
    assert.equal("payload contains null objects", fail.errors[1].message)
    for _, body in ipairs{ "{", "[]]", '{"data":{"emailAddress":"ann@example.com"}}', '{"data":["ann@example.com"]}',
      '{"data":[{"emailAddress":"ann@example.com","allowPop":true},7]}', '{"data":[{"emailAddress":1}]}' } do
      assert.equal(400, call:v2(body).status)
    end
    assert.equal(0, tenant:applied())
  end)

  it("accepts at most five items under API 2.0, any number under API 1.0", function()
    local item = '{"emailAddress":"ann@example.com","allowPop":true}'
    local six = '{"data":[' .. (item .. ","):rep(5) .. item .. "]}"
    assert.equal(400, call:v2(six).status)
    assert.equal(0, tenant:applied())
    assert.equal(6, #read(call:v1(six)).data)
  end)

  it("creates the given number of synthetic users", function()
    tenant = sandbox.new{ users = 1000000 }
    call = bare_client.new(tenant)
    local body = read(call:v2('{"data":[{"emailAddress":"user1000000@example.com","allowPop":true},'
      .. '{"emailAddress":"user000042@example.com"},{"emailAddress":"user1000001@example.com"},'
      .. '{"emailAddress":"user000000@example.com"}]}'))
    assert.equal(2, #body.data)
    assert.equal(2, #body.fail)
    assert.is_true(tenant:user("user1000000@example.com").allowPop)
  end)

  it("starts with the users of the option", function()
    tenant = sandbox.new{ users = { { emailAddress = "Zoë@example.org", name = "Zoë", accountDisabled = true } } }
    assert.is_true(tenant:user("zoë@example.org").accountDisabled)
    assert.is_nil(tenant:user("ann@example.com"))
    tenant:add_users{ { emailAddress = "new@example.org" } }
    assert.is_false(tenant:user("new@example.org").allowPop)
    tenant:reset()
    assert.is_nil(tenant:user("new@example.org"))
  end)
end)
