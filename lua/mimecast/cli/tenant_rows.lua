--- Writes the rows that a command reads: from one tenant, or with `--all-profiles` from the tenants of all profiles, with the
-- profile as first column. A tenant that fails is reported after the rows of the others.
local client_factory = require "mimecast.cli.client_factory"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local printers = require "mimecast.cli.io.printers"

local tenant_rows = {}

--- Defines the option.
---@param element table a command of argparse
function tenant_rows.define(element)
  element:flag "--all-profiles":target "allProfiles"
    :description "read from the tenants of all profiles; the first column is the profile"
end

-- ---- one tenant ----

local function write_one(context, fields, read, json_lines)
  local client, iterator, count, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  iterator, message, err = read(client)
  if not iterator then return nil, message, err end
  count, message, err = printers.write(context, fields, iterator, json_lines)
  return count and true, message, err
end

-- ---- all profiles ----

-- Returns an error if the command line or the environment names one tenant.
local function conflict(args)
  local option = args.profile and "--profile" or args.region and "--region" or args.baseUrl and "--base-url"
    or args["field cursor"] and "--cursor" or client_factory.uses_sandbox() and "MIMECAST_SANDBOX=1"
  return option and errors.new { category = "usage", code = "invalid_command",
    message = ("--all-profiles cannot be combined with %s"):format(option) } or nil
end

-- The context of a command for one profile.
local function context_of(context, name)
  local args = setmetatable({ profile = name }, { __index = context.args })
  return setmetatable({ args = args }, { __index = context })
end

-- Starts to read from the tenant of a profile.
local function open(context, name, read)
  local client, iterator, message, err
  client, message, err = client_factory.new(context_of(context, name))
  if not client then return nil, message, err end
  iterator, message, err = read(client)
  if not iterator then client:close() end
  return iterator and client, iterator or message, err
end

local function with_profile(row, name)
  local copy = { profile = name }
  for field, value in pairs(row) do copy[field] = value end
  return copy
end

-- Returns an iterator over the rows of all profiles, one profile after the other. Failures are added to the list.
local function iterate(context, names, read, failures)
  local i, client, iterator = 0, nil, nil
  local function fail(err)
    local copy = errors.copy(err)
    copy.profile = names[i]
    failures[#failures + 1] = copy
  end
  local function close()
    if client then client:close() end
    client, iterator = nil, nil
  end
  return function()
    while iterator or i < #names do
      local err
      if not iterator then
        i = i + 1
        client, iterator, err = open(context, names[i], read)
        if not client then iterator = nil end
      end
      local row, _
      if iterator then row, _, err = iterator() end
      if row then return with_profile(row, names[i]) end
      if err then fail(err) end
      close()
    end
    return nil
  end
end

local function write_all(context, fields, read)
  local err = conflict(context.args)
  if err then return errors.result(err) end
  local profiles = lazy "mimecast.config.profiles"
  local all, unreadable = profiles.read_all()
  if not all then return errors.result(unreadable) end
  local names, failures, columns = profiles.names(all), {}, { { name = "profile" } }
  for _, field in ipairs(fields) do columns[#columns + 1] = field end
  printers.write(context, columns, iterate(context, names, read, failures), true)
  for _, failure in ipairs(failures) do context.report(failure) end
  if #failures == 0 then return true end
  if not context.json then
    output.note(("mimecast: %d of %d profiles were read"):format(#names - #failures, #names))
  end
  return exit_codes.of(failures[1])
end

--- Writes rows. The exit code is that of the first tenant that fails.
---@param context table args, json, csv, color, report
---@param fields mimecast.Field[] of a row
---@param read fun(client: table): function?, string?, mimecast.Error? returns an iterator over the rows
---@param json_lines boolean write a JSON document for each row; --all-profiles always does
---@return true|integer|nil done an exit code if tenants of --all-profiles failed; nil if the command failed
---@return string? message
---@return mimecast.Error? err
function tenant_rows.write(context, fields, read, json_lines)
  if context.args.allProfiles then return write_all(context, fields, read) end
  return write_one(context, fields, read, json_lines)
end

return tenant_rows
