--- Measures new processes: `require "mimecast"`, and the command with one call.
local cpu_affinity = require "bench.cpu_affinity"
local fixture = require "bench.fixture"
local shell = require "tools.shell"
local statistics = require "bench.statistics"

local start = {}

local rounds, processes = 9, 5

local function run(command)
  local output, code = shell.run(command)
  if code ~= 0 then error(("%s ended with %d: %s"):format(command, code, output), 0) end
  return output
end

-- Returns the CPU microseconds of a new process, its start and end included: the mean of some processes.
local function cpu_of(command)
  local loop = ("TIMEFORMAT='%%U %%S'; time for i in $(seq %d); do %s >/dev/null || exit 1; done"):format(processes, command)
  local user, kernel = run(("%sbash -c %s 2>&1"):format(cpu_affinity.client, shell.quote(loop))):match "([%d.]+) ([%d.]+)$"
  return (tonumber(user) + tonumber(kernel)) / processes * 1e6
end

-- Returns the CPU microseconds of the require alone.
local function cpu_of_require(prefix)
  return function(lua) return tonumber(run(("%s%s%s bench/require.lua"):format(prefix, cpu_affinity.client, lua))) end
end

-- Returns the CPU time of the command that disables a user. It finds its module beside it, and no token in a cache.
local function update_user(folder, variables, email)
  return function(lua)
    return cpu_of(("env -u MIMECAST_PROFILE XDG_CACHE_HOME=/dev/null %s %s %s/bin/mimecast update-user --email %s"
      .. " --account-disabled true"):format(variables, lua, folder, email))
  end
end

local function cases(url, base)
  local keys = fixture.options("2.0", url)
  local server = ("MIMECAST_BASE_URL=%s MIMECAST_CLIENT_ID=%s MIMECAST_CLIENT_SECRET=%s"):format(url, keys.clientId,
    keys.clientSecret)
  local list = {
    { id = "lua", label = "lua5.4 alone", measure = function(lua) return cpu_of(lua .. " -e ''") end },
    { id = "libcurl", label = "lua5.4 and libcurl", measure = function(lua)
      return cpu_of(lua .. [[ -e 'package.cpath = "build/5.4/?.so" require "mimecast.http"']])
    end },
  }
  local function add(tree, prefix, folder)
    list[#list + 1] = { id = "require" .. tree, label = 'require "mimecast" alone' .. tree, measure = cpu_of_require(prefix),
      aim = prefix == "" and 4000 or nil }
    list[#list + 1] = { id = "command" .. tree, label = "mimecast update-user over loopback" .. tree,
      measure = update_user(folder, server, fixture.input.email) }
    list[#list + 1] = { id = "command sandbox" .. tree, label = "mimecast update-user, MIMECAST_SANDBOX=1" .. tree,
      measure = update_user(folder, "MIMECAST_SANDBOX=1", "ann@example.com") }
  end
  add("", "", ".")
  if base then add(" at " .. base.name, base.prefix, base.folder) end
  return list
end

--- Measures the cases in turns. A row has the median of the rounds.
---@param url string the server
---@param lua string the command of lua5.4
---@param base? table of bench/trees.lua
---@return table[] rows id, label, microseconds, aim, met
function start.measure(url, lua, base)
  local list = cases(url, base)
  for _, row in ipairs(list) do row.values = {} end
  for round = 1, rounds do
    for _, row in ipairs(list) do row.values[round] = row.measure(lua) end
  end
  for _, row in ipairs(list) do
    row.measure, row.microseconds = nil, statistics.summary(row.values).median
    row.met = row.aim and row.microseconds <= row.aim
  end
  return list
end

return start
