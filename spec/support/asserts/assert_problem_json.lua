-- Asserts that a response is a problem document (RFC 9457).
local assert = require "luassert"
local json = require "mimecast.json"

--- Checks status, content type and the required members.
---@param response table of a transport
---@param status integer
---@param code? string
---@return table problem the document
return function(response, status, code)
  assert.equal(status, response.status, response.body)
  assert.equal("application/problem+json", response.headers["content-type"])
  local problem = json.decode(response.body)
  assert.equal(status, problem.status)
  assert.is_string(problem.title)
  assert.is_string(problem.detail)
  assert.equal("about:blank", problem.type)
  assert.equal(code, problem.code)
  return problem
end
