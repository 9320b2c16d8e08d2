-- Runs the command against the in-memory sandbox.
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"
local parser = require "mimecast.cli.parser"
local run_cli = require "spec.support.run.run_cli"
local tmp = require "spec.support.run.tmp"

local function run(...) return run_cli.run { ... } end

describe("the command of an operation", function()
  it("changes the settings of its options and prints the record", function()
    local result = run("update-user", "--email", "ann@example.com", "--account-disabled", "true", "--username", "Änn")
    assert.equal(0, result.code)
    assert.equal("mimecast: note: ran against the in-memory sandbox (MIMECAST_SANDBOX=1); nothing was changed in a real "
      .. "tenant\n", result.err)
    assert.truthy(result.out:find('^email +"ann@example.com"\nusername +"Änn"\n'))
    assert.truthy(result.out:find "accountDisabled +true\n")
  end)

  it("writes one JSON document in the order of the fields", function()
    local result = run("--json", "update-user", "--email", "ann@example.com")
    assert.equal("", result.err)
    assert.truthy(result.out:find('^{"email":"ann@example.com","username":"Ann Example","passwordNeverExpires":false,'))
    assert.is_false(json.decode(result.out).accountDisabled)
  end)

  it("reports all invalid options by name and sends nothing", function()
    local result = run("update-user", "--email", "x", "--account-disabled", "1", "--archive-start-date", "2026-01-01")
    assert.equal(2, result.code)
    assert.equal("", result.out)
    assert.truthy(result.err:find("mimecast: --email must be", 1, true))
    assert.truthy(result.err:find("mimecast: --account-disabled must be true or false", 1, true))
    assert.truthy(result.err:find("mimecast: --archive-start-date ", 1, true))
    assert.truthy(run("update-user").err:find("--email is required", 1, true))
  end)

  it("rejects a repeated option: it might change the wrong account", function()
    local result = run("update-user", "--email", "ann@example.com", "--email", "bob@example.com")
    assert.equal(2, result.code)
    assert.truthy(result.err:find("--email", 1, true))
  end)

  it("accepts a list as a repeated option or as JSON, and an object as JSON", function()
    assert.equal(0, run("add-to-purge-list", "--emails", "bob@example.com", "--emails", "carol@example.com").code)
    assert.equal(0, run("add-to-purge-list", "--emails", '["bob@example.com","carol@example.com"]').code)
    local result = run("update-attributes", "--email", "ann@example.com", "--attributes", '{"name":"department","value":"X"}')
    assert.equal(0, result.code, result.err)
    local wrong = run("update-attributes", "--email", "ann@example.com", "--attributes", "{department")
    assert.equal(2, wrong.code)
    assert.truthy(wrong.err:find("--attributes must be JSON", 1, true))
  end)

  it("rejects a bare number as a date, also inside JSON", function()
    for _, word in ipairs { "46349", "20261123", "2026", "1700000000" } do
      local result = run("update-user", "--email", "ann@example.com", "--archive-start-date", word)
      assert.equal(2, result.code)
      assert.truthy(result.err:find("mimecast: --archive-start-date is a bare number, which can be a spreadsheet's day, "
        .. "seconds or milliseconds; write the date like 2015-11-16T14:49:18Z", 1, true), result.err)
    end
    local result = run("create-blocked-sender-policy", "--option", "block_sender", "--policy",
      '{"description":"x","from":{"type":"everyone"},"to":{"type":"everyone"},"fromDate":1700000000}')
    assert.equal(2, result.code)
    assert.truthy(result.err:find("fromDate is a bare number", 1, true), result.err)
    assert.equal(0, run("update-user", "--email", "ann@example.com", "--archive-start-date", "2026-06-30T23:59:60Z").code)
  end)

  it("takes a time ago as a date", function()
    local result = run("update-user", "--email", "ann@example.com", "--archive-start-date", "2d")
    assert.equal(0, result.code, result.err)
    local date = result.out:match 'archiveStartDate +"([%d-]+)T'
    local expected = os.time() - 2 * 86400 -- midnight may have passed since
    assert.truthy(date == os.date("!%Y-%m-%d", expected) or date == os.date("!%Y-%m-%d", expected - 5))
    local wrong = run("update-user", "--email", "ann@example.com", "--archive-start-date", "2m")
    assert.equal(2, wrong.code)
    assert.truthy(wrong.err:find("--archive-start-date has the unknown unit m", 1, true), wrong.err)
  end)

  it("accepts a value that begins with a dash after =, and parses no options after --", function()
    assert.truthy(run("update-user", "--email=ann@example.com", "--username=-x").out:find('username +"%-x"'))
    assert.truthy(run("call", "--data", "[]", "--", "-x").err:find "path must begin with /")
  end)

  it("writes a list as a table, as JSON or as CSV", function()
    local rows = run("list-domains")
    assert.truthy(rows.out:find "^id +domain +sendOnly")
    assert.equal("example.org", json.decode(run("list-domains", "--json").out)[2].domain)
    local csv = run("list-domains", "--csv")
    assert.truthy(csv.out:find "^id,domain,sendOnly")
    assert.equal(2, run("list-domains", "--csv", "--json").code)
  end)

  it("notes on standard error that there are more rows, with the cursor to go on", function()
    local first = run("list-users", "--limit", "2")
    local cursor = first.err:match "%-%-cursor (%S+)"
    assert.truthy(cursor, first.err)
    local second = run("list-users", "--json", "--limit", "2", "--cursor", cursor)
    assert.equal("ann@example.com", json.decode(second.out)[1].email)
    local _, lines = run("list-users", "--all", "--page-size", "2", "--json").out:gsub("\n", "")
    assert.equal(7, lines)
  end)

  it("notes an empty list", function()
    local result = run("find-groups", "--query", "nothing-like-this")
    assert.same({ 0, "", "no rows\n" }, { result.code, result.out, result.err })
    assert.equal("[]\n", run("find-groups", "--query", "nothing-like-this", "--json").out)
    assert.equal("id,name,source,parentId,userCount,folderCount\n",
      run("find-groups", "--query", "nothing-like-this", "--csv").out)
  end)

  it("reads a long field from a file or from standard input", function()
    local result = run_cli.run { "import-users", "--file-type", "csv", "--csv-file", "-", "--json",
      stdin = "email,name\ndave@example.com,Dave\n" }
    assert.equal(0, result.code, result.err)
    assert.truthy(json.decode(result.out).id)
    local missing = run("import-users", "--file-type", "csv", "--csv-file", "/nonexistent/x")
    assert.equal(2, missing.code)
    assert.truthy(missing.err:find "/nonexistent/x")
  end)

  it("has a help page with every field, and an example that the parser accepts", function()
    local root, elements = parser.build()
    local count = 0
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      local element = elements[(name:gsub("_", "-"))]
      assert.equal(kind == "item" or kind == "list" or name == "users" or name == "groups", element ~= nil, name)
      if element and (kind == "item" or kind == "list") then
        local page = parser.help_page((name:gsub("_", "-")))
        count = count + 1
        for _, field in ipairs(operation.all_fields) do
          local option = "--" .. field.name:gsub("%u", "-%0"):lower()
          assert.truthy(page:find(option, 1, true), option .. " in " .. page)
        end
        local words, example = {}, page:match "Examples:\n  mimecast (.-)\n\n"
        local pipe = assert(io.popen("printf '%s\\n' " .. example))
        for word in pipe:lines() do words[#words + 1] = word end
        pipe:close()
        local ok, message = root:pparse(words)
        assert.is_true(ok, ("%s: %s"):format(example, tostring(message)))
      end
    end
    assert.is_true(count > 60)
  end)
end)

describe("the command line", function()
  it("lists all commands without a word and with --help", function()
    local result = run()
    assert.equal(0, result.code)
    assert.equal(result.out, run("--help").out)
    for _, name in ipairs { "update-user", "doctor", "members", "sandbox", "exit-codes" } do
      assert.truthy(result.out:find(name, 1, true), name)
    end
    assert.truthy(run("call", "--help").out:find("--data-file", 1, true))
    assert.equal(run("users", "--help").out, run("help", "users").out)
    assert.truthy(run("help", "update-user").out:find "^update_user: ")
    assert.equal(2, run("help", "nothing").code)
  end)

  it("prints the version with --version", function()
    assert.equal("mimecast " .. require("mimecast")._VERSION .. " (" .. _VERSION .. ")\n", run("--version").out)
  end)

  it("--json: reports a usage error as JSON", function()
    for _, case in ipairs { { "nonsense" }, { "update-user", "--password", "x" }, { "users", "--limit", "0" }, { "plan", "-" },
      { "help", "nope" }, { "apply", "x.plan", "--max-failure-ratio", "9" } } do
      case[#case + 1] = "--json"
      local result = run_cli.run(case)
      assert.equal(2, result.code)
      local err = json.decode(result.err).error
      assert.same({ "usage", "invalid_command" }, { err.category, err.code })
      assert.is_nil(err.message:find "^mimecast:")
    end
  end)

  it("rejects options that name a real tenant with MIMECAST_SANDBOX=1", function()
    for _, option in ipairs { "--profile=prod", "--region=eu", "--base-url=https://eu-api.mimecast.com" } do
      local result = run_cli.run { "update-user", "--email", "ann@example.com", "--account-disabled", "true", option }
      assert.equal(2, result.code, option)
      assert.truthy(result.err:find(option:match "^[^=]+" .. " cannot be combined with MIMECAST_SANDBOX=1", 1, true),
        result.err)
    end
  end)

  it("reports a usage error with a suggestion and exit code 2", function()
    for _, case in ipairs {
      { "update-usr", "did you mean update-user?" }, { "UPDATE_USER", "did you mean update-user?" },
      { "--nothing", "unknown option '--nothing'" },
      { "users", "-o", "unknown option '-o'; did you mean '-h'?\n" }, { "users", "--domian", "x", "--domain" },
      { "--json", "missing command" },
      { "users", "extra", "too many arguments" }, { "--timeout", "soon", "users", "must be a number" },
      { "users", "--limit", "0", "is not a whole number from 1" }, { "call", "path" }, { "completion", "missing shell" },
    } do
      local words = table.remove(case)
      local result = run_cli.run(case)
      assert.equal(2, result.code, words)
      assert.equal("", result.out)
      assert.truthy(result.err:find(words, 1, true), result.err)
    end
  end)

  for _, option in ipairs { "--client-secret", "--client-secret=planted", "--clientSecret", "--app-key", "--access-key=x",
    "--SECRET_KEY", "--password", "--password=planted", "-password", "--proxy", "--token" } do
    it("rejects a secret: " .. option, function()
      local result = run("update-user", "--email", "ann@example.com", option, "planted")
      assert.equal(2, result.code)
      assert.truthy(result.err:find("is not accepted, because every user of this machine can read the command line: ", 1, true))
      assert.truthy(result.err:find(option:find "assword" and "--password-stdin" or "profile", 1, true), result.err)
      assert.is_nil((result.out .. result.err):find("planted", 1, true))
    end)
  end

  it("rejects another value of MIMECAST_SANDBOX instead of using a real tenant", function()
    local result = run_cli.run { "users", environment = { MIMECAST_SANDBOX = "yes" } }
    assert.equal(3, result.code)
    assert.truthy(result.err:find("MIMECAST_SANDBOX must be 1", 1, true))
  end)
end)

describe("a password", function()
  it("is read from standard input or from a variable, and is never shown", function()
    local piped = run_cli.run { "update-user", "--email", "ann@example.com", "--password-stdin", "--verbose",
      stdin = "Planted-Horse-7\nrest\n" }
    assert.equal(0, piped.code, piped.err)
    local named = run_cli.run { "update-user", "--email", "ann@example.com", "--password-env", "NEW", "--json", "--verbose",
      environment = { MIMECAST_SANDBOX = "1", NEW = "Planted-Horse-7" } }
    assert.equal(0, named.code, named.err)
    assert.is_nil((piped.out .. piped.err .. named.out .. named.err):find("Planted", 1, true))
  end)

  it("is rejected with the reason if a user cannot type it, and is never shown", function()
    for value, reason in pairs { ["Planted-Horse-7\r"] = "ends with U+000D, a carriage return",
      ["\239\187\191Planted-Horse-7"] = "begins with U+FEFF, a byte order mark",
      ["Planted\226\128\139-Horse-7"] = "holds U+200B", ["Planted\tHorse-7"] = "holds U+0009, a tab" } do
      local named = run_cli.run { "update-user", "--email", "ann@example.com", "--password-env", "NEW",
        environment = { MIMECAST_SANDBOX = "1", NEW = value } }
      local piped = run_cli.run { "update-user", "--email", "ann@example.com", "--password-stdin",
        stdin = value:gsub("\r$", "\r\r") .. "\n" } -- one goes with the line's end
      for _, result in ipairs { named, piped } do
        assert.equal(2, result.code)
        assert.truthy(result.err:find("password " .. reason, 1, true), result.err)
        assert.truthy(result.err:find("is invisible and cannot be typed at a login; remove it", 1, true), result.err)
        assert.is_nil((result.out .. result.err):find("Horse", 1, true))
      end
    end
  end)

  it("may end with CR LF on standard input", function()
    assert.equal(0, run_cli.run { "update-user", "--email", "ann@example.com", "--password-stdin",
      stdin = "Planted-Horse-7\r\n" }.code)
  end)

  it("is an error if it is missing", function()
    local result = run("update-user", "--email", "ann@example.com", "--password-stdin")
    assert.equal(2, result.code)
    assert.truthy(result.err:find("--password cannot be read from standard input: the input ended", 1, true))
    assert.truthy(run("create-user", "--email", "x@example.com", "--password-env", "NOTHING").err
      :find("--password is missing: the variable NOTHING is not set", 1, true))
    assert.equal(2, run("update-user", "--email", "ann@example.com", "--password-env", "A", "--password-stdin").code)
  end)
end)

describe("lists", function()
  it("of users and groups: print one row a line", function()
    assert.truthy(run("users", "--csv").out:find("\nAnn Example,ann@example.com,example.com,created_manually,cloud,false\n", 1,
      true))
    local _, lines = run("users", "--json", "--limit", "3").out:gsub("\n", "")
    assert.equal(3, lines)
    assert.truthy(run("users", "--domain", "example.org").out:find("abuse@example.org", 1, true))
    assert.equal("Finance", json.decode(run("groups", "--query", "Fin", "--json").out).name)
  end)

  it("of members: find the group by name or id, and filter by domain", function()
    local by_name = run("members", "--group", "Finance", "--csv")
    assert.equal(0, by_name.code, by_name.err)
    assert.truthy(by_name.out:find("Bob Example,bob@example.com,example.com,true,created_manually,Head of Finance\n", 1, true))
    local _, lines = run("members", "--group", "Finance", "--domain", "example.com", "--json").out:gsub("\n", "")
    assert.equal(2, lines)
    _, lines = run("members", "--group", "Finance", "--domain", "EXAMPLE.com", "--json", "--limit", "1").out:gsub("\n", "")
    assert.equal(1, lines)
    local unknown = run("members", "--group", "Fin")
    assert.equal(1, unknown.code)
    assert.truthy(unknown.err:find('there is no group "Fin"', 1, true))
    assert.truthy(run("members", "--group", "finance").err:find("did you mean Finance? Case matters", 1, true))
    assert.equal(2, run("members").code)
    assert.equal(2, run("members", "--group", "a", "--id", "b").code)
  end)
end)

describe("call", function()
  it("prints the body unchanged, with exit code 1 if the response reports a failure", function()
    local path = "/api/user/update-user"
    local good = run("call", path, "--data", '{"emailAddress":"ann@example.com"}')
    assert.equal(0, good.code)
    assert.equal("ann@example.com", json.decode(good.out).data[1].emailAddress)
    local bad = run_cli.run { "call", path, "--data-file", "-", stdin = '[{"emailAddress":"nobody@example.com"}]' }
    assert.equal(1, bad.code)
    assert.equal(1, #json.decode(bad.out).fail)
    assert.equal(4, run("call", "/api/no/such-function").code)
    local marked = run_cli.run { "call", path, "--data-file", "-", stdin = '\239\187\191[{"emailAddress":"ann@example.com"}]' }
    assert.equal(0, marked.code, marked.err)
    local whole = run("call", path, "--json", "--data", "[]")
    assert.is_string(json.decode(whole.out).headers["x-ratelimit-limit"])
  end)

  it("rejects invalid arguments", function()
    for _, words in ipairs { { "/x", "--data", "{" }, { "/x", "--data", '{"a":1,"a":2}' },
      { "/x", "--query", "x" }, { "//evil.example/x" },
      { "/x", "--data-file", "/nonexistent" },
      { "/x", "--header", "Authorization=x" } } do
      table.insert(words, 1, "call")
      local result = run_cli.run(words)
      assert.same({ 2, "" }, { result.code, result.out })
    end
  end)
end)

describe("--read-only", function()
  it("rejects changes with exit code 6 and allows reads", function()
    for _, words in ipairs { { "update-user", "--email", "ann@example.com", "--allow-pop3", "true" }, { "execute-sync" },
      { "call", "/api/user/update-user", "--data", "[]" } } do
      table.insert(words, "--read-only")
      local result = run_cli.run(words)
      assert.same({ 6, "" }, { result.code, result.out })
      assert.truthy(result.err:find("only reads", 1, true))
    end
    assert.equal(0, run("update-user", "--email", "ann@example.com", "--read-only").code)
    assert.equal(0, run("users", "--read-only").code)
  end)
end)

describe("completion", function()
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    it("prints a script for " .. shell, function()
      local result = run("completion", shell)
      assert.equal(0, result.code)
      assert.truthy(result.out:find("account%-disabled"))
    end)
  end

  it("completes commands, options and values in bash", function()
    local code = [[
      source <(%s)
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _mimecast; echo "${COMPREPLY[*]}"; }
      try mimecast update-us
      try mimecast --profile x update-user --account-d
      try mimecast update-user --account-disabled ""
      try mimecast find-groups --source c
      try mimecast completion z
      try mimecast help doct]]
    local result = run_cli.shell("bash -c " .. run_cli.quote(code:format(run_cli.line { "completion", "bash" })))
    assert.equal("update-user\n--account-disabled\ntrue false\ncloud\nzsh\ndoctor\n", result.out)
  end)
end)

describe("repl", function()
  it("runs functions, prints results, and goes on after a failure", function()
    local result = run_cli.run { "repl", stdin = table.concat({
      'update_user { email = "ann@example.com", allowPop3 = true }', "find_groups {", 'query = "Leavers" }', "x = 20", "x + 1",
      'update_user { email = "nobody@example.com" }', "update_user(1)", "nothing.x", "x +", "", 'help "user_settings"',
      "print(client)", "client.config.clientSecret", "exit", "y" }, "\n") .. "\n" }
    assert.equal(0, result.code)
    for _, words in ipairs { '"ann@example.com"\n', "allowPop3             true", "Leavers  cloud", "\n21\n",
      "user_settings(email): Read an", "mimecast.Client(API 2.0", "secret(" } do
      assert.truthy(result.out:find(words, 1, true), words .. " in " .. result.out)
    end
    for _, words in ipairs { "nobody@example.com: ", "raised: ", "near '+'" } do
      assert.truthy(result.err:find(words, 1, true), words .. " in " .. result.err)
    end
  end)
end)

describe("doctor", function()
  it("runs every check against the sandbox", function()
    local result = run("doctor", "--email", "ann@example.com")
    assert.equal(0, result.code)
    for _, words in ipairs { "ok   settings", "ok   API          2.0", "ok   gateway", "ok   clock",
      "ok   credentials  accepted, account CUSA00A000", "ok   read", "ok   change       Directories | Internal | Edit",
      "calls left" } do
      assert.truthy(result.out:find(words, 1, true), words .. " in " .. result.out)
    end
  end)

  it("fails with exit code 3 and a remedy without credentials", function()
    local result = run_cli.run { "doctor", "--json", environment = {} }
    assert.equal(3, result.code)
    local report = json.decode(result.out)
    assert.same({ "settings", "FAIL", 3 }, { report.checks[1].name, report.checks[1].state, report.exit })
    assert.truthy(report.checks[1].remedy:find "mimecast login")
  end)
end)

describe("sandbox", function()
  teardown(tmp.clean)

  it("serves a tenant to other commands, and ends with its standard input", function()
    local line = run_cli.line { "sandbox", "users=3", "rateLimit=false", environment = {} }
    local own = run_cli.line { "users", "--csv", environment = {} }:gsub("env %-i", "env")
    local result = run_cli.shell(("home=$(mktemp -d); mkfifo $home/in; %s <$home/in >$home/out & exec 3>$home/in; "
      .. "until grep -q Ctrl-C $home/out; do sleep 0.02; done; . $home/out; %s; exec 3>&-; wait; rm -r $home")
      :format(line, own))
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("user000003@example.com", 1, true), result.err)
  end)

  it("takes an account code, users and groups as lists, JSON or files, and names its page", function()
    local people = tmp.file("zoe@acme.example\r\nyan@acme.example\n", "people.txt")
    local groups = tmp.file('[{"name":"Sales","members":["zoe@acme.example"]},"Leavers"]', "groups.json")
    local line = run_cli.line { "sandbox", "accountCode=CUK1A1", "users=@" .. people, "groups=@" .. groups,
      'rateLimit={"limit":700,"window":9000}', environment = {} }
    local read = ""
    for _, words in ipairs { { "get-account", "--csv" }, { "users", "--csv" }, { "members", "--group", "Sales", "--csv" } } do
      words.environment = {}
      read = read .. run_cli.line(words):gsub("env %-i", "env") .. "; "
    end
    local result = run_cli.shell(("home=$(mktemp -d); mkfifo $home/in; %s <$home/in >$home/out & exec 3>$home/in; "
      .. "i=0; until grep -q Ctrl-C $home/out || [ $i -gt 500 ]; do sleep 0.02; i=$((i+1)); done; . $home/out; %s "
      .. "curl -s -H 'Accept: text/html' $(sed -n 's/^# page: //p' $home/out); exec 3>&-; wait; rm -r $home")
      :format(line, read))
    for _, text in ipairs { "CUK1A1", "zoe@acme.example", "yan@acme.example", "<h1>Sandbox tenant CUK1A1</h1>",
      "<dd>700 in 9000 ms</dd>", '<th scope="row">Sales</th><td>cloud</td><td>zoe@acme.example</td>' } do
      assert.truthy(result.out:find(text, 1, true), text .. " is not in " .. result.out .. result.err)
    end
  end)

  it("rejects an unknown option of the tenant and an invalid value", function()
    for _, word in ipairs { "nothing=1", "users", "users=@/nonexistent", "groups=[1", "users=ann", "accountCode=" } do
      local result = run("sandbox", word)
      assert.same({ 2, "" }, { result.code, result.out }, word)
      assert.truthy(result.err:find((word:match "^%w+"), 1, true), result.err)
    end
  end)
end)
