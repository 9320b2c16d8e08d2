-- update_user: the exact bytes of its requests, and the results of its responses.
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local fixtures = require "spec.support.data.fixtures"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local server = require "spec.support.http.server"

local path = "/api/user/update-user"
local ok_response = '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'

-- Tue, 24 Nov 2015 12:50:11 UTC, with the keys of the published test vector for the signature.
local fixed = {
  clock = function() return 1448369411 end,
  uuid = function() return "8578FCFC-A305-4D9A-99CB-F4D5ECEFE297" end,
}
local keys = {
  ["1.0"] = {
    appId = "vector-app-id", appKey = "11111111-2222-3333-4444-555555555555", accessKey = "VectorAccessKey",
    secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
  },
  ["2.0"] = { clientId = "vector-id", clientSecret = "vector/secret" },
}

local function vector_client(generation, url, transport)
  local options = { baseUrl = url, transport = transport }
  for _, from in ipairs { fixed, keys[generation] } do
    for name, value in pairs(from) do options[name] = value end
  end
  return assert(mimecast.new(options))
end

local function wire_client(generation)
  local wire = recording.new(nil, function(request)
    if request.url:find("/oauth/token", 1, true) then
      return recording.json '{"access_token":"VectorTokenAbCdEfGhIjKlMnOpQ","expires_in":1799}'
    end
    return recording.json(ok_response)
  end)
  return vector_client(generation, "https://gateway.example.com", wire), wire
end

