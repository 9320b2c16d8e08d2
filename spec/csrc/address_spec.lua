local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

-- Encodes a code point as UTF-8.
local function utf8(code)
  if code < 0x80 then return string.char(code) end
  local tail, first = "", 0x40
  while code >= first do
    tail = string.char(0x80 + code % 64) .. tail
    code, first = math.floor(code / 64), first / 2
  end
  return string.char(256 - 2 * first + code) .. tail
end

describe("e-mail address", function()
  local cases = fixtures.load "invisible"

  for _, case in ipairs(cases.invisible) do
    it("rejects U+" .. case.code .. ", " .. case.why, function()
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
    it("accepts U+" .. case.code .. ", " .. case.why, function()
      local address = "an" .. utf8(tonumber(case.code, 16)) .. "n@example.com"
      assert.is_nil(core.email_error(address))
      assert.is_true(core.is_visible(address))
    end)
  end

  it("reports the position of a character, not of a byte", function()
    assert.truthy(core.email_error("üü\226\128\139@x.de"):find("(character 3 is U+200B)", 1, true))
  end)
end)
