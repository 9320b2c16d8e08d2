--- Sets up a house on loopback: a tenant, a Redis that loses nothing, and an nginx with the examples, in folders of their
-- own. For the demo, the proof of the intake, and the specs.
local config = require "mimecast.sandbox.front.config"
local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local json = require "mimecast.json"
local redis = require "tools.redis"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local stage = {}
local Stage = {}
Stage.__index = Stage

local here = "examples/openresty"
local secret = "a secret of the demo's own"

-- The limit that the tenant announces: the house keeps to it, and shall not wait here.
local no_limit = { limit = 1000000, window = 5000 }

local durable = "--appendonly yes --appendfsync always"

-- ---- starting ----

local function environment(self, options)
  local keys, checkout = self.tenant.credentials.v2, shell.run "pwd"
  local values = {
    MIMECAST_BASE_URL = self.tenant.url, MIMECAST_CLIENT_ID = keys.clientId, MIMECAST_CLIENT_SECRET = keys.clientSecret,
    MIMECAST_TIMEOUT = 2, HOUSE_SECRET = secret, HOUSE_REDIS_PORT = self.redis.port,
    LUA_PATH = checkout .. "/lua/?.lua;" .. checkout .. "/lua/?/init.lua;;", LUA_CPATH = checkout .. "/build/5.1/?.so;;",
  }
  for name, value in pairs(options.environment or {}) do values[name] = value end
  if options.list then values.HOUSE_LIST = self.prefix .. "/" .. options.list end
  local lines = {}
  for name, value in pairs(values) do lines[#lines + 1] = ("export %s=%s"):format(name, shell.quote(tostring(value))) end
  return table.concat(lines, "\n") .. "\n"
end

local function start_nginx(self, options)
  local found, prefix = assert(config.find()), self.prefix
  local modules = { shell.run "id -u" == "0" and "user root;" or nil }
  for _, path in ipairs(found.modules) do modules[#modules + 1] = ("load_module %s;"):format(path) end
  shell.write(prefix .. "/modules.conf", table.concat(modules, "\n") .. "\n")
  local text = shell.read(here .. "/nginx.conf"):gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. self.port)
  shell.write(prefix .. "/nginx.conf", (text:gsub("worker_processes %d+", "worker_processes " .. (options.workers or 4))))
  shell.run(("cp -r %s/lua %s"):format(here, shell.quote(prefix)))
  shell.write(prefix .. "/environment", environment(self, options)) -- a secret is nothing for a command line
  local said, code = shell.run(("unset LUA_INIT; . %s; %s -p %s -c %s 2>&1"):format(shell.quote(prefix .. "/environment"),
    shell.quote(found.binary), shell.quote(prefix), shell.quote(prefix .. "/nginx.conf")))
  if code ~= 0 then error(said .. self:log(), 0) end
end

--- Starts all three.
---@param options? table workers (4), environment (further variables of the house), tenant (further options of it), files
-- (texts by name, in the house's folder), list (which of them is the list), beside (a house whose tenant and Redis this
-- one shall share, as another host would)
function stage.start(options)
  options = options or {}
  local own = { rateLimit = no_limit, transport = curl.new { maxResponseBytes = 2 ^ 28 } }
  for name, value in pairs(options.tenant or {}) do own[name] = value end
  local self = setmetatable({ transport = curl.new() }, Stage)
  local beside = options.beside
  local ok, reason = pcall(function()
    self.is_guest = beside ~= nil
    self.tenant = beside and beside.tenant or assert(sandbox.start(own))
    self.redis = beside and beside.redis or redis.start(durable)
    self.prefix, self.port = assert(shell.make_folder()), shell.free_port()
    self.url = "http://127.0.0.1:" .. self.port
    for name, text in pairs(options.files or {}) do shell.write(self.prefix .. "/" .. name, text) end
    start_nginx(self, options)
  end)
  if ok then return self end
  self:stop()
  error(reason, 2)
end

--- Ends what was started, by process id, and removes the folders.
function Stage:stop()
  local pid = self.prefix and (shell.read(self.prefix .. "/nginx.pid") or ""):match "%d+"
  if pid then assert(shell.finish(pid, self.prefix)) end
  if self.prefix then shell.remove_folder(self.prefix) end
  if self.redis and not self.is_guest then self.redis:stop() end
  if self.tenant and not self.is_guest then self.tenant:stop() end
  self.prefix, self.redis, self.tenant = nil, nil, nil
end

-- ---- asking ----

--- The headers of a signed request, as README.md tells.
---@param time string seconds since 1970
---@param body string
---@return string[] headers flat
function stage.sign(time, body)
  local digest = core.hmac_sha256(secret, time .. "." .. body)
  return { "X-Timestamp", time, "X-Signature", (digest:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)) }
end

--- Asks a path; with headers (a flat list) and a body it is a POST.
---@return table? response status, headers, body
---@return string? message
function Stage:ask(path, headers, body)
  return self.transport:send { method = body and "POST" or "GET", url = self.url .. path, headers = headers or {},
    body = body, timeout = 10 }
end

--- Posts a table as JSON, signed.
---@return table? response with `json`, the body decoded
---@return string? message
function Stage:post(path, input)
  local body = json.encode(input)
  local response, message = self:ask(path, stage.sign(("%.6f"):format(core.now()), body), body)
  if response then response.json = json.decode(response.body) end
  return response, message
end

--- What is in the house's error log.
function Stage:log()
  return shell.read(self.prefix .. "/error.log") or ""
end

--- The process ids of the house's workers.
function Stage:workers()
  local master, pids = shell.read(self.prefix .. "/nginx.pid"):match "%d+", {}
  local list = shell.read(("/proc/%s/task/%s/children"):format(master, master)) or shell.run("pgrep -P " .. master)
  for pid in list:gmatch "%d+" do pids[#pids + 1] = pid end
  return pids
end

--- Has nginx read its configuration again: new workers, while the old ones end what they have begun.
function Stage:reload()
  shell.run("kill -HUP " .. shell.read(self.prefix .. "/nginx.pid"):match "%d+")
end

--- Kills a worker at once, as a crash would.
function Stage.kill(_, pid)
  shell.run(("kill -9 %s 2>/dev/null"):format(pid))
end

--- A number of the page of metrics; 0 where it is not there.
---@param name string with its labels
function Stage:metric(name)
  local response = self:ask "/metrics" or self:ask "/metrics" -- the worker may be killed meanwhile
  local text = "\n" .. assert(response).body
  return tonumber(text:match("\n" .. name:gsub("%p", "%%%0") .. " (%S+)")) or 0
end

--- Waits until a condition holds.
---@return boolean held false where it does not within so many seconds
function Stage:wait(seconds, condition)
  local till = os.time() + seconds
  while not condition() do
    if os.time() > till then return false end
    self.transport:sleep(0.05)
  end
  return true
end

return stage
