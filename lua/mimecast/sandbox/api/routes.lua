--- Maps methods and paths to functions: those of the envelope by path, those of the REST families by path pattern.
local lazy = require "mimecast.base.lazy"
local rest = require "mimecast.sandbox.wire.rest"

local routes = {}

-- POST functions of both generations, by module and name; wire/envelope.lua documents a function's fields. The module is
-- loaded at the first call.
local functions = {
  ["/api/login/login"] = "login.login",
  ["/api/login/logout"] = "login.logout",
  ["/api/login/discover-authentication"] = "login.discover",

  ["/api/user/update-user"] = "user.update",
  ["/api/user/create-user"] = "user.create",
  ["/api/user/get-internal-users"] = "user.internal",
  ["/api/user/get-profile"] = "user.profile",
  ["/api/user/update-alias"] = "alias.update",
  ["/api/user/remove-alias"] = "alias.remove",
  ["/api/user/get-aliases"] = "alias.list",
  ["/api/user/get-attributes"] = "attribute.get",
  ["/api/user/update-attributes"] = "attribute.update",
  ["/api/attribute/find-attribute-types"] = "attribute.types",
  ["/api/user/add-delegate-user"] = "delegate.add",
  ["/api/user/find-delegate-users"] = "delegate.find",
  ["/api/user/remove-delegate-user"] = "delegate.remove",
  ["/api/user/get-delegated-access"] = "delegate.access",
  ["/api/user/add-to-purge-list"] = "purge.add",
  ["/api/user/remove-from-purge-list"] = "purge.remove",
  ["/api/user/get-most-used-contacts"] = "purge.contacts",
  ["/api/user/import-users"] = "import.start",
  ["/api/user/get-import-status"] = "import.status",

  ["/api/directory/find-groups"] = "group.search",
  ["/api/directory/get-group"] = "group.get",
  ["/api/directory/create-group"] = "group.create",
  ["/api/directory/update-group"] = "group.update",
  ["/api/directory/delete-group"] = "group.delete",
  ["/api/directory/add-group-member"] = "member.create",
  ["/api/directory/remove-group-member"] = "member.delete",
  ["/api/directory/get-group-members"] = "member.list",
  ["/api/directory/execute-sync"] = "directory_sync.execute",
  ["/api/directory/get-connection"] = "directory_sync.connection",

  ["/api/domain/get-internal-domain"] = "domain.list",
  ["/api/domain/create-domain"] = "domain.create",
  ["/api/domain/verify-domain"] = "domain.confirm",
  ["/api/domain/get-pending-domain"] = "domain.list_pending",
  ["/api/domain/get-provision-status"] = "domain.status",
  ["/api/domain/get-verification-code"] = "domain.code",
  ["/api/domain/delete-pending-domain"] = "domain.delete",

  ["/api/account/get-account"] = "account.get",
  ["/api/account/get-support-info"] = "account.support",
  ["/api/account/get-dashboard-notifications"] = "account.notifications",
  ["/api/provisioning/get-packages"] = "account.packages",
  ["/api/audit/get-audit-events"] = "audit.events",
  ["/api/audit/get-categories"] = "audit.categories",

  ["/api/managedsender/permit-or-block-sender"] = "sender.manage",
  ["/api/policy/blockedsenders/create-policy"] = "sender.create",
  ["/api/policy/blockedsenders/get-policy"] = "sender.get",
  ["/api/policy/blockedsenders/update-policy"] = "sender.update",
  ["/api/policy/blockedsenders/delete-policy"] = "sender.delete",
  ["/api/ttp/url/create-managed-url"] = "managed_url.create",
  ["/api/ttp/url/get-all-managed-urls"] = "managed_url.list",
  ["/api/ttp/url/delete-managed-url"] = "managed_url.delete",
  ["/api/ttp/url/decode-url"] = "managed_url.decode",
  ["/api/ttp/url/get-logs"] = "ttp_log.clicks",
  ["/api/ttp/attachment/get-logs"] = "ttp_log.attachments",
  ["/api/ttp/impersonation/get-logs"] = "ttp_log.impersonations",
  ["/api/gateway/get-hold-message-list"] = "held_message.list",
  ["/api/gateway/get-hold-summary-list"] = "held_message.summary",
  ["/api/gateway/get-held-release-logs"] = "held_message.releases",
  ["/api/gateway/get-rejections"] = "message.rejections",
  ["/api/gateway/find-processing-messages"] = "message.processing",
  ["/api/gateway/hold-release"] = "held_message.release",
  ["/api/gateway/hold-reject"] = "held_message.reject",
  ["/api/message-finder/search"] = "message.search",
  ["/api/message-finder/get-message-info"] = "message.info",
}

local function find_function(path)
  local call = functions[path]
  if type(call) == "string" then
    local module, name = call:match "^(.+)%.(.+)$"
    call = lazy("mimecast.sandbox.api." .. module)[name]
    functions[path] = call
  end
  return call
end

-- REST resources, with the patterns of their paths; read for the first path that is none of the functions.
local resources

local function read_resources()
  local list = {}
  for _, family in ipairs { lazy "mimecast.sandbox.api.rest_users_groups", lazy "mimecast.sandbox.api.rest_domains" } do
    for _, route in ipairs(family.routes) do
      local method, path, permission, perform = route[1], route[2], route[3], route[4]
      list[#list + 1] = {
        method = method, pattern = "^" .. path:gsub("%-", "%%-"):gsub("{%l+}", "([^/]+)") .. "$",
        call = { rest = true, only = 2, route = path, permission = permission, perform = perform },
      }
    end
  end
  return list
end

--- Finds the function of a request.
---@param method string
---@param path string without the query
---@return table? call
---@return string[]? parts the values of the path's places; for a path without places, the path
function routes.find(method, path)
  local call = find_function(path)
  if call then return method == "POST" and call or nil end
  resources = resources or read_resources()
  for _, resource in ipairs(resources) do
    local parts = resource.method == method and { path:match(resource.pattern) } or {}
    if parts[1] then
      for i, part in ipairs(parts) do parts[i] = rest.unescape(part) end
      return resource.call, parts
    end
  end
  return nil
end

return routes
