--- Reads a time zone of the system's zoneinfo (TZif, RFC 9636), and converts local times to UTC.
--
-- The C library converts only in the time zone of the whole process, which other threads may use.
local core = require "mimecast.core"

local zone = {}

local folders = { "/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/usr/share/lib/zoneinfo/", "/etc/zoneinfo/" }
local max_bytes = 1048576
local day = 86400
local byte, find, sub = string.byte, string.find, string.sub

-- ---- days ----

--- Days from 1970-01-01 to a date. Years begin in March, so that the leap day is the last day of a year.
---@param year integer
---@param month integer
---@param month_day integer
---@return integer
function zone.days(year, month, month_day)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local year_of_era = year - era * 400
  local day_of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + month_day - 1
  return era * 146097 + year_of_era * 365 + math.floor(year_of_era / 4) - math.floor(year_of_era / 100) + day_of_year - 719468
end

local function year_of(seconds)
  local year = 1970 + math.floor(seconds / (365.2425 * day))
  while zone.days(year, 1, 1) * day > seconds do year = year - 1 end
  while zone.days(year + 1, 1, 1) * day <= seconds do year = year + 1 end
  return year
end

local function is_leap(year) return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end

-- ---- the rule for times after the last transition (POSIX TZ): GMT0BST,M3.5.0/1,M10.5.0 ----

-- Reads hours, minutes and seconds: "-3:30" -> seconds, position behind.
local function read_time(text, at)
  local sign, hours, after = text:match("^([+-]?)(%d+)()", at)
  if not hours then return nil end
  local seconds = hours * 3600
  for _, unit in ipairs { 60, 1 } do
    local number, behind = text:match("^:(%d+)()", after)
    if not number then break end
    seconds, after = seconds + number * unit, behind
  end
  return sign == "-" and -seconds or seconds, after
end

local function read_name(text, at)
  return text:match("^[A-Za-z]+()", at) or text:match("^<[A-Za-z0-9+-]+>()", at)
end

-- Reads a day of the year with its time: M3.5.0/1, J60, 59/2.
local function read_rule(text, at)
  local rule = { time = 7200 }
  local month, week, weekday, after = text:match("^,M(%d+)%.(%d)%.(%d)()", at)
  if month then
    rule.month, rule.week, rule.weekday = tonumber(month), tonumber(week), tonumber(weekday)
    if rule.month < 1 or rule.month > 12 or rule.week < 1 or rule.week > 5 or rule.weekday > 6 then return nil end
  else
    local julian, number
    julian, number, after = text:match("^,(J?)(%d+)()", at)
    if not number then return nil end
    rule.day, rule.skips_leap_day = tonumber(number), julian == "J"
  end
  if sub(text, after, after) == "/" then rule.time, after = read_time(text, after + 1) end
  return rule.time and rule, after
end

local function read_footer(text)
  local at = read_name(text, 1)
  if not at then return nil end
  local offset, after = read_time(text, at)
  if not offset then return nil end
  local rule = { standard = -offset }
  at = after
  if at > #text then return rule end
  at = read_name(text, at)
  if not at then return nil end
  rule.summer = rule.standard + 3600
  if sub(text, at, at) ~= "," then
    offset, at = read_time(text, at)
    if not offset then return nil end
    rule.summer = -offset
  end
  rule.start, at = read_rule(text, at)
  if not rule.start then return nil end
  rule.stop, at = read_rule(text, at)
  return rule.stop and at > #text and rule or nil
end

-- Seconds from 1970 to a rule's time in a year, in local time.
local function rule_seconds(rule, year)
  if rule.day then
    local number = rule.day
    if rule.skips_leap_day then number = number - 1 + ((is_leap(year) and number > 59) and 1 or 0) end
    return (zone.days(year, 1, 1) + number) * day + rule.time
  end
  local first = zone.days(year, rule.month, 1)
  local date = first + (rule.weekday - (first + 4)) % 7 + (rule.week - 1) * 7 -- 1970-01-01 was a Thursday
  local next_month = rule.month == 12 and zone.days(year + 1, 1, 1) or zone.days(year, rule.month + 1, 1)
  if date >= next_month then date = date - 7 end -- week 5 is the last
  return date * day + rule.time
end

local function rule_offset(rule, utc)
  if not rule.summer then return rule.standard end
  local year = year_of(utc + rule.standard)
  local start = rule_seconds(rule.start, year) - rule.standard
  local stop = rule_seconds(rule.stop, year) - rule.summer
  local is_summer
  if start < stop then is_summer = utc >= start and utc < stop else is_summer = utc >= start or utc < stop end
  return is_summer and rule.summer or rule.standard
end

-- ---- the file ----

