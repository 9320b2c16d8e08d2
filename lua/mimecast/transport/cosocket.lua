--- The transport over lua-resty-http: nginx waits, on cosockets.
--
-- It has the interface, error codes and outcomes of the transport over libcurl. It sends a request at most once, follows no
-- redirects, and verifies certificates against nginx's lua_ssl_trusted_certificate. resty.http connects and sends;
-- http_head.lua and http_body.lua read the response.
local core = require "mimecast.core"
local cosocket_request = require "mimecast.transport.cosocket_request"
local errors = require "mimecast.errors"
local http_body = require "mimecast.transport.http_body"
local http_head = require "mimecast.transport.http_head"
local nginx = require "mimecast.loop.nginx"
local socket = require "mimecast.transport.socket"
local transport_errors = require "mimecast.transport.errors"

local cosocket = {}

local Cosocket = {}
Cosocket.__index = Cosocket
Cosocket.makes_valid_responses = true -- prepared_request.lua need not check them

local max_idle_seconds, pool_size = 60, 256

-- ---- the pool of connections ----

-- Part of the name of each connection pool: all transports of a worker share its idle connections.
local generation = 0

-- Returns the name of the pool of a target, which holds all options of security.
local function pool_of(self, target)
  return ("mimecast:%d:%s:%s:%d:%s:verify:%s"):format(generation, target.scheme, target.host, target.port, target.host,
    target.loopback and "" or self.proxyName)
end

-- ---- failures ----

local function contains(reason, text)
  return reason:find(text, 1, true) ~= nil
end

local ca_setting = "nginx's lua_ssl_trusted_certificate"

-- Returns the result of `send` without a connection: nothing was sent.
local function connect_failure(reason)
  local status = tonumber(reason:match("tunnel through a proxy: (%d%d%d)"))
  if status then
    local code, hint = transport_errors.from_proxy_status(status)
    return transport_errors.failed(code, { message = "the proxy responded with status " .. status, hint = hint })
  end
  local hints = transport_errors.hints
  local code, hint = "connect_failed", hints.connect_failed
  if contains(reason, "no resolver defined") then
    code, hint = "resolve_failed", "set resolver in nginx.conf, or use transport = \"curl\""
  elseif contains(reason, "could not be resolved") or contains(reason, "no request found to resolve") then
    code, hint = "resolve_failed", "check baseUrl and nginx's resolver"
  elseif contains(reason, "certificate") then
    code, hint = "certificate", transport_errors.certificate_hint(reason, ca_setting)
  elseif contains(reason, "timeout") then
    code, hint = "connect_timeout", hints.timeout
  elseif contains(reason, "handshake failed") then
    code, hint = "tls_error", hints.tls
  end
  return transport_errors.failed(code, { message = core.printable(reason, 300), hint = hint })
end

