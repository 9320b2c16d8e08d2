local core = require "mimecast.core"
local json = require "mimecast.json"
local sandbox_backends = require "spec.support.http.sandbox_backends"

local ann = '{"data":[{"emailAddress":"ann@example.com"}]}'

for _, front in ipairs(sandbox_backends) do
  describe("sandbox bindings " .. front.name, function()
    local tenant, call

    setup(function() tenant, call = front.start() end)
    teardown(function() assert.is_true(tenant:stop()) end)
    before_each(function()
      tenant:reset()
      call.token = nil
    end)

    local function ask(path, item, authorization, app_id)
      local headers = { "Content-Type", "application/json", "x-mc-app-id", app_id or tenant.credentials.v1.appId,
        "x-mc-req-id", "8578FCFC-A305-4D9A-99CB-F4D5ECEFE297", "x-mc-date", "Tue, 24 Nov 2015 12:50:11 UTC" }
      if authorization then headers[9], headers[10] = "Authorization", authorization end
      local response = assert(call:send(tenant.urls.v1 .. path, headers, json.encode { data = { item } }))
      return response, json.decode(response.body)
    end

    local function basic(email, password, kind)
      return (kind or "Basic-Cloud") .. " " .. core.base64_encode(email .. ":" .. password)
    end

    local known
    before_each(function() known = tenant.credentials.login end)

    local function log_in(item, authorization)
      return ask("/api/login/login", item or { userName = known.email }, authorization or basic(known.email, known.password))
    end

    local function use(keys)
      return call:v1(ann, nil, { accessKey = keys.accessKey, secretKey = keys.secretKey })
    end

    local function code(body) return body.fail[1].errors[1].code end

    it("are made by a login: keys that sign for twelve hours, as in the sample", function()
      local response, body = log_in()
      assert.equal(200, response.status)
      assert.truthy(response.body:find('^{"meta":{"status":200},"data":%[{"accessKey":"%w+","secretKey":"[%w+/]+=*",'
        .. '"username":"ann@example.com","bindingType":"one_step","duration":43200000,"extendOnValidate":false}%],'
        .. '"fail":%[%]}$'), response.body)
      assert.equal(200, use(body.data[1]).status)
      assert.not_equal(body.data[1].accessKey, select(2, log_in()).data[1].accessKey)
      assert.equal(200, use(tenant.credentials.v1).status)
      tenant:advance(43200)
      assert.equal(418, use(body.data[1]).status)
      assert.equal(200, use(tenant.credentials.v1).status)
    end)

    it("accept the user's name under each name that clients send", function()
      for _, name in ipairs { "userName", "username", "UserName" } do
        assert.equal(200, log_in({ [name] = "Ann@Example.com" }).status, name)
      end
      assert.equal("err_validation_null", code(select(2, log_in { user = known.email })))
      assert.equal("err_xdk_operation_forbidden_for_address", code(select(2, log_in { userName = "bob@example.com" })))
    end)

    it("are denied for a wrong password, user, type or application, and without credentials", function()
      for _, wrong in ipairs { basic(known.email, "wrong"), basic("nobody@example.com", known.password),
        basic(known.email, ""), basic("bob@example.com", known.password) } do
        local response, body = log_in(nil, wrong)
        assert.equal(401, response.status)
        assert.equal("err_xdk_login_failed", code(body))
        assert.same({ username = core.base64_decode(wrong:match "%S+$"):match "^[^:]+" }, body.fail[1].key)
      end
      local response, body = log_in(nil, basic(known.email, known.password, "Basic-AD"))
      assert.equal(401, response.status)
      assert.equal("0001 Authentication type not supported for the user", body.fail[1].errors[1].message)
      for _, wrong in ipairs { "Basic-Cloud", "Basic-Cloud !!!!", "Basic-Cloud YW5u" } do
        response = log_in(nil, wrong)
        assert.equal(400, response.status, wrong)
      end
      assert.equal(400, ask("/api/login/login", { userName = known.email }).status)
      response, body = ask("/api/login/login", { userName = known.email }, basic(known.email, known.password), "other")
      assert.same({ 200, "err_developer_key" }, { response.status, code(body) })
    end)

    it("use the password that was set", function()
      call:v1('{"data":[{"emailAddress":"bob@example.com","password":"Bob\'s new one"}]}')
      assert.equal(200, log_in({ userName = "bob@example.com" }, basic("bob@example.com", "Bob's new one")).status)
      call:v1('{"data":[{"emailAddress":"ann@example.com","password":"another"}]}')
      assert.equal(401, log_in().status)
      assert.equal(200, log_in(nil, basic(known.email, "another")).status)
      call:v1('{"data":[{"emailAddress":"ann@example.com","accountDisabled":true}]}')
      assert.equal(401, log_in(nil, basic(known.email, "another")).status)
    end)

    it("are renewed by a login with the access key: both keys stay the same", function()
      local v1 = tenant.credentials.v1
      tenant:expire_binding()
      assert.equal(418, use(v1).status)
      local _, body = log_in { userName = known.email, accessKey = v1.accessKey }
      assert.same({ v1.accessKey, v1.secretKey }, { body.data[1].accessKey, body.data[1].secretKey })
      assert.equal(200, use(v1).status)
      assert.equal("err_validation_invalid_access_key",
        code(select(2, log_in { userName = known.email, accessKey = "another" })))
      call:v1('{"data":[{"emailAddress":"bob@example.com","password":"bob"}]}')
      assert.equal("err_validation_invalid_access_key", code(select(2,
        log_in({ userName = "bob@example.com", accessKey = v1.accessKey }, basic("bob@example.com", "bob")))))
    end)

    it("end with a logout: the key is unknown afterwards", function()
      local _, body = log_in()
      local keys = body.data[1]
      local function log_out(key)
        return call:v1(json.encode { data = { { accessKey = key } } }, "/api/login/logout",
          { accessKey = keys.accessKey, secretKey = keys.secretKey })
      end
      assert.equal("err_validation_invalid_access_key", code(json.decode(log_out("another").body)))
      assert.equal('{"meta":{"status":200},"data":[],"fail":[]}', log_out(keys.accessKey).body)
      local response = use(keys)
      assert.equal(401, response.status)
      assert.equal("err_xdk_invalid_signature", code(json.decode(response.body)))
      assert.equal(401, log_out(keys.accessKey).status)
      assert.equal(200, use(tenant.credentials.v1).status)
    end)

    it("end with a logout whose key comes in a form, as published clients send it", function()
      for _, body in ipairs { "accessKey=%s", "x=%%41&accessKey=%s", '{"data":[{"accessKey":"%s"}]}' } do
        local keys = select(2, log_in()).data[1]
        local response = call:v1(body:format(keys.accessKey), "/api/login/logout", { accessKey = keys.accessKey,
          secretKey = keys.secretKey, type = "application/x-www-form-urlencoded" })
        assert.equal('{"meta":{"status":200},"data":[],"fail":[]}', response.body)
        assert.equal(401, use(keys).status)
      end
      assert.equal(400, call:v1("accessKey=x", "/api/login/logout").status)
    end)

    it("are made at the gateway of an address", function()
      local _, body = ask("/api/login/discover-authentication", { emailAddress = "Bob@example.com" })
      local found = body.data[1]
      assert.same({ "Basic-Cloud" }, found.authenticate)
      assert.same({ api = tenant.urls.v1 }, found.region)
      assert.equal("Bob@example.com", found.emailAddress)
      assert.equal(28, #found.emailToken)
      assert.equal("err_xdk_operation_forbidden_for_address",
        code(select(2, ask("/api/login/discover-authentication", { emailAddress = "bob@elsewhere.example" }))))
    end)

    it("exist under API 1.0 only", function()
      assert.equal(403, call:v2("{}", "/api/login/login").status)
      assert.equal(403, call:v2("{}", "/api/login/logout").status)
    end)
  end)
end
