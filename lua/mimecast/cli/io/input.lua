--- Reads files that an option names; - is standard input.
local input = {}

--- Reads a file.
---@param path string
---@param max? integer most bytes to read
---@return string? content
---@return string? message like "cannot be read: no such file"
function input.read(path, max)
  local file, reason = io.stdin, nil
  if path ~= "-" then file, reason = io.open(path, "rb") end
  local content = file and file:read(max or "*a")
  if file and path ~= "-" then file:close() end
  if not content and max and file then content = "" end -- an empty file
  if not content then return nil, "cannot be read: " .. (reason or path) end
  return content
end

return input
