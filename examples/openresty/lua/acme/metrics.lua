--- Counts for all workers, and shows the sums in Prometheus' text format.
--
-- Each worker adds its new counts to sums in the dictionary `counters`, once a second. A killed worker loses its last second.
-- No sum decreases until nginx is restarted.
local settings = require "acme.settings"

local metrics = {}

local published = {} -- name -> the part of this worker's client that is in the sums
local period = 1 -- seconds

local definitions = {
  acme_requests_total = { "counter", "Requests, by path and status." },
  acme_list_runs_total = { "counter", "Runs of the list." },
  acme_list_users_total = { "counter", "Users of the list, by result." },
  acme_list_unreadable_total = { "counter", "Runs of the list that could not read it." },
  acme_changes_total = { "counter", "Changes of the intake, by result." },
  acme_changes_waiting = { "gauge", "Stored changes that are not applied yet." },
  acme_changes_parked = { "gauge", "Changes that failed permanently." },
}

--- Adds to a counter.
---@param name string of a definition above
---@param labels? table<string, string>
---@param n? number
function metrics.count(name, labels, n)
  local parts = {}
  for label, value in pairs(labels or {}) do parts[#parts + 1] = ('%s="%s"'):format(label, value) end
  table.sort(parts)
  if parts[1] then name = name .. "{" .. table.concat(parts, ",") .. "}" end
  ngx.shared.counters:incr(name, n or 1, 0)
end

local known_paths = { ["/leavers"] = true, ["/joiners"] = true, ["/changes"] = true, ["/metrics"] = true }

--- Counts the current request, in the log phase.
function metrics.request()
  local path = (ngx.var.request_uri or ""):match "^[^?]*" -- nil if the request is not HTTP
  metrics.count("acme_requests_total", { path = known_paths[path] and path or "other", status = ngx.status })
end

-- ---- the client's counters ----

-- Replaces each counter in the client's statistics by the result of `visit(path, number)`. The bounds of buckets are no
-- counters.
local function walk(value, prefix, visit)
  for name, part in pairs(value) do
    local path = prefix .. "." .. name
    if type(part) == "table" then
      walk(part, path, visit)
    elseif name ~= "bound" then
      value[name] = visit(path, part)
    end
  end
end

--- Adds the new counts of this worker's client to the sums.
function metrics.publish()
  walk(settings.client:stats(), "client", function(name, number)
    local new = number - (published[name] or 0)
    if new ~= 0 then ngx.shared.counters:incr(name, new, 0) end
    published[name] = number
    return number
  end)
end

-- Returns the client's statistics with the sums of all workers, also those of failures that this worker has not seen.
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

-- Formats values as lines, each name with its definition.
local function lines_of(values)
  local keys, lines, last = {}, {}, nil
  for key in pairs(values) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local name = key:match "^[^{]*"
    if name ~= last then
      lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(name, definitions[name][2], name, definitions[name][1])
      last = name
    end
    lines[#lines + 1] = ("%s %.14g"):format(key, values[key])
  end
  lines[#lines + 1] = ""
  return table.concat(lines, "\n")
end

--- Handles GET /metrics.
function metrics.handle()
  metrics.publish()
  local names, values = ngx.shared.counters:get_keys(0), {}
  for _, name in ipairs(names) do
    if name:find "^acme_" then values[name] = ngx.shared.counters:get(name) end
  end
  local depth = require("acme.intake").depth()
  if depth then values.acme_changes_waiting, values.acme_changes_parked = depth.waiting, depth.parked end
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  ngx.print(sums(names):prometheus(), lines_of(values))
end

--- Starts in each worker. A worker that exits publishes once more.
function metrics.start()
  ngx.timer.every(period, metrics.publish)
end

return metrics
