--- Reads bytes as a CSV file in an encoding: in pieces of any size the rows and problems must be the same. Reads them as the
--- file of a time zone and as the format of a date, too: neither may raise an error. The first two bytes choose.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path

local csv = require "mimecast.bulk.input.csv"
local dates = require "mimecast.bulk.input.dates"
local dialect = require "mimecast.bulk.input.dialect"
local encoding = require "mimecast.bulk.input.encoding"
local zone = require "mimecast.bulk.input.zone"

local encodings = { "UTF-8", "windows-1252", "UTF-16LE", "UTF-16BE", "UTF-32LE", "SHIFT_JIS", "GB18030" }

local function pieces(bytes, size)
  local at = 1
  return function()
    if at > #bytes then return nil end
    at = at + size
    return bytes:sub(at - size, at - 1)
  end
end

local function is_name(cell) return #cell == 1 end

local function describe(problem)
  return ("problem %d %s"):format(problem.line, problem.message)
end

-- All rows and problems as a text.
local function read(bytes, name, size)
  local found, rest = dialect.detect(encoding.reader(pieces(bytes, size), name), nil, is_name)
  if not found then return describe(rest) end
  local reader, list = csv.reader(rest, found), { found.separator .. found.newline .. found.line }
  while true do
    local cells, quoted, count, line = reader:next()
    if cells then
      list[#list + 1] = line .. ":" .. table.concat(cells, "\0", 1, count)
    elseif quoted then
      list[#list + 1] = describe(quoted)
    end
    if not cells and (not quoted or quoted.fatal) then return table.concat(list, "\1") end
  end
end

local function check_rows(bytes, name, size)
  size = math.max(size, math.floor(#bytes / 100)) -- many small pieces of a long input take long
  local whole, parts = read(bytes, name, #bytes + 1), read(bytes, name, size)
  assert(whole == parts, "pieces change the rows")
end

local function check_zone(bytes)
  local found = zone.parse(bytes)
  for _, seconds in ipairs(found and { -1e10, 0, 1774746000, 1e11 } or {}) do
    local utc, problem = zone.to_utc(found, seconds)
    assert(utc or problem == "gap" or problem == "overlap", "neither a time nor a problem")
  end
end

local function check_date(bytes)
  local half = math.floor(#bytes / 2)
  local reader = dates.reader(bytes:sub(1, half), "UTC")
  for _, text in ipairs { bytes:sub(half + 1), "31/12/2026", "20261231" } do
    local value, reason = (reader or dates.reader(nil, "UTC"))(text)
    assert(value or reason, "neither a date nor a reason")
    dates.guess(text)
  end
end

return function(input)
  local choice, size, bytes = (input:byte(1) or 0) % #encodings + 1, (input:byte(2) or 0) % 7 + 1, input:sub(3)
  assert(encoding.detect(bytes) or true)
  check_rows(bytes, encodings[choice], size)
  check_zone(bytes)
  check_date(bytes:sub(1, 200))
end
