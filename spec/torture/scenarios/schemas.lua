-- Scenarios: schemas, and the JSON of their items.
local shared = ...
local core, null, scenario, same, nothing = shared.core, shared.null, shared.scenario, shared.same, shared.nothing

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
