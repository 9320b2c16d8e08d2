-- Hooks, counters and the log: what they report, and that no secret appears in them.
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

local ann = { email = "ann@example.com", username = "Ann" }

-- Creates a client whose hooks record their events.
local function watched(generation, more)
  local told = { onRequest = {}, onResponse = {}, onRetry = {}, onWait = {}, log = {} }
  local options = {}
  for name, list in pairs(told) do options[name] = function(event) list[#list + 1] = event end end
  for name, value in pairs(more or {}) do options[name] = value end
  local client, tenant, wire = clients.new(generation, options)
  return client, told, tenant, wire
end

describe("hooks", function()
  it("report each request and its response", function()
    local client, told = watched "1.0"
    assert(client:update_users { ann, { email = "bob@example.com", username = "Bob" } })
    assert.equal(1, #told.onRequest)
    local request, response = told.onRequest[1], told.onResponse[1]
    assert.same({ "update_user", "POST", "/api/user/update-user", 2, 1 },
      { request.operation, request.method, request.path, request.items, request.attempt })
    assert.equal(36, #request.requestId)
    assert.same({ 200, request.requestId, 0 }, { response.status, response.requestId, response.seconds })
    assert.is_true(response.bytes > 100)
    assert.is_nil(response.code)
  end)

  it("report the seconds of a request without those of onRequest", function()
    local now = 0
    local client, told = watched("1.0", {
      monotonic = function() return now end, onRequest = function() now = now + 5 end,
    })
    assert(client:update_user(ann))
    assert.equal(0, told.onResponse[1].seconds)
    assert.equal(0, client:stats().latency.sum)
  end)

  it("report the reason and the delay of a retry", function()
    local client, told, tenant = watched("2.0", { random = function() return 0.5 end })
    tenant:fault { kind = "unavailable" }
    assert(client:update_user(ann))
    assert.same({ { operation = "update_user", attempt = 1, category = "service", code = "unavailable", delay = 0.25,
      reason = "unavailable" } }, told.onRetry)
    assert.same({ { operation = "update_user", seconds = 0.25, reason = "retry" } }, told.onWait)
    assert.same({ "service", "unavailable", 503 },
      { told.onResponse[1].category, told.onResponse[1].code, told.onResponse[1].status })
    assert.equal(2, told.onRequest[2].attempt)
    assert.truthy(told.log[1]:find("update_user: attempt 1 failed (unavailable), retry in 0.2", 1, true)
      or told.log[1]:find("retry in 0.3", 1, true), told.log[1])
  end)

  it("log why a retryable request is not retried", function()
    local client, told, tenant = watched("2.0", { attempts = 2, random = function() return 0.5 end })
    tenant:fault { kind = "unavailable", times = 2 }
    assert.is_nil((client:update_user(ann)))
    assert.truthy(told.log[2]:find("update_user: attempt 2 failed (unavailable), no retry: no attempts left", 1, true))
    tenant:fault { kind = "reset" }
    assert.is_nil((client:create_user { email = "dora@example.com" }))
    assert.truthy(told.log[3]:find("create_user: attempt 1 failed (connection_lost), no retry: it may have", 1, true))
    client.quota.capacity = 0
    tenant:fault { kind = "reset" }
    assert.is_nil((client:update_user(ann)))
    assert.truthy(told.log[4]:find("no retry: too many failures", 1, true), told.log[4])
    tenant:fault { kind = "status", status = 403 }
    assert.is_nil((client:update_user(ann)))
    assert.equal(4, #told.log)
  end)

  it("number the attempts, including the extra attempt with a new token", function()
    local client, told, tenant = watched("2.0", { attempts = 2 })
    tenant:fault { kind = "token_expired" }
    tenant:fault { kind = "unavailable" }
    assert(client:update_user(ann))
    assert.same({ 1, 2, 3 }, { told.onRequest[1].attempt, told.onRequest[2].attempt, told.onRequest[3].attempt })
    tenant:fault { kind = "token_expired" }
    tenant:fault { kind = "unavailable", times = 9 }
    local _, _, err = client:update_user(ann)
    assert.same({ "unavailable", 3 }, { err.code, err.attempts })
  end)

  it("report a lost response without a status", function()
    local client, told, tenant = watched("2.0", { attempts = 1 })
    tenant:fault { kind = "reset" }
    client:update_user(ann)
    assert.same({ "transport", "connection_lost" }, { told.onResponse[1].category, told.onResponse[1].code })
    assert.is_nil(told.onResponse[1].status)
  end)

  it("log an error that a hook raises and keep the response", function()
    local client, told = watched("2.0", { onResponse = function() error "broken hook" end,
      onRequest = function() error "broken, too" end })
    assert.equal("Ann", assert(client:update_user(ann)).username)
    assert.truthy(told.log[1]:find("onRequest raised: ", 1, true))
    assert.truthy(told.log[2]:find("onResponse raised: .*broken hook"))
  end)

  it("keep the response if the hooks and the log function raise", function()
    local function broken() error "broken" end
    local client, _, tenant = watched("2.0", { onResponse = broken, onRetry = broken, log = broken })
    tenant:fault { kind = "unavailable" }
    assert.equal("Ann", assert(client:update_user(ann)).username)
  end)

  it("keep the response if a hook raises a value without a text form", function()
    local odd = setmetatable({}, { __tostring = function() error "broken" end })
    local client = watched("2.0", { onResponse = function() error(odd) end })
    assert.equal("Ann", assert(client:update_user(ann)).username)
  end)

  it("receive the path without the query", function()
    local client, told = watched "2.0"
    assert(client:call { method = "GET", path = "/user/cloud-gateway/v1/users", query = { domain = "planted.example.com" } })
    assert.equal("/user/cloud-gateway/v1/users", told.onRequest[1].path)
  end)
end)

describe("doc/hooks.md", function()
  local file = assert(io.open "doc/hooks.md")
  local text = file:read "*a"
  file:close()

  it("lists exactly the fields of each hook's event", function()
    local documented, seen = {}, {}
    local known = { request = true, response = true, retry = true, wait = true }
    for names, where in text:gmatch "\n| (`[^|]+`) | ([%l, ]+) |" do
      for name in names:gmatch "`(%w+)`" do
        for hook in pairs(known) do
          if where == "all" or (", " .. where .. ","):find(", " .. hook .. ",", 1, true) then
            documented[hook .. " " .. name] = true
          end
        end
      end
    end
    for _, generation in ipairs { "1.0", "2.0" } do
      local client, told, tenant = watched(generation, { random = function() return 0.5 end })
      tenant:fault { kind = "status", status = 503, headers = { ["x-request-id"] = "id" } }
      assert(client:update_user(ann))
      for hook in pairs(known) do
        for _, event in ipairs(told["on" .. hook:gsub("^%l", string.upper)]) do
          for name in pairs(event) do seen[hook .. " " .. name] = true end
        end
      end
    end
    assert.same(seen, documented)
  end)

  it("lists exactly the metrics of the Prometheus text", function()
    local documented, seen = {}, {}
    for name in text:gmatch "`(mimecast_[%l_]+)" do documented[name] = true end
    for name in watched("2.0"):stats():prometheus():gmatch "# TYPE (%S+)" do seen[name] = true end
    assert.same(seen, documented)
  end)
end)

describe("counters", function()
  it("count calls, items, requests, retries, pauses, tokens, bytes and latencies", function()
    local client, _, tenant = watched("2.0", { random = function() return 0.5 end })
    tenant:fault { kind = "unavailable" }
    tenant:fault { kind = "slow", seconds = 2, after = 1 }
    assert(client:update_users { ann, { email = "bob@example.com", username = "Bob" } })
    assert(client:update_user(ann))
    assert.is_nil((client:update_user { email = "nobody@example.com", username = "N" }))
    tenant:fault { kind = "status", status = 403 }
    assert.is_nil((client:update_user(ann)))
    local stats = client:stats()
    assert.same({ 4, 5, 5, 1, 1, 0.25, 1 }, { stats.calls, stats.items, stats.requests, stats.retries, stats.waits,
      stats.waited, stats.tokens })
    assert.same({ forbidden = 1 }, stats.failures)
    assert.is_true(stats.sent > 200 and stats.received > 500)
    assert.same({ 5, 2 }, { stats.latency.count, stats.latency.sum })
    assert.same({ 4, 0, 1 }, { stats.latency.buckets[1].count, stats.latency.buckets[8].count,
      stats.latency.buckets[9].count })
    assert.truthy(stats:prometheus():find('le="1"} 4\n', 1, true) and stats:prometheus():find('le="2.5"} 5\n', 1, true))
  end)

  it("count an API 1.0 login as a token", function()
    local seed = sandbox.new()
    local keys, known = seed.credentials.v1, seed.credentials.login
    local client = assert(mimecast.new { email = known.email, password = known.password, appId = keys.appId,
      appKey = keys.appKey, region = "eu", transport = seed.transport })
    for _ = 1, 2 do assert(client:update_user(ann)) end
    assert.equal(1, client:stats().tokens)
  end)

  it("are returned as a copy", function()
    local client = watched "2.0"
    local before = client:stats()
    assert(client:update_user(ann))
    assert.same({ 0, 1 }, { before.calls, client:stats().calls })
    assert.equal(0, before.latency.count)
  end)

  it("reject a label name that Prometheus does not accept", function()
    local stats = watched "2.0":stats()
    for _, name in ipairs { "we ird", "1st", "", "le", "code" } do
      assert.error_matches(function() stats:prometheus { [name] = "x" } end, "cannot be a label", 1, true)
    end
  end)

  it("are written in the Prometheus text format with escaped labels", function()
    local client, _, tenant = watched "2.0"
    assert(client:update_user(ann))
    tenant:fault { kind = "status", status = 403 }
    client:update_user(ann)
    local text = client:stats():prometheus { worker = 'a"b\\c\nd' }
    local seen = {}
    for line in text:gmatch "[^\n]+" do
      if line:sub(1, 1) == "#" then
        assert.truthy(line:find "^# HELP mimecast_[%l_]+ .+" or line:find "^# TYPE mimecast_[%l_]+ %l+$", line)
      else
        local name, labels, value = line:match "^(mimecast_[%l_]+){(.-)} ([%d.]+)$"
        assert.truthy(name, line)
        assert.truthy(labels:find('worker="a\\"b\\\\c\\nd"', 1, true), line)
        seen[name .. (labels:match ",(.*)$" or "")] = tonumber(value)
      end
    end
    assert.same({ 2, 2, 1, 1, 2 }, { seen.mimecast_calls_total, seen.mimecast_requests_total, seen.mimecast_tokens_total,
      seen['mimecast_failures_totalcode="forbidden"'], seen['mimecast_request_seconds_bucketle="+Inf"'] })
    assert.truthy(client:stats():prometheus():find("\nmimecast_calls_total 2\n", 1, true))
  end)
end)

describe("secrets do not appear", function()
  -- Appends all keys and values of a nested table to parts.
  local function flatten(value, parts)
    if type(value) ~= "table" then
      parts[#parts + 1] = tostring(value)
      return
    end
    for key, part in pairs(value) do
      flatten(key, parts)
      flatten(part, parts)
    end
  end

  local faults = { { kind = "unavailable" }, { kind = "fail_items" }, { kind = "token_expired" }, { kind = "reset" },
    { kind = "echo_credentials" }, { kind = "echo_credentials", path = "*" }, { kind = "rate_limited" }, { kind = "html" },
    { kind = "garbage" }, { kind = "binding_expired" }, { kind = "bad_app_id" }, { kind = "truncated" } }

  for _, generation in ipairs { "1.0", "2.0" } do
    it("in hooks, log, counters, Prometheus text and errors under API " .. generation, function()
      local client, told, tenant, wire = watched(generation, { random = function() return 0.5 end })
      local seen = {}
      for _, fault in ipairs(faults) do
        tenant:fault(fault)
        local _, message, err = client:update_user { email = "ann@example.com", password = "Planted Word-é-1",
          accountLocked = false }
        seen[#seen + 1] = { message or "", err or {}, tostring(err) }
        tenant:fault(fault)
        seen[#seen + 1] = { client:call { path = "/api/user/update-user", data = { { emailAddress = "bob@example.com" } } } }
      end
      seen[#seen + 1] = { client:stats(), client:stats():prometheus(), told }
      local parts = {}
      flatten(seen, parts)
      local text = table.concat(parts, "\n")
      local planted = { "Planted Word-é-1", "Planted Word", "Planted+Word", "Planted%20Word" }
      for _, value in pairs(tenant.credentials[generation == "1.0" and "v1" or "v2"]) do planted[#planted + 1] = value end
      for _, request in ipairs(wire.sent) do
        local header = request.headers.authorization
        if header then planted[#planted + 1] = header:match "[^ :]+$" end
      end
      assert.is_true(#planted > 20)
      for _, secret in ipairs(planted) do
        local is_public = secret == tenant.credentials.v1.appId -- the service's response contains it
        assert.is_true(is_public or not text:find(secret, 1, true), secret)
      end
    end)
  end
end)

describe("gather", function()
  it("runs functions concurrently and keeps the order of results and failures", function()
    local client = clients.new()
    local results, failures = client:gather {
      function() return client:user_settings "ann@example.com" end,
      function() return client:user_settings "nobody@example.com" end,
      function() return client:find_groups {} end,
    }
    assert.equal("ann@example.com", results[1].email)
    assert.is_false(results[2])
    assert.equal("unknown_address", failures[2].code)
    assert.is_true(#results[3] > 0)
  end)

  it("is also a function of the module, like stats", function()
    assert.equal("function", type(mimecast.gather))
    assert.equal("function", type(mimecast.stats))
  end)
end)
