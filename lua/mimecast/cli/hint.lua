--- Writes the command lines that hints offer, to be copied: they repeat the options that name the tenant.
local terminal_text = require "mimecast.cli.io.terminal_text"

local hint = {}

local tenant_options = { { "profile", "--profile" }, { "region", "--region" }, { "baseUrl", "--base-url" } }

--- Returns a command line.
---@param context table args
---@param ... string the words of the command
---@return string
function hint.line(context, ...)
  local words = { "mimecast" }
  for _, option in ipairs(tenant_options) do
    local value = context.args[option[1]]
    if value then words[#words + 1] = option[2] .. " " .. terminal_text.shell_quote(tostring(value)) end
  end
  for _, word in ipairs { ... } do words[#words + 1] = terminal_text.shell_quote(word) end
  return table.concat(words, " ")
end

return hint
