local core = require "mimecast.core"
local journal = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local limits = require "spec.support.run.limits"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local read, write, output_of = tmp.read, tmp.write, shell.output

describe("a journal", function()
  local home, path

  before_each(function()
    home = tmp.folder()
    path = home .. "/leavers.journal"
  end)
  after_each(function() tmp.remove(home) end)

  local function header()
    return { created = "2026-11-23T21:00:00Z", operation = "update_user", input = "sha256:abc", rows = 3, tenant = "T1",
      options = { maxChanges = 10, passwordNeverExpires = true } }
  end

  local records = {
    { row = 1, key = "ann@example.com", state = "sent", attempt = 1,
      old = { accountDisabled = false, forcePasswordChange = true } },
    { row = 2, key = 'b"ö\\b\n@example.com', state = "sent", attempt = 1 },
    { row = 1, key = "ann@example.com", state = "ok" },
    { row = 2, key = "x", state = "rejected", code = "not_found", serviceCode = "err_x", message = "no\tsuch user" },
  }

  -- Writes a journal of the records, committed two by two, and returns its text.
  local function made()
    local j = assert(journal.create(path, header()))
    for i, record in ipairs(records) do
      j:append(record)
      if i % 2 == 0 then assert.is_true(j:commit()) end
    end
    j:close()
    return read(path)
  end

  local function all()
    local next_record, head = assert(journal.read(path))
    local list = {}
    for record, message, err in next_record do
      if not record then return nil, message, err end
      list[#list + 1] = record
    end
    return list, head
  end

  local function lines_of(text)
    local list = {}
    for line in text:gmatch "([^\n]*)\n" do list[#list + 1] = line end
    return list
  end

  local function assert_error(code, opened, message, err)
    assert.is_nil(opened)
    assert.equal(code, err and err.code)
    assert.equal("usage", err.category)
    assert.equal(message, tostring(err))
    return message
  end

  it("reads records as they were written, integers as integers", function()
    made()
    local list, head = all()
    assert.same(records, list)
    assert.equal("1", tostring(list[1].row))
    assert.equal(1, head.journal)
    assert.equal(core.version, head.version)
    assert.equal("3", tostring(head.rows))
    assert.equal("sha256:abc", head.input)
    assert.same({ maxChanges = 10, passwordNeverExpires = true }, head.options)
  end)

  it("is JSON Lines that jq reads, with the header first and the check last in each line", function()
    local text = made()
    local lines = lines_of(text)
    assert.equal(5, #lines)
    assert.matches('^{"journal":1,"version":"[%d.]+","created":"2026%-11%-23T21:00:00Z","operation":"update_user",'
      .. '"input":"sha256:abc","rows":3,"tenant":"T1","options":{.*},"check":"%x+"}$', lines[1])
    assert.matches('^{"row":1,"key":"ann@example.com","state":"ok","check":"%x+"}$', lines[4])
    assert.equal("3 2 1", output_of(([[jq -rs '[(.[1:] | map(.row) | add - 3), (map(select(.state == "sent")) | length),
      (map(select(.state == "ok")) | length)] | join(" ")' %s]]):format(path)))
  end)

  it("has checks that other programs can compute", function()
    made()
    assert.equal("", output_of(([[
      before=
      while read -r line; do
        bare=$(printf %%s "$line" | sed 's/,"check":"[0-9a-f]*"}$/}/')
        check=$(printf '%%s%%s' "$before" "$bare" | sha256sum | cut -c 1-16)
        case $line in *",\"check\":\"$check\"}") before=$check ;; *) echo "differs: $line $check" ;; esac
      done <%s]]):format(path)))
  end)

  it("has mode 0600, and rejects a file with wider permissions", function()
    made()
    assert.equal("600", output_of("stat -c %a " .. path))
    output_of("chmod 644 " .. path)
    assert.matches("chmod 600", assert_error("journal_unsafe", journal.open(path)))
  end)

  it("is never overwritten", function()
    local text = made()
    assert_error("journal_exists", journal.create(path, header()))
    assert.equal(text, read(path))
    assert_error("journal_missing", journal.open(home .. "/none"))
    assert_error("journal_missing", journal.read(home .. "/none"))
    assert.matches("its folder does not exist", assert_error("journal_missing", journal.create(home .. "/none/x", header())))
  end)

  it("has one writer at a time and allows readers meanwhile", function()
    local j = assert(journal.create(path, header()))
    j:append(records[1])
    assert(j:commit())
    assert_error("journal_locked", journal.open(path))
    assert.matches("^journal_locked\n", run_lua.run(([[
      print(select(3, require("mimecast.bulk.journal").open(%q)).code)]]):format(path)))
    assert.same({ records[1] }, (all()))
    j:close()
    j:close()
    assert(journal.open(path)):close()
  end)

  it("holds only committed records, and accepts none after close", function()
    local j = assert(journal.create(path, header()))
    assert.is_true(j:commit())
    j:append(records[1])
    assert.same({}, (all()))
    assert.is_true(j:commit())
    assert.same({ records[1] }, (all()))
    j:append(records[2])
    j:close()
    assert.same({ records[1] }, (all()))
    assert.error_matches(function() j:append(records[2]) end, "the journal is closed", 1, true)
    assert.error_matches(function() j:commit() end, "the journal is closed", 1, true)
  end)

  it("resumes at its end, after it has visited each record once", function()
    made()
    for round = 1, 3 do
      local seen = {}
      local j = assert(journal.open(path, function(record) seen[#seen + 1] = record end))
      assert.equal("T1", j.header.tenant)
      assert.equal(3 + round, #seen)
      j:append { row = 3, key = "c", state = "unchanged" }
      assert(j:commit())
      j:close()
    end
    assert.equal(7, #all())
  end)

  it("writes and syncs all appended records once per commit", function()
    local j = assert(journal.create(path, header()))
    local file, steps = j.file, {}
    j.file = {
      write = function(_, text) steps[#steps + 1] = "write" return file:write(text) end,
      sync = function() steps[#steps + 1] = "sync" return file:sync() end,
      close = function() file:close() end,
    }
    for _, record in ipairs(records) do j:append(record) end
    assert(j:commit())
    assert(j:commit())
    assert.same({ "write", "sync" }, steps)
    j.file.sync = function() return nil, "Input/output error", "failed" end
    j:append(records[1])
    local message = assert_error("journal_unwritable", j:commit())
    assert.matches("Input/output error", message)
    assert_error("journal_unwritable", j:commit())
    j:close()
  end)

  ---- damage ----

  it("loses only the last line if that line is cut at any byte", function()
    local text = made()
    local last = #lines_of(text)[5]
    for cut = 1, last + 1 do
      write(path, text:sub(1, -1 - cut))
      assert.same({ records[1], records[2], records[3] }, (all()))
      local j = assert(journal.open(path))
      assert.equal(text:sub(1, -2 - last), read(path))
      j:append(records[4])
      assert(j:commit())
      j:close()
      assert.equal(text, read(path))
    end
  end)

  it("cuts a last line that is incomplete before its newline, or full of zeros", function()
    local text = made()
    for _, rest in ipairs { '{"row":2,"key":"x"\n', ("\0"):rep(100000), ("\0"):rep(500) .. "\n", "{", "\n",
      ("\0"):rep(3000000), '{"row":2,"k' .. ("\0"):rep(3000000), '{"row":2,"k\0\0","check":"0123456789abcdef"}\n' } do
      write(path, text .. rest)
      assert.same(records, (all()))
      local j = assert(journal.open(path))
      j:close()
      assert.equal(text, read(path))
    end
  end)

  it("is rejected and left alone if any byte was changed", function()
    local text = made()
    local lines, at = lines_of(text), 0
    for number, line in ipairs(lines) do
      for i = 1, #line + 1 do
        local byte = text:byte(at + i)
        local other = text:sub(1, at + i - 1) .. string.char((byte + 1) % 256) .. text:sub(at + i + 1)
        write(path, other)
        local opened, message, err = journal.open(path)
        -- A change that makes the last line look incomplete cuts it; no other line may be lost.
        if opened then
          assert.equal(5, number)
          opened:close()
          assert.equal(text:sub(1, at), read(path))
        else
          assert_error("journal_damaged", opened, message, err)
          assert.truthy(message:find("damaged in line " .. number, 1, true), message .. " " .. i)
          assert.equal(other, read(path))
        end
      end
      at = at + #line + 1
    end
  end)

  it("is rejected if a line was removed, repeated, inserted or moved", function()
    local lines = lines_of(made())
    local function with(...)
      local list = {}
      for i, number in ipairs { ... } do list[i] = lines[number] or number end
      write(path, table.concat(list, "\n") .. "\n")
      return assert_error("journal_damaged", journal.open(path))
    end
    assert.matches("line 1:", with(2, 3, 4, 5))
    assert.matches("line 2:", with(1, 3, 4, 5))
    assert.matches("line 3:", with(1, 2, 4, 5))
    assert.matches("line 4:", with(1, 2, 3, 5))
    assert.matches("line 3:", with(1, 2, 2, 3, 4, 5))
    assert.matches("line 6:", with(1, 2, 3, 4, 5, 5))
    assert.matches("line 3:", with(1, 2, 4, 3, 5))
    assert.matches("line 2:", with(1, "", 2, 3, 4, 5))
    assert.matches("line 3:", with(1, 2, '{"row":9,"key":"x","state":"ok"}', 3, 4, 5))
    assert.matches("line 3:", with(1, 2, lines[3] .. " ", 4, 5))
    assert.matches("line 3:", with(1, 2, (lines[3]:gsub('"sent"', '"ok"')), 4, 5))
  end)

  it("names the damaged line to a reader", function()
    local text = made()
    write(path, (text:gsub('"ok"', '"no"')))
    local list, message, err = all()
    assert.is_nil(list)
    assert.equal("journal_damaged", err.code)
    assert.truthy(message:find("line 4", 1, true))
  end)

  it("without a header: the hint says that nothing was sent", function()
    local text = made()
    for _, start in ipairs { "", "{", text:sub(1, #lines_of(text)[1]), "a,b\n", "\n" } do
      write(path, start)
      local message = assert_error("journal_damaged", journal.open(path))
      assert.matches("line 1: it has no header", message)
      assert_error("journal_damaged", journal.read(path))
    end
  end)

  it("rejects another kind of file", function()
    write(path, "a,b\n1,2\n3,4\n")
    assert.matches("line 1", assert_error("journal_damaged", journal.open(path)))
    write(path, ("x"):rep(3000000))
    assert.matches("line 1", assert_error("journal_damaged", journal.open(path)))
    assert.matches("line 1", assert_error("journal_damaged", journal.read(path)))
    assert.matches("Is a directory", assert_error("journal_unwritable", journal.read(home)))
  end)

  it("rejects another version and names it", function()
    local hash_chain = require "mimecast.bulk.journal.hash_chain"
    write(path, hash_chain.link("", '{"journal":2,"version":"9.1\\u001b[31m"') .. "\n")
    assert.matches("version 9.1\\x1b%[31m", assert_error("journal_version", journal.open(path)))
    assert.matches("end the run with that version, or make a new plan", select(3, journal.open(path)).hint)
    write(path, hash_chain.link("", '{"journal":0,"version":"0.0.9"') .. "\n")
    assert.matches("version 0.0.9", assert_error("journal_version", journal.open(path)))
    write(path, hash_chain.link("", '{"jurnal":1') .. "\n")
    assert_error("journal_damaged", journal.open(path))
  end)

  ---- who started it ----

  it("errors name user, host and time of the run that holds the file", function()
    local own = system.identity()
    local j = assert(journal.create(path, { created = 1700000000.75, by = own, operation = "update_user" }))
    local begun = ("started by %s on %s, process %d, at 2023-11-14T22:13:20Z"):format(own.user, own.host, own.pid)
    assert.equal(begun, journal.started_by(j.header))
    for code, err in pairs { journal_exists = journal.exists_error(path), journal_locked = journal.in_use_error(path) } do
      assert.equal(code, err.code)
      assert.truthy(err.message:find(": " .. begun, 1, true), err.message)
    end
    assert.truthy(assert_error("journal_locked", journal.open(path)):find(": " .. begun, 1, true))
    j:close()
    assert.equal(begun, journal.started_by(select(2, journal.read(path))))
    local head = lines_of(read(path))[1]
    assert.truthy(head:find('"by":{"host":', 1, true))
  end)

  it("leaves no file open after an error", function()
    local j = assert(journal.create(path, { created = 1700000000, by = system.identity() }))
    -- Not by a pipe: this process can close its copy of the write end after the command has listed the files.
    local function count()
      os.execute(("ls /proc/%d/fd | wc -l >%s"):format(system.identity().pid, shell.quote(home .. "/count")))
      return tonumber((read(home .. "/count")))
    end
    collectgarbage()
    collectgarbage "stop"
    local before = count()
    for _ = 1, 20 do assert(journal.exists_error(path) and journal.in_use_error(path)) end
    local after = count()
    collectgarbage "restart"
    j:close()
    assert.equal(before, after)
  end)

  it("errors omit user and host if the header lacks them or the file is not a journal", function()
    assert.is_nil(journal.started_by {})
    assert.equal("started by \\x1b[2J on ?, process 7", journal.started_by { by = { user = "\27[2J", pid = 7 }, created = "x" })
    made()
    assert.is_nil(journal.exists_error(path).message:find("begun", 1, true))
    write(path, "a,b\n")
    assert.matches("exists already", journal.exists_error(path).message)
  end)

  ---- long values ----

  it("cuts long values of a record instead of failing", function()
    local j = assert(journal.create(path, header()))
    j:append { row = 1, key = ("x"):rep(2000000), state = "rejected", message = "x" .. ("\195\164"):rep(1000000),
      code = ("\0"):rep(2000000), serviceCode = ("s"):rep(5000), requestId = ("r"):rep(4096) }
    j:append { row = 2, key = "b", state = "ok", old = { a = ("\1"):rep(2000000), b = true } }
    j:append { row = 3, key = "c", state = "ok", old = { a = ("x"):rep(2000000) }, changed = { "a", "b" } }
    j:append { row = 4, key = "d", state = "ok", old = { a = ("x"):rep(16384) } }
    assert(j:commit())
    j:close()
    local list = all()
    assert.equal(4, #list)
    assert.equal(4096, #list[1].key)
    assert.equal("x" .. ("\195\164"):rep(2047), list[1].message) -- not in the middle of a character
    assert.same({ 4096, 4096, 4096 }, { #list[1].code, #list[1].serviceCode, #list[1].requestId })
    assert.same({ row = 2, key = "b", state = "ok", changed = { "a", "b" } }, list[2])
    assert.same({ row = 3, key = "c", state = "ok", changed = { "a", "b" } }, list[3])
    assert.equal(16384, #list[4].old.a)
    for line in io.lines(path) do assert.is_true(#line < 100000) end
  end)

  ---- invalid records ----

  it("raises at the caller's line for an invalid record, and keeps nothing of it", function()
    local j = assert(journal.create(path, header()))
    local function raises(message, record)
      local ok, why = pcall(function() j:append(record) end)
      assert.is_false(ok)
      assert.truthy(why:find("init_spec.lua:", 1, true), why)
      assert.truthy(why:find(message, 1, true), why)
    end
    raises("field named password", { row = 1, key = "a", state = "sent", old = { password = "hunter2" } })
    raises("field named Token", { row = 1, key = "a", state = "sent", old = { { a = { Token = "hunter2" } } } })
    for _, name in ipairs { "secret", "token", "signature", "Authorization", "accessKey", "secretKey", "appKey",
      "clientSecret" } do
      raises("field named " .. name, { row = 1, key = "a", state = "sent", old = { [name] = "hunter2" } })
    end
    raises("no field password", { row = 1, key = "a", state = "sent", password = "hunter2" })
    raises("no field check", { row = 1, key = "a", state = "sent", check = "x" })
    raises("must not hold a userdata", { row = 1, key = core.secret.new "hunter2", state = "sent" })
    raises("must not hold a userdata", { row = 1, key = "a", state = "sent", old = { x = core.secret.new "hunter2" } })
    raises("must not hold a function", { row = 1, key = "a", state = "sent", old = { x = print } })
    raises("no state done", { row = 1, key = "a", state = "done" })
    raises("no state nil", { row = 1, key = "a" })
    for _, row in ipairs { 0, 1.5, -1, "1", false } do raises("whole number", { row = row, key = "a", state = "ok" }) end
    raises("a record must be a table", "row")
    j:append { row = 1, key = "a", state = "sent", old = { forcePasswordChange = true, since = json.null } }
    assert(j:commit())
    j:close()
    assert.equal(1, #all())
    assert.is_nil(read(path):find("hunter2", 1, true))
  end)

  it("raises for a header with a secret", function()
    for _, options in ipairs { { clientSecret = "hunter2" }, { { password = "hunter2" } }, { x = core.secret.new "h" } } do
      local ok, why = pcall(function() journal.create(path, { options = options }) end)
      assert.is_false(ok)
      assert.truthy(why:find("init_spec.lua:", 1, true), why)
    end
    assert_error("journal_missing", journal.open(path))
  end)

  ---- full disks ----

  -- Appends until a commit fails. Prints the code, whether the next commit fails as well, and the number of commits.
  local fill = [[
    local journal = require "mimecast.bulk.journal"
    local j, message, err = journal.create(%q, { operation = "update_user", rows = 1000 })
    if not j then print("create", err.code, message) return end
    local count, ok = 0, nil
    repeat
      for i = 1, 7 do j:append { row = 7 * count + i, key = ("x"):rep(50), state = "sent" } end
      ok, message, err = j:commit()
      if ok then count = count + 1 end
    until not ok or count > 1000
    j:append { row = 1, key = "late", state = "ok" }
    print(err.code, message == select(2, j:commit()), count)
    j:close()]]

  it("keeps all complete commits when the disk is full, nothing of the failed commit, and can be resumed", function()
    local output = run_lua.run(fill:format(path), { within = limits.file_size(60) })
    local count = tonumber((output:match "^journal_full\ttrue\t(%d+)\nexit 0\n$"))
    assert.is_true(count and count > 10 and count < 1000, output)
    assert.equal(7 * count, #all())
    assert.equal("\n", read(path):sub(-1))
    local j = assert(journal.open(path))
    j:append { row = 1, key = "later", state = "ok" }
    assert(j:commit())
    j:close()
    assert.equal(7 * count + 1, #all())
  end)

  it("reports a full disk at creation, too", function()
    local full = limits.mounted(home, "size=64k")
    if not full then return pending "this user may not mount a file system" end
    assert.matches("^journal_full\ttrue\t%d%d+\n", run_lua.run(fill:format(path), { within = full }))
    full = limits.mounted(home, "size=64k", ("head -c 65536 /dev/zero >%s/zero"):format(home))
    assert.matches("^create\tjournal_full\t.*no space left", run_lua.run(fill:format(path), { within = full }))
    full = limits.mounted(home, "size=64k", "mount -o remount,ro " .. home)
    assert.matches("^create\tjournal_unwritable\t.*Read%-only", run_lua.run(fill:format(path), { within = full }))
  end)

  it("leaves no file behind if it cannot be created", function()
    assert.matches("^create\tjournal_full\t", run_lua.run(fill:format(path), { within = limits.file_size(0) }))
    assert.equal("", output_of("ls -A " .. home))
    output_of("chmod 500 " .. home)
    assert.matches("^create\tjournal_unwritable\t.*Permission denied",
      run_lua.run(fill:format(path), { within = limits.without_privilege() }))
    output_of("chmod 700 " .. home)
  end)

  it("is read in constant memory", function()
    local output = run_lua.run(([[
      local journal, system = require "mimecast.bulk.journal", require "mimecast.system"
      local j = journal.create(%q, {})
      local peak, count = 0, 0
      local function watch() count = count + 1 if count %% 1000 == 0 then peak = math.max(peak, system.resident()) end end
      for i = 1, 100000 do
        j:append { row = i, key = "user" .. i .. "@example.com", state = "ok" }
        if i %% 1000 == 0 then j:commit() end
      end
      j:close()
      journal.open(%q, watch):close()
      for _ in journal.read(%q) do watch() end
      print(count, peak < 16000000 or peak)]]):format(path, path, path))
    assert.equal("200000\ttrue\nexit 0\n", output)
  end)
end)
