-- Random inputs to the core's parsers that need Lua. Returns a list of { name, what, run }; run raises an error for a wrong
-- result.

local core, null = ...

local seed = 20151124

-- Returns an integer from 1 to n, reproducible in all Lua versions (Park and Miller 1988).
local function pick(n)
  seed = (seed * 16807) % 2147483647
  return seed % n + 1
end

local function one_of(list) return list[pick(#list)] end

local pieces = { "a", "Z", "0", "9", "+", "/", "=", "==", " ", ".", "@", "-", ":", "T", "\0", "\r\n", "\t", "\\", "\127",
  "\128", "\195\164", "\226\128\174", "\226\130", "\237\160\128", "\240\159\152\128", "\244\144\128\128", "\255",
  "http://", "https://", "127.0.0.1", "localhost", "[::1]", "example.com", "?", "#", "2015-11-16T14:49:18Z", "true",
  "FALSE", "email" }

local function text(max)
  local parts = {}
  for i = 1, pick(max) - 1 do parts[i] = one_of(pieces) end
  return table.concat(parts)
end

local function base64()
  assert(#core.base64_encode(("x"):rep(786432)) == 1048576, "the longest input was rejected")
  assert(not pcall(core.base64_encode, ("x"):rep(786433)), "a longer input was taken")
  for _ = 1, 30000 do
    local input = text(12)
    local encoded = core.base64_encode(input)
    assert(core.base64_decode(encoded) == input, "base64 changed its input")
    local decoded, problem = core.base64_decode(input)
    assert(decoded and #decoded == #input / 4 * 3 - (#input:match("=*$")) or problem, "neither decoded nor rejected")
  end
end

local function printable()
  assert(not pcall(core.suggest, "12", { 11, 13, "x" }), "a number was taken for a name")
  for _ = 1, 30000 do
    local input, max = text(20), pick(40)
    local shown = core.printable(input, max)
    assert(not shown:find("[%z\1-\31\127]"), "a control character was let through")
    assert(#shown <= 4 * max + 3, "longer than asked for")
  end
end

local escapes = { "&amp;", "&#65;", "&#x", "%25", "%", "+", "\\u0041", "\\ud83d", "\\", "&", ";", "\\\\\\\"",
  "secret", "sec", "ret" }

-- Redacted text must not contain the secret, neither plain nor encoded.
local function redaction()
  for _ = 1, 30000 do
    local secret, parts = text(4) .. one_of(escapes), {}
    for i = 1, pick(12) do parts[i] = pick(2) == 1 and one_of(escapes) or one_of(pieces) end
    parts[pick(#parts + 1)] = secret
    local input = table.concat(parts)
    local left = core.redact(input, { secret, core.secret.new(text(6)) })
    assert(not left:find(secret, 1, true), "a secret was left in the text")
    assert(#left <= 3 * #input, "longer than it can be")
  end
end

-- Plain http is only for loopback, checked by a parser other than the core's.
local function urls()
  for _ = 1, 30000 do
    local input = text(6)
    local host = input:match("^http://([^/?#]*)")
    if not core.url_error(input) and host then
      host = host:gsub(":%d*$", "")
      assert(host == "localhost" or host == "[::1]" or host:find("^127%.%d+%.%d+%.%d+$"), "plain http to " .. host)
    end
  end
end

local function forms()
  for _ = 1, 10000 do
    local input = text(20)
    local form = core.secret.reveal(core.secret.form("n", core.secret.new(input)))
    local back = form:sub(3):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    assert(back == input, "form changed its input")
  end
end

local function headers()
  local engine = core.engine{}
  for _ = 1, 3000 do
    local name, value = text(4), text(6)
    -- The third header is always rejected: nothing is sent.
    local id, problem = engine:submit{ url = "https://127.0.0.1:1/", headers = { name, value, value, name, "a b", "" } }
    assert(not id and problem, "a header with a space in its name was taken")
    -- As a late header it is taken or rejected like a constant one.
    local constant = core.prepare{ url = "https://127.0.0.1:1/", headers = { name, value } }
    local late = core.prepare{ url = "https://127.0.0.1:1/", late = { name } }
    local taken = late and engine:submit{ prepared = late, value }
    assert((constant ~= nil) == (taken ~= nil and taken ~= false), "late and constant headers differ")
    if taken then assert(engine:cancel(taken), "a request was sent") end
  end
  assert(engine:step(0) == 0, "something is in flight")
  engine:close()
end

---- schemas and values ----

local types = { "text", "email", "boolean", "datetime", "integer", "enum", "any" }
local names = { "email", "emale", "name", "Name", "count", "items", "home", "x\0y", "allowPop3", "allowPop" }

local function schema(depth, count)
  local fields, taken = {}, {}
  for i = 1, count or pick(5) do
    local name = one_of(names)
    if not taken[name] then
      taken[name] = true
      local field = { name = name, wire = "w" .. i, type = one_of(types), values = { "a", "Z" } }
      field.required, field.secret = pick(4) == 1, pick(6) == 1
      if depth > 0 and pick(2) == 1 then
        field.type = one_of{ "list", "object" }
        field.schema = schema(depth - 1, field.type == "list" and 1 or nil)
      end
      fields[#fields + 1] = field
    end
  end
  return core.schema(fields, {}, {})
end

local numbers = { 0, -0.0, 1, -1, 1.5, 2 ^ 53, 2 ^ 53 + 2, -2 ^ 63, 1e300, 1 / 0, -1 / 0, 0 / 0,
  253402300799, 253402300800, -62135596801 }

local function value(depth)
  local way = pick(depth > 0 and 9 or 6)
  if way == 1 then return one_of(numbers) end
  if way == 2 then return pick(2) == 1 end
  if way == 3 then return null end
  if way == 4 then return core.secret.new(text(4)) end
  if way <= 6 then return text(6) end
  local out = {}
  for i = 1, pick(5) - 1 do
    local key = pick(3) == 1 and i or pick(3) == 1 and text(3) or pick(3) == 1 and "w" .. pick(5) or one_of(names)
    out[key] = value(depth - 1)
  end
  if pick(12) == 1 then out[one_of{ true, 0.5, -1 }] = 1 end
  return out
end

local function check(result, problems)
  if result ~= nil then return assert(problems == nil, "a result and problems") end
  assert(type(problems) == "table" and #problems > 0 and #problems <= 100, "neither a result nor problems")
  for _, problem in ipairs(problems) do
    assert(problem.field and problem.code and problem.message and problem.order, "a problem that lacks something")
  end
end

local function schemas()
  for _ = 1, 1500 do
    local one = schema(3)
    for _ = 1, 8 do
      check(one:encode(value(4)))
      check(one:decode(value(4)))
    end
  end
end

-- Folding is idempotent, and equal for texts that are composed differently.
local function folds()
  for _ = 1, 30000 do
    local input = text(12)
    local folded = core.fold(input)
    assert(core.fold(folded) == folded, "a folded text was folded further")
    assert(not folded:find "[A-Z]", "a capital letter was left")
    assert(core.lower(input) == core.lower(core.upper(input)), "the case of ASCII counts")
    local number = core.parse_number(input)
    assert(not number or core.parse_number(core.format_number(number)) == number, "a number changed on its way")
  end
end

return {
  { name = "random folds", what = "30000 inputs", run = folds },
  { name = "random base64", what = "30000 inputs", run = base64 },
  { name = "random bytes to show", what = "30000 inputs", run = printable },
  { name = "random texts with a secret", what = "30000 inputs", run = redaction },
  { name = "random URLs", what = "30000 inputs", run = urls },
  { name = "random forms", what = "10000 inputs", run = forms },
  { name = "random headers", what = "3000 inputs", run = headers },
  { name = "random schemas", what = "12000 values both ways", run = schemas },
}
