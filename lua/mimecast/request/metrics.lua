--- Counters of a client, as a table and as Prometheus text.
local core = require "mimecast.core"

local stats = {}

-- Upper bounds of the latency's buckets, in seconds.
local bounds = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30 }

---@class mimecast.Stats
---@field calls integer requests as the caller sees them: however often one is sent, it counts once
---@field items integer accounts, groups and so on in them
---@field failures table<string, integer> calls that failed as a whole, by code
---@field requests integer requests sent, each attempt counts
---@field retries integer requests that were made again
---@field waits integer pauses, before a retry or for the rate limit
---@field waited number seconds of them
---@field tokens integer access tokens and bindings fetched
---@field sent integer bytes of bodies out
---@field received integer bytes of bodies in
---@field latency table count, sum (seconds) and buckets { bound (seconds), count (between it and the one before) } of
-- the requests that were answered
local Stats = {}
Stats.__index = Stats

--- Fresh counters.
---@return mimecast.Stats
function stats.new()
  local latency = { count = 0, sum = 0, buckets = {} }
  for i, bound in ipairs(bounds) do latency.buckets[i] = { bound = bound, count = 0 } end
  return setmetatable({
    calls = 0, items = 0, failures = {}, requests = 0, retries = 0, waits = 0, waited = 0, tokens = 0, sent = 0, received = 0,
    latency = latency,
  }, Stats)
end

--- Notes how long an answer took.
---@param seconds number
function Stats:observe(seconds)
  local latency = self.latency
  latency.count, latency.sum = latency.count + 1, latency.sum + seconds
  for i = 1, #bounds do
    if seconds <= bounds[i] then
      latency.buckets[i].count = latency.buckets[i].count + 1
      return
    end
  end
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local own = {}
  for key, part in pairs(value) do own[key] = copy(part) end
  return own
end

--- The counters as they stand now: a copy that does not change any more.
---@return mimecast.Stats
function Stats:snapshot()
  return setmetatable(copy(self), Stats)
end

local counters = {
  { "calls", "calls_total", "Calls, however often one was sent." },
  { "items", "items_total", "Items in the calls." },
  { "requests", "requests_total", "Requests sent." },
  { "retries", "retries_total", "Requests made again." },
  { "waits", "waits_total", "Pauses before a retry or for the rate limit." },
  { "waited", "wait_seconds_total", "Seconds of the pauses." },
  { "tokens", "tokens_total", "Access tokens and bindings fetched." },
  { "sent", "sent_bytes_total", "Bytes of bodies sent." },
  { "received", "received_bytes_total", "Bytes of bodies received." },
}

local function number(value)
  return core.format_number(value, 14)
end

-- A label's value, escaped as Prometheus' text format wants it.
local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
end

--- The counters in Prometheus' text format.
---@param labels? table<string, string> added to each line
---@return string text
function Stats:prometheus(labels)
  local lines, shared, names = {}, {}, {}
  for name in pairs(labels or {}) do
    -- A page with a name that is none, or twice there, is refused as a whole.
    if not tostring(name):find "^[A-Za-z_][A-Za-z0-9_]*$" or name == "code" or name == "le" then
      error(("mimecast: %s cannot be a label of one's own"):format(tostring(name)), 2)
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
  head("request_seconds", "histogram", "How long answers took.")
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

return stats
