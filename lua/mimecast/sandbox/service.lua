--- The service itself: one request in, one response out. It knows neither sockets nor the client.
local json = require "mimecast.json"
local access = require "mimecast.sandbox.access"
local answer = require "mimecast.sandbox.answer"
local faults = require "mimecast.sandbox.faults"
local lenient = require "mimecast.sandbox.lenient"
local users = require "mimecast.sandbox.users"

local service = {}

--- Path -> function. A function has `perform(tenant, item) -> result | nil, errors` and `read(raw) -> item | nil`
-- for one item of `data[]`, and `limit`, the most items that API 2.0 takes in one request.
service.functions = {
  ["/api/user/update-user"] = users.update,
}

-- The items of a request, each made what the function reads; nil with the refusal's name where the call is unreadable.
local function read_items(call, body)
  if not body:find("%S") then return {} end
  local request = lenient.decode(body)
  if type(request) ~= "table" then return nil, "malformed" end
  local data = request.data
  if data == json.null then return nil, "deserialise" end
  if data == nil then return {} end
  if type(data) ~= "table" or (next(data) ~= nil and #data == 0) then return nil, "malformed" end
  local items = {}
  for i = 1, #data do
    local raw = data[i]
    if raw == json.null then return nil, "deserialise" end
    local item = type(raw) == "table" and (#raw == 0) and call.read(raw)
    if not item then return nil, "malformed" end
    items[i] = item
  end
  return items
end

-- Every item is a call of its own: some succeed, some fail, in one HTTP 200.
local function perform(tenant, call, items, spoil)
  local data, fail = {}, {}
  for i, item in ipairs(items) do
    local result, errors
    if spoil and spoil.failing[i] then
      errors = { spoil.error }
    else
      result, errors = call.perform(tenant, item)
    end
    if result then data[#data + 1] = result else fail[#fail + 1] = answer.fail(item, errors) end
  end
  return answer.envelope(200, data, fail)
end

local function dispatch(tenant, request, path, generation, spoil)
  if tenant.options.userManagement == false and generation == 2 and path:find("^/api/user/") then
    -- Seen by a client on tenants without user management (Cloud Integrated); the body is not known.
    return answer.refuse "path"
  end
  local call = service.functions[path]
  local items, refusal = read_items(call, request.body)
  if not items then return answer.refuse(refusal) end
  local limit = tenant.options.maxItems or call.limit
  if generation == 2 and limit and #items > limit then return answer.refuse("too_many", limit) end
  return perform(tenant, call, items, spoil)
end

-- Everything but faults: who asks, is there budget left, then the function itself.
local function runner(tenant, request, path, judged, budget)
  return function(spoil)
    if judged.refusal then return judged.refusal end
    if budget.exceeded then
      return judged.generation == 1 and answer.refuse "quota" or answer.gateway "quota"
    end
    if path == "/oauth/token" then return access.issue(tenant, request) end
    return dispatch(tenant, request, path, judged.generation, spoil)
  end
end

--- Answers one request.
---@param tenant table
---@param request table { method, path (with the query), headers (lower-case name -> value), body }
---@return table response { status, headers (flat, in order), body, fault (what the front shall do wrong) }
function service.handle(tenant, request)
  local path = request.path:match("^[^?]*")
  local fault = tenant.faults:take(path)
  if fault and fault.kind == "refuse" then
    return { status = 0, headers = {}, body = "", fault = { action = "refuse" } }
  end
  local entry = tenant:note_request(request, path)
  local judged = path == "/oauth/token" and { generation = 2, bucket = "token" }
    or access.judge(tenant, request, path, service.functions[path] ~= nil)
  local budget = tenant:spend(judged.bucket, judged.limit)
  local run = runner(tenant, request, path, judged, budget)
  local made
  if fault then
    made = faults.answer(fault, {
      run = run, generation = judged.generation, body = request.body, now = tenant:now(),
      app_id = request.headers["x-mc-app-id"],
    })
  else
    made = run()
  end
  entry.status = made.status
  return answer.finish(made, budget, entry.time, entry.id)
end

return service
