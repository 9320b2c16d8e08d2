local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

-- UTF-8 of a code point.
local function utf8(code)
  if code < 0x80 then return string.char(code) end
  local tail, first = "", 0x40
  while code >= first do
    tail = string.char(0x80 + code % 64) .. tail
    code, first = math.floor(code / 64), first / 2
  end
  return string.char(256 - 2 * first + code) .. tail
end

describe("an address", function()
  local cases = fixtures.load "invisible"

  for _, case in ipairs(cases.invisible) do
    it("holds no U+" .. case.code .. ", " .. case.why, function()
      local char = utf8(tonumber(case.code, 16))
      for _, form in ipairs { "%sann@example.com", "an%sn@example.com", "ann@exam%sple.com", "ann@example.com%s" } do
        local address = form:format(char)
        local message = core.email_error(address)
        assert.truthy(message and message:find("invisible characters (character ", 1, true), address)
        assert.truthy(message:find(" is U+" .. case.code .. ")", 1, true), message)
        assert.is_false(core.is_visible(address))
      end
    end)
  end

  for _, case in ipairs(cases.visible) do
    it("may hold U+" .. case.code .. ", " .. case.why, function()
      local address = "an" .. utf8(tonumber(case.code, 16)) .. "n@example.com"
      assert.is_nil(core.email_error(address))
      assert.is_true(core.is_visible(address))
    end)
  end

  it("counts characters, not bytes, where it says which is wrong", function()
    assert.truthy(core.email_error("üü\226\128\139@x.de"):find("(character 3 is U+200B)", 1, true))
  end)
end)

describe("a password", function()
  local cases = fixtures.load "password"
  local schema = core.schema({ { name = "f", wire = "f", type = "text", secret = true } }, {}, {})

  for i, password in ipairs(cases.valid) do
    it("may be what can be typed (" .. i .. ")", function()
      for _, value in ipairs { password, core.secret.new(password) } do
        assert.is_nil(core.password_error(value))
        assert.equal(password, schema:encode { f = value }.f)
      end
    end)
  end

  for _, case in ipairs(cases.invalid) do
    it("is refused with the reason: " .. case.why, function()
      for _, value in ipairs { case.password, core.secret.new(case.password) } do
        assert.truthy(core.password_error(value):find(case.message, 1, true))
        local wire, problems = schema:encode { f = value }
        assert.is_nil(wire)
        assert.truthy(problems[1].message:find(case.message, 1, true), problems[1].message)
        assert.is_nil(problems[1].message:find("sec", 1, true))
      end
    end)
  end

  it("is refused where it is empty or not UTF-8", function()
    assert.equal("must not be empty", core.password_error "")
    assert.equal("must be valid UTF-8", core.password_error "caf\233")
  end)
end)
