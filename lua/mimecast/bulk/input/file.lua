--- Where rows come from, as something that can be read several times: a file, or a private copy of all else.
--
-- A plan reads its input more than once. A file is read again; a pipe, a Lua table or an iterator is copied to a file
-- without a name first, which nobody else can open and which is gone with this process.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local system = require "mimecast.system"

local source = {}

local piece_bytes = 65536

local Source = {}
Source.__index = Source

local function mark_of(piece) return system.sha256_hex(piece, 64) end

local function refuse(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

local function unreadable(name, reason)
  return refuse("unreadable_input", ("%s cannot be read: %s"):format(core.printable(name, 200), tostring(reason)))
end

-- ---- copies ----

local function copy_bytes(from, to)
  while true do
    local piece, reason = from:read(piece_bytes)
    if not piece then return reason == nil, reason end
    local ok
    ok, reason = to:write(piece)
    if not ok then return false, reason end
  end
end

-- What JSON can hold of a row: a secret as its text.
local function plain(row)
  local copy = {}
  for name, value in pairs(row) do copy[name] = core.secret.is(value) and core.secret.reveal(value) or value end
  return copy
end

local function encode_row(row)
  if type(row) ~= "table" then return nil, "it is a " .. type(row) .. "; a row is a table, like { email = … }" end
  local ok, text = pcall(function() return json.encode(plain(row)) end)
  if not ok then return nil, (tostring(text):gsub("^[^:]*:%d+: ", "")) end
  return text
end

-- Rows as lines of JSON; `rows` is an iterator's function, state and first value.
local function copy_rows(to, rows, state, first)
  local number = 0
  for value, second in rows, state, first do
    local row = type(value) == "number" and second or value -- of ipairs, or of an iterator of rows
    if row == false then return false, tostring(second) end -- an iterator of the client that failed on its way
    number = number + 1
    local text, reason = encode_row(row)
    if not text then return false, ("row %d cannot be taken: %s"):format(number, reason) end
    local ok
    ok, reason = to:write(text, "\n")
    if not ok then return false, reason end
  end
  return true
end

local function spool(name, copy, ...)
  local to, reason = io.tmpfile()
  if not to then return unreadable(name, reason) end
  local ok
  ok, reason = copy(to, ...)
  if ok then ok, reason = to:flush() end
  if ok then return to end
  to:close()
  return unreadable(name, reason)
end

-- ---- what is given ----

local by_ending = { csv = "csv", jsonl = "jsonl", ndjson = "jsonl", json = "jsonl" }

-- The format of a file without a telling name: JSON Lines begin with a brace.
local function guess(handle)
  handle:seek "set"
  local start = (handle:read(4096) or ""):gsub("^\239\187\191", "")
  return start:find "^%s*{" and "jsonl" or "csv"
end

local function is_file(value)
  return io.type(value) == "file"
end

local function open_file(given)
  if is_file(given) then return given, "the input" end
  if given == "-" then return io.stdin, "standard input" end
  local handle, reason = io.open(given, "rb")
  if not handle then return unreadable(given, (tostring(reason):gsub("^.*: ", ""))) end
  local ok
  ok, reason = handle:read(0)
  if not ok and reason then -- a folder opens, and cannot be read
    handle:close()
    return unreadable(given, reason)
  end
  return handle, given
end

local function of_file(given, format)
  local handle, name = open_file(given)
  if not handle then return nil, name end
  local own, path = handle, type(given) == "string" and given ~= "-" and given or nil
  if not path or not handle:seek "end" then
    local copy, err = spool(name, function(to) return copy_bytes(handle, to) end)
    if path then handle:close() end
    if not copy then return nil, err end
    own, path = copy, nil
  end
  format = format or path and by_ending[core.lower(path:match "%.(%w+)$" or "")] or guess(own)
  return { handle = own, path = path, name = name, format = format, unit = "line", is_file = true }
end

-- Whether a table is a list without gaps: rows behind a gap would be passed over without a word.
local function is_list(given)
  local count = 0
  for _ in pairs(given) do count = count + 1 end
  return count == #given
end

local function of_rows(given)
  local name = type(given) == "table" and "the table" or "the iterator"
  if type(given) == "table" and not is_list(given) then
    return unreadable(name, "it is no list of rows without gaps, like { { email = … }, … }")
  end
  local handle, err = spool(name, function(to)
    if type(given) == "function" then return copy_rows(to, given) end
    return copy_rows(to, ipairs(given))
  end)
  if not handle then return nil, err end
  return { handle = handle, name = name, format = "jsonl", unit = "row" }
end

--- Opens an input.
---@param given string|table|function|file* a path ("-" is standard input), a list of rows, an iterator of rows, or an open file
---@param format? "csv"|"jsonl" by the name's ending, or by how the file begins
---@return table? source name, format, unit (what a row is called: line, row), is_file (false for rows of this program)
---@return mimecast.Error? err code unreadable_input
function source.open(given, format)
  local made, err
  if type(given) == "string" or is_file(given) then
    made, err = of_file(given, format)
  else
    made, err = of_rows(given)
  end
  if not made then return nil, err end
  made.size = made.handle:seek "end"
  return setmetatable(made, Source)
end

--- Reads from the beginning, in pieces.
---@param digest? table what takes each piece, too
---@return fun(bytes: integer): string?, string? next nil at the end, and with a reason where it is not what was pinned
function Source:pieces(digest)
  local handle, marks, at = self.handle, self.marks, 0
  return function(bytes)
    handle:seek("set", at) -- several readers by turns
    local piece, reason = handle:read(marks and piece_bytes or bytes)
    if marks and (piece and mark_of(piece)) ~= marks[at / piece_bytes + 1] then return nil, "it was changed meanwhile" end
    at = at + #(piece or "")
    if piece and digest then digest:update(piece) end
    return piece, reason
  end
end

--- Keeps what each piece is: a file that is written over later is not read on as if it were the same.
---@return string sha256 of all of it
function Source:pin()
  local digest, marks = system.sha256(), {}
  self.marks = nil
  for piece in self:pieces(digest), piece_bytes do marks[#marks + 1] = mark_of(piece) end
  self.marks = marks
  return digest:hex()
end

function Source:close()
  if io.type(self.handle) == "file" then self.handle:close() end
end

return source
