--- `mimecast login`: asks for credentials, checks them with an authorised request, and writes them to a profile.
--
-- Ids come from options or questions. Secrets are typed without echo or read from standard input, a line each; they never
-- come from the command line.
local account_check = require "mimecast.cli.account_check"
local arguments = require "mimecast.cli.arguments"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local options = require "mimecast.config.options"
local output = require "mimecast.cli.io.output"
local profiles = require "mimecast.config.profiles"
local questions = require "mimecast.cli.io.questions"
local regions = require "mimecast.config.regions"
local secrets = require "mimecast.cli.io.secrets"
local sources = require "mimecast.config.sources"
local terminal_text = require "mimecast.cli.io.terminal_text"

local login = {
  summary = "Check credentials and write them to a profile",
  description = "Ask for the credentials of a tenant, check them with an authorised request, and write them to a profile in"
    .. " ~/.config/mimecast/profiles.json, which only you can read. Without a terminal, give the ids as options and the secrets"
    .. " as lines of standard input: the client secret (API 2.0); the application key, then the password, or the access key"
    .. " and the secret key (API 1.0).",
  example = "  mimecast login --profile work\n"
    .. "  printf '%s\\n' \"$SECRET\" | mimecast login --profile work --client-id ID --region uk",
}

function login.define(element)
  element:option "--api":choices { "2.0", "1.0" }:overwrite(false):description "generation of the API (default 2.0)"
  arguments.add_option(element, "--client-id", "ID", "clientId", "API 2.0: client id of the application")
  arguments.add_option(element, "--app-id", "ID", "appId", "API 1.0: application id")
  arguments.add_option(element, "--email", "ADDRESS", "email", "API 1.0: log this user in, and keep the access key")
  element:option "--login-type":choices { "Basic-Cloud", "Basic-AD" }:target "loginType":overwrite(false)
    :description "API 1.0: kind of the password (default: what the service allows)"
  for _, name in ipairs { "clientSecret", "appKey", "secretKey" } do
    arguments.add_option(element, ("--%s-command"):format(terminal_text.kebab(name)), "JSON", name .. "Command",
      ("do not ask for %s: a program gives it whenever it is needed, like '[\"pass\", \"show\", \"mimecast\"]'"):format(name))
  end
  element:flag "--replace":description "replace the credentials of a profile that exists"
  element:flag "--no-check":target "noCheck":description "write the profile without a request to the service"
end

-- ---- questions ----

-- Returns a value or raises the error value.
local function must(value, message, err)
  if value == nil then error(err or message, 0) end
  return value
end

local function check_option(name)
  return function(text)
    local value, err = options.check(name, text)
    return value == nil and err.message or nil
  end
end

local function ask_option(args, name, label, default)
  local option = "--" .. terminal_text.kebab(name)
  local question = { label = label, option = option, check = check_option(name), default = default }
  local text = args[name] or questions.text(question)
  local reason = text ~= "" and question.check(text)
  if reason then error(errors.invalid_value(option, (reason:gsub("^%w+ ", ""))), 0) end
  return text
end

-- Returns a secret, or the command that gives it.
local function read_secret(args, name, label)
  local command = args[name .. "Command"]
  if command then
    local words = json.decode(command)
    if type(words) == "table" then return { command = words } end
    error(errors.invalid_value(("--%s-command"):format(terminal_text.kebab(name)), "must be a JSON list of words"), 0)
  end
  local secret, message = secrets.read(label, true)
  if not secret then error(errors.invalid_value(name, message), 0) end
  return must(options.check(name, secret))
end

local function region_names(generation)
  local names = {}
  for name in pairs(regions.by_generation[generation]) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

-- Sets the region or the address of the gateway.
local function choose_gateway(values, args, generation)
  values.region, values.baseUrl = args.region, args.baseUrl
  if values.region or values.baseUrl then return end
  local names = table.concat(region_names(generation), ", ")
  values.region = questions.text { label = ("Region (%s)"):format(names), option = "--region",
    default = generation == "2.0" and "global" or nil, check = function(text)
      return not regions.by_generation[generation][text] and ("API %s has the regions %s"):format(generation, names) or nil
    end }
end

local function collect_2(args)
  local values = {}
  choose_gateway(values, args, "2.0")
  values.clientId = ask_option(args, "clientId", "Client id")
  values.clientSecret = read_secret(args, "clientSecret", "Client secret (is not shown)")
  return values
end

-- Finds the gateway of the user's address. Returns the kind of the password if only a domain password is allowed.
local function discover(values, args)
  local found = must(mimecast.discover { email = args.email, appId = values.appId, timeout = args.timeout })
  values.region, values.baseUrl = found.region, not found.region and found.baseUrl or nil
  output.note("mimecast: the gateway is " .. found.baseUrl)
  local allowed = {}
  for _, kind in ipairs(found.authenticate) do allowed[kind] = true end
  return allowed["Basic-AD"] and not allowed["Basic-Cloud"] and "Basic-AD" or nil
end

