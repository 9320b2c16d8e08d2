--- Escapes text for a page of HTML.
local core = require "mimecast.core"

local html = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Escapes a value as the text of an element or of a quoted attribute. Control characters, direction marks and invalid UTF-8
--- become visible.
---@param value any
---@param max? integer bytes
---@return string
function html.text(value, max)
  return (core.printable(tostring(value), max):gsub("[&<>\"']", entities))
end

--- Fills a template: $NAME becomes the value of NAME. The values are HTML.
---@param template string
---@param values table<string, string>
---@return string
function html.fill(template, values)
  return (template:gsub("%$(%u+)", values))
end

return html
