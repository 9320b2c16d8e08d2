local core = require "mimecast.core"

describe("format_number", function()
  it("writes the fewest digits that identify a number", function()
    for text, value in pairs { ["0.1"] = 0.1, ["0.3333333333333333"] = 1 / 3, ["1"] = 1, ["-1.5"] = -1.5,
      ["9007199254740992"] = 2 ^ 53, ["1e+300"] = 1e300, ["0"] = 0, ["100000"] = 1e5, ["0.30000000000000004"] = 0.1 + 0.2 } do
      assert.equal(text, core.format_number(value))
      assert.equal(value, tonumber(text))
    end
  end)

  it("writes the given number of significant digits", function()
    assert.equal("0.33333", core.format_number(1 / 3, 5))
    assert.equal("12", core.format_number(12, 14))
    assert.is_false(pcall(core.format_number, 1, 0))
    assert.is_false(pcall(core.format_number, 1, 18))
  end)
end)

describe("format_fixed", function()
  it("writes the given number of digits after the point", function()
    assert.equal("1.50", core.format_fixed(1.5, 2))
    assert.equal("2", core.format_fixed(2.4, 0))
    assert.equal(309 + 18, #core.format_fixed(1e308, 17))
    assert.is_false(pcall(core.format_fixed, 1, 18))
    assert.is_false(pcall(core.format_fixed, 1, -1))
  end)
end)

describe("parse_number", function()
  it("parses decimal numbers", function()
    for text, value in pairs { ["1"] = 1, ["-1.5"] = -1.5, [".5"] = 0.5, ["5."] = 5, ["+3"] = 3, ["2e3"] = 2000,
      ["2E-1"] = 0.2 } do
      assert.equal(value, core.parse_number(text))
    end
    assert.equal(1.5, core.parse_number(1.5))
    if math.type then assert.equal("integer", math.type(core.parse_number "12")) end
  end)

  it("returns nil for other values", function()
    for _, text in ipairs { "", " 1", "1 ", "1,5", "0x10", "inf", "nan", ".", "-", "e5", "1e", "1e+", "1.2.3", "1\0", "١",
      ("1"):rep(65) } do
      assert.is_nil(core.parse_number(text), text)
    end
    assert.is_nil(core.parse_number(nil))
    assert.is_nil(core.parse_number {})
    assert.is_nil(core.parse_number(true))
  end)
end)
