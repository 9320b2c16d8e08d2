local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local null = require "cjson".null

local object_mt, array_mt = { order = {} }, {}

local function shape_of(definition)
  definition.name, definition.wire = "f", "f"
  return core.schema({ definition }, object_mt, array_mt)
end

-- Returns the wire value; or nil and the message.
local function encode(definition, value)
  local wire, problems = shape_of(definition):encode{ f = value }
  if wire then return wire.f end
  return nil, problems[1].message
end

local function decode(definition, value)
  local out, problems = shape_of(definition):decode{ f = value }
  if out then return out.f end
  return nil, problems[1].message, problems[1].code
end

local function assert_rejected(fragment, definition, value)
  local wire, message = encode(definition, value)
  assert.is_nil(wire)
  assert.truthy(message:find(fragment, 1, true), message)
end

describe("a text field", function()
  local text = { type = "text" }

  for _, case in ipairs(fixtures.load("utf8").cases) do
    it((case.valid and "accepts " or "rejects ") .. case.why .. " (" .. case.hex .. ")", function()
      local value = fixtures.bytes(case.hex)
      if case.valid then
        assert.equal(value, (encode(text, value)))
      else
        assert_rejected("must be valid UTF-8", text, value)
      end
    end)
  end

  it("rejects NUL, which ends text in other programs", function()
    assert_rejected("must not hold a NUL character", text, "a\0b")
    assert_rejected("must not hold a NUL character", text, "\0")
  end)

  it("keeps white space, line breaks and the empty text", function()
    for _, value in ipairs{ "", " ", " a ", "a\r\nb\t" } do assert.equal(value, (encode(text, value))) end
  end)

  it("counts characters, not bytes, against its bounds", function()
    local bounded = { type = "text", min = 2, max = 4 }
    assert.equal("éé", (encode(bounded, "éé")))
    assert.equal("😀😀😀😀", (encode(bounded, "😀😀😀😀")))
    assert_rejected("must have at least 2 characters, not 1", bounded, "é")
    assert_rejected("must have at most 4 characters, not 5", bounded, "abcde")
  end)

  it("has at most 4096 characters by default", function()
    assert.equal(4096, #encode(text, ("x"):rep(4096)))
    assert_rejected("must have at most 4096 characters, not 4097", text, ("x"):rep(4097))
  end)

  it("reports the type of an invalid value", function()
    assert_rejected("must be text, not the number 5", text, 5)
    assert_rejected("must be text, not the number 1.5", text, 1.5)
    assert_rejected("must be text, not the boolean false", text, false)
    assert_rejected("must be text, not a table", text, {})
    assert_rejected("must be text, not a function", text, print)
    assert_rejected("must be text, not null; leave the field out to keep what is set", text, null)
  end)

  it("does not show an invalid value if it is secret: a number can be a password", function()
    local secret = { type = "text", secret = true }
    for _, value in ipairs { 73519284, 1.5, true, {} } do
      local wire, message = encode(secret, value)
      assert.is_nil(wire)
      assert.equal("must be text or a secret", message)
    end
  end)

  it("writes 1 character in the singular", function()
    assert_rejected("must have at least 1 character, not 0", { type = "text", min = 1 }, "")
  end)

  it("accepts a secret only if the field is secret", function()
    local value = core.secret.new("hunter2")
    assert.equal("hunter2", (encode({ type = "text", secret = true }, value)))
    assert_rejected("must be text, not a userdata", text, value)
  end)

  it("checks the text of a secret, and does not show it", function()
    local bad = core.secret.new("hunter2\255")
    local _, message = encode({ type = "text", secret = true }, bad)
    assert.equal("must be valid UTF-8", message)
    _, message = encode({ type = "text", secret = true, max = 3 }, core.secret.new("hunter2"))
    assert.equal("must have at most 3 characters, not 7", message)
    assert.is_nil((encode({ type = "text", secret = true }, io.stdout)))
  end)
end)

describe("an e-mail field", function()
  local email = { type = "email" }
  local cases = fixtures.load("email")

  for _, address in ipairs(cases.valid) do
    it("accepts " .. address:sub(1, 60), function() assert.equal(address, (encode(email, address))) end)
  end

  for _, case in ipairs(cases.invalid) do
    it("rejects " .. case.why, function() assert_rejected(case.message, email, case.email) end)
  end

  for _, case in ipairs(cases.invalidBytes) do
    it("rejects the bytes " .. case.hex, function() assert_rejected(case.message, email, fixtures.bytes(case.hex)) end)
  end

  it("rejects what is not text", function()
    assert_rejected("must be an e-mail address, not the number 1", email, 1)
    assert_rejected("must be an e-mail address, not a table", email, { "ann@example.com" })
  end)

  it("never shows the text, which could be a misplaced password", function()
    for _, definition in ipairs{ email, { type = "datetime" }, { type = "boolean" }, { type = "integer" },
      { type = "enum", values = { "one" } }, { type = "text", max = 2 } } do
      local _, message = encode(definition, "hunter2 hunter2")
      assert.is_string(message)
      assert.is_nil(message:find("hunter2", 1, true), message)
    end
  end)
end)

describe("a boolean field", function()
  local boolean = { type = "boolean" }

  it("accepts a boolean, and true or false as text in any case", function()
    for _, value in ipairs{ true, "true", "TRUE", "True", "tRuE" } do assert.is_true((encode(boolean, value))) end
    for _, value in ipairs{ "false", "FALSE", "False" } do assert.is_false((encode(boolean, value))) end
    assert.is_false((encode(boolean, false)))
  end)

  it("rejects 0 and 1, and reports what it accepts", function()
    assert_rejected("must be true or false, not the number 0", boolean, 0)
    assert_rejected("must be true or false, not the number 1", boolean, 1)
  end)

  it("rejects other texts", function()
    for _, value in ipairs{ "", "yes", "no", "on", "1", "0", " true", "true ", "truE\0", "t", "truee", "fals", "nil" } do
      assert_rejected("must be true or false, not other text", boolean, value)
    end
    -- Bytes that differ from letters only in bit 5 must not match.
    assert_rejected("must be true or false", boolean, "\84\82\85\5")
  end)

  it("decodes text, too, which the service may write", function()
    assert.is_true((decode(boolean, "true")))
    assert.is_false((decode(boolean, "False")))
    assert.is_false((decode(boolean, false)))
    local out, message, code = decode(boolean, 1)
    assert.is_nil(out)
    assert.equal("wrong_shape", code)
    assert.truthy(message:find("not the number 1", 1, true))
  end)
end)

describe("an integer field", function()
  local integer = { type = "integer" }

  it("accepts integers and whole floats within +-2^53", function()
    for _, value in ipairs{ 0, 1, -1, 500, 2 ^ 53, -2 ^ 53, 1e15 } do assert.equal(value, (encode(integer, value))) end
  end)

  it("is an integer if Lua has integers, in both directions", function()
    if not math.type then return end
    assert.equal("integer", math.type((encode(integer, 5.0))))
    assert.equal("integer", math.type((decode(integer, 5.0))))
  end)

  it("rejects fractions, and numbers beyond 2^53, which are not exact", function()
    for _, value in ipairs{ 1.5, -0.1, 2 ^ 53 * 2, -2 ^ 53 * 2, 1e300, 1 / 0, -1 / 0, 0 / 0 } do
      assert_rejected("must be a whole number within +-2^53", integer, value)
    end
    if math.maxinteger then
      assert_rejected("must be a whole number within +-2^53", integer, math.maxinteger)
      assert_rejected("must be a whole number within +-2^53", integer, math.mininteger)
    end
  end)

  it("rejects digits as text", function() assert_rejected("must be a whole number, not text", integer, "5") end)

  it("must be within its bounds, which are inclusive", function()
    local bounded = { type = "integer", min = 1, max = 500 }
    assert.equal(1, (encode(bounded, 1)))
    assert.equal(500, (encode(bounded, 500)))
    assert_rejected("must be at least 1", bounded, 0)
    assert_rejected("must be at most 500", bounded, 501)
  end)
end)

describe("an enum field", function()
  local enum = { type = "enum", values = { "cloud", "ldap" } }

  it("accepts the values of the schema, with their case", function()
    assert.equal("cloud", (encode(enum, "cloud")))
    assert.equal("ldap", (encode(enum, "ldap")))
  end)

  it("lists the accepted values if it rejects a value", function()
    assert_rejected("must be one of: cloud, ldap", enum, "Cloud")
    assert_rejected("must be one of: cloud, ldap", enum, "")
    assert_rejected("must be text, not the boolean true", enum, true)
  end)

  it("decodes a value that is new in the service", function()
    assert.equal("azure", (decode(enum, "azure")))
    assert.is_nil((decode(enum, 7)))
  end)
end)

describe("a field of type any", function()
  it("keeps any value", function()
    local value = { a = { 1, 2 } }
    assert.equal(value, (encode({ type = "any" }, value)))
    assert.equal("x", (encode({ type = "any" }, "x")))
  end)
end)
