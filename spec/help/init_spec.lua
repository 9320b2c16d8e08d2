-- Help at the prompt: it finds everything, tells what it says truthfully, and its examples run.
local describe_words = require "mimecast.help.text"
local help = require "mimecast.help"
local manual = require "mimecast.help.topics"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"
local run_lua = require "spec.support.run.run_lua"
local tmp = require "spec.support.run.tmp"

local load_text = loadstring or load -- luacheck: ignore

-- Runs an example with a module that only notes what it is called with.
local function run(code)
  local called = {}
  local env = { assert = assert, print = print }
  env.mimecast = setmetatable({}, { __index = function(_, name)
    return function(input)
      called[#called + 1] = { name = name, input = input or {} }
      return function() return nil end
    end
  end })
  local chunk
  if setfenv then -- luacheck: ignore
    chunk = setfenv(assert(load_text(code)), env) -- luacheck: ignore
  else
    chunk = assert(load(code, "example", "t", env))
  end
  chunk()
  assert.equal(1, #called, code)
  return called[1]
end

local function has(text, part)
  assert.is_true(text:find(part, 1, true) ~= nil, ("%q is not in:\n%s"):format(part, text))
end

describe("help", function()
  it("lists families and functions", function()
    local text = "\n" .. help.text() .. "\n"
    for _, name in ipairs(registry.names()) do has(text, "\n  " .. name .. " ") end
    for _, family in ipairs(registry.families()) do has(text, "\n" .. family.name .. ": ") end
    for _, topic in ipairs(manual) do
      has(text, "\n  " .. (topic.of == "client" and "client:" or "") .. topic.name .. " ")
    end
  end)

  it("tells all of a function", function()
    local text = help.text "update_user"
    has(text, "update_user: Changes an account's settings;")
    has(text, "POST /api/user/update-user, card Update user")
    has(text, "product User and Group Management, permission Directories | Internal | Edit")
    has(text, "update_users takes a list, 5 to a request")
    has(text, '  email                  e-mail address, required; also emailAddress, "Email Address"\n'
      .. "      the address of the user to update")
    has(text, '  username               text, at most 256 characters; also name, "Username"')
    has(text, '  password               text or secret, 1 to 256 characters; also "Password"')
    has(text, '  allowPop3              boolean; also allowPop, "Allow POP3"')
    has(text, "\nreturns the output table, or nil, message, err")
    has(text, "\nexample\n  local result, message, err = mimecast.update_user {\n    email = ")
    local takes, gives = text:match "\ntakes\n(.-)\n\nreturns.-\nfields\n(.*)\n\nexample"
    for _, field in ipairs(registry.find("update_user").input) do
      has("\n" .. takes, "\n  " .. field.name .. " ")
      has(takes, field.text:match "^%S+ %S+")
    end
    assert.is_nil(("\n" .. gives):find("\n  password ", 1, true))
    has(gives, "  accountDisabled ")
  end)

  it("tells what goes for lists, pages and one generation", function()
    has(help.text "update_users", "takes a list of\n  email ")
    has(help.text "update_users", "returns two lists in the order given")
    has(help.text "users", "returns an iterator")
    has(help.text "users", "list_users row by row, over all pages.")
    has(help.text "list_users", "users goes through all pages, row by row")
    has(help.text "get_cloud_group", "API 2.0 only: it belongs to the REST families")
    has(help.text "get_aliases", "not documented")
    has(help.text "create_cloud_group", "Other fields of the answer are not documented")
    has(help.text "get_account", "mimecast.get_account()")
    has(help.text "permit_or_block_sender", "action                 permit | block, required\n")
    has(help.text "read_user", "\n    uri                  text; also \"URI\"\n        where the call goes\n")
  end)

  it("tells of functions that are no operations, and of families", function()
    has(help.text "sign", "sign(input): The headers of a request to API 1.0")
    has(help.text "sign", "  secretKey              text or secret, required\n")
    has(help.text "new", "  timeout                number, 0.001 to 86400, default 30\n")
    has(help.text "map", "  run: makes the calls for one of them")
    has(help.text "call", "A client has it as well: client:call(…)")
    has(help.text "user_settings", "returns user (as update_user returns it); or nil, message, err")
    has(help.text "close", "client:close(): ")
    has(help.text "user", "user: the users of the account\n  add_to_purge_list ")
    assert.is_nil(help.text("user"):find("update_alias", 1, true))
  end)

  it("finds a name as it is written in a program", function()
    for _, before in ipairs { "", "mimecast.", "client:", " " } do
      for _, after in ipairs { "", "{}", " ()" } do
        assert.equal(help.text "update_user", help.text(before .. "update_user" .. after))
      end
    end
  end)

  it("suggests what was probably meant", function()
    assert.equal("There is no function updat_user; did you mean update_user?", help.text "updat_user")
    assert.equal("There is no function sgin; did you mean sign?", help.text "sgin")
    assert.equal("There is no function user_setings; did you mean user_settings?", help.text "user_setings")
    assert.equal("There is no function frobnicate; help() lists them.", help.text "frobnicate")
    assert.equal("There is no function ; help() lists them.", help.text "")
    assert.equal("There is no function a\\x1b[2J; help() lists them.", help.text "a\27[2J")
    for _, value in ipairs { 7, true, {} } do has(help.text(value), "help takes a name") end
  end)

  it("fits a terminal", function()
    for _, name in ipairs(registry.names()) do
      for line in help.text(name):gmatch "[^\n]+" do
        assert.is_true(select(2, line:gsub("[^\128-\191]", "")) <= 100, name .. ": " .. line)
      end
    end
  end)

  it("is printed", function()
    local output = run_lua.run('require("mimecast").help "updat_user"', { clean = true })
    assert.equal("There is no function updat_user; did you mean update_user?\nexit 0\n", output)
  end)

  it("tells of an operation that has nothing but its name and path", function()
    mimecast.operation { name = "bare_thing", path = "/api/thing/bare", input = { { name = "label", type = "text" } } }
    has(help.text "bare_thing", "POST /api/thing/bare")
    has(help.text "bare_thing", "\n  label ")
    has(help.text(), "\ncustom: operations that the program added\n  bare_thing ")
  end)
end)

describe("the examples", function()
  it("are called with what the function takes", function()
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      if operation.summary then
        local examples = describe_words.examples(name)
        assert.is_true(#examples > 0, name)
        for _, code in ipairs(examples) do
          local call = run(code)
          assert.equal(name, call.name)
          for _, input in ipairs(kind == "batch" and call.input or { call.input }) do
            local item, problems = operation.input_schema:encode(input)
            assert.same(nil, problems, code)
            if operation.check then assert.is_nil((operation.check(item))) end
          end
        end
      end
    end
  end)

  it("are the operation's own, value for value", function()
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      if operation.summary then
        local own = operation.examples or { operation.example }
        for i, code in ipairs(describe_words.examples(name)) do
          assert.same(kind == "batch" and { own[i] } or own[i], run(code).input)
        end
      end
    end
  end)

  -- Those of API 1.0 are in spec/credentials/session_spec.lua: the tenant behind this variable speaks API 2.0.
  local topics = {}
  for _, topic in ipairs(manual) do
    if topic.api ~= "1.0" then topics[#topics + 1] = topic end
  end

  it("of the other functions run", function()
    -- Journals are written into a folder of the spec's own; that of bulk is there when undo reads it.
    local function placed(example, folder) return (example:gsub('"leavers', '"' .. folder .. "/leavers")) end
    finally(tmp.clean)
    local first, second = tmp.folder(), tmp.folder()
    for _, topic in ipairs(topics) do
      local output = run_lua.run('local mimecast = require "mimecast"\n' .. placed(topic.example, first), {
        clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" },
      })
      assert.truthy(output:find "exit 0\n$", topic.name .. ": " .. output)
    end
    for _, topic in ipairs(topics) do
      if topic.fails then
        local example = placed(topic.example, second)
        local output = run_lua.run('local mimecast = require "mimecast"\n' .. example .. "\nprint(message)", {
          clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" },
        })
        assert.equal("nil\nexit 0\n", output, topic.name)
      end
    end
  end)
end)

describe("a value as Lua", function()
  it("is that value again", function()
    local value = {
      text = 'quote " backslash \\ line\nreturn\r tab\t bell\7 nul\0' .. "1 é", number = 42, truth = false,
      list = { 1, "two", {} },
      ["not a name"] = 1, ["end"] = 2, long = ("x"):rep(200), deep = { deeper = { deepest = ("y"):rep(90) } },
    }
    assert.same(value, assert(load_text("return " .. describe_words.literal(value)))())
  end)
end)
