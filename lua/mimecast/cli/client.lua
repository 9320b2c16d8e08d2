--- The client of a command, and where each of its settings is from.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io"
local settings = require "mimecast.config.options"
local sources = require "mimecast.config.sources"

local connect = {}

--- All settings that were found.
---@param args table of the command line: profile, region, baseUrl, timeout, readOnly
---@return table? values by name
---@return table<string, string>|mimecast.Error origins by name, or the error value
function connect.find(args)
  return sources.find({ profile = args.profile, region = args.region, baseUrl = args.baseUrl, timeout = args.timeout,
    readOnly = args.readOnly }, settings.from_environment(), "the command line")
end

local shown = { "operation", "method", "path", "items", "attempt", "status", "code", "bytes", "seconds", "reason", "requestId",
  "serviceRequestId" }

-- One line about a request: its table comes from the client, which keeps secrets out of it.
local function tell(what)
  return function(event)
    local parts = { what }
    for _, name in ipairs(shown) do
      local value = event[name]
      if type(value) == "number" and value % 1 ~= 0 then value = core.format_fixed(value, 3) end
      if value ~= nil then parts[#parts + 1] = name .. "=" .. tostring(value) end
    end
    output.note(table.concat(parts, " "))
  end
end

-- Retries are told by the log's own line.
local function add_hooks(options)
  options.log = output.note
  for _, name in ipairs { "request", "response", "wait" } do options["on" .. name:gsub("^%l", core.upper)] = tell(name) end
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
  return option and errors.invalid_value(option,
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
---@return mimecast.Error? err
function connect.client(context)
  local asked, fits = is_sandbox()
  if asked and not fits then return mimecast.default() end -- which says what is wrong
  local options, err
  if asked then
    err = sandbox_problem(context.args)
    options = not err and sandbox_options(context.args)
  else
    options, err = connect.find(context.args)
  end
  if not options then return errors.result(err) end
  options.profile = nil -- what it says is among the options
  if context.verbose then add_hooks(options) end
  return mimecast.new(options)
end

return connect
