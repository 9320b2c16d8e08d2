local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local registry = require "mimecast.model.registry"
local wire_item = require "mimecast.model.wire_item"

local operation = registry.find "update_user"

local function call_for(...)
  local items = {}
  for i, input in ipairs { ... } do
    items[i] = assert(operation.input_schema:encode(type(input) == "table" and input or { email = input }))
  end
  return decode_context.new(operation, items)
end

local function decode(body, call, status, headers)
  return envelope.decode({ status = status or 200, headers = headers or {}, body = body }, call)
end

local function response(data, fail, meta)
  return ('{"meta":%s,"data":[%s],"fail":[%s]}'):format(meta or '{"status":200}', data or "", fail or "")
end

local ann, bob, eve = "ann@example.com", "bob@example.com", "eve@example.com"
local function user(email, more) return ('{"emailAddress":"%s"%s}'):format(email, more or "") end
local function failed(email, code)
  return ('{"key":{"emailAddress":"%s"},"errors":[{"code":"%s","message":"no","retryable":false}]}'):format(email, code)
end

describe("a request body", function()
  it("contains the items in data, and an empty list as an array", function()
    local call = call_for({ email = ann, accountDisabled = false }, bob)
    assert.equal('{"data":[{"emailAddress":"ann@example.com","accountDisabled":false},'
      .. '{"emailAddress":"bob@example.com"}]}', select(2, envelope.encode(operation, call.items)))
    assert.equal('{"data":[]}', select(2, envelope.encode(operation, {})))
  end)
end)

describe("results", function()
  it("are empty for delete_group unless the response contains an error", function()
    local deletion = registry.find "delete_group"
    local items = {}
    for i = 1, 2 do items[i] = assert(deletion.input_schema:encode { id = "group " .. i }) end
    local call = decode_context.new(deletion, items)
    local outcomes = decode(response(nil, '{"errors":[{"code":"err_developer_key","message":"no","retryable":false}]}'), call)
    for i = 1, 2 do assert.equal("invalid_app", outcomes[i].code) end
    outcomes = decode(response(), call)
    for i = 1, 2 do assert.same({}, outcomes[i]) end
  end)

  it("are matched by address in any script and Unicode normalization form", function()
    local call = call_for("MÜLLER@example.com", "mu\204\136ser@example.com", "Ann@Example.com")
    local data = table.concat({ user "ann@example.com", user "müser@example.com", user "müller@example.com" }, ",")
    local outcomes = decode(response(data), call)
    for i, email in ipairs { "müller@example.com", "müser@example.com", "ann@example.com" } do
      assert.equal(email, outcomes[i].email)
    end
    data = user "müser@example.com" .. "," .. user "ann@example.com"
    outcomes = decode(response(data, failed("müller@example.com", "err_x")), call)
    assert.same({ "MÜLLER@example.com", "müser@example.com" }, { outcomes[1].key, outcomes[2].email })
  end)

  it("prefer the most specific item when one item's fields contain another's", function()
    local creation = registry.find "create_group"
    local items = {}
    for i, input in ipairs { { name = "A" }, { name = "A", parentId = "X" } } do
      items[i] = assert(creation.input_schema:encode(input))
    end
    local call = decode_context.new(creation, items)
    local function failure_of(key) return ('{"key":%s,"errors":[{"code":"err_x","message":"no"}]}'):format(key) end
    local below = failure_of '{"description":"A","parentId":"X"}'
    local outcomes = decode(response('{"id":"1"}', below), call)
    assert.same({ "1", "rejected" }, { outcomes[1].id, outcomes[2].code })
    outcomes = decode(response('{"id":"2"}', failure_of '{"description":"A"}'), call)
    assert.same({ "rejected", "2" }, { outcomes[1].code, outcomes[2].id })
  end)

  it("leave the outcome unknown if both a result and an error have no key", function()
    local unkeyed = '{"errors":[{"code":"err_x","message":"no","retryable":false}]}'
    local outcomes = decode(response('{"name":"A"}', unkeyed), call_for(ann, bob))
    for i = 1, 2 do assert.same({ "rejected", "unknown" }, { outcomes[i].code, outcomes[i].outcome }) end
    outcomes = decode(response(nil, unkeyed), call_for(ann, bob))
    for i = 1, 2 do assert.same({ "rejected" }, { outcomes[i].code, outcomes[i].outcome }) end
  end)

  it("are matched by address in any order and letter case", function()
    local outcomes = decode(response(user("EVE@example.com", ',"name":"E"') .. "," .. user(ann, ',"name":"A"') .. ","
      .. user(bob, ',"name":"B"')), call_for(ann, bob, eve))
    assert.equal("A", outcomes[1].username)
    assert.equal("B", outcomes[2].username)
    assert.equal("E", outcomes[3].username)
  end)

  it("are matched by order if they have no address and all are present", function()
    local outcomes = decode(response('{"name":"A"},{"name":"B"}'), call_for(ann, bob))
    assert.equal("A", outcomes[1].username)
    assert.equal("B", outcomes[2].username)
  end)

  it("are not matched if they have no address and their number differs", function()
    local outcomes = decode(response('{"name":"A"}'), call_for(ann, bob))
    for i = 1, 2 do
      assert.equal("wrong_shape", outcomes[i].code)
      assert.equal("unknown", outcomes[i].outcome)
    end
  end)

  it("are not assigned to an item with a different address", function()
    local outcomes = decode(response(user "mallory@example.com" .. "," .. user(ann)), call_for(ann, bob))
    assert.equal(ann, outcomes[1].email)
    assert.equal("foreign_response", outcomes[2].code)
    assert.truthy(outcomes[2].message:find(bob, 1, true))
  end)

  it("of a single item with a different address leave the outcome unknown until a read resolves it", function()
    local call = call_for(ann)
    local outcome = decode(response(user "Ann.Main@example.com"), call)[1]
    assert.same({ "foreign_response", "unknown" }, { outcome.code, outcome.outcome })
    assert.same({ items = { 1 }, results = { ["ann.main@example.com"] = { emailAddress = "Ann.Main@example.com" } } },
      call.foreign)
  end)

  it("use the first of two results with the same address", function()
    local outcomes = decode(response(user(ann, ',"name":"first"') .. "," .. user(ann, ',"name":"second"')),
      call_for(ann, bob))
    assert.equal("first", outcomes[1].username)
    assert.equal("wrong_shape", outcomes[2].code)
  end)

  it("need neither meta nor fail", function()
    assert.equal(ann, decode('{"data":[' .. user(ann) .. "]}", call_for(ann))[1].email)
    assert.equal(ann, decode('{"data":[' .. user(ann) .. '],"fail":null}', call_for(ann))[1].email)
  end)

  it("report the address and the field of an unexpected value", function()
    local outcome = decode(response(user(ann, ',"accountDisabled":"perhaps"')), call_for(ann))[1]
    assert.equal("protocol", outcome.category)
    assert.equal("wrong_shape", outcome.code)
    assert.truthy(outcome.message:find(ann, 1, true))
    assert.truthy(outcome.message:find("accountDisabled", 1, true))
  end)
end)

