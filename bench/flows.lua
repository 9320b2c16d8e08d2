--- The calls that `make bench-count` counts. A transport returns fixed responses, so that the figures are the same in each run.
local fixture = require "bench.fixture"
local json = require "mimecast.json"

local flows = {}

local function ignore() end

local function rows(count, make)
  local list = {}
  for i = 1, count do list[i] = make(i) end
  return list
end

local function envelope(data)
  return json.encode { meta = { status = 200 }, data = json.array(data), fail = json.array {} }
end

-- Returns the service's response to an update of the items of a request.
local function updated(body)
  local data = {}
  for i, item in ipairs(json.decode(body).data) do
    data[i] = json.decode(fixture.response).data[1]
    data[i].emailAddress = item.emailAddress
  end
  return envelope(data)
end

local folders = envelope { { source = "cloud", folders = json.array(rows(100, function(i)
  return { id = ("eNoVzkkOgjAU%04d"):format(i), description = "group " .. i, parentId = "eNoVzkkOgjAU", userCount = i,
    folderCount = 0 }
end)) } }

local domain = json.encode { id = "eNoVzkkOgjAU", domain = "example.com", isLocal = true, sendOnly = false,
  inboundType = "known" }

local hundred = rows(100, function(i) return { email = ("user%03d@example.com"):format(i), accountDisabled = true } end)

local raw = { path = "/api/user/update-user", data = { { emailAddress = "user@example.com", accountDisabled = true } } }

local hooks = { onRequest = ignore, onResponse = ignore, onRetry = ignore, onWait = ignore, log = ignore }

local function update_user(client) return client:update_user(fixture.input) end

--- Each flow: id; label; API; run(client); respond(body) or a fixed response; calls: how many to count, default 1000; options
-- of the client.
flows.list = {
  { id = "update_user-1.0", label = "update_user, API 1.0", api = "1.0", run = update_user, response = fixture.response },
  { id = "update_user-2.0", label = "update_user, API 2.0", api = "2.0", run = update_user, response = fixture.response },
  { id = "hooks", label = "update_user with hooks and log", api = "2.0", run = update_user, response = fixture.response,
    options = hooks },
  { id = "batch", label = "update_users, 100 items", api = "2.0", calls = 20, respond = updated,
    run = function(client) return client:update_users(hundred) end },
  { id = "list", label = "find_groups, a page of 100", api = "2.0", calls = 20, response = folders,
    run = function(client) return client:find_groups {} end },
  { id = "rest", label = "get_cloud_domain (REST)", api = "2.0", response = domain,
    run = function(client) return client:get_cloud_domain { id = "eNoVzkkOgjAU" } end },
  { id = "call", label = "call, the raw call", api = "2.0", response = fixture.response,
    run = function(client) return client:call(raw) end },
}

--- Finds a flow by its id.
function flows.find(id)
  for _, flow in ipairs(flows.list) do
    if flow.id == id then return flow end
  end
  error("unknown flow " .. tostring(id))
end

--- Returns the transport of a flow: a response is made when a body is first seen, and costs a look-up after that. As the
--- built-in transports do, it takes prepared requests, and says that a response has no number of a rate limit.
function flows.transport(flow)
  local transport, responses = { makes_valid_responses = true }, {}
  local token = { status = 200, headers = {}, body = fixture.token }
  function transport.prepare(_, parts) return parts end
  function transport.send(_, request)
    if not request.prepared and request.url:find("/oauth/token", 1, true) then return token end
    local body = flow.response
    if not body then
      body = responses[request.body]
      if not body then
        body = flow.respond(request.body)
        responses[request.body] = body
      end
    end
    return { false, false, false, status = 200, headers = {}, body = body }
  end
  transport.sleep, transport.wait_until = error, error -- nothing waits
  -- Batches run one after the other: a coroutine for each would be a part of the figure.
  function transport.map(_, count, run)
    for i = 1, count do run(i) end
  end
  return transport
end

return flows
