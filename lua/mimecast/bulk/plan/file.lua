--- The file of a plan: JSON Lines of mode 0600, a header, a line for each row, and an end that seals it.
--
-- It is written beside its name and renamed when it is whole: a plan is there or not. The end has the counts and the
-- SHA-256 of all that stands before it, counts included, so that a plan that was cut or edited is refused. Behind the end
-- stands, once a run was begun with it, the journal of that run: nobody is to carry a plan out twice by mistake.
local brief = require "mimecast.bulk.brief"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local lines = require "mimecast.bulk.input.jsonl"
local system = require "mimecast.system"

local planfile = {}

local format, concat = string.format, table.concat
local version = 1
local buffer_bytes = 65536
local line_max = 8 * lines.max -- a row of the input, whose every character may be escaped
local mark = '{"plan":' -- how each begins
local begun_mark = '{"begun":' -- and what names the journal
local begun_most = 32768 -- bytes of that, at most

local row_fields = { "key", "account", "action", "set", "old", "secrets", "code", "message" }
local row_keys = {}
for i, name in ipairs(row_fields) do row_keys[i] = ',"' .. name .. '":' end
local header_mt = json.object { "plan", "id", "created", "operation", "tenant", "input", "rows", "read", "settings", "protect" }
local seal = ',"sha256":"%s"}' -- how each ends, behind the counts

