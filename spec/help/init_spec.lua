-- Checks that help has a page for every function and that its examples run.
local run_lua = require "spec.support.run.run_lua"
local help = require "mimecast.help"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"
local tmp = require "spec.support.run.tmp"
local text = require "mimecast.help.text"
local topics = require "mimecast.help.topics"

local load_text = loadstring or load -- luacheck: ignore

-- Runs an example with a fake module that records its calls.
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

local function has(page, part)
  assert.is_true(page:find(part, 1, true) ~= nil, ("%q is not in:\n%s"):format(part, page))
end

describe("help", function()
  it("lists families and functions", function()
    local page = "\n" .. help.text() .. "\n"
    for _, name in ipairs(registry.names()) do has(page, "\n  " .. name .. " ") end
    for _, family in ipairs(registry.families()) do has(page, "\n" .. family.name .. ": ") end
    for _, topic in ipairs(topics) do
      has(page, "\n  " .. (topic.of == "client" and "client:" or "") .. topic.name .. " ")
    end
  end)

  it("describes a function", function()
    local page = help.text "update_user"
    has(page, "update_user: Change an account's settings;")
    has(page, "POST /api/user/update-user, card Update user")
    has(page, "product User and Group Management, permission Directories | Internal | Edit")
    has(page, "update_users takes a list, 5 items a request")
    has(page, '  email                  e-mail address, required; also emailAddress, "Email Address"\n'
      .. "      the address of the user to update")
    has(page, '  username               text, at most 256 characters; also name, "Username"')
    has(page, '  password               text or secret, 1 to 256 characters; also "Password"')
    has(page, '  allowPop3              boolean; also allowPop, "Allow POP3"')
    has(page, "\nreturns the output table; or nil, message, err")
    has(page, "\nexample\n  local result, message, err = mimecast.update_user {\n    email = ")
    local takes, gives = page:match "\ntakes\n(.-)\n\nreturns.-\nfields\n(.*)\n\nexample"
    for _, field in ipairs(registry.find("update_user").input) do
      has("\n" .. takes, "\n  " .. field.name .. " ")
      has(takes, field.text:match "^%S+ %S+")
    end
    assert.is_nil(("\n" .. gives):find("\n  password ", 1, true))
    has(gives, "  accountDisabled ")
  end)

  it("describes lists, pages and functions of one generation", function()
    has(help.text "update_users", "takes a list of\n  email ")
    has(help.text "update_users", "returns two lists in the order of the items")
    has(help.text "users", "returns an iterator")
    has(help.text "users", "list_users for all pages, row by row.")
    has(help.text "list_users", "users iterates over the rows of all pages")
    has(help.text "get_cloud_group", "API 2.0 only: it belongs to the REST families")
    has(help.text "get_aliases", "not documented")
    has(help.text "create_cloud_group", "Other fields of the response are not documented")
    has(help.text "get_account", "mimecast.get_account()")
    has(help.text "permit_or_block_sender", "action                 permit | block, required\n")
    has(help.text "read_user", "\n    uri                  text; also \"URI\"\n        URI of the call\n")
  end)

  it("describes families and functions that are not operations", function()
    has(help.text "sign", "sign(input): Return the headers of a request to API 1.0")
    has(help.text "sign", "  secretKey              text or secret, required\n")
    has(help.text "new", "  timeout                number, 0.001 to 86400, default 30\n")
    has(help.text "map", "  run: makes the calls for one input")
    has(help.text "call", "Also a method of a client: client:call(…)")
    has(help.text "user_settings", "returns user (as update_user returns it); or nil, message, err")
    has(help.text "close", "client:close(): ")
    has(help.text "user", "user: the users of the account\n  add_to_purge_list ")
    assert.is_nil(help.text("user"):find("update_alias", 1, true))
  end)

  it("accepts a name as written in a program", function()
    for _, before in ipairs { "", "mimecast.", "client:", " " } do
      for _, after in ipairs { "", "{}", " ()" } do
        assert.equal(help.text "update_user", help.text(before .. "update_user" .. after))
      end
    end
  end)

  it("suggests the nearest name", function()
    assert.equal("unknown function updat_user; did you mean update_user?", help.text "updat_user")
    assert.equal("unknown function sgin; did you mean sign?", help.text "sgin")
    assert.equal("unknown function user_setings; did you mean user_settings?", help.text "user_setings")
    assert.equal("unknown function frobnicate; help() lists all functions", help.text "frobnicate")
    assert.equal("unknown function ; help() lists all functions", help.text "")
    assert.equal("unknown function a\\x1b[2J; help() lists all functions", help.text "a\27[2J")
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
    assert.equal("unknown function updat_user; did you mean update_user?\nexit 0\n", output)
  end)

  it("describes an operation that has only a name and a path", function()
    mimecast.operation { name = "bare_thing", path = "/api/thing/bare", input = { { name = "label", type = "text" } } }
    has(help.text "bare_thing", "POST /api/thing/bare")
    has(help.text "bare_thing", "\n  label ")
    has(help.text(), "\ncustom: operations that the program added\n  bare_thing ")
  end)
end)

describe("examples", function()
  it("match the input of the function", function()
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      if operation.summary then
        local examples = text.examples(name)
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

  it("are those of the operation, value for value", function()
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      if operation.summary then
        local inputs = operation.examples or { operation.example }
        for i, code in ipairs(text.examples(name)) do
          assert.same(kind == "batch" and { inputs[i] } or inputs[i], run(code).input)
        end
      end
    end
  end)

  -- spec/credentials/session_spec.lua runs those of API 1.0: the in-memory sandbox of MIMECAST_SANDBOX=1 has API 2.0.
  local runnable = {}
  for _, topic in ipairs(topics) do
    if topic.api ~= "1.0" then runnable[#runnable + 1] = topic end
  end

  it("of other functions run", function()
    -- Journals go to a temporary folder. The example of undo reads the journal of bulk.
    local function placed(example, folder) return (example:gsub('"leavers', '"' .. folder .. "/leavers")) end
    finally(tmp.clean)
    local first, second = tmp.folder(), tmp.folder()
    for _, topic in ipairs(runnable) do
      local output = run_lua.run('local mimecast = require "mimecast"\n' .. placed(topic.example, first), {
        clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" },
      })
      assert.truthy(output:find "exit 0\n$", topic.name .. ": " .. output)
    end
    for _, topic in ipairs(runnable) do
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

describe("a value as Lua source", function()
  it("evaluates to the value", function()
    local value = {
      text = 'quote " backslash \\ line\nreturn\r tab\t bell\7 nul\0' .. "1 é", number = 42, truth = false,
      list = { 1, "two", {} },
      ["not a name"] = 1, ["end"] = 2, long = ("x"):rep(200), deep = { deeper = { deepest = ("y"):rep(90) } },
    }
    assert.same(value, assert(load_text("return " .. text.literal(value)))())
  end)
end)
