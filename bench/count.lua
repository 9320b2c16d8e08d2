--- make bench-count: the cost of one call of update_user without the wire, in figures that do not depend on the machine's load.
--
-- VM instructions and KiB of garbage are counted by Lua itself; CPU instructions and allocations by valgrind, as the
-- difference between a short and a long run.
dofile "tools/paths.lua"
local shell = require "tools.shell"

local lua = os.getenv "LUA54" or "lua5.4"
local short, long = 200, 1200 -- calls

local function run(command)
  local output, code = shell.run(command)
  if code ~= 0 then error(("%s ended with %d"):format(command, code), 0) end
  return output
end

local function flow(api, count, mode)
  return ("%s bench/flow.lua %s %d %s"):format(lua, api, count, mode or "")
end

-- Returns the figure of one call from valgrind's figures for two processes.
local function difference(read, api)
  return (read(flow(api, long)) - read(flow(api, short))) / (long - short)
end

local function cpu_instructions(command)
  local text = run("valgrind --tool=callgrind --callgrind-out-file=/dev/null " .. command .. " 2>&1")
  return tonumber((text:match "Collected : (%d+)"))
end

local function allocations(command)
  local text = run("valgrind --leak-check=no " .. command .. " 2>&1")
  return tonumber((text:match "total heap usage: ([%d,]+) allocs":gsub(",", "")))
end

local _, code = shell.run "valgrind --version >/dev/null 2>&1"
local has_valgrind = code == 0

print "one call of update_user without the wire, lua5.4\n"
print "API   VM instructions   KiB of garbage   allocations   CPU instructions"
for _, api in ipairs { "1.0", "2.0" } do
  print(("%-5s %15.0f %16.2f %13s %18s"):format(api, run(flow(api, 1000, "vm")), run(flow(api, 1000, "garbage")),
    has_valgrind and ("%.1f"):format(difference(allocations, api)) or "no valgrind",
    has_valgrind and ("%.0f"):format(difference(cpu_instructions, api)) or "no valgrind"))
end
