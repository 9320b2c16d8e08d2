--- The journal of a bulk run: what happened to each row, durable before anybody relies on it.
--
-- Append-only JSON Lines, mode 0600, one writer at a time: a header, then a record for each step of a row. The lines are
-- chained (mimecast.bulk.chain). A torn last line, as a crash leaves it, is cut when the journal is opened again: its
-- commit never returned. Any other damage is refused.
local brief = require "mimecast.bulk.brief"
local core = require "mimecast.core"
local system = require "mimecast.system"
local json = require "mimecast.json"
local errors = require "mimecast.errors"
local chain = require "mimecast.bulk.journal.hash_chain"

local journal = {}
local Journal = {}
Journal.__index = Journal

local schema = 1
local concat = table.concat

local header_mt = json.object { "journal", "version", "created", "by", "operation", "input", "rows", "tenant", "options" }

-- What a record may hold, in the order written: row, key and state, then what most have first.
local later = { "attempt", "old", "new", "changed", "at", "category", "code", "serviceCode", "field", "status", "message",
  "hint", "requestId", "verified" }
local known, keys = { row = true, key = true, state = true }, {}
for i, name in ipairs(later) do known[name], keys[i] = true, ',"' .. name .. '":' end

local states = {} -- as they are written
for _, name in ipairs { "planned", "sent", "ok", "unchanged", "rejected", "unknown" } do states[name] = '"' .. name .. '"' end

local most_text, most_names = 4096, 100 -- bytes of a text in a record, names of a list that stands for what is too long
local most_line = chain.line_max - 64

-- Names of what is never written, in lower case.
local forbidden = { password = true, secret = true, token = true, signature = true, authorization = true, accesskey = true,
  secretkey = true, appkey = true, clientsecret = true }

---- failures ----

local kinds = {
  exists = { code = "journal_exists", text = "is there already", hint = "resume it, or name another" },
  missing = { code = "journal_missing", text = "is not there" },
  no_folder = { code = "journal_missing", text = "cannot be made: its folder is not there" },
  locked = { code = "journal_locked", text = "is in use by another run" },
  unsafe = { code = "journal_unsafe" },
  no_space = { code = "journal_full", text = "cannot be written: no space is left",
    hint = "make room, then resume: what was committed is safe" },
  other = { code = "journal_unwritable", hint = "check the folder's permissions" },
}

local function fail(path, message, kind, by)
  local entry = kinds[kind] or kinds.other
  return errors.new {
    category = "usage",
    code = entry.code,
    message = ("the journal %s %s%s"):format(core.printable(path, 400), entry.text or (kind == "unsafe" and message)
      or "cannot be opened or written: " .. message, by and ": " .. by or ""),
    hint = entry.hint,
  }
end

local function damaged(path, line)
  return errors.new {
    category = "usage",
    code = "journal_damaged",
    message = ("the journal %s is damaged in line %d: %s changed after it was written"):format(
      core.printable(path, 400), line, line == 1 and "it is no journal, or was" or "it was"),
    hint = "take the file from before the change; what the rows' state is can be read from the service",
  }
end

-- The header as the first object of a reader; or nil and an error value.
local function read_header(path, next_object)
  local header, line = next_object()
  if header == nil then
    return nil, errors.new {
      category = "usage",
      code = "journal_damaged",
      message = ("the journal %s is damaged in line 1: it has no header"):format(core.printable(path, 400)),
      hint = "if its run ended while it began, nothing was sent: remove it and begin anew",
    }
  end
  if not header or not header.journal then return nil, damaged(path, line or 1) end
  if header.journal ~= schema then
    return nil, errors.new {
      category = "usage",
      code = "journal_version",
      message = ("the journal %s was written by version %s of this module"):format(core.printable(path, 400),
        core.printable(tostring(header.version), 40)),
      hint = "end the run with that version; or make a new plan, which reads what is done as unchanged",
    }
  end
  return header
end

--- Who began a run, in words: "begun by ann on host1, process 4711, at 2026-11-30T09:31:41Z".
---@param header table of a journal: by (user, host, pid), created
---@return string? words nil where the header does not say it
function journal.begun_by(header)
  local by = header.by
  if type(by) ~= "table" then return nil end
  local function shown(value)
    return type(value) == "number" and ("%.0f"):format(value) or core.printable(tostring(value or "?"), 100)
  end
  local created = tonumber(header.created)
  local at = created and created > 0 and created < 2 ^ 38 and os.date("!, at %Y-%m-%dT%H:%M:%SZ", math.floor(created)) or ""
  return ("begun by %s on %s, process %s%s"):format(shown(by.user), shown(by.host), shown(by.pid), at)
end

