-- The client over TLS against a tenant with valid and invalid certificates of a test authority.
local certificates = require "tools.certificates"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

describe("over TLS", function()
  local folder, files

  setup(function()
    folder = shell.make_folder()
    files = certificates.make(folder)
  end)
  teardown(function() shell.remove_folder(folder) end)

  -- Calls a server that has this certificate with a client that trusts this authority. Also returns the number of requests.
  local function try(certificate, authority)
    local tenant = assert(sandbox.start { tls = certificate, host = "localhost" })
    local keys = tenant.credentials.v2
    local client = assert(mimecast.new {
      clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url, caFile = authority,
    })
    local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    local again = user and client:user_settings "ann@example.com"
    local count = tenant:count()
    client:close()
    tenant:stop()
    return user, message, err, count, again
  end

  it("accepts a certificate of the authority in caFile", function()
    local user, message, _, count, again = try(files.good, files.ca)
    assert.is_nil(message)
    assert.is_true(user.accountDisabled)
    assert.is_true(again.accountDisabled)
    assert.equal(3, count) -- the token and two calls
  end)

  local rejected = {
    { "of another authority", "good", "other", "caFile" },
    { "for another host name", "wrong", "ca", "another host name" },
    { "that has expired", "expired", "ca", "expired" },
  }
  for _, case in ipairs(rejected) do
    it("rejects a certificate " .. case[1] .. ", names the cause in the hint, and sends nothing", function()
      local user, message, err, count = try(files[case[2]], files[case[3]])
      assert.is_nil(user)
      assert.same({ "transport", "certificate", false }, { err.category, err.code, err.retryable })
      assert.truthy(err.hint:find(case[4], 1, true), err.hint)
      assert.truthy(message:find(err.hint, 1, true))
      assert.is_nil(err.outcome)
      assert.equal(0, count)
    end)
  end

  it("verifies an https proxy against caFile, too", function()
    local tenant = assert(sandbox.start { tls = files.good, host = "localhost" })
    local function code_with(authority)
      local client = assert(mimecast.new { clientId = "i", clientSecret = "s", region = "uk", attempts = 1,
        proxy = tenant.url, caFile = authority })
      local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      client:close()
      assert.is_nil(err.outcome)
      return err.code
    end
    -- nginx is no proxy and says so, once its certificate is accepted.
    local known, other, none = code_with(files.ca), code_with(files.other), code_with(nil)
    tenant:stop()
    assert.same({ "proxy_denied", "certificate", "certificate" }, { known, other, none })
  end)

  it("rejects a certificate of an authority that the system does not trust", function()
    local user, _, err, count = try(files.good, nil)
    assert.is_nil(user)
    assert.same({ "transport", "certificate", 0 }, { err.category, err.code, count })
  end)

  -- With Debian's default folder of authorities libcurl keeps no parsed certificates: 21 ms of CPU for each new connection.
  -- The spec counts the bytes that the process reads from files, as it needs no clock.
  it("reads the system's authorities once, not for each new connection", function()
    local function bytes_read()
      local text = shell.read "/proc/self/io"
      return text and tonumber(text:match "rchar: (%d+)")
    end
    if not bytes_read() then return pending "there is no /proc" end
    local tenant = assert(sandbox.start { tls = files.good, host = "localhost" })
    local client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = tenant.url, attempts = 1 })
    local function cost()
      local before = bytes_read()
      local _, _, err = client:user_settings "ann@example.com"
      assert.equal("certificate", err.code)
      return bytes_read() - before
    end
    local first, second, third = cost(), cost(), cost()
    client:close()
    tenant:stop()
    assert.is_true(first > 100000, first .. " bytes at first")
    assert.is_true(second < 50000 and third < 50000, ("%d and %d bytes later"):format(second, third))
  end)
end)
