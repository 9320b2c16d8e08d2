--- `mimecast call`: sends an authorised request to any path of the API and prints the response unchanged.
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local data_arg = require "mimecast.cli.data_arg"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local input = require "mimecast.cli.io.input"
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"
local output = require "mimecast.cli.io.output"

local call = {
  summary = "Send an authorised request to any path and print the response body",
  example = "  mimecast call /api/account/get-account --data '[]'",
  epilog = "The exit code is 1 if the response reports a failure,"
    .. " whatever its HTTP status.",
}

function call.define(element)
  element:argument "path":description "path below the gateway, like /api/account/get-account"
  element:option "--method":argname "WORD":overwrite(false):description "HTTP method (default POST)"
  element:option "--query":argname "NAME=VALUE":count "*":description "add a query parameter"
  element:option "--header":argname "NAME=VALUE":count "*":description "add a header; not one that authorises the request"
  element:mutex(
    element:option "--data":argname "JSON":overwrite(false):description "items of the request's data, a JSON list",
    element:option "--data-file":argname "FILE":target "dataFile":overwrite(false)
      :description "read the items from a file; - is standard input",
    element:option "--body-file":argname "FILE":target "bodyFile":overwrite(false)
      :description "send a file as the body, unchanged; - is standard input")
end

local function parse_pairs(option, words)
  if #words == 0 then return nil end
  local values = {}
  for _, word in ipairs(words) do
    local name, value = word:match "^([^=]+)=(.*)$"
    if not name then return nil, errors.invalid_value(option, ("must be NAME=VALUE, got %s"):format(word)) end
    values[name] = value
  end
  return values
end

local function read_file(option, path)
  local content, message = input.read(path)
  if not content then return nil, errors.invalid_value(option, message) end
  return content
end

-- Returns the request for client:call.
local function request_of(args)
  local query, headers, err
  query, err = parse_pairs("--query", args.query)
  if err then return nil, err end
  headers, err = parse_pairs("--header", args.header)
  if err then return nil, err end
  local request = { path = args.path, method = args.method and core.upper(args.method), query = query, headers = headers }
  if args.bodyFile then
    request.body, err = read_file("--body-file", args.bodyFile)
  elseif args.dataFile then
    local document
    document, err = read_file("--data-file", args.dataFile)
    if document then request.data, err = data_arg.parse(document, "--data-file") end
  elseif args.data then
    request.data, err = data_arg.parse_word(args.data)
  end
  if err then return nil, err end
  return request
end

-- The service reports failures of items in a response of status 200.
local function exit_code(response)
  local status = response.status
  if status == 401 or status == 403 or status == 418 then return exit_codes.auth end
  if status == 429 or status >= 500 then return exit_codes.unreachable end
  if status >= 300 then return exit_codes.rejected end
  local body = json.decode_response(response.body)
  local fail = type(body) == "table" and body.fail
  return type(fail) == "table" and #fail > 0 and exit_codes.rejected or exit_codes.ok
end

function call.run(context, args)
  local request, err = request_of(args)
  if not request then return errors.result(err) end
  call.writes = not registry.only_reads(request.method or "POST", request.path)
  local client, response, message
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  response, message, err = client:call(request)
  if not response then return nil, message, err end
  if context.json then
    output.json(response, { { name = "status" }, { name = "headers" }, { name = "body" } })
  elseif response.body ~= "" then
    output.untrusted(response.body:sub(-1) == "\n" and response.body or response.body .. "\n")
  end
  local code = exit_code(response)
  if code ~= exit_codes.ok and not context.json then
    output.note(("mimecast: the response reports a failure (HTTP status %d)"):format(response.status))
  end
  return code
end

return call
