--- `mimecast sandbox`: runs a sandbox tenant on the loopback interface.
local exit_codes = require "mimecast.cli.exit_codes"
local output = require "mimecast.cli.io.output"

local sandbox = {
  summary = "Run a sandbox tenant on this machine until Ctrl-C",
  epilog = "Example: mimecast sandbox users=1000 rateLimit=false\nIt prints shell commands that export the tenant's gateway and"
    .. " credentials. doc/sandbox.md lists the options.",
}

function sandbox.define(element)
  element:argument "option":args "*":argname "NAME=VALUE":description "an option of the tenant, like users=1000"
end

local booleans = { ["true"] = true, ["false"] = false }

local function report(message)
  output.note("mimecast: " .. message)
  return exit_codes.usage
end

function sandbox.run(_, args)
  local options = {}
  for _, word in ipairs(args.option) do
    local name, value = word:match "^(%w+)=(.*)$"
    if not name then return report(("%s must be NAME=VALUE, like users=1000"):format(word)) end
    if booleans[value] ~= nil then options[name] = booleans[value] else options[name] = tonumber(value) or value end
  end
  local returned, ok, message = pcall(require("mimecast.sandbox").run, options)
  if returned and ok then return true end
  message = tostring(returned and message or ok)
  if message:find("interrupted!", 1, true) then return true end
  report((message:gsub("^[^:]*:%d+: ", "")))
  return returned and exit_codes.internal or exit_codes.usage
end

return sandbox
