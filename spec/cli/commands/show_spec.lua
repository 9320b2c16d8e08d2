-- `mimecast show` and the commands of group members, against a sandbox behind nginx.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

-- Runs a command against a tenant. Returns its result and its words.
local function run_at(tenant, ...)
  local list = { ... }
  list.environment = run_cli.environment(tenant, { TERM = "xterm" })
  return run_cli.run(list), list
end

-- Starts a tenant for the specs of a describe block. Returns the function that runs a command against it.
local function with_tenant()
  local tenant
  setup(function() tenant = assert(sandbox.start { rateLimit = false }) end)
  teardown(function() tenant:stop() end)
  before_each(function() tenant:reset() end)
  return function(...) return run_at(tenant, ...) end
end

describe("show", function()
  local run = with_tenant()

  it("shows settings, profile, aliases, mailboxes and groups", function()
    assert.equal(0, run("update-alias", "--alias", "a.smith@example.com", "--alias-for", "ann@example.com").code)
    assert.equal(0, run("add-delegate-user", "--primary-address", "ann@example.com", "--delegate-address",
      "bob@example.com").code)
    local result = run("show", "ann@example.com")
    assert.same({ 0, "" }, { result.code, result.err })
    for _, text in ipairs { "Settings\n", "  accountDisabled       false\n", "Profile\n", "  role            na\n",
      "Aliases\n  a.smith@example.com\n", "Mailboxes with delegated access\n  bob@example.com",
      "Groups\n  Finance  cloud\n" } do
      assert.truthy(result.out:find(text, 1, true), text .. "\n" .. result.out)
    end
    local document = json.decode(run("show", "ann@example.com", "--json").out)
    assert.same({ "ann@example.com", "a.smith@example.com", "Finance" },
      { document.settings.email, document.aliases[1].alias, document.groups[1].name })
    assert.same({}, document.problems)
  end)

  it("reads the members of no more groups than --max-groups", function()
    local result = run("show", "ann@example.com", "--max-groups", "0")
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("Groups\n  not read: ", 1, true), result.out)
    assert.truthy(result.out:find("--max-groups 1 reads them", 1, true), result.out)
  end)

  it("says in its section what the application may not read", function()
    local limited = assert(sandbox.start { rateLimit = false, permissions = { "Directories | Internal | Edit" } })
    local result, words = run_at(limited, "show", "ann@example.com")
    words[#words + 1] = "--json"
    local document = json.decode(run_cli.run(words).out)
    limited:stop()
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("accountDisabled       false", 1, true), result.out)
    assert.truthy(result.out:find("Aliases\n  not read: ", 1, true), result.out)
    assert.truthy(result.out:find("Groups\n  not read: ", 1, true), result.out)
    assert.equal("forbidden", document.problems.aliases.code)
    assert.is_nil(document.aliases)
  end)

  it("fails for an unknown user and an invalid address", function()
    assert.equal(1, run("show", "nobody@example.com").code)
    local invalid = run("show", "ann")
    assert.equal(2, invalid.code)
    assert.truthy(invalid.err:find("ADDRESS must be", 1, true), invalid.err)
  end)
end)

describe("the commands of group members", function()
  local run = with_tenant()

  it("add and remove members; what is done already is unchanged", function()
    local added = run("ensure-group-member", "ann@example.com", "example.net", "--group", "Leavers")
    assert.same({ 0, "ann@example.com: added\nexample.net: added\n" }, { added.code, added.out }, added.err)
    assert.truthy(added.err:find("to undo: mimecast ensure-no-group-member ann@example.com --group Leavers", 1, true))
    local again = run("ensure-group-member", "ann@example.com", "--group", "Leavers", "--json")
    assert.same({ member = "ann@example.com", state = "unchanged" }, json.decode(again.out))
    assert.equal("ann@example.com: removed\n", run("ensure-no-group-member", "ann@example.com", "--group", "Leavers").out)
    assert.equal("ann@example.com: unchanged\n", run("ensure-no-group-member", "ann@example.com", "--group", "Leavers").out)
  end)

  it("check all members before one is added", function()
    local result = run("ensure-group-member", "ann@example.com", "a@b@c", "--group", "Leavers")
    assert.equal(2, result.code)
    assert.truthy(result.err:find("a@b@c must be an e-mail address", 1, true), result.err)
    assert.equal("", run("members", "--group", "Leavers").out)
  end)

  it("copy the members of a group, and name the command that removes them", function()
    local result = run("copy-members", "Finance", "Leavers")
    assert.same({ 0, "added      ann@example.com\nadded      bob@example.com\nadded      example.org\n" },
      { result.code, result.out }, result.err)
    assert.truthy(result.err:find("mimecast ensure-no-group-member --group Leavers ann@example.com bob", 1, true), result.err)
    assert.truthy(run("copy-members", "Finance", "Leavers").out:find("unchanged  ann@example.com", 1, true))
  end)

  it("ask on a terminal before members are copied", function()
    local _, words = run("copy-members", "Finance", "Nothing")
    words[3] = "Leavers"
    local result = run_cli.terminal(words, { { "[y/N]", "n\n" } })
    assert.equal(6, result.code, result.out)
    assert.truthy(result.out:find("+ ann@example.com", 1, true), result.out)
    assert.equal("", run("members", "--group", "Leavers").out)
  end)
end)
