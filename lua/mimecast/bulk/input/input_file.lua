--- Opens an input so that it can be read several times: a file, or a private copy of any other input.
--
-- A plan can read its input more than once. A file is read again; a pipe, a Lua table or an iterator is first copied to a
-- temporary file without a name, which no other process can open and which ends with this process.
local core = require "mimecast.core"
local encoding = require "mimecast.bulk.input.encoding"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local system = require "mimecast.system"

local input_file = {}

local piece_bytes, head_bytes = 65536, 4096

local Input = {}
Input.__index = Input

local function unreadable(name, reason, hint)
  return nil, errors.new { category = "usage", code = "unreadable_input", hint = hint,
    message = ("%s cannot be read: %s"):format(core.printable(name, 200), tostring(reason)) }
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

-- Replaces the secrets of a row by their text, which JSON can hold.
local function reveal_secrets(row)
  local copy = {}
  for name, value in pairs(row) do copy[name] = core.secret.is(value) and core.secret.reveal(value) or value end
  return copy
end

local function encode_row(row)
  if type(row) ~= "table" then return nil, "it is a " .. type(row) .. "; a row is a table, like { email = … }" end
  local ok, text = pcall(function() return json.encode(reveal_secrets(row)) end)
  if not ok then return nil, (tostring(text):gsub("^[^:]*:%d+: ", "")) end
  return text
end

-- Copies rows as JSON Lines. The rows come from an iterator: its function, state and first value.
local function copy_rows(to, next_row, state, first)
  local number = 0
  for value, second in next_row, state, first do
    local row = type(value) == "number" and second or value -- ipairs returns the index first
    if row == false then return false, tostring(second) end -- an iterator of the client failed
    number = number + 1
    local text, reason = encode_row(row)
    if not text then return false, ("row %d is invalid: %s"):format(number, reason) end
    local ok
    ok, reason = to:write(text, "\n")
    if not ok then return false, reason end
  end
  return true
end

-- Fills a temporary file by means of `copy`.
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

-- ---- opening ----

local format_of_extension = { csv = "csv", jsonl = "jsonl", ndjson = "jsonl", json = "jsonl" }

-- Detects the format by the contents: JSON Lines begin with a brace.
local function detect_format(head, name)
  local read = encoding.reader(function()
    local piece = head
    head = nil
    return piece
  end, name)
  local start = (read(head_bytes) or ""):gsub("^\239\187\191", "")
  return start:find "^%s*{" and "jsonl" or "csv"
end

-- First bytes of files that are not text, and what they are.
local not_text = {
  { "PK\3\4", "an Excel workbook (.xlsx) or another ZIP archive, not a text" },
  { "\208\207\17\224", "a workbook of an old Excel (.xls), not a text" },
  { "%PDF", "a PDF document, not a text" },
  { "\31\139", "compressed by gzip, not a text" },
}

