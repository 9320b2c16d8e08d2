--- Maps methods and paths to functions: those of the envelope by path, those of the REST families by path pattern.
local account = require "mimecast.sandbox.api.account"
local aliases = require "mimecast.sandbox.api.alias"
local attributes = require "mimecast.sandbox.api.attribute"
local audit = require "mimecast.sandbox.api.audit"
local delegates = require "mimecast.sandbox.api.delegate"
local directory_sync = require "mimecast.sandbox.api.directory_sync"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local held_messages = require "mimecast.sandbox.api.held_message"
local imports = require "mimecast.sandbox.api.import"
local login = require "mimecast.sandbox.api.login"
local managed_urls = require "mimecast.sandbox.api.managed_url"
local members = require "mimecast.sandbox.api.member"
local messages = require "mimecast.sandbox.api.message"
local purge = require "mimecast.sandbox.api.purge"
local rest = require "mimecast.sandbox.wire.rest"
local rest_domains = require "mimecast.sandbox.api.rest_domains"
local rest_users_groups = require "mimecast.sandbox.api.rest_users_groups"
local senders = require "mimecast.sandbox.api.sender"
local ttp_logs = require "mimecast.sandbox.api.ttp_log"
local users = require "mimecast.sandbox.api.user"

local routes = {}

-- POST functions of both generations; wire/envelope.lua documents a function's fields.
local functions = {
  ["/api/login/login"] = login.login,
  ["/api/login/logout"] = login.logout,
  ["/api/login/discover-authentication"] = login.discover,

  ["/api/user/update-user"] = users.update,
  ["/api/user/create-user"] = users.create,
  ["/api/user/get-internal-users"] = users.internal,
  ["/api/user/get-profile"] = users.profile,
  ["/api/user/update-alias"] = aliases.update,
  ["/api/user/remove-alias"] = aliases.remove,
  ["/api/user/get-aliases"] = aliases.list,
  ["/api/user/get-attributes"] = attributes.get,
  ["/api/user/update-attributes"] = attributes.update,
  ["/api/attribute/find-attribute-types"] = attributes.types,
  ["/api/user/add-delegate-user"] = delegates.add,
  ["/api/user/find-delegate-users"] = delegates.find,
  ["/api/user/remove-delegate-user"] = delegates.remove,
  ["/api/user/get-delegated-access"] = delegates.access,
  ["/api/user/add-to-purge-list"] = purge.add,
  ["/api/user/remove-from-purge-list"] = purge.remove,
  ["/api/user/get-most-used-contacts"] = purge.contacts,
  ["/api/user/import-users"] = imports.start,
  ["/api/user/get-import-status"] = imports.status,

  ["/api/directory/find-groups"] = groups.search,
  ["/api/directory/get-group"] = groups.get,
  ["/api/directory/create-group"] = groups.create,
  ["/api/directory/update-group"] = groups.update,
  ["/api/directory/delete-group"] = groups.delete,
  ["/api/directory/add-group-member"] = members.create,
  ["/api/directory/remove-group-member"] = members.delete,
  ["/api/directory/get-group-members"] = members.list,
  ["/api/directory/execute-sync"] = directory_sync.execute,
  ["/api/directory/get-connection"] = directory_sync.connection,

  ["/api/domain/get-internal-domain"] = domains.list,
  ["/api/domain/create-domain"] = domains.create,
  ["/api/domain/verify-domain"] = domains.confirm,
  ["/api/domain/get-pending-domain"] = domains.list_pending,
  ["/api/domain/get-provision-status"] = domains.status,
  ["/api/domain/get-verification-code"] = domains.code,
  ["/api/domain/delete-pending-domain"] = domains.delete,

  ["/api/account/get-account"] = account.get,
  ["/api/account/get-support-info"] = account.support,
  ["/api/account/get-dashboard-notifications"] = account.notifications,
  ["/api/provisioning/get-packages"] = account.packages,
  ["/api/audit/get-audit-events"] = audit.events,
  ["/api/audit/get-categories"] = audit.categories,

  ["/api/managedsender/permit-or-block-sender"] = senders.manage,
  ["/api/policy/blockedsenders/create-policy"] = senders.create,
  ["/api/policy/blockedsenders/get-policy"] = senders.get,
  ["/api/policy/blockedsenders/update-policy"] = senders.update,
  ["/api/policy/blockedsenders/delete-policy"] = senders.delete,
  ["/api/ttp/url/create-managed-url"] = managed_urls.create,
  ["/api/ttp/url/get-all-managed-urls"] = managed_urls.list,
  ["/api/ttp/url/delete-managed-url"] = managed_urls.delete,
  ["/api/ttp/url/decode-url"] = managed_urls.decode,
  ["/api/ttp/url/get-logs"] = ttp_logs.clicks,
  ["/api/ttp/attachment/get-logs"] = ttp_logs.attachments,
  ["/api/ttp/impersonation/get-logs"] = ttp_logs.impersonations,
  ["/api/gateway/get-hold-message-list"] = held_messages.list,
  ["/api/gateway/get-hold-summary-list"] = held_messages.summary,
  ["/api/gateway/get-held-release-logs"] = held_messages.releases,
  ["/api/gateway/get-rejections"] = messages.rejections,
  ["/api/gateway/find-processing-messages"] = messages.processing,
  ["/api/gateway/hold-release"] = held_messages.release,
  ["/api/gateway/hold-reject"] = held_messages.reject,
  ["/api/message-finder/search"] = messages.search,
  ["/api/message-finder/get-message-info"] = messages.info,
}

-- REST resources, with the patterns of their paths.
local resources = {}

for _, family in ipairs{ rest_users_groups, rest_domains } do
  for _, route in ipairs(family.routes) do
    local method, path, permission, perform = route[1], route[2], route[3], route[4]
    resources[#resources + 1] = {
      method = method, pattern = "^" .. path:gsub("%-", "%%-"):gsub("{%l+}", "([^/]+)") .. "$",
      call = { rest = true, only = 2, route = path, permission = permission, perform = perform },
    }
  end
end

--- Finds the function of a request.
---@param method string
---@param path string without the query
---@return table? call
---@return string[]? parts the values of the path's places; for a path without places, the path
function routes.find(method, path)
  local call = functions[path]
  if call then return method == "POST" and call or nil end
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
