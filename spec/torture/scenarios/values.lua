-- Scenarios: secrets, text, JSON, signatures, encryption.
local shared = ...
local core, scenario, same, nothing = shared.core, shared.scenario, shared.same, shared.nothing

scenario("secret", "lua", function()
  local function run()
    local a, b = core.secret.new("p\195\164ss&word=1"), core.secret.from_environment("PATH")
    local joined = core.secret.join("Bearer ", a, "!")
    local form = core.secret.form("grant_type", "client_credentials", "client_secret", a)
    local basic = core.secret.base64(core.secret.join("ann@example.com:", a))
    return { core.secret.reveal(joined), core.secret.reveal(form), tostring(a), core.secret.reveal(b),
      core.secret.reveal(basic) }
  end
  local function verify(out)
    same(out[1], "Bearer p\195\164ss&word=1!", "join")
    same(out[2], "grant_type=client_credentials&client_secret=p%C3%A4ss%26word%3D1", "form")
    same(out[3], "secret(\226\128\166)", "tostring")
    same(out[4], os.getenv("PATH"), "from_environment")
    same(out[5], "YW5uQGV4YW1wbGUuY29tOnDDpHNzJndvcmQ9MQ==", "base64")
  end
  return run, verify, nothing
end)

scenario("redact", "lua", function()
  local secret = core.secret.new 'pa"ss'
  local text = 'pa"ss pa\\"ss pa&quot;ss pa\\\\\\"ss ' .. ("x"):rep(3000) .. ' pa"s'
  local function run() return { core.redact(text, { secret, "nothing" }) } end
  local function verify(out) same(out[1], "*** *** *** *** " .. ("x"):rep(3000) .. " ***", "redact") end
  return run, verify, nothing
end)

scenario("text", "lua", function()
  local names = { "accountDisabled", "accountLocked", "allowPop3", "email" }
  local function run()
    return { core.printable("tab\there \226\128\174 \255" .. ("x"):rep(3000), 2000), core.suggest("acountLocked", names),
      core.uuid(), core.http_date(1448369411), core.url_error("http://example.com/"),
      core.http_time "Tue, 24 Nov 2015 12:50:11 GMT", core.http_time("Tuesday, 24-Nov-15 12:50:11 GMT", 1700000000),
      core.headers_error { "X-A", "1", "X-B", "\n" } }
  end
  local function verify(out)
    same(out[1]:sub(1, 27), "tab\\x09here \\xe2\\x80\\xae \\x", "printable")
    same(out[2], "accountLocked", "suggest")
    same(#out[3], 36, "uuid's length")
    same(out[4], "Tue, 24 Nov 2015 12:50:11 UTC", "http_date")
    same(out[5] and out[5]:sub(1, 10), "plain http", "url_problem")
    same(out[6], 1448369411, "http_time")
    same(out[7], 1448369411, "http_time")
    same(out[8], "a header's value holds a control character", "headers_error")
  end
  return run, verify, nothing
end)

-- Folds texts on the stack, and a text that is too long for it.
scenario("unicode", "lua", function()
  local long = ("M\195\156"):rep(400)
  local function run()
    return { core.fold "MU\204\136LLER@x", core.fold(long), core.fold "\255A", core.lower "AB", core.upper "ab",
      core.format_number(0.5), core.format_fixed(1, 2), core.parse_number "1.5", core.email_error "a\226\128\139@x",
      core.password_error(core.secret.new "secret\r"), core.before("a", "b") }
  end
  local function verify(out)
    for i, expected in ipairs { "m\195\188ller@x", ("m\195\188"):rep(400), "\255a", "ab", "AB", "0.5", "1.00", 1.5 } do
      same(out[i], expected, "value " .. i)
    end
    same(out[9]:sub(-23), "(character 2 is U+200B)", "email_problem")
    same(out[10]:sub(1, 16), "ends with U+000D", "password_problem")
    same(out[11], true, "before")
  end
  return run, verify, nothing
end)

-- The decoder returns the text that lua-cjson would get.
scenario("json", "lua core", function()
  local names = {}
  for i = 1, 300 do names[i] = ('"n%d":%d.5'):format(i, i) end
  local long = "{" .. table.concat(names, ",") .. "}"
  local function run()
    local decode = core.json_decoder(function(text) return text .. "" end, true)
    local out = { decode "\239\187\191[1.5,9007199254740993]", (decode(long)), (select(2, decode '{"a":1,"a":2}')) }
    local plain = "[1]"
    out[#out + 1] = decode(plain)
    return out
  end
  local function verify(out)
    same(out[1], '[15e-1,"9007199254740993"]', "the text")
    same(#out[2], #long + 300 * 2, "the long text's length")
    same(out[3], 'duplicate name "a" at byte 9', "the problem")
    same(out[4], "[1]", "the plain text")
  end
  return run, verify, nothing
end)

---- signatures: the second test case of RFC 2202, and a signature compared with HMAC and base64 ----

local key64 = "SmVmZQ==" -- Jefe

local function signature_by_parts()
  return core.base64_encode(core.hmac_sha1("Jefe", "date:id:/api/x:app key"))
end

scenario("hmac and base64", "lua openssl", function()
  local function run()
    local digest = core.hmac_sha1(core.base64_decode(key64), "what do ya want for nothing?")
    return { digest, core.base64_encode(("\0\1\2"):rep(300)) }
  end
  local function verify(out)
    same(core.base64_encode(out[1]), "7/zfauXrL6LSdBbV8YTfnCWafHk=", "hmac_sha1")
    same(out[2], ("AAEC"):rep(300), "base64_encode")
  end
  return run, verify, nothing
end)

scenario("signer, new", "lua openssl", function()
  local function run()
    local signer = core.signer(core.secret.new(key64), core.secret.new("app key"))
    local signature = signer:sign("date", "id", "/api/x")
    local authorization = signer:authorization("key", "date", "id", "/api/x")
    signer:close()
    return { signature, core.secret.reveal(authorization) }
  end
  local function verify(out)
    same(out[1], signature_by_parts(), "signature")
    same(out[2], "MC key:" .. signature_by_parts(), "authorization")
  end
  return run, verify, nothing
end)

-- The same signer signs before, during and after the failure, which its key must survive.
scenario("signer, kept", "openssl", function()
  local signer = core.signer(key64, "app key")
  local function run() return signer:sign("date", "id", "/api/x") end
  local function verify(out) same(out, signature_by_parts(), "signature") end
  return run, verify, nothing
end)

---- encryption ----

-- Without memory it may fail, but must not accept a wrong text or reject a right one.
scenario("encrypt", "lua openssl", function()
  local key, text = core.secret.new("client secret"), core.secret.new(("token"):rep(400))
  local before = core.encrypt(key, text)
  local function run()
    local out = { core.decrypt(key, before), core.decrypt("other", before) or "rejected" }
    out[3] = core.decrypt(key, "foreign") or "rejected"
    out[4] = core.decrypt(key, core.encrypt(key, text))
    return out
  end
  local function verify(out)
    same(core.secret.is(out[1]) and core.secret.equal(out[1], text), true, "decrypt")
    same(out[2], "rejected", "another key's")
    same(out[3], "rejected", "a foreign text")
    same(core.secret.is(out[4]) and core.secret.equal(out[4], text), true, "encrypt and decrypt")
  end
  return run, verify, nothing
end)
