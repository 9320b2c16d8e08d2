--- Runs a golden case of spec/vectors/walk on a new tenant with a fixed clock and fixed random bytes: the calls before it, then
--- the call. Returns request and response.
local clients = require "spec.support.fakes.clients"
local registry = require "mimecast.model.registry"

local golden_cases = {}

--- Returns all operations, sorted by name.
---@return table[] operations
function golden_cases.operations()
  local list = {}
  for _, name in ipairs(registry.names()) do
    local operation = registry.find(name)
    if operation.name == name then list[#list + 1] = operation end
  end
  return list
end

--- Returns the API generations that have an operation, and those that do not.
---@return string[] present
---@return string[] absent
function golden_cases.generations(operation)
  if not operation.api then return { "1.0", "2.0" }, {} end
  return { operation.api }, { operation.api == "1.0" and "2.0" or "1.0" }
end

-- Records the responses, too.
local function record_responses(wire)
  local send = wire.send
  function wire:send(request)
    local response, message, err = send(self, request)
    self.sent[#self.sent].response = response
    return response, message, err
  end
end

--- Makes a new tenant, a client, and the recording transport between them.
function golden_cases.client(generation)
  local client, tenant, wire = clients.new(generation,
    { tenant = { random = function(count) return ("\0"):rep(count) end } })
  record_responses(wire)
  return client, tenant, wire
end

-- Returns the rows of a list without its total and cursor.
local function rows_of(list)
  local rows = {}
  for i, row in ipairs(list) do rows[i] = row end
  return rows
end

local function request_of(sent, base)
  return {
    method = sent.method, path = sent.url:sub(#base + 1), type = sent.headers["content-type"],
    argument = sent.headers["x-mc-arg"], body = sent.body,
  }
end

--- Runs a case.
---@param operation mimecast.Operation
---@param case table before, input
---@param generation string
---@param many? boolean use the function for a list
---@return table seen count (requests of the call itself), request, headers, response (status, body), output, total,
-- cursor, err, unexpected (what in the request does not conform to the operation)
function golden_cases.run(operation, case, generation, many)
  local client, tenant, wire = golden_cases.client(generation)
  for _, step in ipairs(case.before or {}) do assert(client[step.call](client, step.input)) end
  local first = #wire.sent
  local output, message, err
  if many then
    local results, failures = client[operation.batchName](client, { case.input })
    output, err = results[1] or nil, failures[1]
  else
    output, message, err = client[operation.name](client, case.input)
  end
  -- The first call also fetches the token.
  if wire.sent[first + 1] and wire.sent[first + 1].url:find("/oauth/token", 1, true) then first = first + 1 end
  local seen = { count = #wire.sent - first, message = message, err = err, output = output }
  local sent = wire.sent[first + 1]
  if sent then
    seen.request, seen.headers = request_of(sent, client.config.baseUrl), sent.headers
    seen.response = { status = sent.response.status, body = sent.response.body }
    local received = tenant:requests()
    seen.unexpected = received[#received].unexpected
  end
  if output and operation.resultKey and not many then
    seen.output, seen.total, seen.cursor = rows_of(output), output.total, output.cursor
  end
  return seen
end

return golden_cases
