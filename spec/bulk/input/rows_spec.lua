-- The rows of an input and all their errors, by line.
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local input_rows = require "mimecast.bulk.input.rows"
local json = require "mimecast.json"
local jsonl = require "mimecast.bulk.input.jsonl"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"
local tmp = require "spec.support.run.tmp"
local input_file = require "mimecast.bulk.input.input_file"
local system = require "mimecast.system"

local vectors = json.decode(tmp.read "spec/vectors/bulk/input.json")
local update = registry.find "update_user"

local function check(given, options, operation)
  options = options or {}
  local from, err = input_file.open(given, options)
  if not from then return nil, err end
  local found
  found, err = input_rows.check(operation or update, from, options)
  return found, err, from
end

local function items_of(from, options, operation)
  local list = {}
  for _, item in input_rows.read(operation or update, from, options or {}, error) do list[#list + 1] = item end
  return list
end

local function plain(value)
  return json.decode(json.encode(value))
end

describe("an input", function()
  teardown(tmp.clean)

  for _, vector in ipairs(vectors) do
    it("with " .. vector.name, function()
      local text = vector.text
      if vector.replace then text = text:gsub(vector.replace, (vector.by:gsub("%x%x", function(hex)
        return string.char(tonumber(hex, 16))
      end))) end
      local operation = registry.find(vector.operation or "update_user")
      local found, err, from = check(tmp.file(text), vector, operation)
      if vector.items then
        assert.is_nil(err)
        assert.equal(#vector.items, found.rows)
        assert.same(vector.items, plain(items_of(from, vector, operation)))
        return
      end
      assert.equal("invalid_input", err and err.code)
      assert.equal("validation", err.category)
      if vector.hint then assert.equal(vector.hint, err.hint) end
      assert.equal(#vector.problems, #err.problems)
      assert.equal(#vector.problems, err.problemCount)
      for i, expected in ipairs(vector.problems) do
        local problem = err.problems[i]
        assert.equal(expected[1], problem.line)
        assert.equal(expected[2] ~= json.null and expected[2] or nil, problem.field)
        assert.equal(expected[3], problem.code)
        if expected[4] then assert.equal(expected[4], problem.message) end
        if i <= 10 then assert.truthy(err.message:find(("line %d: "):format(expected[1]), 1, true)) end
      end
    end)
  end

  it("rejects more rows than the duplicate check can handle", function()
    local text = { "email" }
    for i = 1, 40000 do text[i + 1] = ("u%d@x.org"):format(i) end
    local from = assert(input_file.open(tmp.file(table.concat(text, "\n"))))
    from.size = 0 -- makes the Bloom filter too small
    local found, err = input_rows.check(update, from)
    assert.is_nil(found)
    assert.equal("too_many_rows", err.problems[1].code)
  end)

  it("fails if it changes before its duplicates are compared", function()
    local path = tmp.file "email\nann@example.com\nann@example.com\n"
    local from, passes = assert(input_file.open(path)), 0
    local pieces = from.pieces
    function from:pieces(digest)
      passes = passes + 1
      if passes == 2 then
        local file = assert(io.open(path, "r+b"))
        file:write "email\nbob@"
        file:close()
      end
      return pieces(self, digest)
    end
    local found, err = input_rows.check(update, from)
    assert.equal(2, passes)
    assert.is_nil(found)
    assert.equal("changed_input", err.code)
  end)

  it("accepts a table of rows, an iterator, or an open file", function()
    local rows = { { email = "ann@example.com", accountDisabled = true }, { email = "bob@example.com" } }
    local at = 0
    local function iterator()
      at = at + 1
      return rows[at]
    end
    local expected = { { emailAddress = "ann@example.com", accountDisabled = true }, { emailAddress = "bob@example.com" } }
    local file = io.popen("printf 'email,accountDisabled\\nann@example.com,true\\nbob@example.com,\\n'")
    for _, given in ipairs { rows, iterator, file } do
      local found, err, from = check(given)
      assert.is_nil(err)
      assert.equal(2, found.rows)
      assert.same(expected, plain(items_of(from)))
      assert.same(expected, plain(items_of(from)), "a second time")
    end
    file:close()
  end)

  it("accepts an iterator of the client, and reports its failure", function()
    local at = 0
    local _, err = check(function()
      at = at + 1
      if at == 1 then return { email = "ann@example.com" } end
      return false, "the response was lost"
    end)
    assert.equal("unreadable_input", err.code)
    assert.truthy(err.message:find("the response was lost", 1, true))
  end)

  it("accepts secrets in a table", function()
    local _, _, from = check { { email = "ann@example.com", password = mimecast.secret "Correct-Horse-7" } }
    assert.equal("Correct-Horse-7", items_of(from)[1].password)
  end)

  it("rejects a password with invisible characters without showing it", function()
    local password = "Planted\226\128\139Horse"
    for name, text in pairs { csv = "email,password\nann@example.com," .. password .. "\n",
      jsonl = ('{"email":"ann@example.com","password":"%s"}\n'):format(password) } do
      local _, err = check(tmp.file(text, "x." .. name))
      assert.truthy(err.message:find("password holds U+200B", 1, true), err.message)
      assert.is_nil(err.message:find("Horse", 1, true))
    end
    for _, value in ipairs { password, mimecast.secret(password) } do
      local _, err = check { { email = "ann@example.com", password = value } }
      assert.truthy(err.message:find("row 1: password holds U+200B", 1, true), err.message)
    end
  end)

  it("names the invalid row of a table", function()
    local _, err = check { { email = "ann@example.com" }, { email = "bob" } }
    assert.equal("row 2: email must be an e-mail address with one @", err.message)
    _, err = check { { email = "ann@example.com" }, "bob" }
    assert.truthy(err.message:find("row 2 is invalid: it is a string", 1, true))
    _, err = check { { email = print } }
    assert.truthy(err.message:find("row 1 is invalid", 1, true))
  end)

  it("reports an input that cannot be read", function()
    for _, path in ipairs { tmp.path "missing", tmp.folder() } do
      local _, err = check(path)
      assert.equal("usage", err.category)
      assert.equal("unreadable_input", err.code)
      assert.truthy(err.message:find(path, 1, true))
    end
  end)

  it("detects the format by extension or contents", function()
    for name, text in pairs { ["x.csv"] = "email\na@example.com\n", ["x.JSONL"] = '{"email":"a@example.com"}\n',
      ["x.ndjson"] = '{"email":"a@example.com"}\n', ["x.txt"] = '\n {"email":"a@example.com"}\n',
      ["y.txt"] = "email\na@example.com\n" } do
      assert.equal(1, assert(check(tmp.file(text, name))).rows, name)
    end
    assert.equal(1, assert(check(tmp.file("email\na@example.com\n", "x.json"), { format = "csv" })).rows)
  end)

  it("rejects a JSON line of more than 2 MiB without keeping it in memory", function()
    local handed = 0
    local next_line = jsonl.reader(function(bytes)
      handed = handed + bytes
      if handed == bytes then return '{"email":"a@example.com"}\n{"' end
      return handed < 10485760 and ("x"):rep(bytes) or nil
    end)
    assert.equal('{"email":"a@example.com"}', (next_line()))
    local line, problem = next_line()
    assert.is_nil(line)
    assert.same({ line = 2, message = "has more than 2097152 bytes", fatal = true }, problem)
    assert.is_true(handed < 2 * jsonl.max_line, handed)
    local _, err = check(tmp.file('{"email":"' .. ("x"):rep(jsonl.max_line) .. '"}\n', "x.jsonl"))
    assert.equal("line 1: has more than 2097152 bytes (nothing was sent)", tostring(err))
  end)

  it("has the hash that sha256sum prints", function()
    local text = "email,accountDisabled\nann@example.com,true\n"
    assert.equal(system.sha256_hex(text), check(tmp.file(text)).sha256)
  end)

  it("can be read by several readers in turn", function()
    local rows = {}
    for i = 1, 5000 do rows[i] = { email = ("user%06d@example.com"):format(i) } end
    local from = assert(input_file.open(rows))
    local one, other = input_rows.read(update, from, {}, error), nil
    for i = 1, 5000 do
      if i % 1500 == 0 then other = input_rows.read(update, from, {}, error) end
      local _, _, key = one()
      assert.equal(rows[i].email, key)
      if other then other() end
    end
  end)

  it("reports every duplicate address, and whether the rows agree", function()
    local _, err = check { { email = "a@example.com" }, { email = "b@example.com" }, { email = "A@Example.com" },
      { email = "b@example.com", accountDisabled = true }, { email = "c@example.com" }, { email = " c@EXAMPLE.com " } }
    assert.equal(3, err.problemCount)
    assert.equal("repeats row 1", err.problems[1].message)
    assert.equal("repeats row 2 with other settings", err.problems[2].message)
    assert.equal("repeats row 5", err.problems[3].message)
  end)

  it("lists the first hundred errors and counts all", function()
    local texts = { "email" }
    for i = 1, 250 do texts[#texts + 1] = "wrong" .. i end
    local _, err = check(tmp.file(table.concat(texts, "\n")))
    assert.equal(100, #err.problems)
    assert.equal(250, err.problemCount)
    assert.truthy(err.message:find("and 240 more", 1, true))
  end)

  it("never shows a text that could be a password", function()
    local planted = "Planted-Secret-77"
    for _, text in ipairs { planted .. ",ann@example.com\n", "email,accountDisabled\n" .. planted .. "," .. planted .. "\n",
      "email,password\nann@example.com," .. planted .. "," .. planted .. "\n", '{"email":"' .. planted .. '"\n',
      '{"email":"a@example.com","accountDisabled":"' .. planted .. '"}\n',
      "email,password\nann@example.com," .. planted .. "\nann@example.com," .. planted .. "2\n",
      "email,password\rann@example.com," .. planted .. "\rbob," .. planted .. "\r" } do
      local _, err = check(tmp.file(text))
      assert.is_nil((tostring(err) .. json.encode(err.problems)):find(planted, 1, true), text)
    end
    for _, text in ipairs { "ann,Planted-Mail-77\n", "ann,PlantedMailHorse\n", "Planted77mail\tann\n" } do
      local _, err = check(tmp.file(text))
      assert.is_nil((tostring(err) .. json.encode(err.problems)):find("Planted", 1, true), text)
    end
  end)

  it("recognises headers whose words suggest a field", function()
    for _, header in ipairs { "Work Email", "workEmail", "Email - Primary Work", "E-Mail-Adresse", "user.mail" } do
      local _, err = check(tmp.file("ID," .. header .. "\n1,ann@example.com\n"))
      assert.truthy(err.hint:find(('map = { ["%s"] = "email" }'):format(header), 1, true), err.hint)
    end
  end)

  it("reads back every text that csv.row writes, formulas as well", function()
    local texts, lines = { "=1+1", "'=x", "''-x", "-5", "'-5", "+49 1", "@a", "a,b", 'say "x"', "'plain'", "=a\nb", "+1.5" }, {}
    for i, text in ipairs(texts) do lines[i] = csv.row({ ("+u%d@example.com"):format(i), text }, 2) end
    local _, _, from = assert(check(tmp.file("email,username\n" .. table.concat(lines, "\n") .. "\n")))
    for i, item in ipairs(items_of(from)) do
      assert.equal(texts[i], item.name)
      assert.equal(("+u%d@example.com"):format(i), item.emailAddress)
    end
  end)

  it("names several unknown columns in one sentence", function()
    local _, err = check(tmp.file "ID,email,Status,acountDisabled\n1,ann@example.com,x,true\n")
    assert.equal("line 1: acountDisabled is not a column of update_user; did you mean accountDisabled?; line 1: ID, Status are "
      .. "not columns of update_user", err.message)
  end)

  it("reports a required field once that the option columns names and no column has", function()
    local _, err = check(tmp.file "ID,Work Email\n1,ann@example.com\n", { columns = { "email" } })
    assert.equal("line 1: email has no column", err.message)
  end)

  it("is checked by the rules between fields", function()
    local _, err = check({ { id = "G1" } }, nil, registry.find "add_group_member")
    assert.equal("invalid_input", err.code)
  end)

  it("escapes control characters of column names", function()
    local _, err = check(tmp.file "email,\27[2Jx\nann@example.com,1\n")
    assert.equal(core.printable("\27[2Jx", 64), err.problems[1].field)
  end)
end)
