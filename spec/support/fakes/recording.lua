--- Transport that records requests as plain text, and passes them on or returns the responses of the spec.
local core = require "mimecast.core"

local recording = {}
local Recording = {}
Recording.__index = Recording

local function reveal(value)
  if core.secret.is(value) then return core.secret.reveal(value) end
  return value
end

-- Copies a request without secrets: headers as a flat list, and by lower-case name.
local function plain(request)
  local copy = { flat = {}, headers = {} }
  for name, value in pairs(request) do
    if name ~= "headers" then copy[name] = reveal(value) end
  end
  for i = 1, #(request.headers or {}), 2 do
    local name, value = request.headers[i], reveal(request.headers[i + 1])
    copy.flat[i], copy.flat[i + 1] = name, value
    copy.headers[name:lower()] = value
  end
  return copy
end

--- Records the request in `sent`, then sends it.
function Recording:send(request)
  local copy = plain(request)
  self.sent[#self.sent + 1] = copy
  if self.respond then
    local response, message, err = self.respond(copy, #self.sent)
    if response or message then return response, message, err end
  end
  return self.inner:send(request)
end

function Recording:sleep(seconds)
  self.slept[#self.slept + 1] = seconds
  if self.inner then self.inner:sleep(seconds) end
end

function Recording:wait_until(condition)
  return self.inner:wait_until(condition)
end

function Recording:map(count, run, concurrency)
  if self.inner then return self.inner:map(count, run, concurrency) end
  for i = 1, count do run(i) end
end

function Recording:close()
  self.closed = true
end

--- Records the number of the next request.
function Recording:reset_connections()
  self.resets[#self.resets + 1] = #self.sent + 1
  if self.inner and self.inner.reset_connections then self.inner:reset_connections() end
end

--- Returns the requests to a path.
function Recording:to(path)
  local list = {}
  for _, request in ipairs(self.sent) do
    if request.url:sub(-#path) == path then list[#list + 1] = request end
  end
  return list
end

--- Makes a recording transport.
---@param inner? table the transport that sends
---@param respond? fun(request: table, number: integer): table?, string?, table? the response; nil: `inner` sends the request
function recording.new(inner, respond)
  return setmetatable({ inner = inner, respond = respond, sent = {}, slept = {}, resets = {} }, Recording)
end

--- Builds a response with a JSON body.
function recording.json(body, status, headers)
  local all = { ["content-type"] = "application/json" }
  for name, value in pairs(headers or {}) do all[name] = value end
  return { status = status or 200, headers = all, body = body }
end

--- Wraps a responder: token requests get a token, all others its response.
function recording.with_token(respond)
  return function(request, number)
    if request.url:find("/oauth/token", 1, true) then
      return recording.json('{"access_token":"RecordedTokenAAAAAAAAAAAAAAA","token_type":"Bearer","expires_in":1799}')
    end
    return respond(request, number)
  end
end

return recording
