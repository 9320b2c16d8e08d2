--- Makes and reads secure ids and page tokens in the service's form: base64url, without padding, of zlib around compact JSON
-- with escaped slashes.
--
-- The JSON has the keys of recorded ids in their order. `secureid` is a digest of the account code and the content: an id is
-- the same in every run, and an id that was cut, changed or made by another tenant is rejected. Nothing is stored: to read
-- an id is to make it again and to compare.
local ids = {}

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local char_of, value_of = {}, {}
for i = 1, 64 do
  char_of[i - 1] = alphabet:sub(i, i)
  value_of[alphabet:byte(i)] = i - 1
end

local floor = math.floor

-- Header of zlib (level 9, so that an id begins with "eNo") and of a stored, uncompressed deflate block.
local header = "\120\218\1"

local function pack16(value)
  return string.char(value % 256, floor(value / 256) % 256)
end

-- Adler-32, the most significant byte first.
local function checksum(text)
  local a, b = 1, 0
  for i = 1, #text do
    a = a + text:byte(i)
    b = b + a
  end
  -- The texts are short: the sums stay exact until here.
  a, b = a % 65521, b % 65521
  return string.char(floor(b / 256), b % 256, floor(a / 256), a % 256)
end

local function encode(bytes)
  local parts = {}
  for i = 1, #bytes, 3 do
    local x, y, z = bytes:byte(i, i + 2)
    local word = x * 65536 + (y or 0) * 256 + (z or 0)
    parts[#parts + 1] = char_of[floor(word / 262144)] .. char_of[floor(word / 4096) % 64]
      .. (y and char_of[floor(word / 64) % 64] or "") .. (z and char_of[word % 64] or "")
  end
  return table.concat(parts)
end

local function decode(text)
  local parts = {}
  for i = 1, #text, 4 do
    local word, count = 0, 0
    for j = i, i + 3 do
      local value = value_of[text:byte(j) or 0]
      if value then count = count + 1 elseif j <= #text then return nil end
      word = word * 64 + (value or 0)
    end
    local bytes = string.char(floor(word / 65536), floor(word / 256) % 256, word % 256)
    parts[#parts + 1] = bytes:sub(1, count - 1)
  end
  return table.concat(parts)
end

local function wrap(text)
  local size = #text
  return encode(header .. pack16(size) .. pack16(65535 - size) .. text .. checksum(text))
end

-- Returns the JSON inside an id, or nil for a text of another form.
local function unwrap(text)
  local bytes = decode(text)
  if not bytes or bytes:sub(1, 3) ~= header or #bytes < 12 then return nil end
  local inner = bytes:sub(8, -5)
  if bytes:sub(4, 7) ~= pack16(#inner) .. pack16(65535 - #inner) then return nil end
  return inner
end

local largest = 2147483647

-- Returns twenty characters that depend on the text. It is no cipher: nothing here is secret.
local function digest_of(text)
  local state = 17
  for i = 1, #text do state = (state * 31 + text:byte(i)) % largest end
  local parts = {}
  for i = 1, 10 do
    state = (state * 16807 + 11) % largest
    parts[i] = char_of[state % 64] .. char_of[floor(state / 4096) % 64]
  end
  return (table.concat(parts):gsub("-", "+"):gsub("_", "\\/"))
end

-- As in recorded ids, only the beginning of `secureid` differs between the ids of an account. With the option freshIds, eight
-- digits replace the marker.
local marker = "grcO7n8a"
local rest = "UDm+8H7CNH8GbtCPXcdRJEfjQEMAAmtuVFWUoGVoXWTEmAu41FRKhyGpmgGtIZ61nPahXvbxWh2DC7c="
local tail = marker .. rest
local rest_pattern = rest:gsub("%p", "%%%0")
local digits8 = ("%d"):rep(8)

-- A kind has the form of the JSON, the pattern of the number, and the prefix of the id. Most forms differ in the number's
-- name only. `$` marks the places of digest, account code and number.
local function simple(number, prefix)
  return {
    form = "{\"secureid\":\"$digest\",\"customercode\":\"$code\",\"version\":1,\"" .. number .. "\":$number}",
    pattern = "\"" .. number .. "\":(%d+)}$", prefix = prefix or "",
  }
end

local function folder(ldap)
  local kind = simple "folderid"
  kind.form = kind.form:gsub(",", ",\"ldap\":" .. ldap .. ",", 1)
  return kind
end

local kinds = {
  folder = folder "false",
  ldapfolder = folder "true",
  policy = {
    form = "{\"secureid\":\"$digest\",\"policyid\":$number,\"customercode\":\"$code\",\"version\":1,"
      .. "\"policyTypeId\":10040}",
    pattern = "\"policyid\":(%d+)", prefix = "",
  },
  held = {
    form = "{\"secureid\":\"$digest\",\"hldqid\":$number,\"tmnd\":0,\"customercode\":\"$code\",\"activeid\":1,"
      .. "\"version\":1,\"tnde\":0}",
    pattern = "\"hldqid\":(%d+)", prefix = "",
  },
  folderlink = simple "folderlinkid",
  domain = simple "domainid",
  pendingdomain = simple "pendingdomainid",
  sender = simple("mansendid", "MTOKEN:"),
  -- Assumed to have the same form; the names of their numbers are invented.
  user = simple "addressid",
  delegate = simple "delegateid",
  attribute = simple "attributeid",
  import = simple "importid",
  connection = simple("connectorid", "MTOKEN:"),
  event = simple "auditid",
  message = simple "trackingid",
  role = simple "roleid",
  notice = simple "noticeid",
}

local function account_code(tenant)
  return tenant.account.accountCode
end

--- Makes the id of a numbered object.
---@param tenant table
---@param kind string
---@param number integer
---@return string id
function ids.make(tenant, kind, number)
  local code, digits, form = account_code(tenant), ("%d"):format(number), kinds[kind]
  local digest = digest_of(kind .. ":" .. code .. ":" .. digits) .. tail
  return form.prefix .. wrap((form.form:gsub("%$(%l+)", { digest = digest, code = code, number = digits })))
end

--- Reads the number in an id.
---@param tenant table
---@param kind string
---@param text string
---@return integer? number nil if this tenant made no such id of that kind
function ids.read(tenant, kind, text)
  local form = kinds[kind]
  if text:sub(1, #form.prefix) ~= form.prefix then return nil end
  local inner = unwrap(text:sub(#form.prefix + 1))
  if inner and tenant.options.freshIds then
    inner = inner:gsub(digits8 .. rest_pattern, (tail:gsub("%%", "%%%%")))
    text = form.prefix .. wrap(inner)
  end
  local number = inner and tonumber((inner:match(form.pattern)))
  if number and ids.make(tenant, kind, number) == text then return number end
  return nil
end

local function token_digest(tenant, listing, size, start)
  return digest_of(("%s:%s:%d:%d"):format(listing, account_code(tenant), size, start)) .. tail
end

--- Makes a page token: the list, the page size, and where the page starts.
---@param tenant table
---@param listing string identifies the list
---@param size integer rows of a page
---@param start integer rows before the page
---@return string token
function ids.token(tenant, listing, size, start)
  return wrap(("{\"pagesizeid\":%d,\"secureid\":\"%s\",\"customercode\":\"%s\",\"version\":1,"
    .. "\"recordstartid\":%d}"):format(size, token_digest(tenant, listing, size, start), account_code(tenant), start))
end

--- Reads a page token.
---@param tenant table
---@param listing string
---@param token string
---@return integer? size nil for a token of another list
---@return integer? start
function ids.read_token(tenant, listing, token)
  local inner = unwrap(token)
  local size, start = (inner or ""):match("^{\"pagesizeid\":(%d+),.*\"recordstartid\":(%d+)}$")
  size, start = tonumber(size), tonumber(start)
  if not size or not start or ids.token(tenant, listing, size, start) ~= token then return nil end
  return size, start
end

--- Makes the id of a managed URL: 80 bytes without zlib, of which the first 48 depend on the account only.
---@param tenant table
---@param number integer
---@return string id
function ids.url(tenant, number)
  local function piece(name) return (digest_of(name .. account_code(tenant)):gsub("%+", "-"):gsub("\\/", "_")) end
  local first, second = piece "a" .. piece "b" .. piece "c" .. piece "d", ("%d:"):format(number)
  return first:sub(1, 64) .. (piece(second .. "e") .. piece(second .. "f") .. piece(second .. "g")):sub(1, 42) .. "A"
end

-- Place of the marker in the id of a managed URL: the last eight characters of the account's part.
local url_marker_first, url_marker_last = 57, 64

--- Compares two ids of managed URLs.
---@param tenant table
---@param one string
---@param other string
---@return boolean
function ids.same_url(tenant, one, other)
  if one == other then return true end
  return tenant.options.freshIds == true and #one == #other
    and one:sub(1, url_marker_first - 1) == other:sub(1, url_marker_first - 1)
    and one:sub(url_marker_last + 1) == other:sub(url_marker_last + 1)
end

-- Returns an id of the same object with a marker that no response had; nil for a text that is not an id.
local function fresh_id(tenant, text)
  local function next_marker()
    tenant.reissued = (tenant.reissued or 0) + 1
    return ("%08d"):format(tenant.reissued)
  end
  local prefix = text:match("^MTOKEN:") or ""
  local inner = unwrap(text:sub(#prefix + 1))
  if inner and inner:find(rest, 1, true) and not inner:find("\"pagesizeid\"", 1, true) then
    local marked = inner:gsub(("."):rep(8) .. rest_pattern, function() return next_marker() .. rest end)
    return prefix .. wrap(marked)
  end
  local url = ids.url(tenant, 0)
  if #text == #url and text:sub(1, url_marker_first - 1) == url:sub(1, url_marker_first - 1) then
    return text:sub(1, url_marker_first - 1) .. next_marker() .. text:sub(url_marker_last + 1)
  end
  return nil
end

--- Returns a result with fresh ids of its objects if the option freshIds is set. The tenant's objects do not change.
---@param tenant table
---@param value any
---@return any value
function ids.reissue(tenant, value)
  if not tenant.options.freshIds then return value end
  if type(value) == "string" then return fresh_id(tenant, value) or value end
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, inner in pairs(value) do copy[name] = ids.reissue(tenant, inner) end
  return setmetatable(copy, getmetatable(value))
end

return ids
