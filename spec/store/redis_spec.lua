-- The Redis store while Redis is down, comes up again, denies or sends invalid replies, and in phases without sockets.
local openresty = require "tools.openresty"
local redis = require "tools.redis"

local app = [[
local new = require("mimecast.store.redis").new
local app, made = {}, {}

local function log(line) ngx.log(ngx.WARN, "LINE ", line) end

local function get_store()
  made.store = made.store or new { port = %d, pause = 0.3, timeout = 0.2, log = log%s }
  return made.store
end

function app.set() get_store():set(ngx.var.arg_key, ngx.var.arg_value, 100) end
function app.get() ngx.print(tostring((get_store():get(ngx.var.arg_key)))) end
function app.timed()
  local start = ngx.now()
  get_store():get("key")
  ngx.update_time()
  ngx.print(ngx.now() - start > 0.1 and "slow" or "fast")
end
function app.lock()
  local store = get_store()
  store:delete("lock", ngx.var.arg_holder)
  ngx.print(tostring(store:add("lock", ngx.var.arg_holder, 100)))
end

function app.unlock() get_store():delete("lock", ngx.var.arg_holder) end

-- The address of an HTTP server in place of Redis.
function app.nonsense()
  local store = new { port = tonumber(ngx.var.server_port), timeout = 0.5, log = log }
  store:set("key", "kept", 100)
  ngx.print(store:get("key"), store:incr("sum", 1, 5, 100), tostring(store:add("key", "x", 1)))
end

function app.silent()
  local store = new { port = %d, timeout = 0.1, log = log, pause = 0 }
  local start = ngx.now()
  store:set("key", "kept", 100)
  ngx.update_time()
  ngx.print(store:get("key"), " ", ngx.now() - start >= 0.1 and ngx.now() - start < 1)
end

-- Stores with different options never share pooled connections.
function app.pools()
  local stores = {}
  for i, own in ipairs { {}, { database = 1 }, { database = 2 }, { prefix = "other:" } } do
    own.port, own.log = %d, log
    stores[i] = new(own)
  end
  for _ = 1, 3 do
    for i, store in ipairs(stores) do store:set("pool", "value" .. i, 100) end
    for i, store in ipairs(stores) do assert(store:get("pool") == "value" .. i, i) end
  end
  local stranger = new { port = %d, password = "PlantedWrong", log = log }
  stranger:set("pool", "stranger", 100)
  ngx.print((stranger:get("pool")), " ", (stores[1]:get("pool")))
end

-- A phase without sockets.
function app.phase() made.store = get_store() ngx.say(made.in_phase or "") end
function app.header()
  local store = get_store()
  store:set("header", ngx.get_phase(), 100)
  made.in_phase = store:get("header")
end

return app]]