describe("failures", function()
  it("are assigned by key in a response with HTTP 200", function()
    local outcomes = decode(response(user(ann) .. "," .. user(eve),
      failed("BOB@Example.com", "err_xdk_operation_forbidden_for_address")), call_for(ann, bob, eve))
    assert.equal(ann, outcomes[1].email)
    assert.equal("unknown_address", outcomes[2].code)
    assert.equal(bob, outcomes[2].key)
    assert.equal(200, outcomes[2].status)
    assert.equal(eve, outcomes[3].email)
  end)

  it("are assigned to every item without a result if they have no key", function()
    local outcomes = decode(response(user(bob), '{"errors":[{"code":"err_x","message":"no","retryable":true}]}'),
      call_for(ann, bob, eve))
    assert.equal("err_x", outcomes[1].serviceCode)
    assert.is_true(outcomes[1].retryable)
    assert.equal(ann, outcomes[1].key)
    assert.equal(bob, outcomes[2].email)
    assert.equal(eve, outcomes[3].key)
  end)

  it("take precedence over a result of the same item", function()
    local outcomes = decode(response(user(ann), failed(ann, "err_x")), call_for(ann))
    assert.equal("err_x", outcomes[1].serviceCode)
  end)

  it("of a single item need no key, even with a result", function()
    local outcomes = decode(response(user(ann), '{"errors":[{"code":"err_x","message":"no"}]}'), call_for(ann))
    assert.is_true(errors.is(outcomes[1]))
    assert.equal("err_x", outcomes[1].serviceCode)
  end)

  it("of a group member are matched by address if the response changes the form of the group id", function()
    local addition = registry.find "add_group_member"
    local call = decode_context.new(addition, { assert(wire_item.prepare(addition, { id = "one", email = ann })) })
    local fail = '{"key":{"id":"uno","emailAddress":"%s"},"errors":[{"code":"err_folder_group_member_already_exists",'
      .. '"message":"no"}]}'
    assert.equal("already_exists", decode(response(nil, fail:format(ann:upper())), call)[1].code)
    assert.equal("foreign_response", decode(response(nil, fail:format(bob)), call)[1].code)
  end)

  it("report the Lua name of the field", function()
    local fail = '{"key":{"emailAddress":"ann@example.com"},"errors":[{"field":"name","code":"err_validation_blank",'
      .. '"message":"blank","retryable":false},{"field":"data[0].other","code":"err_y","message":"odd"}]}'
    local outcome = decode(response(nil, fail), call_for(ann))[1]
    assert.equal("username", outcome.field)
    assert.equal("data[0].other", outcome.problems[2].field)
  end)

  it("fail the item in any shape", function()
    for _, fail in ipairs { "null", "[]", "{}", '"text"', "7", '{"errors":[]}', '{"errors":"no"}', '{"errors":[null]}',
      '{"errors":[{"code":7,"message":null}]}', '{"key":null}', '{"key":{"emailAddress":7}}' } do
      local outcomes, err = decode(response(user(bob), fail), call_for(ann, bob))
      assert.is_true(errors.is(outcomes and outcomes[1] or err), fail)
    end
  end)

  it("are one error of the call if the HTTP status reports a failure", function()
    local outcomes, err = decode('{"fail":[{"code":"token_expired","message":"Access token expired"}]}', call_for(ann),
      401)
    assert.is_nil(outcomes)
    assert.equal("token_expired", err.code)
    assert.equal(401, err.status)
    outcomes, err = decode(response(), call_for(ann), 503)
    assert.is_nil(outcomes)
    assert.equal("unavailable", err.code)
    assert.is_true(err.retryable)
  end)

  it("are read from meta.status if the HTTP status is 200", function()
    for status, code in pairs { [403] = "forbidden", [404] = "not_available", [500] = "unavailable" } do
      local outcomes, err = decode(response(user(ann), nil, ('{"status":%d}'):format(status)), call_for(ann))
      assert.is_nil(outcomes)
      assert.equal(code, err.code)
      assert.equal(tostring(status), tostring(err.status))
    end
  end)

  it("do not raise for an invalid meta.status", function()
    for _, status in ipairs { "1e300", "-1", "400.5", '"x"', "null", "[]", "99999999999999999999" } do
      local ok, outcomes, err = pcall(decode, response(user(ann), nil, '{"status":' .. status .. "}"), call_for(ann))
      assert.is_true(ok, status .. ": " .. tostring(outcomes))
      assert.truthy(outcomes or errors.is(err), status)
    end
  end)
end)

