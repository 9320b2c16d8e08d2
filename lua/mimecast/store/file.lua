--- A store in files: processes of one user on one machine share tokens and rate budgets, such as the commands of a script.
--
-- The folder has a file of mode 0600 for each client: the part of a key before the first colon is the client's fingerprint.
-- Each operation locks the file, reads it, and writes it if it changed. A file that was cut by a crash, or changed by another
-- program, counts as empty. Expired entries leave the folder with the next command, also those of other clients.
--
-- An operation takes 6 to 30 microseconds of the CPU. It blocks the process while another process has the lock, for a
-- second at most: inside nginx, use mimecast.store.shared_dict.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local memory = require "mimecast.store.memory"
local system = require "mimecast.system"
local user_folder = require "mimecast.base.user_folder"

local file_store = {}

local File = {}
File.__index = File

local version = "mimecast cache 1 "
local max_bytes = 65536 -- of a file; the entries that expire first are dropped
local max_value = 16384 -- bytes of a text; a longer one is kept in the process
local lock_seconds = 1
local pause = 5 -- seconds after a failure in which only the process is used
local clock_tolerance = 1 -- seconds by which the clock may go back; entries from the future are dropped

local options = check.fields {
  { name = "folder", type = "string" }, { name = "log", type = "function" }, { name = "clock", type = "function" },
  { name = "monotonic", type = "function" },
}

