--- Measures new processes: `require "mimecast"`, and the command with one call.
local cpu_affinity = require "bench.cpu_affinity"
local fixture = require "bench.fixture"
local shell = require "tools.shell"
local statistics = require "bench.statistics"

local start = {}

local lua = os.getenv "LUA54" or "lua5.4"
local rounds, processes = 9, 5

local function run(command)
  local output, code = shell.run(command)
  if code ~= 0 then error(("%s ended with %d: %s"):format(command, code, output), 0) end
  return output
end

-- Returns the CPU microseconds of a process, its start and end included: the mean of some processes.
local function cpu_of(command)
  local loop = ("TIMEFORMAT='%%U %%S'; time for i in $(seq %d); do %s >/dev/null || exit 1; done"):format(processes, command)
  local user, kernel = run(("%sbash -c %s 2>&1"):format(cpu_affinity.client, shell.quote(loop))):match "([%d.]+) ([%d.]+)$"
  return (tonumber(user) + tonumber(kernel)) / processes * 1e6
end

-- Returns the command that disables a user. It finds its module beside it, and no token in a cache.
local function update_user(folder, email)
  return ("%s %s/bin/mimecast update-user --email %s --account-disabled true"):format(lua, folder, email)
end

local isolated = "env -u MIMECAST_PROFILE XDG_CACHE_HOME=/dev/null "

--- Returns the new processes to measure: this checkout's and, with a base, that commit's.
---@param base? table of bench/trees.lua
---@param url? string the server; without it no process uses libcurl
---@return table[] cases label, variables (words before the command), command; is_timed: it prints its own microseconds
function start.cases(base, url)
  local list = { { label = "lua5.4 alone", variables = "", command = lua .. " -e ''" } }
  local server
  if url then
    local keys = fixture.options("2.0", url)
    server = ("%sMIMECAST_BASE_URL=%s MIMECAST_CLIENT_ID=%s MIMECAST_CLIENT_SECRET=%s "):format(isolated, url, keys.clientId,
      keys.clientSecret)
    list[2] = { label = "lua5.4 and libcurl", variables = "",
      command = lua .. [[ -e 'package.cpath = "build/5.4/?.so" require "mimecast.http"']] }
  end
  local function add(suffix, prefix, folder)
    list[#list + 1] = { label = 'require "mimecast"' .. suffix, variables = prefix, command = lua .. " bench/require.lua",
      is_timed = true, aim = prefix == "" and 4000 or nil }
    list[#list + 1] = { label = "mimecast update-user, MIMECAST_SANDBOX=1" .. suffix,
      variables = isolated .. "MIMECAST_SANDBOX=1 ", command = update_user(folder, "ann@example.com") }
    list[#list + 1] = server and { label = "mimecast update-user over loopback" .. suffix, variables = server,
      command = update_user(folder, fixture.input.email) }
  end
  add("", "", ".")
  if base then add(" at " .. base.name, base.prefix, base.folder) end
  return list
end

--- Measures the CPU time of the cases in turns. A row has the median of the rounds.
---@param base? table of bench/trees.lua
---@param url string the server
---@return table[] rows label, microseconds, aim, met
function start.measure(base, url)
  local list = start.cases(base, url)
  for _, row in ipairs(list) do row.values = {} end
  for round = 1, rounds do
    for _, row in ipairs(list) do
      row.values[round] = row.is_timed and tonumber(run(row.variables .. cpu_affinity.client .. row.command))
        or cpu_of(row.variables .. row.command)
    end
  end
  for _, row in ipairs(list) do
    row.microseconds, row.variables, row.command = statistics.summary(row.values).median, nil, nil
    row.met = row.aim and row.microseconds <= row.aim
  end
  return list
end

return start
