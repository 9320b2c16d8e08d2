--- Compares addresses of a roster with addresses of a tenant: in any case and Unicode composition, and with a domain in its
-- ASCII form (`xn--…`, RFC 3492) or in its Unicode form.
local core = require "mimecast.core"

local address = {}

local base, t_min, t_max, skew, damp, initial_bias, initial_code = 36, 1, 26, 38, 700, 72, 128
local max_code = 1114111

local function utf8_char(code)
  if code < 128 then return string.char(code) end
  if code < 2048 then return string.char(192 + math.floor(code / 64), 128 + code % 64) end
  if code < 65536 then
    return string.char(224 + math.floor(code / 4096), 128 + math.floor(code / 64) % 64, 128 + code % 64)
  end
  return string.char(240 + math.floor(code / 262144), 128 + math.floor(code / 4096) % 64, 128 + math.floor(code / 64) % 64,
    128 + code % 64)
end

local function digit_of(byte)
  if byte and byte >= 97 and byte <= 122 then return byte - 97 end
  if byte and byte >= 48 and byte <= 57 then return byte - 22 end
  return nil
end

-- Adapts the bias (RFC 3492, 6.1).
local function adapt(delta, count, is_first)
  delta = is_first and math.floor(delta / damp) or math.floor(delta / 2)
  delta = delta + math.floor(delta / count)
  local k = 0
  while delta > math.floor((base - t_min) * t_max / 2) do
    delta, k = math.floor(delta / (base - t_min)), k + base
  end
  return k + math.floor((base - t_min + 1) * delta / (delta + skew))
end

-- Reads one variable-length integer. Returns the sum and the next position; nil if the text is no Punycode.
local function read_delta(text, at, sum, bias)
  local weight, k = 1, base
  while true do
    local digit = digit_of(text:byte(at))
    if not digit then return nil end
    at, sum = at + 1, sum + digit * weight
    local threshold = math.min(math.max(k - bias, t_min), t_max)
    if sum > 2 ^ 31 then return nil end
    if digit < threshold then return sum, at end
    weight, k = weight * (base - threshold), k + base
  end
end

-- Decodes the part of a label behind xn--. Returns nil if it is no Punycode.
local function decode(text)
  local codes, rest = {}, text
  local basic, after = text:match "^(.*)%-(.-)$"
  if basic then
    rest = after
    for i = 1, #basic do codes[i] = basic:byte(i) end
  end
  local code, sum, bias, at = initial_code, 0, initial_bias, 1
  while at <= #rest do
    local before = sum
    sum, at = read_delta(rest, at, sum, bias)
    if not sum then return nil end
    local count = #codes + 1
    bias = adapt(sum - before, count, before == 0)
    code, sum = code + math.floor(sum / count), sum % count
    if code > max_code then return nil end
    table.insert(codes, sum + 1, code)
    sum = sum + 1
  end
  for i, value in ipairs(codes) do codes[i] = utf8_char(value) end
  return table.concat(codes)
end

--- Returns a domain in the form in which domains are compared.
---@param text string
---@return string
function address.domain(text)
  text = core.fold(text)
  if not text:find("xn--", 1, true) then return text end
  return core.fold((text:gsub("[^.]+", function(label)
    local encoded = label:match "^xn%-%-(.+)$"
    return encoded and #label <= 63 and decode(encoded) or nil
  end)))
end

--- Returns an address in the form in which addresses are compared, and the domain in that form.
---@param text string
---@return string key
---@return string domain
function address.key(text)
  local name, domain = text:match "^(.*)@([^@]*)$"
  if not name then return core.fold(text), "" end
  domain = address.domain(domain)
  return core.fold(name) .. "@" .. domain, domain
end

return address
