-- Runs the command on a terminal: prompts, colors, and output that fits the width.
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

local function local_words(...)
  local words = { ... }
  words.environment = { MIMECAST_SANDBOX = "1", TERM = "xterm" }
  return words
end

describe("on a terminal", function()
  local change = { "update-user", "--email", "ann@example.com", "--password-stdin" }

  it("asks for a password twice without echo", function()
    local result = run_cli.terminal(local_words((table.unpack or unpack)(change)), -- luacheck: ignore
      { { "Password: ", "Planted-7\n" }, { "Password again: ", "Planted-7\n" } })
    assert.equal(0, result.code, result.out)
    assert.is_nil(result.out:find("Planted", 1, true))
    assert.truthy(result.out:find('"ann@example.com"', 1, true))
  end)

  it("rejects a password that was typed differently the second time", function()
    local result = run_cli.terminal(local_words((table.unpack or unpack)(change)), -- luacheck: ignore
      { { "Password: ", "Planted-7\n" }, { "Password again: ", "Planted-8\n" } })
    assert.equal(2, result.code, result.out)
    assert.truthy(result.out:find("--password was typed differently", 1, true))
  end)

  it("ends with exit code 130 on Ctrl-C at the prompt", function()
    local result = run_cli.terminal(local_words((table.unpack or unpack)(change)), { { "Password: ", "x\3" } }) -- luacheck: ignore
    assert.equal(130, result.code, result.out)
  end)

  it("doctor prints colors unless NO_COLOR or --no-color is given", function()
    local words = local_words "doctor"
    assert.truthy(run_cli.terminal(words).out:find("\27[32mok", 1, true))
    assert.is_nil(run_cli.terminal(local_words("doctor", "--no-color")).out:find("\27", 1, true))
    words.environment.NO_COLOR = "1"
    assert.is_nil(run_cli.terminal(words).out:find("\27", 1, true))
  end)

  it("fits a table into the width", function()
    local shown = run_cli.terminal(local_words("list-domains", "--no-color")).out
    for line in shown:gmatch "[^\r\n]+" do
      assert.is_true(require("mimecast.cli.io.terminal_text").width(line) <= 80, line)
    end
    assert.truthy(shown:find("…", 1, true))
  end)

  it("escapes control sequences of the service", function()
    local tenant = assert(sandbox.start { rateLimit = false,
      users = { { emailAddress = "evil@example.com", name = "a\27]0;title\7\27[2J\194\155" } } })
    for _, words in ipairs { { "users", "--csv" }, { "users", "--json" }, { "users", "--no-color" },
      { "call", "/api/user/get-internal-users", "--data", "[]" }, { "update-user", "--email", "evil@example.com" } } do
      words.environment = run_cli.environment(tenant)
      local result = run_cli.terminal(words)
      assert.equal(0, result.code, result.out)
      assert.is_nil(result.out:find("[%z\1-\8\11\12\14-\31\127]"), result.out)
      assert.is_nil(result.out:find("\194\155", 1, true))
      assert.truthy(result.out:find("evil@example.com", 1, true))
    end
    tenant:stop()
  end)
end)

describe("the prompt on a terminal", function()
  it("completes names, asks for secrets, and keeps a history without secrets", function()
    local folder = run_cli.shell("mktemp -d").out:match "%S+"
    local words = local_words "repl"
    words.environment.XDG_STATE_HOME = folder
    local result = run_cli.terminal(words, {
      { "exit to end", "user_set\t \"ann@example.com\"\n" },
      { "accountDisabled       false", "update_user { email = \"bob@example.com\", accountD\ttr\t }\n" },
      { "accountDisabled       true", "x = ask \"New\" print(x)\n" },
      { "New: ", "Planted-7\n" },
      { "secret(", "y = \"Planted-8\" -- password\n" },
      { "-- password", "help \"close\"\n" },
      { "cannot be used any more", "exit\n" },
    })
    local file = io.open(folder .. "/mimecast/history")
    local kept = file and file:read "*a"
    if file then file:close() end
    run_cli.shell("rm -r " .. folder)
    assert.equal(0, result.code, result.out)
    assert.is_nil(result.out:find("Planted-7", 1, true))
    assert.equal(table.concat({ 'user_settings "ann@example.com"',
      'update_user { email = "bob@example.com", accountDisabled = true }', 'x = ask "New" print(x)', 'help "close"',
      "exit", "" }, "\n"), kept)
    assert.is_nil(kept:find("Planted", 1, true))
  end)
end)

