local core = require "mimecast.core"
local limits = require "spec.support.run.limits"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local read, output_of = tmp.read, shell.output

describe("open_append", function()
  local home

  before_each(function() home = tmp.folder() end)
  after_each(function() tmp.remove(home) end)

  local function path_of(name) return home .. "/" .. name end

  local function assert_rejected(kind, path, mode)
    local file, message, actual = system.open_append(path, mode)
    assert.is_nil(file)
    assert.equal(kind, actual)
    return message
  end

  it("creates a file with mode 0600 if the path does not exist", function()
    local file = assert(system.open_append(path_of "new", "new"))
    assert.equal(0, file:size())
    assert.equal("600", output_of("umask 0; stat -c %a " .. path_of "new"))
    file:close()
    assert_rejected("exists", path_of "new", "new")
    output_of("ln -s nowhere " .. path_of "link")
    assert_rejected("exists", path_of "link", "new")
    assert.equal("", output_of("ls " .. home .. " | grep nowhere"))
  end)

  it("accepts a name without make_folder, and a file in the root folder", function()
    assert.equal("one\nexit 0\n", run_lua.run(([[
      local system = require "mimecast.system"
      local file = assert(system.open_append("here", "new"))
      assert(file:write "one")
      print(file:read(0, 9))]]):gsub("^", ("package.cpath = %q .. package.cpath\n"):format(
        output_of "pwd" .. "/build/" .. shell.abi .. "/?.so;")), { within = "env -C " .. home }))
    assert.equal("one", read(path_of "here"))
    assert_rejected("missing", "/nowhere-at-all/x", "new")
  end)

  it("writes at the end, and reads", function()
    local file = assert(system.open_append(path_of "a", "new"))
    assert.is_true(file:write "one\n")
    assert.is_true(file:write "")
    assert.is_true(file:write "t\0o\n")
    assert.is_true(file:sync())
    assert.equal(8, file:size())
    assert.equal("t\0o", file:read(4, 3))
    assert.equal("", file:read(8, 10))
    assert.equal("", file:read(0, 0))
    assert.equal("one\nt\0o\n", read(path_of "a"))
    file:close()
    file = assert(system.open_append(path_of "a", "old"))
    assert.equal(8, file:size())
    assert.is_true(file:truncate(4))
    assert.is_true(file:write "2\n")
    assert.equal("one\n2\n", read(path_of "a"))
    file:close()
  end)

  it("opens only an existing regular file that this user owns and no other user can read", function()
    assert_rejected("missing", path_of "none", "old")
    output_of("mkdir -m 700 " .. path_of "folder")
    assert_rejected("unsafe", path_of "folder", "old")
    output_of("mkfifo -m 600 " .. path_of "pipe")
    assert.equal("is not a file", assert_rejected("unsafe", path_of "pipe", "old"))
    tmp.write(path_of "file", "x")
    output_of("ln -s file " .. path_of "link")
    assert.equal("is a symbolic link", assert_rejected("unsafe", path_of "link", "old"))
    for _, mode in ipairs { "640", "604", "620", "602" } do
      output_of("chmod " .. mode .. " " .. path_of "file")
      assert.truthy(assert_rejected("unsafe", path_of "file", "old"):find("chmod 600", 1, true), mode)
    end
    output_of("chmod 600 " .. path_of "file")
    assert(system.open_append(path_of "file", "old")):close()
  end)

  it("rejects another user's file", function()
    if output_of "id -u" ~= "0" then return pending "only root can make another user's file" end
    tmp.write(path_of "file", "x")
    output_of("chown 65534 " .. path_of "file")
    assert.equal("belongs to another user", assert_rejected("unsafe", path_of "file", "old"))
  end)

  it("locks the file until it is closed, in this and other processes", function()
    local file = assert(system.open_append(path_of "a", "new"))
    assert.equal("another process has it open", assert_rejected("locked", path_of "a", "old"))
    local lock_again = ([[print(select(3, require("mimecast.system").open_append(%q, "old")))]]):format(path_of "a")
    assert.equal("locked\nexit 0\n", run_lua.run(lock_again))
    file:close()
    assert.equal("\nexit 0\n", run_lua.run(lock_again))
  end)

  it("releases the lock when the file is collected, and does not pass it to child processes", function()
    local file = assert(system.open_append(path_of "a", "new"))
    output_of("mkfifo " .. path_of "hold")
    local pipe = io.popen("echo up; exec cat " .. path_of "hold", "r")
    assert.equal("up", pipe:read "*l")
    file:close()
    assert(system.open_append(path_of "a", "old")) -- and nothing keeps it
    collectgarbage()
    collectgarbage()
    assert(system.open_append(path_of "a", "old")):close()
    io.open(path_of "hold", "w"):close()
    pipe:close()
  end)

  it("waits for the lock as long as it is told", function()
    local path = path_of "a"
    local file = assert(system.open_append(path, "new"))
    local start = core.monotonic()
    assert.equal("another process has it open", (select(2, system.open_append(path, "old", 0.2))))
    local seconds = core.monotonic() - start
    assert.is_true(seconds >= 0.19 and seconds < 1, seconds)
    local code = tmp.file(([[package.cpath = "./build/%s/?.so;" .. package.cpath
      print "up"
      io.stdout:flush()
      local file = assert(require("mimecast.system").open_append(%q, "old", 10))
      file:write "waited"]]):format(shell.abi, path))
    local pipe = io.popen(shell.interpreter .. " " .. code, "r")
    pipe:read "*l"
    file:write "held "
    file:close()
    pipe:close()
    assert.equal("held waited", tmp.read(path))
    for _, wrong in ipairs { -1, 61 } do assert.error(function() system.open_append(path, "old", wrong) end) end
  end)

  it("rewrites the content in place, longer and shorter", function()
    local path = path_of "a"
    local file = assert(system.open_append(path, "new"))
    for _, text in ipairs { "first", "", "a longer text", "short" } do
      assert.is_true(file:rewrite(text))
      assert.equal(#text, file:size())
      assert.equal(text, tmp.read(path))
    end
    assert.is_true(file:write " and more")
    assert.equal("short and more", tmp.read(path))
    file:close()
  end)

  it("can be closed twice, and raises errors afterwards", function()
    local file = assert(system.open_append(path_of "a", "new"))
    file:close()
    file:close()
    for _, name in ipairs { "write", "rewrite", "sync", "size", "truncate", "read" } do
      assert.error_matches(function() file[name](file, 0, 0) end, "the file is closed", 1, true)
    end
  end)

  it("accepts only text, and offsets within the file", function()
    local file = assert(system.open_append(path_of "a", "new"))
    assert.error(function() file:write(core.secret.new "hunter2") end)
    assert.error(function() file:truncate(1) end)
    assert.error(function() file:truncate(-1) end)
    assert.error(function() file:read(-1, 1) end)
    assert.error(function() file:read(0, 1048577) end)
    assert.error(function() file:read(0.5, 1) end)
    assert.error(function() system.open_append(path_of "b", "both") end)
    file:close()
  end)

  -- Fills the file in steps that do not fit evenly, and returns the result of the last write.
  local fill = [[
    local system = require "mimecast.system"
    local file = assert(system.open_append(%q, "new"))
    local count, ok, message, kind = 0, nil, nil, nil
    repeat
      ok, message, kind = file:write(("%%07d\n"):format(count):rep(375))
      if ok then count = count + 1 end
    until not ok or count > 1000
    print(kind, message, count > 1 and file:size() == count * 3000, file:write "", file:sync())
    file:close()]]

  it("leaves the file unchanged if a write does not fit", function()
    local output = run_lua.run(fill:format(path_of "a"), { within = limits.file_size(100) })
    assert.equal("no_space\tFile too large\ttrue\ttrue\ttrue\nexit 0\n", output)
    local text = read(path_of "a")
    assert.equal(0, #text % 3000)
    assert.equal("\n", text:sub(-1))
  end)

  it("reports a full and a read-only disk", function()
    local full = limits.mounted(home, "size=64k")
    if not full then return pending "this user may not mount a file system" end
    local output = run_lua.run(fill:format(path_of "a"), { within = full })
    assert.equal("no_space\tNo space left on device\ttrue\ttrue\ttrue\nexit 0\n", output)
    local code = ([[
      local system = require "mimecast.system"
      print(select(3, system.open_append(%q, "new")), select(3, system.open_append(%q, "old")),
        select(3, system.write_owner_only(%q, "x")))]])
      :format(path_of "b", path_of "a", path_of "a")
    local first = ("touch %s && chmod 600 %s && mount -o remount,ro %s"):format(path_of "a", path_of "a", home)
    local within = limits.mounted(home, "size=64k", first)
    assert.equal("read_only\tread_only\tread_only\nexit 0\n", run_lua.run(code, { within = within }))
  end)

  it("reports make_folder without write permission", function()
    output_of("chmod 500 " .. home)
    local code = ([[print(select(3, require("mimecast.system").open_append(%q, "new")))]]):format(path_of "a")
    assert.equal("denied\nexit 0\n", run_lua.run(code, { within = limits.without_privilege() }))
    output_of("chmod 700 " .. home)
  end)
end)

describe("write_owner_only", function()
  local home

  before_each(function() home = tmp.folder() end)
  after_each(function() tmp.remove(home) end)

  it("creates or replaces a file that only its owner can read", function()
    local path = home .. "/plan"
    tmp.write(path, "old and longer")
    output_of("chmod 644 " .. path)
    assert.is_true(system.write_owner_only(path, "n\0w"))
    assert.equal("n\0w", read(path))
    assert.equal("600", output_of("stat -c %a " .. path))
    assert.equal("plan", output_of("ls -A " .. home))
  end)

  it("replaces a symbolic link, not its target", function()
    tmp.write(home .. "/target", "target")
    output_of("ln -s target " .. home .. "/link")
    assert.is_true(system.write_owner_only(home .. "/link", "new"))
    assert.equal("target", read(home .. "/target"))
    assert.equal("new", read(home .. "/link"))
  end)

  it("leaves the old file, and no other, if it fails", function()
    local path = tmp.write(home .. "/plan", "old")
    local code = ([[print(select(3, require("mimecast.system").write_owner_only(%q, ("x"):rep(100000))))]]):format(path)
    assert.equal("no_space\nexit 0\n", run_lua.run(code, { within = limits.file_size(20) }))
    assert.equal("old", read(path))
    assert.equal("plan", output_of("ls -A " .. home))
    assert.equal("missing", (select(3, system.write_owner_only(home .. "/none/plan", "x"))))
    output_of("mkdir " .. home .. "/folder")
    assert.equal("unsafe", (select(3, system.write_owner_only(home .. "/folder", "x"))))
    assert.equal("folder\nplan", output_of("ls -A " .. home))
    assert.equal("failed", (select(3, system.write_owner_only(("x"):rep(5000), "x"))))
  end)
end)

describe("make_folder", function()
  it("creates a folder for its owner only, or accepts an existing folder", function()
    local home = tmp.folder()
    local path = home .. "/own"
    assert.is_true(system.make_folder(path))
    assert.is_true(system.make_folder(path))
    assert.equal("700", output_of("umask 0; stat -c %a " .. path))
    assert.equal("missing", (select(3, system.make_folder(home .. "/none/own"))))
    tmp.remove(home)
  end)
end)

describe("list_folder", function()
  local folder

  before_each(function() folder = tmp.folder() end)
  after_each(function() tmp.remove(folder) end)

  it("returns the names in a folder", function()
    assert.same({}, system.list_folder(folder))
    for _, name in ipairs { "b", ".hidden", "a b" } do tmp.write(folder .. "/" .. name, "") end
    local names = system.list_folder(folder)
    table.sort(names)
    assert.same({ ".hidden", "a b", "b" }, names)
  end)

  it("returns nil, a message and a kind if the folder is missing or a file", function()
    assert.same({ nil, "No such file or directory", "missing" }, { system.list_folder(folder .. "/none") })
    assert.equal("missing", (select(3, system.list_folder(tmp.write(folder .. "/file", "")))))
  end)

  it("keeps no folder open", function()
    for _ = 1, 3000 do system.list_folder(folder) end
    assert.same({}, system.list_folder(folder))
  end)
end)
