local json = require "mimecast.json"
local terminal_text = require "mimecast.cli.io.terminal_text"

describe("the width of a text", function()
  for _, case in ipairs { { "", 0 }, { "abc", 3 }, { "é", 1 }, { "e\204\129", 1 }, { "山田", 4 }, { "😀", 2 }, { "ｱ", 1 },
    { "Ａ", 2 },
    { "한국", 4 }, { "\243\160\132\128", 0 } } do
    it(("of %q is %d"):format(case[1], case[2]), function() assert.equal(case[2], terminal_text.width(case[1])) end)
  end
end)

describe("a fitted text", function()
  it("is padded with blanks", function() assert.equal("山  |", terminal_text.fit("山", 4) .. "|") end)
  it("is cut with an ellipsis, never inside a character", function()
    assert.equal("ab…", terminal_text.fit("abcdef", 3))
    assert.equal("山… ", terminal_text.fit("山田太郎", 4))
    assert.equal("e\204\129x…", terminal_text.fit("e\204\129xyz", 3))
    for width = 1, 8 do assert.equal(width, terminal_text.width(terminal_text.fit("a山é😀b田c", width))) end
  end)
end)

describe("a wrapped text", function()
  it("is broken between words", function()
    assert.same({ "one two", "three", "山田 山", "longer-than-that" },
      terminal_text.wrap("one two  three 山田 山 longer-than-that", 7))
    assert.same({}, terminal_text.wrap(" ", 7))
  end)
end)

describe("JSON for a terminal", function()
  it("keeps its meaning without control characters", function()
    local value = { name = "a\27[31m\127 \194\155 \226\128\174 é 山 😀 \\ \"" }
    local safe = terminal_text.escape_json(json.encode(value))
    assert.same(value, json.decode(safe))
    for _, wrong in ipairs { "\27", "\127", "\194\155", "\226\128\174" } do assert.is_nil(safe:find(wrong, 1, true)) end
    for _, kept in ipairs { "é", "山", "😀" } do assert.truthy(safe:find(kept, 1, true)) end
  end)

  it("replaces invalid UTF-8", function()
    for _, wrong in ipairs { "\255", "\128", "\195", "\237\160\128", "\192\128", "\244\144\128\128" } do
      assert.equal('"x\\ufffdy"', terminal_text.escape_json('"x' .. wrong .. 'y"'))
    end
  end)
end)

describe("a name as an option", function()
  it("is in kebab-case", function()
    assert.equal("account-disabled", terminal_text.kebab "accountDisabled")
    assert.equal("allow-pop3", terminal_text.kebab "allowPop3")
    assert.equal("update-user", terminal_text.kebab "update_user")
  end)
end)

describe("a word for a shell", function()
  it("is quoted if it needs quotes", function()
    local shell = require "tools.shell"
    for _, word in ipairs { "2:2:", "", "a b", "2:2:'; echo Planted #", "$(echo Planted)", "`echo Planted`", "\\", "*" } do
      assert.equal(word, (shell.run("printf %s " .. terminal_text.shell_quote(word))))
    end
    assert.equal("2:2:abc-_.=", terminal_text.shell_quote "2:2:abc-_.=")
  end)
end)
