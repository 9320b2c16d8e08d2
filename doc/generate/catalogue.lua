--- The families and their functions for the generated documents. Raises if a definition is missing.
local describe = require "mimecast.help.text"
local registry = require "mimecast.model.registry"

local catalogue = {}

local function need(value, what)
  if type(value) ~= "string" or value == "" then error(what .. " is missing", 0) end
end

local function check_fields(fields, where)
  for _, part in ipairs(describe.flat(fields)) do
    need(part.field.text, ("the definition of %s.%s"):format(where, part.path))
  end
end

--- Raises if a definition of an operation or of a field is missing.
---@param operation mimecast.Operation
function catalogue.check(operation)
  local name = operation.name
  for _, key in ipairs { "summary", "product", "permission" } do need(operation[key], name .. ": its " .. key) end
  if operation.api then need(operation.unavailableReason, name .. ": the reason why one API lacks it") end
  if not (operation.example or operation.examples) then error(name .. ": its example is missing", 0) end
  check_fields(operation.all_fields, name .. " in")
  check_fields(operation.output, name .. " out")
end

--- Raises if a definition of a function without an operation is missing.
---@param topic table of mimecast.help.topics
function catalogue.check_topic(topic)
  need(topic.summary, topic.name .. ": its summary")
  need(topic.example, topic.name .. ": its example")
  for _, list in ipairs { topic.parameters or {}, topic.returns } do
    for _, part in ipairs(list) do
      need(part.text, ("the definition of %s.%s"):format(topic.name, part.name))
      need(part.lua, ("the type of %s.%s"):format(topic.name, part.name))
      check_fields(part.fields or {}, topic.name)
    end
  end
end

--- All functions by family; an operation comes before its batch function and its paginator.
---@return table[] families each { name =, text =, functions = { { name =, operation =, kind = }, … } }
function catalogue.families()
  local list = {}
  for i, family in ipairs(registry.families()) do
    need(family.text, "what the family " .. family.name .. " is about")
    local functions, rank = {}, {}
    for _, name in ipairs(family.functions) do
      local operation, kind = registry.find(name)
      if operation.name == name then catalogue.check(operation) end
      rank[name] = operation.name .. (operation.name == name and " " or "!" .. name)
      functions[#functions + 1] = { name = name, operation = operation, kind = kind }
    end
    table.sort(functions, function(a, b) return rank[a.name] < rank[b.name] end)
    list[i] = { name = family.name, text = family.text, functions = functions }
  end
  return list
end

return catalogue