-- Logs the user in. The profile gets the keys and no password.
local function log_in(values, args)
  values.region, values.baseUrl = args.region, args.baseUrl
  local kind = not (args.region or args.baseUrl) and discover(values, args) or nil
  local keys = must(mimecast.login { email = args.email, password = read_secret(args, "password", "Password (is not shown)"),
    appId = values.appId, loginType = args.loginType or kind, region = values.region, baseUrl = values.baseUrl,
    timeout = args.timeout })
  values.accessKey, values.secretKey = keys.accessKey, keys.secretKey
  return keys.duration
end

local function collect_1(args)
  local values = { appId = ask_option(args, "appId", "Application id") }
  values.appKey = read_secret(args, "appKey", "Application key (is not shown)")
  if not args.email and questions.can_ask() then
    local email = ask_option(args, "email", "Address of the user to log in (press Enter if you have an access key)",
      "")
    args.email = email ~= "" and email or nil
  end
  if args.email then return values, log_in(values, args) end
  choose_gateway(values, args, "1.0")
  values.accessKey = read_secret(args, "accessKey", "Access key (is not shown)")
  values.secretKey = read_secret(args, "secretKey", "Secret key (is not shown)")
  return values
end

-- ---- the profile ----

-- Returns the name of the profile, and whether it exists. A missing file is not an error here.
local function find_profile(args)
  local all, err = profiles.read_all()
  if not all and err.code ~= "missing_profile" then error(err, 0) end
  if not profiles.path() then error(err, 0) end
  local name = args.profile or sources.environment().profile or "default"
  if name == "default" and all then name = profiles.default_name(all) end
  must(options.check("profile", name))
  return name, all ~= nil and type(all[name]) == "table"
end

local function confirm_replace(args, name, exists)
  if not exists or args.replace then return end
  if questions.confirm(("Replace the credentials of the profile %s?"):format(name), "--replace") then return end
  error(errors.new { category = "usage", code = "interrupted", message = "nothing was written",
    hint = "--profile NAME makes another profile" }, 0)
end

-- Replaces credentials and gateway of the profile. Its other options are kept.
local function write_profile(name, values)
  return must(profiles.change(function(all)
    local profile = type(all[name]) == "table" and all[name] or {}
    for _, option in ipairs(options.list) do
      if sources.is_account(option.name) then profile[option.name] = nil end
    end
    for key, value in pairs(values) do profile[key] = core.secret.is(value) and core.secret.reveal(value) or value end
    all[name] = profile
  end))
end

-- Checks the values with a client, and returns what is known of the account.
local function check(context, values)
  local config = must(profiles.options(context.args.profile or "default", values))
  config.timeout = context.args.timeout
  if context.verbose then client_factory.add_hooks(config) end
  local client = must(mimecast.new(config))
  if context.args.noCheck then return client, "not checked" end
  local state, text, err, account = account_check.run(client)
  if state == "FAIL" then error(err, 0) end
  return client, text, account
end

local function report(context, result, duration)
  if context.json then
    return output.json(result, { { name = "profile" }, { name = "path" }, { name = "api" }, { name = "baseUrl" },
      { name = "accountCode" }, { name = "credentials" } })
  end
  output.write(terminal_text.message(("profile %s: API %s at %s, credentials %s"):format(result.profile, result.api,
    result.baseUrl, result.credentials)) .. "\n")
  output.write(terminal_text.message("written to " .. result.path) .. "\n")
  if duration then
    output.note(("mimecast: the access key expires after %s days; then log in again"):format(
      core.format_fixed(duration / 86400, 1)))
  end
  local option = result.isDefault and "" or " --profile " .. terminal_text.shell_quote(result.profile)
  if result.isDefault and sources.environment_has_credentials() then
    output.note("mimecast: the environment has credentials as well, which a command uses unless --profile is given")
  end
  output.note(("mimecast: next: mimecast doctor%s"):format(option))
end

function login.run(context, args)
  if client_factory.uses_sandbox() then
    return errors.result(errors.new { category = "usage", code = "invalid_command",
      message = "login cannot be combined with MIMECAST_SANDBOX=1, the in-memory sandbox",
      hint = "unset MIMECAST_SANDBOX; mimecast sandbox runs a tenant to which you can log in" })
  end
  local name, exists = find_profile(args)
  confirm_replace(args, name, exists)
  local api = args.api or (args.appId or args.email) and "1.0" or args.clientId and "2.0"
    or questions.text { label = "Generation of the API (2.0 or 1.0)", option = "--api", default = "2.0",
      check = function(text) return text ~= "2.0" and text ~= "1.0" and "the generations are 2.0 and 1.0" or nil end }
  local collect = api == "1.0" and collect_1 or collect_2
  local values, duration = collect(args)
  local client, text, account = check(context, values)
  local info = client:info()
  client:close()
  local path = write_profile(name, values)
  report(context, { profile = name, path = path, api = info.generation, baseUrl = info.baseUrl, credentials = text,
    accountCode = account and account.accountCode or nil,
    isDefault = name == profiles.default_name(must(profiles.read_all())) }, duration)
  return true
end

return login
