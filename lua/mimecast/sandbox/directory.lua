--- The tenant's addresses: users and aliases by address, and by domain in order. A million synthetic users cost nothing until
--- they are used.
local core = require "mimecast.core"

local directory = {}
local Directory = {}
Directory.__index = Directory

local flags = {
  "forcePasswordChange", "passwordNeverExpires", "accountLocked", "accountDisabled", "allowSmtp", "allowPop",
}

local synthetic_domain = "example.com"
-- Numbers for users' ids: those of synthetic users are above all others.
local first_number, first_synthetic = 40000, 10000000

--- Makes an empty directory.
---@return table directory
function directory.new()
  return setmetatable(
    { users = {}, numbers = {}, linked = {}, domains = {}, synthetic = 0, serial = first_number }, Directory)
end

--- Returns the domain of an address.
---@param address string
---@return string domain in lower case
function directory.domain_of(address)
  return core.fold(address:match("@([^@]*)$"))
end

-- The addresses of a domain are a list of parts in the order of creation: lists of addresses, and ranges of synthetic users.
local function parts_of(self, domain)
  local parts = self.domains[domain]
  if not parts then
    parts = {}
    self.domains[domain] = parts
  end
  return parts
end

local function append(self, address)
  local parts = parts_of(self, directory.domain_of(address))
  local last = parts[#parts]
  if not last or last.from then
    last = { list = {} }
    parts[#parts + 1] = last
  end
  last.list[#last.list + 1] = address
end

local function store(self, settings)
  local user = { name = "" }
  for _, flag in ipairs(flags) do user[flag] = false end
  for name, value in pairs(settings) do user[name] = value end
  self.users[core.fold(settings.emailAddress)] = user
  return user
end

--- Adds a user, or replaces the user with the same address.
---@param settings table by wire names
---@return table user
function Directory:add(settings)
  local address = core.fold(settings.emailAddress)
  if not self:find(address) then
    append(self, address)
    self.serial = self.serial + 1
    self.numbers[address] = self.serial
  end
  return store(self, settings)
end

--- Adds synthetic users, user000001@example.com and following. They are created at first use.
---@param count integer
function Directory:add_synthetic(count)
  if count < 1 then return end
  local parts = parts_of(self, synthetic_domain)
  local last = parts[#parts]
  if last and last.to == self.synthetic then
    last.to = last.to + count
  else
    parts[#parts + 1] = { from = self.synthetic + 1, to = self.synthetic + count }
  end
  self.synthetic = self.synthetic + count
end

local function synthetic(index)
  return { emailAddress = ("user%06d@%s"):format(index, synthetic_domain), name = ("User %d"):format(index) }
end

--- Finds a user or alias by address.
---@param address string in any case
---@return table? user the directory's own table
function Directory:find(address)
  address = core.fold(address)
  local user = self.users[address]
  if user or self.synthetic == 0 then return user end
  local number = address:match("^user(%d%d%d%d%d%d+)@example%.com$")
  local index = tonumber(number)
  if not index or index < 1 or index > self.synthetic or ("%06d"):format(index) ~= number then return nil end
  return store(self, synthetic(index))
end

--- Returns the number in a user's id.
---@param address string of an existing user
---@return integer number
function Directory:number(address)
  address = core.fold(address)
  return self.numbers[address] or first_synthetic + tonumber(address:match("^user(%d+)"))
end

--- Makes an address the alias of a user, or ends that.
---@param record table
---@param primary? string the user's address
function Directory:link(record, primary)
  local before = record.aliasFor and self.linked[core.fold(record.aliasFor)] or {}
  for i, other in ipairs(before) do
    if other == record then table.remove(before, i) end
  end
  record.aliasFor = primary
  if not primary then return end
  primary = core.fold(primary)
  self.linked[primary] = self.linked[primary] or {}
  table.insert(self.linked[primary], record)
end

--- Returns the aliases of a user.
---@param primary string
---@return table[] records
function Directory:aliases(primary)
  return self.linked[core.fold(primary)] or {}
end

--- Removes an address that is not a synthetic user.
---@param address string
function Directory:remove(address)
  address = core.fold(address)
  self.users[address] = nil
  for _, part in ipairs(parts_of(self, directory.domain_of(address))) do
    for i, other in ipairs(part.list or {}) do
      if other == address then return table.remove(part.list, i) end
    end
  end
end

local function size(part)
  return part.list and #part.list or part.to - part.from + 1
end

--- Counts the addresses of a domain.
---@param domain string
---@return integer count
function Directory:count(domain)
  local count = 0
  for _, part in ipairs(self.domains[domain] or {}) do count = count + size(part) end
  return count
end

-- A synthetic user that was never used is created for this page only.
local function at(self, part, i)
  if part.list then return self.users[part.list[i]] end
  local user = synthetic(part.from + i - 1)
  return self.users[user.emailAddress] or user
end

--- Returns the addresses of domains as a source of pages.
---@param domains string[]
---@return table source
function Directory:source(domains)
  local parts, count = {}, 0
  for _, domain in ipairs(domains) do
    for _, part in ipairs(self.domains[domain] or {}) do
      parts[#parts + 1] = part
      count = count + size(part)
    end
  end
  return {
    count = count,
    at = function(i)
      for _, part in ipairs(parts) do
        local part_size = size(part)
        if i <= part_size then return at(self, part, i) end
        i = i - part_size
      end
    end,
  }
end

return directory
