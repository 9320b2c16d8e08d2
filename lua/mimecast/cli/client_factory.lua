--- Makes the client of a command from its options, the environment and the profiles.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local mimecast = require "mimecast"
local output = require "mimecast.cli.io.output"
local sources = require "mimecast.config.sources"

local client_factory = {}

--- Collects the options of a configuration and their origins.
---@param args table parsed arguments: profile, region, baseUrl, timeout, readOnly
---@return table? values by name
---@return table<string, string>|mimecast.Error origins by name, or the error value
function client_factory.find_config(args)
  return sources.collect({ profile = args.profile, region = args.region, baseUrl = args.baseUrl, timeout = args.timeout,
    readOnly = args.readOnly }, sources.environment(), "the command line")
end

local logged_fields = { "operation", "method", "path", "items", "attempt", "status", "code", "bytes", "seconds", "reason",
  "requestId", "serviceRequestId" }

-- Returns a hook that writes its event to standard error. Events hold no secrets.
local function log_event(event_name)
  return function(event)
    local parts = { event_name }
    for _, field in ipairs(logged_fields) do
      local value = event[field]
      if type(value) == "number" and value % 1 ~= 0 then value = core.format_fixed(value, 3) end
      if value ~= nil then parts[#parts + 1] = field .. "=" .. tostring(value) end
    end
    output.note(table.concat(parts, " "))
  end
end

-- Retries have no hook here: the log has a line for each.
--- Adds hooks that write requests, responses and waits to standard error.
---@param config table
function client_factory.add_hooks(config)
  config.log = output.note
  config.onRequest, config.onResponse, config.onWait = log_event "request", log_event "response", log_event "wait"
end

--- Returns whether MIMECAST_SANDBOX is set, and whether its value is valid.
---@return boolean is_set
---@return boolean is_valid
function client_factory.uses_sandbox()
  local value = os.getenv "MIMECAST_SANDBOX"
  return value ~= nil and value ~= "" and value ~= "0", value == "1"
end

-- Returns an error if the command line names a real tenant as well.
local function sandbox_conflict(args)
  local option = args.profile and "--profile" or args.region and "--region" or args.baseUrl and "--base-url"
  return option and errors.invalid_value(option,
    "cannot be combined with MIMECAST_SANDBOX=1, the in-memory sandbox: unset MIMECAST_SANDBOX") or nil
end

local function sandbox_config(args)
  local tenant = require("mimecast.sandbox").new()
  local keys = tenant.credentials.v2
  return { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport, timeout = args.timeout,
    readOnly = args.readOnly }
end

local first_steps = "enter them with mimecast login, or export MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET;"
  .. " MIMECAST_SANDBOX=1 tries a command without an account"

--- Makes the client of a command.
---@param context table args, verbose
---@return table? client
---@return string? message
---@return mimecast.Error? err
function client_factory.new(context)
  local is_set, is_valid = client_factory.uses_sandbox()
  if is_set and not is_valid then return mimecast.default() end -- returns the error
  local config, err
  if is_set then
    err = sandbox_conflict(context.args)
    config = not err and sandbox_config(context.args)
  else
    config, err = client_factory.find_config(context.args)
  end
  if not config then return errors.result(err) end
  config.profile = nil -- its values are among the options
  if not is_set and not context.args.noCache then
    config.store = lazy("mimecast.store.file").new { log = context.verbose and output.note or nil }
  end
  if context.verbose then client_factory.add_hooks(config) end
  local log_wait = config.onWait
  function config.onWait(event)
    if log_wait then log_wait(event) end
    if context.display then context.display:wait(event) end
  end
  local client, message
  client, message, err = mimecast.new(config)
  if err and err.code == "missing_credentials" and not err.field then err.hint = first_steps end
  return client, message, err
end

return client_factory
