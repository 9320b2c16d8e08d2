-- Two workers of one nginx, and two nginx hosts, share a store: they use one token, and the store reveals no secret.
local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local openresty = require "tools.openresty"
local redis = require "tools.redis"
local sandbox = require "mimecast.sandbox"

local path = "/api/user/update-user"
local secret = "PlantedClientSecret1234567890"

-- One client per worker; `call` makes one call.
local app = [[
local mimecast = require "mimecast"
local app, client = {}, nil

local function get_client()
  client = client or mimecast.new { baseUrl = "%s", clientId = "PlantedId", clientSecret = ngx.var.arg_secret or "%s",
    timeout = 20, %s }
  return client
end

function app.pid() ngx.print(ngx.worker.pid()) end
function app.call()
  local user, message = get_client():update_user { email = "ann@example.com" }
  ngx.print(user and "ok" or message)
end
-- A call of another function, by its path.
function app.siem()
  local response, _, err = get_client():call { method = "GET", path = "/siem/v1/batch/events/cg" }
  ngx.print(response and response.status or err.code)
end
-- Raw calls with many different paths.
function app.words()
  for i = 1, 50 do
    local word = ("%%d"):format(tonumber(ngx.var.arg_i) * 50 + i):gsub("%%d", function(digit)
      return string.char(97 + digit)
    end)
    get_client():call { method = "GET", path = "/" .. word }
  end
  ngx.print "ok"
end
function app.store() ngx.print(tostring(getmetatable(get_client().config.store)
  == getmetatable(require("mimecast.store.shared_dict").new("mimecast")))) end
function app.dump()
  local keys = ngx.shared.mimecast:get_keys(0)
  for _, key in ipairs(keys) do ngx.print(key, "\n", (ngx.shared.mimecast:get(key)), "\n") end
end
return app]]

local function new_tenant(limit)
  local keys = { clientId = "PlantedId", clientSecret = secret }
  return assert(sandbox.start { rateLimit = limit or false, credentials = { v2 = keys } })
end

local function start(tenant, more, http)
  return openresty.start { workers = 2, http = http, app = app:format(tenant.url, secret, more or "") }
end

local function all_ok(bodies)
  for i, body in ipairs(bodies) do assert.equal("ok", body, i) end
end

local function distinct(list)
  local seen, n = {}, 0
  for _, value in ipairs(list) do
    if not seen[value] then seen[value], n = true, n + 1 end
  end
  return n
end

-- 200 calls with a budget of 40 in 300 ms. On a busy machine a delayed request may count in the next window.
local function keep_to_the_budget(limited, ask_many)
  all_ok(ask_many(1)) -- the limit is learned
  local began = core.monotonic()
  all_ok(ask_many(199))
  assert.is_true(core.monotonic() - began >= 4 * 0.3)
  assert.is_true(limited:count(path) <= 204, limited:count(path)) -- those above 200 got a 429
end

-- Many concurrent calls of a function that is denied without a reason lead to one token, and one more.
local function denied_twice(tenant, ask_many)
  all_ok(ask_many(64))
  tenant:fault { kind = "status", status = 401, path = path, times = 1000 }
  for _ = 1, 2 do
    for _, body in ipairs(ask_many(64)) do assert.truthy(body:find("responded with 401", 1, true), body) end
  end
  assert.equal(2, tenant:tokens())
end

-- The budget of a SIEM path is used up for 15 minutes: its next call fails, and calls of other functions succeed.
local function spend_one(tenant, ask_many, siem)
  tenant:fault { kind = "status", status = 200, path = "/siem/v1/batch/events/cg", times = 1000,
    headers = { ["x-ratelimit-limit"] = "50", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "900000" } }
  assert.equal("200", siem())
  for _ = 1, 8 do assert.equal("rate_limited", siem()) end
  all_ok(ask_many(64))
  assert.equal(1, tenant:count "/siem/v1/batch/events/cg")
end

