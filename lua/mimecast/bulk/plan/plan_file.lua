--- Reads and writes the file of a plan: JSON Lines of mode 0600 with a header, a line for each row, and a footer.
--
-- The writer renames the finished file to its name, so that a plan is complete or absent. The footer holds the counts and
-- the SHA-256 of all bytes before it, so that a cut or edited plan is rejected. A run appends the path of its journal
-- behind the footer, so that no second run carries out the plan by mistake.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local jsonl = require "mimecast.bulk.input.jsonl"
local system = require "mimecast.system"

local plan_file = {}

local concat = table.concat
local version = 1
local buffer_bytes = 65536
local copy_bytes = 4096 -- larger pieces fragment LuaJIT's memory: 64 KiB took 17 MiB in a plan of 100,000 rows
local max_line = 8 * jsonl.max_line -- JSON may escape each character of an input row
local magic = '{"plan":'
local marker_start = '{"begun":' -- of the run marker, which names the journal
local max_marker = 32768 -- bytes
local checksum_suffix = ',"sha256":"%s"}' -- ends the footer

local row_mt = json.object({ "row", "line", "key", "account", "action", "set", "old", "secrets", "code", "message" }, true)
local header_mt = json.object { "plan", "id", "created", "by", "operation", "tenant", "input", "rows", "read", "settings",
  "protect" }

