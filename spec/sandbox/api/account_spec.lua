local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read

describe("sandbox account", function()
  it("is returned in the recorded order, also for an empty body, with the number of users", function()
    local tenant = sandbox.new()
    local call = bare_client.new(tenant)
    local response = call:v2("", "/api/account/get-account")
    assert.equal('{"meta":{"status":200},"data":[{"region":"us","archive":false,"gateway":true,"passphrase":"",'
      .. '"supportCode":"311C","maxRetention":30,"maxRetentionConfirmed":true,"minRetentionEnabled":false,'
      .. '"automatedSegmentPurge":true,"type":"full","policyInheritance":false,"databaseCode":"usterm9",'
      .. '"searchReason":false,"contentAdministratorDefaultView":"Metadata","adminSessionTimeout":60,"exportApi":false,'
      .. '"exgestAllowQuery":false,"exgestAllowExtraction":false,"expressAccount":false,"cybergraphV2Enabled":false,'
      .. '"accountCode":"CUSA00A000","accountName":"Sandbox","adminEmail":"",'
      .. '"contactEmail":"ann@example.com","domain":"","userCount":7,"mimecastId":"01-0035-00403",'
      .. '"contactName":"Ann Example","telephone":"000","packages":["Mimecast Platform [1033]",'
      .. '"Secure Email Gateway (Site) [1039]","URL Protection (Site) [1043]","Awareness Training [1078]"]}],'
      .. '"fail":[]}', response.body)
    tenant:add_users(1000)
    assert.equal(1007, read(call:v1('{"data":[]}', "/api/account/get-account")).data[1].userCount)
  end)

  it("has support, notifications and packages", function()
    local call = bare_client.new(sandbox.new())
    assert.equal("US", read(call:v2('{"data":[]}', "/api/account/get-support-info")).data[1].hostingJurisdiction)
    assert.equal("GOOD",
      read(call:v2('{"data":[]}', "/api/account/get-dashboard-notifications")).data[1].notifications.warningLevel)
    assert.equal("1033", read(call:v2('{"data":[]}', "/api/provisioning/get-packages")).data[1].products.id)
  end)
end)

describe("sandbox permissions", function()
  local tenant = sandbox.new{ rateLimit = false, permissions = {
    "Directories | Internal | Edit", "Directories | Groups | Read", "Directories | Groups | Edit" } }
  local call = bare_client.new(tenant)
  local ann = '{"data":[{"emailAddress":"ann@example.com","allowPop":true}]}'

  it("allow granted functions, and deny others with 403 before any change", function()
    assert.equal(200, call:v2(ann).status)
    local response = call:v2('{"data":[]}', "/api/user/get-internal-users")
    assert.equal(403, response.status)
    assert.equal("err_xdk_forbidden", read(response).fail[1].errors[1].code)
    assert.equal(403, call:v2('{"data":[]}', "/api/directory/execute-sync").status)
    assert.equal(1, #tenant:audit())
  end)

  it("differ between the generations like those of the service", function()
    local item = '{"data":[' .. json.encode{ id = tenant:group("Finance").id } .. "]}"
    assert.equal(200, call:v1(item, "/api/directory/get-group-members").status)
    assert.equal(403, call:v2(item, "/api/directory/get-group-members").status)
  end)

  it("are not required for some functions, and cover REST resources with their error form", function()
    assert.equal(200, call:v2("", "/api/user/get-most-used-contacts").status)
    assert.equal(200, call:v2("", "/identity/whoami", { method = "GET" }).status)
    assert.equal(200, call:v2("", "/directory/cloud-gateway/v1/groups", { method = "GET" }).status)
    local response = call:v2("", "/user/cloud-gateway/v1/users", { method = "GET" })
    assert.equal(403, response.status)
    assert.equal("err_xdk_forbidden", read(response).errors[1].code)
  end)

  it("return 404 for users and groups without user management, under API 2.0 only", function()
    call = bare_client.new(sandbox.new{ userManagement = false })
    assert.equal(404, call:v2('{"data":[]}', "/api/directory/find-groups").status)
    assert.equal(404, call:v2("", "/user/cloud-gateway/v1/users", { method = "GET" }).status)
    assert.equal(200, call:v2('{"data":[]}', "/api/account/get-account").status)
    assert.equal(200, call:v1('{"data":[]}', "/api/directory/find-groups").status)
  end)
end)
