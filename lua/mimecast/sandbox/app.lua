--- The service itself: one request in, one response out. It knows neither sockets nor the client.
local access = require "mimecast.sandbox.wire.auth"
local answer = require "mimecast.sandbox.wire.response"
local catalogue = require "mimecast.sandbox.api.routes"
local envelope = require "mimecast.sandbox.wire.envelope"
local faults = require "mimecast.sandbox.wire.faults"
local rest = require "mimecast.sandbox.api.rest_users_groups"

local service = {}

--- Path -> function, of both generations; what a function is, `mimecast.sandbox.envelope` tells. Resources of API 2.0
-- with ids in their paths are in `mimecast.sandbox.rest`.
service.functions = catalogue

-- The function that a request means, and the parts of its path.
local function find(method, path)
  local call = service.functions[path]
  if call then return method == "POST" and call or nil end
  return rest.find(method, path)
end

-- Seen by a client on tenants without user management (Cloud Integrated); the body is not known.
local function managed(path)
  return path:find("^/api/user/") or path:find("^/api/directory/") or path:find("^/user/") or path:find("^/directory/")
end

-- Permissions are those of an application's or an administrator's role; some functions have one for each generation.
local function permitted(tenant, call, generation)
  local needed = call.permission
  if type(needed) == "table" then needed = needed[generation] end
  local granted = tenant.options.permissions
  if not needed or not granted then return true end
  for _, permission in ipairs(granted) do
    if permission == needed then return true end
  end
  return false
end

local function dispatch(tenant, request, call, scene)
  if tenant.options.userManagement == false and scene.generation == 2 and managed(scene.path) then
    return answer.refuse "path"
  end
  if not permitted(tenant, call, scene.generation) then
    if call.rest then return answer.rest_refuse{ answer.forbidden() } end
    return answer.refuse "forbidden"
  end
  if call.rest then return rest.perform(tenant, call, request, scene) end
  return envelope.perform(tenant, call, request, scene)
end

-- Everything but faults: who asks, is there budget left, then the function itself.
local function runner(tenant, request, call, scene, judged, budget)
  return function(spoil)
    if judged.refusal then return judged.refusal end
    if budget.exceeded then
      return judged.generation == 1 and answer.refuse "quota" or answer.gateway "quota"
    end
    if scene.path == "/oauth/token" then return access.issue(tenant, request) end
    scene.spoil = spoil
    return dispatch(tenant, request, call, scene)
  end
end

--- Answers one request.
---@param tenant table
---@param request table { method, path (with the query), headers (lower-case name -> value), body, scheme }
---@return table response { status, headers (flat, in order), body, fault (what the front shall do wrong) }
function service.handle(tenant, request)
  local path = request.path:match("^[^?]*")
  local call, parts = find(request.method, path)
  local fault = tenant.faults:take(path, call and call.route)
  if fault and fault.kind == "refuse" then
    return { status = 0, headers = {}, body = "", fault = { action = "refuse" } }
  end
  local entry = tenant:note_request(request, path, call and call.route)
  local judged = path == "/oauth/token" and { generation = 2, bucket = "token" }
    or access.judge(tenant, request, path, call)
  local budget = tenant:spend(judged.bucket, judged.limit)
  local scene = { path = path, parts = parts, generation = judged.generation, who = judged.who }
  local run = runner(tenant, request, call, scene, judged, budget)
  local made
  if fault then
    made = faults.answer(fault, {
      run = run, generation = judged.generation, body = request.body, now = tenant:now(),
      app_id = request.headers["x-mc-app-id"], orders = tenant.faults,
    })
  else
    made = run()
  end
  entry.status = made.status
  return answer.finish(made, budget, entry.time, entry.id)
end

return service
