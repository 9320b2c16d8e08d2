local errors = require "mimecast.errors"
local row_options = require "mimecast.cli.io.row_options"

local fields = { { name = "email", type = "email" }, { name = "count", type = "integer" }, { name = "on", type = "boolean" },
  { name = "from", type = "object", fields = { { name = "name", type = "text" } } } }

local function view_of(args, options)
  return row_options.read({ args = args, csv = args.csv }, fields, options)
end

local function iterate(rows, err)
  local i = 0
  return function()
    i = i + 1
    if rows[i] then return rows[i] end
    if err then return false, tostring(err), err end
  end
end

local function collect(view, rows, err)
  local list = {}
  local iterator = view:apply(iterate(rows, err))
  local row, _, failure = iterator()
  while row do
    list[#list + 1] = row
    row, _, failure = iterator()
  end
  return list, failure
end

local function emails(list)
  local parts = {}
  for i, row in ipairs(list) do parts[i] = row.email end
  return table.concat(parts, " ")
end

local rows = {
  { email = "d", count = 10, on = true }, { email = "a", count = 9, on = false, from = { name = "x" } },
  { email = "C", count = 9, on = true }, { email = "b" },
}

describe("--fields", function()
  it("keeps the named fields, in their order, also fields of objects", function()
    local view = assert(view_of { fields = "from.name, email" })
    assert.same({ { email = "d" }, { email = "a", ["from.name"] = "x" } }, collect(view, { rows[1], rows[2] }))
    assert.equal("from.name", view.fields[1].name)
    assert.equal("email", view.fields[2].name)
  end)

  it("rejects an unknown, an empty and a doubled name before anything is sent", function()
    for words, expected in pairs { ["email,cuont"] = "no field cuont", ["email,,on"] = "empty name", [""] = "empty name",
      ["on,on"] = "names on twice" } do
      local view, err = view_of { fields = words }
      assert.is_nil(view)
      assert.is_true(errors.is(err))
      assert.truthy(tostring(err):find("--fields", 1, true))
      assert.truthy(tostring(err):find(expected, 1, true), tostring(err))
    end
    local _, err = view_of { fields = "cuont" }
    assert.equal("did you mean count?", err.hint)
  end)

  it("accepts other names for rows whose fields are not documented", function()
    assert.truthy(view_of({ fields = "cuont" }, { open = true }))
  end)
end)

describe("--sort", function()
  it("sorts numbers, texts without regard to case and booleans; rows without a value come last", function()
    assert.equal("a b C d", emails(collect(view_of { sort = "email" }, rows)))
    assert.equal("d C b a", emails(collect(view_of { sort = "-email" }, rows)))
    assert.equal("a C d b", emails(collect(view_of { sort = "count" }, rows)))
    assert.equal("d a C b", emails(collect(view_of { sort = "-count" }, rows)))
    assert.equal("a d C b", emails(collect(view_of { sort = "on" }, rows)))
    assert.equal("C a d b", emails(collect(view_of { sort = "count,-email,on" }, { rows[2], rows[3], rows[1], rows[4] })))
    assert.equal("a d C b", emails(collect(view_of { sort = "from.name" }, rows)))
    assert.equal("a ", emails(collect(view_of { sort = "email" }, { { email = "" }, { email = "a" } })))
  end)

  it("keeps the first rows of the order with a limit, and not more than twice as many in memory", function()
    local view, live, most, i = view_of { sort = "-email", limit = 3 }, setmetatable({}, { __mode = "k" }), 0, 0
    local iterator = view:apply(function()
      if i % 500 == 0 then
        collectgarbage()
        local count = 0
        for _ in pairs(live) do count = count + 1 end
        most = math.max(most, count)
      end
      if i == 5000 then return nil end
      i = i + 1
      local row = { email = ("%05d"):format((i * 7919) % 5000) }
      live[row] = true
      return row
    end)
    assert.same({ "04999", "04998", "04997" }, { iterator().email, iterator().email, iterator().email })
    assert.is_nil(iterator())
    assert.is_true(most <= 7, most)
    assert.is_nil(view:list_limit())
  end)

  it("ends with an error above 100,000 rows without a limit", function()
    local count = 0
    local view = view_of { sort = "email" }
    local row, message, err = view:apply(function()
      count = count + 1
      return { email = "a" }
    end)()
    assert.is_false(row)
    assert.truthy(message:find("--sort sorts at most 100000 rows, and there are more", 1, true))
    assert.truthy(err.hint:find("--limit", 1, true))
    assert.equal(100001, count)
  end)

  it("returns the error of the list, and no rows: their order is unknown", function()
    local failure = errors.new { category = "transport", code = "timeout", message = "late" }
    local list, err = collect(view_of { sort = "email" }, rows, failure)
    assert.same({}, list)
    assert.equal(failure, err)
  end)
end)

describe("--filter and --limit", function()
  it("apply all conditions, then the limit", function()
    assert.equal("d C", emails(collect(view_of { filter = { "on=true" } }, rows)))
    assert.equal("C", emails(collect(view_of { filter = { "on=true", "count=9" } }, rows)))
    assert.equal("d", emails(collect(view_of { filter = { "on=true" }, limit = 1 }, rows)))
    local view = view_of { limit = 2 }
    assert.equal(2, view:list_limit())
    assert.is_nil(view_of({ filter = { "on=true" }, limit = 2 }):list_limit())
  end)

  it("read no row after the last one that is written", function()
    local count = 0
    local iterator = view_of({ limit = 2, filter = { "on=true" } }):apply(function()
      count = count + 1
      return { on = true }
    end)
    repeat until not iterator()
    assert.equal(2, count)
  end)

  it("return the rows before a failure, and the error", function()
    local failure = errors.new { category = "transport", code = "timeout", message = "late" }
    local list, err = collect(view_of { filter = { "on=true" } }, rows, failure)
    assert.equal("d C", emails(list))
    assert.equal(failure, err)
  end)

  it("name the option of an invalid condition", function()
    local _, err = view_of { filter = { "on=maybe" } }
    assert.equal("--filter on=maybe: on is true or false, not maybe", tostring(err))
  end)
end)

describe("--bom", function()
  it("needs CSV", function()
    local _, err = view_of { bom = true }
    assert.equal("--bom needs --csv or --output csv", tostring(err))
    assert.truthy(view_of { bom = true, csv = true })
  end)
end)