--- Makes a store. Without a home folder, or if the folder cannot be used, it keeps its entries in the process.
---@param given? table folder (default `mimecast` in $XDG_CACHE_HOME or ~/.cache), log (receives a line if a file cannot be
-- used), clock and monotonic (default: the system's)
---@return mimecast.Store
function file_store.new(given)
  local self = check.options(options, given or {}, "mimecast.store.file", 2)
  self.clock, self.monotonic = self.clock or core.now, self.monotonic or core.monotonic
  self.memory, self.parsed = memory.new(self.monotonic), {}
  return setmetatable(self, File)
end

-- ---- the text of a file ----

local function digest(body)
  return core.base64_encode(core.hmac_sha1("mimecast.store.file", body))
end

-- Reads the entries. Returns whether some of them have expired or are from the future, and are left out.
local function parse(text, now)
  local sum, body = text:match("^" .. version .. "(%S+)\n(.*)$")
  if not sum or sum ~= digest(body) then return {}, text ~= "" end
  local entries, has_expired = {}, false
  for key, kind, value, from, expires_at, process in body:gmatch "(%S*) ([nt])(%S*) (%S+) (%S+) (%d+)\n" do
    from, expires_at = core.parse_number(from), core.parse_number(expires_at)
    if kind == "n" then value = core.parse_number(value) else value = core.base64_decode(value) end
    if now < expires_at and from <= now + clock_tolerance then
      entries[core.base64_decode(key)] = { value = value, from = from, expires_at = expires_at,
        process = core.parse_number(process) }
    else
      has_expired = true
    end
  end
  return entries, has_expired
end

local function encode_entry(key, entry)
  local value = entry.value
  value = type(value) == "number" and "n" .. core.format_number(value, 17) or "t" .. core.base64_encode(value)
  return ("%s %s %s %s %d\n"):format(core.base64_encode(key), value, core.format_fixed(entry.from, 3),
    core.format_fixed(entry.expires_at, 3), entry.process)
end

-- Writes the entries as text. If there are too many, those that expire first are dropped.
local function encode(entries)
  local list, size = {}, 0
  for key, entry in pairs(entries) do
    local line = entry.line or encode_entry(key, entry)
    entry.line = line -- until the value changes
    list[#list + 1], size = { line = line, key = key, expires_at = entry.expires_at }, size + #line
  end
  if #list == 0 then return "" end
  table.sort(list, function(a, b) return a.expires_at > b.expires_at end)
  local lines = {}
  while size > max_bytes do
    size = size - #list[#list].line
    entries[list[#list].key], list[#list] = nil, nil
  end
  for i, item in ipairs(list) do lines[i] = item.line end
  local body = table.concat(lines)
  return version .. digest(body) .. "\n" .. body
end

-- ---- one operation ----

local function name_of(key)
  local fingerprint = key:match "^(%x+):" or "other"
  return fingerprint .. ".cache"
end

-- Opens and locks a file; creates it, with its folder, if it is missing. Without a home folder there is no reason to tell.
local function open(self, name)
  self.path = self.path or user_folder.make("cache", self.folder)
  if not self.path then return nil end
  local path = self.path .. "/" .. name
  local file, reason, kind = system.open_append(path, "old", lock_seconds)
  if kind == "missing" then file, reason, kind = system.open_append(path, "new", lock_seconds) end
  if kind == "exists" then file, reason = system.open_append(path, "old", lock_seconds) end -- another process created it
  if kind == "missing" then return nil end
  return file, reason and path .. ": " .. reason
end

local function read(self, file, name, now)
  local text, reason = file:read(0, max_bytes + 1024)
  if not text then return nil, reason end
  local parsed = self.parsed[name]
  if parsed and parsed.text == text and now < parsed.next_expiry and parsed.now <= now then return parsed.entries end
  local entries, has_expired = parse(text, now)
  return entries, has_expired
end

-- Keeps what was parsed, so that the same text is not parsed again before an entry expires.
local function keep(self, name, text, entries, now)
  local next_expiry = math.huge
  for _, entry in pairs(entries) do next_expiry = math.min(next_expiry, entry.expires_at) end
  self.parsed[name] = { text = text, entries = entries, next_expiry = next_expiry, now = now }
end

-- Runs an operation on the entries of a locked file. Returns nil and the reason if the file cannot be used.
local function transact(self, name, run)
  local file, reason = open(self, name)
  if not file then return nil, reason end
  local now = self.clock()
  local entries, has_expired = read(self, file, name, now)
  if not entries then
    file:close()
    return nil, has_expired
  end
  local changes, value, more = run(entries, now)
  local ok = true
  if changes or has_expired then
    local text = encode(entries)
    ok, reason = file:rewrite(text)
    keep(self, name, text, entries, now)
  end
  file:close()
  if not ok then return nil, reason end
  return true, value, more
end

local function no_change() return false end

-- Drops the expired entries of other clients, once in a process.
local function sweep(self, own_name)
  if self.is_swept or not self.path then return end
  self.is_swept = true
  for _, name in ipairs(system.list_folder(self.path) or {}) do
    if name ~= own_name and name:find "^%x+%.cache$" then transact(self, name, no_change) end
  end
end

-- Runs an operation on the file of a key; returns nil if the store in the process has to do.
local function run_on_file(self, key, run)
  if self.retry_at and self.monotonic() < self.retry_at then return nil end
  local name = name_of(key)
  local ok, value, more = transact(self, name, run)
  if ok then
    self.retry_at = nil
    sweep(self, name)
    return true, value, more
  end
  if self.log and value and not self.retry_at then
    self.log(("mimecast: the cache cannot be used (%s); this process keeps its token for itself"):format(
      core.printable(tostring(value), 200)))
  end
  self.retry_at = self.monotonic() + pause
  return nil
end

local function is_storable(value)
  return type(value) == "number" or #value <= max_value
end

local function put(entries, key, value, seconds, now)
  entries[key] = { value = value, from = now, expires_at = now + seconds, process = core.process_id() }
end

-- Returns whether an entry is the lock of a process that has ended without releasing it.
local function is_abandoned(key, entry)
  return key:sub(-5) == ":lock" and not system.process_exists(entry.process)
end

-- ---- the store ----

--- Reads a key.
---@param key string
---@return string|number? value
---@return number? seconds until it expires
function File:get(key)
  local ok, value, seconds = run_on_file(self, key, function(entries, now)
    local entry = entries[key]
    if not entry then return false end
    return false, entry.value, entry.expires_at - now
  end)
  if ok and value ~= nil then return value, seconds end
  return self.memory:get(key)
end

--- Writes a key, in place of its previous value.
---@param key string
---@param value string|number
---@param seconds number
function File:set(key, value, seconds)
  self.memory:delete(key)
  local ok = is_storable(value) and run_on_file(self, key, function(entries, now)
    put(entries, key, value, seconds, now)
    return true
  end)
  if not ok then self.memory:set(key, value, seconds) end
end

--- Writes a key only if it does not exist. A key that ends with ":lock" also if the process that wrote it has ended: the next
--- command does not wait for a lock of a command that was killed.
---@param key string
---@param value string|number
---@param seconds number
---@return boolean added
function File:add(key, value, seconds)
  local ok, added = run_on_file(self, key, function(entries, now)
    if entries[key] and not is_abandoned(key, entries[key]) then return false, false end
    put(entries, key, value, seconds, now)
    return true, true
  end)
  if ok then return added end
  return self.memory:add(key, value, seconds)
end

--- Adds to a number. Its expiry does not change.
---@param key string
---@param n number
---@param first number start of a new key
---@param seconds number lifetime of a new key
---@return number sum
function File:incr(key, n, first, seconds)
  local ok, sum = run_on_file(self, key, function(entries, now)
    local entry = entries[key]
    if entry and type(entry.value) == "number" then
      entry.value, entry.line = entry.value + n, nil
      return true, entry.value
    end
    put(entries, key, first + n, seconds, now)
    return true, first + n
  end)
  if ok then return sum end
  return self.memory:incr(key, n, first, seconds)
end

--- Deletes a key.
---@param key string
---@param value? string|number deletes only this value
function File:delete(key, value)
  self.memory:delete(key, value)
  run_on_file(self, key, function(entries)
    local entry = entries[key]
    if not entry or (value ~= nil and entry.value ~= value) then return false end
    entries[key] = nil
    return true
  end)
end

return file_store