-- The store must not reveal the client secret or a token.
local function planted(tenant)
  local list, seen = { secret, "PlantedId" }, {}
  for _, request in ipairs(tenant:requests()) do
    local token = (request.headers.authorization or ""):match "^Bearer (%w+)$"
    if token and not seen[token] then
      seen[token] = true
      list[#list + 1] = token
    end
  end
  return list
end

local function holds_none(text, tenant)
  local list = planted(tenant)
  assert.is_true(#list > 2)
  for _, word in ipairs(list) do assert.is_nil(text:find(word, 1, true), word) end
end

describe("two workers with a shared dictionary", function()
  local tenant, nginx

  before_each(function()
    tenant = new_tenant()
    nginx = start(tenant, "", "lua_shared_dict mimecast 1m;")
  end)

  after_each(function()
    nginx:stop()
    tenant:stop()
  end)

  it("need one line of configuration, and fetch one token for many concurrent calls", function()
    assert.equal("true", nginx:read "/store")
    assert.equal(2, distinct(nginx:read_many("/pid", 64)))
    all_ok(nginx:read_many("/call", 64))
    assert.equal(1, tenant:tokens())
    assert.equal(64, tenant:count(path))
  end)

  it("renew the token once when the service denies it", function()
    all_ok(nginx:read_many("/call", 64))
    tenant:expire_tokens()
    all_ok(nginx:read_many("/call", 64))
    assert.equal(2, tenant:tokens())
  end)

  it("renew the token once when the service denies it without a reason", function()
    all_ok(nginx:read_many("/call", 64))
    tenant:revoke_tokens()
    all_ok(nginx:read_many("/call", 64))
    assert.equal(2, tenant:tokens())
  end)

  it("do not fetch a token for each call of a function that is denied without a reason", function()
    denied_twice(tenant, function(count) return nginx:read_many("/call", count) end)
  end)

  it("count each function by itself", function()
    spend_one(tenant, function(count) return nginx:read_many("/call", count) end, function() return nginx:read "/siem" end)
  end)

  it("keep at most 256 budgets for raw calls", function()
    local limited = new_tenant { limit = 1000000, window = 60000 }
    local other = start(limited, "", "lua_shared_dict mimecast 1m;")
    local list = {}
    for i = 1, 40 do list[i] = "/words?i=" .. i end
    local ok, reason = pcall(function()
      for _, one in ipairs(list) do assert.equal("ok", other:read(one)) end
      local _, count = other:read "/dump":gsub("%x+:pace:[^\n]*\n", "")
      assert.is_true(count > 256 and count <= 2 * 256 + 1, count)
    end)
    other:stop()
    limited:stop()
    assert.is_true(ok, reason)
  end)

  it("send a rejected secret once", function()
    for _ = 1, 2 do
      for _, body in ipairs(nginx:read_many("/call?secret=PlantedWrong", 64)) do
        assert.truthy(body:find("clientId or clientSecret", 1, true), body)
      end
    end
    assert.equal(1, tenant:count "/oauth/token")
  end)

  it("share one rate budget", function()
    local limited = new_tenant { limit = 40, window = 300 }
    local other = start(limited, "", "lua_shared_dict mimecast 1m;")
    local ok, reason = pcall(keep_to_the_budget, limited, function(count) return other:read_many("/call", count) end)
    other:stop()
    limited:stop()
    assert.is_true(ok, reason)
  end)

  it("store no readable secret", function()
    all_ok(nginx:read_many("/call", 8))
    local text = nginx:read "/dump"
    assert.truthy(text:find("%x+:token\n1799%.000 "))
    holds_none(text, tenant)
  end)
end)

-- Two nginx hosts with two workers each.
describe("two hosts with Redis", function()
  local tenant, server, hosts
  local transport = curl.new()

  local function start_hosts()
    local store = ('store = require("mimecast.store.redis").new { port = %d, pause = 30 },'):format(server.port)
    for i = 1, 2 do hosts[i] = start(tenant, store) end
  end

  local function stop_hosts()
    for _, one in ipairs(hosts) do one:stop() end
    hosts = {}
  end

  before_each(function()
    tenant, server, hosts = new_tenant(), redis.start(), {}
    start_hosts()
  end)

  after_each(function()
    for _, one in ipairs(hosts) do one:stop() end
    server:stop()
    tenant:stop()
  end)

  -- So many calls, by turns to one and the other, in flight at a time; before each `begin(i)`.
  local function call_by_turns(count, concurrency, begin)
    local bodies = {}
    transport:map(count, function(i)
      if begin then begin(i) end
      local response, message = transport:send { method = "GET", url = hosts[i % 2 + 1].url .. "/call", timeout = 30 }
      bodies[i] = response and response.body or message
    end, concurrency)
    return bodies
  end

  -- Many calls to both at once.
  local function ask_all(count) return call_by_turns(count, count) end

  local function call_all(count) all_ok(ask_all(count)) end

  it("fetch one token for many concurrent calls, and renew it once", function()
    call_all(100)
    assert.equal(1, tenant:tokens())
    tenant:expire_tokens()
    call_all(100)
    assert.equal(2, tenant:tokens())
    assert.equal("", hosts[1]:log() .. hosts[2]:log())
  end)

  it("renew the token once when the service denies it without a reason", function()
    call_all(100)
    tenant:revoke_tokens()
    call_all(100)
    assert.equal(2, tenant:tokens())
  end)

  it("do not fetch a token for each call of a function that is denied without a reason", function()
    denied_twice(tenant, ask_all)
  end)

  it("count each function by itself", function()
    local turn = 0
    spend_one(tenant, ask_all, function()
      turn = turn + 1
      return hosts[turn % 2 + 1]:read "/siem"
    end)
  end)

  it("store no readable secret", function()
    call_all(8)
    local text = server:dump()
    assert.truthy(text:find("mimecast:%x+:token"))
    assert.truthy(text:find("t1799.000 ", 1, true))
    holds_none(text, tenant)
  end)

  it("share one rate budget", function()
    stop_hosts()
    tenant:stop()
    tenant = new_tenant { limit = 40, window = 300 }
    start_hosts()
    keep_to_the_budget(tenant, ask_all)
  end)

  it("go on when Redis is killed, and each worker logs that once", function()
    call_all(64)
    all_ok(call_by_turns(400, 32, function(i)
      if i ~= 151 then return end
      server:kill()
      tenant:expire_tokens()
    end))
    for _ = 1, 2 do
      tenant:expire_tokens()
      call_all(64)
    end
    for _, one in ipairs(hosts) do
      local pids, lines = {}, 0
      for line in one:log():gmatch "[^\n]+" do
        if line:find("cannot be used", 1, true) then
          pids[line:match "(%d+)#"], lines = true, lines + 1
        end
      end
      assert.equal(2, lines, one:log())
      assert.is_true(next(pids) ~= nil and next(pids, (next(pids))) ~= nil)
      assert.is_nil(one:log():find("Planted", 1, true))
    end
    -- Now each worker renews its own token: four, each of three times.
    assert.is_true(tenant:tokens() <= 1 + 3 * 4, tenant:tokens())
  end)
end)
