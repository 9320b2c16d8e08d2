-- The stores of nginx, shared_dict and redis, each inside a real nginx with two workers.
local openresty = require "tools.openresty"
local redis = require "tools.redis"
local store_cases = require "spec.support.asserts.store_cases"

-- `make()` makes the store; each path is one command.
local app = [[
local store_cases = require "spec.support.asserts.store_cases"
local app, store = {}, nil

local function get_store()
  store = store or %s
  return store
end

function app.case()
  local case = store_cases[tonumber(ngx.var.arg_number)]
  local ok, reason = pcall(case.run, get_store(), "case" .. ngx.var.arg_number, ngx.sleep)
  ngx.print(ok and "ok" or tostring(reason))
end

function app.add() ngx.print(tostring(get_store():add(ngx.var.arg_key, tostring(ngx.worker.pid()), 10))) end

function app.incr() ngx.print(get_store():incr("sum", 1, 0, 10)) end

function app.pid() ngx.print(ngx.worker.pid()) end

return app]]

local function count(list, wanted)
  local n = 0
  for _, value in ipairs(list) do
    if value == wanted then n = n + 1 end
  end
  return n
end

local function distinct(list)
  local seen, n = {}, 0
  for _, value in ipairs(list) do
    if not seen[value] then seen[value], n = true, n + 1 end
  end
  return n
end

-- Per store: its servers, and the line that makes it.
local kinds = {
  { name = "the shared dictionary", make = function() return 'require("mimecast.store.shared_dict").new("mimecast")' end },
  { name = "Redis", server = "", make = function(server)
    return ('require("mimecast.store.redis").new{ port = %d }'):format(server.port)
  end },
  { name = "Redis with a password, a user and a database of its own, over a unix socket",
    server = "--user ann on \\>PlantedPassword ~own:* +@all --user default off", make = function(server)
    return ('require("mimecast.store.redis").new{ path = "%s/redis.sock", username = "ann", password = "PlantedPassword",'
      .. ' database = 3, prefix = "own:" }'):format(server.prefix)
  end },
}

for _, kind in ipairs(kinds) do
  describe("the store in " .. kind.name, function()
    local nginx, server

    setup(function()
      server = kind.server and redis.start(kind.server)
      nginx = openresty.start { workers = 2, http = "lua_shared_dict mimecast 1m;", app = app:format(kind.make(server)) }
    end)

    teardown(function()
      nginx:stop()
      if server then server:stop() end
    end)

    for number, case in ipairs(store_cases) do
      it(case.title, function() assert.equal("ok", nginx:read("/case?number=" .. number)) end)
    end

    it("lets one of many workers and requests add a key, and loses no increment", function()
      assert.equal(2, distinct(nginx:read_many("/pid", 64)))
      for round = 1, 5 do assert.equal(1, count(nginx:read_many("/add?key=lock" .. round, 32), "true")) end
      local sums = nginx:read_many("/incr", 100)
      assert.equal(100, distinct(sums))
      assert.equal(1, count(sums, "100"))
    end)

    it("has written nothing to nginx's log: the shared store served all requests", function()
      assert.equal("", nginx:log())
    end)
  end)
end

-- ---- arguments ----

local invalid_calls = [[
local app = {}
local function try(module, ...)
  local ok, reason = pcall(require(module).new, ...)
  ngx.say(ok and "made" or tostring(reason))
end
function app.shared()
  try("mimecast.store.shared_dict", "absent")
  try("mimecast.store.shared_dict", 7)
  try("mimecast.store.shared_dict", ngx.shared.mimecast)
end
function app.redis()
  local function redis(...) try("mimecast.store.redis", ...) end
  redis()
  redis { hots = "x" }
  redis { port = "6379" }
  redis { port = 70000 }
  redis { timeout = 0 }
  redis { password = 7 }
  redis { prefix = "" }
  redis { log = "x" }
  redis { path = "x", host = "y" }
  redis { username = "ann" }
  redis {}
end
-- A NaN of another program: it does not equal itself.
function app.nan()
  local store = require("mimecast.store.shared_dict").new "mimecast"
  ngx.shared.mimecast:set("key", 0 / 0)
  ngx.print(tostring(store:get "key"))
end
return app]]

describe("making a store", function()
  local nginx

  setup(function() nginx = openresty.start { http = "lua_shared_dict mimecast 1m;", app = invalid_calls } end)
  teardown(function() nginx:stop() end)

  local function lines(text)
    local list = {}
    for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
    return list
  end

  local function holds(body, expected)
    local list = lines(body)
    assert.equal(#expected, #list, body)
    for i, text in ipairs(expected) do assert.truthy(list[i]:find(text, 1, true), list[i]) end
  end

  it("ignores NaN under a key", function()
    assert.equal("nil", nginx:read "/nan")
  end)

  it("reports an invalid dictionary", function()
    holds(nginx:read "/shared", { "no dictionary absent; add `lua_shared_dict absent 1m;`", "takes the name", "made" })
  end)

  it("reports invalid options of Redis", function()
    holds(nginx:read "/redis", { "takes a table", "mimecast.store.redis: unknown option hots; did you mean host?",
      "mimecast.store.redis: port must be a number from 1 to 65535, got \"6379\"", "got 70000",
      "timeout must be a number from 0.001 to 60, got 0", "password must be text or a secret, got 7",
      "prefix must be text, got \"\"", "log must be a function, got text", "give one of them",
      "username needs password", "made" })
  end)

  local outside = type(ngx) == "table" and pending or it -- luacheck: ignore 113
  outside("raises outside of nginx", function()
    assert.has_error(function() require("mimecast.store.redis").new {} end, "mimecast.store.redis: works inside nginx only")
    assert.has_error(function() require("mimecast.store.shared_dict").new "mimecast" end,
      "mimecast.store.shared_dict: no dictionary mimecast; add `lua_shared_dict mimecast 1m;` to nginx's http block")
  end)
end)
