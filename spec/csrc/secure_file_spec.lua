local core = require "mimecast.core"

describe("read_owner_only", function()
  local folder

  local function shell(command)
    return (assert(io.popen(command, "r")):read("*a"):gsub("\n$", ""))
  end

  local function path_of(name)
    return folder .. "/" .. name
  end

  local function write(name, mode, text)
    local file = assert(io.open(path_of(name), "wb"))
    file:write(text or "contents")
    file:close()
    shell("chmod " .. mode .. " " .. path_of(name))
    return path_of(name)
  end

  setup(function() folder = shell("mktemp -d") end)
  teardown(function() shell("rm -rf " .. folder) end)

  it("reads a file that only its owner can read", function()
    assert.equal("contents", core.read_owner_only(write("a", "600")))
    assert.equal("contents", core.read_owner_only(write("b", "400")))
    assert.equal("", core.read_owner_only(write("c", "600", "")))
    assert.equal("a\0b\r\n", core.read_owner_only(write("d", "600", "a\0b\r\n")))
  end)

  it("rejects a file that other users can read, write or run, with advice", function()
    for _, mode in ipairs{ "644", "640", "604", "620", "602", "610", "601" } do
      local text, message, code = core.read_owner_only(write("open", mode))
      assert.is_nil(text, mode)
      assert.equal("unsafe", code)
      assert.truthy(message:find("chmod 600", 1, true))
    end
  end)

  it("checks the target of a symbolic link", function()
    shell("ln -s " .. write("safe", "600") .. " " .. path_of("to_safe"))
    shell("ln -s " .. write("unsafe", "644") .. " " .. path_of("to_unsafe"))
    shell("ln -s nowhere " .. path_of("to_nothing"))
    assert.equal("contents", core.read_owner_only(path_of("to_safe")))
    assert.equal("unsafe", (select(3, core.read_owner_only(path_of("to_unsafe")))))
    assert.equal("missing", (select(3, core.read_owner_only(path_of("to_nothing")))))
  end)

  it("distinguishes a missing from an unsafe file", function()
    local text, message, code = core.read_owner_only(path_of("none"))
    assert.is_nil(text)
    assert.equal("No such file or directory", message)
    assert.equal("missing", code)
    assert.equal("missing", (select(3, core.read_owner_only(write("file", "600") .. "/below"))))
  end)

  it("rejects a folder", function()
    shell("mkdir -m 700 " .. path_of("folder"))
    local text, message, code = core.read_owner_only(path_of("folder"))
    assert.is_nil(text)
    assert.equal("is not a file", message)
    assert.equal("unsafe", code)
  end)

  it("rejects a pipe without waiting for it", function()
    shell("mkfifo -m 600 " .. path_of("pipe"))
    local text, message = core.read_owner_only(path_of("pipe"))
    assert.is_nil(text)
    assert.equal("is not a file", message)
  end)

  it("reads at most 64 KiB", function()
    local full = ("x"):rep(65536)
    assert.equal(full, core.read_owner_only(write("full", "600", full)))
    local text, message, code = core.read_owner_only(write("over", "600", full .. "x"))
    assert.is_nil(text)
    assert.equal("is over 64 KiB", message)
    assert.equal("unsafe", code)
  end)

  it("rejects another user's file", function()
    if shell("id -u") ~= "0" then return pending("only root can make another user's file") end
    local path = write("foreign", "600")
    shell("chown 65534 " .. path)
    local text, message, code = core.read_owner_only(path)
    assert.is_nil(text)
    assert.equal("belongs to another user", message)
    assert.equal("unsafe", code)
  end)
end)
