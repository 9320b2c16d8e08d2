--- Keeps the journal of a bulk run: the state of each row, durable before the run relies on it.
--
-- A journal is append-only JSON Lines of mode 0600 with one writer at a time: a header, then a record for each step of a
-- row. Each line is chained to the line before (hash_chain). A crash can leave an incomplete last line, whose commit never
-- returned; opening the journal cuts it. Any other damage is an error.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local hash_chain = require "mimecast.bulk.journal.hash_chain"
local json = require "mimecast.json"
local system = require "mimecast.system"

local journal = {}
local Journal = {}
Journal.__index = Journal

local schema = 1
local concat = table.concat

local header_mt = json.object { "journal", "version", "created", "by", "operation", "input", "rows", "tenant", "options" }

-- Fields of a record after row, key and state, in the order in which they are written.
local optional_fields = { "attempt", "old", "set", "changed", "code", "serviceCode", "status", "message", "requestId" }
local allowed, prefixes = { row = true, key = true, state = true }, {}
for i, name in ipairs(optional_fields) do allowed[name], prefixes[i] = true, ',"' .. name .. '":' end

local states = {} -- encoded
for _, name in ipairs { "planned", "sent", "ok", "unchanged", "rejected", "unknown", "skipped" } do
  states[name] = '"' .. name .. '"'
end

local max_text, max_names = 4096, 100 -- bytes of a text in a record; names in `changed` of a shortened record
local max_line = hash_chain.max_line - 64

-- Names of fields that are never written, in lower case.
local forbidden = { password = true, secret = true, token = true, signature = true, authorization = true, accesskey = true,
  secretkey = true, appkey = true, clientsecret = true }

-- ---- errors ----

local kinds = {
  exists = { code = "journal_exists", text = "exists already", hint = "resume it, or choose another name" },
  missing = { code = "journal_missing", text = "does not exist" },
  no_folder = { code = "journal_missing", text = "cannot be created: its folder does not exist" },
  locked = { code = "journal_locked", text = "is in use by another run" },
  unsafe = { code = "journal_unsafe" },
  no_space = { code = "journal_full", text = "cannot be written: no space left on the disk",
    hint = "free disk space, then resume: committed records are safe" },
  other = { code = "journal_unwritable", hint = "check the folder's permissions" },
}

local function file_error(path, message, kind, started_by)
  local entry = kinds[kind] or kinds.other
  return errors.new {
    category = "usage",
    code = entry.code,
    message = ("the journal %s %s%s"):format(core.printable(path, 400), entry.text or (kind == "unsafe" and message)
      or "cannot be opened or written: " .. message, started_by and ": " .. started_by or ""),
    hint = entry.hint,
  }
end

local function damaged_error(path, line)
  return errors.new {
    category = "usage",
    code = "journal_damaged",
    message = ("the journal %s is damaged in line %d: %s"):format(core.printable(path, 400), line,
      line == 1 and "it is not a journal, or it was changed" or "it was changed after it was written"),
    hint = "restore the unchanged file; the service has the current settings of the accounts",
  }
end

-- Reads the header, which is the first object.
local function read_header(path, next_object)
  local header, line = next_object()
  if header == nil then
    return nil, errors.new {
      category = "usage",
      code = "journal_damaged",
      message = ("the journal %s is damaged in line 1: it has no header"):format(core.printable(path, 400)),
      hint = "if the run ended while it started, nothing was sent: remove the file and start again",
    }
  end
  if not header or not header.journal then return nil, damaged_error(path, line or 1) end
  if header.journal ~= schema then
    return nil, errors.new {
      category = "usage",
      code = "journal_version",
      message = ("the journal %s was written by version %s of this module"):format(core.printable(path, 400),
        core.printable(tostring(header.version), 40)),
      hint = "end the run with that version, or make a new plan, which reads finished rows as unchanged",
    }
  end
  return header
end

--- Formats who started a run: "started by ann on host1, process 4711, at 2026-11-30T09:31:41Z".
---@param header table of a journal: by (user, host, pid), created
---@return string? text nil if the header does not say it
function journal.started_by(header)
  local by = header.by
  if type(by) ~= "table" then return nil end
  local function format(value)
    return type(value) == "number" and ("%.0f"):format(value) or core.printable(tostring(value or "?"), 100)
  end
  local created = tonumber(header.created)
  local at = created and created > 0 and created < 2 ^ 38 and os.date("!, at %Y-%m-%dT%H:%M:%SZ", math.floor(created)) or ""
  return ("started by %s on %s, process %s%s"):format(format(by.user), format(by.host), format(by.pid), at)
end

