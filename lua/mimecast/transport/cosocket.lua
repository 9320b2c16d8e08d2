--- The transport over lua-resty-http: nginx itself waits, on cosockets.
--
-- The same seam, error codes and outcomes as the transport over libcurl. A request is sent at most once, redirects are
-- not followed, certificates are verified against nginx's own lua_ssl_trusted_certificate. resty.http connects and sends;
-- answers are read by head.lua and body.lua.
local body = require "mimecast.transport.http_body"
local core = require "mimecast.core"
local deadline = require "mimecast.transport.socket"
local errors = require "mimecast.errors"
local head = require "mimecast.transport.http_head"
local http_headers = require "mimecast.transport.http_headers"
local nginx = require "mimecast.loop.nginx"
local reasons = require "mimecast.transport.errors"

local resty = {}

local Resty = {}
Resty.__index = Resty

local headers_max, header_line_max, content_max = 100, 8192, 1048576 -- of a request, as in the engine over libcurl
local idle, idle_max = 60, 256 -- seconds that a connection is kept, and how many of a pool

-- ---- a request ----

local usual = { ["Content-Type"] = true, ["Accept"] = true, ["User-Agent"] = true }

local function reveal(value)
  if core.secret.is(value) then return core.secret.reveal(value) end
  return value
end

local function is_token(text)
  return text:find("^[A-Za-z0-9!#$%%&'*+%-.^_`|~]+$") ~= nil
end

local function header_problem(name, value)
  if type(name) ~= "string" or type(value) ~= "string" then return "a header is neither text nor a secret" end
  if not is_token(name) then return "a header's name must be a token" end
  if value:find("%c") then return "a header's value holds a control character" end
  if #name + #value + 3 > header_line_max then return "a header is too long" end
end

