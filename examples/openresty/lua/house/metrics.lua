--- What all workers have counted, in Prometheus' text format.
--
-- Each worker adds what has come since it last did so to sums in the dictionary `counters`. A worker that is
-- killed takes nothing with it but its last second, and no sum ever goes back until nginx as a whole is started anew.
local settings = require "house.settings"

local metrics = {}

local published = {} -- of this worker's client: name -> what it has added so far
local period = 1 -- seconds

local heads = {
  house_requests_total = { "counter", "Requests of the house, by path and status." },
  house_list_runs_total = { "counter", "Runs of the list." },
  house_list_users_total = { "counter", "Users of the list, by what became of them." },
  house_list_unreadable_total = { "counter", "Runs of the list that found no list." },
  house_changes_total = { "counter", "Changes of the intake, by what became of them." },
  house_changes_waiting = { "gauge", "Changes that are stored and not yet applied." },
  house_changes_parked = { "gauge", "Changes that failed for good." },
}

--- Counts something.
---@param name string one of the heads above
---@param labels? table<string, string>
---@param n? number
function metrics.count(name, labels, n)
  local parts = {}
  for label, value in pairs(labels or {}) do parts[#parts + 1] = ('%s="%s"'):format(label, value) end
  table.sort(parts)
  if parts[1] then name = name .. "{" .. table.concat(parts, ",") .. "}" end
  ngx.shared.counters:incr(name, n or 1, 0)
end

local known = { ["/leavers"] = true, ["/joiners"] = true, ["/changes"] = true, ["/metrics"] = true }

--- Counts the present request, in the log phase.
function metrics.request()
  local path = (ngx.var.request_uri or ""):match "^[^?]*" -- what is not HTTP has none
  metrics.count("house_requests_total", { path = known[path] and path or "other", status = ngx.status })
end

-- ---- the client's counters ----

-- Calls `visit` for each number of the client's counters, by the way to it; the bounds of buckets are none.
local function walk(value, way, visit)
  for name, part in pairs(value) do
    local here = way .. "." .. name
    if type(part) == "table" then
      walk(part, here, visit)
    elseif name ~= "bound" then
      value[name] = visit(here, part)
    end
  end
end

--- Adds what this worker's client has counted since the last time to the sums.
function metrics.publish()
  walk(settings.client:stats(), "client", function(name, number)
    local new = number - (published[name] or 0)
    if new ~= 0 then ngx.shared.counters:incr(name, new, 0) end
    published[name] = number
    return number
  end)
end

-- The client's counters with the sums of all workers in them, failures of others among them.
local function sums(names)
  local stats = settings.client:stats()
  for _, name in ipairs(names) do
    local code = name:match "^client%.failures%.(.*)$"
    if code then stats.failures[code] = 0 end
  end
  walk(stats, "client", function(name) return ngx.shared.counters:get(name) or 0 end)
  return stats
end

-- ---- the page ----

-- Lines by name, each name with its head.
local function lines_of(values)
  local keys, lines, last = {}, {}, nil
  for key in pairs(values) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local name = key:match "^[^{]*"
    if name ~= last then
      lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(name, heads[name][2], name, heads[name][1])
      last = name
    end
    lines[#lines + 1] = ("%s %.14g"):format(key, values[key])
  end
  lines[#lines + 1] = ""
  return table.concat(lines, "\n")
end

--- Answers GET /metrics.
function metrics.answer()
  metrics.publish()
  local names, values = ngx.shared.counters:get_keys(0), {}
  for _, name in ipairs(names) do
    if name:find "^house_" then values[name] = ngx.shared.counters:get(name) end
  end
  local depth = require("house.intake").depth()
  if depth then values.house_changes_waiting, values.house_changes_parked = depth.waiting, depth.parked end
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  ngx.print(sums(names):prometheus(), lines_of(values))
end

--- Begins in each worker. One that is told to end publishes once more when it has ended what it had begun.
function metrics.start()
  ngx.timer.every(period, metrics.publish)
end

return metrics
