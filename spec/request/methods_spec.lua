local clients = require "spec.support.fakes.clients"
local errors = require "mimecast.errors"
local recording = require "spec.support.fakes.recording"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

local function codes(failures, count)
  local list = {}
  for i = 1, count do list[i] = failures[i] and failures[i].code or "-" end
  return table.concat(list, " ")
end

local function names(results)
  local list = {}
  for i, user in ipairs(results) do list[i] = user and user.username or "false" end
  return table.concat(list, " ")
end

describe("a function for one item", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("changes a user under API " .. generation, function()
      local client, tenant = clients.new(generation)
      local user = assert(client:update_user { email = "bob@example.com", username = "Robert", ["Allow POP3"] = true })
      assert.equal("Robert", user.username)
      assert.is_true(user.allowPop3)
      assert.is_true(tenant:user "bob@example.com".allowPop)
      assert.equal(1, tenant:applied "bob@example.com")
    end)
  end

  it("returns all error details for an address outside the tenant", function()
    local client = clients.new()
    local user, message, err = client:update_user { email = "nobody@example.com", accountDisabled = true }
    assert.is_nil(user)
    assert.equal(tostring(err), message)
    assert.is_true(errors.is(err))
    assert.same({ "service", "unknown_address", "err_xdk_operation_forbidden_for_address", 200, "nobody@example.com", 1,
      false },
      { err.category, err.code, err.serviceCode, err.status, err.key, err.attempts, err.retryable })
    assert.truthy(err.requestId)
    assert.truthy(err.hint)
  end)

  it("does not send an invalid input", function()
    local client, tenant = clients.new()
    local user, _, err = client:update_user { email = "ann", accountDisabled = 1, foo = 2 }
    assert.is_nil(user)
    assert.equal(3, #err.problems)
    assert.equal(0, tenant:count())
  end)
end)

describe("a function for many items", function()
  it("returns results in input order and sends five users in a request", function()
    local client, tenant, wire = clients.new()
    local results, failures = client:update_users(clients.changes(tenant, 12))
    assert.is_nil(next(failures))
    assert.equal(12, #results)
    for i, user in ipairs(results) do
      assert.equal("Name " .. i, user.username)
      assert.equal(1, tenant:applied(user.email))
    end
    assert.equal(3, #wire:to(path))
    assert.equal(12, tenant:applied())
  end)

  it("sends batchSize users in a request", function()
    for size, requests in pairs { [1] = 7, [2] = 4, [2.9] = 4, [5] = 2 } do
      local client, tenant = clients.new("2.0", { batchSize = size })
      local results, failures = client:update_users(clients.changes(tenant, 7))
      assert.is_nil(next(failures))
      assert.equal(7, #results)
      assert.equal(requests, tenant:count(path))
    end
    local client, tenant = clients.new("1.0", { batchSize = 100 })
    assert.is_nil(next(select(2, client:update_users(clients.changes(tenant, 100)))))
    assert.equal(1, tenant:count(path))
  end)

  it("sends nothing for an empty list", function()
    local client, tenant = clients.new()
    local results, failures = client:update_users {}
    assert.same({}, results)
    assert.same({}, failures)
    assert.equal(0, tenant:count())
  end)

  it("reports a failure for each failed user and keeps the other results", function()
    local client, tenant = clients.new()
    local results, failures = client:update_users {
      { email = "ann@example.com", username = "A" }, { email = "nobody@example.com", username = "N" },
      { email = "carol@example.com", password = "Planted-1" }, { email = "bob@example.com", username = "B" },
    }
    assert.equal("A false false B", names(results))
    assert.equal("- unknown_address rejected -", codes(failures, 4))
    assert.equal("nobody@example.com", failures[2].key)
    assert.equal("carol@example.com", failures[3].key)
    assert.truthy(failures[3].hint:find("accountLocked = false", 1, true))
    assert.is_nil(tostring(failures[3]):find("Planted", 1, true))
    assert.equal(2, tenant:applied())
  end)

  it("keeps the results of the other batches when one batch fails", function()
    local client, tenant = clients.new("2.0", { attempts = 1 })
    tenant:fault { kind = "status", status = 500, after = 1 }
    local results, failures = client:update_users(clients.changes(tenant, 12))
    assert.equal("- - - - - unavailable unavailable unavailable unavailable unavailable - -", codes(failures, 12))
    for i = 1, 12 do
      local address = ("user%06d@example.com"):format(i)
      if i >= 6 and i <= 10 then
        assert.is_false(results[i])
        assert.equal(address, failures[i].key)
        assert.equal(500, failures[i].status)
        assert.equal(0, tenant:applied(address))
      else
        assert.equal(address, results[i].email)
        assert.equal(1, tenant:applied(address))
      end
    end
    assert.is_not.equal(failures[6], failures[7])
  end)

  it("reports an unknown outcome only for the batch whose response is lost", function()
    local client, tenant = clients.new("2.0", { attempts = 1 })
    tenant:fault { kind = "close_before_response", after = 1, afterApply = true }
    local results, failures = client:update_users(clients.changes(tenant, 11))
    for i = 1, 11 do
      if i >= 6 and i <= 10 then
        assert.is_false(results[i])
        assert.equal("connection_lost", failures[i].code)
        assert.equal("unknown", failures[i].outcome)
        assert.is_true(failures[i].retryable)
      else
        assert.is_nil(failures[i])
      end
    end
    assert.equal(11, tenant:applied())
  end)

  it("matches results by address, not by their position in the response", function()
    local client = clients.new("2.0", { respond = recording.with_token(function()
      return recording.json('{"meta":{"status":200},"data":[{"emailAddress":"Eve@Example.com","name":"E"},'
        .. '{"emailAddress":"ann@example.com","name":"A"}],"fail":[{"key":{"emailAddress":"BOB@example.com"},"errors":'
        .. '[{"code":"err_x","message":"no","retryable":false}]}]}')
    end) })
    local results, failures = client:update_users { ann, { email = "bob@example.com" }, { email = "EVE@example.com" } }
    assert.equal("A false E", names(results))
    assert.equal("- rejected -", codes(failures, 3))
  end)

  it("assigns a failure without a key to the users without a result", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "wrong_shape", shape = "no_key" }
    local results, failures = client:update_users { ann, { email = "bob@example.com" },
      { email = "carol@example.com" } }
    assert.equal("false Bob Example Carol Example", names(results))
    assert.equal("err_sandbox_fault", failures[1].serviceCode)
    assert.equal("ann@example.com", failures[1].key)
  end)

  it("reports an unknown outcome for a user that the response omits", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "wrong_shape", shape = "missing" }
    local results, failures = client:update_users { ann, { email = "bob@example.com", accountDisabled = true } }
    assert.equal("Ann Example false", names(results))
    assert.equal("protocol", failures[2].category)
    assert.equal("wrong_shape", failures[2].code)
    assert.equal("unknown", failures[2].outcome)
    assert.equal("bob@example.com", failures[2].key)
  end)

  it("sends nothing if an address is duplicated in any letter case", function()
    local client, tenant = clients.new()
    local results, failures = client:update_users {
      { email = "ann@example.com", allowSmtp = true }, { email = "bob@example.com" },
      { email = "ANN@Example.com", allowPop3 = true },
    }
    assert.equal("false false false", names(results))
    assert.equal("not_sent not_sent invalid_input", codes(failures, 3))
    assert.equal("duplicate_item", failures[3].problems[1].code)
    assert.truthy(failures[3].message:find("item 1", 1, true))
    assert.equal(0, tenant:count())
  end)

  it("sends nothing if an item is invalid, and returns a failure for each item", function()
    local client, tenant = clients.new()
    local results, failures = client:update_users { ann, { email = "bob@example.com", accountDisabled = 0 }, {} }
    assert.equal("false false false", names(results))
    assert.equal("not_sent invalid_input invalid_input", codes(failures, 3))
    assert.equal("usage", failures[1].category)
    assert.equal("ann@example.com", failures[1].key)
    assert.is_false(failures[1].retryable)
    assert.equal("accountDisabled", failures[2].field)
    assert.equal("email", failures[3].field)
    assert.equal(0, tenant:count())
  end)

  it("raises for a list with gaps or other keys", function()
    local client, tenant = clients.new()
    local gap = {}
    gap[1], gap[3] = ann, { email = "bob@example.com" }
    for _, list in ipairs { gap, { ann, nil, { email = "bob@example.com" } }, { [0] = ann }, { [2] = ann }, { ann,
      x = ann },
      { email = "ann@example.com" }, { ann, false }, { ann, [1.5] = { email = "bob@example.com" } } } do
      assert.is_false(pcall(client.update_users, client, list))
    end
    assert.equal(0, tenant:count())
  end)
end)

-- Returns a client whose groups have a page that names itself as the next one.
local function with_endless_groups()
  return clients.new("2.0", { respond = recording.with_token(function()
    return recording.json '{"meta":{"status":200,"pagination":{"next":"p1"}},"data":[{"folders":[{"id":"x"}]}],"fail":[]}'
  end) })
end

describe("a function for a list", function()
  it("needs no input, and returns the rows with their number", function()
    local users = assert(clients.new("2.0", { tenant = { users = 7 } }):list_users())
    assert.same({ 7, 7 }, { #users, users.total })
  end)

  it("returns the error of a page instead of some rows", function()
    local rows, message, err = with_endless_groups():find_groups {}
    assert.is_nil(rows)
    assert.same({ tostring(err), "repeated_page" }, { message, err.code })
  end)
end)

describe("a function for all rows", function()
  it("returns an iterator over the rows, and sends nothing before the first", function()
    local client, tenant = clients.new("2.0", { tenant = { users = 7 } })
    local iterator, addresses = assert(client:users { pageSize = 2 }), {}
    assert.equal(0, tenant:count())
    for user in iterator do addresses[#addresses + 1] = user.email end
    assert.equal(7, #addresses)
    assert.equal("mimecast.Iterator(users, 7 rows so far)", tostring(iterator))
  end)

  it("returns an error instead of an iterator for an invalid input", function()
    local client, tenant = clients.new()
    local iterator, _, err = client:users { pageSize = 0 }
    assert.same({ "pageSize", 0 }, { err.field, tenant:count() })
    assert.is_nil(iterator)
  end)
end)

describe("an error names the function that was called", function()
  it("and the caller's line, for wrong use", function()
    local client = clients.new()
    local calls = {
      { 'update_user takes a table, like client:update_user{ email = … }', function()
        local user = client:update_user "ann@example.com" return user end },
      { 'update_user takes a table', function() local user = client:update_user() return user end },
      { 'update_user takes a table', function() local user = client.update_user { email = "ann@example.com" } return user end },
      { 'update_users takes a list of tables without gaps, like client:update_users{ { email = … }, … }', function()
        local users = client:update_users "ann@example.com" return users end },
      { 'update_users takes a list', function() local users = client:update_users { "ann@example.com" } return users end },
      { 'update_users takes a list', function()
        local users = client.update_users { { email = "ann@example.com" } } return users end },
      { 'list_cloud_domains takes a table', function() local rows = client:list_cloud_domains "x" return rows end },
      { 'cloud_domains takes a table', function() local rows = client:cloud_domains "x" return rows end },
    }
    for i, case in ipairs(calls) do
      local ok, message = pcall(case[2])
      assert.is_false(ok, i)
      assert.truthy(message:find("methods_spec.lua:%d+: mimecast: "), message)
      assert.truthy(message:find("mimecast: " .. case[1], 1, true), message)
    end
  end)

  it("if the client's API lacks it", function()
    local client = clients.new "1.0"
    for _, name in ipairs { "list_cloud_domains", "cloud_domains" } do
      local _, message, err = client[name](client)
      assert.equal("not_in_this_api", err.code)
      assert.equal(1, message:find(name .. " is not in API 1.0", 1, true), message)
    end
  end)

  it("if the client only reads", function()
    local client = clients.new("2.0", { readOnly = true })
    local change = { email = "ann@example.com", accountDisabled = true }
    local _, failures = client:update_users { change }
    assert.equal(1, tostring(failures[1]):find("update_users may change something", 1, true), tostring(failures[1]))
    local _, message = client:update_user(change)
    assert.equal(1, message:find("update_user may change something", 1, true), message)
  end)

  it("if the host cannot wait", function()
    local client, _, wire = clients.new()
    function wire.unavailable(_, name) return errors.new { category = "usage", code = "wrong_phase", message = name } end
    local _, failures = client:update_users { ann }
    local _, of_list = client:list_users()
    local _, of_rows = client:users()()
    local _, of_call = client:call { path = "/api/account/get-account" }
    assert.same({ "update_users", "list_users", "users", "call" }, { failures[1].message, of_list, of_rows, of_call })
  end)

  it("if the service repeats a page", function()
    local client = with_endless_groups()
    local _, of_list = client:find_groups()
    assert.equal(1, of_list:find("find_groups: ", 1, true), of_list)
    local iterator, of_rows = client:groups(), nil
    for row, message in iterator do
      if not row then of_rows = message end
    end
    assert.equal(1, of_rows:find("groups: ", 1, true), of_rows)
  end)
end)
