--- Runs Lua code in a new process with a real locale, which is compiled into build/locale if it is missing.
local run_lua = require "spec.support.run.run_lua"

local locale = {}

-- Two spec runs may compile at once: each uses its temporary folder, and the last run moves it into place.
local function compile(name)
  local language, charset = name:match "^(.-)%.(.+)$"
  local command = ([[cd build && mkdir -p locale && [ -d locale/NAME ] || {
    made=$(mktemp -d locale/.XXXXXX) && localedef -i LANGUAGE -f CHARSET "$made/NAME" &&
    { mv -T "$made/NAME" locale/NAME || [ -d locale/NAME ]; }; rm -rf "$made"; }]])
  command = command:gsub("NAME", name):gsub("LANGUAGE", language):gsub("CHARSET", charset)
  os.execute(command)
end

--- Runs the code after `os.setlocale(name)` and returns its output, with the exit status as the last line ("exit 0"). Without
--- the locale, the code does not run: the output says so, and the status is an error.
---@param name string like "de_DE.UTF-8"
---@param code string
---@param environment? table<string, string>
---@return string output
function locale.run(name, code, environment)
  compile(name)
  local first = ("assert(os.setlocale %q, 'no locale %s: install the packages of .ci/setup')\n"):format(name, name)
  local variables = { LOCPATH = "build/locale" }
  for key, value in pairs(environment or {}) do variables[key] = value end
  return run_lua.run(first .. code, { environment = variables })
end

return locale
