--- The committed cost of each flow, in bench/count.values: VM instructions and KiB of garbage on lua5.4.
local flows = require "bench.flows"
local shell = require "tools.shell"

local count_values = { path = "bench/count.values", allowed = 0.1 }

local head = [[
# The cost of one call on lua5.4: flow, VM instructions, KiB of garbage. `make bench-count UPDATE=1` writes this file.
# make test fails if a figure has grown by more than 10 %.
]]

local lua = os.getenv "LUA54" or "lua5.4"

--- Returns the command that makes the calls of a flow.
---@param flow table of bench/flows.lua
---@param count integer
---@param mode? "vm"|"garbage"|"functions"|"modules"
function count_values.command(flow, count, mode)
  return ("%s bench/flow.lua %s %d %s"):format(lua, flow.id, count, mode or "")
end

local committed_modes = { "vm", "garbage" }

--- Measures a flow.
---@param flow table of bench/flows.lua
---@param prefix? string words before the command
---@param modes? string[] what to measure; default: what bench/count.values has
---@return {vm: number, garbage: number, functions?: number, modules?: number}
function count_values.measure(flow, prefix, modes)
  local result = {}
  for _, mode in ipairs(modes or committed_modes) do
    local output, code = shell.run((prefix or "") .. count_values.command(flow, flow.calls or 1000, mode) .. " 2>&1")
    result[mode] = code == 0 and tonumber(output) or error(output, 0)
  end
  return result
end

--- Reads the committed values by flow.
---@return table<string, {vm: number, garbage: number}>
function count_values.read()
  local values = {}
  for line in io.lines(count_values.path) do
    local id, vm, garbage = line:match "^([%w_.-]+)%s+([%d.]+)%s+([%d.]+)$"
    if id then values[id] = { vm = tonumber(vm), garbage = tonumber(garbage) } end
  end
  return values
end

--- Writes measured values.
---@param values table<string, {vm: number, garbage: number}>
function count_values.write(values)
  local lines = { head }
  for _, flow in ipairs(flows.list) do
    local value = values[flow.id]
    lines[#lines + 1] = ("%-16s %7.0f %8.2f\n"):format(flow.id, value.vm, value.garbage)
  end
  shell.write(count_values.path, table.concat(lines))
end

local function grown(measured, committed)
  return measured > committed * (1 + count_values.allowed)
end

--- Returns what has grown by more than the allowed part; nil if nothing has.
---@param flow table of bench/flows.lua
---@param measured {vm: number, garbage: number}
---@param committed? {vm: number, garbage: number}
---@return string?
function count_values.problem(flow, measured, committed)
  local remedy = "make bench-count UPDATE=1 writes the new values, if the cost is worth it"
  if not committed then return ("%s has no line in %s; %s"):format(flow.id, count_values.path, remedy) end
  local vm_grown, garbage_grown = grown(measured.vm, committed.vm), grown(measured.garbage, committed.garbage)
  if not vm_grown and not garbage_grown then return nil end
  return ("%s: %.0f VM instructions (%s: %.0f), %.2f KiB (%.2f); %s"):format(flow.label, measured.vm, count_values.path,
    committed.vm, measured.garbage, committed.garbage, remedy)
end

return count_values
