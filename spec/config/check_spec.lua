local check = require "mimecast.config.check"
local core = require "mimecast.core"

local function raised(fields, given)
  local function call() check.options(fields, given, "mimecast.f", 2) end
  local ok, message = pcall(function()
    call()
    return true
  end)
  assert.is_false(ok)
  return message
end

describe("check.options", function()
  local fields = check.fields {
    { name = "size", type = "integer", min = 1, max = 1000 }, { name = "ratio", type = "number", min = 0 },
    { name = "format", type = "text", values = { "csv", "jsonl" } }, { name = "verify", types = { "boolean", "text",
    "integer" }, values = { "sample" }, min = 1 }, { name = "key", type = "secret" }, { name = "separator",
    type = "character" }, { name = "run", type = "function" },
  }

  it("returns the given options, secrets as userdata, without defaults", function()
    local given = { size = 7, format = "csv", key = "Planted", verify = false }
    local checked = check.options(fields, given, "mimecast.f", 1)
    assert.is_true(core.secret.is(checked.key))
    checked.key, given.key = nil, nil
    assert.same(given, checked)
  end)

  it("raises for an unknown name at the caller's line, with the nearest name", function()
    assert.truthy(raised(fields, { sise = 7 }):find "check_spec.lua:%d+: mimecast.f: unknown option sise; did you mean size%?$")
    assert.truthy(raised(fields, { nonsense = 7 }):find "mimecast.f: unknown option nonsense$")
    assert.truthy(raised(fields, { ["a\nb"] = 7 }):find "unknown option a\\x0ab$")
    assert.truthy(raised(fields, { 7 }):find "unknown option 1$")
    assert.truthy(raised(fields, "x"):find "mimecast.f takes a table, like { size = … }$")
  end)

  local cases = {
    { { size = 0 }, "size must be a whole number from 1 to 1000, got 0" },
    { { size = 1.5 }, "size must be a whole number from 1 to 1000, got 1.5" },
    { { ratio = -1 }, "ratio must be a number of at least 0, got -1" },
    { { ratio = "1" }, 'ratio must be a number of at least 0, got "1"' },
    { { format = "xml" }, 'format must be "csv" or "jsonl", got "xml"' },
    { { verify = 0 }, 'verify must be true or false or "sample" or a whole number of at least 1, got 0' },
    { { verify = {} }, 'verify must be true or false or "sample" or a whole number of at least 1, got a table' },
    { { separator = "" }, 'separator must be one character, no quote and no line break, got ""' },
    { { run = "PlantedSecret" }, "run must be a function, got text" },
    { { key = {} }, "key must be text or a secret, got a table" },
    { { key = "Planted Secret" }, "key must not be empty or hold white space or control characters; copy it again" },
    { { size = "PlantedSecretInTheWrongPlace" }, "size must be a whole number from 1 to 1000, got text" },
  }
  for _, case in ipairs(cases) do
    it("raises: " .. case[2], function()
      local message = raised(fields, case[1])
      assert.equal("mimecast.f: " .. case[2], message:match "check_spec.lua:%d+: (.*)")
    end)
  end

  it("raises for NaN and infinity where there are bounds", function()
    for _, value in ipairs { 0 / 0, math.huge, -math.huge } do
      assert.truthy(raised(fields, { size = value }):find("size must be a whole number", 1, true))
    end
  end)

  it("raises for a missing option that is required", function()
    local required = check.fields { { name = "input", type = "table", required = true } }
    assert.truthy(raised(required, {}):find("mimecast.f: input is required", 1, true))
  end)
end)

describe("check.input", function()
  local fields = check.fields({ { name = "email", type = "text", required = true },
    { name = "loginType", type = "text", default = "Basic-Cloud" } }, "field")

  it("returns values with defaults", function()
    assert.same({ email = "x", loginType = "Basic-Cloud" }, check.input(fields, { email = "x" }))
  end)

  it("reports everything that is wrong in one error value", function()
    local values, err = check.input(fields, { emial = "x", loginType = 7 })
    assert.is_nil(values)
    assert.equal("invalid_input", err.code)
    assert.equal("email is required; loginType must be text, got 7; emial is not a field; did you mean email?", err.message)
  end)
end)

describe("check.value", function()
  it("accepts numbers and booleans as text if the field has an environment variable", function()
    local number, boolean = { type = "number", min = 0, max = 9 }, { type = "boolean" }
    assert.is_nil(check.value(number, "5"))
    number.env, boolean.env = "A", "B"
    assert.equal(5, check.value(number, "5"))
    assert.is_nil(check.value(number, "50"))
    assert.is_nil(check.value(number, "x"))
    assert.is_true(check.value(boolean, "1"))
    assert.is_false(check.value(boolean, "false"))
    assert.is_nil(check.value(boolean, "yes"))
  end)
end)
