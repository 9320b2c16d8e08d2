-- The store in files: the contract of a store, several processes, and files that cannot be used.
local core = require "mimecast.core"
local file_store = require "mimecast.store.file"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local store_cases = require "spec.support.asserts.store_cases"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local client = "0123456789abcdef"

describe("store.file", function()
  local folder, now, lines

  before_each(function() folder, now, lines = tmp.folder() .. "/cache", 1700000000, {} end)
  after_each(function() tmp.clean() end)

  local function new(options)
    options = options or {}
    return file_store.new { folder = options.folder or folder, clock = function() return now end,
      monotonic = function() return now end, log = function(line) lines[#lines + 1] = line end }
  end

  local function pass(seconds) now = now + seconds end
  local function path_of(name) return ("%s/%s.cache"):format(folder, name or client) end
  local function text_of(name) return tmp.read(path_of(name)) end

  for _, case in ipairs(store_cases) do
    it(case.title, function() case.run(new(), client .. ":key", pass) end)
    it(case.title .. ", with a new process for each operation", function()
      local renewed = setmetatable({}, { __index = function(_, name)
        return function(_, ...)
          local store = new()
          return store[name](store, ...)
        end
      end })
      case.run(renewed, client .. ":key", pass)
    end)
  end

  it("keeps a file of mode 0600 for each client in a folder of mode 0700", function()
    local store = new()
    store:set(client .. ":token", "one", 10)
    store:set("fedcba9876543210:token", "two", 10)
    assert.equal("600\n600\n700", shell.output(("stat -c %%a %s %s %s"):format(path_of(), path_of "fedcba9876543210", folder)))
    assert.equal("two", new():get "fedcba9876543210:token")
  end)

  it("drops expired entries from the files, also those of other clients", function()
    new():set(client .. ":token", "PlantedOne", 10)
    new():set("fedcba9876543210:token", "PlantedTwo", 1000)
    pass(11)
    assert.is_nil((new():get(client .. ":token")))
    assert.equal("", text_of())
    new():set(client .. ":token", "PlantedOne", 10)
    pass(1000)
    new():get "0000000000000000:token"
    assert.equal("", text_of())
    assert.equal("", text_of "fedcba9876543210")
  end)

  it("drops entries from the future: the clock was set back", function()
    new():set(client .. ":key", "value", 100)
    pass(-0.5)
    assert.equal("value", (new():get(client .. ":key")))
    pass(-3600)
    assert.is_nil((new():get(client .. ":key")))
  end)

  it("takes a file that was cut or changed for empty", function()
    for _, change in ipairs { function(text) return text:sub(1, -2) end, function(text) return text .. "x" end,
      function(text) return text:gsub("n5", "n9") end, function() return ("\0"):rep(100) end, function() return "x" end } do
      local store = new()
      store:set(client .. ":key", 5, 10)
      shell.write(path_of(), (change(text_of())))
      assert.is_nil((store:get(client .. ":key")))
      assert.is_nil((new():get(client .. ":key")))
      store:set(client .. ":key", 6, 10)
      assert.equal(6, (new():get(client .. ":key")))
    end
  end)

  it("is bounded: drops the entries that expire first", function()
    local store = new()
    for i = 1, 60 do store:set(("%s:%d"):format(client, i), ("x"):rep(1200), 100 + i) end
    local size = #text_of()
    assert.is_true(size > 60000 and size <= 65536 + 100, size)
    assert.is_nil((new():get(client .. ":1")))
    assert.truthy((new():get(client .. ":60")))
    store:set(client .. ":large", ("x"):rep(20000), 1000)
    assert.equal(20000, #store:get(client .. ":large"))
    assert.is_true(#text_of() <= 65536 + 100)
  end)

  it("keeps the entries in the process if the files cannot be used, and says so once", function()
    shell.run("mkdir " .. shell.quote(folder))
    shell.write(path_of(), "")
    shell.run("chmod 644 " .. shell.quote(path_of()))
    local store = new()
    store:set(client .. ":key", "value", 100)
    assert.equal("value", (store:get(client .. ":key")))
    assert.is_true(store:add(client .. ":lock", "a", 100))
    assert.is_false(store:add(client .. ":lock", "b", 100))
    assert.equal(3, store:incr(client .. ":sum", 1, 2, 100))
    assert.equal("", text_of())
    assert.equal(1, #lines)
    assert.truthy(lines[1]:find("chmod 600", 1, true), lines[1])
    shell.run("chmod 600 " .. shell.quote(path_of()))
    pass(6)
    store:set(client .. ":key", "shared", 100)
    assert.equal("shared", (new():get(client .. ":key")))
  end)

  it("does not follow a symbolic link", function()
    local target = tmp.write(tmp.path "target", "")
    shell.run(("mkdir %s && ln -s %s %s"):format(folder, target, path_of()))
    new():set(client .. ":key", "value", 100)
    assert.equal("", tmp.read(target))
    assert.truthy(lines[1]:find("is a symbolic link", 1, true))
  end)

  it("keeps the entries in the process without a home folder", function()
    local output = run_lua.run([[local store = require("mimecast.store.file").new()
      store:set("00:key", "value", 10)
      print((store:get "00:key"))]], { clean = true })
    assert.equal("value\nexit 0\n", output)
  end)

  it("does not wait for longer than a second for a process that holds the lock", function()
    new():set(client .. ":key", "value", 100)
    local held = assert(system.open_append(path_of(), "old"))
    local store, start = new(), core.monotonic()
    assert.is_nil((store:get(client .. ":key")))
    assert.is_nil((store:get(client .. ":key")))
    local seconds = core.monotonic() - start
    held:close()
    assert.is_true(seconds >= 0.9 and seconds < 1.9, seconds)
    assert.truthy(lines[1]:find("another process has it open", 1, true), lines[1])
  end)

  it("counts exactly with eight processes at a time, one of which adds a key", function()
    local code = ([[local store = require("mimecast.store.file").new { folder = %q }
      for _ = 1, 200 do store:incr("%s:sum", 1, 0, 100) end
      if store:add("%s:once", "x", 100) then print "added" end]]):format(folder, client, client)
    local path = tmp.file(("package.path = './lua/?.lua;./lua/?/init.lua;' .. package.path\n"
      .. "package.cpath = './build/%s/?.so;' .. package.cpath\n"):format(shell.abi) .. code)
    local output = shell.output(("for i in 1 2 3 4 5 6 7 8; do %s %s & done; wait"):format(shell.interpreter, path))
    assert.equal("added", output)
    local store = file_store.new { folder = folder }
    assert.equal(1600, (store:get(client .. ":sum")))
  end)

  it("takes a lock over from a process that has ended, and no other key", function()
    local function add(name)
      return ([[assert(require("mimecast.store.file").new { folder = %q }:add("%s:%s", "theirs", 1000)) ]]):format(folder,
        client, name)
    end
    assert.equal("exit 0\n", run_lua.run(add "lock" .. add "window"))
    local store = file_store.new { folder = folder }
    assert.is_true(store:add(client .. ":lock", "mine", 1000))
    assert.is_false(store:add(client .. ":window", "mine", 1000))
    assert.equal("mine", (store:get(client .. ":lock")))
    assert.truthy(run_lua.run(add "lock"):find("assertion failed", 1, true))
  end)

  it("raises for an unknown option", function()
    assert.has_error(function() file_store.new { foldr = "x" } end,
      "mimecast.store.file: unknown option foldr; did you mean folder?")
  end)
end)
