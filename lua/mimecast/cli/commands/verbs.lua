--- The commands that change an account by its address: disable, enable, lock, unlock, force-password-change, set-password,
-- reuse-address, ensure-user. One address is changed at once, and the change is shown; several are an ordinary bulk run.
local account_change = require "mimecast.cli.account_change"
local arguments = require "mimecast.cli.arguments"
local bulk_options = require "mimecast.cli.bulk_options"
local confirmation = require "mimecast.cli.confirmation"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local registry = require "mimecast.model.registry"

local operation_name = "update_user"

local function operation() return registry.find(operation_name) end

local function operation_command() return lazy "mimecast.cli.commands.operation" end

local function usage(message, hint)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message, hint = hint })
end

-- ---- options ----

local shown = { yes = true, journal = true, verify = true }

-- Defines the options of a bulk run. The help page shows a few of them.
local function define_run(element)
  return arguments.define_hidden(element, shown, nil, function()
    bulk_options.define_input(element, true)
    bulk_options.define_plan(element)
    confirmation.define(element)
    bulk_options.define_apply(element)
    bulk_options.define_common(element)
  end)
end

-- Options of a bulk run that one account has as well.
local of_single = { yes = true, allowAdmin = true, noAdminCheck = true }

-- Returns whether an option of a bulk run is given: then one address is a bulk run as well.
local function has_run_option(args, targets)
  for target in pairs(targets) do
    local value = args[target]
    if not of_single[target] and value ~= nil and not (type(value) == "table" and #value == 0) then return true end
  end
  return false
end

-- ---- many accounts ----

-- Returns the values for all rows, as --set has them.
local function constants(values)
  local list = {}
  for name, value in pairs(values) do list[#list + 1] = { name = name, value = tostring(value) } end
  return list
end

local function rows_of(addresses)
  local rows = {}
  for i, address in ipairs(addresses) do rows[i] = { email = address } end
  return rows
end

local function run_bulk(context, verb, values)
  local args, file = context.args, context.args.from
  if #args.address == 1 and args.address[1] == "-" then file = "-" end
  for _, constant in ipairs(constants(values)) do table.insert(args.set, constant) end
  if verb.columns and not args.columns and not args.ignoreOtherColumns then args.columns = verb.columns end
  args.file = file or rows_of(args.address)
  if not args.journal and (not file or file == "-") then -- a run of a file is named after the file
    args.journal = lazy("mimecast.bulk.runs").plan_path(verb.name, core.now()):gsub("%.plan$", ".journal")
  end
  return lazy("mimecast.cli.commands.apply").bulk.run(context, args)
end

-- ---- running ----

-- Returns what the addresses lack; nil if they are valid.
local function address_problem(args)
  local hint = "give addresses, --from FILE, or - for rows of standard input"
  if #args.address == 0 and not args.from then return "missing ADDRESS", hint end
  if #args.address > 0 and args.from then return "addresses and --from cannot be combined", hint end
  for _, address in ipairs(args.address) do
    if address == "-" and #args.address > 1 then return "addresses and - cannot be combined", hint end
  end
  return nil
end

local function is_single(args, targets)
  return #args.address == 1 and args.address[1] ~= "-" and not has_run_option(args, targets)
end

local function run(context, verb)
  local args = context.args
  local problem, hint = address_problem(args)
  if problem then return usage(problem, hint) end
  local single = is_single(args, verb.run_targets)
  if verb.prepare then
    problem, hint = verb.prepare(args, single)
    if problem then return usage(problem, hint) end
  end
  local values, err = operation_command().read_input(operation(), args)
  if not values then return errors.result(err) end
  for name, value in pairs(verb.values or {}) do values[name] = value end
  if not single then return run_bulk(context, verb, values) end
  values.email = args.address[1]
  return account_change.run(context, values)
end

-- ---- the verbs ----

local function option_name(field)
  return field == "email" and "ADDRESS" or field == "archiveStartDate" and "--since"
    or operation_command().new(operation()).option_name(field)
end

local function new(name, verb)
  verb.name, verb.writes, verb.option_name = name, true, option_name
  function verb.define(element, purpose)
    element:argument "address":args "*":argname "ADDRESS"
      :description "an address: the change is shown at once; several, or - for rows of standard input: a bulk run"
    arguments.add_option(element, "--from", "FILE", "from", "a file of addresses (CSV, JSON Lines): a bulk run")
    if verb.define_fields then verb.define_fields(element, purpose) end
    verb.run_targets = define_run(element)
  end
  verb.run = function(context) return run(context, verb) end
  return verb
end

-- Makes a verb that gives one field one value. Of a file it reads the column of addresses only.
local function setter(name, field, value, summary, example)
  return new(name, { summary = summary, values = { [field] = value }, columns = { "email" },
    example = ("  mimecast %s ann@example.com\n  mimecast %s --from %s --verify"):format(name, name, example) })
end

local function password_options(element)
  element:option "--password-env":argname "NAME":target "field password env":overwrite(false)
    :description "read the password from this environment variable"
end

-- One address: the password is typed, or is the next line of standard input. Several: each row has its password.
local function prepare_password(args, single)
  if not single then
    if #args.address > 0 and args.address[1] ~= "-" then
      return "set-password takes one address", "for several accounts give --from FILE with the columns email and password"
    end
    if args["field password env"] then return "--password-env is for one address", "give a column password" end
    return nil
  end
  args["field password stdin"] = not args["field password env"] or nil
end

local function since_option(element)
  arguments.add_option(element, "--since", "TIME", "field archiveStartDate",
    "start of the visible archive, like 2027-01-01T00:00:00Z")
end

local function prepare_since(args, single)
  if single and not args["field archiveStartDate"] then
    return "missing --since", "give the start of the visible archive, like --since 2027-01-01T00:00:00Z"
  end
end

local function settings_options(element, purpose)
  for _, field in ipairs(operation().all_fields) do
    if field.name ~= "email" then operation_command().define_field(operation(), element, field, purpose) end
  end
end

local function prepare_settings(args, single)
  if not single and (args["field password stdin"] or args["field password env"]) then
    return "a password option is for one address", "give a column password"
  end
end

return {
  disable = setter("disable", "accountDisabled", true, "Disable accounts", "leavers.csv"),
  enable = setter("enable", "accountDisabled", false, "Enable disabled accounts", "back.csv"),
  lock = setter("lock", "accountLocked", true, "Lock accounts", "suspicious.csv"),
  unlock = setter("unlock", "accountLocked", false, "Unlock accounts", "suspicious.csv"),
  ["force-password-change"] = setter("force-password-change", "forcePasswordChange", true,
    "Require a new password at the next sign-in", "staff.csv"),
  ["set-password"] = new("set-password", {
    summary = "Set the cloud password of an account and unlock it",
    description = "Set the cloud password of an account and unlock it, because the service rejects a password for a locked"
      .. " account. The password is typed twice on a terminal; elsewhere it is the next line of standard input.",
    values = { accountLocked = false }, columns = { "email", "password" }, define_fields = password_options,
    prepare = prepare_password,
    example = "  mimecast set-password ann@example.com\n  mimecast set-password --from passwords.csv",
  }),
  ["reuse-address"] = new("reuse-address", {
    summary = "Give an address to a new employee: hide the archive before a date",
    define_fields = since_option, prepare = prepare_since,
    example = "  mimecast reuse-address ann@example.com --since 2027-01-01T00:00:00Z",
  }),
  ["ensure-user"] = new("ensure-user", {
    summary = "Bring the settings of accounts into a given state",
    description = "Bring the settings of accounts into a given state: read them, and write those that differ.",
    define_fields = settings_options, prepare = prepare_settings,
    example = "  mimecast ensure-user ann@example.com --allow-pop3 false --account-locked false\n"
      .. "  mimecast ensure-user --from settings.csv",
  }),
}
