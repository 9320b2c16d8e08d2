--- The REST families of API 2.0 on the wire: fields in the path, in the query and as plain JSON, without data[].
local answers = require "mimecast.protocol.response"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local identity = require "mimecast.protocol.identity"
local json = require "mimecast.json"

local rest = {}

local function text_of(value)
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

-- Percent-encodes all but RFC 3986's unreserved characters.
local function percent(value)
  return (text_of(value):gsub("[^A-Za-z0-9%-%._~]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- Requests with these methods have no body.
local bodiless = { GET = true, DELETE = true }

local function location_of(operation, field)
  return field.location or (bodiless[operation.method] and "query" or "body")
end

local function add_query(query, name, value)
  if type(value) ~= "table" then value = { value } end
  for _, one in ipairs(value) do query[#query + 1] = percent(name) .. "=" .. percent(one) end
end

--- A query from a table, sorted by name, with its "?"; empty where the table is.
---@param parameters table<string, any> a list gives a parameter several times
---@return string
function rest.query(parameters)
  local names, query = {}, {}
  for name in pairs(parameters) do names[#names + 1] = name end
  table.sort(names, function(a, b) return core.before(tostring(a), tostring(b)) end)
  for _, name in ipairs(names) do add_query(query, name, parameters[name]) end
  return #query > 0 and "?" .. table.concat(query, "&") or ""
end

--- Makes a request.
---@param operation mimecast.Operation
---@param items table[] one wire table
---@param page? table size, token
---@return table parts path, body
function rest.encode(operation, items, page)
  local item, query, body, in_path = items[1], {}, {}, {}
  local has_body = false
  for _, field in ipairs(operation.input) do
    local wire = field.wire or field.name
    local value, location = item[wire], location_of(operation, field)
    if value ~= nil then
      if location == "path" then
        in_path[wire] = percent(value)
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
  if not has_body then return { path = path, body = not bodiless[operation.method] and "{}" or nil } end
  return { path = path, body = json.encode(setmetatable(body, getmetatable(item))) }
end

local function next_token(meta)
  if type(meta) ~= "table" then return nil, nil end
  local pagination = type(meta.pagination) == "table" and meta.pagination or {}
  -- The name differs between the families (mimecast-api 4).
  for _, token in ipairs { pagination.next or false, pagination.nextPageToken or false, meta.nextPageToken or false,
    pagination.nextPage or false, meta.nextPage or false } do
    if type(token) == "string" and token ~= "" then return token, answers.count(pagination.totalCount) end
  end
  return nil, answers.count(pagination.totalCount)
end

-- The errors of an answer's results that say that they did not succeed.
local function failed_results(answer, call)
  local service_errors = {}
  for _, result in ipairs(answers.list(answer, "results") or {}) do
    if type(result) == "table" and result.success == false then
      local own = answers.errors(result, call.names, call.secrets)
      for _, err in ipairs(own) do service_errors[#service_errors + 1] = err end
    end
  end
  return service_errors
end

-- The error value of an answer, or of a failure's key, that names another item than was asked for; nil where none is named.
local function foreign(object, result, call, response)
  local name = call.operation.named_after and identity.other_name(object, call)
  if not name then return nil end
  call.foreign = { items = { 1 }, results = { [core.fold(name)] = result } }
  return identity.foreign(response, call, call.keys[1], name)
end

--- Reads an answer.
---@param response table
---@param call table as envelope.decode takes it, with rows
---@return table? outcomes
---@return mimecast.Error? err
function rest.decode(response, call)
  if response.status == 204 or (response.status < 300 and response.body == "") then
    if not call.rows then return { { value = {} } } end
    return nil, answers.protocol(response, "wrong_shape", "the answer is empty, and should be a list", call.secrets)
  end
  local answer, err = answers.read(response, call.secrets)
  if not answer then return nil, err end
  local fail = answers.failures(answer) or {}
  if response.status >= 400 or fail[1] ~= nil then
    local first = fail[1] or answer
    local other = foreign(type(first) == "table" and first.key, nil, call, response)
    if other then return nil, other end
    local service_errors = answers.errors(first, call.names, call.secrets)
    if service_errors[1].code == answers.no_code then return nil, errors.from_status(response) end
    return nil, errors.from_service(response, service_errors)
  end
  local service_errors = failed_results(answer, call)
  if #service_errors > 0 then return nil, errors.from_service(response, service_errors) end
  if not call.rows then
    return { foreign(answer, answer, call, response) or answers.unmarshal(answer, call, response) }
  end
  local rows = answers.list(answer, call.rows)
  if not rows then return nil, answers.protocol(response, "wrong_shape", call.rows .. " is not a list", call.secrets) end
  local outcome = answers.unmarshal_rows(rows, call, response)
  if outcome.value then
    local token, total = next_token(answer.meta)
    outcome.page = { next = token, total = total }
  end
  return { outcome }
end

return rest
