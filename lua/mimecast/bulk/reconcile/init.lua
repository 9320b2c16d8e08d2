--- Holds a tenant against a roster: makes the plan that disables orphans and leavers and enables employees, and lists what such
-- a plan cannot do. See doc/reconcile.md.
local accounts = require "mimecast.bulk.reconcile.accounts"
local bulk_options = require "mimecast.bulk.options"
local errors = require "mimecast.errors"
local findings_list = require "mimecast.bulk.reconcile.findings"
local groups = require "mimecast.bulk.reconcile.groups"
local last_roster = require "mimecast.bulk.reconcile.last_roster"
local plan = require "mimecast.bulk.plan"
local protect = require "mimecast.bulk.plan.protect"
local reading = require "mimecast.bulk.input.reading"
local roster_reader = require "mimecast.bulk.reconcile.roster"
local tenant_id = require "mimecast.bulk.tenant_id"

local reconcile = {}

local option_types = {
  roster = "string|table|function|userdata", domain = "string", file = "string", date = "string", endMark = "string",
  minShare = "ratio", maxRosterAge = "number", groups = "table", includeDirectory = "boolean", keepOrphans = "boolean",
  protect = "table", concurrency = "few", onProgress = "function",
}
for name, declaration in pairs(reading.options) do option_types[name] = declaration end

-- Reads the roster again: people without an account, and missing members.
local function find_missing(client, roster, found, findings)
  local list, present = groups.compare(client, roster, found, findings)
  if not list then return present end
  findings.groups = list
  local next_person, finish = roster:each()
  for email, key, record, line, is_seen in next_person do
    if not is_seen and not roster_reader.is_leaver(record) then
      findings:add { finding = "no account", email = email, line = line }
    end
    groups.add_missing(list, present, { email = email, key = key, record = record, line = line }, found, findings)
  end
  return finish()
end

-- Fills the findings. Returns an error value on failure.
local function compare(client, roster, findings, options, protects)
  local found, err = accounts.compare(client, roster, findings, options, protects)
  if not found then return err end
  for name, count in pairs(found.counts) do findings.counts[name] = count end
  return find_missing(client, roster, found, findings)
end

local function describe(roster, date, before)
  return { domain = roster.domain, people = roster.people.count, leavers = roster.leavers, foreign = roster.foreign,
    roles = roster.roles, repeated = roster.repeated, date = date, last = before.last }
end

local function make_plan(client, findings, options, level)
  return plan.make(client, { input = findings:changes(), file = options.file, protect = options.protect,
    concurrency = options.concurrency, onProgress = options.onProgress }, level + 1)
end

-- Returns the function that returns the entry that protects an address: of the options, and of the standing list.
local function protector(info, options, level)
  local standing, err = protect.standing(info)
  if not standing then return nil, err end
  return protect.checker(protect.join(options.protect, standing), level + 1).match
end

-- Compares and plans. Returns nil and an error value on failure.
local function run(client, roster, options, level)
  local info = client:info()
  local tenant, date, before
  local protects, err = protector(info, options, level + 1)
  if not protects then return nil, err end
  tenant, err = tenant_id.read(client)
  if not tenant then return nil, err end
  date, err = last_roster.date(options, roster)
  if err then return nil, err end
  before, err = last_roster.check(info, tenant, roster, date, options)
  if not before then return nil, err end
  local findings = findings_list.new()
  findings.roster, findings.reading = describe(roster, date, before), roster:reading()
  local reader = options.concurrency and client:with { concurrency = options.concurrency } or client
  err = compare(reader, roster, findings, options, protects)
  local made
  if not err then made, err = make_plan(client, findings, options, level + 1) end
  if not made then
    findings:close()
    return nil, err
  end
  findings.roster.recorded = last_roster.record(info, before, tenant, roster, date)
  made.findings = findings
  return made
end

--- Makes the plan that brings a tenant in line with a roster.
---@param client table
---@param options table roster, domain, and others; doc/reconcile.md lists them
---@param level integer
---@return mimecast.Plan? plan its `findings` lists all differences
---@return mimecast.Error? err
function reconcile.plan(client, options, level)
  bulk_options.check(option_types, options, "reconcile", level + 1)
  if options.roster == nil or not options.domain or options.domain:find "[@%s]" or options.domain == "" then
    error('mimecast: reconcile needs a roster and a domain: reconcile{ roster = "hr.csv", domain = "example.com" }', level + 1)
  end
  local roster, err = roster_reader.open(options)
  if not roster then return nil, err end
  local ok, made
  ok, made, err = pcall(run, client, roster, options, level + 1)
  roster:close()
  if ok then return made, err end
  if errors.is(made) then return nil, made end -- a temporary file cannot be written
  error(made, 0)
end

return reconcile
