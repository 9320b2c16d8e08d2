local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read
local path = "/api/audit/get-audit-events"

describe("sandbox audit trail", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new{ rateLimit = false, clock = function() return 1700000000 end }
    call = bare_client.new(tenant)
  end)

  local function change(name)
    call:v2(('{"data":[{"emailAddress":"%s@example.com","allowPop":true}]}'):format(name))
  end

  local function ask(item, pagination)
    item.startDateTime = item.startDateTime or "2023-11-01T00:00:00+0000"
    item.endDateTime = item.endDateTime or "2023-12-01T00:00:00+0000"
    return read(call:v2(json.encode{ meta = { pagination = pagination }, data = { item } }, path))
  end

  it("records changes, and neither reads nor rejected items", function()
    change "ann"
    change "nobody"
    call:v2('{"data":[{"emailAddress":"ann@example.com"}]}')
    call:v2('{"data":[{"description":"New group"}]}', "/api/directory/create-group")
    local events = ask({}).data
    assert.equal(2, #events)
    assert.truthy(events[1].eventInfo:find("^Changed user ann@example%.com, Date: 2023%-11%-14, Time: 22:13:20%+0000"))
    assert.equal("2023-11-14T22:13:20+0000", events[1].eventTime)
    assert.equal("user_account_and_role_logs", events[1].category)
    assert.equal("profile_group_logs", events[2].category)
    assert.not_equal(events[1].id, events[2].id)
    assert.same(events, tenant:audit())
  end)

  it("filters by time, both ends included", function()
    change "ann"
    tenant:advance(60)
    change "bob"
    tenant:advance(60)
    change "carol"
    local events = ask({ startDateTime = "2023-11-14T22:14:20Z", endDateTime = "2023-11-14T22:14:20+00:00" }).data
    assert.equal(1, #events)
    assert.truthy(events[1].eventInfo:find("bob", 1, true))
    assert.equal(0, #ask({ startDateTime = "2023-11-15T00:00:00+0000" }).data)
    assert.equal(0, #ask({ startDateTime = "2023-11-30T00:00:00+0000", endDateTime = "2023-11-01T00:00:00+0000" }).data)
  end)

  it("distinguishes passwords from settings, and has no user for a synchronization", function()
    call:v2('{"data":[{"emailAddress":"ann@example.com","password":"Correct Horse 8"}]}')
    call:v2('{"data":[{"emailAddress":"bob@example.com","password":"Correct Horse 8","allowPop":true}]}')
    call:v2('{"data":[]}', "/api/directory/execute-sync")
    local types, users = {}, {}
    for i, event in ipairs(ask({}).data) do types[i], users[i] = event.auditType, event.user end
    assert.same({ "User Password Changed", "User Password Changed", "User Settings Changed", "Directory Sync" }, types)
    assert.same({ "ann@example.com", "ann@example.com", "ann@example.com", "" }, users)
  end)

  it("filters by category and text", function()
    change "ann"
    change "bob"
    call:v2('{"data":[{"description":"Bobsleigh"}]}', "/api/directory/create-group")
    assert.equal(2, #ask({ categories = { "user_account_and_role_logs" } }).data)
    assert.equal(2, #ask({ query = "BOB" }).data)
    assert.equal(1, #ask({ query = "bob", categories = { "profile_group_logs", "policy_logs" } }).data)
    assert.equal(3, #ask({ categories = json.array() }).data)
  end)

  it("requires both times", function()
    local fail = read(call:v1('{"data":[{"startDateTime":"yesterday"}]}', path)).fail[1]
    assert.equal("err_validation_invalid_date", fail.errors[1].code)
    assert.equal("endDateTime", fail.errors[2].field)
    assert.equal("err_validation_null", read(call:v1('{"data":[]}', path)).fail[1].errors[1].code)
  end)

  it("returns errors and key at the top of the response under API 2.0", function()
    local response = call:v2('{"data":[{"startDateTime":"yesterday"}]}', path)
    assert.equal(400, response.status)
    assert.truthy(response.body:find('^{"errors":%[{"field":"startDateTime","code":"err_validation_invalid_date",'
      .. '"message":"[^"]+","retryable":false},.*%],"key":{"startDateTime":"yesterday"}}$'), response.body)
  end)

  it("keeps the rows of its pages while changes go on", function()
    for _ = 1, 5 do change "ann" end
    local first = ask({}, { pageSize = 2 })
    change "bob"
    local second = ask({}, { pageSize = 2, pageToken = first.meta.pagination.next })
    assert.equal(6, second.meta.pagination.totalCount)
    assert.not_equal(first.data[2].id, second.data[1].id)
    local last = ask({}, { pageSize = 2, pageToken = second.meta.pagination.next })
    assert.truthy(last.data[2].eventInfo:find("bob", 1, true))
  end)

  it("drops the oldest events above its limit", function()
    tenant = sandbox.new{ rateLimit = false, keepEvents = 10 }
    call = bare_client.new(tenant)
    for i = 1, 25 do call:v2(('{"data":[{"description":"G%d"}]}'):format(i), "/api/directory/create-group") end
    local events = tenant:audit()
    assert.is_true(#events >= 10 and #events <= 20)
    assert.truthy(events[#events].eventInfo:find("G25", 1, true))
  end)

  it("has categories", function()
    local codes = {}
    for _, category in ipairs(read(call:v2('{"data":[]}', "/api/audit/get-categories")).data[1].categories) do
      codes[category.code] = category.name
    end
    assert.equal("Authentication Logs", codes.authentication_logs)
    for _, code in ipairs { "mimecast_access_logs", "case_review_logs", "user_account_and_role_logs", "archive_service_logs",
      "integrations_and_apis", "reporting_logs" } do
      assert.is_string(codes[code], code)
    end
  end)
end)
