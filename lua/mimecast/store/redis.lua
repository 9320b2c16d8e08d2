--- A store for many nginx hosts: a Redis server, over nginx's sockets, so that no worker blocks.
--
-- While Redis is down, each worker uses a store in its process, and tries Redis again after a pause.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local memory = require "mimecast.store.memory"
local nginx = require "mimecast.loop.nginx"

local redis = {}

local Redis = {}
Redis.__index = Redis

local keep_alive, pool_size = 10, 30 -- seconds for which an idle connection is kept; idle connections of a worker

-- ---- options ----

local function any_password() return nil end

local options = check.fields {
  { name = "host", type = "string", default = "127.0.0.1" },
  { name = "port", type = "number", default = 6379, min = 1, max = 65535 },
  { name = "path", type = "string" },
  { name = "password", type = "secret", problem = any_password },
  { name = "username", type = "string" },
  { name = "database", type = "number", default = 0, min = 0, max = 1000000 },
  { name = "timeout", type = "number", default = 1, min = 0.001, max = 60 },
  { name = "pause", type = "number", default = 5, min = 0, max = 3600 },
  { name = "prefix", type = "string", default = "mimecast:" },
  { name = "log", type = "function" },
  { name = "monotonic", type = "function" },
}

local function check_options(given)
  local checked = check.options(options, given, "mimecast.store.redis", 3)
  if given.path and (given.host or given.port) then
    error("mimecast.store.redis: path, and host or port are both given; give one of them", 3)
  end
  if given.username and not given.password then
    error("mimecast.store.redis: username needs password", 3)
  end
  return check.add_defaults(options, checked)
end

local function find_driver()
  for _, name in ipairs { "resty.redis", "nginx.redis" } do
    local ok, driver = pcall(require, name)
    if ok then return driver end
  end
  error("mimecast.store.redis: needs lua-resty-redis (Debian: apt-get install lua-nginx-redis)", 3)
end

-- The name of the connection pool. Stores with other options never get this store's connections.
local function pool_name(self, address)
  local identity = core.secret.join(address, "\n", self.username or "", "\n", tostring(self.database), "\n",
    self.password or "")
  return "mimecast:" .. core.base64_encode(core.hmac_sha1("mimecast.store.redis", identity))
end

local function log_to_nginx(line) ngx.log(ngx.WARN, line) end

