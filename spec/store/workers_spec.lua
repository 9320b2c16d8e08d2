-- Two workers of an nginx, and two nginx hosts, that share a store: one token for all of them, and nobody can read it.
local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local openresty = require "spec.support.openresty"
local redis = require "spec.support.redis"
local sandbox = require "mimecast.sandbox"

local path = "/api/user/update-user"
local secret = "PlantedClientSecret1234567890"

-- A client per worker; `call` is one call of it.
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
function app.store() ngx.print(tostring(getmetatable(get_client().settings.store)
  == getmetatable(require("mimecast.store.shared").new("mimecast")))) end
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

-- 200 calls with a budget of 40 in 300 ms. A busy machine may hold one up until the next window, which it then spoils for
-- another.
local function keep_to_the_budget(limited, ask_many)
  all_ok(ask_many(1)) -- the limit is learned
  local began = core.elapsed()
  all_ok(ask_many(199))
  assert.is_true(core.elapsed() - began >= 4 * 0.3)
  assert.is_true(limited:count(path) <= 204, limited:count(path)) -- those above 200 were refused with 429
end

-- What nobody may find in a store: the secret, and the tokens that the tenant was shown.
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

describe("two workers with a dictionary", function()
  local tenant, nginx

  before_each(function()
    tenant = new_tenant()
    nginx = start(tenant, "", "lua_shared_dict mimecast 1m;")
  end)

  after_each(function()
    nginx:stop()
    tenant:stop()
  end)

  it("need one line of configuration, and fetch one token for many calls at once", function()
    assert.equal("true", nginx:read "/store")
    assert.equal(2, distinct(nginx:read_many("/pid", 64)))
    all_ok(nginx:read_many("/call", 64))
    assert.equal(1, tenant:tokens())
    assert.equal(64, tenant:count(path))
  end)

  it("renew once when the token is no longer taken", function()
    all_ok(nginx:read_many("/call", 64))
    tenant:expire_tokens()
    all_ok(nginx:read_many("/call", 64))
    assert.equal(2, tenant:tokens())
  end)

  it("ask once with a secret that is refused", function()
    for _ = 1, 2 do
      for _, body in ipairs(nginx:read_many("/call?secret=PlantedWrong", 64)) do
        assert.truthy(body:find("clientId or clientSecret", 1, true), body)
      end
    end
    assert.equal(1, tenant:count "/oauth/token")
  end)

  it("keep to one budget", function()
    local limited = new_tenant { limit = 40, window = 300 }
    local other = start(limited, "", "lua_shared_dict mimecast 1m;")
    local ok, reason = pcall(keep_to_the_budget, limited, function(count) return other:read_many("/call", count) end)
    other:stop()
    limited:stop()
    assert.is_true(ok, reason)
  end)

  it("keep nothing in it that could be read", function()
    all_ok(nginx:read_many("/call", 8))
    local text = nginx:read "/dump"
    assert.truthy(text:find("%x+:token\n1799%.000 "))
    holds_none(text, tenant)
  end)
end)

-- Each nginx is a host of its own: two with two workers each.
describe("two hosts with a Redis", function()
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

  it("fetch one token for many calls at once, and renew it once", function()
    call_all(100)
    assert.equal(1, tenant:tokens())
    tenant:expire_tokens()
    call_all(100)
    assert.equal(2, tenant:tokens())
    assert.equal("", hosts[1]:log() .. hosts[2]:log())
  end)

  it("keep nothing in it that could be read", function()
    call_all(8)
    local text = server:dump()
    assert.truthy(text:find("mimecast:%x+:token"))
    assert.truthy(text:find("t1799.000 ", 1, true))
    holds_none(text, tenant)
  end)

  it("keep to one budget", function()
    stop_hosts()
    tenant:stop()
    tenant = new_tenant { limit = 40, window = 300 }
    start_hosts()
    keep_to_the_budget(tenant, ask_all)
  end)

  it("go on when Redis is killed in between, and each worker says so once", function()
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
    -- Each worker renews for itself by now: four, each of three times.
    assert.is_true(tenant:tokens() <= 1 + 3 * 4, tenant:tokens())
  end)
end)
