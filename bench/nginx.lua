--- Benchmark inside nginx: latency while calls are in flight, call rate, CPU, and the effect of reloads.
--
-- Prints a table and writes build/bench-nginx.json. BENCH_RELOADS (default 100) is the number of reloads. With BASE=COMMIT, the
-- call rates of that commit are measured in the same rounds.
dofile "tools/paths.lua"
local certificates = require "tools.certificates"
local concurrent_http = require "tools.concurrent_http"
local core = require "mimecast.core"
local nginx_config = require "bench.nginx_config"
local json = require "mimecast.json"
local openresty = require "tools.openresty"
local shell = require "tools.shell"
local statistics = require "bench.statistics"
local trees = require "bench.trees"

local rounds = tonumber(os.getenv "BENCH_ROUNDS" or 5)
local reloads = tonumber(os.getenv "BENCH_RELOADS" or 100)
local transports = openresty.resty_path() and { "curl", "resty" } or { "curl" }
local calls, concurrency = 20000, 16 -- of bench/nginx_measures.lua
local results = {}

local function progress(text) io.stderr:write(text, "\n") end

-- Adds a result. `aim` is a maximum, or a minimum with `at_least`.
local function add(label, value, unit, aim, at_least)
  local met
  if aim then
    if at_least then met = value >= aim else met = value <= aim end
  end
  results[#results + 1] = { label = label, value = value, unit = unit, aim = aim, met = met }
end

local function median(values)
  return statistics.summary(values).median
end

local function paths(transport, count, seconds)
  local list = {}
  for i = 1, count do list[i] = ("/call?t=%s&email=after-%s-%d@example.com"):format(transport, seconds, i) end
  return list
end

local function count_lost(bodies)
  local count = 0
  for _, body in ipairs(bodies) do
    if not (body and body:find("^after%-")) then count = count + 1 end
  end
  return count
end

-- ---- in flight ----

local function in_flight(near, transport)
  local walls, p99s, lost = {}, {}, 0
  for round = 1, rounds do
    local bodies, took, times = concurrent_http.run(near.port, paths(transport, 200, "0.3"), "/ping")
    lost = lost + count_lost(bodies)
    walls[round], p99s[round] = took * 1000, times[math.ceil(#times * 0.99)] * 1000
  end
  add(("%s: 200 calls of 300 ms in flight"):format(transport), median(walls), "ms", 450)
  add(("%s: p99 of another location meanwhile"):format(transport), median(p99s), "ms", 5)
  add(("%s: calls lost"):format(transport), lost, "", 0)
end

local function blocking(near)
  local _, took, times = concurrent_http.run(near.port, paths("blocking", 10, "0.3"), "/ping")
  add("blocking libcurl, the negative control: 10 calls of 300 ms", took * 1000, "ms")
  add("blocking libcurl: p99 of another location meanwhile", times[math.ceil(#times * 0.99)] * 1000, "ms")
end

-- ---- CPU ----

-- Returns the CPU seconds of a process from schedstat: /proc/PID/stat counts ticks, at which timers wake, too.
local function cpu_of(pid)
  return tonumber(assert(shell.read("/proc/" .. pid .. "/schedstat")):match "^(%d+)") / 1e9
end

-- Measures the CPU that the worker uses while calls wait.
local function waiting(near, transport)
  local pid, list = near:get "/pid", paths(transport, 40, "5")
  local words = {}
  for i, path in ipairs(list) do words[i] = ("curl -s '%s%s' >/dev/null &"):format(near.url, path) end
  shell.run(table.concat(words, "\n") .. "\nsleep 0.7")
  local before, begin = cpu_of(pid), core.monotonic()
  shell.run "sleep 3.5"
  local cpu, seconds = cpu_of(pid) - before, core.monotonic() - begin
  shell.run "sleep 1.2"
  add(("%s: worker's CPU while 40 calls wait"):format(transport), cpu / seconds * 100, "%",
    transport == "curl" and 3 or 1)
end

-- ---- rate ----

local function rate_of(text)
  local wall, cpu = text:match "^([%d.]+) ([%d.]+)$"
  if not wall then error(text, 0) end
  return calls / tonumber(wall), tonumber(cpu) / calls * 1e6
end

-- Measures the rates of a path of one nginx in each round.
local function sample(samples, round, name, near, path)
  samples[name] = samples[name] or { rates = {}, cpus = {} }
  samples[name].rates[round], samples[name].cpus[round] = rate_of(near:get(path))
end

local function measure_rates(near, base, base_near)
  local samples = {}
  for round = 1, rounds do
    if #transports > 1 then sample(samples, round, "bare", near, "/bare") end
    for _, name in ipairs(transports) do
      sample(samples, round, name, near, "/rate?t=" .. name)
      if base then sample(samples, round, name .. " " .. base.name, base_near, "/rate?t=" .. name) end
    end
  end
  return samples
end

local function add_ratio(label, values, references, aim, at_least)
  local ratio = statistics.ratio(values, references)
  add(("%s (%.2f to %.2f)"):format(label, ratio.min, ratio.max), ratio.median, "", aim, at_least)
end

local function rates(near, base, base_near)
  local samples = measure_rates(near, base, base_near)
  local bare = samples.bare
  local function add_rate(name, label)
    local one = samples[name]
    if not one then return end
    if bare and one ~= bare then
      add_ratio(name .. ": call rate relative to bare", one.rates, bare.rates, name == "resty" and 0.8 or nil, true)
    end
    add(("%s: calls per second, %d in flight"):format(label or name, concurrency), median(one.rates), "/s")
    add(("%s: CPU of one call"):format(label or name), median(one.cpus), "us")
  end
  add_rate("bare", "lua-resty-http and cjson, bare")
  for _, name in ipairs { "resty", "curl" } do
    add_rate(name)
    if base and samples[name] then
      local before = samples[name .. " " .. base.name]
      add_rate(name .. " " .. base.name)
      add_ratio(("%s: call rate relative to %s"):format(name, base.name), samples[name].rates, before.rates)
      add_ratio(("%s: CPU of one call relative to %s"):format(name, base.name), samples[name].cpus, before.cpus)
    end
  end
end

-- ---- stalls ----

local function stalls(near, transport)
  local numbers = {}
  for number in near:get("/stall?t=" .. transport):gmatch "[%d.]+" do numbers[#numbers + 1] = tonumber(number) * 1000 end
  add(("%s: CPU of a single call, median"):format(transport), numbers[1], "ms", 1)
  add(("%s: CPU of a single call, p99"):format(transport), numbers[2], "ms", 1)
  numbers = {}
  local text = near:get("/tls?t=" .. transport)
  for number in text:gmatch "[%d.]+" do numbers[#numbers + 1] = tonumber(number) * 1000 end
  if not numbers[3] then error(text, 0) end
  add(("%s: CPU of a client's first call, with TLS set-up, median"):format(transport), numbers[1], "ms")
  add(("%s: CPU of its second call over TLS, median"):format(transport), numbers[3], "ms")
end

-- ---- reload ----

local function size_of(pid)
  local _, count = shell.run("ls /proc/" .. pid .. "/fd"):gsub("[^\n]+", "")
  return count, tonumber(assert(shell.read("/proc/" .. pid .. "/status")):match "VmRSS:%s*(%d+) kB")
end

-- Reloads nginx while calls go on. Returns the numbers of all calls and of lost calls.
local function reload(near, transport, count)
  local master, done = near:pid(), near.prefix .. "/reloaded"
  os.remove(done)
  shell.run(("(for i in $(seq %d); do kill -HUP %s; sleep 0.15; done; echo >%s) >/dev/null 2>&1 &"):format(count, master,
    shell.quote(done)))
  local total, lost = 0, 0
  while not shell.read(done) do
    local bodies = concurrent_http.run(near.port, paths(transport, 16, "0.05"))
    total, lost = total + #bodies, lost + count_lost(bodies)
  end
  shell.run "sleep 1"
  return total, lost
end

local function reloading(near, transport)
  local first = math.min(10, reloads)
  local _, before = near:log():gsub("signal 1 %(SIGHUP%) received from %d+, reconfiguring", "")
  reload(near, transport, first)
  local fds, kib = size_of(near:pid())
  local worker_fds, worker_kib = size_of((near:get "/pid"))
  local total, lost = reload(near, transport, reloads - first)
  local later_fds, later_kib = size_of(near:pid())
  concurrent_http.run(near.port, paths(transport, 16, "0.05"))
  local later_worker_fds, later_worker_kib = size_of((near:get "/pid"))
  local workers = select(2, shell.run("pgrep -P " .. near:pid()):gsub("[^\n]+", ""))
  local _, seen = near:log():gsub("signal 1 %(SIGHUP%) received from %d+, reconfiguring", "")
  add(("%s: reloads, counted in nginx's log"):format(transport), seen - before, "")
  add(("%s: calls during %d of them"):format(transport, reloads - first), total, "")
  add(("%s: calls lost"):format(transport), lost, "", 0)
  add(("%s: workers left"):format(transport), workers, "", 1)
  add(("%s: more descriptors of the master"):format(transport), later_fds - fds, "", 0)
  add(("%s: more memory of the master"):format(transport), later_kib - kib, "KiB")
  add(("%s: worker's descriptors, after %d reloads: %d, after %d"):format(transport, first, worker_fds, reloads),
    later_worker_fds, "")
  add(("%s: worker's memory, after %d reloads: %d KiB, after %d"):format(transport, first, worker_kib, reloads),
    later_worker_kib, "KiB")
end

-- ---- the run ----

local function bench(near, base, base_near)
  for _, transport in ipairs(transports) do
    concurrent_http.run(near.port, paths(transport, 1, "0"))
    progress("in flight, " .. transport)
    in_flight(near, transport)
  end
  blocking(near)
  for _, transport in ipairs(transports) do
    progress("waiting, " .. transport)
    waiting(near, transport)
  end
  progress "rates"
  rates(near, base, base_near)
  for _, transport in ipairs(transports) do
    progress("stalls, " .. transport)
    stalls(near, transport)
  end
  for _, transport in ipairs(reloads > 0 and transports or {}) do
    progress("reloads, " .. transport)
    reloading(near, transport)
  end
end

local function report()
  for _, row in ipairs(results) do
    local verdict = row.aim and (row.met and "met" or "MISSED") or ""
    print((("%-78s %10.2f %-3s %6s  %s"):format(row.label, row.value, row.unit, row.aim and tostring(row.aim) or "",
      verdict):gsub("%s+$", "")))
  end
  local file = assert(io.open("build/bench-nginx.json", "wb"))
  file:write(json.encode(json.array(results)), "\n")
  file:close()
end

local folder = assert(shell.make_folder())
local dns = shell.free_port()
shell.start_beside("tools/dns.lua", dns)
local base = trees.base()
local near, base_near, stop = nginx_config.start(certificates.make(folder), dns, base and base.folder)
local ok, reason = xpcall(bench, debug.traceback, near, base, base_near)
if not ok then io.stderr:write(near:log():sub(-2000)) end
stop()
shell.remove_folder(folder)
io.stderr:write "\n"
report()
if not ok then
  io.stderr:write("\n", tostring(reason), "\n")
  os.exit(1)
end
if #transports == 1 then print "lua-resty-http is missing: set RESTY_HTTP_PATH to its folder." end
