-- Bug 11 of other clients: they log the error body of the token endpoint, which echoes the credentials, and payloads with
-- passwords.
local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local faults = require "mimecast.sandbox.wire.faults"
local recording = require "spec.support.fakes.recording"

local planted = {
  password = "Planted-Pass<word>'1", clientSecret = "PlantedClientSecret", appKey = "PlantedAppKey",
  accessKey = "PlantedAccessKey", secretKey = "UGxhbnRlZFNlY3JldEtleQ==",
}
local keys = {
  v1 = { appId = "app", appKey = planted.appKey, accessKey = planted.accessKey, secretKey = planted.secretKey },
  v2 = { clientId = "client", clientSecret = planted.clientSecret },
}
local proxy = "http://user:PlantedProxyPassword@127.0.0.1:3128"

-- All texts that must not appear: the planted secrets, their encoded forms, and each request's token or signature.
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
  assert_no_secret(shown, forbidden(wire))
  assert_no_secret(client, forbidden(wire), { transport = true, inner = true })
end

local kinds = {}
for kind in pairs(faults.kinds) do kinds[#kinds + 1] = kind end
table.sort(kinds)

describe("bug 11: secrets", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    for _, kind in ipairs(kinds) do
      it(("do not appear in errors and logs under API %s, fault %s"):format(generation, kind), function()
        for _, more in ipairs { {}, { afterApply = true }, { path = "*" }, { path = "/oauth/token" } } do
          local fault = { kind = kind, times = 9 }
          for name, value in pairs(more) do fault[name] = value end
          if kind == "huge" then fault.bytes = 100000 end
          nothing_shows(run(generation, fault))
        end
      end)
    end
  end

  it("do not appear if the token endpoint echoes wrong credentials", function()
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

  it("do not appear if the service repeats the item in fail[].key", function()
    local shown, client, wire = run("2.0")
    assert.equal("err_user_account_locked", shown.err.serviceCode)
    assert.truthy(shown.failures[3])
    nothing_shows(shown, client, wire)
  end)

  -- Responses that repeat the request: its body, or its headers and body.
  local echoes = {
    { "as text", 200, function(request) return "You sent " .. request.body end },
    { "as HTML", 502, function(request) return "<html><pre>" .. request.body .. "</pre>" end },
    { "with an error status", 400, function(request) return request.body end },
    { "in JSON of the wrong shape", 200, function(request) return '{"data":"x","echo":' .. request.body .. "}" end },
    { "truncated", 200, function(request) return '{"data":' .. request.body:sub(1, 70) end },
    { "in a message", 200, function()
      return '{"fail":[{"errors":[{"code":"Planted-Pass<word>\'1",'
        .. '"message":"Planted-Pass\\u003cword\\u003e\\u00271 is weak","field":"Planted-Pass<word>\'1"}]}]}'
    end },
    { "in a flat failure", 403, function()
      return '{"fail":[{"code":"x","message":"Planted-Pass<word>\'1"}]}'
    end },
    { "with the headers", 400, function(request) return table.concat(request.flat, " ") .. request.body end },
    { "with the headers, as HTML", 503, function(request) return "<p>" .. table.concat(request.flat, "<br>") end },
  }
  for _, generation in ipairs { "1.0", "2.0" } do
    for _, echo in ipairs(echoes) do
      it(("do not appear under API %s if the response repeats them %s"):format(generation, echo[1]), function()
        local shown, client, wire = run(generation, nil, { respond = function(request)
          if request.url:find("/oauth/token", 1, true) then return nil end
          return recording.json(echo[3](request), echo[2])
        end })
        assert.truthy(shown.err)
        nothing_shows(shown, client, wire)
      end)
    end
  end
end)

-- ---- texts of the service ----

local utf8_char = "[\1-\127\194-\244][\128-\191]*"

-- All texts within a value: its fields, their names, and its tostring.
local function texts(value, list, seen)
  if type(value) == "string" then list[#list + 1] = value end
  if type(value) ~= "table" or seen[value] then return list end
  seen[value], list[#list + 1] = true, tostring(value)
  for name, item in pairs(value) do
    texts(name, list, seen)
    texts(item, list, seen)
  end
  return list
end

local function is_fit(text)
  local rest = text:gsub(utf8_char, function(char)
    if #char == 1 and not char:find "[%c]" or #char > 1 then return "" end
  end)
  return (rest == "" or rest:find "^\n+$") and #text < 2000
end

-- Makes calls whose responses all have a hostile id, code, message and field; returns the errors, hook events and log lines.
local function hostile(generation, respond_with)
  local shown = { events = {} }
  local function hook(event) shown.events[#shown.events + 1] = event end
  local client, _, wire = clients.new(generation, {
    tenant = { credentials = keys }, log = hook, onRequest = hook, onResponse = hook, onRetry = hook, onWait = hook,
    respond = function(request)
      local echo = table.concat(request.flat, " ") .. tostring(request.body) .. "\155\27[31m\n" .. ("x"):rep(5000)
      return respond_with(echo, request.url:find("/oauth/token", 1, true) ~= nil)
    end,
  })
  local _, failures = client:update_users { { email = "ann@example.com", password = planted.password } }
  local _, message, err = client:update_user { email = "ann@example.com", password = planted.password }
  shown.failures, shown.message, shown.err = failures, message, err
  return shown, client, wire
end

local function quoted(text)
  return (require("mimecast.json").encode(text))
end

describe("texts of the service", function()
  local good_token = '{"access_token":"PlantedTokenPlantedToken","token_type":"Bearer","expires_in":1799}'
  local bodies = {
    { "in a failure", 200, function(echo)
      return ('{"fail":[{"errors":[{"code":%s,"message":%s,"field":%s}]}]}'):format(quoted(echo), quoted(echo), quoted(echo))
    end },
    { "in a flat failure", 403, function(echo) return ('{"fail":[{"code":%s,"message":%s}]}'):format(quoted(echo),
      quoted(echo)) end },
    { "in a body that is not JSON", 500, function(echo) return echo end },
    { "in HTML", 503, function(echo) return "<p>" .. echo end },
    { "in a body without a result", 200, function() return "{}" end },
    { "in a redirect", 302, function() return "" end },
    { "with an expired binding", 418, function() return "{}" end },
    { "with a rate limit", 429, function() return "" end },
    { "with a result of the wrong shape", 200, function() return '{"data":[{"accountDisabled":"perhaps"}]}' end },
  }
  for _, generation in ipairs { "1.0", "2.0" } do
    for _, case in ipairs(bodies) do
      for _, of_token in ipairs(generation == "2.0" and { false, true } or { false }) do
        it(("and the request id contain no secret and no control characters: API %s, %s%s"):format(generation, case[1],
          of_token and " of the token endpoint" or ""), function()
          local shown, client, wire = hostile(generation, function(echo, is_token)
            if is_token and not of_token then return recording.json(good_token) end
            return recording.json(case[3](echo), case[2], { ["x-request-id"] = echo, location = echo, date = echo,
              ["retry-after"] = echo, ["x-ratelimit-reset"] = echo })
          end)
          assert.truthy(shown.err.requestId)
          assert.truthy(of_token or #shown.err.requestId > 100, shown.err.requestId)
          nothing_shows(shown, client, wire)
          for _, text in ipairs(texts(shown, {}, {})) do assert.is_true(is_fit(text), text) end
        end)
      end
    end
  end
end)
