-- Character encodings of an input: byte order marks, the option `encoding`, conversion in pieces.
local encoding = require "mimecast.bulk.input.encoding"
local input_file = require "mimecast.bulk.input.input_file"
local input_rows = require "mimecast.bulk.input.rows"
local registry = require "mimecast.model.registry"
local tmp = require "spec.support.run.tmp"

local update = registry.find "update_user"

-- UTF-16 and UTF-32 of a text of ASCII and \195\188 (U+00FC).
local function wide(text, before, after)
  return (text:gsub("\195\188", "\252"):gsub(".", function(char) return before .. char .. after end))
end

local text = "email;username;accountDisabled\r\nann@example.com;J\195\188rgen;true\r\nbob@example.com;;false\r\n"

local forms = {
  { name = "UTF-8", bytes = text },
  { name = "UTF-8 with a mark", bytes = "\239\187\191" .. text },
  { name = "UTF-16LE with a mark", bytes = "\255\254" .. wide(text, "", "\0"), found = "UTF-16LE" },
  { name = "UTF-16BE with a mark", bytes = "\254\255" .. wide(text, "\0", ""), found = "UTF-16BE" },
  { name = "UTF-32LE with a mark", bytes = "\255\254\0\0" .. wide(text, "", "\0\0\0"), found = "UTF-32LE" },
  { name = "UTF-32BE with a mark", bytes = "\0\0\254\255" .. wide(text, "\0\0\0", ""), found = "UTF-32BE" },
  { name = "Windows-1252 by the option", bytes = text:gsub("\195\188", "\252"), given = "windows-1252" },
  { name = "UTF-16LE without a mark, by the option", bytes = wide(text, "", "\0"), given = "utf-16le", found = "UTF-16LE" },
  { name = "UTF-16 with a mark, by the option", bytes = "\255\254" .. wide(text, "", "\0"), given = "UTF-16",
    found = "UTF-16LE" },
}

local function open(bytes, given)
  return input_file.open(tmp.file(bytes, "x.csv"), { encoding = given })
end

local function names_of(input)
  local list = {}
  for _, item in input_rows.read(update, input, {}, error) do list[#list + 1] = item.name or "-" end
  return table.concat(list, " ")
end

describe("the encoding of an input", function()
  teardown(tmp.clean)

  for _, form in ipairs(forms) do
    it("is " .. form.name, function()
      local input = assert(open(form.bytes, form.given))
      assert.equal(form.found or form.given or "UTF-8", input.encoding)
      assert.equal("J\195\188rgen -", names_of(input))
    end)
  end

  it("is converted in pieces of any size", function()
    for _, form in ipairs(forms) do
      local whole
      for _, size in ipairs { 1, 2, 3, 5, 65536 } do
        local at = 1
        local read = encoding.reader(function()
          local piece = form.bytes:sub(at, at + size - 1)
          at = at + size
          return piece ~= "" and piece or nil
        end, form.found or form.given or "UTF-8")
        local parts = {}
        for piece in read do parts[#parts + 1] = piece end
        whole = whole or table.concat(parts)
        assert.equal(whole, table.concat(parts), form.name)
      end
    end
  end)

  it("has the hash of the file's bytes", function()
    local bytes = forms[3].bytes
    local checked = assert(input_rows.check(update, assert(open(bytes)), {}))
    assert.equal(require "mimecast.system".sha256_hex(bytes), checked.sha256)
  end)

  it("names the line of bytes that it does not have, and shows none of them", function()
    local input = assert(open("email,username\nann@example.com,A\nbob@example.com,\129Planted\n", "windows-1252"))
    local _, err = input_rows.check(update, input, {})
    local words = "line %d: cannot be read: the byte 0x%s is not valid in %s; is the encoding another one?"
    assert.equal(words:format(3, "81", "windows-1252"), err.message)
    input = assert(open("\255\254" .. wide("email\nann@example.com\nbob@example.com\n", "", "\0") .. "\0\220"))
    _, err = input_rows.check(update, input, {})
    assert.equal(words:format(4, "00", "UTF-16LE"), err.message)
  end)

  it("is never guessed, but the guess is told", function()
    local _, err = open(wide(text, "", "\0"))
    assert.equal("unreadable_input", err.code)
    assert.truthy(err.message:find("it looks like UTF-16LE without a byte order mark", 1, true))
    assert.equal('set encoding = "UTF-16LE"', err.hint)
    _, err = open(wide(text, "\0", ""))
    assert.equal('set encoding = "UTF-16BE"', err.hint)
    _, err = input_rows.check(update, assert(open "email,username\nann@example.com,J\252rgen\n"), {})
    assert.truthy(err.hint:find('encoding = "windows-1252"', 1, true))
    _, err = input_rows.check(update, assert(open "email,Gr\252n\nann@example.com,x\n"), {})
    assert.truthy(err.hint:find('encoding = "windows-1252"', 1, true))
  end)

  it("must agree with the byte order mark", function()
    local little = "\255\254e\0"
    for given, bytes in pairs { ["UTF-8"] = little, ["windows-1252"] = "\239\187\191email", ["UTF-16BE"] = little } do
      local _, err = open(bytes, given)
      assert.truthy(err.message:find("begins with the byte order mark", 1, true), given)
      assert.equal("leave out the option encoding", err.hint)
    end
    local _, err = open("email\n", "UTF-16")
    assert.equal('set encoding = "UTF-16LE" or encoding = "UTF-16BE"', err.hint)
  end)

  it("must be known to the C library", function()
    local _, err = open("email\n", "windows-1525x")
    assert.truthy(err.message:find("windows-1525x is not an encoding that the C library knows", 1, true))
  end)

  it("applies to JSON Lines, which it detects by contents", function()
    local json_lines = '{"email":"ann@example.com","username":"J\195\188rgen"}\n'
    local input = assert(input_file.open(tmp.file("\255\254" .. wide(json_lines, "", "\0"), "x.txt"), {}))
    assert.equal("jsonl", input.format)
    assert.equal("J\195\188rgen", names_of(input))
  end)
end)

describe("a file that is not a text", function()
  teardown(tmp.clean)

  for bytes, words in pairs { ["PK\3\4x"] = "an Excel workbook (.xlsx)", ["\208\207\17\224x"] = "a workbook of an old Excel",
    ["%PDF-1.7"] = "a PDF document", ["\31\139\8"] = "compressed by gzip" } do
    it("is named: " .. words, function()
      local _, err = input_file.open(tmp.file(bytes, "x.csv"), {})
      assert.equal("unreadable_input", err.code)
      assert.truthy(err.message:find(words, 1, true))
      assert.truthy(err.hint:find("CSV UTF-8", 1, true))
    end)
  end
end)
