-- A host may set a locale (lua-readline does); the module does not depend on it. LuaJIT folds, sorts and formats numbers
-- without the locale, so only the C core can fail there.
local locale = require "spec.support.run.locale"
local run_lua = require "spec.support.run.run_lua"

-- Asserts that the code prints the same with and without the locale, and returns the output.
local function same_in(name, code, environment)
  local expected = run_lua.run(code, { environment = environment })
  assert.truthy(expected:find("exit 0\n", 1, true), expected)
  assert.equal(expected, locale.run(name, code, environment))
  return expected
end

local tenant = [[
local mimecast, sandbox = require "mimecast", require "mimecast.sandbox"
local tenant = sandbox.new { rateLimit = false }
tenant:add_users { { emailAddress = "miller@example.com", name = "M" }, { emailAddress = "ivy@example.com", name = "I" } }
local keys = tenant.credentials.v2
local function new(more)
  local options = { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(mimecast.new(options))
end
]]

describe("under a Turkish locale,", function()
  it("a protect list ignores the case of addresses", function()
    assert.equal("protected\nprotected\nexit 0\n", same_in("tr_TR.UTF-8", tenant .. [[
      for _, entry in ipairs { "miller@example.com", "*LLER@*" } do
        local _, _, err = new():plan { input = { { email = "MILLER@EXAMPLE.COM", accountDisabled = true } },
          protect = { entry } }
        print(err and err.code)
      end]]))
  end)

  it("duplicate addresses are rejected in a list and in a bulk run", function()
    assert.equal("duplicate_item\tduplicate_item\nexit 0\n", same_in("tr_TR.UTF-8", tenant .. [[
      local rows = { { email = "IVY@EXAMPLE.COM", allowPop3 = true }, { email = "ivy@example.com", allowPop3 = false } }
      local _, failures = new():update_users(rows)
      local _, _, err = new():plan { input = rows }
      print(failures[2].problems[1].code, err.problems[1].code)]]))
  end)

  it("each result is matched to its item", function()
    assert.equal("ivy@example.com\tmiller@example.com\nexit 0\n", same_in("tr_TR.UTF-8", tenant .. [[
      local list = new():update_users { { email = "IVY@EXAMPLE.COM", allowPop3 = true },
        { email = "MILLER@EXAMPLE.COM", allowPop3 = true } }
      print(list[1].email, list[2].email)]]))
  end)

  it("the column names of a CSV file are found in any case", function()
    assert.equal("true\nexit 0\n", same_in("tr_TR.UTF-8", tenant .. [[
      local file = io.tmpfile()
      file:write "EMAIL,ACCOUNTDISABLED\nivy@example.com,true\n"
      file:seek "set"
      print((new():plan { input = file, format = "csv" }) ~= nil)]]))
  end)

  it("the settings of the environment are read", function()
    assert.equal("https://api.services.mimecast.com\nexit 0\n", same_in("tr_TR.UTF-8",
      [[print(require "mimecast".default().config.baseUrl)]], { MIMECAST_CLIENT_ID = "i", MIMECAST_CLIENT_SECRET = "s" }))
  end)

  it("response headers are found in any case", function()
    assert.equal("7\nexit 0\n", same_in("tr_TR.UTF-8", [[
      local http, server = require "mimecast.http", require "spec.support.http.server"
      local target = server.start(function(connection) connection:respond(200, "", "X-REQUEST-ID: 7\r\n") end)
      print(server.call(http.engine {}, { target }, { url = target.url, timeout = 5 })
        .headers["x-request-id"])]]))
  end)

  it("the keys of objects and queries are written in the same order", function()
    assert.equal('{"A":1,"B":2,"a":3,"b":4,"\195\164":5}\t{"A":1,"B":2,"a":3}\t?A=1&B=2&a=3\nexit 0\n',
      same_in("tr_TR.UTF-8", [[
      print(require "mimecast.json".encode { b = 4, B = 2, A = 1, a = 3, ["\195\164"] = 5 },
        require "mimecast.json".encode { B = 2, A = 1, a = 3 }, require "mimecast.protocol.rest".query {
        B = 2, A = 1, a = 3 })]]))
  end)

  it("secret fields are recognised in the command history in any case", function()
    assert.equal("true\nexit 0\n", same_in("tr_TR.UTF-8", [[
      print(require "mimecast.cli.repl.history".is_secret 'update_user { PASSWORD = "x", ACCESSKEY = "I" }')]]))
  end)
end)

describe("under a German locale,", function()
  it("numbers are written with a decimal point", function()
    assert.equal("0.5 1.50 must be text, not the number 1.5\n?a=0.5\n1.5,x\nexit 0\n", same_in("de_DE.UTF-8", [[
      local core = require "mimecast.core"
      local _, problems = core.schema({ { name = "f", wire = "f", type = "text" } }, {}, {}):encode { f = 1.5 }
      print(core.format_number(0.5) .. " " .. core.format_fixed(1.5, 2) .. " " .. problems[1].message)
      print(require "mimecast.protocol.rest".query { a = 0.5 })
      print(require "mimecast.bulk.input.csv".row({ 1.5, "x" }, 2))]]))
  end)

  it("numbers are read with a decimal point only", function()
    assert.equal("0.5 nil\nclient:with: timeout must be a number from 0.001 to 86400, got \"1,5\"\nexit 0\n",
      same_in("de_DE.UTF-8", tenant .. [[
      local core = require "mimecast.core"
      print(core.format_number(core.parse_number "0.5") .. " " .. tostring(core.parse_number "0,5"))
      print(({ pcall(new().with, new(), { timeout = "1,5" }) })[2]:gsub("^.-(client:with: timeout)", "%1"):match "[^\n]*")]]))
  end)

  it("statistics are in the format of Prometheus", function()
    local output = same_in("de_DE.UTF-8", [[
      local stats = require "mimecast.request.metrics".new()
      for _, name in ipairs { "waited", "sent" } do stats[name] = 0.25 end
      print(stats:snapshot():prometheus())]])
    assert.truthy(output:find("mimecast_wait_seconds_total 0.25\n", 1, true), output)
    assert.truthy(output:find('le="0.005"', 1, true), output)
  end)

  it("workers share a token", function()
    assert.equal("1\nexit 0\n", same_in("de_DE.UTF-8", tenant .. [[
      local store = require "mimecast.store.memory".new(os.clock)
      for _ = 1, 3 do assert(new { store = store }:update_user { email = "ivy@example.com" }) end
      print(tenant:tokens())]]))
  end)
end)

describe("under a single-byte locale,", function()
  it("UTF-8 bytes are not treated as letters, blanks or control characters", function()
    assert.equal("?q=%C3%89%C3%A0\ttrue\ttrue\tgr\195\137\nexit 0\n", same_in("de_DE.ISO-8859-1", [[
      local config = require "mimecast.config"
      local checked = config.new { clientId = "i", clientSecret = "s", caFile = "/x/\195\137\195\160" }
      local signed = require "mimecast".sign
      print(require "mimecast.protocol.rest".query { q = "\195\137\195\160" }, checked ~= nil,
        (require "mimecast.core".fold "\195\137" == "\195\169"), require "mimecast.core".lower "GR\195\137")]]))
  end)
end)

-- Patterns of Lua calls that fold or format by the locale.
local by_locale = { ":lower%(", ":upper%(", "string%.lower", "string%.upper", "%%[-+ 0]*%d*%.[1-9]%d*[fgeaFGEA]",
  "%%[-+ 0]*%d*[geaGEA][ \",)%%]" }

describe("the code", function()
  it("folds letters and formats fractions with the core, which ignores the locale", function()
    local found = {}
    local pipe = assert(io.popen "find lua bin -type f ! -path lua/mimecast/sandbox/front/core.lua")
    for path in pipe:lines() do
      local number = 0
      for line in io.lines(path) do
        number = number + 1
        local code = line:gsub("^%s*%-%-.*", ""):gsub("^.*ARGV.*", "") -- ARGV: it runs in Redis
        for i, pattern in ipairs(by_locale) do
          local is_format = i > 4 and not line:find "format%("
          if code:find(pattern) and not is_format then found[#found + 1] = ("%s:%d: %s"):format(path, number, line) end
        end
      end
    end
    pipe:close()
    assert.same({}, found)
  end)
end)
