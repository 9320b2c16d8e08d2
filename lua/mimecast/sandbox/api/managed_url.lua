--- Managed URLs, and the decoding of rewritten URLs.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local managed_urls = {}

local order = {
  "id", "scheme", "domain", "port", "path", "queryString", "matchType", "action", "comment", "disableUserAwareness",
  "disableRewrite", "disableLogClick",
}
local url_mt = json.object(order)
local decoded_mt = json.object{ "url", "success" }

local url_protect = "Services | Targeted Threat Protection - URL Protect | Edit"

--- Makes an empty list.
---@return table list
function managed_urls.new()
  return { all = {}, serial = 0 }
end

local function split(text)
  local scheme, rest = text:match("^(%a[%w+.-]*)://(.+)$")
  local host, path = (rest or text):match("^([^/?#]+)(.*)$")
  local domain, port = (host or ""):match("^(.-):(%d+)$")
  local bare, query = (path or ""):match("^([^?]*)%??(.*)$")
  return {
    scheme = scheme or "http", domain = core.fold(domain or host or ""), port = tonumber(port) or -1, path = bare,
    queryString = query,
  }
end

local function text_of(url)
  local query = url.queryString ~= "" and "?" .. url.queryString or ""
  return url.scheme .. "://" .. url.domain .. (url.port > 0 and ":" .. url.port or "") .. url.path .. query
end

local function is_same(a, b)
  if a.matchType == "domain" and b.matchType == "domain" then return a.domain == b.domain end
  return a.matchType == b.matchType and text_of(a) == text_of(b)
end

local function find(tenant, is_wanted)
  for i, url in ipairs(tenant.urls.all) do
    if is_wanted(url) then return url, i end
  end
  return nil
end

--- Adds a managed URL.
---@param tenant table
---@param item table by the wire's names
---@return table url
function managed_urls.add(tenant, item)
  local url = setmetatable(split(item.url), url_mt)
  url.matchType, url.action, url.comment = item.matchType or "explicit", item.action, item.comment or ""
  for _, name in ipairs{ "disableUserAwareness", "disableRewrite", "disableLogClick" } do
    url[name] = item[name] or false
  end
  local list = tenant.urls
  list.serial = list.serial + 1
  url.id = ids.url(tenant, list.serial)
  table.insert(list.all, url)
  return url
end

local create = fields.define("url text*, matchType word:explicit|domain, action word:block|permit*, comment any, "
  .. "overrideUrl flag, disableUserAwareness flag, disableRewrite flag, disableLogClick flag")
local read_create = create.read

-- Adds the missing flags: the service puts them into the key of a failed item (recorded).
function create.read(raw)
  local item = read_create(raw)
  if not item then return nil end
  for _, name in ipairs{ "overrideUrl", "disableUserAwareness", "disableRewrite", "disableLogClick" } do
    item[name] = item[name] or false
  end
  return item
end

--- /api/ttp/url/create-managed-url.
managed_urls.create = create
managed_urls.create.permission = url_protect
function create.perform(tenant, item)
  local wanted = split(item.url)
  wanted.matchType = item.matchType or "explicit"
  if wanted.domain == "" then return response.item_error("word", "url", "url") end
  local _, at = find(tenant, function(url) return is_same(url, wanted) end)
  if at and not item.overrideUrl then return response.item_error "managed_url_exists" end
  if at then table.remove(tenant.urls.all, at) end
  tenant:record_applied(item.url)
  audit.record(tenant, "url_created", item.url)
  return managed_urls.add(tenant, item)
end

local function matcher(item)
  local wanted, exact = core.fold(item.domainOrUrl or ""), item.exactMatch
  local comment = core.fold(item.domainOrComment or "")
  return function(url)
    local text = core.fold(text_of(url))
    if wanted ~= "" and exact and wanted ~= text and wanted ~= url.domain then return false end
    if wanted ~= "" and not exact and not text:find(wanted, 1, true) then return false end
    return comment == "" or (url.domain .. "\n" .. core.fold(url.comment)):find(comment, 1, true) ~= nil
  end
end

--- /api/ttp/url/get-all-managed-urls: rows directly in `data`, ten rows if the request does not ask for pages. The values of
-- `sortOrder` are unknown: here "desc" reverses the order.
managed_urls.list = fields.define
  "domainOrUrl any, exactMatch flag, domainOrComment any, sortByUrl flag, sortOrder any"
managed_urls.list.single, managed_urls.list.empty, managed_urls.list.permission = true, true, url_protect
managed_urls.list.unpaged, managed_urls.list.no_empty_item = 10, true
function managed_urls.list.list(tenant, item)
  local list = paging.filter(tenant.urls.all, matcher(item))
  if item.sortByUrl then
    local down = core.fold(item.sortOrder or ""):find("^desc") ~= nil
    table.sort(list, function(a, b)
      if down then a, b = b, a end
      return text_of(a) < text_of(b)
    end)
  end
  return list
end

--- /api/ttp/url/delete-managed-url: a success has empty `data` and a failure has no key (recorded).
managed_urls.delete = fields.define "id text*"
managed_urls.delete.keyless, managed_urls.delete.permission = true, "Services | URL Protection | Edit"
function managed_urls.delete.perform(tenant, item)
  local url, at = find(tenant, function(url) return ids.same_url(tenant, url.id, item.id) end)
  if not url then return response.item_error "managed_url_not_found" end
  table.remove(tenant.urls.all, at)
  tenant:record_applied(item.id)
  audit.record(tenant, "url_deleted", text_of(url))
  return true
end

--- /api/ttp/url/decode-url. The sandbox rewrites no URLs: a URL of a URL-protection host decodes to the domain in it. Any other
-- URL stays the same, without success.
managed_urls.decode = fields.define "url text*"
managed_urls.decode.limit, managed_urls.decode.permission = 25, "Account | Dashboard | Read"
function managed_urls.decode.perform(_, item)
  local domain = item.url:match("^https://protect%-%l+%.mimecast%.com/.*[?&]domain=([%w%.%-]+)")
  return setmetatable({ url = domain and "https://" .. domain .. "/" or item.url, success = domain ~= nil }, decoded_mt)
end

return managed_urls
