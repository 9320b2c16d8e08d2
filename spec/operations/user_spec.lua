local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"

local operation = registry.find "update_user"
local ann = "ann@example.com"

local function body(input)
  return json.encode(assert(operation.input_schema:encode(input)))
end

local function messages(input)
  local item, problems = operation.input_schema:encode(input)
  assert.is_nil(item)
  local by_field = {}
  for _, problem in ipairs(problems) do by_field[problem.field] = problem.message end
  return by_field
end

describe("update_user", function()
  it("has the nine settings and the key", function()
    local names = {}
    for i, field in ipairs(operation.input) do names[i] = field.name .. "=" .. (field.wire or field.name) end
    assert.equal("email=emailAddress username=name password=password passwordNeverExpires=passwordNeverExpires "
      .. "forcePasswordChange=forcePasswordChange archiveStartDate=archiveStartDate allowPop3=allowPop "
      .. "allowSmtp=allowSmtp accountLocked=accountLocked accountDisabled=accountDisabled", table.concat(names, " "))
    assert.equal(5, operation.batch)
    assert.is_true(operation.idempotent)
  end)

  it("accepts a field once, under one of its names", function()
    assert.truthy(messages { email = ann, allowPop3 = true, allowPop = true })
    local twice = messages { email = ann, ["Email Address"] = ann, allowPop3 = true, ["Allow POP3"] = false }
    local list = {}
    for _, message in pairs(twice) do list[#list + 1] = message end
    table.sort(list)
    local text = table.concat(list, "\n")
    assert.truthy(text:find("Email Address", 1, true) or twice["Email Address"], text)
    assert.truthy(text:find("Allow POP3", 1, true) or twice["Allow POP3"], text)
  end)

  it("accepts a boolean, or true and false as text, and rejects other values", function()
    for _, value in ipairs { true, "true", "TRUE", "True" } do
      assert.equal('{"emailAddress":"ann@example.com","accountDisabled":true}', body { email = ann,
        accountDisabled = value })
    end
    for _, value in ipairs { "False", "false" } do
      assert.equal('{"emailAddress":"ann@example.com","accountDisabled":false}', body { email = ann,
        accountDisabled = value })
    end
    assert.equal('{"emailAddress":"ann@example.com","accountDisabled":false}', body { email = ann,
      accountDisabled = false })
    for _, value in ipairs { 0, 1, "yes", "", "0", {} } do
      assert.truthy(messages { email = ann, accountDisabled = value }.accountDisabled)
    end
  end)

  it("reports all invalid fields at once", function()
    local wrong = messages { username = 7, password = "", allowSmpt = true, archiveStartDate = "2023-02-30T00:00:00Z",
      accountLocked = 1 }
    assert.truthy(wrong.email and wrong.username and wrong.password and wrong.archiveStartDate and wrong.accountLocked)
    assert.truthy(wrong.allowSmpt:find("did you mean allowSmtp?", 1, true))
  end)

  it("does not repeat an invalid value: it could be a misplaced password", function()
    local _, message, err = (clients.new()):update_user { email = "Planted Password",
      accountDisabled = "PlantedPassword",
      archiveStartDate = "PlantedPassword", password = ("Planted"):rep(100) }
    assert.equal("invalid_input", err.code)
    assert.is_nil(message:find("Planted", 1, true))
  end)

  it("accepts a password as a secret, and lengths up to 256", function()
    assert.equal('{"emailAddress":"ann@example.com","password":"PlantedPassword"}',
      body { email = ann, password = mimecast.secret "PlantedPassword" })
    assert.truthy(body { email = ann, password = ("é"):rep(256), username = ("x"):rep(256) })
    local wrong = messages { email = ann, password = ("x"):rep(257), username = ("x"):rep(257) }
    assert.truthy(wrong.password and wrong.username)
  end)

  it("keeps an output field without a definition under its wire name", function()
    local out = operation.output_schema:decode { emailAddress = ann, allowPop = true, newThing = 7, other = json.null }
    assert.same({ email = ann, allowPop3 = true, newThing = 7 }, out)
  end)

  it("returns all settings, and the date after it was set", function()
    local client, tenant = clients.new()
    local user = assert(client:update_user { email = "ANN@example.com" })
    assert.same({ email = ann, username = "Ann Example", passwordNeverExpires = false, forcePasswordChange = false,
      allowPop3 = false, allowSmtp = false, accountLocked = false, accountDisabled = false }, user)
    assert.equal(0, tenant:applied())
    user = assert(client:update_user { email = ann, archiveStartDate = "2015-11-16T15:49:18+01:00" })
    assert.equal("2015-11-16T14:49:18+0000", user.archiveStartDate)
    assert.equal(1, tenant:applied(ann))
  end)
end)

describe("the hint about a locked account", function()
  local function hint_for(item, err)
    err.category, err.serviceCode = err.category or "service", err.serviceCode or "err_of_the_service"
    operation.add_hint(item, err)
    return err.hint
  end

  it("comes with a rejected password", function()
    assert.truthy(hint_for({ password = "x" }, {}):find("accountLocked = false", 1, true))
  end)

  it("does not come for another reason or beside another hint", function()
    assert.is_nil(hint_for({ username = "x" }, {}))
    assert.is_nil(hint_for({ password = "x", accountLocked = false }, {}))
    assert.is_nil(hint_for({ password = "x" }, { category = "transport" }))
    local unavailable = { category = "service", code = "unavailable" }
    operation.add_hint({ password = "x" }, unavailable)
    assert.is_nil(unavailable.hint)
    assert.equal("other", hint_for({ password = "x" }, { hint = "other" }))
  end)
end)