local function unsigned(text, at, bytes)
  local value = 0
  for i = at, at + bytes - 1 do value = value * 256 + byte(text, i) end
  return value
end

local function signed(text, at)
  local value = unsigned(text, at, 4)
  return value >= 2147483648 and value - 4294967296 or value
end

-- No number type of all Lua versions holds 64 unsigned bits.
local function signed64(text, at)
  return signed(text, at) * 4294967296 + unsigned(text, at + 4, 4)
end

-- Reads the header at a position: the counts, and the position behind the block whose times have `width` bytes.
local function read_header(text, at, width)
  if sub(text, at, at + 3) ~= "TZif" or #text < at + 43 then return nil end
  local header, names = { at = at + 44 }, { "utc", "standard", "leaps", "times", "types", "characters" }
  for i, name in ipairs(names) do header[name] = unsigned(text, at + 16 + 4 * i, 4) end
  header.stop = header.at + header.times * (width + 1) + header.types * 6 + header.characters + header.leaps * (width + 4)
    + header.standard + header.utc
  return header.stop <= #text + 1 and header.types > 0 and header or nil
end

--- Reads a zone from the text of its file.
---@param text string
---@return table? self
function zone.parse(text)
  local first = read_header(text, 1, 4)
  if not first or byte(text, 5) < 50 then return nil end -- version 1 has 32-bit times only
  local header = read_header(text, first.stop, 8)
  if not header or header.leaps > 0 then return nil end
  local self = { times = {}, offsets = {} }
  local kinds = header.at + header.times * 8
  local types = kinds + header.times
  for i = 1, header.times do
    local kind = byte(text, kinds + i - 1)
    if kind >= header.types then return nil end
    self.times[i], self.offsets[i] = signed64(text, header.at + 8 * (i - 1)), signed(text, types + 6 * kind)
  end
  self.first = signed(text, types)
  local footer = text:match("^\n([^\n]*)\n", header.stop)
  self.rule = footer and footer ~= "" and read_footer(footer) or nil
  if footer ~= "" and not self.rule then return nil end
  return self
end

local function offset_at(self, utc)
  local times, low, high = self.times, 0, #self.times
  if self.rule and (high == 0 or utc >= times[high]) then return rule_offset(self.rule, utc) end
  while low < high do -- the last transition that is not after utc
    local middle = math.ceil((low + high) / 2)
    if times[middle] <= utc then low = middle else high = middle - 1 end
  end
  return low == 0 and self.first or self.offsets[low]
end

--- Converts a local time to UTC.
---@param self table
---@param seconds number local time, as seconds since 1970-01-01 00:00 of that zone's clock
---@return number? utc seconds since 1970 in UTC
---@return string? problem "gap" if the clocks skip the time, "overlap" if they show it twice
---@return number? first the offsets before and after the clocks change
---@return number? second
function zone.to_utc(self, seconds)
  local before, after = offset_at(self, seconds - 2 * day), offset_at(self, seconds + 2 * day)
  local first, second = seconds - before, seconds - after
  local first_fits, second_fits = offset_at(self, first) == before, offset_at(self, second) == after
  if first_fits and second_fits and before ~= after then return nil, "overlap", before, after end
  if first_fits then return first end
  if second_fits then return second end
  return nil, "gap", before, after
end

local utc = { times = {}, offsets = {}, first = 0, rule = { standard = 0 } }

local function read_file(name)
  for _, folder in ipairs(folders) do
    local file = io.open(folder .. name, "rb")
    local text = file and file:read(max_bytes)
    if file then file:close() end
    if text then return text end
  end
  return nil
end

-- The names of all zones, to suggest one; the list is part of zoneinfo.
local function known_names()
  local names = { "UTC" }
  for line in (read_file "tzdata.zi" or read_file "zone1970.tab" or ""):gmatch "[^\n]+" do
    names[#names + 1] = line:match "^Z ([^ ]+)" or line:match "^L [^ ]+ ([^ ]+)" or line:match "^[A-Z,]+\t[^\t]+\t([^\t]+)"
  end
  return names
end

--- Finds a zone by its name.
---@param name string like "Europe/London", or "UTC"
---@return table? self
---@return string? reason
function zone.find(name)
  if name == "UTC" then return utc end
  local is_safe = #name <= 64 and find(name, "^[A-Za-z][A-Za-z0-9/_+-]*$") and not find(name, "//", 1, true)
  local text = is_safe and read_file(name)
  local found = text and zone.parse(text)
  if found then return found end
  local nearest = core.suggest(name, known_names())
  return nil, ("is not a zone of this system's zoneinfo%s"):format(nearest and "; did you mean " .. nearest .. "?" or
    ", which the package tzdata installs; UTC is always known")
end

return zone
