local core = require "mimecast.core"
local json = require "mimecast.json"

local function new(definitions)
  local order = {}
  for i, definition in ipairs(definitions) do order[i] = definition.wire end
  return core.schema(definitions, json.object(order, true), json.array_mt)
end

local function items(definition)
  definition.name, definition.wire = "item", "item"
  return new { definition }
end

local link = new { { name = "uri", wire = "uri", type = "text" } }

local account = new {
  { name = "email", wire = "emailAddress", label = "Email Address", type = "email" },
  { name = "username", wire = "name", type = "text" },
  { name = "password", wire = "password", type = "text", secret = true },
  { name = "allowPop3", wire = "allowPop", type = "boolean" },
  { name = "start", wire = "startDate", type = "datetime" },
  { name = "count", wire = "count", type = "integer", min = -5, max = 2 ^ 53 },
  { name = "emails", wire = "emailAddresses", type = "list", schema = items { type = "email" } },
  { name = "links", wire = "links", type = "list", schema = items { type = "object", schema = link } },
  { name = "home", wire = "home", type = "object", schema = link },
  { name = "extra", wire = "extra", type = "any" },
}

describe("schema:decode_json", function()
  local function envelope(object) return '{"meta":{"status":200},"data":[' .. object .. '],"fail":[]}' end

  -- The result of the general way.
  local function general(object) return assert(account:decode(assert(json.decode_response(object)))) end

  local function assert_same_types(expected, found)
    assert.same(expected, found)
    for name, value in pairs(expected) do
      assert.equal(math.type and math.type(value), math.type and math.type(found[name]), name)
    end
  end

  it("reads the object of a success as schema:decode does", function()
    for _, object in ipairs {
      '{"emailAddress":"ann@example.com","name":"Ann Smith","allowPop":true}',
      '{"allowPop":"FALSE","startDate":"2015-11-16T14:49:18Z","count":7}',
      '{"startDate":"yesterday","count":-5,"id":"x-1","new":12,"other":false,"nothing":null,"name":null}',
      '{"count":999999999999999,"emailAddresses":null,"links":null,"home":null,"extra":0}',
      '{"extra":-999999999999999,"name":"é😀","é":"ü/"}', '{"extra":"text","name":""}', "{}",
      ' { "name" : "x" ,\n\t"allowPop"\r: false } ',
    } do
      local found = account:decode_json(envelope(object), 1)
      assert.equal(1, #found, object)
      assert_same_types(general(object), found[1])
    end
  end)

  it("drops secrets, and unknown fields with the name of a known field", function()
    local object = '{"password":"Correct-Horse-7","email":"other","Email Address":"other","name":"x"}'
    assert.same({ username = "x" }, account:decode_json(envelope(object), 1)[1])
    assert.same({ username = "x" }, general(object))
  end)

  it("reads the members of the envelope in any order, with white space", function()
    for _, text in ipairs {
      '{"data":[{}]}', '{"fail":[],"data":[{}]}', '{"data":[{}],"fail":null,"meta":{}}', '{"data":[{}],"meta":{"status":299}}',
      ' {\n"fail" : [ ] , "data" : [ { } ] , "meta" : { "isLast" : true , "status" : 200 } } \r\n\t',
    } do
      assert.same({ {} }, account:decode_json(text, 1), text)
    end
  end)

  it("reads objects that name their items only, if it is told the items", function()
    local function read(data, ...)
      local requested = { ... }
      for i, key in ipairs(requested) do requested[i] = { emailAddress = key, id = 7 } end
      return account:decode_json(envelope(data), #requested, requested, "emailAddress", "email")
    end
    local a, b = '{"emailAddress":"a@x.com"}', '{"emailAddress":"b@x.com"}'
    assert.same({ { email = "a@x.com" } }, read(a, "a@x.com"))
    assert.same({ { email = "a@x.com" }, { email = "b@x.com" } }, read(a .. "," .. b, "a@x.com", "b@x.com"))
    assert.same({ { username = "x" } }, read('{"name":"x"}', "a@x.com")) -- of the only item
    assert.is_nil(read(a, "A@x.com"))
    assert.is_nil(read(a, "b@x.com"))
    assert.is_nil(read(a .. "," .. b, "b@x.com", "a@x.com"))
    assert.is_nil(read(a .. ',{"name":"x"}', "a@x.com", "b@x.com"))
    assert.is_nil(account:decode_json(envelope(a), 1, { "text" }, "emailAddress", "email"))
    assert.is_nil(account:decode_json(envelope(a), 1, {}, "emailAddress", "email"))
    assert.same({ { email = "a@x.com" } }, account:decode_json(envelope(a), 1, { {} }, "emailAddress"))
    assert.error(function() account:decode_json(envelope(a), 1, "items", "emailAddress", "email") end)
  end)

  it("reads as many objects as it is asked for", function()
    local text = envelope '{"name":"a"},{"name":"b"} , {"count":3}'
    assert.same({ { username = "a" }, { username = "b" }, { count = 3 } }, account:decode_json(text, 3))
    for _, count in ipairs { 1, 2, 4 } do assert.is_nil(account:decode_json(text, count)) end
  end)

  it("declines other envelopes", function()
    for _, text in ipairs {
      "", " ", "{", "{}", "[]", "null", "<html>", '{"data":[{}]', '{"data":[{}]}}', '{"data":[{}]},', '{"data":[{}],}',
      '{"data":{}}', '{"data":[]}', '{"data":null}', '{"data":[{}],"data":[{}]}', '{"data":[{}],"fail":[{}]}',
      '{"data":[{}],"fail":{}}', '{"data":[{}],"fail":false}', '{"data":[{}],"errors":[]}', '{"data":[{}],"x":1}',
      '{"data":[{}],"meta":null}', '{"data":[{}],"meta":{"status":400}}', '{"data":[{}],"meta":{"status":300}}',
      '{"data":[{}],"meta":{"status":"200"}}', '{"data":[{}],"meta":{"status":200.0}}',
      '{"data":[{}],"meta":{"status":200,"status":200}}', '{"data":[{}],"meta":{"pagination":{}}}',
      '\239\187\191{"data":[{}]}', '{"data":[{},]}', '{"data":[,{}]}', '{"data" [{}]}', '{"data":[{}] "fail":[]}',
      '{"d\\u0061ta":[{}]}', '{data:[{}]}', '{"data":[{}],"fail":[}', '{"data":[{}],"fail":nul', '{"data":[{}]}\0',
    } do
      assert.is_nil(account:decode_json(text, 1), text)
    end
  end)

  it("declines values that are not flat, that lua-cjson reads otherwise, or that the schema reports", function()
    for _, object in ipairs {
      '{"extra":{}}', '{"extra":[]}', '{"new":[1]}', '{"emailAddresses":[]}', '{"home":{}}', '{"home":1}',
      '{"name":"a\\nb"}', '{"name":"\\u0041"}', '{"n\\u0061me":"x"}', '{"name":"a\127b\1"}', '{"name":"\255"}', '{"\255":1}',
      '{"name":"\237\160\128"}', '{"name":"\192\128"}', '{"name":"x","name":"y"}', '{"new":1,"new":1}', '{"name":1}',
      '{"allowPop":1}', '{"allowPop":"yes"}', '{"count":-6}', '{"count":"7"}', '{"startDate":1447685358}',
      '{"startDate":true}', '{"count":1.0}', '{"count":1e2}', '{"count":-0}', '{"count":01}', '{"count":-}',
      '{"count":1000000000000000}', '{"count":+1}', '{"count":.5}', '{"count":1 2}', '{"count":NaN}', '{"new":tru}',
      '{"new":True}', '{"new":nulll}', '{"new":}', '{"new"}', '{new:1}', '{,}', '{"new":1,}', '{"new":1', '{"new":"1}', '{"',
      "{'new':1}", '{"new":0x1}', "[]", "1", '"x"', "null",
    } do
      assert.is_nil(account:decode_json(envelope(object), 1), object)
    end
  end)

  it("declines an object with more than 96 members", function()
    local members = {}
    for i = 1, 96 do members[i] = ('"x%d":%d'):format(i, i) end
    local object = "{" .. table.concat(members, ",") .. "}"
    assert.same(general(object), account:decode_json(envelope(object), 1)[1])
    members[97] = '"y":1'
    assert.is_nil(account:decode_json(envelope("{" .. table.concat(members, ",") .. "}"), 1))
  end)

  it("declines a value that is not text, and checks its other arguments", function()
    for _, value in ipairs { 5, true, {} } do assert.is_nil(account:decode_json(value, 1)) end
    assert.is_nil(account:decode_json(nil, 1))
    for _, count in ipairs { -1, 100001, 0 / 0 } do assert.is_nil(account:decode_json('{"data":[]}', count)) end
    assert.same({}, account:decode_json('{"data":[]}', 0))
    assert.error(function() account:decode_json("{}", "one") end)
    assert.error(function() account.decode_json({}, "{}", 1) end)
  end)
end)
