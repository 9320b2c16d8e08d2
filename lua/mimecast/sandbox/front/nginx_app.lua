--- Runs inside nginx: passes each request to the service, and sends the response with its faults.
-- luacheck: globals ngx

-- Comes first: the C core may be built for another Lua only.
if not pcall(require, "mimecast.core") then package.loaded["mimecast.core"] = require "mimecast.sandbox.front.core" end

local json = require "mimecast.json"
local control = require "mimecast.sandbox.front.control"
local app = require "mimecast.sandbox.app"
local page = require "mimecast.sandbox.front.page"
local process = require "mimecast.sandbox.front.process"
local tenant_state = require "mimecast.sandbox.tenant_state"
local transport = require "mimecast.sandbox.front.transport"

local nginx_app = {}

-- An nginx process has a single tenant, and keeps this module loaded.
local tenant, settings, prefix

--- Makes the tenant. nginx calls it once, while it reads its configuration.
---@param folder string the prefix with tenant.json
function nginx_app.start(folder)
  prefix = folder
  settings = assert(json.decode(assert(process.read(folder .. "/tenant.json"))))
  local options = settings.options
  options.clock = function()
    ngx.update_time()
    return ngx.now()
  end
  -- HMAC and base64 of nginx: signatures are checked by another implementation than the client's.
  options.hmac_sha1 = ngx.hmac_sha1
  options.base64_decode, options.base64_encode = ngx.decode_base64, ngx.encode_base64
  tenant = tenant_state.new(options)
end

local function exists(path)
  local file = io.open(path, "r")
  if file then file:close() end
  return file ~= nil
end

--- Ends nginx if the process that started it has ended without stopping it.
function nginx_app.watch()
  if not settings.parent then return end
  ngx.timer.every(0.25, function()
    if exists("/proc/" .. settings.parent .. "/stat") then return end
    process.remove_folder(prefix)
    os.exit(0)
  end)
end

local function read_body()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if body then return body end
  local file = ngx.req.get_body_file()
  return file and process.read(file) or ""
end

local function read_headers()
  local headers = {}
  for name, value in pairs(ngx.req.get_headers()) do
    headers[name] = type(value) == "table" and table.concat(value, ", ") or tostring(value)
  end
  return headers
end

local function handle_control()
  ngx.header["content-type"] = "application/json"
  if ngx.req.get_headers()["x-sandbox-key"] ~= settings.key then
    ngx.status = 403
    ngx.print("{\"message\":\"the control key is missing or wrong\"}")
    return
  end
  local request = json.decode(read_body())
  local result, message
  if type(request) == "table" then result, message = control.perform(tenant, request) else message = "not a JSON object" end
  ngx.print(json.encode{ result = result, message = message })
end

local function send_head(response)
  ngx.status = response.status
  for i = 1, #response.headers, 2 do ngx.header[response.headers[i]] = response.headers[i + 1] end
end

local function send_body(body, length)
  ngx.header["content-length"] = length
  ngx.print(body)
end

-- Returns the bytes of a response for a raw socket.
local function raw_response(status, headers, body)
  local lines = { ("HTTP/1.1 %d Status"):format(status) }
  for i = 1, #headers, 2 do lines[#lines + 1] = headers[i] .. ": " .. headers[i + 1] end
  lines[#lines + 1] = ("content-length: %d\r\n\r\n"):format(#body)
  return table.concat(lines, "\r\n") .. body
end

local fault_actions = {
  reset = function() return ngx.exec("/sandbox/reset") end,
  close = function() return ngx.exit(444) end,
  truncate = function(response)
    send_head(response)
    send_body(response.body:sub(1, response.fault.bytes), #response.body)
    ngx.flush(true)
    return ngx.exit(444)
  end,
  delay = function(response)
    ngx.sleep(response.fault.seconds)
    send_head(response)
    send_body(response.body, #response.body)
  end,
  -- Sends the first half at once and the rest in pieces.
  drip = function(response)
    local body, pieces = response.body, 10
    local half = math.floor(#body / 2)
    send_head(response)
    send_body(body:sub(1, half), #body)
    for i = 1, pieces do
      ngx.flush(true)
      ngx.sleep(response.fault.seconds / pieces)
      local from, to = math.floor((#body - half) * (i - 1) / pieces), math.floor((#body - half) * i / pieces)
      if not ngx.print(body:sub(half + from + 1, half + to)) then return end
    end
  end,
  stray = function(response)
    local socket, status = ngx.req.socket(true), response.fault.status
    local real = raw_response(response.status, response.headers, response.body)
    socket:send(real)
    ngx.sleep(response.fault.seconds)
    socket:send(status and raw_response(status, { "connection", "close" }, "") or real)
    if not status then ngx.sleep(0.5) end -- the connection looks usable
    return ngx.exit(444)
  end,
  length = function(response)
    send_head(response)
    send_body(response.body, response.fault.length)
    ngx.flush(true)
    return ngx.exit(444)
  end,
  huge = function(response)
    send_head(response)
    ngx.print(transport.huge_start)
    local left, piece = response.fault.bytes, ("x"):rep(65536)
    while left > 0 do
      -- Stops if the client has closed the connection.
      if not ngx.print(left < #piece and piece:sub(1, left) or piece) or not ngx.flush(true) then return end
      left = left - #piece
    end
  end,
}

-- Returns arguments as texts; of a repeated one the first.
local function texts_of(arguments)
  local texts = {}
  for name, value in pairs(arguments or {}) do
    if type(value) == "table" then value = value[1] end
    texts[name] = type(value) == "string" and value or ""
  end
  return texts
end

local function handle_page(request)
  local headers = ngx.req.get_headers()
  if request.method == "POST" then
    ngx.req.read_body()
    request.form = texts_of(ngx.req.get_post_args(20))
  end
  request.query = texts_of(ngx.req.get_uri_args(20))
  request.host, request.origin, request.scheme, request.name = headers.host, headers.origin, ngx.var.scheme, settings.host
  local response = page.handle(tenant, request)
  send_head(response)
  send_body(response.body, #response.body)
end

--- Handles one request.
function nginx_app.respond()
  local path = ngx.var.uri
  if path == "/sandbox/control" then return handle_control() end
  local wanted = { method = ngx.req.get_method(), path = path, accept = ngx.var.http_accept }
  if page.wants(wanted) then return handle_page(wanted) end
  local response = app.handle(tenant, {
    method = ngx.req.get_method(), path = ngx.var.request_uri, headers = read_headers(), body = read_body(),
    scheme = ngx.var.scheme,
  })
  local send_fault = response.fault and fault_actions[response.fault.action]
  if send_fault then return send_fault(response) end
  send_head(response)
  send_body(response.body, #response.body)
end

return nginx_app
