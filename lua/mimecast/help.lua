--- Help for the prompt: what there is, and what a function takes and returns, from the operations' own tables.
local core = require "mimecast.core"
local operations = require "mimecast.operations"
local record = require "mimecast.record"

local help = {}

local width = 100

local function wrap(text, indent)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if line ~= "" and #line + #word + 1 > width - #indent then
      lines[#lines + 1], line = indent .. line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = indent .. line
  return table.concat(lines, "\n")
end

local function first_sentence(text)
  return text:match("^(.-[%.;])[%s]") or text
end

local kinds = {
  one = function(operation) return operation.summary end,
  list = function(operation) return operation.summary end,
  many = function(operation) return ("%s, for a list, %d to a request."):format(operation.name, operation.batch) end,
  pages = function(operation) return ("%s, row by row over all pages."):format(operation.name) end,
}

local function overview()
  local lines = {}
  for _, family in ipairs(operations.families()) do
    lines[#lines + 1] = family.name
    for _, name in ipairs(family.functions) do
      local operation, kind = operations.find(name)
      lines[#lines + 1] = ("  %-32s %s"):format(name, first_sentence(kinds[kind](operation)))
    end
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = 'help "update_user" tells what a function takes and returns.'
  return table.concat(lines, "\n")
end

local function field_line(field, with_names)
  local facts = { field.type }
  if field.values then facts[1] = table.concat(field.values, " | ") end
  if field.required then facts[#facts + 1] = "required" end
  local names = {}
  if with_names then
    if field.wire and field.wire ~= field.name then names[#names + 1] = field.wire end
    if field.label then names[#names + 1] = '"' .. field.label .. '"' end
  end
  local title = ("  %-24s %s"):format(field.name, table.concat(facts, ", "))
  if #names > 0 then title = title .. "; also " .. table.concat(names, ", ") end
  return title .. "\n" .. wrap(field.text, "      ")
end

local function add_fields(lines, title, fields, with_names)
  if #fields == 0 then return end
  lines[#lines + 1] = title
  for _, field in ipairs(fields) do lines[#lines + 1] = field_line(field, with_names) end
end

local function example_of(operation, name, kind)
  local input = operation.example or (operation.examples and operation.examples[1])
  if not input then return nil end
  local text = record.inline(input)
  if kind == "many" then text = "{ " .. text .. " }" end
  if kind == "pages" then return ("for row in client:%s%s do print(row) end"):format(name, text) end
  return ("client:%s%s"):format(name, text)
end

local function page_of(name, operation, kind)
  local lines = { ("%s  –  %s"):format(name, kinds[kind](operation)) }
  if operation.note then lines[#lines + 1] = wrap(operation.note, "") end
  lines[#lines + 1] = ("%s %s%s"):format(operation.method, operation.path,
    operation.api and (", API %s only: %s"):format(operation.api, operation.because) or "")
  if operation.card then lines[#lines + 1] = "card: " .. operation.card end
  lines[#lines + 1] = ("product: %s; permission: %s"):format(operation.product, operation.permission)
  if operation.batch > 1 then lines[#lines + 1] = ("at most %d items to a request"):format(operation.batch) end
  add_fields(lines, "takes", operation.all_fields, true)
  add_fields(lines, operation.rows and "returns rows of" or "returns", operation.answer, true)
  if operation.open then
    lines[#lines + 1] = "the service's answer is not documented: its fields pass under their wire names"
  end
  local example = example_of(operation, name, kind)
  if example then lines[#lines + 1] = "example\n  " .. example end
  return table.concat(lines, "\n")
end

--- The help text.
---@param name? string a function's name; without it all functions
---@return string text
function help.text(name)
  if name == nil then return overview() end
  local operation, kind = operations.find(name)
  if operation then return page_of(name, operation, kind) end
  local nearest = core.nearest(tostring(name), operations.names())
  return ("there is no function %s%s"):format(core.printable(tostring(name), 64),
    nearest and "; did you mean " .. nearest .. "?" or "; help() lists them")
end

return help