local function lines(text, pattern)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    if line:find(pattern) then list[#list + 1] = line:match "LINE (.-), client" or line:match "LINE (.*)" end
  end
  return list
end

describe("store.redis", function()
  local server, nginx

  local function start(more, words)
    server = redis.start(words)
    nginx = openresty.start { app = app:format(server.port, more or "", server.port, server.port, server.port),
      server = 'location /header { header_filter_by_lua_block { require("app").header() } return 204; }' }
  end

  after_each(function()
    nginx:stop()
    server:stop()
  end)

  it("logs once when Redis goes down, goes on, tries again after the pause, and logs when Redis is up", function()
    start()
    nginx:read "/set?key=a&value=shared"
    server:kill()
    for i = 1, 20 do
      nginx:read("/set?key=b&value=own" .. i)
      assert.equal("own" .. i, nginx:read "/get?key=b")
    end
    assert.equal("nil", nginx:read "/get?key=a")
    local told = lines(nginx:log(), "LINE")
    assert.equal(1, #told, nginx:log())
    assert.truthy(told[1]:find(
      "^mimecast: Redis at 127%.0%.0%.1:%d+ cannot be used %(.+%); this worker uses a store in its process$"), told[1])
    require("socket").sleep(0.35)
    assert.equal("own20", nginx:read "/get?key=b")
    assert.equal(1, #lines(nginx:log(), "LINE"))
    server:start()
    require("socket").sleep(0.35)
    assert.equal("nil", nginx:read "/get?key=b")
    nginx:read "/set?key=c&value=shared"
    assert.equal("$7", server:command("GET", "mimecast:c"))
    told = lines(nginx:log(), "LINE")
    assert.equal(2, #told)
    assert.truthy(told[2]:find("^mimecast: Redis at 127%.0%.0%.1:%d+ can be used again$"), told[2])
  end)

  it("lets one request try Redis after the pause, while the others go on", function()
    start()
    os.execute("kill -STOP " .. server.pid)
    assert.equal("slow", nginx:read "/timed")
    assert.equal("fast", nginx:read "/timed")
    require("socket").sleep(0.35)
    local slow = 0
    for _, body in ipairs(nginx:read_many("/timed", 32)) do
      if body == "slow" then slow = slow + 1 end
    end
    os.execute("kill -CONT " .. server.pid)
    assert.equal(1, slow)
    assert.equal(1, #lines(nginx:log(), "LINE"))
  end)

  it("does not use a Redis without password if a password is set, and does not show the password", function()
    start(', password = "PlantedPassword"')
    nginx:read "/set?key=a&value=1"
    assert.equal("1", nginx:read "/get?key=a")
    assert.equal(1, #lines(nginx:log(), "LINE"), nginx:log())
    assert.is_nil(nginx:log():find("Planted", 1, true))
    assert.equal("$-1", server:command("GET", "mimecast:a"))
  end)

  it("does not use a Redis that requires a password if none is set", function()
    start(nil, "--requirepass PlantedPassword")
    nginx:read "/set?key=a&value=1"
    assert.equal("1", nginx:read "/get?key=a")
    local told = lines(nginx:log(), "LINE")
    assert.equal(1, #told)
    assert.truthy(told[1]:find("NOAUTH", 1, true), told[1])
  end)

  it("does not use a Redis that rejects writes", function()
    start()
    server:command("CONFIG", "SET", "maxmemory", "1")
    nginx:read "/set?key=a&value=1"
    assert.equal("1", nginx:read "/get?key=a")
    assert.equal(1, #lines(nginx:log(), "OOM"))
  end)

  it("does not use a server that is not Redis, and raises nothing", function()
    start()
    assert.equal("kept6false", nginx:read "/nonsense")
    assert.equal(1, #lines(nginx:log(), "LINE"), nginx:log())
  end)

  it("waits no longer than timeout for a reply", function()
    start()
    os.execute("kill -STOP " .. server.pid)
    local ok, body = pcall(nginx.read, nginx, "/silent")
    os.execute("kill -CONT " .. server.pid)
    assert.is_true(ok, body)
    assert.equal("kept true", body)
    assert.equal(1, #lines(nginx:log(), "timeout"))
  end)

  it("separates databases, prefixes and users although connections are pooled", function()
    start()
    assert.equal("stranger value1", nginx:read "/pools")
    assert.equal(1, #lines(nginx:log(), "LINE"), nginx:log())
  end)

  it("ignores and replaces values of other programs", function()
    start()
    for _, foreign in ipairs { "x", "nothing", "" } do
      server:command("SET", "mimecast:a", foreign ~= "" and foreign or '""')
      assert.equal("nil", nginx:read "/get?key=a")
    end
    nginx:read "/set?key=a&value=ours"
    assert.equal("ours", nginx:read "/get?key=a")
    assert.equal("", nginx:log())
  end)

  it("uses the store in the process, silently, in phases without sockets", function()
    start()
    assert.equal(204, (select(2, nginx:get "/header")))
    assert.equal("header_filter\n", nginx:read "/phase")
    assert.equal("nil", nginx:read "/get?key=header")
    assert.equal("", nginx:log())
  end)

  it("deletes a lock that was released while Redis was down, and no other lock", function()
    start()
    for _, holder in ipairs { "one", "two" } do
      assert.equal("true", nginx:read "/lock?holder=one")
      server:dump()
      server:kill()
      nginx:read("/unlock?holder=" .. holder)
      server:start()
      assert.equal("$4", server:command("GET", "mimecast:lock"))
      require("socket").sleep(0.35)
      nginx:read "/get?key=a"
      assert.equal(holder == "one" and "$-1" or "$4", server:command("GET", "mimecast:lock"))
    end
  end)

  it("releases a lock that was taken while Redis was down", function()
    start()
    server:kill()
    assert.equal("true", nginx:read "/lock?holder=one")
    assert.equal("false", nginx:read "/lock?holder=two")
    server:start()
    require("socket").sleep(0.35)
    assert.equal("true", nginx:read "/lock?holder=one")
    server:kill()
    assert.equal("true", nginx:read "/lock?holder=two")
  end)
end)
