local json = require "mimecast.json"
local text = require "mimecast.cli.io.terminal_text"

describe("the width of a text", function()
  for _, case in ipairs { { "", 0 }, { "abc", 3 }, { "é", 1 }, { "e\204\129", 1 }, { "山田", 4 }, { "😀", 2 }, { "ｱ", 1 },
    { "Ａ", 2 },
    { "한국", 4 }, { "\243\160\132\128", 0 } } do
    it(("of %q is %d"):format(case[1], case[2]), function() assert.equal(case[2], text.width(case[1])) end)
  end
end)

describe("a text that is fitted", function()
  it("is filled with blanks", function() assert.equal("山  |", text.fit("山", 4) .. "|") end)
  it("is cut with an ellipsis and never in the middle of a character", function()
    assert.equal("ab…", text.fit("abcdef", 3))
    assert.equal("山… ", text.fit("山田太郎", 4))
    assert.equal("e\204\129x…", text.fit("e\204\129xyz", 3))
    for width = 1, 8 do assert.equal(width, text.width(text.fit("a山é😀b田c", width))) end
  end)
end)

describe("a text in lines", function()
  it("is broken between words", function()
    assert.same({ "one two", "three", "山田 山", "longer-than-that" }, text.lines("one two  three 山田 山 longer-than-that", 7))
    assert.same({}, text.lines(" ", 7))
  end)
end)

describe("JSON for a terminal", function()
  it("is the same document without what a terminal obeys", function()
    local value = { name = "a\27[31m\127 \194\155 \226\128\174 é 山 😀 \\ \"" }
    local safe = text.safe_json(json.encode(value))
    assert.same(value, json.decode(safe))
    for _, wrong in ipairs { "\27", "\127", "\194\155", "\226\128\174" } do assert.is_nil(safe:find(wrong, 1, true)) end
    for _, kept in ipairs { "é", "山", "😀" } do assert.truthy(safe:find(kept, 1, true)) end
  end)

  it("marks what is not UTF-8", function()
    for _, wrong in ipairs { "\255", "\128", "\195", "\237\160\128", "\192\128", "\244\144\128\128" } do
      assert.equal('"x\\ufffdy"', text.safe_json('"x' .. wrong .. 'y"'))
    end
  end)
end)

describe("a name as an option", function()
  it("is in kebab-case", function()
    assert.equal("account-disabled", text.kebab "accountDisabled")
    assert.equal("allow-pop3", text.kebab "allowPop3")
    assert.equal("update-user", text.kebab "update_user")
  end)
end)

describe("a word for a shell", function()
  it("is one word of it, whatever it holds", function()
    local shell = require "tools.shell"
    for _, word in ipairs { "2:2:", "", "a b", "2:2:'; echo Planted #", "$(echo Planted)", "`echo Planted`", "\\", "*" } do
      assert.equal(word, (shell.run("printf %s " .. text.quoted(word))))
    end
    assert.equal("2:2:abc-_.=", text.quoted "2:2:abc-_.=")
  end)
end)
