--- `mimecast doctor`: checks settings, gateway, clock, credentials and permissions, and says what to do about failures.
local account_check = require "mimecast.cli.account_check"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local headers = require "mimecast.protocol.headers"
local options = require "mimecast.config.options"
local output = require "mimecast.cli.io.output"
local protect = require "mimecast.bulk.plan.protect"
local row_options = require "mimecast.cli.io.row_options"
local tenant_rows = require "mimecast.cli.tenant_rows"
local terminal_text = require "mimecast.cli.io.terminal_text"

local doctor = {
  summary = "Check settings, gateway, credentials and permissions",
  description = "Check the settings, the gateway, the clock, the credentials (with authorised requests), the permissions and"
    .. " the rate limit. Nothing is changed. The exit code is that of the first check that fails.",
}

local max_protected = 20 -- shown
local max_skew = 60 -- seconds; the service's own limit is not documented

function doctor.define(element)
  element:option "--email":argname "ADDRESS":overwrite(false)
    :description "read this user's settings, which needs the same permission as changing them"
  tenant_rows.define(element)
end

-- ---- the report ----

local Report = {}
Report.__index = Report

local function new_report()
  return setmetatable({ checks = {}, settings = {}, code = exit_codes.ok }, Report)
end

-- Adds a check. The state is ok, warn, FAIL, or - for a check that did not run. `err` belongs to FAIL.
function Report:add(name, state, text, remedy, err)
  self.checks[#self.checks + 1] = { name = name, state = state, text = text, remedy = remedy }
  if state == "FAIL" and not self.failure then self.code, self.failure = exit_codes.of(err), err end
end

function Report:fail(name, err)
  self:add(name, "FAIL", err.message, err.hint, err)
end

local colors = { ok = "green", warn = "yellow", FAIL = "red" }

local json_fields = {
  { name = "checks", fields = { { name = "name" }, { name = "state" }, { name = "text" }, { name = "remedy" } } },
  { name = "settings" }, { name = "exit" },
}

-- Returns the lines of a check: its text, its remedy and, for the settings, each setting.
function Report:lines(check, width)
  local lines = terminal_text.wrap(terminal_text.message(check.text), width)
  for _, line in ipairs(terminal_text.wrap(terminal_text.message(check.remedy or ""), width)) do lines[#lines + 1] = line end
  for _, setting in ipairs(check.name == "settings" and self.settings or {}) do
    lines[#lines + 1] = terminal_text.printable(("%s = %s, from %s"):format(setting.name, setting.value, setting.from))
  end
  return lines
end

function Report:write(context)
  if context.json then
    return output.json({ checks = self.checks, settings = self.settings, exit = self.code }, json_fields)
  end
  local indent = (" "):rep(18)
  for _, check in ipairs(self.checks) do
    local state = output.paint(context, terminal_text.fit(check.state, 5), colors[check.state] or "bold")
    local lines = self:lines(check, (output.columns() or 100) - #indent)
    output.write(state .. terminal_text.fit(check.name, 12) .. " " .. table.concat(lines, "\n" .. indent) .. "\n")
  end
end

-- ---- the checks ----

local function list_settings(report, values, origins)
  for _, option in ipairs(options.list) do
    local value = values[option.name]
    if value ~= nil then
      report.settings[#report.settings + 1] = { name = option.name, from = origins[option.name],
        value = type(value) == "function" and "what a command gives" or option.type == "secret" and "***" or tostring(value) }
    end
  end
end

-- Says which accounts no bulk run disables or locks.
local function check_protect(report, client)
  local list, err = protect.standing(client:info())
  if not list then return report:fail("protect", err) end
  if #list == 0 then
    return report:add("protect", "-", "no account is protected from bulk runs; protect or protectFile in the profile names"
      .. " some")
  end
  local shown = table.concat(list, ", ", 1, math.min(#list, max_protected))
  report:add("protect", "ok", ("never disabled or locked by bulk runs: %s%s"):format(shown,
    #list > max_protected and (" and %d more"):format(#list - max_protected) or ""))
end

-- Returns a client made from the settings; nil if that fails.
local function check_settings(report, context)
  local is_sandbox = client_factory.uses_sandbox()
  if not is_sandbox then
    local values, origins = client_factory.find_config(context.args)
    if not values then return report:fail("settings", origins) end
    list_settings(report, values, origins)
  end
  local client, _, err = client_factory.new(context)
  if not client then return report:fail("settings", err) end
  report:add("settings", "ok", is_sandbox and "in-memory sandbox (MIMECAST_SANDBOX=1)" or "complete")
  return client
end

local function check_api(report, client)
  local info = client:info()
  report:add("API", "ok", ("%s at %s%s"):format(info.generation, info.baseUrl, info.readOnly and ", read-only" or ""))
  check_protect(report, client)
end

local function check_clock(report, response)
  local service_time = response.headers.date and core.http_time(response.headers.date)
  if not service_time then return report:add("clock", "-", "the response has no valid Date header to compare with") end
  local skew = math.floor(core.now() - service_time) -- the header has whole seconds
  local text = ("%d s %s the service"):format(math.abs(skew), skew < 0 and "behind" or "ahead of")
  if math.abs(skew) <= max_skew then return report:add("clock", "ok", text) end
  report:add("clock", "warn", text, "synchronise this machine's clock (NTP): API 1.0 signs the time of a request")
end

local function check_gateway(report, client)
  local response, _, err = client:ping()
  if not response then
    report:fail("gateway", err)
    return false
  end
  report:add("gateway", "ok", ("responds after %d ms"):format(math.floor(response.seconds * 1000 + 0.5)))
  local is_encrypted = client:info().baseUrl:find "^https:" ~= nil
  report:add("TLS", is_encrypted and "ok" or "-", is_encrypted and "certificate verified" or "plain HTTP on this machine")
  check_clock(report, response)
  return true
end

local function check_credentials(report, client)
  local state, text, err = account_check.run(client)
  if state == "FAIL" then report:fail("credentials", err) else report:add("credentials", state, text, err and err.hint) end
  return state ~= "FAIL"
end

-- Takes the results of the call that needs the permission.
local function check_permission(report, name, permission, value, _, err)
  if value then return report:add(name, "ok", permission) end
  if err.code == "invalid_input" then return report:fail(name, err) end
  local text = ("%s: %s"):format(permission, err.message)
  if err.category == "auth" or err.code == "not_available" then
    return report:add(name, "FAIL", text, err.hint, err)
  end
  report:add(name, "warn", text, err.hint)
end

local function check_permissions(report, client, args)
  check_permission(report, "read", "Directories | Groups | Read", client:find_groups { limit = 1 })
  if args.email then
    check_permission(report, "change", "Directories | Internal | Edit", client:user_settings(args.email))
  else
    report:add("change", "-", "not checked; --email ADDRESS reads that user's settings, which needs the same permission")
  end
end

local function check_rate_limit(report, client)
  local response = client:call { path = "/api/account/get-account", data = {} }
  local limit, remaining, reset = headers.rate_limit(response or { headers = {} }, core.now)
  if not (limit and remaining) then return report:add("rate limit", "-", "the service announces no limit") end
  local text = ("%.0f of %.0f calls left%s"):format(remaining, limit,
    reset and (", resets in %.0f s"):format(math.max(reset, 0)) or "")
  local is_low = remaining < limit / 10
  report:add("rate limit", is_low and "warn" or "ok", text,
    is_low and "another program may use the same application" or nil)
end

local function check_service(report, client, args)
  check_api(report, client)
  if not check_gateway(report, client) or not check_credentials(report, client) then return end
  check_permissions(report, client, args)
  check_rate_limit(report, client)
end

local row_fields = json_fields[1].fields

-- Writes the checks of all profiles as rows. A profile with a failed check counts as failed.
local function write_rows(context, args)
  local view, err = row_options.read(context, row_fields)
  if not view then return errors.result(err) end
  return tenant_rows.write(context, view, function(client)
    local report, i = new_report(), 0
    check_service(report, client, args)
    return function()
      i = i + 1
      if report.checks[i] then return report.checks[i] end
      if report.failure then return false, report.failure.message, report.failure end
    end
  end)
end

function doctor.run(context, args)
  args.noCache = true -- a token of an earlier command would not prove the credentials
  if args.allProfiles then return write_rows(context, args) end
  local report = new_report()
  local client = check_settings(report, context)
  if client then check_service(report, client, args) end
  report:write(context)
  return report.code
end

return doctor
