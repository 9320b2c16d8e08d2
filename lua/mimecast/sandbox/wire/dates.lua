--- Converts epoch seconds to the two date forms of the wire and back, in UTC and without the locale.
local dates = {}

local days = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
local month_number = {}
for i, name in ipairs(months) do month_number[name] = i end
local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or month_days[month]
end

-- Returns the days since 1970-01-01 of a Gregorian date. The year begins in March here, so that the leap day is its last day.
local function day_number(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local year_of_era = year - era * 400
  local day_of_year = math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  local day_of_era = year_of_era * 365 + math.floor(year_of_era / 4) - math.floor(year_of_era / 100) + day_of_year
  return era * 146097 + day_of_era - 719468
end

local function date_of(day)
  day = day + 719468
  local era = math.floor(day / 146097)
  local doe = day - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local shifted = math.floor((5 * doy + 2) / 153)
  local month = shifted < 10 and shifted + 3 or shifted - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return year, month, doy - math.floor((153 * shifted + 2) / 5) + 1
end

local function fields(time)
  time = math.floor(time)
  local day = math.floor(time / 86400)
  local second = time - day * 86400
  local year, month, mday = date_of(day)
  return year, month, mday, math.floor(second / 3600), math.floor(second / 60) % 60, second % 60, (day + 4) % 7
end

local function epoch(year, month, day, hour, minute, second)
  if not month or month < 1 or month > 12 or day < 1 or day > days_in(year, month) then return nil end
  if hour > 23 or minute > 59 or second > 59 then return nil end
  return day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
end

--- Formats a date as HTTP's `Date`.
---@param time number epoch seconds
---@return string text `Tue, 24 Nov 2015 12:50:11 GMT`
function dates.http(time)
  local year, month, day, hour, minute, second, weekday = fields(time)
  return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(
    days[weekday + 1], day, months[month], year, hour, minute, second)
end

--- Formats a date as the service's fields.
---@param time number epoch seconds
---@return string text `2015-11-16T14:49:18+0000`
function dates.iso(time)
  local year, month, day, hour, minute, second = fields(time)
  return ("%04d-%02d-%02dT%02d:%02d:%02d+0000"):format(year, month, day, hour, minute, second)
end

--- Reads an `x-mc-date`. The zone may be UTC or GMT: clients send both.
---@param text string
---@return number? time epoch seconds
function dates.parse_http(text)
  local day, month, year, hour, minute, second =
    text:match("^%a%a%a, (%d%d?) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) %u%u%u$")
  if not day then return nil end
  return epoch(tonumber(year), month_number[month], tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
end

--- Reads a date of the service's fields: `2015-11-16T14:49:18+0000`, any offset, with or without a colon.
---@param text string
---@param zulu? boolean accept a trailing `Z`
---@return number? time epoch seconds
function dates.parse_iso(text, zulu)
  local year, month, day, hour, minute, second, zone =
    text:match("^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)(.+)$")
  if not year then return nil end
  local time = epoch(
    tonumber(year), tonumber(month), tonumber(day), tonumber(hour), tonumber(minute), tonumber(second))
  if not time then return nil end
  if zone == "Z" then return zulu and time or nil end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then return nil end
  local offset = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "+" and time - offset or time + offset
end

return dates