-- The same for a journal that another run may have open.
local function file_started_by(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local header = read_header(path, (hash_chain.reader(function(bytes) return file:read(bytes) end)))
  file:close()
  return header and journal.started_by(header) or nil
end

--- The error for a new journal whose file exists; nil if the path is free.
---@param path string
---@return mimecast.Error? err code journal_exists
function journal.exists_error(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  file:close()
  return file_error(path, "", "exists", file_started_by(path))
end

--- The error for a journal that a run has open, so that its contents can change; nil if no run has it open.
---@param path string
---@return mimecast.Error? err code journal_locked
function journal.in_use_error(path)
  local file, message, kind = system.open_append(path, "old")
  if file then file:close() end
  return kind == "locked" and file_error(path, message, kind, file_started_by(path)) or nil
end

-- ---- writing ----

local function check_no_secrets(value, level)
  local kind = type(value)
  if kind == "table" then
    for key, inner in pairs(value) do
      if type(key) == "string" and forbidden[core.lower(key)] then
        error(("a journal must not hold a field named %s"):format(key), level)
      end
      check_no_secrets(inner, level + 1)
    end
  elseif (kind == "userdata" and value ~= json.null) or kind == "function" or kind == "thread" then
    error("a journal must not hold a " .. kind, level)
  end
end

-- Cuts a text to at most so many bytes, at the end of a character.
local function cut(text, max)
  if #text <= max then return text end
  while max > 0 and text:find("^[\128-\191]", max + 1) do max = max - 1 end
  return text:sub(1, max)
end

-- Encodes a value. Raises if a record must not hold it.
local function encode_value(value, level)
  local kind = type(value)
  if kind == "string" then return json.encode(cut(value, max_text)) end
  if kind ~= "number" and kind ~= "boolean" then check_no_secrets(value, level + 1) end
  return json.encode(value)
end

-- Encodes a record, without its closing brace. Raises if the record is invalid.
local function encode_record(record, level)
  local row, state, left = record.row, states[record.state], -2
  for name in next, record do
    if not allowed[name] then error(("a journal's record has no field %s"):format(tostring(name)), level) end
    left = left + 1
  end
  if not state then error(("a record has no state %s"):format(tostring(record.state)), level) end
  if type(row) ~= "number" or row < 1 or row % 1 ~= 0 then error("a record's row must be a whole number from 1", level) end
  local parts, n = { '{"row":', json.encode(row) }, 2
  if record.key ~= nil then
    parts[3], parts[4], n, left = ',"key":', encode_value(record.key, level + 1), 4, left - 1
  end
  parts[n + 1], parts[n + 2], n = ',"state":', state, n + 2
  for i = 1, #optional_fields do
    if left == 0 then break end
    local value = record[optional_fields[i]]
    if value ~= nil then
      parts[n + 1], parts[n + 2] = prefixes[i], encode_value(value, level + 1)
      n, left = n + 2, left - 1
    end
  end
  return concat(parts)
end

-- Shortens a record that is too long: drops the settings and keeps the names of the old ones in `changed`.
local function shorten(record)
  local copy, names, changed = {}, {}, {}
  for name, value in pairs(record) do copy[name] = value end
  for name in pairs(record.old or {}) do names[#names + 1] = name end
  table.sort(names, core.before)
  if record.changed then names = record.changed end
  for i = 1, math.min(#names, max_names) do changed[i] = cut(names[i], max_names) end
  copy.old, copy.set, copy.changed = nil, nil, changed
  return copy
end

-- Adds a line, given without its closing brace, to the next commit.
local function add_line(self, line)
  self.count = self.count + 1
  self.lines[self.count], self.check = hash_chain.link(self.check, line)
end

--- Adds a record. The record is durable when the next `commit` has returned true. Texts are cut at 4 KiB; a record of more
-- than 1 MiB loses `old` and `set`, and `changed` names its fields. Raises if the record holds another field, a userdata, or a
-- name such as password at any depth.
---@param record table row, key, state (planned, sent, ok, unchanged, rejected, unknown, skipped), and optionally
---  attempt, old (the settings before, by Lua name), set (those sent), changed, code, serviceCode, status, message, requestId
function Journal:append(record)
  if type(record) ~= "table" then error("a record must be a table, got a " .. type(record), 2) end
  if not self.file then error("the journal is closed", 2) end
  local line = encode_record(record, 3)
  if #line >= max_line then line = encode_record(shorten(record), 3) end
  add_line(self, line)
end

--- Makes all appended records durable: one write and one fdatasync. After a failure the journal accepts no more records,
-- so that no run relies on records that are missing. Committed records stay safe, and no partial record stays.
---@return true|nil done
---@return string? message
---@return mimecast.Error? err journal_full, journal_unwritable
function Journal:commit()
  if not self.file then error("the journal is closed", 2) end
  if self.err then return errors.result(self.err) end
  if self.count == 0 then return true end
  self.lines[self.count + 1] = ""
  local text = concat(self.lines, "\n", 1, self.count + 1)
  self.lines, self.count = {}, 0
  local ok, message, kind = self.file:write(text)
  if ok then ok, message, kind = self.file:sync() end
  if ok then return true end
  self.err = file_error(self.path, message, kind)
  return errors.result(self.err)
end

--- Closes the journal and releases its lock. Uncommitted records are lost. A second call does nothing.
function Journal:close()
  if self.file then self.file:close() end
  self.file = nil
end

local function new(path, file, header, check)
  return setmetatable({ path = path, file = file, header = header, check = check, lines = {}, count = 0 }, Journal)
end

--- Creates a journal with a durable header. The file must not exist.
---@param path string
---@param header table created, operation, input, rows, tenant, options, and other values that identify the run
---@return table|nil journal
---@return string? message
---@return mimecast.Error? err journal_exists, journal_missing (the folder), journal_full, journal_unwritable
function journal.create(path, header)
  if type(header) ~= "table" then error("a header must be a table, got a " .. type(header), 2) end
  check_no_secrets(header, 3)
  local copy = setmetatable({}, header_mt)
  for name, value in pairs(header) do copy[name] = value end
  copy.journal, copy.version, copy.check = schema, core.version, nil
  local line = json.encode(copy):sub(1, -2)
  if #line >= max_line then error("a journal's header must be at most 1 MiB long", 2) end
  local file, message, kind = system.open_append(path, "new")
  if not file then return errors.result(file_error(path, message, kind == "missing" and "no_folder" or kind)) end
  local self = new(path, file, copy, "")
  add_line(self, line)
  local ok, reason, err = self:commit()
  if ok then return self end
  self:close()
  os.remove(path) -- it holds no record
  if err.code == "journal_full" then err.hint = "free disk space and start again: nothing was sent" end
  return nil, reason, err
end

-- ---- reading ----

-- Verifies all lines and calls `visit` for each record. Returns the size of the complete lines.
local function verify_all(self, visit)
  local offset, message, kind = 0, nil, nil
  local next_object, state = hash_chain.reader(function(bytes)
    local text, reason, failure_kind = self.file:read(offset, bytes)
    if not text then message, kind = reason, failure_kind end
    offset = offset + #(text or "")
    return text
  end)
  local header, err = read_header(self.path, next_object)
  local record, line = header, nil
  while record do
    record, line = next_object()
    if record and visit then visit(record) end
  end
  if message then return nil, file_error(self.path, message, kind) end
  if err then return nil, err end
  if record == false then return nil, damaged_error(self.path, line) end
  self.header, self.check = header, state.check
  return state.size
end

--- Opens a journal for resume: verifies every line and cuts an incomplete last line.
---@param path string
---@param visit? fun(record: table) is called for each record in order during verification; ignore its results if `open` fails
---@return table|nil journal with its `header`
---@return string? message
---@return mimecast.Error? err journal_missing, journal_locked, journal_unsafe, journal_damaged, journal_version,
---  journal_unwritable
function journal.open(path, visit)
  local file, message, kind = system.open_append(path, "old")
  if not file then
    return errors.result(file_error(path, message, kind, kind == "locked" and file_started_by(path) or nil))
  end
  local self = new(path, file, nil, "")
  local size, err = verify_all(self, visit)
  if size and size < file:size() then
    local ok, reason, failure_kind = file:truncate(size)
    if ok then ok, reason, failure_kind = file:sync() end
    if not ok then size, err = nil, file_error(path, reason, failure_kind) end
  end
  if size then return self end
  self:close()
  return errors.result(err)
end

--- Reads a journal record by record, in constant memory; a run may have it open. Ignores an incomplete last line.
---@param path string
---@return (fun(): table|false|nil, string?, mimecast.Error?)|nil next the next record; nil at the end; false, a message and
---  err if a line is damaged or cannot be read
---@return table|string header or message
---@return mimecast.Error|{size: integer} err journal_missing, journal_unwritable (it cannot be read), journal_damaged,
---  journal_version; or the reader's state, whose `size` is the end of the last record in bytes
function journal.read(path)
  local file, message, number = io.open(path, "rb")
  if not file then
    return errors.result(file_error(path, tostring(message), number == 2 and "missing" or "failed"))
  end
  local read_error
  local next_object, state = hash_chain.reader(function(bytes)
    local text, reason = file:read(bytes)
    read_error = reason and file_error(path, reason, "failed")
    return text
  end)
  local header, err = read_header(path, next_object)
  if not header then
    file:close()
    return errors.result(read_error or err)
  end
  return function()
    if not file then return nil end
    local record, line = next_object()
    if record then return record end
    file:close()
    file = nil
    local failed = read_error or record == false and damaged_error(path, line)
    if failed then return false, select(2, errors.result(failed)) end
    return nil
  end, header, state
end

return journal
