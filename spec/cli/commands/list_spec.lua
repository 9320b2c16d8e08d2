-- Runs the commands that list rows against the in-memory sandbox.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"

local function run(...) return run_cli.run { ... } end

-- Runs the given words, followed by a list of words.
local function run_with(words, ...)
  local all = { ... }
  for _, word in ipairs(words) do all[#all + 1] = word end
  return run_cli.run(all)
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  return lines
end

describe("--output", function()
  it("writes the same rows as a table, CSV, one JSON document or a document for each row", function()
    for _, command in ipairs { "users", "list-users" } do
      local words = { command, "--fields", "email,alias", "--filter", "email~ann*", "--output" }
      local function output(format)
        words[7] = format
        local result = run_cli.run(words)
        assert.equal(0, result.code, result.err)
        return result.out
      end
      assert.equal("email            alias\nann@example.com  false\n", output "table")
      assert.equal("email,alias\nann@example.com,false\n", output "csv")
      assert.same({ { email = "ann@example.com", alias = false } }, json.decode(output "json"))
      assert.equal('{"email":"ann@example.com","alias":false}\n', output "jsonl")
    end
  end)

  it("has --csv and --json as short forms, whose meaning it can make exact", function()
    assert.equal(run("users", "--output", "csv").out, run("users", "--csv").out)
    assert.equal(run("users", "--output", "jsonl").out, run("users", "--json").out)
    assert.equal(run("list-users", "--output", "json").out, run("list-users", "--json").out)
    assert.equal(run("users", "--output", "json").out, run("users", "--json", "--output", "json").out)
  end)

  it("rejects two formats that differ", function()
    for _, words in ipairs { { "--json", "--output", "csv" }, { "--csv", "--output", "jsonl" }, { "--csv", "--json" },
      { "--output", "xml" } } do
      local result = run_with(words, "users")
      assert.same({ 2, "" }, { result.code, result.out })
    end
  end)

  it("json and jsonl: report errors as JSON", function()
    for _, words in ipairs { { "--output", "json" }, { "--output=jsonl" } } do
      local result = run_with(words, "users", "--filter", "nothing=1")
      assert.equal("invalid_input", json.decode(result.err).error.code)
      result = run_with(words, "users", "--limit", "0")
      assert.equal("invalid_command", json.decode(result.err).error.code)
    end
  end)
end)

describe("a command that reads one record", function()
  it("writes the named fields, as text, JSON or CSV", function()
    local words = { "--email", "carol@example.com", "--fields", "admin,email" }
    assert.equal('admin  true\nemail  "carol@example.com"\n', run_with(words, "read-user").out)
    assert.equal('{"admin":true,"email":"carol@example.com"}\n', run_with(words, "--json", "read-user").out)
    assert.equal("admin,email\ntrue,carol@example.com\n", run_with(words, "read-user", "--csv").out)
  end)

  it("writes no row if the record does not match the filter", function()
    local words = { "--email", "carol@example.com", "--fields", "email", "--filter" }
    words[6] = "admin=true"
    assert.equal("email\ncarol@example.com\n", run_with(words, "read-user", "--output", "csv").out)
    words[6] = "admin=false"
    assert.equal("email\n", run_with(words, "read-user", "--output", "csv").out)
  end)
end)

describe("--bom", function()
  it("begins CSV with a byte order mark, which the plan of the same file accepts", function()
    assert.equal("\239\187\191email\nann@example.com\n",
      run("users", "--csv", "--bom", "--fields", "email", "--filter", "email=ann@example.com").out)
    local result = run_cli.run { "users", "--bom" }
    assert.same({ 2, "mimecast: --bom needs --csv or --output csv\n" }, { result.code, result.err })
  end)
end)

describe("a filter", function()
  it("is checked before anything is sent: an unknown field has a suggestion", function()
    local result = run_cli.run { "users", "--filter", "emial=x", environment = { MIMECAST_CLIENT_ID = "id",
      MIMECAST_CLIENT_SECRET = "secret", MIMECAST_BASE_URL = "http://127.0.0.1:1" } }
    assert.equal(2, result.code)
    assert.equal("mimecast: --filter the rows have no field emial\nmimecast: did you mean email?\n", result.err)
  end)

  it("on a setting of the accounts names the option that reads it", function()
    local result = run("users", "--filter", "accountDisabled=true")
    assert.equal(2, result.code)
    assert.truthy(result.err:find("give --settings, which reads the settings of each account", 1, true), result.err)
  end)

  it("of a list operation reads all pages, not the first 500 rows", function()
    local result = run("list-users", "--page-size", "2", "--limit", "1", "--filter", "email=bob@example.com", "--csv",
      "--fields", "email")
    assert.equal("email\nbob@example.com\n", result.out)
    assert.truthy(result.err:find("1 row; --cursor ", 1, true), result.err)
  end)
end)

describe("--cursor", function()
  it("goes on where a limit stopped the list", function()
    local first = run("users", "--csv", "--fields", "email", "--filter", "domain=example.com", "--limit", "2")
    local cursor = assert(first.err:match "^2 rows; %-%-cursor (%S+) goes on\n$")
    local rest = run("users", "--csv", "--fields", "email", "--filter", "domain=example.com", "--cursor", cursor)
    local all = lines_of(run("users", "--csv", "--fields", "email", "--filter", "domain=example.com").out)
    local both = lines_of(first.out)
    for i, line in ipairs(lines_of(rest.out)) do
      if i > 1 then both[#both + 1] = line end
    end
    assert.same(all, both)
    assert.is_true(#all > 3)
  end)
end)

describe("--since", function()
  it("sets the start of the period to a time ago", function()
    local function count(word)
      local result = run("list-url-logs", "--since", word, "--output", "json") -- rows 1, 2 and 3 hours ago
      assert.equal(0, result.code, result.err)
      return #json.decode(result.out)
    end
    assert.equal(1, count "90min")
    assert.equal(2, count "150min")
    assert.equal(3, count "1d")
    assert.equal(3, count "2026-01-01T00:00:00Z")
    for _, words in ipairs { { "--since", "24m" }, { "--since", "2026-01-01" }, { "--since", "24h", "--start", "24h" } } do
      local result = run_with(words, "list-url-logs")
      assert.equal(2, result.code)
      assert.truthy(result.err:find("--since", 1, true), result.err)
    end
  end)

  it("is an option of operations with a start only", function()
    assert.equal(2, run("list-users", "--since", "24h").code)
  end)
end)

describe("users --settings", function()
  it("makes a filter of every setting", function()
    local result = run("users", "--settings", "--filter", "accountLocked=true", "--fields", "email,accountLocked,error")
    assert.same({ 0, "email              accountLocked  error\ncarol@example.com  true\n", "" },
      { result.code, result.out, result.err })
    assert.equal("email\ncarol@example.com\n", run("list-users", "--settings", "true", "--filter", "accountLocked=true",
      "--fields", "email", "--csv").out)
    assert.truthy(run("users", "--settings", "--filter", "accountLockd=true").err:find("did you mean accountLocked?", 1, true))
    assert.equal(2, run("users", "--filter", "accountLocked=true").code) -- not a field without --settings
  end)

  it("goes on from a cursor", function()
    local first = run("users", "--settings", "--limit", "3", "--csv", "--fields", "email,kind")
    local cursor = assert(first.err:match "^3 rows; %-%-cursor (%S+) goes on\n$", first.err)
    assert.equal("email,kind\npostmaster@example.com,role\nabuse@example.com,role\nann@example.com,account\n", first.out)
    assert.equal("email,kind\nbob@example.com,account\n",
      run("users", "--settings", "--limit", "1", "--cursor", cursor, "--csv", "--fields", "email,kind").out)
  end)

  it("is allowed with --read-only, and its help names the permission", function()
    assert.equal(0, run("--read-only", "users", "--settings").code)
    assert.truthy(run("users", "--help").out:gsub("%s+", " "):find("Directories | Internal | Edit", 1, true))
  end)
end)

describe("a group's name", function()
  it("stands in for an id in every operation on a group", function()
    local id = run("groups", "--query", "Finance", "--fields", "id", "--csv").out:match "\n(eN[^\n]+)"
    local function check(...)
      local result = run(...)
      assert.equal(0, result.code, result.err)
      return result.out
    end
    local by_name = check("list-group-members", "--group", "Finance", "--json")
    assert.equal(check("list-group-members", "--id", id, "--json"), by_name)
    assert.equal(by_name, check("list-group-members", "--group", "Root/Finance", "--json"))
    assert.equal(by_name, check("list-group-members", "--group", id, "--json"))
    local member = check("add-group-member", "--group", "Finance", "--email", "dora@example.com", "--json")
    assert.equal(id, json.decode(member).groupId)
    assert.equal(id, json.decode(check("create-group", "--name", "New", "--parent", "Finance", "--json")).parentId)
    assert.equal(id, json.decode(check("get-cloud-group", "--group", "Finance", "--json")).id)
    check("members", "--group", "Root/Finance")
    check("members", "--group", id)
  end)

  it("cannot be combined with an id, and is looked up after the other options are checked", function()
    assert.equal(2, run("list-group-members", "--id", "x", "--group", "Finance").code)
    local result = run("add-group-member", "--group", "No such", "--email", "x")
    assert.same({ 2, "mimecast: --email must be an e-mail address with one @\n" }, { result.code, result.err })
    result = run("remove-group-member", "--group", "finance", "--email", "ann@example.com")
    assert.equal(1, result.code)
    assert.truthy(result.err:find("did you mean Finance? Case matters", 1, true), result.err)
  end)
end)
