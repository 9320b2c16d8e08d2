--- Finds the character encoding of an input and converts it to UTF-8 in pieces, by the C library's iconv.
--
-- Only a byte order mark or the option `encoding` decides. A guess is only told: it never changes how an input is read.
local core = require "mimecast.core"
local system = require "mimecast.system"

local encoding = {}

local find, sub, byte = string.find, string.sub, string.byte

-- Marks and their encodings. The mark of UTF-32LE begins with that of UTF-16LE.
local marks = {
  { "\239\187\191", "UTF-8" }, { "\255\254\0\0", "UTF-32LE" }, { "\0\0\254\255", "UTF-32BE" },
  { "\255\254", "UTF-16LE" }, { "\254\255", "UTF-16BE" },
}

local function find_mark(head)
  for _, mark in ipairs(marks) do
    if sub(head, 1, #mark[1]) == mark[1] then return mark[2] end
  end
  return nil
end

-- Guesses UTF-16 without a mark: every second byte of Latin text is zero.
local function looks_like_utf16(head)
  local zeros = { [0] = 0, 0 }
  for at in head:gmatch "()%z" do zeros[at % 2] = zeros[at % 2] + 1 end
  if zeros[0] + zeros[1] < #head / 4 or head == "" then return nil end
  return zeros[0] > zeros[1] and "UTF-16LE" or "UTF-16BE"
end

-- The common spelling of a name, and whether the mark may stand for it.
local function canonical(name)
  name = core.upper(name)
  if name == "UTF8" then return "UTF-8" end
  return (name:gsub("^UTF(%d+)", "UTF-%1"))
end

--- Finds the encoding of a text.
---@param head string the first bytes
---@param given? string the option `encoding`
---@return string? name "UTF-8" without a mark and an option
---@return string? reason why the text cannot be read
---@return string? hint
function encoding.detect(head, given)
  local mark = find_mark(head)
  if not given then
    local guess = not mark and looks_like_utf16(head)
    if not guess then return mark or "UTF-8" end
    return nil, ("it looks like %s without a byte order mark"):format(guess), ('set encoding = "%s"'):format(guess)
  end
  local name = canonical(given)
  if mark and name ~= mark and name ~= mark:sub(1, 6) then
    return nil, ("it begins with the byte order mark of %s, and the option encoding is %s"):format(mark,
      core.printable(given, 40)), "leave out the option encoding"
  end
  if mark then return mark end
  if name == "UTF-16" or name == "UTF-32" then
    return nil, ("it has no byte order mark, which says the byte order of %s"):format(name),
      ('set encoding = "%sLE" or encoding = "%sBE"'):format(name, name)
  end
  if name == "UTF-8" then return name end
  name = find(name, "^UTF%-") and name or given
  if system.decoder(name) then return name end
  return nil, ("%s is not an encoding that the C library knows"):format(core.printable(given, 40)),
    "iconv -l lists the names, such as windows-1252"
end

local function invalid(name, left)
  return ("the byte 0x%02X is not valid in %s; is the encoding another one?"):format(byte(left), name)
end

--- Converts a reader's text to UTF-8.
---@param read fun(bytes: integer): string?, string? the next piece; nil at the end, nil and a reason on failure
---@param name string the encoding
---@return fun(bytes: integer): string?, string? read
function encoding.reader(read, name)
  if name == "UTF-8" then return read end
  local decoder, left, ended, failed = assert(system.decoder(name)), "", false, nil

  local function decode(piece)
    local bytes = left .. (piece or "")
    local text, used, problem = decoder:decode(bytes, not piece)
    left, ended = sub(bytes, used + 1), not piece
    if problem == "invalid" then
      failed = invalid(name, left)
    elseif ended and left ~= "" then
      failed = "it ends in the middle of a character of " .. name
    end
    return text
  end

  return function(bytes)
    while not ended and not failed do
      local piece, reason = read(bytes)
      if reason then return nil, reason end
      local text = decode(piece)
      if text ~= "" then return text end
    end
    return nil, failed
  end
end

--- Tells whether a text is valid UTF-8.
---@param text string
---@return boolean
function encoding.is_utf8(text)
  if not find(text, "[\128-\255]") then return true end
  local _, _, problem = system.decoder "UTF-8":decode(text)
  return problem == nil
end

return encoding
