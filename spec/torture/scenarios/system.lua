-- Scenarios: digests, files, processes, signals.
local shared = ...
local core, scenario, same, nothing = shared.core, shared.scenario, shared.same, shared.nothing

local system = core.system

scenario("digest", "lua openssl", function()
  local function run()
    local digest = system.sha256():update("a"):update("b")
    local first = digest:hex()
    return { first, digest:update("c"):hex(), system.sha256_hex "abc" }
  end
  local function verify(out)
    same(out[1], "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603", "the digest in between")
    same(out[2], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "the digest")
    same(out[3], out[2], "the digest at once")
  end
  return run, verify, nothing
end)

scenario("decoder", "lua", function()
  local latin, wide = ("J\252rgen "):rep(2000), "a\0b\0\61\216"
  local function run()
    local decoder = system.decoder "windows-1252"
    local text, count = decoder:decode(latin)
    local part, used, problem = system.decoder "UTF-16LE":decode(wide)
    decoder:close()
    return { text, count, part, used, problem, tostring(system.decoder "nothing") }
  end
  local function verify(out)
    same(out[1], ("J\195\188rgen "):rep(2000), "the text")
    same(out[2], #latin, "the converted bytes")
    same(out[3], "ab", "the part")
    same(out[4], 4, "the used bytes")
    same(out[5], "incomplete", "the problem")
    same(out[6], "nil", "an unknown encoding")
  end
  return run, verify, nothing
end)

scenario("identity", "lua", function()
  local first = system.identity()
  local function verify(out)
    for _, name in ipairs { "user", "host", "pid" } do same(out[name], first[name], name) end
  end
  return system.identity, verify, nothing
end)

scenario("bloom filter", "lua", function()
  local function run()
    local filter = system.bloom_filter(1000)
    return { filter:add "a", filter:add "b", filter:add "a" }
  end
  local function verify(out) same(tostring(out[1]) .. tostring(out[2]) .. tostring(out[3]), "falsefalsetrue", "add") end
  return run, verify, nothing
end)

-- If a failure left a file open, its lock would fail the next run, unless the collector closes the file.
scenario("file", "lua", function()
  local path = os.tmpname()
  local function run()
    os.remove(path)
    local file, message = system.open_append(path, "new")
    if not file then error(message, 0) end
    file:write "one\n"
    file:sync()
    file:write "two\n"
    local text, size = file:read(0, 1000), file:size()
    file:truncate(4)
    local _, _, kind = system.open_append(path, "old")
    file:rewrite "three"
    file:close()
    same(system.write_owner_only(path, "new"), true, "write_owner_only")
    file = system.open_append(path, "old")
    return { text, size, kind, file:read(0, 10) }
  end
  local function verify(out)
    same(out[1], "one\ntwo\n", "read")
    same(out[2], 8, "size")
    same(out[3], "locked", "the kind")
    same(out[4], "new", "what was written in its place")
  end
  local function recover()
    collectgarbage()
    collectgarbage()
    os.remove(path)
  end
  return run, verify, recover
end)

scenario("folder", "lua", function()
  local folder = os.tmpname()
  os.remove(folder)
  system.make_folder(folder)
  for _, name in ipairs { "a", "b" } do system.write_owner_only(folder .. "/" .. name, "") end
  local function run()
    local names = system.list_folder(folder)
    table.sort(names)
    return { names, (select(3, system.list_folder(folder .. "/none"))) }
  end
  local function verify(out)
    same(table.concat(out[1], " "), "a b", "the names")
    same(out[2], "missing", "the kind")
  end
  return run, verify, nothing
end)

scenario("command", "lua", function()
  local function run()
    local secret, message = system.read_secret_from_command({ "echo", "Planted" }, 10)
    if not secret then error(message, 0) end
    return { core.secret.reveal(secret), (select(3, system.read_secret_from_command({ "false" }, 10))) }
  end
  local function verify(out)
    same(out[1], "Planted", "the secret")
    same(out[2], "failed", "the kind")
  end
  return run, verify, nothing
end)

scenario("signals", "lua", function()
  local function mask()
    local file = io.open "/proc/self/status"
    local text = file:read "*a"
    file:close()
    return text:match "SigBlk:%s*(%x+)"
  end
  local before = mask()
  local function run()
    local counter = system.signal_counter()
    local count = counter:count()
    counter:close()
    return { count, system.resident() }
  end
  local function verify(out)
    same(out[1], 0, "count")
    same(out[2] > 100000, true, "resident")
  end
  local function recover()
    collectgarbage()
    collectgarbage()
    same(mask(), before, "the signal mask")
  end
  return run, verify, recover
end)