-- The headers by name, each with its values; or nil and what is wrong. Those of every call are the same each time, but for
-- the secret ones: `checked` holds what they were.
local function headers_of(list, checked)
  if type(list) ~= "table" or #list % 2 == 1 or #list > 2 * headers_max then
    return nil, "headers must be a list {name, value, …} of at most 100 pairs"
  end
  local headers, names_coding = {}, false
  for i = 1, #list, 2 do
    local name, value = list[i], list[i + 1]
    if checked[name] ~= value or value == nil then
      local text = reveal(value)
      local problem = header_problem(name, text)
      if problem then return nil, problem end
      if usual[name] and text == value then checked[name] = value end
      names_coding = names_coding or core.lower(name) == "accept-encoding"
      value = text
    end
    local present = headers[name]
    if present == nil then
      headers[name] = value
    elseif type(present) == "table" then
      present[#present + 1] = value
    else
      headers[name] = { present, value }
    end
  end
  if not names_coding then headers["Accept-Encoding"] = "identity" end
  return headers
end

local ports = { http = 80, https = 443 }

-- Part of each pool's name: kept connections are the worker's, whichever transport of it has opened them.
local generation = 0

-- Scheme, host, port, whether it is this machine, and the pool's name: it holds every setting of security.
local function read_base(self, base)
  local scheme, authority = base:match("^(https?)://(.+)$")
  local host, port = authority:match("^(%[[%x:.]+%]):?(%d*)$")
  if not host then host, port = authority:match("^([^:%[%]]+):?(%d*)$") end
  if not host then return nil end
  port = tonumber(port) or ports[scheme]
  local loopback = core.url_error("http://" .. authority .. "/") == nil
  return { scheme = scheme, host = host, port = port, loopback = loopback, pool = ("mimecast:%d:%s:%s:%d:%s:verify:%s"):format(
    generation, scheme, host, port, host, loopback and "" or self.proxyName) }
end

-- The target of a URL and its path; or nil and what is wrong. A client calls one host: it is read once.
local function target_of(self, url)
  local problem = core.url_error(url)
  if problem then return nil, problem end
  local base = self.base
  if not base or self.generation ~= generation or url:sub(1, #base + 1) ~= base .. "/" then
    base = url:match("^https?://[^/?#]+")
    local target = read_base(self, base)
    if not target then return nil, "the URL has no host" end
    self.base, self.target, self.generation = base, target, generation
  end
  local path = url:sub(#base + 1, (url:find("#", 1, true) or 0) - 1)
  return self.target, path:sub(1, 1) == "/" and path or "/" .. path
end

-- What resty.http sends; or nil and what is wrong.
local function prepare(self, request, path)
  local headers, problem = headers_of(request.headers or {}, self.checked)
  local method, content = request.method or "POST", reveal(request.body)
  if not headers then return nil, problem end
  if not is_token(method) then return nil, "the method must be a token" end
  if content and #content > content_max then return nil, "the request's body is over 1 MiB" end
  if not content and method ~= "GET" and method ~= "HEAD" then content = "" end
  return { method = method, path = path, headers = headers, body = content }
end

-- ---- failures ----

local function says(reason, text)
  return reason:find(text, 1, true) ~= nil
end

local trusted = "nginx's lua_ssl_trusted_certificate"

-- What `send` returns where no connection came about: surely nothing was sent.
local function not_connected(reason)
  local status = tonumber(reason:match("tunnel through a proxy: (%d%d%d)"))
  if status then
    local code, hint = reasons.of_proxy(status)
    return reasons.failed(code, { message = "the proxy answered " .. status, hint = hint })
  end
  local code, hint = "connect_failed", reasons.hints.connect_failed
  if says(reason, "no resolver defined") then
    code, hint = "resolve_failed", "name one by resolver in nginx.conf, or take transport = \"curl\""
  elseif says(reason, "could not be resolved") or says(reason, "no request found to resolve") then
    code, hint = "resolve_failed", "check baseUrl and nginx's resolver"
  elseif says(reason, "certificate") then
    code, hint = "certificate", reasons.certificate(reason, trusted)
  elseif says(reason, "timeout") then
    code, hint = "connect_timeout", reasons.hints.timeout
  elseif says(reason, "handshake failed") then
    code, hint = "tls_error", reasons.hints.tls
  end
  return reasons.failed(code, { message = core.printable(reason, 300), hint = hint })
end

-- Whether what came first is how an answer of HTTP begins, as far as it came.
local function is_http(first)
  return first:sub(1, 7) == ("HTTP/1."):sub(1, #first)
end

-- What `send` returns where the answer did not come whole.
local function not_answered(socket, reason, status)
  local part = status and "trailer" or "head"
  status = status or tonumber((socket.first or ""):match("^HTTP/%d%.%d (%d%d%d)"))
  local code, message, hint = "connection_lost", "the connection ended before the answer", nil
  if socket.reason == "timeout" then
    code, message, hint = "timeout", "no whole answer in time", reasons.hints.timeout
  elseif socket.reason == "too large" then
    return reasons.too_large(part, status)
  elseif reason == "malformed" or (socket.first and not is_http(socket.first)) then
    code, message, hint = "not_http", "the answer is not one of HTTP", reasons.hints.not_http
  elseif socket.first then
    code, message = "truncated", "the answer ended too early, or is malformed"
  end
  return reasons.failed(code, { message = message, hint = hint, status = status, sent = socket.sent })
end

-- ---- the answer ----

-- The headers that callers look at, or all of them.
local function select_headers(self, headers, all)
  if all then return headers end
  local selected = {}
  for _, name in ipairs(self.wanted) do selected[name] = headers[name] end
  return selected
end

-- ---- one exchange ----

local none = {}

local function connect(self, client, target)
  return client:connect {
    scheme = target.scheme, host = target.host, port = target.port, pool = target.pool, pool_size = idle_max,
    ssl_verify = true, ssl_server_name = target.host, proxy_opts = not target.loopback and self.proxy and self.proxy() or none,
  }
end

local function exchange(self, target, request, prepared)
  local client, problem = self.http.new()
  if not client then return reasons.failed("transport_error", { message = problem }) end
  local socket = deadline.new(client.sock, self.monotonic, request.timeout or 60, request.connectTimeout or 10)
  client.sock = socket
  local ok, reason = connect(self, client, target)
  if not ok then
    client:close()
    return not_connected(tostring(reason))
  end
  socket:begin()
  local answer, text
  ok, reason = client:send_request(prepared)
  if ok then answer, reason = head.read(socket) end
  if answer then text, reason = body.read(socket, prepared.method, answer, self.maxResponseBytes) end
  local is_over = text and not reason and answer.is_kept
  if not (is_over and socket:setkeepalive(idle * 1000, idle_max)) then client:close() end
  if text then
    return { status = answer.status, headers = select_headers(self, answer.headers, request.allHeaders), body = text }
  end
  if reason == "too_large" then return reasons.too_large("body", answer.status) end
  return not_answered(socket, tostring(reason), answer and answer.status)
end

--- Sends a request and waits for its answer.
---@param request table method, url, headers (flat list of name and value; a value may be a secret), body (text or
-- secret), timeout and connectTimeout in seconds, allHeaders
---@return table? response status, headers by lower-case name, body
---@return string? message
---@return mimecast.Error? err
function Resty:send(request)
  local refused = nginx.unavailable()
  if refused then return errors.result(refused) end
  if self.closed then return errors.result(errors.closed()) end
  local target, path = target_of(self, request.url)
  if not target then return reasons.invalid(path) end
  local prepared, problem = prepare(self, request, path)
  if not prepared then return reasons.invalid(problem) end
  return exchange(self, target, request, prepared)
end

--- Why nothing can be sent now; nil where it can.
---@param what? string the function that was called
---@return mimecast.Error? err
function Resty.unavailable(_, what)
  return nginx.unavailable(what)
end

--- Runs it on its own: it goes on whatever becomes of the caller.
---@param run fun()
---@return boolean ok false where nginx has no timer for it
function Resty.spawn(_, run)
  return nginx.spawn(run)
end

-- ---- waiting ----

--- Waits so many seconds; the worker goes on meanwhile.
---@param seconds number
function Resty.sleep(_, seconds)
  if seconds > 0 then nginx.sleep(seconds) end
end

--- Waits until a condition holds; the worker goes on meanwhile.
---@param condition fun(): boolean
function Resty.wait_until(_, condition)
  local pause = 0.001
  while not condition() do
    ngx.sleep(pause)
    pause = math.min(pause * 2, 0.01)
  end
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` of them at a time. An error raised in one is raised again when
-- those in flight have landed.
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function Resty.map(_, count, run, concurrency)
  local next_one, raised = 1, nil
  local caller = not nginx.unavailable() and coroutine.running() -- else each call is told so, one after the other
  local function work()
    -- A caller that was killed leaves its threads behind: they begin nothing more.
    while next_one <= count and not raised and not (caller and coroutine.status(caller) == "dead") do
      local i = next_one
      next_one = i + 1
      local ok, reason = pcall(run, i)
      if not ok then raised = raised or { reason } end
    end
  end
  local threads = {}
  local ok, reason = pcall(function()
    for i = 2, caller and math.min(concurrency, count) or 1 do threads[i - 1] = ngx.thread.spawn(work) end
    work()
    for _, thread in ipairs(threads) do
      local ended, why = ngx.thread.wait(thread)
      if not ended then raised = raised or { why } end
    end
  end)
  if not ok then -- an interrupt, for instance: nothing goes on behind the caller's back
    raised = raised or { reason }
    for _, thread in ipairs(threads) do ngx.thread.kill(thread) end
  end
  if raised then error(raised[1], 0) end
end

--- No connection that is open now carries another request, of whichever transport of this worker. In-flight requests get
-- their responses; the connections end when they have been idle for long.
function Resty.reset_connections()
  generation = generation + 1
end

--- Lets nobody send any more; what is in flight lands. Kept connections are the worker's own, and end when they are idle for
-- long.
function Resty:close()
  self.closed = true
end

-- ---- making one ----

-- The proxy as resty.http takes it: made anew for each connection, because it may hold a password.
local function proxy_of(text)
  local userinfo, rest = text:gsub("^%a[%w+.-]*://", ""):match("^(.*)@(.*)$")
  local address = "http://" .. (rest or text:gsub("^%a[%w+.-]*://", ""))
  local authorization
  if userinfo then
    local plain = userinfo:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    authorization = "Basic " .. core.base64_encode(plain)
  end
  return { http_proxy = address, https_proxy = address, http_proxy_authorization = authorization,
    https_proxy_authorization = authorization }
end

-- The proxy, and the hosts that are asked past it: what the options say, else the environment.
local function proxy_setting(options)
  if options.proxy then return options.proxy end
  local past = os.getenv "no_proxy" or os.getenv "NO_PROXY"
  return core.secret.from_environment "https_proxy" or core.secret.from_environment "HTTPS_PROXY",
    past and past:gsub("[%s,]+", ",")
end

--- Why settings cannot be honoured by this transport; nil where they can.
---@param options table caFile, proxy
---@return mimecast.Error? err
function resty.problem(options)
  local function refuse(field, message, hint)
    return errors.new { category = "config", code = "invalid_setting", field = field, message = message, hint = hint }
  end
  if options.caFile then
    return refuse("caFile", "caFile does not work with transport = \"resty\": cosockets trust what nginx names",
      "put the file into lua_ssl_trusted_certificate in nginx.conf, or take transport = \"curl\"")
  end
  local proxy = proxy_setting(options)
  local scheme = proxy and reveal(proxy):match("^(%a[%w+.-]*)://")
  if scheme and scheme ~= "http" then
    return refuse("proxy", "transport = \"resty\" reaches proxies by http:// only", "take transport = \"curl\"")
  end
end

--- Whether lua-resty-http is installed; else why it cannot be loaded.
---@return table? http
---@return string? reason
function resty.http()
  local found, http = pcall(require, "resty.http")
  if found then return http end
  return nil, tostring(http):match("^[^\n]*")
end

--- A transport over cosockets. Raises outside nginx and where lua-resty-http is not installed.
---@param options? table proxy (text or secret), maxResponseBytes, responseHeaders (names beside the standard ones), monotonic
-- (clock of durations)
function resty.new(options)
  options = options or {}
  local proxy, past = proxy_setting(options)
  return setmetatable({
    http = assert(resty.http()),
    monotonic = options.monotonic or core.monotonic,
    maxResponseBytes = options.maxResponseBytes or 10485760,
    checked = {},
    wanted = http_headers.wanted(options.responseHeaders),
    -- Names the proxy and its password in the pool's name without telling either.
    proxyName = proxy and core.base64_encode(core.hmac_sha1(core.uuid(), reveal(proxy))) or "",
    proxy = proxy and function()
      local found = proxy_of(reveal(proxy))
      found.no_proxy = past
      return found
    end,
  }, Resty)
end

return resty