describe("a response", function()
  local function value_of(text)
    local outcomes, err = decode(text, call_for(ann))
    assert.is_nil(err)
    return outcomes[1]
  end

  it("keeps the digits of a numeric id, as text beyond 2^53", function()
    local value = value_of(response(user(ann, ',"id":9007199254740993,"small":9007199254740991,"half":0.30000000000000004')))
    assert.equal("9007199254740993", value.id)
    assert.equal("9007199254740991", ("%d"):format(value.small))
    if math.type then assert.equal("integer", math.type(value.small)) end
    assert.equal(0.30000000000000004, value.half)
  end)

  it("reports the expected range of an integer field beyond 2^53", function()
    local listing = registry.find "find_groups"
    local call = decode_context.new(listing, { assert(listing.input_schema:encode {}) })
    local outcomes, err = decode('{"data":[{"folders":[{"id":"x","description":"A","userCount":9007199254740993}]}]}', call)
    err = err or outcomes[1]
    assert.equal("wrong_shape", err.code)
    assert.truthy(err.message:find("userCount should be a whole number within +-2^53, not text", 1, true), err.message)
  end)

  it("replaces lone surrogates and invalid UTF-8 with U+FFFD and keeps the rest", function()
    local fail = failed(bob, "err_x"):gsub("no", "\\udc00")
    local outcomes = decode(response(user(ann, ',"nick":"A\\ud800","alias":"\252"'), fail), call_for(ann, bob))
    assert.equal("A\239\191\189", outcomes[1].nick)
    assert.equal("\239\191\189", outcomes[1].alias)
    assert.equal("rejected", outcomes[2].code)
  end)

  it("may contain an escaped NUL character", function()
    assert.equal("a\0b", value_of(response(user(ann, ',"nick":"a\\u0000b"'))).nick)
  end)
end)

