--- Which function is at which path.
local account = require "mimecast.sandbox.api.account"
local aliases = require "mimecast.sandbox.api.alias"
local attributes = require "mimecast.sandbox.api.attribute"
local audit = require "mimecast.sandbox.api.audit"
local delegates = require "mimecast.sandbox.api.delegate"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local held = require "mimecast.sandbox.api.held_message"
local imports = require "mimecast.sandbox.api.import"
local login = require "mimecast.sandbox.api.login"
local logs = require "mimecast.sandbox.api.ttp_log"
local members = require "mimecast.sandbox.api.member"
local purge = require "mimecast.sandbox.api.purge"
local senders = require "mimecast.sandbox.api.sender"
local sync = require "mimecast.sandbox.api.directory_sync"
local tracking = require "mimecast.sandbox.api.message"
local urls = require "mimecast.sandbox.api.managed_url"
local users = require "mimecast.sandbox.api.user"

return {
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
  ["/api/directory/execute-sync"] = sync.execute,
  ["/api/directory/get-connection"] = sync.connection,

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
  ["/api/ttp/url/create-managed-url"] = urls.create,
  ["/api/ttp/url/get-all-managed-urls"] = urls.list,
  ["/api/ttp/url/delete-managed-url"] = urls.delete,
  ["/api/ttp/url/decode-url"] = urls.decode,
  ["/api/ttp/url/get-logs"] = logs.clicks,
  ["/api/ttp/attachment/get-logs"] = logs.attachments,
  ["/api/ttp/impersonation/get-logs"] = logs.impersonations,
  ["/api/gateway/get-hold-message-list"] = held.list,
  ["/api/gateway/get-hold-summary-list"] = held.summary,
  ["/api/gateway/get-held-release-logs"] = held.releases,
  ["/api/gateway/get-rejections"] = tracking.rejections,
  ["/api/gateway/find-processing-messages"] = tracking.processing,
  ["/api/gateway/hold-release"] = held.release,
  ["/api/gateway/hold-reject"] = held.reject,
  ["/api/message-finder/search"] = tracking.search,
  ["/api/message-finder/get-message-info"] = tracking.info,
}
