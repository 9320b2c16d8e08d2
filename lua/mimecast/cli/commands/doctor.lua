--- `mimecast doctor`: whether settings, gateway, clock, credentials and permissions are as they must be, and what to do
--- where they are not.
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local output = require "mimecast.cli.io"
local settings = require "mimecast.config.options"
local status = require "mimecast.cli.exit_codes"
local text = require "mimecast.cli.io.terminal_text"

local doctor = {
  summary = "Tells whether settings, gateway and credentials work, and what to do where not.",
  description = "Looks at the settings, the gateway, the clock, the credentials (by authorised calls), permissions and the"
    .. " budget of calls. It changes nothing. The exit code is that of the first check that fails.",
}

local largest_skew = 60 -- seconds; which the service allows is not documented

function doctor.define(element)
  element:option "--email":argname "ADDRESS":overwrite(false)
    :description "reads this user's settings, which takes the same permission as changing them"
end

-- ---- the report ----

local Report = {}
Report.__index = Report

-- Adds a check: ok, warn, FAIL, or - where it was not made.
function Report:add(name, state, words, remedy, code)
  self.checks[#self.checks + 1] = { name = name, state = state, text = words, remedy = remedy }
  if state == "FAIL" and self.code == status.ok then self.code = code end
end

function Report:fail(name, err)
  self:add(name, "FAIL", err.message, err.hint, status.of(err))
end

local colors = { ok = "green", warn = "yellow", FAIL = "red" }

function Report:write(context)
  if context.json then
    return output.json({ checks = self.checks, settings = self.settings, exit = self.code },
      { { name = "checks", fields = { { name = "name" }, { name = "state" }, { name = "text" }, { name = "remedy" } } },
        { name = "settings" }, { name = "exit" } })
  end
  local indent = (" "):rep(18)
  for _, check in ipairs(self.checks) do
    local state = output.paint(context, text.fit(check.state, 5), colors[check.state] or "bold")
    local lines = text.lines(text.message(check.text), (output.columns() or 100) - #indent)
    for _, line in ipairs(text.lines(text.message(check.remedy or ""), (output.columns() or 100) - #indent)) do
      lines[#lines + 1] = line
    end
    for _, setting in ipairs(check.name == "settings" and self.settings or {}) do
      lines[#lines + 1] = text.printable(("%s = %s, from %s"):format(setting.name, setting.value, setting.from))
    end
    output.write(state .. text.fit(check.name, 12) .. " " .. table.concat(lines, "\n" .. indent) .. "\n")
  end
end

-- ---- the checks ----

local function shown(option, value)
  return option.type == "secret" and "***" or tostring(value)
end

-- The settings and a client of them; nil where there is none.
local function check_settings(report, context)
  if not connect.is_sandbox() then
    local values, origins = connect.find(context.args)
    if not values then return report:fail("settings", origins) end
    for _, option in ipairs(settings.options) do
      local value = values[option.name]
      if value ~= nil then
        table.insert(report.settings, { name = option.name, value = shown(option, value), from = origins[option.name] })
      end
    end
  end
  local client, _, err = connect.client(context)
  if not client then return report:fail("settings", err) end
  local where = connect.is_sandbox() and "MIMECAST_SANDBOX: a made-up tenant in this process" or "found"
  report:add("settings", "ok", where)
  report:add("API", "ok", ("%s at %s%s"):format(client.settings.generation, client.settings.baseUrl,
    client.settings.readOnly and ", read-only" or ""))
  return client
end

local months = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 }

-- Seconds since 1970 of an HTTP date; nil where it is none.
local function time_of(date)
  local day, month, year, hour, minute, second = (date or ""):match "^%a+, (%d+) (%a+) (%d+) (%d+):(%d+):(%d+) %u+$"
  month = months[month]
  if not month then return nil end
  year = tonumber(year) - (month <= 2 and 1 or 0) -- years that begin in March: the odd day comes last
  local days = 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * ((month + 9) % 12) + 2) / 5) + tonumber(day) - 1 - 719468
  return ((days * 24 + hour) * 60 + minute) * 60 + second
end

local function check_clock(report, client, response)
  local time = time_of(response.headers.date)
  if not time then return report:add("clock", "-", "the answer has no date to compare with") end
  local skew = math.floor(client.settings.clock() - time) -- the date has whole seconds
  local words = ("%d s %s the service's"):format(math.abs(skew), skew < 0 and "behind" or "ahead of")
  if math.abs(skew) <= largest_skew then return report:add("clock", "ok", words) end
  report:add("clock", "warn", words, "set this machine's clock (NTP): signatures of API 1.0 carry its time")
end

local function check_gateway(report, client)
  local own = client.settings
  local start = own.monotonic()
  local response, message, err = client.transport:send { method = "GET", url = own.baseUrl .. "/", path = "/",
    headers = { "User-Agent", "lua-mimecast/" .. core.version }, timeout = own.timeout, connectTimeout = own.connectTimeout,
    allHeaders = true }
  if not response then
    report:fail("gateway", errors.adopt(message, err))
    return false
  end
  report:add("gateway", "ok", ("answers after %d ms"):format(math.floor((own.monotonic() - start) * 1000 + 0.5)))
  local encrypted = own.baseUrl:find "^https:" ~= nil
  report:add("TLS", encrypted and "ok" or "-", encrypted and "certificate verified" or "plain http, on this machine only")
  check_clock(report, client, response)
  return true
end

local function account_text(account)
  return ("accepted, account %s%s"):format(account.accountCode or "without a code",
    account.accountName and " (" .. account.accountName .. ")" or "")
end

-- An authorised call tells: a token alone, or an answer of any kind, would prove nothing.
local function check_credentials(report, client)
  local account, _, err = client:get_account()
  if account then
    report:add("credentials", "ok", account_text(account))
  elseif err.code == "forbidden" then
    report:add("credentials", "ok", "accepted; reading the account is not permitted")
  elseif err.code == "not_available" or err.category == "rate_limit" then
    report:add("credentials", "warn", "not shown to be accepted: " .. err.message, err.hint)
  else
    report:fail("credentials", err)
    return false
  end
  return true
end

local function check_permission(report, name, what, ...)
  local value, _, err = ...
  if value then return report:add(name, "ok", what) end
  if err.category == "auth" or err.code == "not_available" then
    return report:add(name, "FAIL", ("%s: %s"):format(what, err.message), err.hint, status.of(err))
  end
  if err.code == "invalid_input" then return report:fail(name, err) end
  report:add(name, "warn", ("%s: %s"):format(what, err.message), err.hint)
end

local function check_permissions(report, client, args)
  check_permission(report, "read", "Directories | Groups | Read", client:find_groups { limit = 1 })
  if args.email then
    check_permission(report, "change", "Directories | Internal | Edit", client:user_settings(args.email))
  else
    report:add("change", "-", "not tried: --email ADDRESS reads that user's settings, which takes the same permission")
  end
end

local function check_budget(report, client)
  local response = client:call { path = "/api/account/get-account", data = {} }
  local headers = response and response.headers or {}
  local limit, left, reset = errors.rate(headers, client.settings.clock)
  if not (limit and left) then return report:add("budget", "-", "the service announces none") end
  local words = ("%.0f of %.0f calls left%s"):format(left, limit,
    reset and (", anew in %.0f s"):format(math.max(reset, 0)) or "")
  local is_low = left < limit / 10
  report:add("budget", is_low and "warn" or "ok", words, is_low and "another program calls with the same application" or nil)
end

function doctor.run(context, args)
  local report = setmetatable({ checks = {}, settings = {}, code = status.ok }, Report)
  local client = check_settings(report, context)
  if client and check_gateway(report, client) and check_credentials(report, client) then
    check_permissions(report, client, args)
    check_budget(report, client)
  end
  report:write(context)
  return report.code
end

return doctor
