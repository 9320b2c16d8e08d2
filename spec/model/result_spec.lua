-- Results print readably at the prompt and in a log, without secrets.
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local json = require "mimecast.json"
local pages = require "mimecast.request.paginator"
local registry = require "mimecast.model.registry"
local result = require "mimecast.model.result"
local shell = require "tools.shell"

local fields = {
  { name = "username", type = "text" },
  { name = "email", type = "email" },
  { name = "links", type = "list", item = { type = "object", fields = {
    { name = "uri", type = "text" }, { name = "method", type = "text" },
  } } },
}

local function shown(value)
  return tostring(setmetatable(value, result.metatable(fields)))
end

describe("a result", function()
  it("shows its fields in the order of the operation, then the others by name", function()
    assert.equal('username  "Ann"\nemail     "ann@example.com"\nalpha     1\nzeta      true',
      shown { zeta = true, email = "ann@example.com", alpha = 1, username = "Ann" })
  end)

  it("shows nested objects in their order", function()
    assert.equal('links  { { uri = "/a", method = "GET", more = 1 }, { uri = "/b" } }',
      shown { links = { { method = "GET", uri = "/a", more = 1 }, { uri = "/b" } } })
    assert.equal('other  { "one", 2, {}, key = false }', shown { other = { "one", 2, {}, key = false } })
  end)

  it("without fields is an empty table", function()
    assert.equal("{}", shown {})
  end)

  it("escapes control characters, invisible characters and quotes", function()
    assert.equal('username  "a\\x1b[2Jb\\x0ac\\xe2\\x80\\xae \\"d\\" \\x5c é"',
      shown { username = 'a\27[2Jb\nc\226\128\174 "d" \\ é' })
    assert.equal('a\\x0ab  1', shown { ["a\nb"] = 1 })
  end)

  it("shortens long texts, long tables and deep tables", function()
    assert.equal('username  "' .. ("x"):rep(300) .. '…"', shown { username = ("x"):rep(5000) })
    local many = {}
    for i = 1, 100 do many[i] = i end
    assert.truthy(shown({ many = many }):find("19, 20, … 80 more }", 1, true))
    local deep = {}
    local at = deep
    for _ = 1, 50 do
      at.inner = {}
      at = at.inner
    end
    assert.equal("deep  { inner = { inner = { inner = { inner = { … } } } } }", shown { deep = deep })
    deep.inner = deep
    assert.is_true(#shown { deep = deep } < 100)
  end)

  it("shows null, and numbers as they are", function()
    assert.equal("list  { 1, null, 2.5 }", shown { list = { 1, json.null, 2.5 } })
  end)

  it("does not show a secret", function()
    assert.equal("password  secret(…)", shown { password = core.secret.new "PlantedSecret" })
  end)
end)

describe("a list", function()
  local function rows(count)
    local list = {}
    for i = 1, count do list[i] = { username = "User " .. i, id = i } end
    return result.rows(list, result.metatable(fields))
  end

  it("shows a row on each line, and each row prints as a result", function()
    local list = rows(2)
    assert.equal('[1] { username = "User 1", id = 1 }\n[2] { username = "User 2", id = 2 }', tostring(list))
    assert.equal('username  "User 2"\nid        2', tostring(list[2]))
    assert.equal("{}", tostring(rows(0)))
  end)

  it("shows how many rows it omits", function()
    local list = rows(500)
    list.total = 10000
    local text = tostring(list)
    assert.truthy(text:find("\n[20] { username = \"User 20\", id = 20 }\n… 480 more\n500 of 10000", 1, true))
    assert.is_nil(text:find("User 21", 1, true))
  end)

  it("shows failed items as false, and rows that are not tables", function()
    local results = setmetatable({ { id = 1 }, false, "text" }, result.list)
    assert.equal('[1] { id = 1 }\n[2] false\n[3] "text"', tostring(results))
  end)
end)

describe("what a client returns", function()
  it("prints: a result, a batch and its failures", function()
    local client = clients.new()
    local user = assert(client:update_user { email = "ann@example.com", password = "PlantedPassword" })
    assert.truthy(tostring(user):find '^email +"ann@example.com"\nusername +"Ann Example"\npasswordNeverExpires +false')
    assert.is_nil(tostring(user):find("Planted", 1, true))
    local users, failures = client:update_users { { email = "ann@example.com" }, { email = "nobody@example.com" } }
    assert.truthy(tostring(users):find '^%[1%] { email = "ann@example.com", .* }\n%[2%] false$')
    assert.truthy(tostring(failures):find "^%[2%] nobody@example.com: ")
    assert.equal("{}", tostring(select(2, client:update_users { { email = "ann@example.com" } })))
    users, failures = client:update_users { { email = "ann" }, { email = "ann@example.com" } }
    assert.equal("[1] false\n[2] false", tostring(users))
    assert.truthy(tostring(failures):find "^%[1%] email must be .*\n%[2%] not sent, ")
  end)

  it("prints: a list and an iterator", function()
    local body = '{"meta":{"status":200,"pagination":{"totalCount":2}},"fail":[],"data":[{"users":['
      .. '{"emailAddress":"ann@example.com","name":"Ann","source":"cloud"},{"emailAddress":"bob@example.com"}]}]}'
    local client = clients.new("2.0", { respond = function(request)
      if request.path ~= "/api/user/get-internal-users" then return nil end
      return { status = 200, headers = {}, body = body }
    end })
    assert.equal('[1] { username = "Ann", email = "ann@example.com", source = "cloud" }\n'
      .. '[2] { email = "bob@example.com" }\n2 of 2', tostring(assert(client:list_users {})))
    local iterator = assert(client:users {})
    assert.equal("mimecast.Iterator(users, 0 rows so far)", tostring(iterator))
    assert.equal('username  "Ann"\nemail     "ann@example.com"\nsource    "cloud"', tostring(iterator()))
    assert.equal("mimecast.Iterator(users, 1 row so far)", tostring(iterator))
  end)

  it("has a metatable for every operation", function()
    for _, name in ipairs(registry.names()) do
      assert.equal("function", type(registry.find(name).result_metatable.__tostring), name)
    end
  end)

  it("is an iterator that prints before it is used", function()
    local iterator = assert(pages.new(registry.find "list_users", "users", {}, function() return {}, {} end))
    assert.equal("mimecast.Iterator(users, 0 rows so far)", tostring(iterator))
  end)
end)

-- The prompt of each interpreter, with typed input.
describe("the prompt", function()
  local function typed(lines)
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()
    local pipe = assert(io.popen(("env -i PATH=\"$PATH\" HOME=/nonexistent TERM=dumb MIMECAST_SANDBOX=1 "
      .. "LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH='./build/%s/?.so;;' %s -i <%s 2>&1"):format(shell.abi,
      shell.interpreter, path)))
    local output = pipe:read "*a"
    pipe:close()
    os.remove(path)
    return output
  end

  it("echoes results, failures and redacted secrets", function()
    local output = typed {
      'mimecast = require "mimecast"',
      'planted = "Planted" .. "Secret"', -- some prompts echo what is typed: it must not be there as it is
      '= mimecast.update_user { email = "ann@example.com", password = mimecast.secret(planted) }',
      '= mimecast.update_users { { email = "bob@example.com" }, { email = "nobody@example.com" } }',
      '= mimecast.user_settings "nobody@example.com"',
      "= mimecast.secret(planted), mimecast.default()",
      "= mimecast.default().config.clientSecret",
      'mimecast.help "secrt"',
    }
    assert.truthy(output:find '\nemail +"ann@example.com"\nusername +"Ann Example"\n'
      or output:find '> email +"ann@example.com"\nusername +"Ann Example"\n', output)
    assert.truthy(output:find('[1] { email = "bob@example.com", username = "Bob Example", ', 1, true), output)
    assert.truthy(output:find("[2] false\t[2] nobody@example.com: ", 1, true), output)
    assert.truthy(output:find("nil\tnobody@example.com: ", 1, true), output)
    assert.truthy(output:find("secret(…)\tmimecast.Client(API 2.0, sandbox in this process)", 1, true), output)
    assert.truthy(output:find "[\n ]secret%(…%)\n", output)
    assert.truthy(output:find("unknown function secrt; did you mean secret?", 1, true), output)
    assert.is_nil(output:find("PlantedSecret", 1, true))
    assert.is_nil(output:find("table: 0x", 1, true))
  end)
end)
