--- The client of a command, and where each of its settings is from: options over the environment over a profile.
local failure = require "mimecast.failure"
local mimecast = require "mimecast"
local output = require "mimecast.cli.output"
local settings = require "mimecast.settings"

local connect = {}

-- What belongs to the credentials: never mixed from two sources.
local of_credentials = {}
for _, name in ipairs { "clientId", "clientSecret", "appId", "appKey", "accessKey", "secretKey", "email", "password",
  "loginType", "region", "baseUrl" } do
  of_credentials[name] = true
end

local function add(found, values, source, except)
  for name, value in pairs(values) do
    if not (except and except[name]) then found[name] = { value = value, source = source } end
  end
end

local function from_profile(found, name)
  local values, err = settings.from_profile(name)
  if not values then return nil, err end
  add(found, values, ("the profile %q"):format(name))
  return true
end

local function has_credentials(values)
  for _, option in ipairs(settings.options) do
    local name = option.name
    if values[name] and (option.type == "secret" and name ~= "proxy" or name == "clientId" or name == "appId") then
      return true
    end
  end
  return false
end

-- A profile named on the command line has its own credentials; one that the environment names is filled in by it.
local function from_elsewhere(found, args)
  local environment = settings.from_environment()
  local name = args.profile or environment.profile
  if name then
    local ok, err = from_profile(found, name)
    if not ok then return nil, err end
  elseif not has_credentials(environment) then
    local ok, err = from_profile(found, "default")
    if not ok and err.code ~= "missing_profile" then return nil, err end
  end
  environment.profile = nil
  for option, value in pairs(environment) do
    if not (args.profile and of_credentials[option]) then
      found[option] = { value = value, source = "the environment" }
    end
  end
  return true
end

--- All settings that were found.
---@param args table of the command line: profile, region, baseUrl, timeout, readOnly
---@return table<string, table>? found by name: value, source
---@return mimecast.Failure? err
function connect.find(args)
  local found = {}
  local ok, err = from_elsewhere(found, args)
  if not ok then return nil, err end
  if args.region or args.baseUrl then found.region, found.baseUrl = nil, nil end
  add(found, { region = args.region, baseUrl = args.baseUrl, timeout = args.timeout, readOnly = args.readOnly },
    "the command line")
  return found
end

local shown = { "operation", "method", "path", "items", "attempt", "status", "code", "bytes", "seconds", "reason", "requestId",
  "serviceRequestId" }

-- One line about a request: its table comes from the client, which keeps secrets out of it.
local function tell(what)
  return function(event)
    local parts = { what }
    for _, name in ipairs(shown) do
      local value = event[name]
      if type(value) == "number" and value % 1 ~= 0 then value = ("%.3f"):format(value) end
      if value ~= nil then parts[#parts + 1] = name .. "=" .. tostring(value) end
    end
    output.note(table.concat(parts, " "))
  end
end

-- Retries are told by the log's own line.
local function add_hooks(options)
  options.log = output.note
  for _, name in ipairs { "request", "response", "wait" } do options["on_" .. name] = tell(name) end
end

local function is_sandbox()
  local value = os.getenv "MIMECAST_SANDBOX"
  return value ~= nil and value ~= "" and value ~= "0", value == "1"
end

--- Whether the command is told to try things on a tenant in this process.
connect.is_sandbox = is_sandbox

-- Why the command line does not go with a tenant in this process: it leads elsewhere.
local function sandbox_problem(args)
  local option = args.profile and "--profile" or args.region and "--region" or args.baseUrl and "--base-url"
  return option and failure.invalid_value(option,
    "does not go with MIMECAST_SANDBOX=1, a made-up tenant in this process: unset that") or nil
end

-- A tenant in this process, with the options of the command line.
local function sandbox_options(args)
  local tenant = require("mimecast.sandbox").new()
  local keys = tenant.credentials.v2
  return { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport, timeout = args.timeout,
    readOnly = args.readOnly }
end

--- The client of a command.
---@param context table args, verbose
---@return table? client
---@return string? message
---@return mimecast.Failure? err
function connect.client(context)
  local asked, fits = is_sandbox()
  if asked and not fits then return mimecast.default() end -- which says what is wrong
  local options = {}
  if asked then
    local err = sandbox_problem(context.args)
    if err then return failure.result(err) end
    options = sandbox_options(context.args)
  else
    local found, err = connect.find(context.args)
    if not found then return failure.result(err) end
    for name, setting in pairs(found) do options[name] = setting.value end
  end
  if context.verbose then add_hooks(options) end
  return mimecast.new(options)
end

return connect
