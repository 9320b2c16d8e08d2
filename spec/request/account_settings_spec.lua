-- client:users{ settings = true }
local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"

local function read_all(iterator)
  local rows, failure = {}, nil
  for row, _, err in iterator do
    if row then rows[#rows + 1] = row else failure = err end
  end
  return rows, failure
end

local function emails(rows)
  local list = {}
  for i, row in ipairs(rows) do list[i] = row.email end
  return table.concat(list, " ")
end

local function by_email(rows)
  local map = {}
  for _, row in ipairs(rows) do map[row.email] = row end
  return map
end

for _, generation in ipairs { "1.0", "2.0" } do
  describe("users with settings under API " .. generation, function()
    local client, tenant, wire

    local function new(more)
      client, tenant, wire = clients.new(generation, more)
      tenant:add_users(23)
    end

    before_each(function() new() end)

    local function users(input)
      input = input or {}
      input.settings, input.domain = true, "example.com"
      return assert(client:users(input))
    end

    it("have the settings of update_user, read five at a time, and nothing is changed", function()
      assert(client:update_user { email = "user000007@example.com", accountDisabled = true, allowPop3 = true,
        archiveStartDate = "2026-01-15T09:00:00Z" })
      local applied, before = tenant:applied(), #wire:to "/update-user"
      local iterator = users()
      local rows, failure = read_all(iterator)
      assert.is_nil(failure)
      assert.equal(28, #rows)
      assert.same({ 0, 28 }, { iterator.rejected, iterator.total })
      local changed = by_email(rows)["user000007@example.com"]
      assert.same({ "account", true, true, false, "2026-01-15T09:00:00+0000" }, { changed.kind, changed.accountDisabled,
        changed.allowPop3, changed.accountLocked, changed.archiveStartDate })
      assert.is_nil(changed.error)
      local last = by_email(rows)["user000023@example.com"]
      assert.same({ false, false }, { last.accountDisabled, last.passwordNeverExpires })
      assert.equal(applied, tenant:applied())
      assert.equal(1 + math.ceil(27 / 5), #wire:to "/update-user" - before) -- one account is tried first
      assert.truthy(tostring(rows[1]):find("kind +\"role\""))
    end)

    it("are not asked for without the option", function()
      read_all(assert(client:users { domain = "example.com" }))
      read_all(assert(client:users { domain = "example.com", settings = false }))
      assert.equal(0, #wire:to "/update-user")
    end)

    it("have a kind: aliases have no settings and are not read, postmaster@ and abuse@ are roles", function()
      assert(client:update_alias { aliasFor = "ann@example.com", alias = "anna@example.com" })
      local rows = by_email(read_all(users()))
      assert.same({ "alias", nil }, { rows["anna@example.com"].kind, rows["anna@example.com"].accountDisabled })
      assert.same({ "role", "role", "account" }, { rows["postmaster@example.com"].kind, rows["abuse@example.com"].kind,
        rows["ann@example.com"].kind })
      for _, request in ipairs(wire:to "/update-user") do assert.is_nil(request.body:find("anna@", 1, true)) end
    end)

    it("have the code of the service if it rejects an account, and the other rows are read", function()
      tenant:fault { kind = "fail_items", path = "/api/user/update-user", after = 2, items = { 2, 3 } }
      local iterator = users()
      local rows, failure = read_all(iterator)
      assert.is_nil(failure)
      assert.equal(28, #rows)
      assert.equal(2, iterator.rejected)
      local failed = 0
      for _, row in ipairs(rows) do
        if row.error then failed = failed + 1 else assert.is_false(row.accountDisabled) end
      end
      assert.equal(2, failed)
    end)

    it("do not count a rejected role address", function()
      tenant:fault { kind = "fail_items", path = "/api/user/update-user", after = 6, items = { 1, 2 } } -- roles come last
      local iterator = users()
      local rows = by_email(read_all(iterator))
      assert.equal(0, iterator.rejected)
      assert.truthy(rows["postmaster@example.com"].error)
      assert.truthy(rows["abuse@example.com"].error)
    end)

    it("end with an error before a second account is read if the first response is unexpected", function()
      local cases = {
        ["has no accountDisabled"] = function(item) item.accountDisabled = nil end,
        ["has another name than the list"] = function(item) item.name = "Somebody" end,
      }
      for expected, change in pairs(cases) do
        new()
        local send = wire.send
        function wire:send(request)
          local response, message, err = send(self, request)
          if request.url:find("/update-user", 1, true) then
            local document = json.decode(response.body)
            change(document.data[1])
            response.body = json.encode(document)
          end
          return response, message, err
        end
        local rows, failure = read_all(users())
        assert.same({ 0, "protocol", "wrong_shape", "ann@example.com" }, { #rows, failure.category, failure.code, failure.key })
        assert.truthy(failure.message:find(expected, 1, true), failure.message)
        assert.equal(1, #wire:to "/update-user")
      end
    end)

    it("end with an error if the service rejects the first five accounts", function()
      tenant:fault { kind = "fail_items", path = "/api/user/update-user", items = { 1 }, times = 5 }
      local rows, failure = read_all(users())
      assert.same({ 0, "wrong_shape" }, { #rows, failure.code })
      assert.equal(5, #wire:to "/update-user")
    end)

    it("go on from the cursor of every row", function()
      local all = emails(read_all(users { pageSize = 6 }))
      local iterator, taken = users { pageSize = 6 }, {}
      for row in iterator do
        taken[#taken + 1] = row
        local rest = read_all(users { pageSize = 6, cursor = iterator:cursor() })
        local both = emails(taken) .. (#rest > 0 and " " or "") .. emails(rest)
        assert.equal(all, both)
        assert.equal(#taken < 28, iterator:more())
      end
      assert.equal(28, #taken)
    end)

    it("go on after a failure without a lost or doubled row", function()
      for _, after in ipairs { 0, 1, 3, 5 } do
        for _, path in ipairs { "/api/user/update-user", "/api/user/get-internal-users" } do
          new { attempts = 1 }
          local all = emails(read_all(users { pageSize = 6 }))
          tenant:fault { kind = "unavailable", path = path, after = after }
          local iterator = users { pageSize = 6 }
          local rows, failure = read_all(iterator)
          if after < 5 or path:find "update" then assert.equal("unavailable", failure.code) end
          local rest = read_all(users { pageSize = 6, cursor = iterator:cursor() })
          assert.equal(all, emails(rows) .. (#rows > 0 and #rest > 0 and " " or "") .. emails(rest))
        end
      end
    end)

    it("report each round, and the last one", function()
      local iterator, seen = users { pageSize = 20 }, {}
      iterator.on_round = function(count, is_last) seen[#seen + 1] = count .. (is_last and " last" or "") end
      read_all(iterator)
      assert.same({ "20", "28", "28 last" }, seen)
      iterator, seen = users { pageSize = 20, limit = 20 }, {}
      iterator.on_round = function(count, is_last) seen[#seen + 1] = count .. (is_last and " last" or "") end
      read_all(iterator)
      assert.same({ "20 last" }, seen)
      new { attempts = 1 }
      tenant:fault { kind = "unavailable", path = "/api/user/update-user", after = 6 }
      iterator, seen = users { pageSize = 20 }, {}
      iterator.on_round = function(count, is_last) seen[#seen + 1] = count .. (is_last and " last" or "") end
      read_all(iterator)
      assert.same({ "20", "20 last" }, seen)
    end)

    it("read no more accounts than the limit", function()
      local rows = read_all(users { limit = 7, pageSize = 20 })
      assert.equal(7, #rows)
      assert.equal(3, #wire:to "/update-user") -- one, then six
      local list = assert(client:list_users { domain = "example.com", settings = true, limit = 3 })
      assert.same({ 3, "role" }, { #list, list[1].kind })
      assert.truthy(list.cursor)
    end)

    it("can be read by a client that only reads", function()
      client = client:with { readOnly = true }
      assert.equal(28, #read_all(users()))
    end)

    it("report a missing permission", function()
      new { tenant = { permissions = { "Directories | Internal | Read" } } }
      local rows, failure = read_all(users())
      assert.same({ 0, "auth" }, { #rows, failure and failure.category })
    end)

    it("read an address once that the list repeats", function()
      local send = wire.send
      function wire:send(request)
        local response, message, err = send(self, request)
        if request.url:find("/get-internal-users", 1, true) then
          response.body = response.body:gsub("carol@example.com", "BOB@example.com")
        end
        return response, message, err
      end
      assert(client:update_user { email = "bob@example.com", accountLocked = true })
      local rows = read_all(users())
      assert.equal(28, #rows)
      assert.is_true(by_email(rows)["BOB@example.com"].accountLocked)
    end)
  end)
end
