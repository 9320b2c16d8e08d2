-- What the prompt prints, and that examples can be pasted into it.
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

local read = require("tools.shell").read

-- Runs lines at a prompt whose standard input is a pipe.
local function prompt(lines, environment)
  return run_cli.run { "repl", environment = environment or { MIMECAST_SANDBOX = "1", COLUMNS = "120" },
    stdin = table.concat(lines, "\n") .. "\n" }
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

describe("the prompt", function()
  it("runs the first example of README, pasted line by line", function()
    local readme = read "README.md"
    local example, shown = readme:match "```lua\n(.-)\n```\n\n(    .-)\n\n%S"
    local result = prompt(lines_of(example))
    assert.same({ 0, "" }, { result.code, result.err })
    assert.equal(shown:gsub("\n    ", "\n"):sub(5) .. "\n", result.out)
  end)

  it("reads a secret from the next line of a pipe, and never runs or shows it", function()
    local result = prompt { 'secret = ask "Password"', "Planted-Secret-9", "print(type(secret))" }
    assert.same({ 0, "", "userdata\n" }, { result.code, result.err, result.out })
  end)

  it("runs the longer example of README", function()
    local example = read("README.md"):match "## Use it from Lua\n\n```lua\n(.-)\n```"
    local result = prompt(lines_of(example))
    assert.equal(0, result.code)
    assert.equal("", result.err)
    assert.truthy(result.out:find("carol@example.com\n", 1, true), result.out)
  end)

  it("keeps the locals that a line begins with", function()
    local result = prompt { "local x, y = 5, 6", "x + y", "local function f() return 7 end", "f()", "local y == 5" }
    assert.equal("11\n7\n", result.out)
    assert.truthy(result.err:find("near '=='", 1, true), result.err)
  end)

  it("uses its client also for the functions of the module", function()
    local result = prompt { 'mimecast.update_user { email = "ann@example.com", allowPop3 = true }',
      'user_settings("ann@example.com").allowPop3', 'require("mimecast").user_settings("ann@example.com").allowPop3',
      "mimecast.default() == client" }
    assert.truthy(result.out:find("\ntrue\ntrue\ntrue\n$"), result.out .. result.err)
  end)

  it("prints lists as tables", function()
    local result = prompt { "list_users { limit = 2 }" }
    assert.equal("username                   email                   domain       addressType       source  alias\n"
      .. "Domain postMaster address  postmaster@example.com  example.com  created_manually  cloud   false\n"
      .. "Domain abuse address       abuse@example.com       example.com  created_manually  cloud   false\n", result.out)
  end)

  it("prints the first rows of an iterator, and that there are more", function()
    local few = prompt { "users {}" }
    assert.equal(8, #lines_of(few.out) - 1)
    assert.equal("", few.err)
    local tenant = assert(sandbox.start { users = 30, rateLimit = false })
    local many = prompt({ "users {}" }, run_cli.environment(tenant))
    tenant:stop()
    assert.equal(1 + 20, #lines_of(many.out) - 1)
    assert.equal("the first 20 rows; for row in users { … } do print(row) end lists all\n", many.err)
    local none = prompt { 'groups { query = "no such group" }' }
    assert.truthy(none.err:find("no rows", 1, true), none.err)
  end)

  it("shows help without quotes, also for the names of commands", function()
    local quoted = prompt { 'help "update_user"' }
    assert.truthy(quoted.out:find("^update_user: "))
    assert.equal(quoted.out, prompt({ "help update_user" }).out)
    assert.equal(quoted.out, prompt({ "help update-user" }).out)
  end)

  it("suggests the function that a mistyped name means", function()
    for _, line in ipairs { "updat_user {}", "client:updat_user {}", "mimecast.updat_user {}" } do
      local result = prompt { line }
      assert.truthy(result.err:find("there is no function updat_user; did you mean update_user?", 1, true), result.err)
    end
    assert.truthy(prompt({ "usrs" }).err:find("usrs is nil; did you mean users?", 1, true))
    assert.truthy(prompt({ "zzzzzz()" }).err:find("help lists all functions", 1, true))
  end)

  it("shows no secret", function()
    local result = prompt { 'x = mimecast.secret "Planted-Prompt-8"', "x" }
    assert.is_nil((result.out .. result.err):find("Planted", 1, true), result.out .. result.err)
    assert.truthy(result.out:find("secret(", 1, true), result.out .. result.err)
  end)

  it("names tenant and origin of the credentials on a terminal", function()
    local words = { "repl", environment = { MIMECAST_SANDBOX = "1", TERM = "xterm" } }
    local result = run_cli.terminal(words, { { "exit to end", "exit\n" } })
    assert.equal(0, result.code, result.out)
    assert.truthy(result.out:find("tenant CUSA00A000 (Sandbox), in-memory sandbox", 1, true), result.out)
  end)
end)
