-- Responses with another address than the request: the read that resolves them uses a new connection, inside nginx over both
-- transports, and outside over libcurl.
local mimecast = require "mimecast"
local openresty = require "tools.openresty"

-- The gateway returns the primary address for an alias, and another user's record for the first change of a stray address. It
-- records the connection of each request.
local far_side = [[
  lua_shared_dict seen 1m;
]]

local far_locations = [[
  location = /oauth/token { return 200 '{"access_token":"abcdefghijklmnopqrstuvwxyz","expires_in":1799}'; }
  location = /log { content_by_lua_block { ngx.print(ngx.shared.seen:get(ngx.var.arg_of) or "") } }
  location / {
    content_by_lua_block {
      ngx.req.read_body()
      local body = ngx.req.get_body_data()
      local key = body:match '"emailAddress":"([^"]*)"'
      local changes = body:find("accountDisabled", 1, true) ~= nil
      local seen = ngx.shared.seen
      seen:set(key, (seen:get(key) or "") .. (changes and "change " or "read ") .. ngx.var.connection .. ";")
      if key:find("misdirected", 1, true) and seen:incr("421 " .. key, 1, 0) == 1 then return ngx.exit(421) end
      if key:find("alias", 1, true) then key = "primary@example.com" end
      if key:find("stray", 1, true) and changes then key = "eve@example.com" end
      ngx.print('{"meta":{"status":200},"data":[{"emailAddress":"', key, '","accountDisabled":true}],"fail":[]}')
    }
  }
]]

local near_side = [[
  lua_socket_log_errors off;
  init_by_lua_block {
    mimecast = require "mimecast"
    client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR", transport = "$NAME", timeout = 5 })
  }
]]

local near_locations = [[
  location = /call {
    content_by_lua_block {
      local user, _, err = client:update_user { email = ngx.unescape_uri(ngx.var.arg_email), accountDisabled = true }
      ngx.print(user and user.email .. " " .. tostring(user.resolvedFrom) or err.code .. " " .. tostring(err.outcome))
    }
  }
]]

-- Returns the requests for an address ("change", "read"), and whether all were on different connections.
local function seen_by(far, address)
  local kinds, connections, differ = {}, {}, true
  for kind, connection in (far:read("/log?of=" .. address)):gmatch "(%l+) (%d+);" do
    kinds[#kinds + 1] = kind
    differ = differ and not connections[connection]
    connections[connection] = true
  end
  return table.concat(kinds, " "), differ
end

local function describe_calls(title, start)
  describe(title .. ", a call", function()
    local far, update, stop

    setup(function()
      far = openresty.start { http = far_side, server = far_locations }
      update, stop = start(far)
    end)
    teardown(function()
      if stop then stop() end
      if far then far:stop() end
    end)

    it("keeps its connection if the response has its address", function()
      for _ = 1, 3 do assert.equal("ann@example.com nil", update "ann@example.com") end
      local kinds, differ = seen_by(far, "ann@example.com")
      assert.equal("change change change", kinds)
      assert.is_false(differ)
    end)

    it("for an alias is resolved by a read on a new connection", function()
      assert.equal("primary@example.com alias@example.com", update "alias@example.com")
      assert.same({ "change read", true }, { seen_by(far, "alias@example.com") })
    end)

    it("with another user's record in the response has an unknown outcome, after a read on a new connection", function()
      assert.equal("foreign_response unknown", update "stray@example.com")
      assert.same({ "change read", true }, { seen_by(far, "stray@example.com") })
    end)

    it("with status 421 is retried on a new connection", function()
      assert.equal("misdirected@example.com nil", update "misdirected@example.com")
      assert.same({ "change change", true }, { seen_by(far, "misdirected@example.com") })
    end)
  end)
end

openresty.each_transport(function(name, resty)
  describe_calls("over " .. name .. " inside nginx", function(far)
    local host = openresty.start { resty = resty, http = near_side:gsub("%$FAR", far.url):gsub("%$NAME", name),
      server = near_locations }
    return function(email) return host:read("/call?email=" .. email) end, function() host:stop() end
  end)
end, pending, "responses with another address over resty inside nginx")

describe_calls("over libcurl", function(far)
  local client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = far.url, transport = "curl", timeout = 5 })
  return function(email)
    local user, _, err = client:update_user { email = email, accountDisabled = true }
    return user and user.email .. " " .. tostring(user.resolvedFrom) or err.code .. " " .. tostring(err.outcome)
  end, function() client:close() end
end)