describe("a large run on a terminal", function()
  local tenant, input

  setup(function()
    tenant = assert(sandbox.start { users = 1200, rateLimit = false })
    input = os.tmpname()
    local file = assert(io.open(input, "w"))
    file:write "email,allowPop3\n"
    for i = 1, 1200 do file:write(("user%06d@example.com,true\n"):format(i)) end
    file:close()
  end)
  teardown(function()
    if tenant then tenant:stop() end
    os.remove(input)
  end)

  local function run(typed, more, yes)
    local words = { "bulk", input, "--no-read", "--journal", input .. ".journal", more or not typed and "--yes" or nil, yes }
    words.environment = run_cli.environment(tenant)
    local result = typed and run_cli.terminal(words, typed) or run_cli.run(words)
    os.remove(input .. ".journal")
    os.remove(input .. ".plan")
    return result
  end

  it("is applied after tenant and count are typed, with a progress bar", function()
    local result = run { { "Type the tenant's name: ", "CUSA00A000\n" }, { "Type the number of changes: ", "1200\n" } }
    assert.equal(0, result.code, result.out)
    assert.truthy(result.out:find "\r%[#*%-*%] apply %d+ of 1200, %d+ per second")
    assert.truthy(result.out:find("ok 1200,", 1, true))
    assert.truthy(result.out:find("more than 1000\r\nThis changes 1200 accounts of CUSA00A000; 0 of them", 1, true), result.out)
    assert.equal(1200, tenant:applied())
  end)

  it("is rejected with exit code 6 after a wrong count", function()
    local result = run { { "Type the tenant's name: ", "CUSA00A000\n" }, { "Type the number of changes: ", "12\n" } }
    assert.equal(6, result.code, result.out)
    assert.truthy(result.out:find("was not confirmed", 1, true))
    assert.equal(1200, tenant:applied())
  end)

  it("asks nothing without a terminal: --max-changes allows it", function()
    local rejected = run()
    assert.equal(6, rejected.code)
    assert.truthy(rejected.err:find("set --max-changes 1200", 1, true))
    assert.is_nil(rejected.err:find("Type", 1, true))
    local unseen = run(nil, "--max-changes=1200")
    assert.equal(6, unseen.code)
    assert.truthy(unseen.err:find("the plan changes 1200 accounts, and there is no terminal to ask on", 1, true), unseen.err)
    assert.equal(0, run(nil, "--max-changes=1200", "--yes").code)
    assert.is_nil(rejected.err:find("\r", 1, true))
  end)
end)

describe("a small run on a terminal", function()
  local tenant, input

  before_each(function()
    tenant = assert(sandbox.start { users = 3, rateLimit = false })
    input = os.tmpname()
    local file = assert(io.open(input, "w"))
    file:write "email,accountDisabled\nuser000001@example.com,true\nnobody@example.com,true\nuser000002@example.com,true\n"
    file:close()
  end)
  after_each(function()
    tenant:stop()
    for _, ending in ipairs { "", ".journal", ".plan" } do os.remove(input .. ending) end
  end)

  local function bulk(typed, ...)
    local words = { "bulk", input, "--journal", input .. ".journal", "--no-color", ... }
    words.environment = run_cli.environment(tenant)
    return run_cli.terminal(words, typed)
  end

  it("shows counts, rejected rows first, and the changes, and goes on after yes", function()
    local result = bulk { { "yes or no: ", "yes\n" } }
    assert.equal(1, result.code, result.out) -- a row was rejected
    local rejected = result.out:find("rejected: line 3, nobody@example.com", 1, true)
    assert.is_nil(result.out:find("\\x", 1, true), result.out)
    local change = result.out:find("user000001@example.com: accountDisabled: false → true", 1, true)
    local question = result.out:find("Change 2 accounts of CUSA00A000? yes or no: ", 1, true)
    assert.is_true(rejected and change and question and rejected < change and change < question, result.out)
    assert.truthy(result.out:find("\n  2 of them are disabled or locked\r\n  rejected: line 3, nobody@", 1, true), result.out)
    assert.equal(2, tenant:applied())
  end)

  it("sends nothing after any other word, and does not ask with --yes", function()
    for _, word in ipairs { "no", "", "yess" } do
      local result = bulk { { "yes or no: ", word .. "\n" } }
      assert.equal(6, result.code, result.out)
      assert.truthy(result.out:find("the run was not confirmed, and nothing was sent", 1, true), result.out)
    end
    assert.equal(0, tenant:applied())
    local result = bulk(nil, "--yes")
    assert.is_nil(result.out:find("yes or no", 1, true))
    assert.truthy(result.out:find("user000001@example.com: accountDisabled: false → true", 1, true))
    assert.equal(2, tenant:applied())
  end)
end)
