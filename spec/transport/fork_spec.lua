-- A process that forks, as prefork servers do: parent and child share memory, never a connection.
local certificates = require "tools.certificates"
local core = require "mimecast.core"
local forked = require "spec.support.run.forked"
local mimecast = require "mimecast"
local run_lua = require "spec.support.run.run_lua"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

-- Returns the local ports of this process's connections to a gateway; nil without /proc.
local function connections(url)
  local table_of_sockets = shell.read "/proc/self/net/tcp"
  if not table_of_sockets then return nil end
  local list, seen, wanted = {}, {}, ("%04X"):format(url:match ":(%d+)$")
  for here, there, state in table_of_sockets:gmatch "%d+: %x+:(%x+) %x+:(%x+) (%x%x)" do
    -- The kernel may list a connection twice while others come and go.
    if there == wanted and state == "01" and not seen[here] then list[#list + 1], seen[here] = here, true end
  end
  table.sort(list)
  return list
end

local users = { "ann@example.com", "bob@example.com" }

-- Makes 100 calls for a user, eight in flight at a time. Returns how many got the response of another call.
local function calls(client, email)
  local list, wrong = {}, 0
  for i = 1, 100 do list[i] = i end
  local _, failures = client:map(list, function(i)
    local user = assert(client:update_user { email = email, accountDisabled = i % 2 == 0 })
    if user.email ~= email or user.accountDisabled ~= (i % 2 == 0) then wrong = wrong + 1 end
    return i
  end, { concurrency = 8 })
  for _, err in pairs(failures) do error(tostring(err), 0) end
  return wrong
end

for _, scheme in ipairs { "http", "https" } do describe("after a fork, over " .. scheme .. ",", function()
  local folder, tenant, client

  setup(function()
    folder = shell.make_folder()
    local files = scheme == "https" and certificates.make(folder) or {}
    tenant = assert(sandbox.start { tls = files.good, host = files.good and "localhost", rateLimit = false })
    tenant.ca = files.ca
  end)
  teardown(function()
    tenant:stop()
    shell.remove_folder(folder)
  end)

  before_each(function()
    local keys = tenant.credentials.v2
    client = assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url,
      caFile = tenant.ca, timeout = 20 })
    assert(client:user_settings(users[1]))
  end)
  after_each(function() client:close() end)

  it("100 calls of the parent and of the child at once all get their responses", function()
    local other = forked.start(function() return ("%d"):format(calls(client, users[2])) end)
    assert.equal(0, calls(client, users[1]))
    assert.equal("0", other:join())
    assert(client:user_settings(users[1]))
  end)

  for how, finish in pairs {
    ["closes the client"] = function(its) its:close() end,
    ["makes a call and closes the client"] = function(its)
      assert(its:user_settings(users[2]))
      its:close()
    end,
  } do
    it("the parent's connection stays usable when the child " .. how, function()
      local before = connections(tenant.url)
      if not before then return pending "there is no /proc" end
      assert.truthy(before[1])
      forked.start(function() finish(client) end):join()
      assert(client:user_settings(users[1]))
      assert.same(before, connections(tenant.url))
    end)
  end

  it("the parent's tenant stays up when the child stops it", function()
    forked.start(function() tenant:stop() end):join()
    assert(client:user_settings(users[1]))
  end)
end) end

describe("a fork within map", function()
  local served, client

  -- Runs two tasks: the first is in flight when the second forks.
  local function fork_beside(run)
    local tenant = sandbox.start { rateLimit = false }
    local keys = tenant.credentials.v2
    client = assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url,
      timeout = 20 })
    assert(client:user_settings(users[1]))
    local path, told, before = os.tmpname(), {}, tenant:count "/api/user/update-user"
    local main = core.process_id()
    client:map({ 1, 2 }, function(i)
      if i == 1 then
        local user, _, err = client:update_user { email = users[1], name = "once" }
        told[1] = user and "done" or err.code .. " " .. tostring(err.outcome)
      elseif forked.fork() == 0 then
        told[2] = run(client)
      end
      return true
    end)
    if core.process_id() ~= main then
      shell.write(path .. ".child", table.concat(told, "\n"))
      forked.exit(0)
    end
    for _ = 1, 1000 do
      if shell.read(path .. ".child") then break end
      client.transport:sleep(0.005)
    end
    served = tenant:count("/api/user/update-user") - before
    local text = shell.read(path .. ".child")
    os.remove(path)
    os.remove(path .. ".child")
    tenant:stop()
    return told, text
  end

  it("cancels the parent's request in the child: the child neither resends nor awaits it", function()
    local told, text = fork_beside(function() return "forked" end)
    assert.same({ "done" }, told)
    assert.equal("cancelled unknown\nforked", text)
    assert.equal(1, served)
  end)

  it("lets the child make calls", function()
    local told, text = fork_beside(function(its) return assert(its:user_settings(users[2])).email end)
    assert.same({ "done" }, told)
    assert.equal("cancelled unknown\n" .. users[2], text)
    assert.equal(2, served)
  end)
end)

describe("the random source", function()
  it("gives parent and child different ids and numbers", function()
    core.uuid()
    core.random()
    local text = forked.start(function() return core.uuid() .. "\n" .. tostring(core.random()) end):join()
    local uuid, number = text:match "^(.*)\n(.*)$"
    assert.not_equal(uuid, core.uuid())
    assert.not_equal(number, tostring(core.random()))
  end)
end)

describe("a child process that closes its Lua state at the end", function()
  it("exits with 0, and the parent goes on", function()
    local tenant = assert(sandbox.start { rateLimit = false })
    local keys = tenant.credentials.v2
    local output = run_lua.run(([[
      local mimecast, forked = require "mimecast", require "spec.support.run.forked"
      local client = assert(mimecast.new { clientId = %q, clientSecret = %q, baseUrl = %q })
      assert(client:user_settings "ann@example.com")
      local id = forked.fork()
      if id == 0 then
        assert(client:user_settings "bob@example.com")
        os.exit(0, true)
      end
      assert(forked.wait(id) == 0)
      print(client:user_settings("ann@example.com").email)
    ]]):format(keys.clientId, keys.clientSecret, tenant.url))
    tenant:stop()
    assert.equal("ann@example.com\nexit 0\n", output)
  end)
end)
