-- The last record of each row of a journal.
local journal = require "mimecast.bulk.journal"
local last_records = require "mimecast.bulk.journal.last_records"
local tmp = require "spec.support.run.tmp"

-- Writes records, given as "row state" or "row state code".
local function write(...)
  local path = tmp.path "run.journal"
  local made = assert(journal.create(path, { rows = 9 }))
  for _, text in ipairs { ... } do
    local row, state, code = text:match "(%d+) (%a+) ?(%S*)"
    made:append { row = tonumber(row), key = "k" .. row, state = state, code = code ~= "" and code or nil }
  end
  assert(made:commit())
  made:close()
  return path
end

local function states(records, last)
  local list = {}
  for row = 1, last do
    local record = records:of(row)
    list[row] = record and record.state .. (record.code and "/" .. record.code or "") or "-"
  end
  return table.concat(list, " ")
end

describe("last_records", function()
  teardown(tmp.clean)

  it("finds the last state of each row, also of rows that were resolved later", function()
    local records = assert(last_records.read(write("1 sent", "2 sent", "3 unchanged", "4 sent", "1 ok", "2 rejected no",
      "5 skipped changed_meanwhile", "4 unknown lost", "6 sent", "2 sent", "2 ok")))
    assert.equal("ok ok unchanged unknown/lost skipped/changed_meanwhile sent -", states(records, 7))
    records:close()
  end)

  it("iterates over each started row once, with its last record", function()
    local records = assert(last_records.read(write("1 sent", "2 sent", "1 ok", "2 rejected a", "2 sent", "2 rejected b")))
    local found = {}
    for record in records:all() do found[#found + 1] = ("%d %s %s"):format(record.row, record.state, record.code or "") end
    assert.same({ "1 ok ", "2 rejected b" }, found)
  end)

  it("reports a missing and a damaged journal", function()
    assert.equal("journal_missing", select(2, last_records.read(tmp.path "none")).code)
    local path = write("1 sent", "1 ok")
    local file = assert(io.open(path, "r+b"))
    file:seek("end", -40)
    file:write "x"
    file:close()
    assert.equal("journal_damaged", select(2, last_records.read(path)).code)
  end)

  it("holds a number for each row that is not ok, and nothing for the others", function()
    local path = tmp.path "large.journal"
    local made = assert(journal.create(path, { rows = 20000 }))
    for row = 1, 20000 do
      made:append { row = row, key = ("user%06d@example.com"):format(row), state = "sent", attempt = 1 }
      made:append { row = row, key = ("user%06d@example.com"):format(row), state = row % 10 == 0 and "rejected" or "ok",
        message = ("a long reason of row %d "):format(row):rep(10) }
      if row % 1000 == 0 then assert(made:commit()) end
    end
    made:close()
    collectgarbage() collectgarbage()
    local before = collectgarbage "count"
    local records = assert(last_records.read(path))
    collectgarbage() collectgarbage()
    assert.is_true(collectgarbage "count" - before < 400, collectgarbage "count" - before)
    assert.truthy(records:of(20000).message:find("of row 20000", 1, true))
    assert.equal("ok", records:of(19999).state)
    records:close()
  end)
end)
