--- Runs the examples on loopback: a sandbox tenant, a durable Redis, and nginx, in temporary folders. For the demo, the
-- durability test and the specs.
local config = require "mimecast.sandbox.front.config"
local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local hmac = require "openssl.hmac"
local json = require "mimecast.json"
local redis = require "tools.redis"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local dev_stack = {}
local DevStack = {}
DevStack.__index = DevStack

local examples = "examples/openresty"
local secret = "a secret of the demo"

-- A rate limit that the examples never reach.
local no_limit = { limit = 1000000, window = 5000 }

local durable = "--appendonly yes --appendfsync always"

-- ---- starting ----

local function environment(self, options)
  local keys, checkout = self.tenant.credentials.v2, shell.run "pwd"
  local values = {
    MIMECAST_BASE_URL = self.tenant.url, MIMECAST_CLIENT_ID = keys.clientId, MIMECAST_CLIENT_SECRET = keys.clientSecret,
    MIMECAST_TIMEOUT = 2, ACME_SECRET = secret, ACME_REDIS_PORT = self.redis.port,
    LUA_PATH = checkout .. "/lua/?.lua;" .. checkout .. "/lua/?/init.lua;;", LUA_CPATH = checkout .. "/build/5.1/?.so;;",
  }
  for name, value in pairs(options.environment or {}) do values[name] = value end
  if options.list then values.ACME_LIST = self.prefix .. "/" .. options.list end
  local lines = {}
  for name, value in pairs(values) do lines[#lines + 1] = ("export %s=%s"):format(name, shell.quote(tostring(value))) end
  return table.concat(lines, "\n") .. "\n"
end

local function start_nginx(self, options)
  local found, prefix = assert(config.find()), self.prefix
  local modules = { shell.run "id -u" == "0" and "user root;" or nil }
  for _, path in ipairs(found.modules) do modules[#modules + 1] = ("load_module %s;"):format(path) end
  shell.write(prefix .. "/modules.conf", table.concat(modules, "\n") .. "\n")
  local text = shell.read(examples .. "/nginx.conf"):gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. self.port)
  shell.write(prefix .. "/nginx.conf", (text:gsub("worker_processes %d+", "worker_processes " .. (options.workers or 4))))
  shell.run(("cp -r %s/lua %s"):format(examples, shell.quote(prefix)))
  shell.write(prefix .. "/environment", environment(self, options)) -- not on a command line, which other users can see
  local output, code = shell.run(("unset LUA_INIT; . %s; %s -p %s -c %s 2>&1"):format(shell.quote(prefix .. "/environment"),
    shell.quote(found.binary), shell.quote(prefix), shell.quote(prefix .. "/nginx.conf")))
  if code ~= 0 then error(output .. self:log(), 0) end
end

--- Starts tenant, Redis and nginx.
---@param options? table workers (4), environment (further variables), tenant (further options of the sandbox), files (texts
-- by name, in nginx' prefix), list (the name of the list's file), beside (a stack whose tenant and Redis this one shares, like
-- another host)
function dev_stack.start(options)
  options = options or {}
  local tenant_options = { rateLimit = no_limit, transport = curl.new { maxResponseBytes = 2 ^ 28 } }
  for name, value in pairs(options.tenant or {}) do tenant_options[name] = value end
  local self = setmetatable({ transport = curl.new() }, DevStack)
  local beside = options.beside
  local ok, reason = pcall(function()
    self.is_shared = beside ~= nil
    self.tenant = beside and beside.tenant or assert(sandbox.start(tenant_options))
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

--- Stops the processes by their ids, and removes the folders.
function DevStack:stop()
  local pid = self.prefix and (shell.read(self.prefix .. "/nginx.pid") or ""):match "%d+"
  if pid then assert(shell.finish(pid, self.prefix)) end
  if self.prefix then shell.remove_folder(self.prefix) end
  if self.redis and not self.is_shared then self.redis:stop() end
  if self.tenant and not self.is_shared then self.tenant:stop() end
  self.prefix, self.redis, self.tenant = nil, nil, nil
end

-- ---- requests ----

--- Returns the headers of a signed request (README.md).
---@param time string seconds since 1970
---@param body string
---@return string[] headers flat
function dev_stack.sign(time, body)
  local digest = hmac.new(secret, "sha256"):final(time .. "." .. body)
  return { "X-Timestamp", time, "X-Signature", (digest:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)) }
end

--- Sends a request: a POST with a body, else a GET.
---@param path string
---@param headers? string[] flat list of name and value
---@param body? string
---@return table? response status, headers, body
---@return string? message
function DevStack:request(path, headers, body)
  return self.transport:send { method = body and "POST" or "GET", url = self.url .. path, headers = headers or {},
    body = body, timeout = 10 }
end

--- Posts a table as JSON, signed.
---@return table? response with `json`, the decoded body
---@return string? message
function DevStack:post(path, input)
  local body = json.encode(input)
  local response, message = self:request(path, dev_stack.sign(("%.6f"):format(core.now()), body), body)
  if response then response.json = json.decode(response.body) end
  return response, message
end

--- Returns nginx' error log.
function DevStack:log()
  return shell.read(self.prefix .. "/error.log") or ""
end

--- Returns the process ids of the workers.
function DevStack:workers()
  local master, pids = shell.read(self.prefix .. "/nginx.pid"):match "%d+", {}
  local list = shell.read(("/proc/%s/task/%s/children"):format(master, master)) or shell.run("pgrep -P " .. master)
  for pid in list:gmatch "%d+" do pids[#pids + 1] = pid end
  return pids
end

--- Reloads nginx: new workers start, the old ones finish their requests.
function DevStack:reload()
  shell.run("kill -HUP " .. shell.read(self.prefix .. "/nginx.pid"):match "%d+")
end

--- Kills a worker with SIGKILL, like a crash.
function DevStack.kill(_, pid)
  shell.run(("kill -9 %s 2>/dev/null"):format(pid))
end

--- Returns a metric; 0 if it is missing.
---@param name string with its labels
function DevStack:metric(name)
  local response = self:request "/metrics" or self:request "/metrics" -- again if the worker was killed meanwhile
  local text = "\n" .. assert(response).body
  return tonumber(text:match("\n" .. name:gsub("%p", "%%%0") .. " (%S+)")) or 0
end

--- Waits until a condition holds.
---@return boolean held false if it did not hold within so many seconds
function DevStack:wait(seconds, condition)
  local deadline = os.time() + seconds
  while not condition() do
    if os.time() > deadline then return false end
    self.transport:sleep(0.05)
  end
  return true
end

return dev_stack