--- Makes a store, for clients inside nginx. Raises for invalid options, and outside of nginx.
---@param given table host and port (127.0.0.1, 6379) or path (of a unix socket); password (text or secret), username,
-- database (0); timeout (1 s, for each step) and pause (5 s, before Redis is tried again); prefix of all keys ("mimecast:");
-- log (receives a line when Redis goes down or comes up; default: nginx's error log); monotonic (clock)
---@return mimecast.Store
function redis.new(given)
  if type(rawget(_G, "ngx")) ~= "table" then error("mimecast.store.redis: works inside nginx only", 2) end
  local self = check_options(given)
  local address = self.path and "unix:" .. self.path:gsub("^unix:", "") or ("%s:%d"):format(self.host, self.port)
  self.driver, self.address, self.pool = find_driver(), address, pool_name(self, address)
  self.monotonic, self.log = self.monotonic or core.monotonic, self.log or log_to_nginx
  self.memory = memory.new(self.monotonic)
  self.pending_deletes = {} -- key -> value: deletes, of a lock for example, while Redis was down
  return setmetatable(self, Redis)
end

-- ---- one command ----

local function connect(self)
  local connection, reason = self.driver:new()
  if not connection then return nil, reason end
  connection:set_timeout(self.timeout * 1000)
  local ok
  if self.path then
    ok, reason = connection:connect(self.address, { pool = self.pool })
  else
    ok, reason = connection:connect(self.host, self.port, { pool = self.pool })
  end
  if not ok then return nil, reason end
  if connection:get_reused_times() > 0 then return connection end
  if self.password then
    local password = core.secret.reveal(self.password) -- the socket takes text only
    if self.username then
      ok, reason = connection:auth(self.username, password)
    else
      ok, reason = connection:auth(password)
    end
  end
  if ok and self.database ~= 0 then ok, reason = connection:select(self.database) end
  if not ok then
    connection:close()
    return nil, reason
  end
  return connection
end

-- Runs a script; returns what `read` makes of the reply. Raises if there is no reply, or an invalid one.
local function eval(self, read, ...)
  local connection, reason = connect(self)
  if not connection then error(reason, 0) end
  local reply, ok, value, more
  reply, reason = connection:eval(...)
  if reply then
    ok, value, more = read(reply)
    reason = "its reply is invalid"
  end
  if not ok then
    connection:close()
    error(reason, 0)
  end
  connection:set_keepalive(keep_alive * 1000, pool_size)
  return value, more
end

-- ---- down and up ----

local function mark_down(self, reason)
  self.retry_at = self.monotonic() + self.pause
  if self.is_down then return end
  self.is_down = true
  self.log(("mimecast: Redis at %s cannot be used (%s); this worker uses a store in its process"):format(self.address,
    core.printable(tostring(reason), 200)))
end

local function mark_up(self)
  if not self.is_down then return end
  self.is_down = nil
  self.log(("mimecast: Redis at %s can be used again"):format(self.address))
  local deletes = self.pending_deletes
  self.pending_deletes = {}
  for key, value in pairs(deletes) do self:delete(key, value) end
end

-- Whether to try Redis now. After the pause one request tries, and the others do not wait for it.
local function should_try(self)
  if not nginx.can_wait() then return false end
  if not self.is_down then return true end
  local now = self.monotonic()
  if now < self.retry_at then return false end
  self.retry_at = now + self.pause
  return true
end

-- Runs a script on Redis; returns true and what `read` makes of the reply, or nil if the store in the process has to do.
local function run(self, read, ...)
  if not should_try(self) then return nil end
  local ok, value, more = pcall(eval, self, read, ...)
  if not ok then
    mark_down(self, value)
    return nil
  end
  mark_up(self)
  return true, value, more
end

-- ---- the store ----

-- Redis runs each script atomically. The first letter of a value tells a number (n) from text (t).
local scripts = {
  get = "return {redis.call('get', KEYS[1]), redis.call('pttl', KEYS[1])}",
  set = "redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) return 1",
  add = "if redis.call('set', KEYS[1], ARGV[1], 'nx', 'px', ARGV[2]) then return 1 end return 0",
  incr = [[local old = redis.call('get', KEYS[1])
    local number = old and old:sub(1, 1) == 'n' and tonumber(old:sub(2))
    local sum = string.format('%.17g', (number or tonumber(ARGV[2])) + tonumber(ARGV[1]))
    if number then redis.call('set', KEYS[1], 'n' .. sum, 'keepttl')
    else redis.call('set', KEYS[1], 'n' .. sum, 'px', ARGV[3]) end
    return sum]],
  delete = [[if ARGV[1] == '' or redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end return 1]],
}

local function encode(value)
  if type(value) == "number" then return "n" .. core.format_number(value, 17) end
  return "t" .. value
end

local function milliseconds(seconds)
  return ("%.0f"):format(math.max(math.ceil(seconds * 1000), 1))
end

local function read_flag(reply)
  if reply == 1 or reply == 0 then return true, reply == 1 end
end

local function read_number(reply)
  local number = core.parse_number(reply)
  if number then return true, number end
end

-- A value that another program wrote counts as no value.
local function read_value(reply)
  if type(reply) ~= "table" or type(reply[2]) ~= "number" then return nil end
  local text, left = reply[1], reply[2]
  local kind, value = nil, nil
  if type(text) == "string" then kind, value = text:sub(1, 1), text:sub(2) end
  if kind == "n" then value = core.parse_number(value) elseif kind ~= "t" then value = nil end
  return true, value, value and math.max(left, 1) / 1000
end

function Redis:get(key)
  local ok, value, seconds = run(self, read_value, scripts.get, 1, self.prefix .. key)
  if ok then return value, seconds end
  return self.memory:get(key)
end

function Redis:set(key, value, seconds)
  if run(self, read_flag, scripts.set, 1, self.prefix .. key, encode(value), milliseconds(seconds)) then return end
  self.memory:set(key, value, seconds)
end

function Redis:add(key, value, seconds)
  local ok, added = run(self, read_flag, scripts.add, 1, self.prefix .. key, encode(value), milliseconds(seconds))
  if ok then return added end
  return self.memory:add(key, value, seconds)
end

function Redis:incr(key, n, first, seconds)
  local ok, sum = run(self, read_number, scripts.incr, 1, self.prefix .. key, core.format_number(n, 17),
    core.format_number(first, 17), milliseconds(seconds))
  if ok then return sum end
  return self.memory:incr(key, n, first, seconds)
end

-- Deletes the key in both stores. While Redis is down, the delete is pending.
function Redis:delete(key, value)
  self.memory:delete(key, value)
  local ok = run(self, read_flag, scripts.delete, 1, self.prefix .. key, value == nil and "" or encode(value))
  if not ok and value ~= nil then self.pending_deletes[key] = value end
end

return redis
