-- Bug 5 of other clients: they drop the next page token, misname it or put it into data[0]. They loop for ever on a repeated
-- token, and on an empty last page with a next token. paging_spec.lua and pages_spec.lua test more of this.
local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"

local path = "/api/user/get-internal-users"

local function start(generation, count)
  return clients.new(generation, { tenant = { users = count } })
end

local function drain(iterator)
  local count, err = 0, nil
  for user, _, failed in iterator do
    if user then count = count + 1 else err = failed end
    assert.is_true(count <= 1000, "for ever")
  end
  return count, err
end

for _, generation in ipairs { "1.0", "2.0" } do
  describe("bug 5, API " .. generation .. ": the next page token", function()
    it("is sent in meta.pagination only, as the previous page returned it", function()
      local client, tenant, wire = start(generation, 25)
      local tokens = {}
      local send = tenant.transport.send
      function tenant.transport:send(request)
        local response = send(self, request)
        if request.url:find(path, 1, true) then
          tokens[#tokens + 1] = json.decode(response.body).meta.pagination.next or false
        end
        return response
      end
      assert.equal(25, (drain(client:users { domain = "example.com", pageSize = 10 })))
      local sent = wire:to(path)
      assert.equal(3, #sent)
      for i, request in ipairs(sent) do
        local token = i > 1 and (',"pageToken":"%s"'):format(tokens[i - 1]) or ""
        assert.equal(('{"meta":{"pagination":{"pageSize":10%s}},"data":[{"domain":"example.com"}]}'):format(token),
          request.body)
      end
      assert.is_false(tokens[3])
    end)

    it("ends the iteration with an error if it is repeated", function()
      local client, tenant = start(generation, 60)
      tenant:fault { kind = "repeat_page_token", path = path, times = 1000 }
      local count, err = drain(client:users { domain = "example.com", pageSize = 10 })
      assert.equal(20, count)
      assert.equal("repeated_page", err.code)
    end)

    it("on an empty last page ends the iteration without an error", function()
      local client, tenant = start(generation, 20)
      tenant:fault { kind = "empty_last_page", path = path, times = 1000 }
      local count, err = drain(client:users { domain = "example.com", pageSize = 10 })
      assert.same({ 20 }, { count, err })
      assert.equal(3, tenant:count(path))
    end)

    it("is detected as missing by the total, if the service returns a total", function()
      local client, tenant = start(generation, 20)
      tenant:fault { kind = "wrong_total", path = path, by = 5, times = 1000 }
      local count, err = drain(client:users { domain = "example.com", pageSize = 10 })
      assert.equal(20, count)
      assert.equal("wrong_total", err.code)
    end)
  end)
end

describe("bug 5: the next page token of a REST resource", function()
  it("is sent in the query, except for the first page", function()
    local client, _, wire = start("2.0", 25)
    assert.equal(25, (drain(client:cloud_users { pageSize = 10 })))
    local urls = {}
    for _, request in ipairs(wire.sent) do
      local query = request.url:match "/users%?(.*)$"
      if query then urls[#urls + 1] = query:gsub("pageToken=[%w%-_]+$", "pageToken=…") end
    end
    assert.same({ "pageSize=10", "pageSize=10&pageToken=…", "pageSize=10&pageToken=…" }, urls)
  end)
end)
