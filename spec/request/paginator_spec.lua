local errors = require "mimecast.errors"
local pages = require "mimecast.request.paginator"

local operation = { name = "list_things", paginator = "things", protocol = "envelope" }

-- A fake service with `count` rows and the page tokens "p2", "p3", …. `spoil(n, rows, info)` may change page n or return an
-- error for it.
local function service(count, spoil)
  local asked = {}
  local function fetch(_, page)
    asked[#asked + 1] = page.token or "first"
    local n = tonumber((page.token or "p1"):match("%d+"))
    local rows, first = {}, (n - 1) * page.size
    for i = first + 1, math.min(first + page.size, count) do rows[#rows + 1] = { n = i } end
    local info = { total = count > 0 and count or nil, next = first + page.size < count and "p" .. n + 1 or nil }
    if spoil then
      local failed = spoil(n, rows, info)
      if failed then return nil, failed end
    end
    return rows, info
  end
  return fetch, asked
end

local function numbers(iterator, most)
  local list, last = {}, nil
  for row, message, err in iterator do
    if not row then
      last = { message, err }
    else
      list[#list + 1] = row.n
    end
    if most and #list >= most then break end
  end
  return list, last
end

local function new(fetch, item) return assert(pages.new(operation, "things", item or { pageSize = 10 }, fetch)) end

describe("an iterator", function()
  it("returns every row once, in order, and fetches each page on demand", function()
    local fetch, asked = service(25)
    local iterator = new(fetch)
    assert.same({}, asked)
    assert.equal(1, iterator().n)
    assert.same({ "first" }, asked)
    local list, failed = numbers(iterator)
    assert.equal(24, #list)
    assert.equal(25, list[24])
    assert.is_nil(failed)
    assert.same({ "first", "p2", "p3" }, asked)
    assert.is_nil(iterator())
    assert.equal(3, #asked)
  end)

  it("ends at once if the result is empty", function()
    local fetch, asked = service(0)
    assert.same({}, (numbers(new(fetch))))
    assert.equal(1, #asked)
  end)

  it("requests no page beyond the limit", function()
    local fetch, asked = service(100)
    assert.equal(15, #numbers(new(fetch, { pageSize = 10, limit = 15 })))
    assert.equal(2, #asked)
  end)

  it("requests no page larger than the limit", function()
    local sizes = {}
    local fetch = service(100)
    local iterator = new(function(item, page)
      sizes[#sizes + 1] = page.size
      return fetch(item, page)
    end, { limit = 7 })
    assert.equal(7, #numbers(iterator))
    assert.same({ 7 }, sizes)
  end)

  it("removes the paging fields from the item", function()
    local item = { pageSize = 10, limit = 5, domain = "example.com" }
    pages.new(operation, "things", item, service(1))
    assert.same({ domain = "example.com" }, item)
  end)
end)

describe("an error on a later page", function()
  local lost = errors.new { category = "transport", code = "connection_lost", message = "lost" }
  local function spoil(n) return n == 7 and lost or nil end

  it("is returned after the rows received so far and differs from the end", function()
    local list, failed = numbers(new((service(100, spoil))))
    assert.equal(60, #list)
    assert.same({ "lost", lost }, failed)
  end)

  it("is returned once and ends the iteration", function()
    local iterator = new((service(100, spoil)))
    numbers(iterator)
    assert.is_nil(iterator())
    assert.equal(lost, iterator.err)
  end)

  it("leaves a cursor that resumes without a gap", function()
    local iterator = new((service(100, spoil)))
    local list = numbers(iterator)
    local rest = numbers(new((service(100)), { pageSize = 10, cursor = iterator:cursor() }))
    for _, n in ipairs(rest) do list[#list + 1] = n end
    assert.equal(100, #list)
    for i = 1, 100 do assert.equal(i, list[i]) end
  end)

  it("fails the whole list", function()
    local list, err = pages.collect(new((service(100, spoil))))
    assert.is_nil(list)
    assert.equal(lost, err)
  end)
end)

describe("a paginator", function()
  it("bug 5: reports a page that names itself as the next page", function()
    local fetch, asked = service(100, function(n, _, info) if n == 3 then info.next = "p3" end end)
    local list, failed = numbers(new(fetch))
    assert.equal(30, #list)
    assert.equal("repeated_page", failed[2].code)
    assert.equal(3, #asked)
  end)

  it("bug 5: reports a page loop of any length after a bounded number of requests", function()
    for _, length in ipairs { 2, 3, 7, 20 } do
      local fetch, asked = service(1000, function(n, _, info) if n == length then info.next = "p1" end end)
      local _, failed = numbers(new(fetch))
      assert.equal("repeated_page", failed[2].code)
      assert.is_true(#asked <= 4 * length + 4, #asked .. " pages")
    end
  end)

  it("bug 5: ends at an empty last page that still names a next page", function()
    local fetch, asked = service(20, function(n, _, info) if n >= 2 then info.next = "p" .. n + 1 end end)
    local list, failed = numbers(new(fetch))
    assert.equal(20, #list)
    assert.is_nil(failed)
    assert.equal(3, #asked)
  end)

  it("continues after an empty page in the middle, also without a total", function()
    local fetch, asked = service(30, function(n, rows, info)
      info.total = nil
      if n == 1 then for i = #rows, 1, -1 do rows[i] = nil end end
      if n == 4 then info.next = nil end
    end)
    local list, failed = numbers(new(fetch))
    assert.is_nil(failed)
    assert.same({ 20, 11, 30 }, { #list, list[1], list[20] })
    assert.same({ "first", "p2", "p3" }, asked)
  end)

  it("reports an endless list after 100 consecutive empty pages with new tokens", function()
    local asked = 0
    local function fetch(_, page)
      asked = asked + 1
      return asked == 1 and { { n = 1 } } or {}, { next = (page.token or "t") .. "x" }
    end
    local iterator = new(fetch)
    local list, failed = numbers(iterator)
    assert.same({ 1, "protocol", "endless_pages", 101 }, { #list, failed[2].category, failed[2].code, asked })
    assert.truthy(failed[1]:find("100 consecutive pages have no row", 1, true))
    assert.is_nil(iterator())
  end)

  it("reports a loop of empty pages", function()
    local asked = 0
    local _, failed = numbers(new(function()
      asked = asked + 1
      return {}, { next = "p" .. asked % 3 }
    end))
    assert.equal("repeated_page", failed[2].code)
    assert.is_true(asked < 12, asked .. " pages")
  end)

  it("bug 5: reports an endlessly repeated first page with new tokens by the total", function()
    local asked = 0
    local iterator = new(function(_, page)
      asked = asked + 1
      local rows = {}
      for i = 1, page.size do rows[i] = { n = i } end
      return rows, { total = 25, next = "t" .. asked }
    end)
    local list, failed = numbers(iterator)
    assert.equal(40, #list)
    assert.equal("wrong_total", failed[2].code)
    assert.equal(4, asked)
  end)

  it("bug 5: reports missing rows by the total", function()
    local fetch = service(30, function(n, rows) if n == 2 then rows[10] = nil end end)
    local list, failed = numbers(new(fetch))
    assert.equal(29, #list)
    assert.equal("wrong_total", failed[2].code)
    assert.truthy(failed[1]:find("received 29 rows, but the service counts 30", 1, true))
  end)
end)

describe("a cursor", function()
  it("resumes after the last returned row, also in the middle of a page", function()
    for _, had in ipairs { 0, 1, 9, 10, 11, 20, 24, 25 } do
      local iterator = new((service(25)))
      local list = {}
      for i = 1, had do list[i] = iterator().n end
      local rest, failed = numbers(new((service(25)), { pageSize = 10, cursor = iterator:cursor() }))
      assert.is_nil(failed)
      for _, n in ipairs(rest) do list[#list + 1] = n end
      assert.equal(25, #list, "after " .. had)
      for i = 1, 25 do assert.equal(i, list[i]) end
    end
  end)

  it("is rejected if it is malformed", function()
    for _, cursor in ipairs { "", "x", "1:2", "a:b:c" } do
      local iterator, err = pages.new(operation, "things", { cursor = cursor }, service(1))
      assert.is_nil(iterator)
      assert.same({ "validation", "cursor" }, { err.category, err.field })
    end
  end)
end)

describe("a list", function()
  it("has the first rows, the total and a cursor", function()
    local list = assert(pages.collect(new((service(25)), { pageSize = 10, limit = 12 })))
    assert.equal(12, #list)
    assert.equal("25", tostring(list.total))
    local rest = assert(pages.collect(new((service(25)), { pageSize = 10, cursor = list.cursor })))
    assert.equal(13, #rest)
    assert.equal(13, rest[1].n)
    assert.is_nil(rest.cursor)
  end)

  it("has at most 500 rows by default", function()
    local list = assert(pages.collect(new((service(1200)), {})))
    assert.equal(500, #list)
    assert.is_string(list.cursor)
  end)

  it("has no cursor if the limit equals the number of rows", function()
    local list = assert(pages.collect(new((service(20)), { pageSize = 10, limit = 20 })))
    assert.is_nil(list.cursor)
  end)
end)

it("a paginator uses constant memory for 10,000 rows", function()
  local iterator = new((service(10000)), { pageSize = 100 })
  local count, early = 0, nil
  for row in iterator do
    count = row.n
    if count == 1000 then
      collectgarbage()
      early = collectgarbage "count"
    end
  end
  collectgarbage()
  assert.equal(10000, count)
  assert.is_true(collectgarbage "count" - early < 50, "KB more after 9,000 rows")
end)
