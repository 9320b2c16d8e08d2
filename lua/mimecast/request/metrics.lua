--- Counts the calls, requests and pauses of a client, as a table and as Prometheus text.
local core = require "mimecast.core"

local metrics = {}

-- Upper bounds of the latency buckets, in seconds.
local bounds = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, math.huge }

---@class mimecast.Stats
---@field calls integer requests without their retries
---@field items integer accounts, groups and so on in the calls
---@field failures table<string, integer> calls that failed as a whole, by code
---@field requests integer requests with their retries
---@field retries integer
---@field waits integer pauses, before a retry or for the rate limit
---@field waited number seconds of the pauses
---@field tokens integer access tokens and bindings fetched
---@field sent integer bytes of request bodies
---@field received integer bytes of response bodies
---@field latency table count, sum (seconds) and buckets { bound (seconds), count (above the previous bound) } of the
-- requests with a response
local Stats = {}
Stats.__index = Stats

local Counters = {}
Counters.__index = Counters

--- Makes counters that are zero.
---@return table
function metrics.new()
  local counts = {}
  for i = 1, #bounds do counts[i] = 0 end
  return setmetatable({
    calls = 0, items = 0, failures = {}, requests = 0, retries = 0, waits = 0, waited = 0, tokens = 0, sent = 0, received = 0,
    seconds = 0, counts = counts,
  }, Counters)
end

--- Counts a response.
---@param bytes integer of the body
---@param seconds number
function Counters:response(bytes, seconds)
  local counts, bucket = self.counts, 1
  while seconds > bounds[bucket] do bucket = bucket + 1 end
  counts[bucket] = counts[bucket] + 1
  self.received, self.seconds = self.received + bytes, self.seconds + seconds
end

--- Returns a copy of the counters.
---@return mimecast.Stats
function Counters:snapshot()
  local stats, latency = { failures = {} }, { count = 0, sum = self.seconds, buckets = {} }
  for name, value in pairs(self) do
    if type(value) == "number" and name ~= "seconds" then stats[name] = value end
  end
  for code, count in pairs(self.failures) do stats.failures[code] = count end
  for i, count in ipairs(self.counts) do
    latency.count = latency.count + count
    if bounds[i] < math.huge then latency.buckets[i] = { bound = bounds[i], count = count } end
  end
  stats.latency = latency
  return setmetatable(stats, Stats)
end

local counters = {
  { "calls", "calls_total", "Calls, without their retries." },
  { "items", "items_total", "Items in the calls." },
  { "requests", "requests_total", "Requests sent, with retries." },
  { "retries", "retries_total", "Retries." },
  { "waits", "waits_total", "Pauses before a retry or for the rate limit." },
  { "waited", "wait_seconds_total", "Seconds of the pauses." },
  { "tokens", "tokens_total", "Access tokens and bindings fetched." },
  { "sent", "sent_bytes_total", "Bytes of request bodies." },
  { "received", "received_bytes_total", "Bytes of response bodies." },
}

local function number(value)
  return core.format_number(value, 14)
end

-- A label's value, escaped for Prometheus' text format.
local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
end

--- Formats the counters for Prometheus.
---@param labels? table<string, string> added to each line
---@return string text
function Stats:prometheus(labels)
  local lines, shared, names = {}, {}, {}
  for name in pairs(labels or {}) do
    -- Prometheus rejects a page with an invalid or repeated label as a whole.
    if not tostring(name):find "^[A-Za-z_][A-Za-z0-9_]*$" or name == "code" or name == "le" then
      error(("mimecast: %s cannot be a label"):format(tostring(name)), 2)
    end
    names[#names + 1] = name
  end
  table.sort(names, core.before)
  for i, name in ipairs(names) do shared[i] = name .. "=" .. quoted(tostring(labels[name])) end
  local function put(name, value, label)
    local all = table.concat(shared, ",")
    if label then all = all .. (all ~= "" and "," or "") .. label end
    lines[#lines + 1] = ("mimecast_%s%s %s"):format(name, all ~= "" and "{" .. all .. "}" or "", number(value))
  end
  local function head(name, kind, text)
    lines[#lines + 1] = ("# HELP mimecast_%s %s"):format(name, text)
    lines[#lines + 1] = ("# TYPE mimecast_%s %s"):format(name, kind)
  end
  for _, counter in ipairs(counters) do
    head(counter[2], "counter", counter[3])
    put(counter[2], self[counter[1]])
  end
  head("failures_total", "counter", "Calls that failed as a whole, by code.")
  local codes = {}
  for code in pairs(self.failures) do codes[#codes + 1] = code end
  table.sort(codes, core.before)
  for _, code in ipairs(codes) do put("failures_total", self.failures[code], "code=" .. quoted(code)) end
  head("request_seconds", "histogram", "Seconds until the response.")
  local sum = 0
  for _, bucket in ipairs(self.latency.buckets) do
    sum = sum + bucket.count
    put("request_seconds_bucket", sum, "le=" .. quoted(number(bucket.bound)))
  end
  put("request_seconds_bucket", self.latency.count, 'le="+Inf"')
  put("request_seconds_sum", self.latency.sum)
  put("request_seconds_count", self.latency.count)
  return table.concat(lines, "\n") .. "\n"
end

return metrics
