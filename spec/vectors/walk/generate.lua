-- Completes the vectors of this folder, one file for each operation: from the checkout, after `make build`,
--
--     lua5.4 spec/vectors/walk/generate.lua [name …]
--
-- A file is { "cases": [ … ] }. Each case has, written by hand from the service's documentation:
--
--     name      the difference between the cases, if there are several
--     before    calls that are made first, each { "call": function, "input": table }
--     input     the input table
--     request   the expected request: method, path with its query, type, argument (the header x-mc-arg), body
--
-- This script adds the results of the sandbox: response (status and body), output (the output table or the rows), total and
-- cursor (of a list). The clock and the random bytes are fixed, so that every run gives the same result. If the request
-- differs from the written request, the script fails and leaves the file unchanged: the expected request is never copied
-- from the code. Review the changes (git diff) before you commit them. `call.json`, for the raw call, is written by hand.
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
require "spec.support.run.setup_paths"

local golden_cases = require "spec.support.data.golden_cases"
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"

local case_order = { "name", "before", "call", "input", "request", "response", "output", "total", "cursor", "method",
  "path", "type", "argument", "status", "body" }

-- Positions of keys: those of a case, or the operation's own names in the order of its table.
local function positions(names)
  local list = {}
  for i, name in ipairs(names) do list[name] = i end
  return list
end

local function field_names(operation)
  local names, known = {}, {}
  local function visit(fields)
    for _, field in ipairs(fields) do
      if not known[field.name] then names[#names + 1], known[field.name] = field.name, true end
      local inner = field.fields or (field.item and field.item.fields)
      if inner then visit(inner) end
    end
  end
  visit(operation.all_fields)
  visit(operation.output)
  return names
end

local function sorted_keys(value, order)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = order[a] or 1000, order[b] or 1000
    if x ~= y then return x < y end
    return a < b
  end)
  return keys
end

-- Writes JSON for people: an object or a list that fits stays on its line.
local function pretty(value, order, indent, inner_order)
  if type(value) ~= "table" or next(value) == nil then return json.encode(value) end
  local parts, deeper = {}, indent .. "  "
  if #value > 0 then
    for i, item in ipairs(value) do parts[i] = pretty(item, order, deeper, inner_order) end
  else
    for i, key in ipairs(sorted_keys(value, order)) do
      local own = (key == "input" or key == "output") and inner_order or order
      parts[i] = json.encode(key) .. ": " .. pretty(value[key], own, deeper, inner_order)
    end
  end
  local open, close = "{", "}"
  if #value > 0 then open, close = "[", "]" end
  local line = table.concat(parts, ", ")
  if #indent + #line < 110 and not line:find("\n", 1, true) then
    return open == "{" and "{ " .. line .. " }" or open .. line .. close
  end
  return open .. "\n" .. deeper .. table.concat(parts, ",\n" .. deeper) .. "\n" .. indent .. close
end

local function complete(operation, case)
  local first
  for _, generation in ipairs((golden_cases.generations(operation))) do
    local seen = golden_cases.run(operation, case, generation)
    local sent, written = json.encode(seen.request or {}), json.encode(case.request)
    if sent ~= written then error(("what is sent:\n  %s\nwhat was written:\n  %s"):format(sent, written), 0) end
    if not seen.output then error("rejected: " .. tostring(seen.message), 0) end
    if first and json.encode(first.response) ~= json.encode(seen.response) then
      error("the generations have different responses", 0)
    end
    first = first or seen
  end
  case.response, case.output, case.total, case.cursor = first.response, first.output, first.total, first.cursor
end

local function generate(operation)
  local path = "spec/vectors/walk/" .. operation.name .. ".json"
  local file = assert(io.open(path, "rb"))
  local vector = assert(json.decode(file:read("*a")))
  file:close()
  for i, case in ipairs(vector.cases) do
    local ok, problem = pcall(complete, operation, case)
    if not ok then error(("%s, case %d: %s"):format(operation.name, i, problem), 0) end
  end
  file = assert(io.open(path, "wb"))
  file:write(pretty(vector, positions(case_order), "", positions(field_names(operation))), "\n")
  file:close()
end

local names = { ... }
if #names == 0 then
  for i, operation in ipairs(golden_cases.operations()) do names[i] = operation.name end
end
local failed = false
for _, name in ipairs(names) do
  local ok, problem = pcall(generate, (assert(registry.find(name), "no operation " .. name)))
  if not ok then
    failed = true
    io.stderr:write(problem, "\n")
  end
end
os.exit(failed and 1 or 0)
