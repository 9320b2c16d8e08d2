--- Holds the accounts of a tenant against a roster. The list is read page by page with the settings of each account.
--
-- An account without a person on the roster is decided last: the roster may name its owner by an alias. The service tells the
-- account of an alias if it resolves the alias (resolvedFrom), or lists the aliases of each account in question.
local address = require "mimecast.bulk.reconcile.address"
local core = require "mimecast.core"
local key_map = require "mimecast.bulk.reconcile.key_map"
local progress = require "mimecast.bulk.progress"
local role_address = require "mimecast.model.role_address"
local roster_reader = require "mimecast.bulk.reconcile.roster"
local spool = require "mimecast.bulk.reconcile.spool"

local accounts = {}

local round_size = 200 -- addresses that are resolved at a time

local Accounts = {}
Accounts.__index = Accounts

local function is_directory(row)
  return row.source == "ldap" or (row.addressType or ""):find("ldap", 1, true) ~= nil
end

-- ---- findings ----

-- Why an account is not changed; nil if it is changed.
local function kept_reason(self, email, action, from_directory)
  if from_directory and not self.options.includeDirectory then return "an entry of a directory" end
  local entry = action == "disable" and self.protects(email)
  if entry then return "protected by " .. core.printable(entry, 100) end
  return nil
end

local function add(self, finding, account, action, reason)
  reason = reason or kept_reason(self, account.email, action, account.directory)
  self.findings:add { finding = finding, email = account.email, name = account.name, action = not reason and action or nil,
    reason = reason }
end

-- Compares an account with the record of its person.
local function compare(self, account, record)
  if roster_reader.is_leaver(record) then
    if not account.disabled then add(self, "enabled leaver", account, "disable") end
  elseif account.disabled then
    add(self, "disabled employee", account, "enable")
  end
end

local function add_orphan(self, account, reason)
  if account.disabled then
    self.counts.disabled_orphans = self.counts.disabled_orphans + 1
  else
    if self.options.keepOrphans then reason = reason or "kept" end
    add(self, "orphan", account, "disable", reason)
  end
end

-- ---- aliases on the roster ----

-- Asks the service whose aliases these addresses are.
local function resolve(self)
  local inputs = self.pending
  if #inputs == 0 then return nil end
  self.pending = {}
  local found, failures = self.client:update_users(inputs)
  for i, input in ipairs(inputs) do
    local key = address.key(input.email)
    local account, err = found[i], failures[i]
    if account and account.resolvedFrom then
      self.owners:set((address.key(account.email)), self.roster:find(key))
    elseif account or err.category == "service" or err.category == "validation" then
      self.unresolved:set(key, "")
    else
      return err
    end
  end
  return nil
end

-- Returns the record of the person who owns an account by an alias; nil and a reason if it cannot be read.
local function find_by_aliases(self, email)
  local list, _, err = self.client:get_aliases { email = email }
  if not list then return nil, "its aliases cannot be read: " .. (err.serviceCode or err.code), err end
  for _, row in ipairs(list) do
    local key = type(row) == "table" and type(row.alias) == "string" and address.key(row.alias)
    if key and self.unresolved:get(key) then return self.roster:find(key) end
  end
  return nil
end

-- ---- the list ----

local function take_alias(self, key, row)
  self.counts.aliases = self.counts.aliases + 1
  if self.aliases then self.aliases:set(key, "") end
  local record = self.roster:find(key)
  if not record then return nil end
  self.roster:mark_seen(key, record)
  self.counts.people_by_alias = self.counts.people_by_alias + 1
  self.pending[#self.pending + 1] = { email = row.email }
  return #self.pending == round_size and resolve(self) or nil
end

local function take_account(self, key, row)
  local counts, record = self.counts, self.roster:find(key)
  local account = { email = row.email, name = row.username, disabled = row.accountDisabled == true,
    directory = is_directory(row) or nil }
  counts.accounts = counts.accounts + 1
  if account.directory then counts.directory = counts.directory + 1 end
  if record then self.roster:mark_seen(key, record) end
  if row.error or row.accountDisabled == nil then
    add(self, "unreadable", account, nil, core.printable(row.error or "the response has no accountDisabled", 100))
  elseif record then
    compare(self, account, record)
  else
    self.others:add(account)
  end
end

local function take(self, row)
  local key, domain = address.key(row.email or "")
  if domain ~= self.roster.domain then return nil end
  if row.kind == "alias" then return take_alias(self, key, row) end
  if row.kind == "role" or role_address.matches(key) then
    self.counts.roles = self.counts.roles + 1
  else
    take_account(self, key, row)
  end
  return nil
end

-- Takes the rows of the list. Returns an error value if it cannot be read to its end.
local function take_rows(self, list)
  local done, monotonic = 0, self.client:info().runtime.monotonic
  local started_at = monotonic()
  local row, _, err = list()
  while row do
    err = take(self, row)
    if err then return err end
    done = done + 1
    if done % round_size == 0 and self.options.onProgress then
      self.options.onProgress(progress.event("reconcile", done, list.total, monotonic() - started_at))
    end
    row, _, err = list()
  end
  return err or resolve(self)
end

local function read_list(self)
  local list, _, err = self.client:users { domain = self.options.domain, settings = true }
  if not list then return err end
  return take_rows(self, list)
end

-- ---- accounts without a person ----

-- Decides on accounts whose address is not on the roster.
local function decide(self, round)
  local records, failures = {}, {}
  if self.unresolved.count > 0 then
    self.client:map(round, function(account, i)
      local fatal
      records[i], failures[i], fatal = find_by_aliases(self, account.email)
      if fatal and fatal.category ~= "service" and fatal.category ~= "validation" and fatal.category ~= "auth" then
        self.fatal = self.fatal or fatal
      end
      return true
    end)
  end
  for i, account in ipairs(round) do
    local key = address.key(account.email)
    if records[i] then self.owners:set(key, records[i]) end
    local record = self.owners:get(key)
    if record then compare(self, account, record) else add_orphan(self, account, failures[i]) end
  end
end

local function decide_all(self)
  local round = {}
  for account in self.others:each() do
    round[#round + 1] = account
    if #round == round_size then
      decide(self, round)
      round = {}
    end
    if self.fatal then break end
  end
  decide(self, round)
  return self.fatal
end

--- Reads the accounts, and adds what differs to the findings.
---@param client table
---@param roster table
---@param findings table
---@param options table domain, groups, includeDirectory, keepOrphans, onProgress
---@param protects fun(email: string): string? returns the entry that protects an address
---@return table? found counts, aliases (a map; only if groups are compared)
---@return mimecast.Error? err
function accounts.compare(client, roster, findings, options, protects)
  local self = setmetatable({
    client = client, roster = roster, findings = findings, options = options, protects = protects, pending = {},
    owners = key_map.new(2 + #roster.groups), unresolved = key_map.new(0), others = spool.new(),
    aliases = #roster.groups > 0 and key_map.new(0) or nil,
    counts = { accounts = 0, aliases = 0, roles = 0, directory = 0, disabled_orphans = 0, people_by_alias = 0 },
  }, Accounts)
  local err = read_list(self) or decide_all(self)
  self.others:close()
  if err then return nil, err end
  return { counts = self.counts, aliases = self.aliases, owners = self.owners }
end

return accounts