local function usage_error(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

-- ---- reading ----

local File = {}
File.__index = File

local function damaged(path, reason)
  return usage_error("damaged_plan", ("%s %s"):format(core.printable(path or "the plan's file", 200), reason),
    "make a new plan; an edited or cut plan is never carried out")
end

local function unsupported_version(path, header)
  return usage_error("plan_version", ("%s has the plan format %s, and this version of the module reads format %d"):format(
    core.printable(path or "the plan's file", 200), core.printable(tostring(header.plan), 40), version),
    "make a new plan from the input; to resume a run, use the version of the module that made its plan")
end

-- Returns a reader that keeps its own position, because several readers share the handle.
local function reader(handle)
  local at = 0
  return function(bytes)
    handle:seek("set", at)
    local piece, reason = handle:read(bytes)
    at = at + #(piece or "")
    return piece, reason
  end
end

-- cjson decodes every number as a float; counts must be integers in every Lua.
local function to_integers(value)
  if type(value) == "number" then return math.floor(value) end
  if type(value) ~= "table" then return value end
  for key, inner in pairs(value) do value[key] = to_integers(inner) end
  return value
end

-- Reads the path of the first run's journal; true if the path is incomplete, nil if no run was started.
local function read_run_marker(handle)
  handle:seek("set", math.max(0, handle:seek "end" - max_marker))
  local text = handle:read "*a"
  local line = text:match("\n(" .. marker_start .. "[^\n]*)")
  local marker = line and json.decode(line)
  if marker then return marker.begun end
  return (line or text:find "\n%z") and true or nil -- a power cut leaves zeros in place of the path
end

-- Returns the SHA-256 of the bytes before the checksum, the checksum of the footer, and the footer.
local function checksums(handle)
  local digest, last = system.sha256(), nil
  for line in jsonl.reader(reader(handle), max_line) do
    if line:sub(1, #marker_start) == marker_start or line:find "^%z" then break end
    if last then digest:update(last):update "\n" end
    last = line
  end
  local covered, expected = (last or ""):match('^(.*)' .. checksum_suffix:format "(%x+)" .. "$")
  return digest:update(covered or ""):hex(), expected, last
end

-- A plan of an earlier version has no skipped rows.
local function with_skipped(counts)
  counts.skipped = counts.skipped or 0
  return counts
end

--- Opens a plan and verifies its checksum.
---@param path string
---@return table? file header, counts, sha256, journal (the path of the first run's journal, if any), rows()
---@return mimecast.Error? err codes unreadable_plan, damaged_plan, plan_version
function plan_file.open(path)
  local handle, reason = io.open(path, "rb")
  if not handle then return usage_error("unreadable_plan", "the plan cannot be read: " .. tostring(reason)) end
  if handle:read(#magic) ~= magic then return damaged(path, "is not a plan") end
  local header = json.decode(jsonl.reader(reader(handle), max_line)() or "")
  if type(header) ~= "table" then return damaged(path, "has no header") end
  if header.plan ~= version then return unsupported_version(path, header) end
  local sha256, expected, last = checksums(handle)
  local footer = expected and json.decode(last)
  if type(footer) ~= "table" or type(footer.counts) ~= "table" then return damaged(path, "has no end: it was cut") end
  if expected ~= sha256 then return damaged(path, "was changed after it was made") end
  return setmetatable({ handle = handle, path = path, header = header, counts = with_skipped(to_integers(footer.counts)),
    sha256 = sha256,    journal = read_run_marker(handle) }, File)
end

--- The default path of a plan's journal.
---@param path string of the plan
---@return string
function plan_file.journal_path(path)
  return path:gsub("%.plan$", "") .. ".journal"
end

--- The error for a plan with which a run was started.
---@return mimecast.Error? err code plan_already_started; nil if no run was started
function File:started_error()
  if not self.journal then return nil end
  return errors.new { category = "usage", code = "plan_already_started",
    message = "a run of this plan was started with " .. (self.journal == true and "another journal"
      or "the journal " .. core.printable(self.journal, 200)),
    hint = "resume that run, or make a new plan; again = true carries out this plan a second time" }
end

-- Appends a run marker in one write, which is atomic between processes, and returns the journal of the first marker.
local function append_run_marker(path, journal_path)
  local file, reason = io.open(path, "rb") -- mode "ab" would create a missing file
  if file then file:close() end
  if file then file, reason = io.open(path, "ab") end
  if not file then return nil, reason end
  file:write(json.encode { begun = journal_path }, "\n")
  local ok
  ok, reason = file:close() -- flushes the buffer, so this is where a write fails
  if ok then file, reason = io.open(path, "rb") end
  if not ok or not file then return nil, reason end
  local first = read_run_marker(file)
  file:close()
  return first
end

--- Marks the plan as started. If several runs start at once, the first marker wins.
---@param journal_path string
---@return boolean? ok
---@return mimecast.Error? err codes unwritable_plan, plan_already_started
function File:mark_started(journal_path)
  if not self.path or self.journal then return true end
  journal_path = system.absolute(journal_path) or journal_path
  local first, reason = append_run_marker(self.path, journal_path)
  if not first then
    return usage_error("unwritable_plan", ("the plan %s cannot be marked as started: %s"):format(
      core.printable(self.path, 200), (tostring(reason):gsub("^.*: ", ""))), "again = true starts the run without the mark")
  end
  self.journal = first
  if first ~= journal_path then return nil, self:started_error() end
  return true
end

--- Iterates over all rows, in order.
---@return fun(): table? next
function File:rows()
  local next_line, ended = jsonl.reader(reader(self.handle), max_line), false
  next_line()
  return function()
    local line = not ended and next_line()
    local row = line and json.decode(line)
    if not row or not row.row then
      ended = true
      return nil
    end
    row.row, row.line = math.floor(row.row), row.line and math.floor(row.line)
    return row
  end
end

function File:close()
  if io.type(self.handle) == "file" then self.handle:close() end
end

-- ---- writing ----

local Writer = {}
Writer.__index = Writer

local function unwritable(path, reason)
  return usage_error("unwritable_plan", ("the plan %s cannot be written: %s"):format(core.printable(path or "file", 200),
    reason), "check the folder's permissions and the free disk space")
end

-- The error for a file that must not be overwritten: it is not a plan, or a run of the plan needs it for resume.
local function overwrite_error(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local start = file:seek "end" and file:seek "set" and file:read(#magic) -- a pipe has no position, and read would block
  local journal_path = start == magic and read_run_marker(file)
  file:close()
  if start ~= magic then
    return errors.new { category = "usage", code = "unwritable_plan", hint = "choose another name",
      message = ("%s exists and is not a plan"):format(core.printable(path, 200)) }
  end
  return journal.exists_error(plan_file.journal_path(path))
    or type(journal_path) == "string" and journal.exists_error(journal_path) or nil
end

--- Creates the file of a plan.
---@param path? string without it, the plan is a temporary file without a name
---@return table? writer
---@return mimecast.Error? err codes unwritable_plan, journal_exists
function plan_file.create(path)
  local err = path and overwrite_error(path)
  if err then return nil, err end
  local self = setmetatable({ path = path, digest = system.sha256(), parts = {}, bytes = 0 }, Writer)
  local reason
  if path then
    self.part = ("%s.%s.part"):format(path, system.sha256_hex(tostring(self) .. core.now(), 8))
    self.file, reason = system.open_append(self.part, "new")
  else
    self.file, reason = io.tmpfile()
  end
  if not self.file then return unwritable(path, tostring(reason)) end
  return self
end

local function flush(self)
  local text = concat(self.parts)
  self.parts, self.bytes = {}, 0
  self.digest:update(text)
  local ok, reason = self.file:write(text)
  if not ok then self.failed = self.failed or tostring(reason) end
end

local function write(self, text)
  self.parts[#self.parts + 1] = text
  self.bytes = self.bytes + #text
  if self.bytes >= buffer_bytes then flush(self) end
end

--- Writes the first line.
---@param header table id, created, by, operation, tenant, input, rows, read, settings, protect
function Writer:write_header(header)
  header.plan = version
  self.header = setmetatable(header, header_mt)
  write(self, json.encode(self.header) .. "\n")
end

--- Writes one row.
---@param row table row, line (of the input file), key, account (the primary address, if the key is an alias),
--- action (change, unchanged, rejected, skipped), set, old, secrets, code, message
function Writer:write_row(row)
  write(self, json.encode(setmetatable(row, row_mt)) .. "\n")
end

--- Copies the rows of a writer that has no header.
---@param draft table
function Writer:copy_rows(draft)
  flush(draft)
  local read, piece, reason = reader(draft.file), nil, draft.failed
  repeat
    if not reason then piece, reason = read(copy_bytes) end
    if piece then write(self, piece) end
  until reason or not piece
  self.failed = self.failed or reason and tostring(reason)
end

--- Closes and removes the file.
function Writer:abort()
  self.file:close()
  if self.part then os.remove(self.part) end
end

-- Makes the finished file durable, renames it to its name and opens it for reading.
local function publish(self)
  local ok, reason = self.file:sync()
  self.file:close()
  if ok then ok, reason = os.rename(self.part, self.path) end
  if not ok then return nil, reason end
  return io.open(self.path, "rb")
end

--- Writes the footer and publishes the file.
---@param counts table
---@return table? file as `open` returns it
---@return mimecast.Error? err
function Writer:finish(counts)
  write(self, json.encode { counts = counts }:sub(1, -2))
  flush(self)
  local sha256 = self.digest:hex()
  write(self, checksum_suffix:format(sha256) .. "\n")
  flush(self)
  local handle, reason = self.file, self.failed
  local err = self.part and overwrite_error(self.path) -- a run may have started meanwhile
  if err then
    self:abort()
    return nil, err
  end
  if not reason and self.part then
    handle, reason = publish(self)
  elseif not reason then
    handle:flush()
  end
  if reason or not handle then
    self:abort()
    return unwritable(self.path, tostring(reason))
  end
  return setmetatable({ handle = handle, path = self.path, header = self.header, counts = counts, sha256 = sha256 }, File)
end

return plan_file
