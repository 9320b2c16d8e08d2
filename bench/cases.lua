--- The cases of `make bench`, and the command that measures each.
local cpu_affinity = require "bench.cpu_affinity"
local shell = require "tools.shell"

local cases = {}

local serial_count, flight_count, in_flight = 8000, 24000, 32

local function has(command)
  local _, code = shell.run(command .. " >/dev/null 2>&1")
  return code == 0
end

--- Returns the cases over the wire. `command` prints wall-clock seconds and CPU seconds of `count` calls; it is nil if the
-- case's tool is not installed. `reference` is the case to compare with.
---@param url string the server
---@param file string the request file
---@param lua54 string
---@param luajit string
function cases.wire(url, file, lua54, luajit)
  local list, quoted = {}, shell.quote(file)
  local function add(id, label, count, command, reference, aim)
    list[#list + 1] = { id = id, label = label, count = count, reference = reference, aim = aim,
      command = command and ("%stimeout 300 %s"):format(cpu_affinity.client, command) }
  end
  local function module(mode, api, lua, count, more)
    return ("%s bench/module.lua %s %s %s %d%s"):format(lua, mode, api, shell.quote(url), count, more or "")
  end
  local more = " " .. in_flight
  add("bare serial", "bare libcurl in C, one at a time", serial_count,
    ("build/bench/bare serial %s %d"):format(quoted, serial_count))
  for _, lua in ipairs { { "lua5.4", lua54 }, { "LuaJIT", luajit } } do
    for _, api in ipairs { "1.0", "2.0" } do
      add(("serial %s %s"):format(lua[1], api), ("mimecast, one at a time, %s, API %s"):format(lua[1], api),
        serial_count, module("serial", api, lua[2], serial_count), "bare serial", 0.90)
    end
  end
  add("bare poll", "bare libcurl in C, 32 in flight, perform + poll", flight_count,
    ("build/bench/bare poll %s %d%s"):format(quoted, flight_count, more))
  add("bare socket", "bare libcurl in C, 32 in flight, action + epoll", flight_count,
    ("build/bench/bare socket %s %d%s"):format(quoted, flight_count, more), "bare poll")
  for _, lua in ipairs { { "lua5.4", lua54 }, { "LuaJIT", luajit } } do
    for _, api in ipairs { "1.0", "2.0" } do
      add(("flight %s %s"):format(lua[1], api), ("mimecast, 32 in flight, %s, API %s"):format(lua[1], api),
        flight_count, module("flight", api, lua[2], flight_count, more), "bare poll", 0.70)
    end
  end
  local python, node = has "python3 -c 'import requests'", has "node -e 'fetch'"
  add("python", "Python requests, one at a time", 1000,
    python and ("python3 bench/session.py %s 1000"):format(quoted), "bare serial")
  add("node serial", "node fetch, one at a time", 1500,
    node and ("node bench/fetch.mjs %s 1500 1"):format(quoted), "bare serial")
  add("node flight", "node fetch, 32 in flight", 3000,
    node and ("node bench/fetch.mjs %s 3000 32"):format(quoted), "bare poll")
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
