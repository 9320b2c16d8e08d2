--- make bench: measures all cases in turns on loopback, prints their tables and writes build/bench.json.
--
-- BENCH_ROUNDS (default 7): rounds of each case. BENCH_CALLS (default 1,000,000): calls for the resident size; 0 skips it.
-- BASE=COMMIT measures that commit in the same rounds.
dofile "tools/paths.lua"
local json = require "mimecast.json"
local openresty = require "tools.openresty"
local cpu_affinity = require "bench.cpu_affinity"
local report = require "bench.report"
local request_file = require "bench.request_file"
local cases = require "bench.cases"
local fixture = require "bench.fixture"
local shell = require "tools.shell"
local start = require "bench.start"
local statistics = require "bench.statistics"
local trees = require "bench.trees"

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
      row.rate, row.cpu = statistics.summary(row.rates).median, statistics.summary(row.cpus).median
      if row.reference then
        row.ratio = statistics.ratio(row.rates, by_id[row.reference].rates)
        row.met = row.aim and row.ratio.median >= row.aim
      end
    end
  end
  return by_id
end

-- Compares a figure of the module with that of each peer, and of the base: "rates" or "cpus".
local function compare(by_id, list, base, figure)
  local comparisons = {}
  local function add(label, mode, aim, reference_of)
    local row = { label = label, aim = aim, variants = json.array {} }
    for i, variant in ipairs(cases.variants) do
      local own = by_id[mode .. " " .. variant]
      local ratio = statistics.ratio(own[figure], reference_of(own)[figure])
      ratio.variant, ratio.met = variant, aim and ratio.median >= aim
      row.variants[i] = ratio
    end
    comparisons[#comparisons + 1] = row
  end
  for _, mode in ipairs { "serial", "flight" } do
    for _, peer in ipairs(list) do
      local is_compared = peer.peer == mode or figure == "cpus" and peer.bare == mode
      if is_compared and peer.rates then
        add(peer.label, mode, figure == "rates" and mode == "flight" and 1 or nil, function() return peer end)
      end
    end
    if base then
      add(("%s, %s"):format(base.name, cases.titles[mode]), mode, nil, function(own)
        return by_id[own.id .. " at " .. base.name]
      end)
    end
  end
  return comparisons
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

-- ---- the run ----

local function write_json(all)
  local file = assert(io.open("build/bench.json", "wb"))
  file:write(json.encode(all), "\n")
  file:close()
end

local function bench(context)
  request_file.write(context.url, context.file)
  request_file.write_peer(context.url, context.peer_file)
  local wire = cases.wire(context)
  measure(wire)
  local by_id = summarise(wire)
  local rates, cpus = compare(by_id, wire, context.base, "rates"), compare(by_id, wire, context.base, "cpus")
  local micro = measure_micro()
  progress "new processes"
  local starts = start.measure(context.base, context.url)
  local resident = resident_calls > 0 and measure_resident(context.url) or nil
  io.stderr:write "\n"
  print(require("mimecast.http").curl .. "\n")
  report.wire(wire)
  report.comparisons("calls a second, relative to", rates)
  print "With 32 in flight the target is 1.00; - marks a missed one."
  report.comparisons("CPU of a call, relative to", cpus)
  report.parts("parts of a call", micro)
  report.parts("CPU of a new process", starts)
  if resident then report.resident(resident) end
  for _, row in ipairs(wire) do row.command, row.prefix = nil, nil end
  write_json { rounds = rounds, curl = require("mimecast.http").curl, wire = json.array(wire),
    comparisons = { rates = json.array(rates), cpus = json.array(cpus) },
    micro = json.array(micro), starts = json.array(starts), resident = resident }
end

-- Starts the nginx whose worker has lua-resty-http.
local function start_worker()
  local resty = openresty.resty_path()
  return resty and openresty.start { pin = cpu_affinity.client, resty = resty, http = "lua_socket_pool_size 256;", server = [[
    location = /peer {
      content_by_lua_block {
        ngx.print(require("bench.peers.resty").measure(ngx.var.arg_file, tonumber(ngx.var.arg_count),
          tonumber(ngx.var.arg_flight)))
      }
    }]] }
end

local base = trees.base()
local server, worker = openresty.start { pin = cpu_affinity.server, server = fixture.locations }, nil
local ok, reason = xpcall(function()
  worker = start_worker()
  bench { url = server.url, file = server.prefix .. "/request.txt", peer_file = server.prefix .. "/request.json",
    lua54 = lua54, luajit = luajit, base = base, worker = worker and worker.url }
end, debug.traceback)
server:stop()
if worker then worker:stop() end
if not ok then
  io.stderr:write("\n", reason, "\n")
  os.exit(1)
end
