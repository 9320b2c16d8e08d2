-- The sandbox's page: what it shows, what it never shows, and which requests it rejects. spec/hosts/browser opens it.
local mimecast = require "mimecast"
local page = require "mimecast.sandbox.front.page"
local sandbox = require "mimecast.sandbox"

local function start(options)
  local tenant = sandbox.new(options)
  local v2 = tenant.credentials.v2
  return tenant.tenant, mimecast.new { baseUrl = tenant.urls.v2, clientId = v2.clientId, clientSecret = v2.clientSecret,
    transport = tenant.transport, attempts = 1 }
end

-- Opens the page as a browser does; `more` overrides parts of the request.
local function open(tenant, query, more)
  local request = { method = "GET", path = "/", scheme = "http", host = "127.0.0.1:20001", query = query or {} }
  for name, value in pairs(more or {}) do request[name] = value end
  return page.handle(tenant, request)
end

local function send(tenant, form, more)
  local request = { method = "POST", path = "/sandbox/page", form = form, origin = "http://127.0.0.1:20001" }
  for name, value in pairs(more or {}) do request[name] = value end
  return open(tenant, {}, request)
end

-- Returns the cells of the row that begins with a text, joined by "|".
local function row(body, first)
  for cells in body:gmatch "<tr>(.-)</tr>" do
    local texts = {}
    for cell in cells:gmatch "<t[hd][^>]*>(.-)</t[hd]>" do texts[#texts + 1] = (cell:gsub("<[^>]+>", "")) end
    if texts[1] == first then return table.concat(texts, "|") end
  end
  return nil
end

local function header(response, name)
  for i = 1, #response.headers, 2 do
    if response.headers[i] == name then return response.headers[i + 1] end
  end
end

describe("the sandbox's page", function()
  it("shows users with their settings, groups, and how often what was applied", function()
    local tenant, client = start { accountCode = "CUK1A1" }
    assert(client:update_user { email = "bob@example.com", accountDisabled = true, username = "Bob" })
    assert(client:update_user { email = "bob@example.com", allowPop3 = true })
    local body = open(tenant).body
    assert.truthy(body:find("<h1>Sandbox tenant CUK1A1</h1>", 1, true))
    assert.equal("bob@example.com|Bob|accountDisabled, allowPop|2", row(body, "bob@example.com"))
    assert.equal("Finance|cloud|ann@example.com, bob@example.com, example.org", row(body, "Finance"))
    assert.truthy(body:find('<th scope="row">bob@example.com</th><td class="number">2</td>', 1, true))
    assert.truthy(body:find("<caption>2 changes of 1 object, the most frequent first</caption>", 1, true))
  end)

  it("lists the last requests with what was unexpected, without bodies, passwords and credentials", function()
    local tenant, client = start()
    assert(client:call { path = "/api/user/update-user",
      data = { { emailAddress = "ann@example.com", acountDisabled = true } } })
    assert(client:set_password("ann@example.com", "Planted-Horse-7"))
    local body = open(tenant).body
    assert.truthy(body:find("data[1].acountDisabled is not a field", 1, true))
    assert.truthy(row(body, "ann@example.com"):find("password set", 1, true))
    for _, secret in ipairs { "Planted", "Bearer", tenant.credentials.v2.clientSecret, tenant.credentials.v1.secretKey } do
      assert.is_nil(body:find(secret, 1, true), secret)
    end
  end)

  it("escapes names, paths and what a form sent", function()
    local tenant = start { users = { { emailAddress = "a<b>@example.com", name = "</td><script>x</script>\226\128\174" } },
      groups = { "<i>\"'&" } }
    tenant:record_request({ method = "GET", path = "/<b>", headers = {}, body = "" }, "/<b>")
    local body = send(tenant, { action = "fault", kind = "slow", path = "\"><b>", more = "seconds=<b>" }).body
    for _, tag in ipairs { "<b>", "<i>", "<script", "\226\128\174" } do assert.is_nil(body:find(tag, 1, true), tag) end
    assert.truthy(body:find("a&lt;b&gt;@example.com", 1, true))
    assert.truthy(body:find('value="&quot;&gt;&lt;b&gt;"', 1, true))
    assert.truthy(open(tenant, { q = '"><b>' }).body:find('value="&quot;&gt;&lt;b&gt;"', 1, true))
  end)

  it("finds users by address and name, and those that were changed", function()
    local tenant, client = start { users = 1000000 }
    assert(client:update_user { email = "user999999@example.com", accountDisabled = true })
    local body = open(tenant, { q = "user999998@example.com" }).body
    assert.truthy(body:find("<caption>1 user</caption>", 1, true))
    assert.truthy(row(body, "user999998@example.com"))
    body = open(tenant, { changed = "1" }).body
    assert.truthy(body:find("<caption>1 of 1 user</caption>", 1, true))
    assert.equal("user999999@example.com|User 999999|accountDisabled|1", row(body, "user999999@example.com"))
    body = open(tenant).body
    assert.truthy(body:find("<caption>100 of 1000000 users; search for others</caption>", 1, true))
    body = open(tenant, { q = "nothing" }).body
    assert.truthy(body:find("0 of 1000000 users; only the first 20000 were searched", 1, true))
  end)

  it("adds faults with their fields, and rejects what is no fault with the reason and the entered values", function()
    local tenant, client = start()
    local response = send(tenant, { action = "fault", kind = "status", times = "1", after = "1", path = "",
      more = 'status=418 type="x"' })
    assert.same({ 303, "/?done=fault" }, { response.status, header(response, "location") })
    assert.equal("status|1, after 1|any but /oauth/token|status=418 type=x", row(open(tenant).body, "status"))
    assert(client:find_groups {})
    assert.equal(418, select(3, client:find_groups {}).status)
    for more, reason in pairs { ["seconds=x"] = "seconds must be a number", ["seconds"] = "must be like seconds=5",
      ["secnds=1"] = "secnds" } do
      response = send(tenant, { action = "fault", kind = "slow", times = "", after = "", path = "", more = more })
      assert.equal(400, response.status)
      assert.truthy(response.body:find(reason, 1, true), reason)
      assert.truthy(response.body:find(('value="%s"'):format(more), 1, true))
    end
    assert.equal(400, send(tenant, { action = "fault", kind = "refuse" }).status)
    assert.equal(0, tenant.faults:pending())
  end)

  it("expires tokens, removes faults and resets the tenant", function()
    local tenant, client = start { faults = { { kind = "unavailable", path = "/none" } } }
    assert(client:update_user { email = "bob@example.com", accountDisabled = true })
    assert.equal(303, send(tenant, { action = "expire_tokens" }).status)
    assert(client:find_groups {})
    assert.equal(2, tenant.token_count)
    send(tenant, { action = "clear_faults" })
    assert.equal(0, tenant.faults:pending())
    send(tenant, { action = "reset" })
    assert.same({ 0, 1 }, { tenant.applied_total, tenant.faults:pending() })
    assert.is_false(tenant:user("bob@example.com").accountDisabled)
    assert.equal(400, send(tenant, { action = "stop" }).status)
  end)

  it("is served to this machine only: a name of another site that points to loopback gets nothing", function()
    local tenant = start()
    for _, host in ipairs { "evil.example:20001", "127.0.0.1.evil.example", "", "localhost.evil.example:1" } do
      local response = open(tenant, {}, { host = host })
      assert.equal(403, response.status)
      assert.is_nil(response.body:find("example.com", 1, true))
    end
    assert.equal(200, open(tenant, {}, { host = "localhost:20001" }).status)
    assert.equal(200, open(tenant, {}, { host = "tenant.test:1", name = "tenant.test" }).status)
  end)

  it("accepts a form from itself only", function()
    local tenant = start()
    tenant:add_users { "eve@example.com" }
    local own = "http://127.0.0.1:20001"
    for _, origin in ipairs { "http://evil.example", "null", "http://127.0.0.1:20002", "https://127.0.0.1:20001", false } do
      local more = { origin = origin or nil }
      if not origin then more = { origin = "" } end
      assert.equal(403, send(tenant, { action = "reset" }, more).status)
    end
    assert.truthy(tenant:user "eve@example.com")
    assert.equal(405, open(tenant, {}, { path = "/sandbox/page" }).status)
    assert.equal(303, send(tenant, { action = "reset" }, { origin = own }).status)
    assert.is_nil(tenant:user "eve@example.com")
  end)

  it("allows no script and no frame, and is not stored", function()
    local response = open(start())
    local policy = header(response, "content-security-policy")
    for _, rule in ipairs { "default-src 'none'", "frame-ancestors 'none'", "form-action 'self'" } do
      assert.truthy(policy:find(rule, 1, true), rule)
    end
    assert.truthy(response.body:find(('<style nonce="%s">'):format(policy:match "'nonce%-(%w+)'"), 1, true))
    assert.equal("no-store", header(response, "cache-control"))
    assert.is_nil(response.body:find("<script", 1, true))
  end)

  it("takes no request from the service: a client that asks for / gets the service's response", function()
    assert.is_true(page.wants { method = "GET", path = "/", accept = "text/html,*/*" })
    assert.is_false(page.wants { method = "GET", path = "/", accept = "application/json" })
    assert.is_false(page.wants { method = "GET", path = "/" })
    assert.is_false(page.wants { method = "POST", path = "/", accept = "text/html" })
    assert.is_false(page.wants { method = "GET", path = "/api/user/update-user", accept = "text/html" })
  end)
end)