local function refuse(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

-- ---- writing ----

local Writer = {}
Writer.__index = Writer

local function unwritable(path, reason)
  return refuse("unwritable_plan", ("the plan %s cannot be written: %s"):format(core.printable(path or "file", 200), reason),
    "check the folder's permissions and the room on the disk")
end

--- The journal of a plan, where no other is named.
function planfile.journal_of(path)
  return path:gsub("%.plan$", "") .. ".journal"
end

-- The journal that the first run was begun with; true where its name was not written whole. Nil where there was none.
local function begun_of(handle)
  handle:seek("set", math.max(0, handle:seek "end" - begun_most))
  local text = handle:read "*a"
  local line = text:match("\n(" .. begun_mark .. "[^\n]*)")
  local noted = line and json.decode(line)
  if noted then return noted.begun end
  return (line or text:find "\n%z") and true or nil -- zeros: a power cut lost the name
end

-- Why a file of that name is not written over: it is no plan, or a run was begun with it that nobody else can go on with.
local function keeps(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local start = file:seek "end" and file:seek "set" and file:read(#mark) -- a pipe would be waited for
  local journal = start == mark and begun_of(file)
  file:close()
  if start ~= mark then
    return errors.new { category = "usage", code = "unwritable_plan", hint = "name another",
      message = ("%s is there already, and is no plan"):format(core.printable(path, 200)) }
  end
  return journals.taken(planfile.journal_of(path)) or type(journal) == "string" and journals.taken(journal) or nil
end

--- Begins a plan's file.
---@param path? string without one the plan is in a file without a name, gone with this process
---@return table? writer
---@return mimecast.Error? err codes unwritable_plan, journal_exists
function planfile.create(path)
  local taken = path and keeps(path)
  if taken then return nil, taken end
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
  local text = table.concat(self.parts)
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

function Writer:line(value)
  write(self, json.encode(value) .. "\n")
end

--- The first line. `header` has id, created, operation, tenant, input, rows, read, settings, protect.
function Writer:header(header)
  header.plan = version
  self:line(setmetatable(header, header_mt))
end

--- One row: row, key, account (its address, where the key is an alias), action (change, unchanged, rejected), set, old,
-- secrets, code, message.
function Writer:row(row)
  local parts, n = { format('{"row":%d', row.row) }, 1
  for i = 1, #row_fields do
    local value = row[row_fields[i]]
    if value ~= nil then
      parts[n + 1], parts[n + 2] = row_keys[i], brief(value)
      n = n + 2
    end
  end
  parts[n + 1] = "}\n"
  write(self, concat(parts))
end

--- Gives the plan up: nothing is left of it.
function Writer:abort()
  self.file:close()
  if self.part then os.remove(self.part) end
end

-- Gives the whole file its name.
local function name(self)
  local ok, reason = self.file:sync()
  self.file:close()
  if ok then ok, reason = os.rename(self.part, self.path) end
  if not ok then return nil, reason end
  return io.open(self.path, "rb")
end

--- Seals the plan.
---@param counts table
---@return table? file to read it
---@return mimecast.Error? err
function Writer:finish(counts)
  flush(self)
  write(self, json.encode { counts = counts }:sub(1, -2))
  flush(self)
  write(self, seal:format(self.digest:hex()) .. "\n")
  flush(self)
  local handle, reason = self.file, self.failed
  local taken = self.part and keeps(self.path) -- by a run that was begun meanwhile
  if taken then
    self:abort()
    return nil, taken
  end
  if not reason and self.part then
    handle, reason = name(self)
  elseif not reason then
    handle:flush()
  end
  if reason or not handle then
    self:abort()
    return unwritable(self.path, tostring(reason))
  end
  return planfile.open(handle, self.path)
end

-- ---- reading ----

local File = {}
File.__index = File

local function damaged(path, what)
  return refuse("damaged_plan", ("%s %s"):format(core.printable(path or "the plan's file", 200), what),
    "make a new plan; one that was edited or cut is not carried out")
end

local function other_version(path, header)
  return refuse("plan_version", ("%s has the plan format %s, and this version of the module reads format %d"):format(
    core.printable(path or "the plan's file", 200), core.printable(tostring(header.plan), 40), version),
    "make a new plan from the input; a run that was begun with this one is ended with the version that made it")
end

-- Each reader knows its place: several read one file by turns.
local function pieces(handle)
  local at = 0
  return function(bytes)
    handle:seek("set", at)
    local piece, reason = handle:read(bytes)
    at = at + #(piece or "")
    return piece, reason
  end
end

-- JSON's numbers as integers in every Lua.
local function whole(value)
  if type(value) == "number" then return math.floor(value) end
  if type(value) ~= "table" then return value end
  for key, inner in pairs(value) do value[key] = whole(inner) end
  return value
end

-- The digest of all that stands before the seal, what the seal says it is, and the last line.
local function digest_of(handle)
  local digest, last = system.sha256(), nil
  for line in lines.reader(pieces(handle), line_max) do
    if line:sub(1, #begun_mark) == begun_mark or line:find "^%z" then break end
    if last then digest:update(last):update "\n" end
    last = line
  end
  local sealed, told = (last or ""):match('^(.*)' .. seal:format "(%x+)" .. "$")
  return digest:update(sealed or ""):hex(), told, last
end

--- Opens a plan and holds it against its seal.
---@param handle file*|string an open file, or a path
---@param path? string
---@return table? file header, counts, sha256, begun (the journal of the run, if any), rows()
---@return mimecast.Error? err codes unreadable_plan, damaged_plan, plan_version
function planfile.open(handle, path)
  if type(handle) == "string" then
    local reason
    path = handle
    handle, reason = io.open(path, "rb")
    if not handle then return refuse("unreadable_plan", "the plan cannot be read: " .. tostring(reason)) end
  end
  handle:seek "set"
  if handle:read(#mark) ~= mark then return damaged(path, "is no plan") end
  local header = json.decode(lines.reader(pieces(handle), line_max)() or "")
  if type(header) ~= "table" then return damaged(path, "does not have its beginning") end
  if header.plan ~= version then return other_version(path, header) end
  local sha256, told, last = digest_of(handle)
  local footer = told and json.decode(last)
  if type(footer) ~= "table" or type(footer.counts) ~= "table" then return damaged(path, "does not have its end") end
  if told ~= sha256 then return damaged(path, "was changed after it was made") end
  return setmetatable({ handle = handle, path = path, header = header, counts = whole(footer.counts), sha256 = sha256,
    begun = begun_of(handle) }, File)
end

--- That a run was begun with the plan.
---@return mimecast.Error? err code plan_already_started; nil where none was
function File:begun_error()
  if not self.begun then return nil end
  return errors.new { category = "usage", code = "plan_already_started",
    message = "the plan was begun with " .. (self.begun == true and "another journal" or core.printable(self.begun, 200)),
    hint = "resume that run, or make a new plan; again = true carries this one out once more" }
end

-- Adds a line behind those that are there, at once even where another process does the same; and who came first.
local function note_begun(path, journal)
  local file, reason = io.open(path, "rb") -- to append makes a file where none is
  if file then file:close() end
  if file then file, reason = io.open(path, "ab") end
  if not file then return nil, reason end
  file:write(json.encode { begun = journal }, "\n")
  local ok
  ok, reason = file:close() -- and only here it is written
  if ok then file, reason = io.open(path, "rb") end
  if not ok or not file then return nil, reason end
  local first = begun_of(file)
  file:close()
  return first
end

--- Notes that a run is begun; of several at once the first one counts.
---@param journal string its path
---@return boolean? ok
---@return mimecast.Error? err codes unwritable_plan, plan_already_started
function File:begin(journal)
  if not self.path or self.begun then return true end
  journal = system.absolute(journal) or journal
  local first, reason = note_begun(self.path, journal)
  if not first then
    return refuse("unwritable_plan", ("that a run is begun cannot be noted in the plan %s: %s"):format(
      core.printable(self.path, 200), (tostring(reason):gsub("^.*: ", ""))), "again = true does without the note")
  end
  self.begun = first
  if first ~= journal then return nil, self:begun_error() end
  return true
end

--- All rows, in order.
---@return fun(): table? next
function File:rows()
  local next_line, ended = lines.reader(pieces(self.handle), line_max), false
  next_line()
  return function()
    local line = not ended and next_line()
    local row = line and json.decode(line)
    if not row or not row.row then
      ended = true
      return nil
    end
    row.row = math.floor(row.row)
    return row
  end
end

function File:close()
  if io.type(self.handle) == "file" then self.handle:close() end
end

return planfile
