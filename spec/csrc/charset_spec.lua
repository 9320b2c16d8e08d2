-- Conversion to UTF-8 by the C library's iconv.
local system = require "mimecast.system"

describe("decoder", function()
  it("converts text of an encoding to UTF-8", function()
    assert.equal("J\195\188rgen \226\130\172", (system.decoder "windows-1252":decode "J\252rgen \128"))
    assert.equal("\197\130", (system.decoder "ISO-8859-2":decode "\179"))
    assert.equal("a\240\159\152\128", (system.decoder "UTF-16LE":decode "a\0\61\216\0\222"))
    assert.equal("a\195\188", (system.decoder "UTF-16BE":decode "\0a\0\252"))
  end)

  it("returns how many bytes it converted before an incomplete character", function()
    local text, count, problem = system.decoder "UTF-16LE":decode "a\0b\0\61\216"
    assert.equal("ab", text)
    assert.equal(4, count)
    assert.equal("incomplete", problem)
  end)

  it("stops at bytes that the encoding does not have", function()
    local text, count, problem = system.decoder "windows-1252":decode "ab\129c"
    assert.equal("ab", text)
    assert.equal(2, count)
    assert.equal("invalid", problem)
    text, count, problem = system.decoder "UTF-8":decode "a\237\160\128" -- a surrogate
    assert.same({ "a", 1, "invalid" }, { text, count, problem })
  end)

  it("converts more text than its buffer holds", function()
    local text, count = system.decoder "windows-1252":decode(("\252"):rep(100000))
    assert.equal(("\195\188"):rep(100000), text)
    assert.equal(100000, count)
    assert.equal("", (system.decoder "windows-1252":decode("", true)))
  end)

  it("returns nil for an unknown encoding, and for names that drop characters or depend on the locale", function()
    for _, name in ipairs { "nothing", "", "UTF-16LE//IGNORE", "ASCII//TRANSLIT", "WCHAR_T", "char", ("x"):rep(100), "a\0b" } do
      assert.is_nil(system.decoder(name), name)
    end
  end)

  it("is closed once, and raises afterwards", function()
    local decoder = system.decoder "windows-1252"
    decoder:close()
    decoder:close()
    assert.has_error(function() decoder:decode "a" end)
  end)
end)