describe("a response of the wrong shape", function()
  local cases = {
    { "data as text", '{"data":"unexpected","fail":[]}', "unexpected" },
    { "fail as an object", '{"data":[],"fail":{"a":1}}', '{"a":1}' },
    { "a list", "[]", "[]" },
    { "nothing about the item", '{"meta":{"status":200},"data":[],"fail":[]}', "no result for " .. ann },
  }
  for _, case in ipairs(cases) do
    it("is reported, and leaves the outcome unknown: " .. case[1], function()
      local outcomes, err = decode(case[2], call_for(ann))
      err = err or outcomes[1]
      assert.same({ "protocol", "wrong_shape", "unknown", 200 }, { err.category, err.code, err.outcome, err.status })
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end
end)

describe("a password", function()
  it("is redacted in the message, code and field of a service error", function()
    local call = call_for { email = ann, password = "Secret-Word-1" }
    local outcome = decode(response(nil, '{"key":{"emailAddress":"ann@example.com","password":"Secret-Word-1"},"errors":['
      .. '{"field":"Secret-Word-1","code":"err_Secret-Word-1","message":"Secret-Word-1 is weak: Secret-Word-1"}]}'),
        call)[1]
    assert.equal("ann@example.com: ***: *** is weak: *** [err_***]", outcome.message)
    assert.equal("err_***", outcome.serviceCode)
    assert.equal("***", outcome.field)
  end)
end)

describe("a service error code", function()
  it("err_xdk_binding_expired is detected if the password is a part of it", function()
    local outcomes, err = decode(response(nil, failed(ann, "err_xdk_binding_expired")),
      call_for { email = ann, password = "binding" })
    assert.is_nil(outcomes)
    assert.same({ "binding_expired", "err_xdk_binding_expired" }, { err.code, err.serviceCode })
  end)
end)

describe("failures without a key", function()
  it("are listed up to 20, and counted", function()
    local unkeyed = '{"errors":[{"code":"err_odd","message":"no"}]}'
    local err = decode(response(nil, (unkeyed .. ","):rep(99) .. unkeyed), call_for(ann, bob))[1]
    assert.equal(20, #err.problems)
    assert.truthy(err.message:find "; and 80 more$", err.message)
  end)
end)

describe("results matched by order", function()
  local addition = registry.find "add_group_member"

  local function additions(...)
    local items = {}
    for i, email in ipairs { ... } do items[i] = assert(addition.input_schema:encode { id = "G", email = email }) end
    return decode_context.new(addition, items)
  end

  it("are unknown if an address belongs to a different item", function()
    local call = additions(ann, bob, eve)
    local outcomes = decode(response(table.concat({ user(bob, ',"id":"1"'), user(ann, ',"id":"2"'), user(eve, ',"id":"3"') },
      ",")), call)
    for i = 1, 2 do
      assert.same({ "protocol", "foreign_response", "unknown" },
        { outcomes[i].category, outcomes[i].code, outcomes[i].outcome })
    end
    assert.same({ "3", {} }, { outcomes[3].userId, call.foreign.items })
  end)

  it("are unknown if the single result has a different address", function()
    local call = additions(ann)
    local outcomes = decode(response(user(bob, ',"id":"1"')), call)
    assert.same({ "foreign_response", "unknown", ann }, { outcomes[1].code, outcomes[1].outcome, outcomes[1].key:match "%S+$" })
    assert.truthy(call.foreign)
  end)

  it("may have an address in a different letter case or without an address", function()
    local outcomes = decode(response(user("ANN@example.com", ',"id":"1"') .. ',{"id":"2"}'), additions(ann, bob))
    assert.same({ "1", "2" }, { outcomes[1].userId, outcomes[2].userId })
  end)
end)

describe("a response of the API 2.0 audit functions with errors and key at the top level", function()
  local audit = registry.find "list_audit_events"
  local body = '{"errors":[{"code":"err_validation_null","message":"no","retryable":false}],'
    .. '"key":{"startDateTime":"2026-01-15T00:00:00+0000"}}'

  it("is an error of the call for any status, never an empty list", function()
    local item = { startDateTime = "2026-01-15T00:00:00+0000" }
    for _, status in ipairs { 200, 400 } do
      local outcomes, err = decode(body, decode_context.new(audit, { item }), status)
      err = err or outcomes[1]
      assert.same({ true, "validation", "rejected_field", "err_validation_null" },
        { errors.is(err), err.category, err.code, err.serviceCode }, status)
    end
  end)

  it("fails the item that its key names", function()
    local outcomes = decode('{"errors":[{"code":"err_odd","message":"no"}],"key":{"emailAddress":"bob@example.com"},'
      .. '"data":[{"emailAddress":"ann@example.com"}]}', call_for(ann, bob))
    assert.same({ ann, "err_odd" }, { outcomes[1].email, outcomes[2].serviceCode })
  end)

  it("is an error of a REST operation", function()
    local rest = require "mimecast.protocol.rest"
    local operation_of = registry.find "list_cloud_domains"
    for _, status in ipairs { 200, 400 } do
      local outcomes, err = rest.decode({ status = status, headers = {}, body = body },
        decode_context.new(operation_of, { {} }))
      assert.is_nil(outcomes)
      assert.equal("err_validation_null", err.serviceCode)
    end
  end)
end)
