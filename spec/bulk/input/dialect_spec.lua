-- How a CSV file is written, found in pieces of any size.
local csv = require "mimecast.bulk.input.csv"
local dialect = require "mimecast.bulk.input.dialect"

local function pieces(text, size)
  local at = 1
  return function()
    if at > #text then return nil end
    at = at + size
    return text:sub(at - size, at - 1)
  end
end

local function is_name(cell) return cell == "email" or cell == "accountDisabled" end

-- The dialect, and all rows that follow.
local function detect(text, size, separator)
  local found, read = dialect.detect(pieces(text, size), separator, is_name)
  if not found then return nil, read end
  local reader, rows = csv.reader(read, found), {}
  for cells, _, count, line in reader.next, reader do rows[#rows + 1] = line .. ": " .. table.concat(cells, "|", 1, count) end
  return found, rows
end

local cases = {
  { "email,accountDisabled\na,b\n", ",", "\n", { "1: email|accountDisabled", "2: a|b" } },
  { "email;accountDisabled\r\na;b\r\n", ";", "\n", { "1: email|accountDisabled", "2: a|b" } },
  { "email\taccountDisabled\ra\tb\r", "\t", "\r", { "1: email|accountDisabled", "2: a|b" } },
  { "\239\187\191email;x\n", ";", "\n", { "1: email|x" } },
  { "sep=;\r\nemail;x\r\na;b\r\n", ";", "\n", { "2: email|x", "3: a|b" } },
  { "SEP=\t\nemail\tx\n", "\t", "\n", { "2: email|x" } },
  { "#TYPE System.Object\r\n\"email\",\"x\"\r\n", ",", "\n", { "2: email|x" } },
  { "#TYPE x\nsep=|\nemail|x\n", "|", "\n", { "3: email|x" } },
  { "\r\n\r\n\r\nemail;x\r\n", ";", "\n", { "4: email|x" } },
  { "\n\r\n\nemail,x\n", ",", "\n", { "4: email|x" } },
  { "\"e;1\",\"e;2\",\"e;3\"\n", ",", "\n", { "1: e;1|e;2|e;3" } },
  { "\"email\nx\",b\n", ",", "\n", { "1: email\nx|b" } },
  { "email;a,b,c,d\n", ";", "\n", { "1: email|a,b,c,d" } },
  { "a;b;c,d\n", ";", "\n", { "1: a|b|c,d" } },
  { "email", ",", "\n", { "1: email" } },
  { "", ",", "\n", {} },
  { "\n", ",", "\n", {} },
  { "sep=;", ";", "\n", {} },
  { "email\r\n", ",", "\n", { "1: email" } },
}

describe("a dialect", function()
  for i, case in ipairs(cases) do
    it(("is found in text %d"):format(i), function()
      for _, size in ipairs { 1, 2, 3, 7, 65536 } do
        local found, rows = detect(case[1], size)
        assert.same({ case[2], case[3], case[4] }, { found.separator, found.newline, rows }, "in pieces of " .. size)
      end
    end)
  end

  it("has the separator of the option", function()
    local found, rows = detect("sep=;\nemail,accountDisabled|x\n", 3, "|")
    assert.equal("|", found.separator)
    assert.same({ "2: email,accountDisabled|x" }, rows)
  end)

  it("is not chosen between two separators that give as many names", function()
    local found, problem = detect("email;accountDisabled,email\n", 4)
    assert.is_nil(found)
    assert.truthy(problem.message:find("several separators fit", 1, true))
    assert.equal('separator = "," or ";"', problem.hint)
    assert.equal('separator = "," or "\\t"', select(2, detect("email\taccountDisabled,email\n", 4)).hint)
  end)

  it("reads at most 2 MiB to find the header's end, and passes on a failure to read", function()
    local handed = 0
    local found = dialect.detect(function()
      handed = handed + 65536
      return '"' .. ("x"):rep(65535)
    end, nil, is_name)
    assert.equal(",", found.separator)
    assert.is_true(handed <= 2 * csv.max_row, handed)
    local _, read = dialect.detect(function() return nil, "Input/output error" end, nil, is_name)
    assert.same({ nil, "Input/output error" }, { read(10) })
  end)
end)