-- Reports whether a first line, complete or not, begins an HTTP response.
local function is_http(line)
  return line:sub(1, 7) == ("HTTP/1."):sub(1, #line)
end

-- Returns the result of `send` for an incomplete or malformed response. `status` is nil if the head is incomplete.
local function response_failure(connection, reason, status)
  local part, line, hints = status and "trailer" or "head", connection.status_line, transport_errors.hints
  status = status or tonumber((line or ""):match("^HTTP/%d%.%d (%d%d%d)"))
  local code, message, hint = "connection_lost", "the connection ended before the response", nil
  if connection.reason == "timeout" then
    code, message, hint = "timeout", "no complete response in time", hints.timeout
  elseif connection.reason == "too_large" then
    return transport_errors.too_large(part, status)
  elseif reason == "malformed" or (line and not is_http(line)) then
    code, message, hint = "not_http", "the response is not HTTP", hints.not_http
  elseif line then
    code, message = "truncated", "the response ended too early, or is malformed"
  end
  return transport_errors.failed(code, { message = message, hint = hint, status = status, sent = connection.sent })
end

-- ---- sending ----

local no_proxy = {}

local function connect(self, client, target)
  return client:connect {
    scheme = target.scheme, host = target.host, port = target.port, pool = pool_of(self, target), pool_size = pool_size,
    ssl_verify = true, ssl_server_name = target.host,
    proxy_opts = not target.loopback and self.proxy and self.proxy() or no_proxy,
  }
end

local function exchange(self, request, prepared, converted)
  local client, err = self.http.new()
  if not client then return transport_errors.failed("transport_error", { message = err }) end
  local connection = socket.new(client.sock, self.monotonic, request.timeout or 60, prepared.connectTimeout or 10)
  client.sock = connection
  local ok, reason = connect(self, client, prepared.target)
  if not ok then
    client:close()
    return connect_failure(tostring(reason))
  end
  connection:start_request()
  local head, body
  ok, reason = client:send_request(converted)
  if ok then head, reason = http_head.read(connection) end
  if head then body, reason = http_body.read(connection, prepared.method, head, self.maxResponseBytes) end
  local reusable = body and not reason and head.keep_alive
  if not (reusable and connection:setkeepalive(max_idle_seconds * 1000, pool_size)) then client:close() end
  if body then return { status = head.status, headers = head.headers, body = body } end
  if reason == "too_large" and connection.reason ~= "too_large" then return transport_errors.too_large("body", head.status) end
  return response_failure(connection, tostring(reason), head and head.status)
end

--- Checks and converts what never changes between the requests of an operation (prepared_request.lua).
---@param parts table method, url, headers (flat list of name and value; a value may be a secret), late (names of headers
-- whose values come with each request), connectTimeout in seconds
---@return table? prepared
---@return string? message
---@return mimecast.Error? err
function Cosocket.prepare(_, parts)
  local prepared, reason = cosocket_request.prepare(parts)
  if prepared then return prepared end
  return transport_errors.invalid_request(reason)
end

--- Sends a request and waits for its response.
---@param request table prepared, the values of the late headers, body (text or secret), timeout in seconds; without
-- `prepared` the parts of `prepare`
---@return table? response status, headers by lower-case name, body
---@return string? message
---@return mimecast.Error? err
function Cosocket:send(request)
  local err = nginx.unavailable()
  if err then return errors.result(err) end
  if self.closed then return errors.result(errors.closed()) end
  local prepared, converted, reason = request.prepared, nil, nil
  if not prepared then
    prepared, reason = cosocket_request.prepare(request)
  end
  if prepared then converted, reason = cosocket_request.convert(prepared, request) end
  if not converted then return transport_errors.invalid_request(reason) end
  return exchange(self, request, prepared, converted)
end

--- Returns why nothing can be sent now; nil if it can.
---@param name? string the called function
---@return mimecast.Error? err
function Cosocket.unavailable(_, name)
  return nginx.unavailable(name)
end

--- Runs a function beside its caller: it goes on when the caller ends.
---@param run fun()
---@return boolean ok false if nginx has no free timer
function Cosocket.spawn(_, run)
  return nginx.spawn(run)
end

-- ---- waiting ----

--- Sleeps; the worker goes on meanwhile.
---@param seconds number
function Cosocket.sleep(_, seconds)
  if seconds > 0 then nginx.sleep(seconds) end
end

--- Waits until a condition holds; the worker goes on meanwhile.
---@param condition fun(): boolean
function Cosocket.wait_until(_, condition)
  local pause = 0.001
  while not condition() do
    ngx.sleep(pause)
    pause = math.min(pause * 2, 0.01)
  end
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` at a time. Raises the first error of `run` again when the running
--- threads have ended.
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function Cosocket.map(_, count, run, concurrency)
  local next_index, raised = 1, nil
  local caller = not nginx.unavailable() and coroutine.running() -- without: each call returns the error, one by one
  local function work()
    -- Threads of a killed caller start nothing more.
    while next_index <= count and not raised and not (caller and coroutine.status(caller) == "dead") do
      local i = next_index
      next_index = i + 1
      local ok, reason = pcall(run, i)
      if not ok then raised = raised or { reason } end
    end
  end
  local threads = {}
  local ok, reason = pcall(function()
    for i = 2, caller and math.min(concurrency, count) or 1 do threads[i - 1] = ngx.thread.spawn(work) end
    work()
    for _, thread in ipairs(threads) do
      local ended, thread_error = ngx.thread.wait(thread)
      if not ended then raised = raised or { thread_error } end
    end
  end)
  if not ok then -- an interrupt, for instance: nothing goes on behind the caller's back
    raised = raised or { reason }
    for _, thread in ipairs(threads) do ngx.thread.kill(thread) end
  end
  if raised then error(raised[1], 0) end
end

-- ---- connections ----

--- Keeps all transports of this worker from reusing open connections. In-flight requests get their responses; the
--- connections end after their idle time.
function Cosocket.reset_connections()
  generation = generation + 1
end

--- Stops further requests. In-flight requests get their responses; idle connections belong to the worker, and end after
--- their idle time.
function Cosocket:close()
  self.closed = true
end

-- ---- construction ----

-- Returns the options of resty.http for a proxy. They are made for each connection, because they may hold a password.
local function proxy_options(text, excluded_hosts)
  local address = text:gsub("^%a[%w+.-]*://", "")
  local userinfo, host = address:match("^(.*)@(.*)$")
  local url, authorization = "http://" .. (host or address), nil
  if userinfo then
    local plain = userinfo:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    authorization = "Basic " .. core.base64_encode(plain)
  end
  return { http_proxy = url, https_proxy = url, http_proxy_authorization = authorization,
    https_proxy_authorization = authorization, no_proxy = excluded_hosts }
end

-- Returns the proxy of the options or the environment, and the hosts that the environment excludes.
local function proxy_setting(options)
  if options.proxy then return options.proxy end
  local excluded_hosts = os.getenv "no_proxy" or os.getenv "NO_PROXY"
  return core.secret.from_environment "https_proxy" or core.secret.from_environment "HTTPS_PROXY",
    excluded_hosts and excluded_hosts:gsub("[%s,]+", ",")
end

--- Returns why this transport cannot honour the options; nil if it can.
---@param options table caFile, proxy
---@return mimecast.Error? err
function cosocket.unsupported(options)
  local function invalid(field, message, hint)
    return errors.new { category = "config", code = "invalid_setting", field = field, message = message, hint = hint }
  end
  if options.caFile then
    return invalid("caFile", "caFile does not work with transport = \"resty\": nginx sets what cosockets trust",
      "put the file into lua_ssl_trusted_certificate in nginx.conf, or use transport = \"curl\"")
  end
  local proxy = proxy_setting(options)
  local scheme = proxy and cosocket_request.reveal(proxy):match("^(%a[%w+.-]*)://")
  if scheme and scheme ~= "http" then
    return invalid("proxy", "transport = \"resty\" reaches proxies by http:// only", "use transport = \"curl\"")
  end
end

--- Returns lua-resty-http; nil and a reason if it cannot be loaded.
---@return table? http
---@return string? reason
function cosocket.http()
  local loaded, http = pcall(require, "resty.http")
  if loaded then return http end
  return nil, tostring(http):match("^[^\n]*")
end

--- Makes a transport over cosockets. Raises outside nginx and without lua-resty-http.
---@param options? table proxy (text or secret), maxResponseBytes, monotonic (clock of durations)
function cosocket.new(options)
  options = options or {}
  local proxy, excluded_hosts = proxy_setting(options)
  local reveal = cosocket_request.reveal
  return setmetatable({
    http = assert(cosocket.http()),
    monotonic = options.monotonic or core.monotonic,
    maxResponseBytes = options.maxResponseBytes or 10485760,
    -- Identifies the proxy and its password in the name of the pool, without showing them.
    proxyName = proxy and core.base64_encode(core.hmac_sha1(core.uuid(), reveal(proxy))) or "",
    proxy = proxy and function() return proxy_options(reveal(proxy), excluded_hosts) end,
  }, Cosocket)
end

return cosocket
