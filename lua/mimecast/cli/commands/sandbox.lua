--- `mimecast sandbox`: keeps a made-up tenant running on loopback.
local output = require "mimecast.cli.io"
local status = require "mimecast.cli.exit_codes"

local sandbox = {
  summary = "Keeps a tenant to try things on running on this machine, until Ctrl-C.",
  epilog = "Example: mimecast sandbox users=1000 rateLimit=false\nIt prints lines for a shell that lead to it. Options are"
    .. " in doc/sandbox.md.",
}

function sandbox.define(element)
  element:argument "option":args "*":argname "NAME=VALUE":description "an option of the tenant, like users=1000"
end

local words = { ["true"] = true, ["false"] = false }

function sandbox.run(_, args)
  local options = {}
  for _, word in ipairs(args.option) do
    local name, value = word:match "^(%w+)=(.*)$"
    if not name then
      output.note(("mimecast: %s is not like users=1000"):format(word))
      return status.usage
    end
    if words[value] ~= nil then options[name] = words[value] else options[name] = tonumber(value) or value end
  end
  local called, ok, message = pcall(require("mimecast.sandbox").run, options)
  if called and ok then return true end
  message = tostring(called and message or ok)
  if message:find("interrupted!", 1, true) then return true end
  output.note("mimecast: " .. message:gsub("^[^:]*:%d+: ", ""))
  return called and status.machine or status.usage
end

return sandbox
