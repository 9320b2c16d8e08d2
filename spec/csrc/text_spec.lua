local core = require "mimecast.core"

describe("printable", function()
  it("keeps ordinary text of any script", function()
    for _, text in ipairs{ "", "plain text: 'quotes', \"these\" & <tags>", "käse €", "漢字 😀" } do
      assert.equal(text, core.printable(text))
    end
  end)

  it("escapes control characters, so that no escape sequence reaches a terminal", function()
    assert.equal("\\x1b[31mred\\x00\\x0d\\x0a\\x09\\x7f", core.printable("\27[31mred\0\r\n\t\127"))
    assert.equal("\\xc2\\x9b", core.printable("\194\155")) -- U+009B, the one-character escape
  end)

  it("escapes characters that are invisible or change the direction of writing", function()
    assert.equal("a\\xe2\\x80\\xaeb", core.printable("a\226\128\174b")) -- U+202E
    assert.equal("\\xe2\\x80\\x8b", core.printable("\226\128\139")) -- U+200B
    assert.equal("\\xef\\xbb\\xbf", core.printable("\239\187\191")) -- U+FEFF
  end)

  it("escapes each byte that is not UTF-8", function()
    assert.equal("caf\\xe9", core.printable("caf\233"))
    assert.equal("\\xff\\xfeé\\xe2\\x82", core.printable("\255\254é\226\130"))
  end)

  it("escapes the backslash, so that an escape cannot be forged", function()
    assert.equal("\\x5cx41", core.printable("\\x41"))
  end)

  it("cuts after the given number of bytes, and marks the cut", function()
    assert.equal("abc\226\128\166", core.printable("abcd", 3))
    assert.equal("abcd", core.printable("abcd", 4))
    assert.equal("\226\128\166", core.printable("abcd", 0))
    assert.equal("a\\xc3\226\128\166", core.printable("aéb", 2))
  end)
end)
