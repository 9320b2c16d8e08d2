--- make bench-count: the cost of one call without the wire, in figures that do not depend on the machine's load.
--
-- Lua counts VM instructions, KiB of garbage, called Lua functions and loaded modules; valgrind counts allocations and CPU
-- instructions, as the difference between a short and a long run, and those of new processes. BASE=COMMIT adds that commit's
-- figures. UPDATE=1 writes bench/count.values.
dofile "tools/paths.lua"
local count_values = require "bench.count_values"
local flows = require "bench.flows"
local shell = require "tools.shell"
local start = require "bench.start"
local trees = require "bench.trees"

local function run(command)
  local output, code = shell.run(command)
  if code ~= 0 then error(("%s ended with %d: %s"):format(command, code, output), 0) end
  return output
end

-- Returns the figure of one call from valgrind's figures for two processes.
local function difference(read, flow, prefix)
  local short, long = (flow.calls or 1000) / 5, flow.calls or 1000
  return (read(prefix, count_values.command(flow, long)) - read(prefix, count_values.command(flow, short)))
    / ((long - short) * 1.2) -- the warm-up is a fifth of the calls
end

local function cpu_instructions(prefix, command)
  local text = run(prefix .. "valgrind --tool=callgrind --callgrind-out-file=/dev/null " .. command .. " 2>&1")
  return tonumber((text:match "Collected : (%d+)"))
end

local function allocations(prefix, command)
  local text = run(prefix .. "valgrind --leak-check=no " .. command .. " 2>&1")
  return tonumber((text:match "total heap usage: ([%d,]+) allocs":gsub(",", "")))
end

local _, code = shell.run "valgrind --version >/dev/null 2>&1"
local has_valgrind = code == 0

local function print_row(label, tree, value, committed, flow, prefix)
  print(("%-31s %-9s %8.0f %9s %9.2f %9s %9.0f %7.0f %12s %13s"):format(label, tree, value.vm,
    committed and ("%.0f"):format(committed.vm) or "", value.garbage,
    committed and ("%.2f"):format(committed.garbage) or "", value.functions, value.modules,
    has_valgrind and ("%.1f"):format(difference(allocations, flow, prefix)) or "no valgrind",
    has_valgrind and ("%.0f"):format(difference(cpu_instructions, flow, prefix)) or "no valgrind"))
end

local base, committed, measured, problems = trees.base(), count_values.read(), {}, {}
local modes = { "vm", "garbage", "functions", "modules" }

-- A commit before an option or a function of the flow cannot make its calls.
local function print_base(flow)
  local ok, value = pcall(count_values.measure, flow, base.prefix, modes)
  if not ok then return print(("%-31s %-9s cannot make this call"):format("", base.name)) end
  print_row("", base.name, value, nil, flow, base.prefix)
end

print "cost of one call without the wire, lua5.4\n"
print(("%-41s %8s %9s %9s %9s %9s %7s %12s %13s"):format("", "VM instr", "committed", "KiB", "committed", "functions",
  "modules", "allocations", "CPU instr"))
for _, flow in ipairs(flows.list) do
  local value = count_values.measure(flow, nil, modes)
  measured[flow.id] = value
  problems[#problems + 1] = count_values.problem(flow, value, committed[flow.id])
  print_row(flow.label, "", value, committed[flow.id], flow, "")
  if base then print_base(flow) end
end
if has_valgrind then
  print(("\n%-88s %27s"):format("new processes", "CPU instr"))
  for _, case in ipairs(start.cases(base)) do
    print(("%-88s %27.0f"):format(case.label, cpu_instructions(case.variables, case.command)))
  end
end
if os.getenv "UPDATE" == "1" then
  count_values.write(measured)
elseif #problems > 0 then
  print("\nGROWN by more than 10 %:\n" .. table.concat(problems, "\n"))
end
