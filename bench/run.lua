--- make bench: measures all cases in turns on loopback, prints one table and writes build/bench.json.
--
-- BENCH_ROUNDS (default 7): rounds of each case. BENCH_CALLS (default 1,000,000): calls for the resident size; 0 skips it.
dofile "tools/paths.lua"
local json = require "mimecast.json"
local openresty = require "tools.openresty"
local cpu_affinity = require "bench.cpu_affinity"
local request_file = require "bench.request_file"
local cases = require "bench.cases"
local fixture = require "bench.fixture"
local shell = require "tools.shell"

local lua54, luajit = os.getenv "LUA54" or "lua5.4", os.getenv "LUAJIT" or "luajit"
local rounds = tonumber(os.getenv "BENCH_ROUNDS" or 7)
local resident_calls = tonumber(os.getenv "BENCH_CALLS" or 1000000)
local flat = 256 -- allowed growth of the resident size in KiB

local function run(command)
  local output, code = shell.run(command)
  if code ~= 0 then error(("%s ended with %d"):format(command, code), 0) end
  return output
end

local function progress(text)
  io.stderr:write(text, "\n")
end

local function median(values)
  local sorted = {}
  for i, value in ipairs(values) do sorted[i] = value end
  table.sort(sorted)
  local middle = math.floor(#sorted / 2)
  if #sorted % 2 == 1 then return sorted[middle + 1] end
  return (sorted[middle] + sorted[middle + 1]) / 2
end

-- ---- over the wire ----

local function measure(list)
  for round = 1, rounds do
    progress(("round %d of %d"):format(round, rounds))
    for _, row in ipairs(list) do
      if row.command then
        local wall, cpu = run(row.command):match "([%d.]+) ([%d.]+)"
        row.rates = row.rates or {}
        row.cpus = row.cpus or {}
        row.rates[round], row.cpus[round] = row.count / tonumber(wall), tonumber(cpu) / row.count * 1e6
      end
    end
  end
end

-- Divides by the reference of the same round: a disturbance of the machine affects both.
local function summarise(list)
  local by_id = {}
  for _, row in ipairs(list) do by_id[row.id] = row end
  for _, row in ipairs(list) do
    if row.rates then
      row.rate, row.cpu = median(row.rates), median(row.cpus)
      if row.reference then
        local ratios = {}
        for i, rate in ipairs(row.rates) do ratios[i] = rate / by_id[row.reference].rates[i] end
        row.ratios, row.ratio = ratios, median(ratios)
        row.met = row.aim and row.ratio >= row.aim
      end
    end
  end
end

-- ---- the rest ----

local function measure_micro()
  local list = { { id = "hmac", label = "one-shot HMAC() in C, the signature's reference",
    microseconds = tonumber(run "build/bench/hmac") } }
  for _, lua in ipairs { { "lua5.4", lua54 }, { "LuaJIT", luajit } } do
    progress("parts of a call, " .. lua[1])
    for _, row in ipairs(cases.micro(run(lua[2] .. " bench/micro.lua"), lua[1])) do
      row.met = row.aim and row.microseconds <= row.aim
      list[#list + 1] = row
    end
  end
  return list
end

-- Measures the CPU time of `require "mimecast"` in new processes: the median.
local function measure_require()
  progress "require"
  local times = {}
  for i = 1, 21 do times[i] = tonumber(run(lua54 .. " bench/require.lua")) end
  table.sort(times)
  local row = { id = "require", label = "require \"mimecast\" in a new process, lua5.4", microseconds = times[11], aim = 5000 }
  row.met = row.microseconds <= row.aim
  return row
end

local function measure_resident(url)
  progress(("resident size over %d calls"):format(resident_calls))
  local text = run(("%s%s bench/resident.lua %s %d"):format(cpu_affinity.client, lua54, shell.quote(url), resident_calls))
  local row = { id = "resident", label = "resident size over serial calls, lua5.4", marks = {} }
  for calls, size in text:gmatch "(%d+)\t(%d+)" do
    row.marks[#row.marks + 1] = { calls = tonumber(calls), kib = tonumber(size) }
  end
  row.aim = flat
  row.met = row.marks[#row.marks].kib - row.marks[1].kib <= flat
  return row
end

-- ---- the table ----

local function verdict(row)
  if not row.aim then return "" end
  return row.met and "met" or "MISSED"
end

local widths = { -55, 12, 9, 8, 8, -6 }

-- Pads by characters: "µ" is two bytes.
local function print_line(...)
  local parts = {}
  for i, width in ipairs(widths) do
    local text = tostring((select(i, ...)) or "")
    local pad = (" "):rep(math.abs(width) - #text:gsub("[\128-\191]", ""))
    parts[i] = width < 0 and text .. pad or pad .. text
  end
  print((table.concat(parts, " "):gsub("%s+$", "")))
end

local function fixed(digits, number)
  return number and ("%." .. digits .. "f"):format(number)
end

local function print_wire(list)
  print_line("over loopback", "calls/s", "CPU µs", "ratio", "target")
  for _, row in ipairs(list) do
    if row.rates then
      print_line(row.label, fixed(0, row.rate), fixed(1, row.cpu), fixed(2, row.ratio), fixed(2, row.aim), verdict(row))
    else
      print_line(row.label, "not installed")
    end
  end
end

local function print_micro(list)
  print()
  print_line("parts of a call", "", "µs", "", "target")
  for _, row in ipairs(list) do
    print_line(row.label, "", fixed(2, row.microseconds), "", fixed(1, row.aim), verdict(row))
  end
end

local function print_resident(row)
  print()
  print_line("memory", "calls", "KiB", "growth", "target")
  local first, last = row.marks[1], row.marks[#row.marks]
  print_line(row.label, first.calls, first.kib)
  print_line(row.label, last.calls, last.kib, last.kib - first.kib, row.aim, verdict(row))
end

local function write_json(all)
  local file = assert(io.open("build/bench.json", "wb"))
  file:write(json.encode(all), "\n")
  file:close()
end

local function bench(url, folder)
  local path = folder .. "/request.txt"
  request_file.write(url, path)
  local wire = cases.wire(url, path, lua54, luajit)
  measure(wire)
  summarise(wire)
  local micro = measure_micro()
  micro[#micro + 1] = measure_require()
  local resident = resident_calls > 0 and measure_resident(url) or nil
  io.stderr:write "\n"
  print_wire(wire)
  print_micro(micro)
  if resident then print_resident(resident) end
  for _, row in ipairs(wire) do row.command = nil end
  write_json { rounds = rounds, wire = json.array(wire), micro = json.array(micro), resident = resident }
end

local server = openresty.start { pin = cpu_affinity.server, server = fixture.locations }
local ok, reason = xpcall(bench, debug.traceback, server.url, server.prefix)
server:stop()
if not ok then
  io.stderr:write("\n", reason, "\n")
  os.exit(1)
end
