--- The cases of `make bench`, and the command that measures each.
local cpu_affinity = require "bench.cpu_affinity"
local shell = require "tools.shell"

local cases = {}

local serial_count, flight_count, in_flight = 8000, 24000, 32

-- The least ratio to bare libcurl, by interpreter and API.
local aims = {
  serial = { ["lua5.4 1.0"] = 0.86, ["lua5.4 2.0"] = 0.90, ["LuaJIT 1.0"] = 0.90, ["LuaJIT 2.0"] = 0.92 },
  flight = { ["lua5.4 1.0"] = 0.70, ["lua5.4 2.0"] = 0.76, ["LuaJIT 1.0"] = 0.75, ["LuaJIT 2.0"] = 0.82 },
}

--- Interpreter and API of the module's cases.
cases.variants = { "lua5.4 1.0", "lua5.4 2.0", "LuaJIT 1.0", "LuaJIT 2.0" }

local function has(command)
  local _, code = shell.run(command .. " >/dev/null 2>&1")
  return code == 0
end

-- Returns the command of a Python that has a module.
local function python_with(module)
  for _, python in ipairs { "python3", "/usr/bin/python3" } do
    if has(("%s -c 'import %s'"):format(python, module)) then return python end
  end
end

-- The peers: id, label, and the command for a number of calls and of calls in flight; no command if the peer is not installed.
local function peers(context)
  local file = shell.quote(context.peer_file)
  local requests, aiohttp, node = python_with "requests", python_with "aiohttp", has "node -e 'fetch'"
  local go = shell.read "build/bench/go_peer"
  local undici = node and shell.read "build/peers/node_modules/undici/package.json"
  local function format(is_installed, text)
    return is_installed and function(count, flight) return text:format(count, flight) end
  end
  return {
    { id = "go", label = "Go net/http", serial = 8000, flight = 24000,
      command = format(go, "build/bench/go_peer " .. file .. " %d %d") },
    { id = "undici", label = "undici", serial = 4000, flight = 16000,
      command = format(undici, "node bench/peers/node.mjs undici " .. file .. " %d %d") },
    { id = "fetch", label = "node fetch", serial = 2000, flight = 4000,
      command = format(node, "node bench/peers/node.mjs fetch " .. file .. " %d %d") },
    { id = "resty", label = "lua-resty-http in nginx", serial = 8000, flight = 16000, command = format(context.worker,
      ("curl -sf --max-time 300 '%s/peer?file=%s&count=%%d&flight=%%d'"):format(context.worker, context.peer_file)) },
    { id = "aiohttp", label = "Python aiohttp", serial = 2000, flight = 4000,
      command = format(aiohttp, (aiohttp or "") .. " bench/peers/python.py aiohttp " .. file .. " %d %d") },
    { id = "requests", label = "Python requests", serial = 1000,
      command = format(requests, (requests or "") .. " bench/peers/python.py requests " .. file .. " %d %d") },
  }
end

cases.titles = { serial = "one at a time", flight = in_flight .. " in flight" }
local references = { serial = "bare serial", flight = "bare poll" }

--- Returns the cases over the wire. `command` prints wall-clock seconds and CPU seconds of `count` calls; it is nil if the
-- case's tool is not installed. `reference` is the case to compare with.
---@param context table url: of the server; file, peer_file: of bench/request_file.lua; lua54, luajit; worker: URL of the nginx
-- with lua-resty-http, or nil; base: of bench/trees.lua, or nil
function cases.wire(context)
  local list, file = {}, shell.quote(context.file)
  local function add(case)
    if case.command then
      case.command = ("%s%stimeout 300 %s"):format(case.prefix or "", cpu_affinity.client, case.command)
    end
    list[#list + 1] = case
  end
  local function add_module(mode, variant, count, base)
    local name, api = variant:match "^(%S+) (%S+)$"
    local suffix, lua = base and " at " .. base.name or "", name == "lua5.4" and context.lua54 or context.luajit
    add { id = mode .. " " .. variant .. suffix, count = count, reference = references[mode],
      label = ("mimecast, %s, %s, API %s%s"):format(cases.titles[mode], name, api, suffix),
      aim = not base and aims[mode][variant] or nil, prefix = base and base.prefix,
      command = ("%s bench/module.lua %s %s %s %d %d"):format(lua, mode, api, shell.quote(context.url), count, in_flight) }
  end
  local function add_mode(mode, count)
    for _, variant in ipairs(cases.variants) do
      add_module(mode, variant, count)
      if context.base then add_module(mode, variant, count, context.base) end
    end
    for _, peer in ipairs(peers(context)) do
      if peer[mode] then
        add { id = mode .. " " .. peer.id, label = peer.label .. ", " .. cases.titles[mode], count = peer[mode],
          peer = mode, reference = references[mode],
          command = peer.command and peer.command(peer[mode], mode == "flight" and in_flight or 1) }
      end
    end
  end
  add { id = "bare serial", label = "bare libcurl in C, one at a time", count = serial_count, bare = "serial",
    command = ("build/bench/bare serial %s %d"):format(file, serial_count) }
  add_mode("serial", serial_count)
  add { id = "bare poll", label = "bare libcurl in C, 32 in flight, poll", count = flight_count, bare = "flight",
    command = ("build/bench/bare poll %s %d %d"):format(file, flight_count, in_flight) }
  add { id = "bare socket", label = "bare libcurl in C, 32 in flight, epoll", count = flight_count,
    command = ("build/bench/bare socket %s %d %d"):format(file, flight_count, in_flight), reference = "bare poll" }
  add_mode("flight", flight_count)
  return list
end

local micro = {
  { "signature", "signature", 0.6 },
  { "authorise", "authorise: date, id, signature, headers" },
  { "encode fields", "encode fields" },
  { "encode JSON", "encode JSON" },
  { "decode JSON", "decode JSON" },
  { "decode fields", "decode fields" },
  { "all four", "the four as a call does them" },
  { "cjson encode", "cjson encode alone" },
  { "cjson decode", "cjson decode alone" },
}

--- Returns the cases without the wire, from the output of bench/micro.lua.
---@param text string
---@param lua string
function cases.micro(text, lua)
  local values, list = {}, {}
  for name, value in text:gmatch "([^\t\n]+)\t([%d.]+)" do values[name] = tonumber(value) end
  for _, entry in ipairs(micro) do
    local aim = entry[3]
    if entry[1] == "all four" and lua == "lua5.4" then aim = 6 end
    list[#list + 1] = { id = ("%s %s"):format(entry[1], lua), label = ("%s, %s"):format(entry[2], lua),
      microseconds = assert(values[entry[1]], text), aim = aim }
    if entry[1] == "decode fields" then
      local sum = values["encode fields"] + values["encode JSON"] + values["decode JSON"] + values["decode fields"]
      list[#list + 1] = { id = "sum " .. lua, label = ("the sum of the four, %s"):format(lua), microseconds = sum,
        aim = lua == "lua5.4" and 6 or nil }
    end
  end
  return list
end

return cases
