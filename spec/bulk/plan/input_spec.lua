-- A plan records how its input was read: every later step reads it in the same way.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

-- UTF-16LE with a mark, of ASCII.
local function wide(text) return "\255\254" .. text:gsub(".", "%0\0") end

local options = { map = { User = "email", Key = "password" }, where = { Status = "Left" }, set = { accountLocked = true },
  ignoreOtherColumns = true, trueWords = { "ja" }, falseWords = { "nein" } }

-- A file of rows with passwords; each second row is not taken.
local function export(count)
  local lines = { "sep=;", "Nr;User;Key;Status" }
  for i = 1, count do
    lines[#lines + 1] = ("%d;%s;Secret-Horse-%d;%s"):format(i, bulk.email(i), i, i % 2 == 1 and "left" or "Active")
  end
  return wide(table.concat(lines, "\r\n") .. "\r\n")
end

-- Makes the plan of a file, and returns its path.
local function plan_of(client, path, more)
  local given = { input = path, file = tmp.path "x.plan" }
  for name, value in pairs(options) do given[name] = value end
  for name, value in pairs(more or {}) do given[name] = value end
  return client:plan(given)
end

-- Writes the plan of an export, and returns its path.
local function written(client, path)
  local plan = assert(plan_of(client, path or tmp.file(export(6), "export.csv")))
  plan:close()
  return plan.path
end

describe("a plan of a file of another program", function()
  teardown(tmp.clean)

  it("takes the rows of the condition only, and says how it read the file", function()
    local client = bulk.client(6)
    local plan = assert(plan_of(client, tmp.file(export(6), "export.csv")))
    local keys = {}
    for row in plan:rows() do keys[#keys + 1] = row.row .. " " .. row.key end
    assert.same({ "1 " .. bulk.email(1), "2 " .. bulk.email(3), "3 " .. bulk.email(5) }, keys)
    assert.equal(3, plan.counts.rows)
    local text = tostring(plan)
    for _, words in ipairs { "read as UTF-16LE, columns separated by a semicolon", "ignored: the line sep=",
      "columns User: email, Key: password", "ignored: Nr", "where Status is Left", "3 of 6 rows of the file",
      "set for each row: accountLocked = true" } do
      assert.truthy(text:find(words, 1, true), words .. "\n" .. text)
    end
    assert.same({ encoding = "UTF-16LE", separator = ";", taken = 3, rows = 6 }, { encoding = plan.reading.encoding,
      separator = plan.reading.separator, taken = plan.reading.taken, rows = plan.reading.rows })
  end)

  it("says what texts a column has if the condition takes no row", function()
    local plan = assert(plan_of(bulk.client(1), tmp.file(export(6), "export.csv"), { where = { Status = "Lfet" } }))
    assert.equal(0, plan.counts.rows)
    assert.truthy(tostring(plan):find("0 of 6 rows of the file\n  the file has left, Active\n", 1, true), tostring(plan))
  end)

  it("is applied from its file, with the passwords of the same rows", function()
    local client, tenant = bulk.client(6)
    local opened = assert(client:plan(written(client)))
    assert.truthy(tostring(opened):find("3 of 6 rows of the file", 1, true))
    local report = assert(opened:apply { journal = bulk.journal() })
    assert.equal("3 0 0 0 0", bulk.sums(report))
    assert.equal("101010", bulk.applied(tenant, 6))
    assert.equal("Secret-Horse-5", tenant:user(bulk.email(5)).password)
  end)

  it("is applied in the encoding, with the words and the dates, of its options", function()
    local client, tenant = bulk.client(2)
    local path, map = tmp.path "x.plan", tmp.file "Kennwort=password\nGesperrt=accountLocked\nEintritt=archiveStartDate\n"
    local bytes = "Nr;E-Mail;Kennwort;Gesperrt;Eintritt\n1;" .. bulk.email(1) .. ";Schl\252ssel-Horse-7;ja;15.07.2026\n"
    local input = tmp.file(bytes, "export.csv")
    local plan = assert(client:plan { input = input, file = path, encoding = "windows-1252", mapFile = map,
      trueWords = { "ja" },
      columns = { "E-Mail", "Kennwort", "Gesperrt", "Eintritt" }, dateFormat = "dd.mm.yyyy", timezone = "Europe/Berlin" })
    plan:close()
    os.remove(map) -- the plan holds its lines
    local report = assert(assert(client:plan(path)):apply { journal = bulk.journal() })
    assert.equal("1 0 0 0 0", bulk.sums(report))
    local user = tenant:user(bulk.email(1))
    assert.same({ "Schl\195\188ssel-Horse-7", true, "2026-07-14T22:00:00+0000" },
      { user.password, user.accountLocked, user.archiveStartDate })
  end)

  it("is resumed after a failure, and its rejected rows are retried", function()
    local client, tenant = bulk.client(6)
    local path, journal = written(client), bulk.journal()
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 2 }, code = "err_odd" }
    local report = assert(assert(client:plan(path)):apply { journal = journal })
    assert.equal("2 0 1 0 0", bulk.sums(report))
    report = assert(assert(client:plan(path)):apply { journal = journal, onlyFailed = true })
    assert.equal("3 0 0 0 0", bulk.sums(report))
    assert.equal("Secret-Horse-3", tenant:user(bulk.email(3)).password)
  end)

  it("is made and applied in one call by bulk, and resumed without the options", function()
    local client, tenant = bulk.client(6)
    local journal, given = bulk.journal(), { input = tmp.file(export(6), "export.csv") }
    for name, value in pairs(options) do given[name] = value end
    given.journal = journal
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd" }
    assert.equal("2 0 1 0 0", bulk.sums(assert(client:bulk(given))))
    local again = assert(client:bulk { input = given.input, journal = journal, onlyFailed = true })
    assert.equal("3 0 0 0 0", bulk.sums(again))
    assert.equal("Secret-Horse-1", tenant:user(bulk.email(1)).password)
  end)

  it("reads the mapping file once", function()
    local path, is_read = tmp.file "User=email\n", false
    local plan = assert(bulk.client(1):plan { mapFile = path, set = { accountLocked = true }, input = function()
      if is_read then return nil end
      is_read = true
      os.remove(path)
      return { User = bulk.email(1) }
    end })
    assert.equal(1, plan.counts.change)
  end)

  it("rejects an input that changed", function()
    local client = bulk.client(6)
    local input = tmp.file(export(6), "export.csv")
    local path = written(client, input)
    tmp.write(input, export(5))
    local report, _, err = assert(client:plan(path)):apply { journal = bulk.journal() }
    assert.is_nil(report)
    assert.equal("changed_input", err.code)
  end)

  it("holds no password, also not as a constant", function()
    local client = bulk.client(6)
    assert.is_nil(tmp.read(written(client)):find("Secret-Horse", 1, true))
    local made, _, err = plan_of(client, tmp.file(export(6)),
      { set = { password = "Planted-Secret-77" }, map = { User = "email" } })
    assert.is_nil(made)
    assert.equal("invalid_request", err.code)
    assert.is_nil(tostring(err):find("Planted", 1, true))
  end)

  it("says nothing of a plain file", function()
    local client = bulk.client(1)
    local path = tmp.file("email,accountDisabled\n" .. bulk.email(1) .. ",true\n", "plain.csv")
    local text = tostring(assert(client:plan { input = path }))
    assert.truthy(text:find "^update_user for %w+\n1 row: ", text)
  end)
end)

describe("undo", function()
  it("takes no option of an input", function()
    local client = bulk.client(1)
    local ok, message = pcall(client.undo, client, { journal = "x", where = { a = "b" } })
    assert.is_false(ok)
    assert.truthy(message:find("mimecast.undo: unknown option where", 1, true))
  end)
end)
