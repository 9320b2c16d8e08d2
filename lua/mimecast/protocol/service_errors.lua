--- Makes error values from HTTP statuses and from the errors that a response lists.
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local service_codes = require "mimecast.protocol.service_codes"

local service_errors = {}

--- Returns whether the service may have carried out a request, if its response has this status and cannot be read or is an
--- error. 307 and 308 ask for the same request at another place, so it was not carried out; 301 to 303 can also follow a POST
--- that was carried out (RFC 9110 15.4).
---@param status integer
---@return "unknown"? outcome
function service_errors.outcome_of(status)
  if status < 400 then return status ~= 307 and status ~= 308 and "unknown" or nil end
  return service_codes.of_status(status)[4]
end

--- Returns whether the same request can succeed later.
---@param status integer
---@return boolean
function service_errors.is_transient(status)
  return status >= 400 and service_codes.of_status(status)[3]
end

--- Makes an error value from an HTTP status.
---@param response table status, headers
---@param detail? string from the body
---@return mimecast.Error
function service_errors.from_status(response, detail)
  local status = response.status
  local meaning = service_codes.of_status(status)
  return errors.new {
    category = meaning[1],
    code = meaning[2],
    message = ("the service responded with %d%s"):format(status, detail and (": " .. detail) or ""),
    hint = meaning[5],
    status = status,
    retryable = meaning[3],
    requestId = headers.request_id(response),
    outcome = meaning[4],
  }
end

--- The number of errors in `problems` and in the message; further errors are only counted.
service_errors.most_listed = 20

local function list_problems(list)
  local problems, sentences, unlisted = {}, {}, #list - service_errors.most_listed
  for i = 1, math.min(#list, service_errors.most_listed) do
    local entry = list[i]
    sentences[i] = (entry.field and (entry.field .. ": ") or "") .. entry.message .. " [" .. entry.code .. "]"
    problems[i] = { code = entry.code, message = entry.message, field = entry.field, retryable = entry.retryable }
  end
  if unlisted > 0 then sentences[#sentences + 1] = ("and %d more"):format(unlisted) end
  return problems, table.concat(sentences, "; ")
end

--- Makes an error value from the errors that the service lists for an item or for the whole call.
---@param response table status, headers, secrets
---@param list table[] code, message, field?, retryable?, meaning? of each error, from response.errors
---@param key? string the item's e-mail address
---@return mimecast.Error
function service_errors.from_errors(response, list, key)
  local first, by_status = list[1], service_errors.from_status(response)
  local err = response.status >= 400 and by_status
    or errors.new { category = "service", code = "rejected", status = response.status, requestId = by_status.requestId }
  local meaning = first.meaning or service_codes.of_code(first.code)
  if meaning then
    err.category, err.code = meaning[1], meaning[2]
    err.hint = meaning[3] or not service_codes.is_validation(meaning) and err.hint or nil
  end
  for _, entry in ipairs(list) do
    if entry.retryable then err.retryable = true end
  end
  local problems, message = list_problems(list)
  err.message = (key and (key .. ": ") or "") .. message
  err.serviceCode, err.field, err.key, err.problems = first.code, first.field, key, problems
  err.problemCount = #list > #problems and #list or nil
  return err
end

return service_errors
