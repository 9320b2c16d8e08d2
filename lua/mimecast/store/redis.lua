--- The store of many nginx hosts: a Redis server, asked over nginx's own sockets, so that no worker blocks.
--
-- A Redis that cannot be reached stops nobody: the worker goes on with a store of its own, and asks again after a pause.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local memory = require "mimecast.store.memory"
local nginx = require "mimecast.loop.nginx"

local redis = {}

local Redis = {}
Redis.__index = Redis

local keepalive, connections = 10, 30 -- seconds that an idle connection is kept, and how many of them a worker keeps

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

-- A connection is handed on only to those that would have made the same one.
local function pool_of(own, place)
  local identity = core.secret.join(place, "\n", own.username or "", "\n", tostring(own.database), "\n",
    own.password or "")
  return "mimecast:" .. core.base64_encode(core.hmac_sha1("mimecast.store.redis", identity))
end

local function log_to_nginx(line) ngx.log(ngx.WARN, line) end

--- A store in Redis, for clients inside nginx. Raises for options that do not fit, and outside of nginx.
---@param given table host and port (127.0.0.1, 6379) or path (of a unix socket); password (text or secret), username,
-- database (0); timeout (1 s, for each step) and pause (5 s, before a server that was away is asked again); prefix of all
-- keys ("mimecast:"); log (takes one line when the server goes or comes back; default: nginx's error log);
-- monotonic (clock)
---@return mimecast.Store
function redis.new(given)
  if type(rawget(_G, "ngx")) ~= "table" then error("mimecast.store.redis: works inside nginx only", 2) end
  local own = check_options(given)
  local place = own.path and "unix:" .. own.path:gsub("^unix:", "") or ("%s:%d"):format(own.host, own.port)
  own.driver, own.place, own.pool = find_driver(), place, pool_of(own, place)
  own.monotonic, own.log = own.monotonic or core.monotonic, own.log or log_to_nginx
  own.memory = memory.new(own.monotonic)
  own.owed = {} -- what was to be deleted while Redis was away, a lock for instance: key -> value
  return setmetatable(own, Redis)
end

-- ---- one question, one answer ----

local function connect(self)
  local connection, reason = self.driver:new()
  if not connection then return nil, reason end
  connection:set_timeout(self.timeout * 1000)
  local ok
  if self.path then
    ok, reason = connection:connect(self.place, { pool = self.pool })
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

-- What `read` makes of Redis' answer; raises where there is none, or none that it can read.
local function exchange(self, read, ...)
  local connection, reason = connect(self)
  if not connection then error(reason, 0) end
  local answer, ok, value, more
  answer, reason = connection:eval(...)
  if answer then
    ok, value, more = read(answer)
    reason = "its answer is none to the question"
  end
  if not ok then
    connection:close()
    error(reason, 0)
  end
  connection:set_keepalive(keepalive * 1000, connections)
  return value, more
end

-- ---- away, and back ----

local function went(self, reason)
  self.again = self.monotonic() + self.pause
  if self.away then return end
  self.away = true
  self.log(("mimecast: Redis at %s cannot be used (%s); this worker goes on with a store of its own"):format(self.place,
    core.printable(tostring(reason), 200)))
end

local function came(self)
  if not self.away then return end
  self.away = nil
  self.log(("mimecast: Redis at %s is back"):format(self.place))
  local owed = self.owed
  self.owed = {}
  for key, value in pairs(owed) do self:delete(key, value) end
end

-- Whether Redis is to be asked now. After the pause one asks, and the others go on without it until that has an answer.
local function is_open(self)
  if not nginx.can_wait() then return false end
  if not self.away then return true end
  local now = self.monotonic()
  if now < self.again then return false end
  self.again = now + self.pause
  return true
end

-- Asks Redis; true and what `read` made of the answer, or nothing where the worker's own store has to do.
local function ask(self, read, ...)
  if not is_open(self) then return nil end
  local ok, value, more = pcall(exchange, self, read, ...)
  if not ok then
    went(self, value)
    return nil
  end
  came(self)
  return true, value, more
end

-- ---- the store ----

-- Each is one step for Redis, whoever else asks. A value's first letter tells a number from text.
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

local function written(value)
  if type(value) == "number" then return "n" .. core.format_number(value, 17) end
  return "t" .. value
end

local function milliseconds(seconds)
  return ("%.0f"):format(math.max(math.ceil(seconds * 1000), 1))
end

local function read_flag(answer)
  if answer == 1 or answer == 0 then return true, answer == 1 end
end

local function read_number(answer)
  local number = core.parse_number(answer)
  if number then return true, number end
end

-- What others have put under the key counts as nothing.
local function read_value(answer)
  if type(answer) ~= "table" or type(answer[2]) ~= "number" then return nil end
  local text, left = answer[1], answer[2]
  local kind, value = nil, nil
  if type(text) == "string" then kind, value = text:sub(1, 1), text:sub(2) end
  if kind == "n" then value = core.parse_number(value) elseif kind ~= "t" then value = nil end
  return true, value, value and math.max(left, 1) / 1000
end

function Redis:get(key)
  local ok, value, seconds = ask(self, read_value, scripts.get, 1, self.prefix .. key)
  if ok then return value, seconds end
  return self.memory:get(key)
end

function Redis:set(key, value, seconds)
  if ask(self, read_flag, scripts.set, 1, self.prefix .. key, written(value), milliseconds(seconds)) then return end
  self.memory:set(key, value, seconds)
end

function Redis:add(key, value, seconds)
  local ok, added = ask(self, read_flag, scripts.add, 1, self.prefix .. key, written(value), milliseconds(seconds))
  if ok then return added end
  return self.memory:add(key, value, seconds)
end

function Redis:incr(key, n, first, seconds)
  local ok, sum = ask(self, read_number, scripts.incr, 1, self.prefix .. key, core.format_number(n, 17),
    core.format_number(first, 17), milliseconds(seconds))
  if ok then return sum end
  return self.memory:incr(key, n, first, seconds)
end

-- What was kept while Redis was away goes, too. What it cannot be told now it is told when it is back.
function Redis:delete(key, value)
  self.memory:delete(key, value)
  local told = ask(self, read_flag, scripts.delete, 1, self.prefix .. key, value == nil and "" or written(value))
  if not told and value ~= nil then self.owed[key] = value end
end

return redis
