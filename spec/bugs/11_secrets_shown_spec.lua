-- Bug 11 of other clients: the token endpoint's error body is logged (it echoes the credentials), and so are payloads
-- with passwords.
local clients = require "spec.support.clients"
local faults = require "mimecast.sandbox.faults"
local leaks = require "spec.support.leaks"
local recording = require "spec.support.recording"

local planted = {
  password = "Planted-Pass<word>'1", clientSecret = "PlantedClientSecret", appKey = "PlantedAppKey",
  accessKey = "PlantedAccessKey", secretKey = "UGxhbnRlZFNlY3JldEtleQ==",
}
local keys = {
  v1 = { appId = "app", appKey = planted.appKey, accessKey = planted.accessKey, secretKey = planted.secretKey },
  v2 = { clientId = "client", clientSecret = planted.clientSecret },
}
local proxy = "http://user:PlantedProxyPassword@127.0.0.1:3128"

-- All that must not show: what was planted, its forms on the wire, and what was made of it for each request.
local function forbidden(wire)
  local list = { "Planted", "UGxhbnRlZFNlY3JldEtleQ" }
  for _, request in ipairs(wire.sent) do
    local header = request.headers.authorization
    if header then list[#list + 1] = header:match("^Bearer (.+)$") or header:match(":(.+)$") end
  end
  return list
end

local function run(generation, fault, more)
  local lines = {}
  local options = { tenant = { credentials = keys, echoCredentials = true }, proxy = proxy,
    log = function(line) lines[#lines + 1] = line end }
  for name, value in pairs(more or {}) do options[name] = value end
  local client, tenant, wire = clients.new(generation, options)
  if fault then tenant:fault(fault) end
  local _, failures = client:update_users {
    { email = "ann@example.com", password = planted.password }, { email = "bob@example.com",
      password = planted.password },
    { email = "carol@example.com", password = planted.password },
  }
  local user, message, err = client:update_user { email = "carol@example.com", password = planted.password }
  return { failures = failures, user = user, message = message, err = err, lines = lines }, client, wire
end

local function nothing_shows(shown, client, wire)
  assert.is_nil(leaks.find(shown, forbidden(wire)))
  assert.is_nil(leaks.find(client, forbidden(wire), { transport = true, inner = true }))
end

local kinds = {}
for kind in pairs(faults.kinds) do kinds[#kinds + 1] = kind end
table.sort(kinds)

describe("bug 11: secrets", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    for _, kind in ipairs(kinds) do
      it(("do not show under API %s when it is %s"):format(generation, kind), function()
        for _, more in ipairs { {}, { afterApply = true }, { path = "*" }, { path = "/oauth/token" } } do
          local fault = { kind = kind, times = 9 }
          for name, value in pairs(more) do fault[name] = value end
          if kind == "huge" then fault.bytes = 100000 end
          nothing_shows(run(generation, fault))
        end
      end)
    end
  end

  it("do not show when the credentials are wrong, and the token endpoint echoes them", function()
    local shown, client, wire = run("2.0", nil, { clientSecret = "PlantedWrongSecret" })
    assert.equal("invalid_client", shown.err.code)
    assert.equal(401, shown.err.status)
    nothing_shows(shown, client, wire)
    for name, value in pairs { appKey = "PlantedWrong", accessKey = "PlantedWrong", secretKey = "UGxhbnRlZFdyb25n" } do
      shown, client, wire = run("1.0", nil, { [name] = value })
      assert.equal("invalid_signature", shown.err.code)
      nothing_shows(shown, client, wire)
    end
  end)

  it("do not show when the service repeats the item in fail[].key", function()
    local shown, client, wire = run("2.0")
    assert.equal("err_user_account_locked", shown.err.serviceCode)
    assert.truthy(shown.failures[3])
    nothing_shows(shown, client, wire)
  end)

  -- Whatever answers may repeat the request: its body, and its headers.
  local echoes = {
    { "as text", 200, function(request) return "You sent " .. request.body end },
    { "as HTML", 502, function(request) return "<html><pre>" .. request.body .. "</pre>" end },
    { "with a failing status", 400, function(request) return request.body end },
    { "in JSON of the wrong shape", 200, function(request) return '{"data":"x","echo":' .. request.body .. "}" end },
    { "truncated", 200, function(request) return '{"data":' .. request.body:sub(1, 70) end },
    { "in a message", 200, function()
      return '{"fail":[{"errors":[{"code":"Planted-Pass<word>\'1",'
        .. '"message":"Planted-Pass\\u003cword\\u003e\\u00271 is weak","field":"Planted-Pass<word>\'1"}]}]}'
    end },
    { "in a flat failure", 403, function()
      return '{"fail":[{"code":"x","message":"Planted-Pass<word>\'1"}]}'
    end },
    { "headers and all", 400, function(request) return table.concat(request.flat, " ") .. request.body end },
    { "headers and all, as HTML", 503, function(request) return "<p>" .. table.concat(request.flat, "<br>") end },
  }
  for _, generation in ipairs { "1.0", "2.0" } do
    for _, echo in ipairs(echoes) do
      it(("do not show under API %s when the answer repeats them %s"):format(generation, echo[1]), function()
        local shown, client, wire = run(generation, nil, { answer = function(request)
          if request.url:find("/oauth/token", 1, true) then return nil end
          return recording.json(echo[3](request), echo[2])
        end })
        assert.truthy(shown.err)
        nothing_shows(shown, client, wire)
      end)
    end
  end
end)
