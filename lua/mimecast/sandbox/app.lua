--- The service: turns one request into one response. It uses no sockets and no client.
local auth = require "mimecast.sandbox.wire.auth"
local envelope = require "mimecast.sandbox.wire.envelope"
local faults = require "mimecast.sandbox.wire.faults"
local response = require "mimecast.sandbox.wire.response"
local rest = require "mimecast.sandbox.wire.rest"
local routes = require "mimecast.sandbox.api.routes"

local app = {}

-- Paths that API 2.0 does not have on tenants without user management (Cloud Integrated). A client has seen it; the body is
-- unknown.
local function needs_user_management(path)
  return path:find("^/api/user/") or path:find("^/api/directory/") or path:find("^/user/") or path:find("^/directory/")
end

-- Checks the permission of the application's or administrator's role. Some functions have one for each generation.
local function is_permitted(tenant, call, generation)
  local permission = call.permission
  if type(permission) == "table" then permission = permission[generation] end
  local granted = tenant.options.permissions
  if not permission or not granted then return true end
  for _, name in ipairs(granted) do
    if name == permission then return true end
  end
  return false
end

local function dispatch(tenant, request, call, context)
  if tenant.options.userManagement == false and context.generation == 2 and needs_user_management(context.path) then
    return response.call_error "path"
  end
  if not is_permitted(tenant, call, context.generation) then
    if call.rest then return response.rest_error{ response.forbidden_entry() } end
    return response.call_error "forbidden"
  end
  local protocol = call.rest and rest or envelope
  return protocol.perform(tenant, call, request, context)
end

-- Returns the function that handles a request without faults: authentication, rate limit, the call itself.
local function runner(tenant, request, call, context, caller, budget)
  return function(corrupt)
    if caller.rejection then return caller.rejection end
    if budget.exceeded then
      return caller.generation == 1 and response.call_error "quota" or response.gateway_error "quota"
    end
    if context.path == "/oauth/token" then return auth.issue_token(tenant, request) end
    context.corrupt = corrupt
    return dispatch(tenant, request, call, context)
  end
end

local function apply_fault(tenant, fault, request, caller, run)
  return faults.apply(fault, {
    run = run, generation = caller.generation, body = request.body, now = tenant:now(),
    app_id = request.headers["x-mc-app-id"], faults = tenant.faults,
  })
end

--- Handles one request.
---@param tenant table
---@param request table { method, path (with the query), headers (lower-case name -> value), body, scheme }
---@return table response { status, headers (flat, in order), body, fault (what the front does wrong) }
function app.handle(tenant, request)
  local path = request.path:match("^[^?]*")
  local is_token, call, parts = path == "/oauth/token", nil, nil
  if not is_token then call, parts = routes.find(request.method, path) end
  local fault = tenant.faults:take(path, call and call.route)
  if fault and fault.kind == "refuse" then
    return { status = 0, headers = {}, body = "", fault = { action = "refuse" } }
  end
  local entry = tenant:record_request(request, path, call and call.route)
  local caller = is_token and { generation = 2, bucket = "token" }
    or auth.authenticate(tenant, request, path, call)
  local budget = tenant:consume(caller.bucket, caller.limit)
  local context = { path = path, parts = parts, generation = caller.generation, email = caller.email }
  local run = runner(tenant, request, call, context, caller, budget)
  local result = fault and apply_fault(tenant, fault, request, caller, run) or run()
  entry.status = result.status
  return response.finish(result, budget, entry.time, entry.id)
end

return app