describe("the body of update_user", function()
  for _, vector in ipairs(fixtures.load "update_user/bodies") do
    it("is byte-exact: " .. vector.name, function()
      for _, generation in ipairs { "1.0", "2.0" } do
        local client, wire = wire_client(generation)
        client:update_user(vector.input)
        assert.equal('{"data":[' .. vector.item .. "]}", wire:to(path)[1].body)
      end
    end)
  end

  it("contains at most five users; a second request contains the rest", function()
    for _, generation in ipairs { "1.0", "2.0" } do
      local client, tenant, wire = clients.new(generation)
      tenant:add_users(7)
      local inputs, items = {}, {}
      for i = 1, 7 do
        inputs[i] = { email = ("user%06d@example.com"):format(i), accountDisabled = i % 2 == 0 }
        items[i] = ('{"emailAddress":"user%06d@example.com","accountDisabled":%s}'):format(i, tostring(i % 2 == 0))
      end
      assert.is_nil(next(select(2, client:update_users(inputs))))
      local sent = wire:to(path)
      assert.equal(2, #sent)
      assert.equal('{"data":[' .. table.concat(items, ",", 1, 5) .. "]}", sent[1].body)
      assert.equal('{"data":[' .. table.concat(items, ",", 6, 7) .. "]}", sent[2].body)
    end
  end)
end)

describe("the headers of update_user", function()
  local common = { "Content-Type", "application/json", "Accept", "application/json", "User-Agent",
    "lua-mimecast/" .. core.version }

  it("follow the documented order under API 1.0", function()
    local client, wire = wire_client "1.0"
    assert(client:update_user { email = "ann@example.com" })
    local expected = {}
    for i, text in ipairs(common) do expected[i] = text end
    for _, text in ipairs { "Authorization", "MC VectorAccessKey:N3/NgpIidKqoHLTZEaTBNJrh3LE=", "x-mc-app-id",
      "vector-app-id", "x-mc-date", "Tue, 24 Nov 2015 12:50:11 UTC", "x-mc-req-id",
      "8578FCFC-A305-4D9A-99CB-F4D5ECEFE297" } do
      expected[#expected + 1] = text
    end
    assert.same(expected, wire.sent[1].flat)
    assert.equal(1, #wire.sent)
  end)

  it("contain the token and no signature under API 2.0", function()
    local client, wire = wire_client "2.0"
    assert(client:update_user { email = "ann@example.com" })
    local expected = {}
    for i, text in ipairs(common) do expected[i] = text end
    expected[#expected + 1] = "Authorization"
    expected[#expected + 1] = "Bearer VectorTokenAbCdEfGhIjKlMnOpQ"
    assert.same(expected, wire.sent[2].flat)
  end)

  it("keep secrets as userdata until they are sent", function()
    for _, generation in ipairs { "1.0", "2.0" } do
      local seen = {}
      local client = vector_client(generation, "https://gateway.example.com", { send = function(_, request)
        seen[#seen + 1] = request
        if request.url:find("/oauth/token", 1, true) then return recording.json '{"access_token":"abc"}' end
        return recording.json(ok_response)
      end })
      assert(client:update_user { email = "ann@example.com" })
      for i = 1, #seen do
        local names = {}
        for n = 1, #seen[i].headers, 2 do
          names[seen[i].headers[n]:lower()] = seen[i].headers[n + 1]
        end
        if names.authorization then assert.is_true(core.secret.is(names.authorization)) end
        if seen[i].url:find("/oauth/token", 1, true) then assert.is_true(core.secret.is(seen[i].body)) end
      end
    end
  end)
end)

local function read_http(name, port)
  local file = assert(io.open("spec/vectors/update_user/" .. name .. ".http", "rb"))
  local text = file:read("*a"):gsub("PORT", tostring(port)):gsub("VERSION", (core.version:gsub("%%", "%%%%")))
  file:close()
  local head, body = text:match("^(.-)\n\n(.*)$")
  return head:gsub("\n", "\r\n") .. "\r\n\r\n" .. body
end

describe("the bytes on a socket", function()
  for generation, names in pairs { ["1.0"] = { "api1" }, ["2.0"] = { "token", "api2" } } do
    it("are byte-exact under API " .. generation, function()
      local tenant = server.start(function(connection, request)
        connection:respond(200, request.path == "/oauth/token"
          and '{"access_token":"VectorTokenAbCdEfGhIjKlMnOpQ","expires_in":1799}' or ok_response)
      end)
      local client = vector_client(generation, tenant.url, libcurl_loop.transport { tenant })
      assert.equal("ann@example.com", assert(client:update_user { email = "ann@example.com",
        accountDisabled = true }).email)
      local expected = {}
      for i, name in ipairs(names) do expected[i] = read_http(name, tenant.port) end
      local sent = {}
      for i, request in ipairs(tenant.requests) do sent[i] = request.raw end
      assert.same(expected, sent)
      assert.equal(1, #tenant.connections)
      tenant:close()
    end)
  end
end)

-- Copies tables without their metatables; json.null inside an array stays.
local function without_null(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, inner in pairs(value) do copy[name] = without_null(inner) end
  return copy
end

describe("the response of update_user", function()
  for _, vector in ipairs(fixtures.load "update_user/responses") do
    for _, generation in ipairs(vector.generation and { vector.generation } or { "1.0", "2.0" }) do
      it(("under API %s: %s"):format(generation, vector.name), function()
        local client, _, wire = clients.new(generation, { respond = recording.with_token(function()
          return recording.json(vector.body, vector.status and math.floor(vector.status), vector.headers)
        end) })
        local results, failures = client:update_users(vector.inputs or { { email = "ann@example.com" } })
        assert.equal(#vector.users, #results)
        for i, user in ipairs(vector.users) do
          if user then
            assert.is_nil(failures[i], tostring(failures[i]))
            assert.same(without_null(user), results[i])
          else
            assert.is_false(results[i])
            assert.is_true(errors.is(failures[i]))
            for name, value in pairs(vector.failures[tostring(i)] or {}) do
              if name == "message" then
                assert.truthy(failures[i].message:find(value, 1, true), failures[i].message)
              else
                assert.equal(value, failures[i][name], name)
              end
            end
          end
        end
        assert.equal(vector.requests or 1, #wire:to(path))
      end)
    end
  end

  it("returns whole numbers as integers", function()
    local client = clients.new("2.0", { respond = recording.with_token(function()
      return recording.json '{"data":[{"emailAddress":"ann@example.com","level":3,"part":1.5}]}'
    end) })
    local user = client:update_user { email = "ann@example.com" }
    assert.equal("3 1.5", tostring(user.level) .. " " .. tostring(user.part))
  end)
end)
