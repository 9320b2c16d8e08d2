--- Reads dates in the form and the time zone that the options `dateFormat` and `timezone` name.
--
-- A format is written as in a spreadsheet: dd/mm/yyyy hh:mm:ss. `mm` is the minute behind an hour or before a second, else
-- the month.
local core = require "mimecast.core"
local zone = require "mimecast.bulk.input.zone"

local dates = {}

local words = { "am/pm", "yyyy", "mmm", "mm", "m", "dd", "d", "hh", "h", "ss", "s", "tt" }
local unit_of = { y = "year", d = "day", h = "hour", s = "second", a = "half", t = "half", m = "month" }
local months = { jan = 1, feb = 2, mar = 3, apr = 4, may = 5, jun = 6, jul = 7, aug = 8, sep = 9, oct = 10, nov = 11, dec = 12 }
local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local first_year, last_year = 1900, 2199

--- The formats that a zone alone stands for.
local iso_formats = { "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "yyyy-mm-dd hh:mm:ss", "yyyy-mm-ddthh:mm", "yyyy-mm-ddthh:mm:ss" }

-- ---- formats ----

-- Splits a format into parts: { word =, unit = } or { literal = }.
local function split(format)
  local parts, at = {}, 1
  while at <= #format do
    local part
    for _, word in ipairs(words) do
      if format:sub(at, at + #word - 1) == word then
        part = { word = word, unit = unit_of[word:sub(1, 1)] }
        break
      end
    end
    part = part or { literal = format:sub(at, at) }
    if part.literal and part.literal:find "[a-z]" and part.literal ~= "t" then
      return nil, ("has the letter %s, which is no part of a date; years have four letters: yyyy"):format(part.literal)
    end
    parts[#parts + 1], at = part, at + #(part.word or part.literal)
  end
  return parts
end

-- Tells minutes from months, as a spreadsheet does.
local function find_minutes(parts)
  local before
  for i, part in ipairs(parts) do
    if part.unit == "month" and part.word ~= "mmm" then
      local following
      for j = i + 1, #parts do
        if parts[j].unit then
          following = parts[j].unit
          break
        end
      end
      if before == "hour" or following == "second" then part.unit = "minute" end
    end
    before = part.unit or before
  end
end

-- The pattern of a part. Digits next to other digits have a fixed width.
local function pattern_of(parts, i)
  local part = parts[i]
  if part.literal then return part.literal == "t" and "[Tt]" or (part.literal:gsub("%p", "%%%0")) end
  if part.word == "yyyy" then return "(%d%d%d%d)" end
  if part.word == "mmm" then return "([A-Za-z][A-Za-z][A-Za-z])" end
  if part.unit == "half" then return "([AaPp]%.?[Mm]%.?)" end
  local is_adjacent = parts[i - 1] and parts[i - 1].unit or parts[i + 1] and parts[i + 1].unit
  return (is_adjacent and #part.word == 2) and "(%d%d)" or "(%d%d?)"
end

-- Compiles a format: the pattern, and the units in its order.
local function compile(format)
  local parts, reason = split(core.lower(format))
  if not parts then return nil, reason end
  find_minutes(parts)
  local compiled, patterns, seen = { shown = format, units = {} }, {}, {}
  for i, part in ipairs(parts) do
    patterns[i] = pattern_of(parts, i)
    if part.unit then
      if seen[part.unit] then return nil, "has the " .. part.unit .. " twice" end
      seen[part.unit] = true
      table.insert(compiled.units, part.unit)
    end
  end
  if not (seen.year and seen.month and seen.day) then return nil, "must have a year, a month and a day, like dd/mm/yyyy" end
  if seen.half and not seen.hour then return nil, "has am/pm, and no hour" end
  compiled.pattern = "^" .. table.concat(patterns) .. "$"
  return compiled
end

-- ---- texts ----

local function range_error(unit, value, low, high)
  if value >= low and value <= high then return nil end
  return ("has the %s %d, and %ss go from %d to %d"):format(unit, value, unit, low, high)
end

local function check(date)
  local is_leap = date.year % 4 == 0 and (date.year % 100 ~= 0 or date.year % 400 == 0)
  return range_error("year", date.year, first_year, last_year) or range_error("month", date.month, 1, 12)
    or range_error("day", date.day, 1, month_days[date.month] + ((is_leap and date.month == 2) and 1 or 0))
    or range_error("hour", date.hour, date.half and 1 or 0, date.half and 12 or 23)
    or range_error("minute", date.minute, 0, 59) or range_error("second", date.second, 0, 59)
end

-- Reads a text in a compiled format. Returns nil if it has another form; nil and a reason if it is no date.
local function read(compiled, text)
  local found = { text:match(compiled.pattern) }
  if #found == 0 then return nil end
  local date = { hour = 0, minute = 0, second = 0 }
  for i, unit in ipairs(compiled.units) do
    local word = core.lower(found[i])
    date[unit] = tonumber(word) or unit == "half" and word:sub(1, 1) or months[word] or 0
  end
  local reason = check(date)
  if reason then return nil, reason end
  if date.half then date.hour = date.hour % 12 + (date.half == "p" and 12 or 0) end
  return date
end

local function offset_text(seconds)
  local minutes = math.floor(math.abs(seconds) / 60)
  return ("%s%02d:%02d"):format(seconds < 0 and "-" or "+", math.floor(minutes / 60), minutes % 60)
end

local function iso(date, offset)
  return ("%04d-%02d-%02dT%02d:%02d:%02d%s"):format(date.year, date.month, date.day, date.hour, date.minute, date.second,
    offset)
end

-- Returns the ISO 8601 text of a date in a zone, or nil, a reason and the hint.
local function with_offset(date, found, name)
  local seconds = zone.days(date.year, date.month, date.day) * 86400 + date.hour * 3600 + date.minute * 60 + date.second
  local utc, problem, before, after = zone.to_utc(found, seconds)
  if utc then return os.date("!%Y-%m-%dT%H:%M:%SZ", utc) end
  if problem == "gap" then
    return nil, ("does not exist in %s: the clocks skip it"):format(name), "correct the time in the file"
  end
  return nil, ("exists twice in %s: the clocks show it twice that day"):format(name), ("write %s or %s"):format(
    iso(date, offset_text(before)), iso(date, offset_text(after)))
end

local function is_complete(text)
  return text:find "^%d%d%d%d%-%d%d%-%d%d[Tt ]%d%d:%d%d[%d:.]*[Zz+-]" ~= nil
end

--- Makes the reader of dates.
---@param format? string the option `dateFormat`; without it, ISO 8601 without a zone
---@param timezone? string the option `timezone`
---@return (fun(text: string): string?, string?, string?)? reader returns ISO 8601 with a zone, or nil, a reason and a hint;
--- nil if there is no option
---@return string? option the name of an invalid option
---@return string? reason
function dates.reader(format, timezone)
  if not format and not timezone then return nil end
  if not timezone then return nil, "dateFormat", 'needs the option timezone, like timezone = "Europe/London"' end
  local found, reason = zone.find(timezone)
  if not found then return nil, "timezone", ("names %s, which %s"):format(core.printable(timezone, 64), reason) end
  local formats = {}
  for i, text in ipairs(format and { format } or iso_formats) do
    formats[i], reason = compile(text)
    if not formats[i] then return nil, "dateFormat", reason end
  end
  return function(text)
    if is_complete(text) then return text end
    for _, compiled in ipairs(formats) do
      local date, problem = read(compiled, text)
      if date then return with_offset(date, found, timezone) end
      if problem then return nil, problem end
    end
    if format then return nil, ("is not a date like %s"):format(core.printable(format, 40)) end
    return text -- the schema says what is wrong
  end
end

--- Guesses the format of a text, for a hint.
---@param text string
---@return string? format
---@return string? other another format that fits as well: 01/02/2026 has the day first or the month
function dates.guess(text)
  local first, mark, second, rest = text:match "^(%d%d?)([/.-])(%d%d?)[/.-]%d%d%d%d(.*)$"
  if not first then
    if text:find "^[12][09]%d%d[01]%d[0-3]%d$" then return "yyyymmdd" end
    return text:find "^%d%d%d%d%-%d%d%-%d%d$" and "yyyy-mm-dd" or nil
  end
  local time = ""
  if rest:find "^ %d%d?:%d%d" then time = rest:find "^ %d%d?:%d%d:%d%d" and " hh:mm:ss" or " hh:mm" end
  if rest:find "[AaPp][Mm]$" then time = time .. " am/pm" end
  local day_first, month_first = ("dd%smm%syyyy"):format(mark, mark) .. time, ("mm%sdd%syyyy"):format(mark, mark) .. time
  if mark == "." or tonumber(first) > 12 then return day_first end
  if tonumber(second) > 12 then return month_first end
  return day_first, month_first
end

return dates
