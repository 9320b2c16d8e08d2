--- Completion at the prompt: functions, and the fields and values of the function whose braces are open.
local core = require "mimecast.core"
local manual = require "mimecast.help.topics"
local registry = require "mimecast.model.registry"

local words = {}

local function names()
  local list = registry.names()
  for _, topic in ipairs(manual) do list[#list + 1] = topic.name end
  for _, name in ipairs { "ask", "client", "exit", "mimecast", "print" } do list[#list + 1] = name end
  table.sort(list, core.before)
  return list
end

-- The input fields of a function of any kind.
local function fields_of(name)
  local operation = registry.find(name)
  if operation then return operation.all_fields end
  for _, topic in ipairs(manual) do
    if topic.name == name then
      for _, parameter in ipairs(topic.parameters or {}) do
        if parameter.fields then return parameter.fields end
      end
    end
  end
  return nil
end

-- The function whose braces are still open at the end of a line, and what stands within them so far.
local function open_call(line)
  local depth = 0
  for at = #line, 1, -1 do
    local char = line:sub(at, at)
    if char == "}" then depth = depth + 1 end
    if char == "{" and depth == 0 then
      local name = line:sub(1, at - 1):match "([%w_]+)%s*%(?%s*$"
      if name and fields_of(name) then return name, line:sub(at + 1) end
    elseif char == "{" then
      depth = depth - 1
    end
  end
  return nil
end

local function values_of(fields, name)
  for _, field in ipairs(fields) do
    if field.name == name and field.type == "boolean" then return { "true", "false" } end
    if field.name == name and field.values then
      local list = {}
      for i, value in ipairs(field.values) do list[i] = ('"%s"'):format(value) end
      return list
    end
  end
  return {}
end

-- What can stand at the end of a line, before the word that is being typed.
local function candidates(before)
  local name, inside = open_call(before)
  if before:find "help%s*%(?%s*[\"']$" or not name then return names() end
  local fields = fields_of(name)
  local value_for = inside:match "([%w_]+)%s*=%s*[\"']?$"
  if value_for then return values_of(fields, value_for) end
  local list = {}
  for _, field in ipairs(fields) do
    if not inside:find("%f[%w_]" .. field.name .. "%s*=") then list[#list + 1] = field.name .. " = " end
  end
  return list
end

--- What a word can become, as readline wants it.
---@param line string
---@param from integer where the word begins
---@param to integer where it ends
---@return string[]
function words.complete(line, from, to)
  local word = line:sub(from, to)
  local prefix, rest = word:match "^(.*[%.:])([%w_]*)$"
  if not prefix then prefix, rest = "", word end
  local before, list = line:sub(1, from - 1), {}
  local quote = before:match "[\"']$" and not before:find "help%s*%(?%s*[\"']$" and before:sub(-1)
  for _, candidate in ipairs(candidates(before)) do
    if quote then candidate = candidate:gsub('"', "") end
    if candidate:sub(1, #rest) == rest then list[#list + 1] = prefix .. candidate end
  end
  return list
end

return words
