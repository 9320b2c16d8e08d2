local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read
local users = "/api/user/get-internal-users"

local function ask(call, path, pagination, item)
  local meta = pagination and '"meta":{"pagination":' .. json.encode(pagination) .. "}," or ""
  return call:v2("{" .. meta .. '"data":[' .. (item or "") .. "]}", path)
end

-- All pages, each page's pagination, and the addresses in the order of their coming.
local function walk(call, path, size, item, list)
  local pages, rows, token = {}, {}, nil
  repeat
    local body = read(ask(call, path, { pageSize = size, pageToken = token }, item))
    pages[#pages + 1] = body.meta.pagination
    for _, row in ipairs(body.data[1][list]) do rows[#rows + 1] = row end
    token = body.meta.pagination.next
  until not token or #pages > 1000
  return rows, pages
end

describe("sandbox pages", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new{ rateLimit = false }
    call = bare_client.new(tenant)
  end)

  it("have their size, the total, and tokens of the next and the previous page", function()
    local first = read(ask(call, users, { pageSize = 3 }, '{"domain":"example.com"}')).meta.pagination
    assert.equal(3, first.pageSize)
    assert.equal(5, first.totalCount)
    assert.is_nil(first.previous)
    local second = read(ask(call, users, { pageSize = 3, pageToken = first.next }, '{"domain":"example.com"}')).meta
    assert.equal(2, second.pagination.pageSize)
    assert.equal(5, second.pagination.totalCount)
    assert.is_nil(second.pagination.next)
    assert.truthy(second.pagination.previous)
  end)

  it("of an empty list have the size 0 and no total", function()
    local response = ask(call, "/api/directory/find-groups", { pageSize = 100 }, '{"query":"nothing like it"}')
    assert.equal('{"meta":{"status":200,"pagination":{"pageSize":0}},"data":[{"source":"cloud",'
      .. '"query":"nothing like it","folders":[]}],"fail":[]}', response.body)
  end)

  it("contain each of 10,000 users once, for any page size, and quickly", function()
    tenant = sandbox.new{ users = 10000, rateLimit = false }
    call = bare_client.new(tenant)
    local started = os.clock()
    local rows, pages = walk(call, users, 500, nil, "users")
    assert.is_true(os.clock() - started < 3)
    assert.equal(10000, #rows)
    assert.equal(20, #pages)
    local seen = {}
    for _, row in ipairs(rows) do seen[row.emailAddress] = true end
    for i = 1, 10000 do assert.is_true(seen[("user%06d@example.com"):format(i)]) end
    assert.equal(10000, #(walk(call, users, 333, '{"domain":"example.com"}', "users")))
  end)

  it("keep the place of a changed synthetic user, and show the change", function()
    tenant = sandbox.new{ users = 10, rateLimit = false }
    call = bare_client.new(tenant)
    call:v2('{"data":[{"emailAddress":"user000007@example.com","name":"Seven"}]}')
    tenant:add_users{ { emailAddress = "late@example.com" } }
    tenant:add_users(2)
    local rows = walk(call, users, 4, nil, "users")
    assert.equal(13, #rows)
    assert.equal("Seven", rows[7].name)
    assert.equal("late@example.com", rows[11].emailAddress)
    assert.equal("user000012@example.com", rows[13].emailAddress)
  end)

  it("have 25 rows by default, 500 at most, and 999 without a page request", function()
    tenant = sandbox.new{ users = 1200, rateLimit = false }
    call = bare_client.new(tenant)
    assert.equal(25, #read(ask(call, users, {})).data[1].users)
    assert.equal(25, #read(ask(call, users, { pageToken = "" })).data[1].users)
    assert.equal(500, #read(ask(call, users, { pageSize = 5000 })).data[1].users)
    local body = read(ask(call, users))
    assert.equal(999, #body.data[1].users)
    assert.equal(1200, body.meta.pagination.totalCount)
    assert.is_nil(body.meta.pagination.next)
  end)

  it("reject a token of another list, of another filter, and a damaged token", function()
    local token = read(ask(call, users, { pageSize = 2 })).meta.pagination.next
    assert.equal(200, ask(call, users, { pageSize = 2, pageToken = token }).status)
    for _, wrong in ipairs{
      { "/api/directory/find-groups", token }, { users, token:sub(1, -2) }, { users, "nonsense" },
      { users, token, '{"domain":"example.com"}' },
    } do
      local response = ask(call, wrong[1], { pageSize = 2, pageToken = wrong[2] }, wrong[3])
      assert.equal(400, response.status)
      assert.equal("err_validation_invalid_page_token", read(response).fail[1].errors[1].code)
    end
  end)

  it("continue with the token's page size by default", function()
    local token = read(ask(call, users, { pageSize = 2 })).meta.pagination.next
    assert.equal(2, #read(ask(call, users, { pageToken = token })).data[1].users)
  end)

  it("accept a single item under both generations", function()
    local two = '{"data":[{"domain":"example.com"},{"domain":"example.org"}]}'
    assert.equal(400, call:v2(two, users).status)
    assert.equal(400, call:v1(two, users).status)
  end)

  describe("with a fault:", function()
    before_each(function()
      tenant = sandbox.new{ users = 10, rateLimit = false }
      call = bare_client.new(tenant)
    end)

    it("repeat_page_token waits for a page with a token, and points to it again", function()
      tenant:fault{ kind = "repeat_page_token", path = users }
      local first = read(ask(call, users, { pageSize = 4 })).meta.pagination
      local second = read(ask(call, users, { pageSize = 4, pageToken = first.next })).meta.pagination
      assert.equal(first.next, second.next)
      assert.equal(0, tenant:pending())
      local again = read(ask(call, users, { pageSize = 4, pageToken = first.next })).meta.pagination
      assert.not_equal(first.next, again.next)
    end)

    it("empty_last_page adds an empty page after the last page, with a further token", function()
      tenant:fault{ kind = "empty_last_page", path = users }
      local first = read(ask(call, users, { pageSize = 6 })).meta.pagination
      assert.equal(2, tenant:pending())
      local last = read(ask(call, users, { pageSize = 6, pageToken = first.next }))
      assert.equal(4, #last.data[1].users)
      local empty = read(ask(call, users, { pageSize = 6, pageToken = last.meta.pagination.next }))
      assert.equal(0, #empty.data[1].users)
      assert.equal(0, empty.meta.pagination.pageSize)
      assert.truthy(empty.meta.pagination.next)
      assert.equal(0, tenant:pending())
      local after = read(ask(call, users, { pageSize = 6, pageToken = empty.meta.pagination.next }))
      assert.is_nil(after.meta.pagination.next)
    end)

    it("empty_page inserts an empty page before the next page", function()
      tenant:fault{ kind = "empty_page", path = users }
      local first = read(ask(call, users, { pageSize = 6 }))
      assert.equal(6, #first.data[1].users)
      local empty = read(ask(call, users, { pageSize = 6, pageToken = first.meta.pagination.next }))
      assert.same({ 0, 0 }, { #empty.data[1].users, empty.meta.pagination.pageSize })
      local last = read(ask(call, users, { pageSize = 6, pageToken = empty.meta.pagination.next }))
      assert.same({ 4, 0 }, { #last.data[1].users, tenant:pending() })
    end)

    it("wrong_total is off by the given number", function()
      tenant:fault{ kind = "wrong_total" }
      tenant:fault{ kind = "wrong_total", by = -3 }
      assert.equal(11, read(ask(call, users, { pageSize = 4 })).meta.pagination.totalCount)
      assert.equal(7, read(ask(call, users, { pageSize = 4 })).meta.pagination.totalCount)
      assert.equal(10, read(ask(call, users, { pageSize = 4 })).meta.pagination.totalCount)
    end)

    it("any kind can hit the seventh page", function()
      tenant:fault{ kind = "unavailable", path = users, after = 6 }
      local token
      for _ = 1, 6 do
        token = read(ask(call, users, { pageSize = 1, pageToken = token })).meta.pagination.next
      end
      assert.equal(503, ask(call, users, { pageSize = 1, pageToken = token }).status)
      assert.equal(200, ask(call, users, { pageSize = 1, pageToken = token }).status)
    end)

    it("hits REST resources, too, by path or by route", function()
      local path = "/directory/cloud-gateway/v1/groups/{id}/members"
      tenant:fault{ kind = "wrong_total", path = path }
      local body = read(call:v2("", (path:gsub("{id}", tenant:group("Finance").id)), { method = "GET" }))
      assert.equal(4, body.meta.pagination.totalCount)
      assert.equal(1, tenant:count(path))
    end)
  end)
end)
