-- CSV (RFC 4180) and files that deviate from it, read in pieces of any size.
local csv = require "mimecast.bulk.input.csv"
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"

local vectors = json.decode(tmp.read "spec/vectors/bulk/csv.json")

local function pieces(text, size)
  local at = 1
  return function()
    if at > #text then return nil end
    local piece = text:sub(at, at + size - 1)
    at = at + size
    return piece
  end
end

-- All rows and errors, in the form of the vectors.
local function read(text, size, separator)
  local reader, rows, problems = csv.reader(pieces(text, size), { separator = separator }), {}, {}
  while true do
    local cells, quoted, count, line = reader:next()
    if cells then
      local row = {}
      for i = 1, count do row[i] = quoted[i] and { quoted = cells[i] } or cells[i] end
      rows[#rows + 1] = { line, row }
    elseif quoted then
      problems[#problems + 1] = { quoted.line, quoted.message }
    else
      return rows, problems
    end
  end
end

describe("CSV", function()
  for _, vector in ipairs(vectors) do
    it("reads " .. vector.name, function()
      for _, size in ipairs { 1, 2, 3, 5, 65536 } do
        local rows, problems = read(vector.text, size, vector.separator)
        assert.same(vector.rows, rows, "in pieces of " .. size)
        assert.same(vector.problems or {}, problems, "in pieces of " .. size)
      end
    end)
  end

  it("accepts any punctuation as separator", function()
    for _, mark in ipairs { ";", "\t", "|", "]", "[", "^", "%", "-", "." } do
      local rows, problems = read("a" .. mark .. 'b\n"x y"' .. mark .. "z\n", 3, mark)
      assert.same({ { 1, { "a", "b" } }, { 2, { { quoted = "x y" }, "z" } } }, rows, mark)
      assert.same({}, problems, mark)
    end
  end)

  it("rejects a cell of more than 1 MiB with its line, and continues", function()
    local rows, problems = read("a,b\nc," .. ("x"):rep(csv.max_cell + 1) .. "\nd,e\n", 65536)
    assert.same({ { 2, "has a cell of more than 1048576 bytes" } }, problems)
    assert.same({ 3, { "d", "e" } }, rows[2])
  end)

  it("accepts a cell of 1 MiB", function()
    local rows = read("a\n\"" .. ("x"):rep(csv.max_cell) .. "\"\n", 65536)
    assert.equal(csv.max_cell, #rows[2][2][1].quoted)
  end)

  it("rejects a row of 10 MB without keeping it in memory", function()
    for _, quote in ipairs { "", '"' } do
      local handed = 0
      local reader = csv.reader(function()
        handed = handed + 65536
        if handed == 65536 then return "a\n" .. quote end
        if handed > 10485760 then return nil end
        return ("x"):rep(65536)
      end)
      assert.truthy(reader:next())
      local cells, problem = reader:next()
      assert.is_nil(cells)
      assert.equal(2, problem.line)
      assert.truthy(problem.message:find("begins a row of more than 2097152 bytes", 1, true))
      assert.equal(quote ~= "", problem.message:find("is the quote", 1, true) ~= nil)
      assert.is_nil((reader:next()))
      assert.is_true(handed < 2 * csv.max_row, handed)
    end
  end)

  it("returns the reason of a failed read", function()
    local reader = csv.reader(function() return nil, "Input/output error" end)
    local cells, problem = reader:next()
    assert.is_nil(cells)
    assert.equal("cannot be read: Input/output error", problem.message)
  end)

  it("writes rows that read back the same, and escapes formulas", function()
    local cells = { 1, "a,b", 'say "x"', "two\nlines", " blanks ", nil, "plain" }
    local rows = read(csv.row(cells, 7), 65536)
    local texts = {}
    for i, cell in ipairs(rows[1][2]) do texts[i] = type(cell) == "table" and cell.quoted or cell end
    assert.same({ "1", "a,b", 'say "x"', "two\nlines", " blanks ", "", "plain" }, texts)
    for _, formula in ipairs { "=1+1", "+1+1", "-1-1", "-A1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\")" } do
      assert.truthy(csv.row({ formula }, 1):find "^\"?'", formula)
    end
    assert.equal("a=b,-5,-5,+1.5,0", csv.row({ "a=b", -5, "-5", "+1.5", 0 }, 5)) -- plain numbers are not formulas
  end)
end)
