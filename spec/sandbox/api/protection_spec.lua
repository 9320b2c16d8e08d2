local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read

describe("sandbox protection:", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new{ rateLimit = false, clock = function() return 1700000000 end }
    call = bare_client.new(tenant)
  end)

  local function ask(path, item, generation)
    return call[generation or "v2"](call, '{"data":[' .. (item and json.encode(item) or "") .. "]}", "/api/" .. path)
  end

  local function code(response) return read(response).fail[1].errors[1].code end

  it("a managed sender keeps its id when its type changes, and an invalid sender fails as recorded", function()
    local item = { sender = "a@example.net", to = "ann@example.com", action = "permit" }
    local one = read(ask("managedsender/permit-or-block-sender", item)).data[1]
    assert.truthy(one.id:find("^MTOKEN:eNo"))
    assert.equal("Permit", one.type)
    item.action = "block"
    local two = read(ask("managedsender/permit-or-block-sender", item)).data[1]
    assert.equal(one.id, two.id)
    assert.equal("Block", two.type)
    local response = call:v2('{"data":[{"action":"block","sender":"bad_email","to":"test2@example.com"}]}',
      "/api/managedsender/permit-or-block-sender")
    assert.equal('{"meta":{"status":200},"data":[],"fail":[{"key":{"sender":"bad_email","to":"test2@example.com",'
      .. '"action":"block"},"errors":[{"field":"sender","code":"err_validation_invalid_email_address",'
      .. '"message":"Email address is not valid","retryable":false}]}]}', response.body)
  end)

  it("a blocked-sender policy has the recorded defaults in their order", function()
    local response = ask("policy/blockedsenders/create-policy",
      { option = "block_sender", policy = { description = "some test policy" } })
    assert.truthy(response.body:find('"policy":{"description":"some test policy","fromPart":"envelope_from",'
      .. '"from":{"type":"everyone"},"to":{"type":"everyone"},"fromType":"everyone","toType":"everyone",'
      .. '"fromEternal":true,"toEternal":true,"fromDate":"1900-01-01T00:00:00+0000",'
      .. '"toDate":"2100-01-01T23:59:59+0000","override":false,"bidirectional":false,"conditions":{},"enabled":true,'
      .. '"enforced":false,"createTime":"2023-11-14T22:13:20+0000","lastUpdated":"2023-11-14T22:13:20+0000"}', 1, true))
    local id = read(response).data[1].id
    assert.equal(id, read(ask("policy/blockedsenders/get-policy")).data[1].id)
    assert.equal(403, ask("policy/blockedsenders/delete-policy", { id = id }).status)
    local changed = read(ask("policy/blockedsenders/update-policy", { id = id, policy = { enabled = false } }, "v1"))
    assert.is_false(changed.data[1].policy.enabled)
    assert.equal("some test policy", changed.data[1].policy.description)
    assert.equal(id, read(ask("policy/blockedsenders/delete-policy", { id = id }, "v1")).data[1].id)
    assert.equal("err_not_found", code(ask("policy/blockedsenders/get-policy", { id = id })))
  end)

  it("a policy's sides are changed by objects or by the older names", function()
    local id = read(ask("policy/blockedsenders/create-policy", { option = "block_sender", policy = {
      description = "d", from = { type = "everyone" }, to = { type = "internal_addresses" } } })).data[1].id
    local function change(policy)
      return read(ask("policy/blockedsenders/update-policy", { id = id, policy = policy }, "v1")).data[1].policy
    end
    local changed = change{ fromType = "email_domain", fromValue = "example.net" }
    assert.same({ type = "email_domain" }, changed.from)
    assert.same({ "email_domain", "example.net", "internal_addresses" },
      { changed.fromType, changed.fromValue, changed.toType })
    changed = change{ from = { type = "profile_group", groupId = "g" } }
    assert.same({ type = "profile_group", groupId = "g" }, changed.from)
    assert.equal("profile_group", changed.fromType)
    assert.is_nil(changed.fromValue)
    assert.equal("profile_group", change{ description = "e" }.fromType)
  end)

  it("a managed URL is split into parts, exists once, and is deleted with an empty response", function()
    local item = { url = "https://www.test.net:8443/a/b?c=d", action = "permit" }
    local made = read(ask("ttp/url/create-managed-url", item)).data[1]
    assert.equal("https", made.scheme)
    assert.equal("www.test.net", made.domain)
    assert.equal(8443, made.port)
    assert.equal("/a/b", made.path)
    assert.equal("c=d", made.queryString)
    assert.equal(107, #made.id)
    local response = ask("ttp/url/create-managed-url", item)
    assert.truthy(response.body:find('"fail":[{"key":{"url":"https://www.test.net:8443/a/b?c=d","action":"permit",'
      .. '"overrideUrl":false,"disableUserAwareness":false,"disableRewrite":false,"disableLogClick":false},"errors":[{'
      .. '"code":"err_managed_url_exists_code","message":"The managed URL already exists; to update it, delete and '
      .. 'recreate","retryable":false}]}]}', 1, true))
    assert.equal('{"meta":{"status":200},"data":[],"fail":[]}',
      ask("ttp/url/delete-managed-url", { id = made.id }).body)
    assert.equal('{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_managed_url_not_found",'
      .. '"message":"Managed URL not found","retryable":false}]}]}',
      ask("ttp/url/delete-managed-url", { id = made.id }).body)
  end)

  it("managed URLs are searched and sorted", function()
    local function found(item)
      local list = {}
      for i, url in ipairs(read(ask("ttp/url/get-all-managed-urls", item)).data) do list[i] = url.domain end
      return list
    end
    assert.same({ "www.example.net", "intranet.example.com", "example.edu" }, found(nil))
    assert.same({ "intranet.example.com" }, found{ domainOrUrl = "INTRANET" })
    assert.same({}, found{ domainOrUrl = "intranet", exactMatch = true })
    assert.same({ "example.edu" }, found{ domainOrUrl = "example.edu", exactMatch = true })
    assert.same({ "www.example.net" }, found{ domainOrComment = "prize mail" })
    assert.same({ "www.example.net", "intranet.example.com", "example.edu" },
      found{ sortByUrl = true, sortOrder = "desc" })
  end)

  it("managed URLs come in tens without a page request, with the next page", function()
    for i = 1, 28 do ask("ttp/url/create-managed-url", { url = ("https://www.test.net/%d"):format(i), action = "block" }) end
    local body = read(ask "ttp/url/get-all-managed-urls")
    assert.same({ 10, 10, 31 }, { #body.data, body.meta.pagination.pageSize, body.meta.pagination.totalCount })
    local next_page = read(call:v2(json.encode { meta = { pagination = { pageToken = body.meta.pagination.next } }, data = {} },
      "/api/ttp/url/get-all-managed-urls"))
    assert.equal(10, #next_page.data)
    assert.not_equal(body.data[1].id, next_page.data[1].id)
  end)

  it("managed URLs with an empty filter object are rejected under API 2.0", function()
    assert.equal(400, call:v2('{"data":[{}]}', "/api/ttp/url/get-all-managed-urls").status)
    assert.equal(200, call:v1('{"data":[{}]}', "/api/ttp/url/get-all-managed-urls").status)
    assert.equal(200, call:v2('{"data":[]}', "/api/ttp/url/get-all-managed-urls").status)
  end)

  it("a rewritten URL is decoded, another URL is not", function()
    local body = read(call:v2('{"data":[{"url":"https://protect-us.mimecast.com/s/abc?domain=example.net"},'
      .. '{"url":"https://www.example.net/"}]}', "/api/ttp/url/decode-url"))
    assert.same({ url = "https://example.net/", success = true }, body.data[1])
    assert.same({ url = "https://www.example.net/", success = false }, body.data[2])
  end)

  it("held messages are listed, released and rejected", function()
    local function list(item) return read(ask("gateway/get-hold-message-list", item)).data end
    local messages = list{ admin = true }
    assert.equal(3, #messages)
    assert.equal(1, #list{})
    assert.equal("Price list", list{ admin = true, filterBy = { { route = "outbound" } } }[1].subject)
    assert.equal("Invoice 4711",
      list{ admin = true, searchBy = { fieldName = "sender", value = "supplier" } }[1].subject)
    assert.equal(2, #list{ admin = true, start = "2023-11-14T20:00:00+00:00" })
    assert.equal("err_validation_invalid_date", code(ask("gateway/get-hold-message-list", { start = "2023-11-14T20:00:00Z" })))
    assert.same({ "MESSAGE_HOLD_APPLIED_SPAM_SIGNATURE_POLICY", "message_hold_applied_spam_signature_policy", "INBOUND" },
      { messages[1].reasonId, messages[1].reasonCode, messages[1].route })
    assert.equal(0, #read(ask("gateway/get-held-release-logs")).data)
    assert.same({ id = messages[1].id, release = true },
      read(ask("gateway/hold-release", { id = messages[1].id })).data[1])
    local released = read(ask("gateway/get-held-release-logs", { filterBy = { { route = "inbound" } } })).data
    assert.same({ 1, messages[1].id, "ann@example.com", "2023-11-14T22:13:20+0000" },
      { #released, released[1].id, released[1].operator, released[1].released })
    assert.equal(0, #read(ask("gateway/get-held-release-logs", { ["end"] = "2023-11-14T22:00:00+0000" })).data)
    assert.equal("err_not_found", code(ask("gateway/hold-release", { id = messages[1].id })))
    assert.equal("err_not_found", code(ask("gateway/hold-reject", { ids = { messages[2].id, messages[1].id } })))
    assert.equal(2, #list{ admin = true })
    assert.equal("err_validation_invalid_value",
      code(ask("gateway/hold-reject", { ids = { messages[2].id }, reasonType = "NO" })))
    local rejected = read(ask("gateway/hold-reject", { ids = { messages[2].id, messages[3].id },
      reasonType = "INAPPROPRIATE COMMUNICATION" }))
    assert.is_true(rejected.data[2].reject)
    assert.equal(0, #list{ admin = true })
    assert.equal(0, #read(ask("gateway/get-hold-summary-list")).data)
    assert.equal(1, tenant:applied(messages[2].id))
  end)

  it("rejected messages and messages in process are listed", function()
    local rows = read(ask("gateway/get-rejections", { start = "2023-11-14T00:00:00Z" })).data
    assert.same({ 1, "Win a prize", "rejected" }, { #rows, rows[1].subject, rows[1].status })
    assert.equal(0, #read(ask("gateway/get-rejections", { ["end"] = "2023-11-14T00:00:00+00:00" })).data)
    local function processing(item) return read(ask("gateway/find-processing-messages", item)).data[1].messages end
    assert.equal("192.0.2.20", processing()[1].remoteIp)
    for _, other in ipairs { { start = "2023-11-14T22:13:00+0000" }, { searchBy = { fieldName = "subject", value = "zebra" } },
      { filterBy = { { route = "inbound" } } }, { filterBy = { { attachments = true } } } } do
      assert.equal(0, #processing(other))
    end
  end)

  it("messages are found by id or by at least one option, 30 days back", function()
    local function search(item) return ask("message-finder/search", item) end
    local found = read(search{ advancedTrackAndTraceOptions = { from = "supplier@example.net" } }).data[1].trackedEmails
    assert.equal("Invoice 4712", found[1].subject)
    assert.equal("Offer", read(search{ messageId = "<three@example.com>" }).data[1].trackedEmails[1].subject)
    assert.equal(2, #read(search{ advancedTrackAndTraceOptions = { senderIP = "192.0.2.1", to = "example.com" } })
      .data[1].trackedEmails)
    local function routed(route)
      local found_on = search{ advancedTrackAndTraceOptions = { senderIP = "192.0.2.1", route = route } }
      return #read(found_on).data[1].trackedEmails
    end
    assert.same({ 3, 2, 1, 3, 3 }, { routed(nil), routed "inbound", routed{ "outbound", "internal" },
      routed{ "inbound", "outbound" }, routed{ "all" } })
    assert.equal("err_validation_at_least_one_not_null", code(search{}))
    assert.equal("err_validation_at_least_one_not_null",
      code(search{ advancedTrackAndTraceOptions = { route = "all" } }))
    assert.equal("err_track_and_trace_invalid_start_date",
      code(search{ start = "2023-10-01T00:00:00Z", messageId = "<three@example.com>" }))
    assert.equal("accepted", read(ask("message-finder/get-message-info", { id = found[1].id })).data[1].status)
  end)

  it("logs are filtered by time, route and result, in either order", function()
    local function logs(kind, item)
      local data = read(ask("ttp/" .. kind .. "/get-logs", item)).data[1]
      return data.clickLogs or data.attachmentLogs or data.impersonationLogs
    end
    assert.equal(3, #logs("url", nil))
    assert.equal("malicious", logs("url", { scanResult = "malicious" })[1].scanResult)
    assert.equal(1, #logs("url", { route = "internal", scanResult = "all" }))
    assert.equal(0, #logs("url", { scanResult = "suspicious" }))
    assert.equal(1, #logs("url", { from = "2023-11-14T21:00:00+0000" }))
    local last = logs("url", { oldestFirst = true })
    assert.is_true(last[1].date < last[3].date)
    assert.equal("invoice.doc", logs("attachment", { route = "inbound" })[1].fileName)
    assert.equal(1, #logs("impersonation", { query = "desk", identifiers = { "similar_internal_domain" } }))
    assert.equal(0, #logs("impersonation", { taggedMalicious = false }))
    assert.equal("err_validation_invalid_value", code(ask("ttp/url/get-logs", { route = "sideways" })))
  end)
end)
