--- Encodes and decodes the REST families of API 2.0: fields in the path, in the query and as plain JSON, without data[].
local core = require "mimecast.core"
local identity = require "mimecast.protocol.identity"
local json = require "mimecast.json"
local parser = require "mimecast.protocol.parser"
local service_errors = require "mimecast.protocol.service_errors"
local wire_item = require "mimecast.model.wire_item"

local rest = {}

local function text_of(value)
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

-- Percent-encodes all but RFC 3986's unreserved characters.
local function percent_encode(value)
  return (text_of(value):gsub("[^A-Za-z0-9%-%._~]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- Methods without a body.
local bodiless = { GET = true, DELETE = true }

local function location_of(operation, field)
  return field.location or (bodiless[operation.method] and "query" or "body")
end

local function add_query(query, name, value)
  if type(value) ~= "table" then value = { value } end
  for _, element in ipairs(value) do query[#query + 1] = percent_encode(name) .. "=" .. percent_encode(element) end
end

--- Makes a query from a table, sorted by name, with "?"; empty for an empty table.
---@param parameters table<string, any> a list repeats the parameter
---@return string
function rest.query(parameters)
  local names, query = {}, {}
  for name in pairs(parameters) do names[#names + 1] = name end
  table.sort(names, function(a, b) return core.before(tostring(a), tostring(b)) end)
  for _, name in ipairs(names) do add_query(query, name, parameters[name]) end
  return #query > 0 and "?" .. table.concat(query, "&") or ""
end

--- Encodes a request.
---@param operation mimecast.Operation
---@param items table[] one wire table
---@param page? table size, token
---@return string path
---@return string? body
function rest.encode(operation, items, page)
  local item, query, body, in_path = items[1], {}, {}, {}
  local has_body = false
  for _, field in ipairs(operation.input) do
    local wire = field.wire or field.name
    local value, location = item[wire], location_of(operation, field)
    if value ~= nil then
      if location == "path" then
        in_path[wire] = percent_encode(value)
      elseif location == "query" then
        add_query(query, wire, value)
      else
        body[wire], has_body = value, true
      end
    end
  end
  if page then
    add_query(query, "pageSize", page.size)
    if page.token then add_query(query, "pageToken", page.token) end
  end
  local path = operation.path:gsub("{([%w_]+)}", in_path)
  if #query > 0 then path = path .. "?" .. table.concat(query, "&") end
  if not has_body then return path, not bodiless[operation.method] and "{}" or nil end
  return path, json.encode(setmetatable(body, getmetatable(item)))
end

local function next_token(meta)
  if type(meta) ~= "table" then return nil, nil end
  local pagination = type(meta.pagination) == "table" and meta.pagination or {}
  -- The name differs between the families (mimecast-api 4).
  for _, token in ipairs { pagination.next or false, pagination.nextPageToken or false, meta.nextPageToken or false,
    pagination.nextPage or false, meta.nextPage or false } do
    if type(token) == "string" and token ~= "" then return token, parser.count(pagination.totalCount) end
  end
  return nil, parser.count(pagination.totalCount)
end

-- Returns the errors of unsuccessful results.
local function failed_results(document, context)
  local list = {}
  for _, result in ipairs(parser.list(document, "results") or {}) do
    if type(result) == "table" and result.success == false then
      for _, entry in ipairs(parser.errors(result, context.operation.names, context.secrets)) do list[#list + 1] = entry end
    end
  end
  return list
end

-- Returns an error value if a document, or the key of a failure, names another item than the requested one.
local function check_identity(object, result, context, response)
  local name = context.operation.named_after and identity.foreign_name(object, context)
  if not name then return nil end
  context.foreign = { items = { 1 }, results = { [core.fold(name)] = result } }
  return identity.foreign_error(response, context, wire_item.key_of(context.operation, context.items[1]), name)
end

-- Returns the error value of a failed response; nil for a success.
local function error_of(document, context, response)
  local failures = parser.failures(document) or {}
  if response.status < 400 and failures[1] == nil then
    local list = failed_results(document, context)
    return #list > 0 and service_errors.from_errors(response, list) or nil
  end
  local first = failures[1] or document
  local foreign_error = check_identity(type(first) == "table" and first.key, nil, context, response)
  if foreign_error then return foreign_error end
  local list = parser.errors(first, context.operation.names, context.secrets)
  if list[1].code == parser.no_code then return service_errors.from_status(response) end
  return service_errors.from_errors(response, list)
end

--- Decodes a response.
---@param response table
---@param context table of decode_context
---@return table? outcomes of the item: an output table or an error value, or the rows of a list, with `page`
---@return mimecast.Error? err
function rest.decode(response, context)
  local rows_name = context.operation.resultKey
  context:find_secrets(response)
  if response.status == 204 or (response.status < 300 and response.body == "") then
    if not rows_name then return { {} } end
    return nil, parser.protocol_error(response, "wrong_shape", "the response is empty, but should be a list",
      context.secrets)
  end
  local document, err = parser.parse(response, context.secrets)
  if not document then return nil, err end
  err = error_of(document, context, response)
  if err then return nil, err end
  if not rows_name then
    return { check_identity(document, document, context, response) or parser.decode_object(document, context, response) }
  end
  local rows = parser.list(document, rows_name)
  if not rows then
    return nil, parser.protocol_error(response, "wrong_shape", rows_name .. " is not a list", context.secrets)
  end
  local token, total = next_token(document.meta)
  return { parser.decode_rows(rows, context, response), page = { next = token, total = total } }
end

return rest
