--- Runs bin/mimecast in a new process with the interpreter of the specs and only the given variables.
local shell = require "tools.shell"

local run_cli = {}

run_cli.quote = shell.quote

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  return text
end

--- Returns the command as a shell line.
---@param words string[] with `environment`; the tenant is one in the process unless the environment says otherwise
function run_cli.line(words)
  local parts = { "env -i", "PATH=" .. run_cli.quote(os.getenv "PATH"), "HOME=/nonexistent" }
  local environment = words.environment or { MIMECAST_SANDBOX = "1" }
  for name, value in pairs(environment) do parts[#parts + 1] = run_cli.quote(name .. "=" .. value) end
  parts[#parts + 1] = shell.interpreter .. " bin/mimecast"
  for _, word in ipairs(words) do parts[#parts + 1] = run_cli.quote(word) end
  return table.concat(parts, " ")
end

--- Returns the variables with which the command uses a tenant over API 2.0.
---@param tenant table of sandbox.start
---@param more? table<string, string> further variables
---@return table<string, string>
function run_cli.environment(tenant, more)
  local keys = tenant.credentials.v2
  local variables = { MIMECAST_BASE_URL = tenant.url, MIMECAST_CLIENT_ID = keys.clientId,
    MIMECAST_CLIENT_SECRET = keys.clientSecret }
  for name, value in pairs(more or {}) do variables[name] = value end
  return variables
end

--- Runs a shell line.
---@param line string
---@return table result code, out, err
function run_cli.shell(line)
  local out, err = os.tmpname(), os.tmpname()
  local pipe = assert(io.popen(("( %s ) >%s 2>%s; echo $?"):format(line, out, err), "r"))
  local code = tonumber(pipe:read "*a")
  pipe:close()
  return { code = code, out = read(out), err = read(err) }
end

--- Runs the command.
---@param words string[] with `environment` and `stdin`, text for its standard input
---@return table result code, out, err
function run_cli.run(words)
  local line = run_cli.line(words) .. " </dev/null"
  if words.stdin then line = "printf %s " .. run_cli.quote(words.stdin) .. " | " .. run_cli.line(words) end
  return run_cli.shell(line)
end

-- A terminal of script(1). Each text is typed after the expected words are on the terminal.
local at_terminal = [[
  home=$(mktemp -d) && mkfifo $home/keys
  wait_for() { i=0; until eval "$1" || [ $i -gt 500 ]; do sleep 0.01; i=$((i+1)); done; }
  (exec >$home/keys; KEYS wait_for "[ -e $home/done ]") &
  script -qefc "$(cat <<'END'
LINE
END
); code=\$?; touch $home/done; exit \$code" $home/log <$home/keys >/dev/null
  code=$?
  wait
  sed '1d;$d' $home/log
  rm -r $home
  exit $code]]

--- Runs the command at a terminal.
---@param words string[]
---@param typed? string[][] pairs of expected words and typed text
---@return table result code, out (all output of the terminal)
function run_cli.terminal(words, typed)
  local keys = {}
  for _, pair in ipairs(typed or {}) do
    keys[#keys + 1] = ("wait_for %s; printf %s;"):format(
      run_cli.quote("grep -qFe " .. run_cli.quote(pair[1]) .. " $home/log 2>/dev/null"), run_cli.quote(pair[2]))
  end
  local values = { KEYS = table.concat(keys, " "), LINE = run_cli.line(words) }
  return run_cli.shell((at_terminal:gsub("%u%u%u%u", values)))
end

return run_cli
