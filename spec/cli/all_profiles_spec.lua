-- `--all-profiles`: one report from the tenants of all profiles.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local function start(name)
  return assert(sandbox.start { rateLimit = false, users = { { emailAddress = name .. "@" .. name .. ".test", name = name } },
    credentials = { v2 = { clientId = "planted-" .. name, clientSecret = "Planted" .. name } } })
end

describe("--all-profiles", function()
  local acme, blue, home

  setup(function() acme, blue = start "acme", start "blue" end)
  teardown(function()
    if acme then acme:stop() end
    if blue then blue:stop() end
  end)
  before_each(function()
    acme:reset()
    blue:reset()
    home = tmp.folder()
  end)
  after_each(function() tmp.clean() end)

  local function write(more)
    local all = { acme = { clientId = "planted-acme", clientSecret = "Plantedacme", baseUrl = acme.url },
      blue = { clientId = "planted-blue", clientSecret = "Plantedblue", baseUrl = blue.url } }
    for name, value in pairs(more or {}) do all[name] = value end
    shell.run(("mkdir -p %s/mimecast"):format(home))
    tmp.write(home .. "/mimecast/profiles.json", json.encode(all))
  end

  local function run(words, more)
    words.environment = { XDG_CONFIG_HOME = home, XDG_CACHE_HOME = home .. "/cache" }
    for name, value in pairs(more or {}) do words.environment[name] = value end
    words[#words + 1] = "--all-profiles"
    local result = run_cli.run(words)
    assert.is_nil((result.out .. result.err):find("Planted", 1, true), result.out .. result.err)
    return result
  end

  it("writes one table, CSV or JSON Lines with the profile as first column", function()
    write()
    local users = run { "users", "--csv" }
    assert.equal(0, users.code, users.err)
    assert.truthy(users.out:find("^profile,username,email,"), users.out)
    for _, name in ipairs { "acme", "blue" } do
      assert.truthy(users.out:find(("\n%s,%s,%s@%s.test,"):format(name, name, name, name), 1, true), users.out)
    end
    local _, titles = users.out:gsub("profile,", "")
    assert.equal(1, titles)
    assert.truthy(run({ "users" }).out:find "^profile +username +email")
    local profiles = {}
    for line in run({ "users", "--json" }).out:gmatch "[^\n]+" do profiles[json.decode(line).profile] = true end
    assert.same({ acme = true, blue = true }, profiles)
  end)

  it("reads every list and record of an operation that only reads", function()
    write()
    local account = run { "get-account", "--csv" }
    assert.truthy(account.out:find "^profile,accountCode,[^\n]*\nacme,CUSA00A000,[^\n]*\nblue,CUSA00A000,[^\n]*\n$",
      account.out)
    assert.truthy(run({ "list-domains", "--csv" }).out:find("\nblue,", 1, true))
    assert.truthy(run({ "groups", "--query", "Finance" }).out:find("\nblue ", 1, true))
    local refused = run { "update-user", "--email", "a@acme.test" }
    assert.equal(2, refused.code)
    assert.truthy(refused.err:find("unknown option '--all-profiles'", 1, true))
  end)

  it("keeps the rows of the other tenants if some fail, with an error for each and the exit code of the first", function()
    write { ["a-wrong"] = { clientId = "x", clientSecret = "PlantedWrong", baseUrl = acme.url },
      ["b-down"] = { clientId = "x", clientSecret = "PlantedDown", baseUrl = "http://127.0.0.1:1", attempts = 1 },
      ["c-invalid"] = { clientId = "x" } }
    local result = run { "users", "--csv" }
    assert.equal(4, result.code, result.err)
    for _, part in ipairs { "\nacme,acme,", "\nblue,blue," } do assert.truthy(result.out:find(part, 1, true), result.out) end
    for _, part in ipairs { "mimecast: profile a-wrong: cannot get a token", "mimecast: profile b-down: ",
      "mimecast: profile c-invalid: API 2.0 needs clientSecret as well", "mimecast: 2 of 5 profiles were read" } do
      assert.truthy(result.err:find(part, 1, true), result.err)
    end
    local errors = {}
    for line in run({ "users", "--json" }).err:gmatch "[^\n]+" do
      local err = json.decode(line).error
      errors[err.profile] = err.code
    end
    assert.same({ ["a-wrong"] = "invalid_client", ["b-down"] = "connect_failed",
      ["c-invalid"] = "missing_credentials" }, errors)
  end)

  it("keeps the rows that a tenant sent before it failed", function()
    write()
    acme:add_users(600)
    acme:fault { kind = "status", status = 500, path = "/api/user/get-internal-users", after = 1, times = 10 }
    local result = run { "users", "--csv" }
    local _, rows = result.out:gsub("\nacme,", "")
    assert.equal(7, result.code)
    assert.is_true(rows >= 1 and rows < 600, rows)
    assert.truthy(result.out:find("\nblue,blue,", 1, true))
    assert.truthy(result.err:find("mimecast: profile acme: ", 1, true), result.err)
  end)

  it("finds a group by its name in each tenant, and reports a tenant without it", function()
    write()
    local result = run { "members", "--group", "Nobody's" }
    assert.equal(1, result.code)
    assert.truthy(result.err:find("profile acme: there is no group \"Nobody's\"", 1, true), result.err)
    assert.truthy(run({ "members", "--group", "Finance", "--csv" }).out:find("profile,username", 1, true))
  end)

  it("doctor: checks all profiles, with a row for each check and the exit code of the first failure", function()
    write()
    local result = run { "doctor", "--json" }
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find('{"profile":"blue","name":"credentials","state":"ok",', 1, true), result.out)
    write { broken = { clientId = "x", clientSecret = "PlantedWrong", baseUrl = acme.url } }
    result = run { "doctor" }
    assert.equal(4, result.code)
    for _, pattern in ipairs { "\nbroken +credentials +FAIL", "\nacme +credentials +ok", "\nblue +credentials +ok" } do
      assert.truthy(result.out:find(pattern), result.out)
    end
    assert.truthy(result.err:find("mimecast: profile broken: cannot get a token", 1, true), result.err)
  end)

  it("ignores credentials of the environment", function()
    write()
    local result = run({ "users", "--csv" }, { MIMECAST_CLIENT_ID = "x", MIMECAST_CLIENT_SECRET = "PlantedWrong",
      MIMECAST_BASE_URL = "http://127.0.0.1:1" })
    assert.equal(0, result.code, result.err)
  end)

  it("cannot be combined with one tenant, and needs profiles", function()
    write()
    for _, words in ipairs { { "users", "--profile", "acme" }, { "users", "--region", "eu" },
      { "users", "--base-url", "http://127.0.0.1:1" }, { "list-users", "--cursor", "x" },
      { "members", "--id", "x" } } do
      local result = run(words)
      assert.same({ 2, "" }, { result.code, result.out })
      assert.truthy(result.err:find("cannot be combined with", 1, true), result.err)
    end
    assert.equal(2, run({ "users" }, { MIMECAST_SANDBOX = "1" }).code)
    shell.run(("rm %s/mimecast/profiles.json"):format(home))
    assert.equal(3, run({ "users" }).code)
  end)

  it("filters, sorts and shortens the rows of each profile, and can write the profile alone", function()
    write()
    local result = run { "users", "--csv", "--fields", "email,profile", "--filter", "email~*.test", "--filter",
      "profile!=blue" }
    assert.equal("email,profile\nacme@acme.test,acme\n", result.out, result.err)
    assert.equal("profile,email\nacme,acme@acme.test\nblue,blue@blue.test\n",
      run({ "users", "--csv", "--fields", "email", "--filter", "email~*.test" }).out:gsub("[^\n]*@example[^\n]*\n", ""), "")
    local sorted = run { "users", "--csv", "--fields", "profile", "--sort=-email", "--limit", "1" }
    assert.equal("profile\nacme\nblue\n", sorted.out, sorted.err)
    assert.equal(2, run({ "users", "--cursor", "2:2:" }).code)
  end)

  it("reads the settings of all accounts, and counts the accounts of all tenants that cannot be read", function()
    write()
    local words = { "users", "--settings", "--csv", "--fields", "profile,email,accountDisabled", "--filter", "email~*.test" }
    local result = run(words)
    assert.equal(0, result.code, result.err)
    assert.equal("profile,email,accountDisabled\nacme,acme@acme.test,false\nblue,blue@blue.test,false\n", result.out)
    blue:add_users(3)
    blue:fault { kind = "fail_items", path = "/api/user/update-user", after = 1, items = { 2 } }
    result = run { "users", "--settings", "--csv", "--fields", "profile,error", "--filter", "error!=" }
    assert.equal(1, result.code, result.err)
    assert.truthy(result.out:find "^profile,error\nblue,err_%S+\n$", result.out)
    assert.truthy(result.err:find("1 account could not be read", 1, true), result.err)
  end)

  it("takes one profile after the other, each with at most --limit rows", function()
    local many = {}
    for i = 1, 30 do
      many[("tenant%02d"):format(i)] = { clientId = "planted-acme", clientSecret = "Plantedacme", baseUrl = acme.url }
    end
    write(many)
    local result = run { "users", "--csv", "--limit", "1" }
    assert.equal(0, result.code, result.err)
    local names = {}
    for name in result.out:gmatch "\n([^,\n]+)," do names[#names + 1] = name end
    assert.equal(32, #names)
    assert.same({ "acme", "blue", "tenant01", "tenant30" }, { names[1], names[2], names[3], names[32] })
    assert.equal(1, acme:tokens())
  end)
end)
