--- Writes the rows that a command reads: from one tenant, or with `--all-profiles` from the tenants of all profiles, with the
-- profile as first column. A tenant that fails is reported after the rows of the others.
local client_factory = require "mimecast.cli.client_factory"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local printers = require "mimecast.cli.io.printers"
local row_options = require "mimecast.cli.io.row_options"

local tenant_rows = {}

--- Defines the option.
---@param element table a command of argparse
function tenant_rows.define(element)
  element:flag "--all-profiles":target "allProfiles"
    :description "read from the tenants of all profiles"
end

-- ---- one tenant ----

local function write_one(context, view, read, json_lines)
  local client, iterator, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  iterator, message, err = read(client)
  if not iterator then return nil, message, err end
  return view:write(context, iterator, json_lines)
end

-- ---- all profiles ----

-- Returns an error if the command line or the environment names one tenant.
local function conflict(args)
  local option = args.profile and "--profile" or args.region and "--region" or args.baseUrl and "--base-url"
    or (args.cursor or args["field cursor"]) and "--cursor" or client_factory.uses_sandbox() and "MIMECAST_SANDBOX=1"
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

-- Returns an iterator that adds the profile to each row.
local function with_profile(iterator, name)
  return function()
    local row, message, err = iterator()
    if not row then return row, message, err end
    local copy = { profile = name }
    for field, value in pairs(row) do copy[field] = value end
    return copy
  end
end

-- Returns an iterator over the rows of all profiles, one profile after the other: filter, order and limit hold for each
-- profile. Failures are added to the list, and its `rejected` counts accounts that could not be read.
local function iterate(context, view, names, read, failures)
  local i, client, list, iterator = 0, nil, nil, nil
  local function fail(err)
    local copy = errors.copy(err)
    copy.profile = names[i]
    failures[#failures + 1] = copy
  end
  local function close()
    if client then client:close() end
    failures.rejected = failures.rejected + (type(list) == "table" and list.rejected or 0)
    client, list, iterator = nil, nil, nil
  end
  return function()
    while iterator or i < #names do
      local err
      if not iterator then
        i = i + 1
        client, list, err = open(context, names[i], read)
        iterator = client and view:apply(with_profile(list, names[i])) or nil
      end
      local row, _
      if iterator then row, _, err = iterator() end
      if row then return row end
      if err then fail(err) end
      close()
    end
    return nil
  end
end

local function write_all(context, view, read)
  local err = conflict(context.args)
  if err then return errors.result(err) end
  local profiles = lazy "mimecast.config.profiles"
  local all, unreadable = profiles.read_all()
  if not all then return errors.result(unreadable) end
  local names, failures = profiles.names(all), { rejected = 0 }
  printers.write(context, view.fields, iterate(context, view, names, read, failures), true)
  for _, failure in ipairs(failures) do context.report(failure) end
  local code = row_options.report_rejected(failures.rejected)
  if #failures == 0 then return code end
  if not context.json then
    output.note(("mimecast: %d of %d profiles were read"):format(#names - #failures, #names))
  end
  return exit_codes.of(failures[1])
end

--- Writes rows. The exit code is that of the first tenant that fails.
---@param context table args, json, csv, color, report
---@param view table of cli/io/row_options.lua
---@param read fun(client: table): function?, string?, mimecast.Error? returns an iterator over the rows
---@param json_lines boolean write a JSON document for each row; --all-profiles always does
---@return true|integer|nil done an exit code if tenants of --all-profiles failed; nil if the command failed
---@return string? message
---@return mimecast.Error? err
function tenant_rows.write(context, view, read, json_lines)
  if context.args.allProfiles then return write_all(context, view, read) end
  return write_one(context, view, read, json_lines)
end

return tenant_rows