local function why_not_text(head)
  for _, kind in ipairs(not_text) do
    if head:sub(1, #kind[1]) == kind[1] then return "it is " .. kind[2] end
  end
  return nil
end

local save_as = 'open it in its program and save it as "CSV UTF-8 (comma delimited)"'

-- Finds the encoding and the format of a file. Returns an error if it is no text in the given encoding.
local function examine(input, options)
  input.handle:seek "set"
  local head = input.handle:read(head_bytes) or ""
  local reason, hint = why_not_text(head), save_as
  if not reason then input.encoding, reason, hint = encoding.detect(head, options.encoding) end
  if reason then return unreadable(input.name, reason, hint) end
  input.format = options.format or input.path and format_of_extension[core.lower(input.path:match "%.(%w+)$" or "")]
    or detect_format(head, input.encoding)
  return input
end

local function is_file(value)
  return io.type(value) == "file"
end

local function open_handle(given)
  if is_file(given) then return given, "the input" end
  if given == "-" then return io.stdin, "standard input" end
  local handle, reason = io.open(given, "rb")
  if not handle then return unreadable(given, (tostring(reason):gsub("^.*: ", ""))) end
  local ok
  ok, reason = handle:read(0)
  if not ok and reason then -- a folder can be opened but not read
    handle:close()
    return unreadable(given, reason)
  end
  return handle, given
end

local function open_file(given, options)
  local opened, name = open_handle(given)
  if not opened then return nil, name end
  local handle, path = opened, type(given) == "string" and given ~= "-" and given or nil
  if not path or not opened:seek "end" then -- not a regular file: a pipe can be read only once
    local copy, err = spool(name, function(to) return copy_bytes(opened, to) end)
    if path then opened:close() end
    if not copy then return nil, err end
    handle, path = copy, nil
  end
  local input, err = examine({ handle = handle, path = path, name = name, unit = "line", is_file = true }, options)
  if not input and handle ~= given then handle:close() end
  return input, err
end

-- Tells whether a table is a list without gaps. ipairs would silently ignore the rows behind a gap.
local function is_list(given)
  local count = 0
  for _ in pairs(given) do count = count + 1 end
  return count == #given
end

local function open_rows(given)
  local name = type(given) == "table" and "the table" or "the iterator"
  if type(given) == "table" and not is_list(given) then
    return unreadable(name, "it must be a list of rows without gaps, like { { email = … }, … }")
  end
  local handle, err = spool(name, function(to)
    if type(given) == "function" then return copy_rows(to, given) end
    return copy_rows(to, ipairs(given))
  end)
  if not handle then return nil, err end
  return { handle = handle, name = name, format = "jsonl", encoding = "UTF-8", unit = "row" }
end

--- Opens an input.
---@param given string|table|function|file* a path ("-" is standard input), a list of rows, an iterator of rows, or an open file
---@param options? table format (detected by extension or contents if absent), encoding (detected by the byte order mark)
---@return table? input name, format, encoding, unit (what messages call a row: line or row), is_file (false for rows of the
--- program)
---@return mimecast.Error? err code unreadable_input
function input_file.open(given, options)
  local input, err
  if type(given) == "string" or is_file(given) then
    input, err = open_file(given, options or {})
  else
    input, err = open_rows(given)
  end
  if not input then return nil, err end
  input.size = input.handle:seek "end"
  return setmetatable(input, Input)
end

-- ---- reading ----

local function piece_hash(piece) return system.sha256_hex(piece, 64) end

--- Reads from the beginning, in pieces.
---@param digest? table is updated with each piece
---@return fun(bytes: integer): string?, string? next nil at the end; nil and a reason if reading fails or locked contents
--- changed
function Input:pieces(digest)
  local handle, hashes, at = self.handle, self.hashes, 0
  return function(bytes)
    handle:seek("set", at) -- several readers share the handle
    local piece, reason = handle:read(hashes and piece_bytes or bytes)
    if hashes and (piece and piece_hash(piece)) ~= hashes[at / piece_bytes + 1] then return nil, "it changed meanwhile" end
    at = at + #(piece or "")
    if piece and digest then digest:update(piece) end
    return piece, reason
  end
end

--- Reads the text from the beginning, in pieces of UTF-8.
---@param digest? table is updated with each piece of the file's bytes
---@return fun(bytes: integer): string?, string? next nil at the end; nil and a reason on failure
function Input:text(digest)
  return encoding.reader(self:pieces(digest), self.encoding)
end

--- Hashes the contents.
---@return string sha256
function Input:sha256()
  local digest = system.sha256()
  for _ in self:pieces(digest), piece_bytes do end -- luacheck: ignore 542
  return digest:hex()
end

--- Hashes the contents and keeps the hash of each piece, so that later readers stop at a piece that changed.
---@return string sha256
function Input:lock_contents()
  local digest, hashes = system.sha256(), {}
  self.hashes = nil
  for piece in self:pieces(digest), piece_bytes do hashes[#hashes + 1] = piece_hash(piece) end
  self.hashes = hashes
  return digest:hex()
end

--- The error for an input that changed while a plan was made from it.
---@return mimecast.Error err code changed_input
function Input:changed_error()
  return errors.new { category = "usage", code = "changed_input", hint = "make the plan again",
    message = ("%s changed while the plan was made"):format(core.printable(self.name, 200)) }
end

function Input:close()
  if io.type(self.handle) == "file" then self.handle:close() end
end

return input_file
