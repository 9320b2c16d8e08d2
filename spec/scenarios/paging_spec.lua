-- Paging from a program's view: a client's iterators and lists over the sandbox, in both generations of the API.
-- pages_spec.lua tests the iterator itself.
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"
local sandbox = require "mimecast.sandbox"

local paths = {
  users = "/api/user/get-internal-users", cloud_users = "/user/cloud-gateway/v1/users",
}
local span = { start = "2023-11-13T00:00:00+0000", finish = "2023-11-15T00:00:00+0000" }

-- Creates a client that uses the tenant's transport directly: no requests are recorded, so memory does not grow.
local function plain_client(tenant, generation, more)
  local options = clients.keys(tenant, generation)
  options.transport = tenant.transport
  options.clock = function() return tenant:now() end
  options.random = function() return 0 end
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(mimecast.new(options))
end

local function new_tenant(options)
  options.clock = function() return 1700000000 end
  return sandbox.new(options)
end

-- Returns a field of all rows of an iterator, and the error that ended the iteration.
local function drain(iterator, name, list)
  list = list or {}
  for row, message, err in iterator do
    if not row then return list, err, message end
    list[#list + 1] = row[name]
  end
  return list
end

-- Returns the KB in use. Collects twice, because finalizers release objects.
local function memory()
  collectgarbage()
  collectgarbage()
  return collectgarbage "count"
end

local function addresses(first, last)
  local list = {}
  for i = first, last do list[#list + 1] = ("user%06d@example.com"):format(i) end
  return list
end

-- The two listings of users, in the generations that have them.
local listings = {
  { call = "users", generation = "1.0", input = { domain = "example.com" } },
  { call = "users", generation = "2.0", input = {} },
  { call = "cloud_users", generation = "2.0", input = {} },
}

local function with(input, more)
  local all = {}
  for name, value in pairs(input) do all[name] = value end
  for name, value in pairs(more) do all[name] = value end
  return all
end

for _, listing in ipairs(listings) do
  local call, path = listing.call, paths[listing.call]
  local list_call = "list_" .. call

  local function start(count, more)
    local tenant = new_tenant { users = count, rateLimit = false, keepRequests = 0 }
    return plain_client(tenant, listing.generation, more), tenant
  end

  local function iterate(client, more) return assert(client[call](client, with(listing.input, more or {}))) end

  describe(("%s under API %s"):format(call, listing.generation), function()
    it("returns each of 10,000 users exactly once, in constant memory", function()
      local client, tenant = start(10000)
      local times, early, count, largest = {}, nil, 0, call == "users" and 500 or 100
      for i = 1, 10000 do times[i] = 0 end
      for user, message in iterate(client) do
        assert(user, message)
        local i = tonumber(user.email:match "^user(%d+)@example%.com$")
        times[i], count = times[i] + 1, count + 1
        if count == 2000 then early = memory() end
      end
      -- The rows themselves would be 3000 KB and more.
      assert.is_true(memory() - early < 512, "KB more after 8,000 users")
      assert.equal(10000, count)
      for i = 1, 10000 do assert.equal(1, times[i]) end
      assert.equal(10000 / largest, tenant:count(path))
    end)

    it("fetches a page only when its first row is needed", function()
      local client, tenant = start(30)
      local iterator = iterate(client, { pageSize = 10 })
      assert.equal(0, tenant:count(path))
      for _ = 1, 10 do assert(iterator()) end
      assert.equal(1, tenant:count(path))
      assert(iterator())
      assert.equal(2, tenant:count(path))
    end)

    it("returns an error if a page names itself as the next page", function()
      local client, tenant = start(40)
      tenant:fault { kind = "repeat_page_token", path = path }
      local list, err, message = drain(iterate(client, { pageSize = 10 }), "email")
      assert.same(addresses(1, 20), list)
      assert.same({ "protocol", "repeated_page" }, { err.category, err.code })
      assert.equal(1, message:find(call .. ": the service names an earlier page", 1, true), message)
      assert.equal(2, tenant:count(path))
    end)

    it("ends at an empty last page with a next page token", function()
      local client, tenant = start(20)
      tenant:fault { kind = "empty_last_page", path = path }
      local list, err = drain(iterate(client, { pageSize = 10 }), "email")
      assert.is_nil(err)
      assert.same(addresses(1, 20), list)
      assert.equal(3, tenant:count(path))
      assert.equal(0, tenant:pending())
    end)

    it("continues after an empty page in the middle", function()
      local client, tenant = start(30)
      tenant:fault { kind = "empty_page", path = path, after = 1 }
      local list, err = drain(iterate(client, { pageSize = 10 }), "email")
      assert.is_nil(err)
      assert.same(addresses(1, 30), list)
      assert.equal(4, tenant:count(path))
      assert.equal(0, tenant:pending())
    end)

    it("returns an error if the number of rows differs from the service's total", function()
      for _, by in ipairs { -2, 3 } do
        local client, tenant = start(20)
        tenant:fault { kind = "wrong_total", path = path, by = by, times = 9 }
        local list, err, message = drain(iterate(client, { pageSize = 10 }), "email")
        assert.same(addresses(1, 20), list)
        assert.same({ "protocol", "wrong_total" }, { err.category, err.code })
        assert.truthy(message:find(("received 20 rows, but the service counts %d"):format(20 + by), 1, true), message)
      end
    end)

    it("returns an error if page 7 fails, and another client continues from the saved cursor", function()
      local client, tenant = start(95, { attempts = 1 })
      tenant:fault { kind = "unavailable", path = path, after = 6 }
      local iterator = iterate(client, { pageSize = 10 })
      local list, err = drain(iterator, "email")
      assert.same(addresses(1, 60), list)
      assert.same({ "service", "unavailable", 503, true }, { err.category, err.code, err.status, err.retryable })
      assert.is_nil(iterator())
      local cursor = iterator:cursor()
      assert.is_string(cursor)
      local later = plain_client(tenant, listing.generation)
      local rest
      rest, err = drain(iterate(later, { pageSize = 10, cursor = cursor }), "email", list)
      assert.is_nil(err)
      assert.same(addresses(1, 95), rest)
    end)

    it("retries page 7 after a temporary failure", function()
      local client, tenant = start(95)
      tenant:fault { kind = "unavailable", path = path, after = 6, times = 2 }
      local list, err = drain(iterate(client, { pageSize = 10 }), "email")
      assert.is_nil(err)
      assert.same(addresses(1, 95), list)
      assert.equal(12, tenant:count(path))
    end)

    it("continues in another client after any number of rows", function()
      local _, tenant = start(25)
      for _, had in ipairs { 0, 1, 9, 10, 11, 20, 24, 25 } do
        local iterator = iterate(plain_client(tenant, listing.generation), { pageSize = 10 })
        local list = {}
        for i = 1, had do list[i] = iterator().email end
        local cursor = iterator:cursor()
        local rest, err = drain(iterate(plain_client(tenant, listing.generation), { pageSize = 10, cursor = cursor }),
          "email", list)
        assert.is_nil(err)
        assert.same(addresses(1, 25), rest)
      end
    end)

    it("returns a list with a limit, the total and a cursor", function()
      local client, tenant = start(1234)
      local list = assert(client[list_call](client, with(listing.input, { limit = 250, pageSize = 100 })))
      assert.equal(250, #list)
      assert.equal(1234, list.total)
      assert.equal(3, tenant:count(path))
      local rest = assert(client[list_call](client, with(listing.input, { limit = 2000, cursor = list.cursor })))
      assert.equal(984, #rest)
      assert.equal("user000251@example.com", rest[1].email)
      assert.equal("user001234@example.com", rest[984].email)
      assert.is_nil(rest.cursor)
    end)

    it("returns a list of 500 rows by default", function()
      local client = start(1234)
      local list = assert(client[list_call](client, listing.input))
      assert.same({ 500, 1234, "string" }, { #list, list.total, type(list.cursor) })
    end)

    it("returns no list if a page fails", function()
      local client, tenant = start(30, { attempts = 1 })
      tenant:fault { kind = "unavailable", path = path, after = 2 }
      local list, message, err = client[list_call](client, with(listing.input, { pageSize = 10 }))
      assert.is_nil(list)
      assert.equal(tostring(err), message)
      assert.equal("unavailable", err.code)
    end)
  end)
end

describe("credentials during an iteration", function()
  for _, listing in ipairs { listings[2], listings[3] } do
    local call, path = listing.call, paths[listing.call]

    it("are renewed if the service rejects the token as expired: " .. call, function()
      local tenant = new_tenant { users = 50, keepRequests = 0 }
      local client = plain_client(tenant, "2.0")
      local iterator = client[call](client, { pageSize = 10 })
      local list = {}
      for i = 1, 30 do list[i] = iterator().email end
      tenant:expire_tokens()
      local all, err = drain(iterator, "email", list)
      assert.is_nil(err)
      assert.same(addresses(1, 50), all)
      assert.equal(2, tenant:tokens())
      assert.equal(6, tenant:count(path)) -- five pages and a retry
    end)

    it("are renewed in time if a page is fetched late: " .. call, function()
      local tenant = new_tenant { users = 50, keepRequests = 0 }
      local client = plain_client(tenant, "2.0")
      local list = {}
      for user, message in client[call](client, { pageSize = 10 }) do
        assert(user, message)
        list[#list + 1] = user.email
        if #list % 10 == 0 then tenant:advance(1799) end
      end
      assert.same(addresses(1, 50), list)
      assert.equal(5, tenant:tokens())
      assert.equal(5, tenant:count(path))
    end)
  end

  it("that cannot be renewed end it with an error, and the cursor works after they are replaced", function()
    local tenant = new_tenant { users = 50, keepRequests = 0 }
    local iterator = plain_client(tenant, "1.0"):users { domain = "example.com", pageSize = 10 }
    local list = {}
    for i = 1, 30 do list[i] = iterator().email end
    tenant:expire_binding()
    local _, err = drain(iterator, "email", list)
    assert.same({ "auth", "binding_expired" }, { err.category, err.code })
    tenant:renew_binding()
    local all
    all, err = drain(plain_client(tenant, "1.0"):users { domain = "example.com", pageSize = 10,
      cursor = iterator:cursor() }, "email", list)
    assert.is_nil(err)
    assert.same(addresses(1, 50), all)
  end)
end)

-- Every iterator with its input and the number of rows that the tenant has for it.
local iterators = {
  users = { { domain = "example.com" }, 5 },
  groups = { {}, 25 },
  group_members = { { id = "Finance" }, 23 },
  audit_events = { span, 65 },
  managed_urls = { {}, 23 },
  held_messages = { { admin = true }, 3 },
  held_release_logs = { {}, 0 },
  rejections = { {}, 1 },
  processing_messages = { {}, 1 },
  url_logs = { span, 3 },
  attachment_logs = { span, 2 },
  impersonation_logs = { span, 1 },
  cloud_users = { {}, 7 },
  cloud_groups = { {}, 25 },
  cloud_group_members = { { id = "Finance" }, 23 },
  cloud_domains = { {}, 2 },
  external_domains = { {}, 1 },
  pending_cloud_domains = { {}, 6 },
  roles = { {}, 4 },
}

-- Creates 20 groups, members and URLs, and 5 domains, which also fill the audit log.
local function fill(client, tenant)
  local finance = tenant:group "Finance".id
  for i = 1, 20 do
    assert(client:create_group { name = ("Team %02d"):format(i) })
    assert(client:create_managed_url { url = ("https://www.example.net/%d"):format(i), action = "block" })
  end
  for i = 1, 20 do
    assert(client:add_group_member { id = finance, email = ("guest%02d@example.net"):format(i) })
  end
  for i = 1, 5 do assert(client:create_domain { domain = ("d%d.example.net"):format(i) }) end
end

describe("every iterator", function()
  it("is tested below", function()
    local known = {}
    for _, name in ipairs(registry.names()) do
      local _, kind = registry.find(name)
      if kind == "paginator" then known[name] = true end
    end
    for name in pairs(iterators) do
      assert.is_true(known[name], name)
      known[name] = nil
    end
    assert.same({}, known)
  end)

  it("returns an error if the response is empty instead of a list", function()
    local tenant = new_tenant {}
    local client = plain_client(tenant, "2.0")
    for _, status in ipairs { 200, 204 } do
      tenant:fault { kind = "empty", status = status, path = "/directory/cloud-gateway/v1/groups", times = 3 }
      local list, message, err = client:list_cloud_groups {}
      assert.is_nil(list)
      assert.same({ "protocol", "wrong_shape" }, { err.category, err.code })
      assert.truthy(message:find("the response is empty, but should be a list", 1, true))
      tenant:reset()
    end
  end)

  it("and every other function rejects . and .. as an id, so that the path stays the same", function()
    local tenant = new_tenant {}
    local client = plain_client(tenant, "2.0")
    for _, id in ipairs { ".", ".." } do
      local group, message, err = client:get_cloud_group { id = id }
      assert.is_nil(group)
      assert.equal("invalid_input", err.code)
      assert.truthy(message:find("id must not be . or ..", 1, true))
    end
    assert.equal(0, tenant:count())
  end)

  for name, entry in pairs(iterators) do
    local operation = registry.find(name)
    for _, generation in ipairs(operation.api and { operation.api } or { "1.0", "2.0" }) do
      it(("%s under API %s returns the same rows for every page size"):format(name, generation), function()
        local tenant = new_tenant { rateLimit = false, keepRequests = 0 }
        local client = plain_client(tenant, generation)
        fill(client, tenant)
        local input, rows = with(entry[1], {}), {}
        if input.id then input.id = tenant:group(input.id).id end
        for _, size in ipairs { 1, 2, 7, 100 } do
          local list = {}
          for row, message in client[name](client, with(input, { pageSize = size })) do
            list[#list + 1] = assert(row, message)
          end
          rows[#rows + 1] = list
        end
        assert.equal(entry[2], #rows[1])
        for i = 2, #rows do assert.same(rows[1], rows[i]) end
        local list = assert(client[operation.name](client, input))
        assert.equal(entry[2], #list)
        for i = 1, #list do assert.same(rows[1][i], list[i]) end
      end)
    end
  end
end)
