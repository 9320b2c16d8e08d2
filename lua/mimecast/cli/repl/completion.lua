--- Completes names at the prompt: functions, and the fields and values of the call whose braces are open.
local core = require "mimecast.core"
local registry = require "mimecast.model.registry"
local topics = require "mimecast.help.topics"

local completion = {}

--- Returns the names of all functions.
---@return string[]
function completion.names()
  local list = registry.names()
  for _, topic in ipairs(topics) do list[#list + 1] = topic.name end
  for _, name in ipairs { "ask", "client", "exit", "mimecast", "print" } do list[#list + 1] = name end
  table.sort(list, core.before)
  return list
end

-- Returns the input fields of a function; nil if it has none.
local function input_fields(name)
  local operation = registry.find(name)
  if operation then return operation.all_fields end
  for _, topic in ipairs(topics) do
    if topic.name == name then
      for _, parameter in ipairs(topic.parameters or {}) do
        if parameter.fields then return parameter.fields end
      end
    end
  end
  return nil
end

-- Returns the function whose braces are open at the end of a line, and the text within them.
local function open_call(line)
  local depth = 0
  for i = #line, 1, -1 do
    local char = line:sub(i, i)
    if char == "}" then depth = depth + 1 end
    if char == "{" and depth == 0 then
      local name = line:sub(1, i - 1):match "([%w_]+)%s*%(?%s*$"
      if name and input_fields(name) then return name, line:sub(i + 1) end
    elseif char == "{" then
      depth = depth - 1
    end
  end
  return nil
end

-- Returns the values of a field as Lua source.
local function field_values(fields, name)
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

-- Returns all candidates for the word after `before`.
local function candidates(before)
  local name, inside = open_call(before)
  if before:find "help%s*%(?%s*[\"']?$" or not name then return completion.names() end
  local fields = input_fields(name)
  local value_for = inside:match "([%w_]+)%s*=%s*[\"']?$"
  if value_for then return field_values(fields, value_for) end
  local list = {}
  for _, field in ipairs(fields) do
    if not inside:find("%f[%w_]" .. field.name .. "%s*=") then list[#list + 1] = field.name .. " = " end
  end
  return list
end

--- Returns the completions of a word, in the form that readline needs.
---@param line string
---@param from integer first position of the word
---@param to integer last position of the word
---@return string[]
function completion.complete(line, from, to)
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

return completion
