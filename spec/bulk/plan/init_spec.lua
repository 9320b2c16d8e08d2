-- Plans: what would change, without changing anything.
local bulk = require "spec.support.fakes.bulk"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"
local wire_item = require "mimecast.model.wire_item"

local function rows_of(plan)
  local list = {}
  for row in plan:rows() do list[#list + 1] = row end
  return list
end

describe("a plan", function()
  teardown(tmp.clean)

  it("lists changed, unchanged and unknown accounts", function()
    local client, tenant = bulk.client(3)
    tenant:add_users { { emailAddress = "off@example.com", accountDisabled = true } }
    local plan = assert(client:plan { input = {
      { email = bulk.email(1), accountDisabled = true, username = "New" },
      { email = "off@example.com", accountDisabled = true },
      { email = "nobody@example.com", accountDisabled = true },
      { email = bulk.email(2) },
      { email = bulk.email(3), password = "Correct-Horse-7", forcePasswordChange = true },
    } })
    local rows = rows_of(plan)
    assert.same({ accountDisabled = true, username = "New" }, rows[1].set)
    assert.equal(false, rows[1].old.accountDisabled)
    assert.equal("unchanged", rows[2].action)
    assert.equal("rejected", rows[3].action)
    assert.equal("unknown_address", rows[3].code)
    assert.equal("unchanged", rows[4].action)
    assert.same({ "password" }, rows[5].secrets)
    assert.same({ forcePasswordChange = true }, rows[5].set)
    assert.same({ rows = 5, change = 2, unchanged = 2, rejected = 1, skipped = 0, disables = 1, secrets = 1, fields = {
      accountDisabled = { ["false → true"] = 1 }, username = { set = 1 }, password = { set = 1 },
      forcePasswordChange = { ["false → true"] = 1 } } }, plan.counts)
    local text = tostring(plan)
    assert.truthy(text:find("accountDisabled: false → true 1", 1, true))
    assert.truthy(text:find(bulk.email(1) .. ": accountDisabled: false → true, username: ", 1, true))
    assert.truthy(text:find("password: would be set", 1, true))
    assert.equal(0, tenant:applied())
  end)

  it("reduces a row to the settings that differ", function()
    local client = bulk.client(1)
    local plan = client:plan { input = { { email = bulk.email(1), accountDisabled = true, accountLocked = false } } }
    assert.same({ accountDisabled = true }, rows_of(plan)[1].set)
  end)

  it("reads five accounts per request", function()
    local client, tenant = bulk.client(12)
    assert(client:plan { input = bulk.leavers(12) })
    assert.equal(3, tenant:count(bulk.path))
  end)

  it("with read = false: requests nothing but the tenant's account", function()
    local client, tenant = bulk.client(3)
    local plan = assert(client:plan { input = bulk.leavers(3), read = false })
    assert.equal(0, tenant:count(bulk.path))
    assert.equal(3, plan.counts.change)
    assert.is_nil(rows_of(plan)[1].old)
    assert.same({ accountDisabled = { ["→ true"] = 3 } }, plan.counts.fields)
  end)

  it("with read = false: checks each row of the input once", function()
    local client, prepare, count = bulk.client(3), wire_item.prepare, 0
    function wire_item.prepare(operation, ...)
      if operation.name == "update_user" then count = count + 1 end
      return prepare(operation, ...)
    end
    finally(function() wire_item.prepare = prepare end)
    local plan = assert(client:plan { input = bulk.leavers(3), read = false })
    assert.equal(3, count)
    assert.equal(bulk.email(3), rows_of(plan)[3].key)
  end)

  it("of another operation keeps all settings of a row", function()
    local client, tenant = bulk.client(2)
    local plan = assert(client:plan { operation = "add_group_member", input = {
      { id = "G1", email = bulk.email(1) }, { id = "G1", email = bulk.email(2) } } })
    assert.same({ id = "G1", email = bulk.email(1) }, rows_of(plan)[1].set)
    assert.equal(0, tenant:count "/api/directory/add-group-member")
  end)

  it("accepts an input without rows", function()
    local client = bulk.client(1)
    local plan = assert(client:plan { input = {} })
    assert.equal(0, plan.counts.rows)
    assert.same({}, rows_of(plan))
  end)

  it("is a file of mode 0600 with input hash, tenant, settings and old values", function()
    local client = bulk.client(2)
    local input, path = tmp.file("email,accountDisabled\nuser000001@example.com,true\n", "in.csv"), tmp.path "x.plan"
    local made = assert(client:plan { input = input, file = path })
    assert.truthy(shell.run("stat -c %a " .. path):find "^600")
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = json.decode(line) end
    assert.equal(3, #lines)
    local header = lines[1]
    assert.equal(shell.run("sha256sum " .. input):match "%x+", header.input.sha256)
    assert.equal(input, header.input.path)
    assert.equal("CUSA00A000", header.tenant.account)
    assert.equal("https://api.services.mimecast.com", header.settings.gateway)
    assert.equal(client.config.runtime.clock(), header.created)
    assert.same({ accountDisabled = false }, lines[2].old)
    assert.equal(1, lines[3].counts.change)
    local opened = assert(client:plan(path))
    assert.same(made.counts, opened.counts)
    assert.same(rows_of(made), rows_of(opened))
  end)

  it("identifies the tenant by a fingerprint if the account must not be read", function()
    local client = bulk.client(1, { tenant = { users = 1, permissions = { "Directories | Internal | Edit" } } })
    local plan = assert(client:plan { input = bulk.leavers(1) })
    assert.is_nil(plan.tenant.account)
    assert.truthy(plan.tenant.credentials:find "^%x+$")
    assert.is_nil(plan.tenant.credentials:find(client.config.clientId, 1, true))
  end)

  it("rejects an invalid row before anything is sent", function()
    local client, tenant = bulk.client(2)
    local path = tmp.path "bad.plan"
    for _, read in ipairs { true, false } do
      local plan, message, err = client:plan { file = path, read = read, input = {
        { email = bulk.email(1), accountDisabled = true }, { email = bulk.email(2), accountDisabled = "perhaps" } } }
      assert.is_nil(plan)
      assert.equal("row 2: accountDisabled must be true or false, not other text (nothing was sent)", message)
      assert.equal("invalid_input", err.code)
      assert.equal(0, tenant:count())
      assert.is_nil(io.open(path))
    end
  end)

  it("rejects a table with gaps, and a row in place of a list", function()
    local client = bulk.client(3)
    for _, rows in ipairs { { bulk.leavers(1)[1], nil, bulk.leavers(1)[1] }, bulk.leavers(1)[1] } do
      local plan, message, err = client:plan { input = rows }
      assert.is_nil(plan)
      assert.equal("unreadable_input", err.code)
      assert.truthy(message:find("it must be a list of rows without gaps", 1, true))
    end
  end)

  it("rejects a protect entry that can match no address", function()
    local client = bulk.client(3)
    for _, entry in ipairs { "ann@example.com,bob@example.com", "ann@example.com bob@example.com", "bob@example.com;",
      "example.com", "@example.com", "bob", "b?b@example.com", "*@example.com, bob@example.com", "" } do
      local ok, message = pcall(client.plan, client, { input = bulk.leavers(3), protect = { entry } })
      assert.is_false(ok, entry)
      assert.truthy(message:find("is neither an address nor a pattern like *@example.com", 1, true), message)
    end
  end)

  it("rejects protected accounts, in any case and by pattern", function()
    local client, tenant = bulk.client(3)
    local folder = tmp.folder()
    for i, list in ipairs { { "USER000002@example.com" }, { "*2@EXAMPLE.com" }, { "nobody@x.org", " user000002@* " } } do
      local plan, _, err = client:plan { input = bulk.leavers(3), protect = list, file = folder .. "/x.plan", read = i ~= 3 }
      assert.is_nil(plan)
      assert.equal("protected", err.code)
      assert.same({ { key = bulk.email(2), row = 2, by = list[#list] } }, err.problems)
      assert.equal("", shell.run("ls " .. folder))
    end
    assert(client:plan { input = bulk.leavers(3), protect = { "user00000@example.com", "*.example.com", "user%d*" } })
    local locked = { { email = bulk.email(1), accountLocked = true } }
    assert.equal("protected", select(3, client:plan { input = locked, protect = { bulk.email(1) } }).code)
    local enabled = { { email = bulk.email(1), accountLocked = false, username = "x" } }
    assert(client:plan { input = enabled, protect = { bulk.email(1) } })
    assert.equal(0, tenant:applied())
  end)

  it("fails if the service denies the credentials or cannot be reached", function()
    for kind, category in pairs { bad_app_id = "auth", refuse = "transport" } do
      local client, tenant = bulk.client(2, { attempts = 1 })
      tenant:fault { kind = kind, times = 100 }
      local folder = tmp.folder()
      local plan, _, err = client:plan { input = bulk.leavers(2), file = folder .. "/x.plan" }
      assert.is_nil(plan)
      assert.equal(category, err.category)
      assert.equal("", shell.run("ls " .. folder))
    end
  end)

  it("fails if the accounts cannot be read", function()
    for code, status in pairs { unavailable = 503, not_processed = 421 } do
      local client, tenant = bulk.client(20, { attempts = 1 })
      tenant:fault { kind = "status", status = status, path = bulk.path, after = 2, times = 100 }
      local plan, _, err = client:plan { input = bulk.leavers(20) }
      assert.is_nil(plan)
      assert.equal(code, err.code)
    end
  end)

  it("rejects a protected account in every spelling of its address", function()
    local client = bulk.client(1)
    for _, entry in ipairs { bulk.email(1), "USER000001@*", " User000001@Example.com " } do
      assert.equal("protected", select(3, client:plan { protect = { entry },
        input = { { email = bulk.email(1):upper(), accountLocked = true } } }).code)
    end
  end)

  it("rejects a protected account in any script and Unicode composition", function()
    local composed, decomposed, upper = "müller@example.com", "mu\204\136ller@example.com", "MÜLLER@EXAMPLE.COM"
    local client, tenant = bulk.client(1)
    tenant:add_users { { emailAddress = composed, name = "M" } }
    for _, entry in ipairs { composed, decomposed, upper, "*üller@*", "MU\204\136*" } do
      for _, address in ipairs { composed, decomposed, upper } do
        local _, _, err = client:plan { protect = { entry }, input = { { email = address, accountLocked = true } } }
        assert.equal("protected", err and err.code, entry .. " and " .. address)
        assert.same({ { key = address, row = 1, by = entry } }, err.problems)
      end
    end
    assert(client:plan { protect = { "muller@example.com" }, input = { { email = composed, accountLocked = true } } })
  end)

  it("rejects a protect entry with invisible characters or in another encoding", function()
    local client = bulk.client(1)
    for entry, found in pairs { ["\239\187\191" .. bulk.email(1)] = "U+FEFF", ["*@example.com\226\128\139"] = "invisible",
      ["m\252ller@example.com"] = "must be valid UTF-8", ["m\252ller@*"] = "must be UTF-8",
      ["ann@[127.0.0.300]"] = "IP address", ["*@"] = "can match no address", ["a@*@b"] = "can match no address" } do
      local ok, message = pcall(client.plan, client, { input = bulk.leavers(1), protect = { entry } })
      assert.is_false(ok, entry)
      assert.truthy(message:find("is neither an address nor a pattern like *@example.com: it ", 1, true), message)
      assert.truthy(message:find(found, 1, true), message)
    end
  end)

  it("finds duplicate addresses beyond ASCII", function()
    local client = bulk.client(1)
    for _, other in ipairs { "MÜLLER@example.com", "mu\204\136ller@example.com" } do
      local _, _, err = client:plan { input = { { email = "müller@example.com", accountLocked = true },
        { email = other, accountLocked = false } } }
      assert.equal("duplicate_item", err.problems[1].code)
      local _, failures = client:update_users { { email = "müller@example.com", accountLocked = true },
        { email = other, accountLocked = false } }
      assert.equal("duplicate_item", failures[2].problems[1].code)
    end
  end)

  it("never overwrites a file that is not a plan, such as its input", function()
    local client = bulk.client(1)
    local text = "email,accountDisabled\nuser000001@example.com,true\n"
    local input = tmp.file(text, "in.csv")
    assert.equal("unwritable_plan", select(3, client:plan { input = input, file = input }).code)
    assert.equal(text, tmp.read(input))
    local path = tmp.path "x.plan"
    assert(client:plan { input = input, file = path })
    assert(client:plan { input = input, file = path }) -- no run was started
  end)

  it("never overwrites a plan whose run starts meanwhile", function()
    local client = bulk.client(2)
    local path, journal = tmp.path "x.plan", nil
    local plan, _, err = client:plan { input = bulk.leavers(2), file = path, onProgress = function()
      if journal then return end
      journal = path:gsub("%.plan$", "") .. ".journal"
      assert(assert(client:plan { input = bulk.leavers(1), file = path }):apply {})
    end }
    assert.is_nil(plan)
    assert.equal("journal_exists", err.code)
    assert.is_nil(shell.run("ls " .. path:match "^(.*)/"):find(".part", 1, true))
    assert.equal(1, assert(client:plan(path)).counts.rows)
    assert.equal("1 0 0 0 0", bulk.sums(assert(assert(client:plan(path)):apply { resume = true, input = bulk.leavers(1) })))
  end)

  it("fails if the input changes meanwhile", function()
    local client, _, wire = bulk.client(3)
    local input = tmp.file("email,accountDisabled\nuser000001@example.com,true\n", "in.csv")
    local path, send = tmp.path "x.plan", wire.send
    function wire.send(...) -- the rows are checked, and not yet read for the plan
      local file = assert(io.open(input, "wb"))
      file:write "email,accountDisabled\nuser000002@example.com,true\n"
      file:close()
      return send(...)
    end
    local plan, _, err = client:plan { input = input, file = path }
    wire.send = nil
    assert.is_nil(plan)
    assert.equal("changed_input", err.code)
    assert.is_nil(io.open(path))
  end)

  it("escapes control characters of a tenant's name", function()
    local client, tenant = bulk.client(1)
    tenant.tenant.account.accountCode = "CUS\27[2JA"
    local plan = assert(client:plan { input = bulk.leavers(1) })
    assert.is_nil(tostring(plan):find("\27", 1, true))
    local report = assert(plan:apply { journal = bulk.journal(), maxDisable = 1 })
    assert.is_nil(tostring(report):find("\27", 1, true))
  end)

  it("counts one row and one disabled account in the singular", function()
    local text = tostring(assert(bulk.client(1):plan { input = bulk.leavers(1) }))
    assert.truthy(text:find("\n1 row: 1 would change, 0 unchanged, 0 cannot be changed\n", 1, true), text)
    assert.truthy(text:find("\n  1 of them is disabled or locked\n", 1, true), text)
  end)

  it("shows text as it is, and escapes control characters once", function()
    local client = bulk.client(1)
    local text = tostring(assert(client:plan { input = { { email = bulk.email(1), username = 'Ann "A"\nExample' } } }))
    assert.truthy(text:find('username: "User 1" → "Ann "A"\\x0aExample"', 1, true), text)
  end)

  it("accepts the longest rows of an input", function()
    local client, text = bulk.client(1), ("\1"):rep(1048000) .. "\n" -- each is \u0001 in a plan
    local input = tmp.file('fileType,csv\ncsv,"' .. text .. '"\n', "in.csv")
    local path = tmp.path "x.plan"
    assert(client:plan { operation = "import_users", input = input, file = path })
    assert.equal(text, rows_of(assert(client:plan(path)))[1].set.csv)
  end)

  it("rejects a file that was cut or edited, or is not a plan", function()
    local client = bulk.client(2)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(2), file = path })
    local text = tmp.read(path)
    for what, other in pairs {
      cut = text:gsub("[^\n]*\n$", ""), empty = "", edited = text:gsub("user000001", "user000003"),
      ["a row less"] = text:gsub('{"row":2[^\n]*\n', ""), ["a letter before it"] = "x" .. text, csv = "email\na@example.com\n",
      ["counts edited"] = text:gsub('"disables":2', '"disables":0'), ["header edited"] = text:gsub('"rows":2', '"rows":3'),
    } do
      local plan, _, err = client:plan(tmp.file(other, "y.plan"))
      assert.is_nil(plan, what)
      assert.equal("damaged_plan", err.code, what)
      local is_none = what == "csv" or what == "empty" or what == "a letter before it"
      assert.equal(is_none, err.message:find("is not a plan", 1, true) ~= nil, what)
    end
    assert.equal("unreadable_plan", select(3, client:plan(tmp.path "none.plan")).code)
  end)

  it("rejects another format version with a hint", function()
    local client = bulk.client(2)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(2), file = path })
    for _, version in ipairs { "2", "0", "null", '"\\u001b[2J"' } do
      local other = tmp.file((tmp.read(path):gsub('^{"plan":1', '{"plan":' .. version)))
      local plan, _, err = client:plan(other)
      assert.is_nil(plan)
      assert.equal("plan_version", err.code)
      assert.truthy(err.message:find("this version of the module reads format 1", 1, true), err.message)
      assert.is_nil(err.message:find("\27", 1, true))
      assert.truthy(err.hint:find("make a new plan from the input", 1, true))
    end
  end)

  it("reports a file that cannot be written", function()
    local client = bulk.client(1)
    local _, _, err = client:plan { input = bulk.leavers(1), file = tmp.folder() .. "/none/x.plan" }
    assert.equal("unwritable_plan", err.code)
  end)

  it("raises for misuse", function()
    local client = bulk.client(1)
    for _, case in ipairs {
      { { imput = {} }, "mimecast.plan: unknown option imput; did you mean input?" }, { {}, "plan needs an input" },
      { { input = {}, operation = "list_users" }, "list_users changes nothing" },
      { { input = {}, operation = "users" }, "no bulk operation is named users" },
      { { input = {}, protect = { 1 } }, "protect must be a list" }, { { input = 7 }, "mimecast.plan: input must be" },
      { { input = {}, concurrency = 0 }, "mimecast.plan: concurrency must be a whole number from 1 to 1000, got 0" },
      { { input = {}, concurrency = 1.5 }, "got 1.5" }, { { input = {}, concurrency = 1e300 }, "got 1e+300" },
      { { input = {}, format = "xml" }, 'mimecast.plan: format must be "csv" or "jsonl"' },
      { { input = {}, separator = ";;" }, "mimecast.plan: separator must be one character" },
      { { input = {}, separator = '"' }, "mimecast.plan: separator must be one character" },
    } do
      local ok, message = pcall(function() local _ = client:plan(case[1]) end)
      assert.is_false(ok)
      assert.truthy(message:find(case[2], 1, true), message)
      assert.truthy(message:find("init_spec.lua", 1, true), message)
    end
  end)

  it("is a function of the module as well", function()
    assert.is_function(mimecast.plan)
    assert.is_function(mimecast.bulk)
    assert.is_function(mimecast.undo)
  end)
end)
