-- The scenarios that torture.c runs while memory fails. Each is a table
--   name, allocators (which must fail in this scenario),
--   prepare() -> run, verify, recover
-- prepare and recover run with enough memory. run does the work and returns a result, or nil and a message; it may raise an
-- error. verify(result) raises an error for a wrong result: without memory the work may fail, but not return a wrong result.
-- recover(result) makes run callable again, and raises an error if that is not possible.

local core, null, url, refused_url, planted = ...

-- Lua 5.4.4 creates the type of its large string buffers at the first use. Without memory the type stays incomplete, and
-- large strings always fail ("non-closable value"): a bug of Lua. Use a large string before memory fails.
local _ = ("x"):rep(5000)

local scenarios = {}

local function scenario(name, allocators, prepare)
  scenarios[#scenarios + 1] = { name = name, allocators = allocators, prepare = prepare }
end

local function same(found, expected, what)
  if found ~= expected then
    error(("%s is %s, not %s"):format(what, tostring(found), tostring(expected)), 0)
  end
end

local function nothing() end

---- values ----

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

---- the operating system ----

local system = core.system

scenario("digest", "lua openssl", function()
  local function run()
    local digest = system.sha256():update("a"):update("b")
    local first = digest:hex()
    return { first, digest:update("c"):hex(), system.sha256_hex "abc" }
  end
  local function verify(out)
    same(out[1], "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603", "the digest in between")
    same(out[2], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "the digest")
    same(out[3], out[2], "the digest at once")
  end
  return run, verify, nothing
end)

scenario("decoder", "lua", function()
  local latin, wide = ("J\252rgen "):rep(2000), "a\0b\0\61\216"
  local function run()
    local decoder = system.decoder "windows-1252"
    local text, count = decoder:decode(latin)
    local part, used, problem = system.decoder "UTF-16LE":decode(wide)
    decoder:close()
    return { text, count, part, used, problem, tostring(system.decoder "nothing") }
  end
  local function verify(out)
    same(out[1], ("J\195\188rgen "):rep(2000), "the text")
    same(out[2], #latin, "the converted bytes")
    same(out[3], "ab", "the part")
    same(out[4], 4, "the used bytes")
    same(out[5], "incomplete", "the problem")
    same(out[6], "nil", "an unknown encoding")
  end
  return run, verify, nothing
end)

scenario("identity", "lua", function()
  local first = system.identity()
  local function verify(out)
    for _, name in ipairs { "user", "host", "pid" } do same(out[name], first[name], name) end
  end
  return system.identity, verify, nothing
end)

scenario("bloom filter", "lua", function()
  local function run()
    local filter = system.bloom_filter(1000)
    return { filter:add "a", filter:add "b", filter:add "a" }
  end
  local function verify(out) same(tostring(out[1]) .. tostring(out[2]) .. tostring(out[3]), "falsefalsetrue", "add") end
  return run, verify, nothing
end)

-- If a failure left a file open, its lock would fail the next run, unless the collector closes the file.
scenario("file", "lua", function()
  local path = os.tmpname()
  local function run()
    os.remove(path)
    local file, message = system.open_append(path, "new")
    if not file then error(message, 0) end
    file:write "one\n"
    file:sync()
    file:write "two\n"
    local text, size = file:read(0, 1000), file:size()
    file:truncate(4)
    local _, _, kind = system.open_append(path, "old")
    file:rewrite "three"
    file:close()
    same(system.write_owner_only(path, "new"), true, "write_owner_only")
    file = system.open_append(path, "old")
    return { text, size, kind, file:read(0, 10) }
  end
  local function verify(out)
    same(out[1], "one\ntwo\n", "read")
    same(out[2], 8, "size")
    same(out[3], "locked", "the kind")
    same(out[4], "new", "what was written in its place")
  end
  local function recover()
    collectgarbage()
    collectgarbage()
    os.remove(path)
  end
  return run, verify, recover
end)

scenario("folder", "lua", function()
  local folder = os.tmpname()
  os.remove(folder)
  system.make_folder(folder)
  for _, name in ipairs { "a", "b" } do system.write_owner_only(folder .. "/" .. name, "") end
  local function run()
    local names = system.list_folder(folder)
    table.sort(names)
    return { names, (select(3, system.list_folder(folder .. "/none"))) }
  end
  local function verify(out)
    same(table.concat(out[1], " "), "a b", "the names")
    same(out[2], "missing", "the kind")
  end
  return run, verify, nothing
end)

scenario("command", "lua", function()
  local function run()
    local secret, message = system.read_secret_from_command({ "echo", "Planted" }, 10)
    if not secret then error(message, 0) end
    return { core.secret.reveal(secret), (select(3, system.read_secret_from_command({ "false" }, 10))) }
  end
  local function verify(out)
    same(out[1], "Planted", "the secret")
    same(out[2], "failed", "the kind")
  end
  return run, verify, nothing
end)

scenario("signals", "lua", function()
  local function mask()
    local file = io.open "/proc/self/status"
    local text = file:read "*a"
    file:close()
    return text:match "SigBlk:%s*(%x+)"
  end
  local before = mask()
  local function run()
    local counter = system.signal_counter()
    local count = counter:count()
    counter:close()
    return { count, system.resident() }
  end
  local function verify(out)
    same(out[1], 0, "count")
    same(out[2] > 100000, true, "resident")
  end
  local function recover()
    collectgarbage()
    collectgarbage()
    same(mask(), before, "the signal mask")
  end
  return run, verify, recover
end)

---- schemas ----

local object_mt, array_mt = {}, {}

local function compile()
  local function schema(fields) return core.schema(fields, object_mt, array_mt) end
  local link = schema{ { name = "uri", wire = "uri", type = "text", required = true },
    { name = "count", wire = "n", type = "integer", max = 9 } }
  local links = schema{ { name = "item", wire = "item", type = "object", schema = link } }
  local words = schema{ { name = "item", wire = "item", type = "text", max = 5 } }
  return schema{
    { name = "email", wire = "emailAddress", label = "Email Address", type = "email", required = true },
    { name = "accountDisabled", wire = "accountDisabled", label = "Account Disabled", type = "boolean" },
    { name = "allowPop3", wire = "allowPop", label = "Allow POP3", type = "boolean" },
    { name = "archiveStartDate", wire = "archiveDate", type = "datetime" },
    { name = "password", wire = "password", type = "text", secret = true, max = 80 },
    { name = "level", wire = "level", type = "enum", values = { "low", "medium", "high" } },
    { name = "quota", wire = "quota", type = "integer", min = 1, max = 1000 },
    { name = "words", wire = "words", type = "list", max = 3, schema = words },
    { name = "links", wire = "links", type = "list", schema = links },
    { name = "home", wire = "home", type = "object", schema = link },
    { name = "extra", wire = "extra", type = "any" },
  }
end

scenario("compile", "lua", function()
  local function verify(schema) same(schema:encode{ email = "a@b.c" }.emailAddress, "a@b.c", "encode") end
  return compile, verify, nothing
end)

scenario("encode", "lua", function()
  local schema, password = compile(), core.secret.new("pass")
  local function run()
    return (schema:encode{ ["Email Address"] = "ann@example.com", accountDisabled = "TRUE", ["Allow POP3"] = false,
      archiveStartDate = "2015-11-16T16:49:18+02:00", password = password, level = "high", quota = 7,
      words = { "one", "two" }, links = { { uri = "a" }, { uri = "b", count = 2 } }, home = { uri = "c" }, extra = { 1 } })
  end
  local function verify(wire)
    same(wire.emailAddress, "ann@example.com", "emailAddress")
    same(wire.accountDisabled, true, "accountDisabled")
    same(wire.allowPop, false, "allowPop")
    same(wire.archiveDate, "2015-11-16T14:49:18+0000", "archiveDate")
    same(wire.password, "pass", "password")
    same(wire.level .. wire.quota .. wire.words[2], "high7two", "the rest")
    same(wire.links[2].n, 2, "links[2].n")
    same(wire.home.uri, "c", "home.uri")
    same(getmetatable(wire.home), object_mt, "home's metatable")
    same(getmetatable(wire.words), array_mt, "words' metatable")
  end
  return run, verify, nothing
end)

scenario("encode, errors", "lua", function()
  local schema = compile()
  local function run()
    local wire, problems = schema:encode{ acountDisabled = true, accountDisabled = 1, archiveStartDate = "2015-02-30T00:00:00Z",
      password = ("x"):rep(81), level = "tiny", quota = 1.5, words = { 1, "toolong" }, links = { {}, { uri = "a", cout = 2 } },
      home = "x", allowPop3 = true, allowPop = true, [true] = 1, ["a\0\t\255"] = 2 }
    return { wire = wire, problems = problems }
  end
  local function verify(out)
    same(out.wire, nil, "the wire form")
    local by = {}
    for _, problem in ipairs(out.problems) do by[problem.field .. " " .. problem.code] = problem.message end
    same(#out.problems, 15, "the number of problems")
    same(by["acountDisabled unknown_field"], "is not a field; did you mean accountDisabled?", "unknown field")
    same(by["links[2].cout unknown_field"], "is not a field; did you mean count?", "nested unknown field")
    same(by["links[1].uri missing_field"], "is required", "nested missing field")
    same(by["level invalid_value"], "must be one of: low, medium, high", "enum")
    same(by["allowPop3 duplicate_field"], "is given twice, as allowPop and as allowPop3; give it once", "duplicate")
    same(by["a\\x00\\x09\\xff unknown_field"], "is not a field", "unprintable")
  end
  return run, verify, nothing
end)

scenario("encode, numbers as dates, and bounds of any size", "lua", function()
  local item = core.schema({ { name = "item", wire = "item", type = "text" } }, {}, {})
  local schema = core.schema({ { name = "a", wire = "a", type = "datetime" }, { name = "b", wire = "b", type = "datetime" },
    { name = "c", wire = "c", type = "list", min = 2, max = 2 ^ 53, schema = item },
    { name = "d", wire = "d", type = "text", min = 2 ^ 40, max = 2 ^ 53 } }, {}, {})
  local function messages(...)
    local _, problems = schema:encode(...)
    local by = {}
    for _, problem in ipairs(problems) do by[problem.field] = problem.message end
    return by
  end
  local function run()
    local input = { a = 46349, b = 1447685358000, c = { "x" }, d = "x" }
    return { messages(input), messages(input, true) }
  end
  local function verify(out)
    same(out[1].a, "must count seconds since 1970 from the year 2000 on, not a spreadsheet's days; found 46349; write an"
      .. " earlier date as text, like 1999-12-31T00:00:00Z", "a spreadsheet's day")
    same(out[1].b, "must count seconds since 1970 up to the year 2100, not milliseconds; found 1447685358000", "milliseconds")
    same(out[1].c, "must have 2 to 9007199254740992 items, not 1", "a list")
    same(out[1].d, "must have at least 1099511627776 characters, not 1", "a text")
    same(out[2].a, "is a bare number, which can be a spreadsheet's day, seconds or milliseconds; write the date like"
      .. " 2015-11-16T14:49:18Z", "a number of a file")
  end
  return run, verify, nothing
end)

scenario("decode", "lua", function()
  local schema = compile()
  local function run()
    return (schema:decode{ emailAddress = "ann@example.com", accountDisabled = "false", allowPop = true,
      archiveDate = "2015-11-16T16:49:18.5+02:00", password = "pass", level = "high", quota = 7.0, words = { "a" },
      links = { { uri = "a", n = 1.0, more = { { deep = { 3.0 } } } } }, home = { uri = "c" },
      extra = { 1.0, { x = 2.0 } }, unknown = { list = { 1.0, { y = 5.0, z = null } } }, count = 12.0 })
  end
  local function verify(out)
    same(out.email, "ann@example.com", "email")
    same(out.accountDisabled, false, "accountDisabled")
    same(out.archiveStartDate, "2015-11-16T14:49:18+0000", "archiveStartDate")
    same(out.password, nil, "password")
    same(tostring(out.quota) .. out.words[1], "7a", "quota and words")
    same(tostring(out.links[1].more[1].deep[1]), "3", "an unknown in a list")
    same(tostring(out.unknown.list[2].y), "5", "an unknown")
    same(out.unknown.list[2].z, nil, "a null")
    same(tostring(out.count), "12", "count")
  end
  return run, verify, nothing
end)

scenario("decode, errors", "lua", function()
  local schema = compile()
  local function run()
    local own = {}
    own[1] = { own }
    local out, problems = schema:decode{ emailAddress = 1, accountDisabled = "maybe", words = "x",
      links = { 1, { uri = false } }, home = { 1 }, extra = own }
    return { out = out, problems = problems }
  end
  local function verify(out)
    same(out.out, nil, "the result")
    same(#out.problems, 7, "the number of problems")
  end
  return run, verify, nothing
end)

-- The texts are longer than the writer's buffer on the stack, and the keys are sorted.
scenario("JSON of items", "lua", function()
  local list_mt = {}
  local encode, encode_elements = core.json_encoder(list_mt)
  local item_mt = { order = { "name", "count" }, known = { name = true, count = true } }
  local item = setmetatable({ count = 7, name = ("u\n"):rep(1000), b = setmetatable({}, list_mt), a = { 0.5, true, null } },
    item_mt)
  local function run()
    return { encode_elements({ {}, item, { "x" } }, '{"data":[', "]}"), encode { z = 1, y = { x = 2 ^ 60 } } }
  end
  local function verify(out)
    same(out[1], '{"data":[{"name":"' .. ("u\\n"):rep(1000) .. '","count":7,"a":[0.5,true,null],"b":[]},["x"]]}', "the items")
    same(out[2], '{"y":{"x":1.152921504606847e+18},"z":1}', "the object")
  end
  return run, verify, nothing
end)

scenario("a response to items", "lua", function()
  local schema = compile()
  local body = '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com","accountDisabled":"false","allowPop":true,'
    .. '"archiveDate":"2015-11-16T16:49:18.5+02:00","password":"pass","quota":7,"home":null,"new":12,"email":"taken"},'
    .. '{"emailAddress":"%s"}],"fail":[]}'
  local function run()
    local items = { { emailAddress = "ann@example.com" }, { emailAddress = "bob@example.com" } }
    local out = schema:decode_json(body:format "bob@example.com", 2, items, "emailAddress", "email")
    return { out, tostring(schema:decode_json(body:format "bob\\n", 2)), tostring(schema:decode_json(body, 1)),
      tostring(schema:decode_json('{"data":[{"quota":0}]}', 1)),
      tostring(schema:decode_json(body:format "eve@example.com", 2, items, "emailAddress", "email")) }
  end
  local function verify(all)
    local out = all[1][1]
    same(out.email, "ann@example.com", "email")
    same(out.accountDisabled, false, "accountDisabled")
    same(out.archiveStartDate, "2015-11-16T14:49:18+0000", "archiveStartDate")
    same(out.password, nil, "password")
    same(tostring(out.quota) .. tostring(out.new), "712", "quota and an unknown field")
    same(all[1][2].email, "bob@example.com", "the second email")
    for i = 2, 5 do same(all[i], "nil", "what it declines") end
  end
  return run, verify, nothing
end)

---- HTTP ----

local function new_engine(max)
  return core.engine{ numbers = { { "x-ratelimit-remaining" }, { "x-absent", "x-missing" } }, maxResponseBytes = max }
end

local function submit(engine, path, body, method)
  local id, problem = engine:submit{ url = url .. path, method = method, body = body, timeout = 20,
    headers = { "Content-Type", "application/json", "X-Empty", "", "Authorization", core.secret.new("MC key:signature") } }
  return id or error(problem, 0)
end

-- Steps until all requests are done, and returns the responses by id. Raises an error after four seconds.
local function finish_all(engine)
  local responses, start = {}, os.time()
  local in_flight, ready = engine:step(0)
  while in_flight > 0 or ready > 0 do
    if os.time() > start + 4 then error("stuck: " .. in_flight .. " in flight", 0) end
    for _ = 1, ready do
      local id, response, failure = engine:collect()
      responses[id] = response or failure
    end
    in_flight, ready = engine:step(in_flight > 0 and 0.25 or 0) -- with nothing in flight it would be a sleep
  end
  return responses
end

-- After a failure nothing may be stuck: all requests in flight end, and the engine is empty.
local function drain(engine)
  finish_all(engine)
  local in_flight, ready = engine:step(0)
  same(in_flight, 0, "the number in flight")
  same(ready, 0, "the number to collect")
  same(engine:collect(), nil, "a response from an empty engine")
end

local function succeeded(response)
  if response.curl then error(response.reason, 0) end
  return response
end

local function verify_ok(response, body)
  same(response.status, 200, "status")
  same(response.body, body, "body")
  same(response[1], 49, "the first number")
  same(response[2], false, "the second number")
  same(response.headers["x-request-id"], "r-1", "x-request-id")
  same(response.headers["x-ratelimit-remaining"], "49", "x-ratelimit-remaining")
  same(response.headers["content-type"], "application/json", "content-type")
end

scenario("engine", "lua curl", function()
  local function run()
    local engine = core.engine{ numbers = { { "x-a" } }, caFile = "/nowhere", proxy = "http://127.0.0.1:1" }
    engine:close()
    return engine
  end
  return run, nothing, nothing
end)

scenario("request, new engine", "lua core curl", function()
  local function run()
    local engine = new_engine()
    local id = submit(engine, "/ok", "new")
    return succeeded(finish_all(engine)[id])
  end
  return run, function(response) verify_ok(response, "new") end, nothing
end)

scenario("requests, kept engine", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local one, two = submit(engine, "/ok", "one"), submit(engine, "/ok", core.secret.new("two"))
    local first = finish_all(engine)
    local three = submit(engine, "/ok", nil, "GET") -- over a kept connection
    local second = finish_all(engine)
    return { succeeded(first[one]), succeeded(first[two]), succeeded(second[three]) }
  end
  local function verify(responses)
    verify_ok(responses[1], "one")
    verify_ok(responses[2], "two")
    verify_ok(responses[3], "")
  end
  return run, verify, function() drain(engine) end
end)

-- The prepared request is collected while its requests are in flight.
scenario("requests, prepared", "lua core curl", function()
  local engine = new_engine()
  local function submit_two()
    local prepared, problem = core.prepare{ url = url .. "/ok", late = { "Authorization", "X-Id" },
      headers = { "Content-Type", "application/json" } }
    if not prepared then error(problem, 0) end
    local ids = {}
    for i = 1, 2 do
      ids[i], problem = engine:submit{ prepared = prepared, timeout = 20, body = "prepared", core.secret.new("key"), "id" }
      if not ids[i] then error(problem, 0) end
    end
    same(engine:submit{ prepared = prepared, "a\nb", "id" }, nil, "an invalid value's id")
    return ids
  end
  local function run()
    local ids = submit_two()
    collectgarbage()
    local responses = finish_all(engine)
    return { succeeded(responses[ids[1]]), succeeded(responses[ids[2]]) }
  end
  local function verify(responses)
    for i = 1, 2 do verify_ok(responses[i], "prepared") end
  end
  return run, verify, function() drain(engine) end
end)

-- Each request uses a new connection: the kept connection has unread input, or is retired.
scenario("kept connections not usable", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local ids, responses = {}, {}
    for i, path in ipairs{ "/stray", "/ok", "/ok" } do
      ids[i] = submit(engine, path, path)
      responses[i] = succeeded(finish_all(engine)[ids[i]])
      if i > 1 then engine:reset_connections() end
    end
    return responses
  end
  local function verify(responses)
    same(responses[1].body, "real", "body")
    verify_ok(responses[2], "/ok")
    verify_ok(responses[3], "/ok")
  end
  return run, verify, function() drain(engine) end
end)

scenario("trailer", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local id = submit(engine, "/trailer", "body")
    return succeeded(finish_all(engine)[id])
  end
  local function verify(response)
    same(response.body, "ok", "body")
    same(response.status, 200, "status")
    same(response.headers["x-request-id"], "r-1", "x-request-id")
  end
  return run, verify, function() drain(engine) end
end)

-- libcurl reports a large head as a lack of memory; if the module lacks memory, too, it is one.
scenario("head too large", "core curl", function()
  local engine = new_engine()
  local function run()
    local id = submit(engine, "/line", "body")
    local response = finish_all(engine)[id]
    return response.tooLarge and response or error(response.reason, 0)
  end
  local function verify(response)
    same(response.tooLarge, "head", "tooLarge")
    same(response.sent, true, "sent")
  end
  return run, verify, function() drain(engine) end
end)

scenario("large both ways", "lua core curl", function()
  local engine, body = new_engine(), ("b"):rep(200000)
  local function run()
    local id = submit(engine, "/big", body)
    return succeeded(finish_all(engine)[id])
  end
  return run, function(response) same(#response.body, 300000, "the body's length") end, function() drain(engine) end
end)

scenario("response too large", "core curl", function()
  local engine = new_engine(1000)
  local function run()
    local id = submit(engine, "/big")
    local response = finish_all(engine)[id]
    return response.tooLarge and response or error(response.reason, 0)
  end
  return run, function(response) same(response.sent, true, "sent") end, function() drain(engine) end
end)

scenario("connection refused", "lua core curl", function()
  local engine = new_engine()
  local function run()
    local id, problem = engine:submit{ url = refused_url, timeout = 20 }
    local response = finish_all(engine)[id or error(problem, 0)]
    return response.curl == 7 and response or error(response.reason, 0)
  end
  local function verify(response)
    same(response.sent, false, "sent")
    same(response.status, 0, "status")
  end
  return run, verify, function() drain(engine) end
end)

-- libcurl would resend the request over a new connection: the engine prevents that.
scenario("kept connection dies", "core curl", function()
  local engine = new_engine()
  local function run()
    submit(engine, "/ok")
    for _, response in pairs(finish_all(engine)) do succeeded(response) end
    local id = submit(engine, "/drop", "once")
    local response = finish_all(engine)[id]
    return response.curl == 42 and response or error(response.reason, 0)
  end
  return run, function(response) same(response.sent, true, "sent") end, function() drain(engine) end
end)

scenario("rejected inputs", "lua", function()
  local engine = new_engine()
  local function run()
    local out = {}
    for i, request in ipairs{ { url = "http://example.com/" }, { url = url, headers = { "a b", "x" } },
      { url = url, headers = { "a", "x", "b", "line\nline" } }, { url = url, late = { "a b" } } } do
      local id, problem = engine:submit(request)
      same(id, nil, "id")
      out[i] = problem == "no memory" and error(problem, 0) or problem
    end
    return out
  end
  return run, function(out) same(#out, 4, "the number of errors") end, function() drain(engine) end
end)

scenario("cancel", "lua core curl", function()
  local engine, id = new_engine(), nil
  local function run()
    id = submit(engine, "/hang", "body")
    local completed = submit(engine, "/ok", "body")
    engine:step(0)
    same(engine:cancel(id), true, "cancel")
    same(engine:cancel(id), false, "cancel again")
    return succeeded(finish_all(engine)[completed])
  end
  local function recover()
    engine:cancel(id or 0)
    if planted == "stuck" then submit(engine, "/hang") end
    drain(engine)
  end
  return run, function(response) verify_ok(response, "body") end, recover
end)

-- A response that could not be pushed without memory can be collected later.
scenario("collect", "lua", function()
  local engine, id = new_engine(), nil
  local function fetch()
    id = submit(engine, "/ok", "kept")
    while engine:step(1) > 0 do nothing() end
  end
  local function run()
    local found, response = engine:collect()
    same(found, id, "id")
    return response
  end
  local function recover(outcome)
    local _, ready = engine:step(0)
    same(ready, outcome and 0 or 1, "the number to collect")
    if outcome then fetch() end
  end
  fetch()
  return run, function(response) verify_ok(response, "kept") end, recover
end)

scenario("collect a failure", "lua", function()
  local engine = new_engine()
  local function fetch()
    engine:submit{ url = refused_url, timeout = 20 }
    while engine:step(1) > 0 do nothing() end
  end
  local function run()
    local _, response, failure = engine:collect()
    same(response, nil, "the response")
    return failure
  end
  local function recover(outcome)
    local _, ready = engine:step(0)
    same(ready, outcome and 0 or 1, "the number to collect")
    if outcome then fetch() end
  end
  fetch()
  return run, function(failure) same(failure.curl, 7, "curl") end, recover
end)

-- Closes engines with a request in flight, a response to collect and a request that has not started; the same by the collector.
scenario("close in flight", "lua core curl", function()
  local function run()
    for i = 1, 2 do
      local engine = new_engine()
      submit(engine, "/hang", "body")
      submit(engine, "/ok", "body")
      local _, ready
      repeat
        _, ready = engine:step(1)
      until ready > 0
      submit(engine, "/ok", "late")
      if i == 1 then
        engine:close()
        same(pcall(engine.step, engine), false, "a step of a closed engine")
      end
    end
    return true
  end
  return run, nothing, nothing
end)

-- libcurl 7.88 writes through a dangling pointer to the last header of the handle's previous response (curl issue 11101): the
-- engine rejects such a response of a server or a proxy. Later versions reject it themselves, or accept it.
scenario("folded first header", "lua core curl", function()
  local engine = core.engine{ proxy = url }
  local function run()
    local results = {}
    for i, path in ipairs{ "/ok", "/fold", "/ok", "/interim", "/ok", "https://fold.example.com/" } do
      local id, problem = engine:submit{ url = path:find("^/") and url .. path or path, body = "body", timeout = 20 }
      results[i] = finish_all(engine)[id or error(problem, 0)]
      local curl = results[i].curl
      if i < 6 and curl and curl ~= 8 and curl ~= 43 then error(results[i].reason, 0) end
    end
    return results
  end
  local function verify(results)
    for i = 1, 5, 2 do same(succeeded(results[i]).body, "body", "the body") end
    for i = 2, 4, 2 do
      if results[i].curl == 8 then same(results[i].reason, "the response begins with a folded header", "the reason") end
    end
    same(results[6].sent, false, "sent to a proxy")
  end
  return run, verify, function() drain(engine) end
end)

-- A finalizer may close the engine while its response is being pushed.
local function finalized(finalizer)
  local newproxy = rawget(_G, "newproxy") -- Lua 5.1 finalizes no tables
  if newproxy then
    getmetatable(newproxy(true)).__gc = finalizer
  else
    setmetatable({}, { __gc = finalizer })
  end
end

scenario("closed by a finalizer", "lua", function()
  local function run()
    for i = 1, 2 do
      local engine = new_engine()
      local id = submit(engine, "/big")
      while engine:step(1) > 0 do nothing() end
      collectgarbage()
      finalized(function() return i == 1 and engine:close() or pcall(engine.collect, engine) end)
      local ok, found, response = pcall(engine.collect, engine)
      if ok and found then -- the finalizer can also come first
        same(found, id, "id")
        same(#response.body, 300000, "the body's length")
      elseif not ok and not found:find("closed", 1, true) then
        error(found, 0)
      end
      engine:close()
    end
    return true
  end
  return run, nothing, nothing
end)

-- Mutated responses: the transfer always ends.
scenario("noise", "core", function()
  local engine = new_engine()
  local function run()
    for _ = 1, 20 do
      engine:submit{ url = url .. "/noise", timeout = 0.05, headers = { "a", "b" } }
      finish_all(engine)
    end
    return true
  end
  return run, nothing, function() drain(engine) end
end)

return scenarios
