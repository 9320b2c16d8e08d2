--- The state of a call, and the template of a function, which all its calls in a client share.
--
-- A call is one table: what its attempts share, the request that a transport sends, and what a protocol decodes the response
-- with. It inherits from its template, so that nothing is copied or looked up again that never changes.
local core = require "mimecast.core"
local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"

local calls = {}

local Call = {}
Call.__index = Call

local user_agent = "lua-mimecast/" .. core.version

-- Protocols by name; the rare ones are loaded at first use.
local protocols = setmetatable({ envelope = envelope }, {
  __index = function(list, name)
    list[name] = lazy("mimecast.protocol." .. name)
    return list[name]
  end,
})

-- ---- templates ----

--- Makes a template.
---@param self table client
---@param operation mimecast.Operation name, method, idempotent, rate_key, path
---@param name string of the function that is called, for errors
---@param protocol? table encode, decode; default the operation's
---@return table template
function calls.new_template(self, operation, name, protocol)
  protocol = protocol or protocols[operation.protocol]
  local requests = lazy "mimecast.transport.prepared_request"
  local template = setmetatable({
    operation = operation, name = name, path = operation.path, encode = protocol.encode, decode = protocol.decode,
    credentials = self.credentials, budget = self.limiter:budget_of(operation),
    prepare_request = requests.new, send_request = requests.sender(self.transport),
    prepared = false, -- what the transport made of method, URL and headers; made by the first call
    is_limited = self.config.readOnly or (operation.api and operation.api ~= self.config.generation) or false,
    -- What a call sets only if it happens: the state of its retries, results with other names, its entry among the requests in
    -- flight, its window of the rate budget, whether the response is a plain success, whether a step has waited.
    retries = false, foreign = false, admitted = false, window = false, is_plain = false, has_waited = false,
  }, Call)
  template.of_call = { __index = template } -- the metatable of its calls
  return template
end

local function prepare(self, template, path, more_headers, content_type)
  local config, operation = self.config, template.operation
  local headers = { "Content-Type", content_type or "application/json", "Accept", "application/json", "User-Agent", user_agent }
  for _, part in ipairs(more_headers or {}) do headers[#headers + 1] = part end
  local prepared, message, err = template.prepare_request(self.transport, {
    method = operation.method, url = config.baseUrl .. path, path = path, headers = headers,
    late = self.credentials.late_headers, connectTimeout = config.connectTimeout,
  })
  if prepared then return prepared end
  err = errors.adopt(message, err)
  err.outcome = nil -- nothing was sent
  return nil, err
end

-- Returns the prepared request of a path: the template's, unless path or headers belong to one call. Nil and an error value if
-- it is invalid.
local function prepared_of(self, template, path, headers, content_type)
  if path ~= template.path or headers then return prepare(self, template, path, headers, content_type) end
  local prepared, err = prepare(self, template, path)
  template.prepared = prepared or false
  return prepared, err
end

-- ---- calls ----

--- Makes a call.
---@param self table client
---@param template table
---@param items table[] wire items
---@param page? table size, token
---@return table call
---@return mimecast.Error? err if its request is invalid
function calls.new(self, template, items, page)
  local path, body, headers, content_type = template.encode(template.operation, items, page)
  local prepared, err, now, timeout = template.prepared, nil, self.monotonic(), self.config.timeout
  if not prepared or path ~= template.path or headers then
    prepared, err = prepared_of(self, template, path, headers, content_type)
  end
  return setmetatable({
    false, false, false, false, -- the values of the late headers, which the credentials set
    items = items, prepared = prepared, path = path, body = body,
    first_version = template.credentials.version, -- of the credentials, at the start
    deadline = now + timeout,
    started = now, timeout = timeout, sent = false, -- of the current attempt
  }, template.of_call), err
end

--- Replaces the items of a call by those to retry.
---@param items table[]
---@param page? table
function Call:set_items(items, page)
  self.items = items
  self.path, self.body = self.encode(self.operation, items, page)
end

--- Begins the next attempt, whose credentials have other secrets.
---@param now number monotonic seconds
function Call:restart(now)
  self.started, self.has_waited, self.sent, self.window, self.admitted = now, true, false, false, false
  self.signed_with, self.id, self.secrets = nil, nil, nil
end

--- Returns the number of the current attempt.
---@return integer
function Call:attempt()
  return self.retries and self.retries.attempt or 1
end

Call.find_secrets = decode_context.find_secrets

return calls
