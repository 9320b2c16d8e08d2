local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox_backends = require "spec.support.http.sandbox_backends"

local read = bare_client.read
local groups, users = "/directory/cloud-gateway/v1/groups", "/user/cloud-gateway/v1/users"
local domains = "/domain/cloud-gateway/v1/"

for _, front in ipairs(sandbox_backends) do
  describe("sandbox REST resources " .. front.name, function()
    local tenant, call

    setup(function() tenant, call = front.start() end)
    teardown(function() tenant:stop() end)

    before_each(function()
      tenant:reset()
      call.token = nil
    end)

    local function get(path) return call:v2("", path, { method = "GET" }) end
    local function send(path, body, method) return call:v2(json.encode(body), path, { method = method }) end

    it("return the caller and the roles", function()
      assert.equal("CUSA00A000", read(get "/identity/whoami")["account-codes"].cg)
      assert.equal("Super Administrator", read(get "/role/cloud-gateway/v1/roles").roles[1].roleName)
    end)

    it("list users in pages of 25, 100 at most", function()
      tenant:add_users(120)
      local first = read(get(users))
      assert.equal(25, #first.users)
      assert.equal(127, first.meta.pagination.totalCount)
      local seen, token = {}, nil
      repeat
        local body = read(get(users .. "?pageSize=100" .. (token and "&pageToken=" .. token or "")))
        for _, user in ipairs(body.users) do seen[#seen + 1] = user.emailAddress end
        token = body.meta.pagination.next
      until not token
      assert.equal(127, #seen)
      for _, size in ipairs{ "101", "0", "-1", "1.5", "many" } do
        local response = get(users .. "?pageSize=" .. size)
        assert.equal(400, response.status)
        assert.equal("pageSize", read(response).errors[1].field)
      end
    end)

    it("reject a page token of another list", function()
      local token = read(get(users .. "?pageSize=1")).meta.pagination.next
      assert.equal(200, get(users .. "?pageToken=" .. token .. "&pageSize=1").status)
      assert.equal(400, get(groups .. "?pageSize=1&pageToken=" .. token).status)
      assert.equal(400, get(users .. "?domain=example.com&pageToken=" .. token).status)
    end)

    it("create a user, with 409 for an existing user", function()
      local response = send(users, { emailAddress = "dave@example.com", name = "Dave" })
      assert.equal(200, response.status)
      assert.truthy(read(response).id:find("^eNo"))
      assert.equal("Dave", tenant:user("dave@example.com").name)
      response = send(users, { emailAddress = "dave@example.com" })
      assert.equal(409, response.status)
      assert.equal("err_user_already_exists", read(response).errors[1].code)
      assert.equal(403, send(users, { emailAddress = "dave@example.edu" }).status)
      assert.equal(400, send(users, { name = "Dave" }).status)
      assert.equal(1, tenant:applied("dave@example.com"))
    end)

    it("create and show a group with the family's field names", function()
      local made = read(send(groups, { description = "Contractors", parentId = tenant:group("Finance").id }))
      local group = read(get(groups .. "/" .. made.id))
      assert.equal("Contractors", group.description)
      assert.equal(0, group.groupCount)
      assert.is_nil(group.folderCount)
      assert.equal(made.id, read(get(groups .. "?query=contra")).groups[1].id)
      assert.equal("Domain Users", read(get(groups .. "?source=ldap")).groups[1].description)
      assert.equal(400, get(groups .. "?source=clown").status)
    end)

    it("add and remove members, with a result for each", function()
      local path = groups .. "/" .. tenant:group("Finance").id
      local response = send(path .. "/members", { groupMembers = {
        { emailAddress = "carol@example.com", note = "new" }, { emailAddress = "ann@example.com" }, { domain = "a" },
      } })
      local results = read(response).results
      assert.equal(200, response.status)
      assert.is_true(results[1].success)
      assert.is_false(results[2].success)
      assert.equal("err_folder_group_member_already_exists", results[2].code)
      assert.is_false(results[3].success)
      local members = read(get(path .. "/members")).groupMembers
      assert.equal("new", members[4].note)
      assert.same({ "example.org", "example.org" }, { members[3].emailAddress, members[3].domain })
      results = read(send(path .. "/remove-members", { groupMembers = { { domain = "example.org" } } })).results
      assert.is_true(results[1].success)
      assert.equal(3, tenant:group("Finance").userCount)
      assert.equal(1, tenant:applied(tenant:group("Finance").id, "carol@example.com"))
    end)

    it("return 400 without a body for a truncated id, 404 for a deleted object", function()
      local id = read(send(groups, { description = "Gone" })).id
      call:v2('{"data":[{"id":"' .. id .. '"}]}', "/api/directory/delete-group")
      assert.equal(404, get(groups .. "/" .. id).status)
      local response = get(groups .. "/" .. id:sub(1, 50) .. "/members")
      assert.equal(400, response.status)
      assert.equal("", response.body)
    end)

    it("list, change and verify domains", function()
      local list = read(get(domains .. "internal-domains")).domains
      assert.equal("example.com", list[1].domain)
      send(domains .. "internal-domains/" .. list[1].id, { inboundType = "any" }, "PATCH")
      assert.equal("any", tenant:domain("example.com").inboundType)
      assert.equal("any", read(get(domains .. "internal-domains/" .. list[1].id)).inboundType)
      local external = read(get(domains .. "external-domains")).domains
      assert.same({ 1, "example.net" }, { #external, external[1].domain })
      assert.same(external[1], read(get(domains .. "external-domains/" .. external[1].id)))
      assert.equal(404, get(domains .. "internal-domains/" .. external[1].id).status)
      assert.equal(404, get(domains .. "external-domains/" .. list[1].id).status)
      assert.truthy(read(get(domains .. "pending-domains")).domains[1].expiryDateTime)
    end)

    it("register a pending domain, read it and delete it", function()
      local path = domains .. "pending-domains"
      local made = read(send(path, { domain = "new.example.edu", inboundType = "any" }))
      assert.same({ "new.example.edu", "any" }, { made.domain, made.inboundType })
      assert.is_true(tenant:domain("new.example.edu").pending)
      assert.equal(409, send(path, { domain = "new.example.edu" }).status)
      assert.equal(400, send(path, { name = "new.example.edu" }).status)
      assert.same(made, read(get(path .. "/" .. made.id)))
      local response = call:v2(nil, path .. "/" .. made.id, { method = "DELETE" })
      assert.same({ 204, "" }, { response.status, response.body })
      assert.is_nil(tenant:domain "new.example.edu")
      assert.equal(404, get(path .. "/" .. made.id).status)
      assert.equal(400, get(path .. "/" .. made.id:sub(1, 50)).status)
    end)

    it("verify domains by name, with a result for each", function()
      local both = { domains = { "pending.example.net", "example.edu" } }
      local results = read(send(domains .. "pending-domains/generate-token", both)).results
      assert.equal(tenant:domain("pending.example.net").token, results[1].token)
      assert.equal("extended", results[1].status)
      assert.same({ domain = "example.edu", status = "failed" }, results[2])
      for _, status in ipairs{ "verified", "failed" } do
        assert.equal(status, read(send(domains .. "pending-domains/verify", both)).results[1].status)
      end
      assert.is_false(tenant:domain("pending.example.net").pending)
      assert.equal("mx_ok", read(send(domains .. "internal-domains/verify", both)).results[1].status)
      assert.equal(400, send(domains .. "internal-domains/verify", { domain = "example.com" }).status)
    end)

    it("look up DNS records of a domain", function()
      local path = domains .. "internal-domains/" .. tenant:domain("example.com").id .. "/dns-records/"
      assert.equal(10, read(get(path .. "mx")).records[1].priority)
      assert.equal(0, #read(get(path .. "txt")).records)
      assert.equal(400, get(path .. "loc").status)
    end)

    it("exist under API 2.0 only, with their methods", function()
      assert.equal(404, call:v1("{}", groups).status)
      assert.equal("app_forbidden", read(call:v2("{}", "/identity/whoami")).fail[1].code)
      assert.equal("app_forbidden", read(get "/api/directory/find-groups").fail[1].code)
      assert.equal("app_forbidden", read(get(groups .. "/a/b/c")).fail[1].code)
      assert.equal(400, call:v2("{", groups).status)
    end)
  end)
end
