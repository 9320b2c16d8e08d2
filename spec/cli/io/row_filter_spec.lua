local json = require "mimecast.json"
local row_filter = require "mimecast.cli.io.row_filter"

local fields = {
  { name = "email", type = "email" }, { name = "notes", type = "text" }, { name = "accountDisabled", type = "boolean" },
  { name = "count", type = "integer" }, { name = "created", type = "datetime" },
  { name = "aliases", type = "list", item = { type = "email" } },
  { name = "from", type = "object", fields = { { name = "email", type = "email" } } },
}

local now = 1764490000 -- 2025-11-30T08:06:40Z

local rows = {
  { email = "Ann@example.com", notes = "a.b%c", accountDisabled = true, count = 9, created = "2025-11-30T07:00:00+0000" },
  { email = "bob@example.org", notes = "", accountDisabled = false, count = 10, created = "2025-11-01T00:00:00+0000",
    aliases = json.array { "b@example.org", "robert@example.org" }, from = { email = "x@example.net" } },
  { email = "carol@example.com", created = "yesterday", notes = json.null },
}

-- Returns the first letters of the addresses of the rows that a condition keeps.
local function kept(condition)
  local keep = assert(row_filter.compile(fields, condition, now))
  local letters = {}
  for _, row in ipairs(rows) do
    if keep(row) then letters[#letters + 1] = row.email:sub(1, 1):lower() end
  end
  return table.concat(letters)
end

local function problem(condition)
  local keep, message, hint = row_filter.compile(fields, condition, now)
  assert.is_nil(keep)
  return message, hint
end

describe("a filter", function()
  for condition, expected in pairs {
    ["accountDisabled=true"] = "a", ["accountDisabled==false"] = "b", ["accountDisabled!=true"] = "bc",
    ["email=ann@EXAMPLE.com"] = "a", ["email!=ann@example.com"] = "bc", ["email~example.com"] = "ac",
    ["email~*@example.org"] = "b", ["email~ann*"] = "a", ["email!~*.com"] = "b", ["notes~.b%"] = "a", ["notes~a*%c"] = "a",
    ["notes~*.*%*c*"] = "a", ["count=10"] = "b", ["count>9"] = "b", ["count>=9"] = "ab", ["count<10"] = "a",
    ["count<=10"] = "ab", ["count!=9"] = "bc", ["created>2d"] = "a", ["created<2d"] = "b", ["created<=1w"] = "b",
    ["created>=2025-11-30T08:00:00+01:00"] = "a", ["created=2025-11-30T08:00:00+01:00"] = "a", ["created~2025-11"] = "ab",
    ["aliases~robert*"] = "b", ["aliases=b@example.org"] = "b", ["aliases!=b@example.org"] = "ac",
    ["from.email=x@example.net"] = "b", ["from.email="] = "ac", ["notes="] = "bc", ["accountDisabled!="] = "ab",
    [" count = 9 "] = "a",
  } do
    it("keeps the rows for which " .. condition, function() assert.equal(expected, kept(condition)) end)
  end

  it("rejects a value that is not of the field's type", function()
    assert.equal("accountDisabled=yes: accountDisabled is true or false, not yes", (problem "accountDisabled=yes"))
    assert.equal("count>many: count is a number, not many", (problem "count>many"))
    assert.truthy(problem("created>2026-01-15"):find("has no time and no time zone", 1, true))
    assert.truthy(problem("created>46349"):find("is a bare number", 1, true))
    assert.truthy(problem("created>2m"):find("has the unknown unit m", 1, true))
  end)

  it("rejects an order of texts, and an object", function()
    assert.truthy(problem("email<x"):find("is neither a number nor a date", 1, true))
    assert.truthy(problem("accountDisabled>true"):find("is neither a number nor a date", 1, true))
    assert.truthy(problem("from=x"):find("is an object", 1, true))
  end)

  it("suggests a field for an unknown one", function()
    local message, hint = problem "accountDisable=true"
    assert.equal("the rows have no field accountDisable", message)
    assert.equal("did you mean accountDisabled?", hint)
    message, hint = problem "from.mail=x"
    assert.equal("the rows have no field from.mail", message)
    assert.equal("did you mean from.email?", hint)
    hint = select(2, problem "zzzzzz=x")
    assert.equal("the fields are email, notes, accountDisabled, count, created, aliases, from, from.email", hint)
  end)

  it("rejects a word without an operator", function()
    for _, condition in ipairs { "email", "=x", "email=~x", "email<>x", "" } do
      local message, hint = problem(condition)
      assert.truthy(message:find("is not a condition", 1, true))
      assert.truthy(hint:find("accountDisabled=true", 1, true))
    end
  end)

  it("accepts every name if the fields are not documented", function()
    local keep = assert(row_filter.compile({}, "anything~x*"))
    assert.is_true(keep { anything = "xyz" })
    assert.is_false(keep { anything = "ayz" })
  end)
end)