-- The same of a journal in a file that another run may have open.
local function begun_by_file(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local header = read_header(path, (chain.reader(function(bytes) return file:read(bytes) end)))
  file:close()
  return header and journal.begun_by(header) or nil
end

--- Why no new journal can have that name; nil where none has it.
---@param path string
---@return mimecast.Error? err code journal_exists
function journal.taken(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  file:close()
  return fail(path, "", "exists", begun_by_file(path))
end

--- Why what a journal says may change any moment: a run has it open. nil where none has.
---@param path string
---@return mimecast.Error? err code journal_locked
function journal.in_use(path)
  local file, message, kind = system.open_append(path, "old")
  if file then file:close() end
  return kind == "locked" and fail(path, message, kind, begun_by_file(path)) or nil
end

---- writing ----

local function refuse_secrets(value, level)
  local kind = type(value)
  if kind == "table" then
    for key, inner in pairs(value) do
      if type(key) == "string" and forbidden[core.lower(key)] then
        error(("a journal does not take a field named %s"):format(key), level)
      end
      refuse_secrets(inner, level + 1)
    end
  elseif (kind == "userdata" and value ~= json.null) or kind == "function" or kind == "thread" then
    error("a journal does not take a " .. kind, level)
  end
end

-- The beginning of a text, up to the end of a character.
local function cut(text, most)
  if #text <= most then return text end
  while most > 0 and text:find("^[\128-\191]", most + 1) do most = most - 1 end
  return text:sub(1, most)
end

-- A value as JSON; raises for one that a record does not take.
local function value_text(value, level)
  local kind = type(value)
  if kind == "string" then return brief(cut(value, most_text)) end
  if kind ~= "number" and kind ~= "boolean" then refuse_secrets(value, level + 1) end
  return brief(value)
end

-- A record as JSON, but for its closing brace; raises for what a record does not take.
local function line_of(record, level)
  local row, state, left = record.row, states[record.state], -2
  for name in next, record do
    if not known[name] then error(("a journal's record has no field %s"):format(tostring(name)), level) end
    left = left + 1
  end
  if not state then error(("a record has no state %s"):format(tostring(record.state)), level) end
  if type(row) ~= "number" or row < 1 or row % 1 ~= 0 then error("a record's row must be a whole number from 1", level) end
  local parts, n = { '{"row":', brief(row) }, 2
  if record.key ~= nil then
    parts[3], parts[4], n, left = ',"key":', value_text(record.key, level + 1), 4, left - 1
  end
  parts[n + 1], parts[n + 2], n = ',"state":', state, n + 2
  for i = 1, #later do
    if left == 0 then break end
    local value = record[later[i]]
    if value ~= nil then
      parts[n + 1], parts[n + 2] = keys[i], value_text(value, level + 1)
      n, left = n + 2, left - 1
    end
  end
  return concat(parts)
end

-- A record that is too long, without its settings: their names tell what was changed and cannot be put back.
local function shortened(record)
  local copy, names, changed = {}, {}, {}
  for name, value in pairs(record) do copy[name] = value end
  for name in pairs(record.old or {}) do names[#names + 1] = name end
  table.sort(names, core.before)
  if record.changed then names = record.changed end
  for i = 1, math.min(#names, most_names) do changed[i] = cut(names[i], most_names) end
  copy.old, copy.new, copy.verified, copy.changed = nil, nil, nil, changed
  return copy
end

-- Takes a line without its closing brace.
local function push(self, line)
  self.count = self.count + 1
  self.lines[self.count], self.check = chain.seal(self.check, line)
end

--- Adds a record; it is durable when the next `commit` has returned true. Texts are cut at 4 KiB; a record of more than a
-- MiB is written without old, new and verified, and `changed` names what they held. Raises where the record holds what a
-- journal does not take: another field, a userdata, a name such as password at any depth.
---@param record table row, key, state (planned, sent, ok, unchanged, rejected, unknown) and what else is known: attempt,
---  at, category, code, serviceCode, field, status, message, hint, requestId, old (the settings before, by wire name), new,
---  changed, verified
function Journal:append(record)
  if type(record) ~= "table" then error("a record is a table, and this is a " .. type(record), 2) end
  if not self.file then error("the journal is closed", 2) end
  local line = line_of(record, 3)
  if #line >= most_line then line = line_of(shortened(record), 3) end
  push(self, line)
end

--- Makes all that was appended durable: one write and one fdatasync. Once it has failed the journal takes no more, so that
-- nobody who shares it acts on what is not there; what was committed before is safe, and nothing half written stays.
---@return true|nil done
---@return string? message
---@return mimecast.Error? err journal_full, journal_unwritable
function Journal:commit()
  if not self.file then error("the journal is closed", 2) end
  if self.err then return errors.result(self.err) end
  if self.count == 0 then return true end
  self.lines[self.count + 1] = ""
  local text = table.concat(self.lines, "\n", 1, self.count + 1)
  self.lines, self.count = {}, 0
  local ok, message, kind = self.file:write(text)
  if ok then ok, message, kind = self.file:sync() end
  if ok then return true end
  self.err = fail(self.path, message, kind)
  return errors.result(self.err)
end

--- Gives the journal free for others. What was not committed is dropped. A second time does nothing.
function Journal:close()
  if self.file then self.file:close() end
  self.file = nil
end

local function new(path, file, header, check)
  return setmetatable({ path = path, file = file, header = header, check = check, lines = {}, count = 0 }, Journal)
end

--- Makes a journal, which must not be there yet, with its header durable.
---@param path string
---@param header table created, operation, input, rows, tenant, options and what else tells which run it is
---@return table|nil journal
---@return string? message
---@return mimecast.Error? err journal_exists, journal_missing (the folder), journal_full, journal_unwritable
function journal.create(path, header)
  if type(header) ~= "table" then error("a header is a table, and this is a " .. type(header), 2) end
  refuse_secrets(header, 3)
  local copy = setmetatable({}, header_mt)
  for name, value in pairs(header) do copy[name] = value end
  copy.journal, copy.version, copy.check = schema, core.version, nil
  local line = json.encode(copy):sub(1, -2)
  if #line >= most_line then error("a journal's header is at most 1 MiB long", 2) end
  local file, message, kind = system.open_append(path, "new")
  if not file then return errors.result(fail(path, message, kind == "missing" and "no_folder" or kind)) end
  local self = new(path, file, copy, "")
  push(self, line)
  local ok, why, err = self:commit()
  if ok then return self end
  self:close()
  os.remove(path) -- nothing is in it
  if err.code == "journal_full" then err.hint = "make room, and begin anew: nothing was sent" end
  return nil, why, err
end

---- reading ----

local function verify_all(self, visit)
  local offset, message, kind = 0, nil, nil
  local next_object, state = chain.reader(function(bytes)
    local text, why, what = self.file:read(offset, bytes)
    if not text then message, kind = why, what end
    offset = offset + #(text or "")
    return text
  end)
  local header, err = read_header(self.path, next_object)
  local record, line = header, nil
  while record do
    record, line = next_object()
    if record and visit then visit(record) end
  end
  if message then return nil, fail(self.path, message, kind) end
  if err then return nil, err end
  if record == false then return nil, damaged(self.path, line) end
  self.header, self.check = header, state.check
  return state.size
end

--- Opens a journal to go on with it: verifies every line, cuts a torn last one.
---@param path string
---@param visit? fun(record: table) called for each record in order while it is verified; what it learns counts only when
---  the journal is returned
---@return table|nil journal with its `header`; what is appended goes behind what is there
---@return string? message
---@return mimecast.Error? err journal_missing, journal_locked, journal_unsafe, journal_damaged, journal_version,
---  journal_unwritable
function journal.open(path, visit)
  local file, message, kind = system.open_append(path, "old")
  if not file then
    return errors.result(fail(path, message, kind, kind == "locked" and begun_by_file(path) or nil))
  end
  local self = new(path, file, nil, "")
  local size, err = verify_all(self, visit)
  if size and size < file:size() then
    local ok, why, what = file:truncate(size)
    if ok then ok, why, what = file:sync() end
    if not ok then size, err = nil, fail(path, why, what) end
  end
  if size then return self end
  self:close()
  return errors.result(err)
end

--- Reads a journal, which may be in use, record by record; memory does not grow with it. A torn last line is passed over.
---@param path string
---@return (fun(): table|false|nil, string?, mimecast.Error?)|nil next the next record; nil at the end; false, a message
---  and err where a line is damaged or cannot be read
---@return table|string header or message
---@return mimecast.Error? err journal_missing, journal_unwritable (it cannot be read), journal_damaged, journal_version
function journal.read(path)
  local file, message, number = io.open(path, "rb")
  if not file then
    return errors.result(fail(path, tostring(message), number == 2 and "missing" or "failed"))
  end
  local broken
  local next_object = chain.reader(function(bytes)
    local text, reason = file:read(bytes)
    broken = reason and fail(path, reason, "failed")
    return text
  end)
  local header, err = read_header(path, next_object)
  if not header then
    file:close()
    return errors.result(broken or err)
  end
  return function()
    if not file then return nil end
    local record, line = next_object()
    if record then return record end
    file:close()
    file = nil
    local problem = broken or record == false and damaged(path, line)
    if problem then return false, select(2, errors.result(problem)) end
    return nil
  end, header
end

return journal
