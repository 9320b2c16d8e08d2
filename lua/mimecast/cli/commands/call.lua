--- `mimecast call`: any path of the service, authorised; the answer as it comes.
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local items = require "mimecast.cli.data_arg"
local json = require "mimecast.json"
local output = require "mimecast.cli.io"
local registry = require "mimecast.model.registry"
local status = require "mimecast.cli.exit_codes"

local call = {
  summary = "Makes any authorised call, and writes the answer's body as it comes.",
  epilog = "Example: mimecast call /api/account/get-account --data '[]'\nThe exit code is 1 where the answer tells of a"
    .. " failure, whatever its HTTP status.",
}

function call.define(element)
  element:argument "path":description "path of the gateway, like /api/account/get-account"
  element:option "--method":argname "WORD":overwrite(false):description "HTTP method, POST by default"
  element:option "--query":argname "NAME=VALUE":count "*":description "a parameter"
  element:option "--header":argname "NAME=VALUE":count "*":description "a header; none that authorises"
  element:mutex(
    element:option "--data":argname "JSON":overwrite(false):description "items of an envelope, a JSON list",
    element:option "--data-file":argname "FILE":target "dataFile":overwrite(false)
      :description "the same from a file; - is standard input",
    element:option "--body-file":argname "FILE":target "bodyFile":overwrite(false)
      :description "a body that is sent as it is; - is standard input")
end

local function wrong(field, message)
  return nil, errors.invalid_value(field, message)
end

local function read(name, path)
  local file, message = io.stdin, nil
  if path ~= "-" then file, message = io.open(path, "rb") end
  local value = file and file:read "*a"
  if file and path ~= "-" then file:close() end
  if not value then return wrong(name, "cannot be read: " .. (message or path)) end
  return value
end

local function pairs_of(name, words)
  if #words == 0 then return nil end
  local values = {}
  for _, word in ipairs(words) do
    local key, value = word:match "^([^=]+)=(.*)$"
    if not key then return wrong(name, ("is like name=value, and %s is not"):format(word)) end
    values[key] = value
  end
  return values
end

local function input_of(args)
  local query, err = pairs_of("--query", args.query)
  if err then return nil, err end
  local input = { path = args.path, method = args.method and core.upper(args.method), query = query }
  input.headers, err = pairs_of("--header", args.header)
  if err then return nil, err end
  local document
  if args.dataFile then document, err = read("--data-file", args.dataFile) end
  if args.bodyFile then input.body, err = read("--body-file", args.bodyFile) end
  if args.data then
    input.data, err = items.from_word(args.data)
  elseif document then
    input.data, err = items.read(document, "--data-file")
  end
  if err then return nil, err end
  return input
end

-- HTTP is how it travelled; whether it was done is what the answer says.
local function code_of(response)
  local code = response.status
  if code == 401 or code == 403 or code == 418 then return status.auth end
  if code == 429 or code >= 500 then return status.unreachable end
  if code >= 300 then return status.rejected end
  local answer = json.decode_response(response.body)
  local fail = type(answer) == "table" and answer.fail
  return type(fail) == "table" and #fail > 0 and status.rejected or status.ok
end

function call.run(context, args)
  local input, err = input_of(args)
  if not input then return errors.result(err) end
  call.writes = not registry.only_reads(input.method or "POST", input.path)
  local client, message
  client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local response
  response, message, err = client:call(input)
  if not response then return nil, message, err end
  if context.json then
    output.json(response, { { name = "status" }, { name = "headers" }, { name = "body" } })
  elseif response.body ~= "" then
    output.foreign(response.body:sub(-1) == "\n" and response.body or response.body .. "\n")
  end
  local code = code_of(response)
  if code ~= status.ok and not context.json then
    output.note(("mimecast: the service answered %d, with a failure"):format(response.status))
  end
  return code
end

return call
