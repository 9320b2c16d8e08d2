--- Writes the command lines that hints offer, to be copied: they repeat the options that name the tenant.
local terminal_text = require "mimecast.cli.io.terminal_text"

local hint = {}

local tenant_options = { { "profile", "--profile" }, { "region", "--region" }, { "baseUrl", "--base-url" } }

--- Returns a command line.
---@param context table args
---@param first string|string[] the first word of the command, or all words
---@param ... string the other words
---@return string
function hint.line(context, first, ...)
  local words = { "mimecast" }
  for _, option in ipairs(tenant_options) do
    local value = context.args[option[1]]
    if value then words[#words + 1] = option[2] .. " " .. terminal_text.shell_quote(tostring(value)) end
  end
  local list = type(first) == "table" and first or { first, ... }
  for _, word in ipairs(list) do words[#words + 1] = terminal_text.shell_quote(word) end
  return table.concat(words, " ")
end

return hint
