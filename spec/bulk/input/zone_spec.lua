-- Time zones of the system's zoneinfo. spec/vectors/bulk/zones.json holds what Python's zoneinfo says.
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"
local zone = require "mimecast.bulk.input.zone"

local vectors = json.decode(tmp.read "spec/vectors/bulk/zones.json")

-- Seconds of a local time like 2026-03-29 01:30:00.
local function seconds_of(text)
  local year, month, day, hour, minute, second = text:match "^(%d+)-(%d+)-(%d+) (%d+):(%d+):(%d+)$"
  return zone.days(tonumber(year), tonumber(month), tonumber(day)) * 86400 + hour * 3600 + minute * 60 + second
end

local function number32(value)
  local bytes = {}
  for i = 4, 1, -1 do bytes[i], value = string.char(value % 256), math.floor(value / 256) end
  return table.concat(bytes)
end

-- The file of a zone without transitions, whose footer holds the rule: what zic -b slim writes for rules that never changed.
local function slim(footer)
  local function header(types, characters)
    return "TZif2" .. ("\0"):rep(15) .. number32(0) .. number32(0) .. number32(0) .. number32(0) .. number32(types)
      .. number32(characters)
  end
  local kind = ("\0"):rep(6) .. "UTC\0"
  return header(1, 4) .. kind .. header(1, 4) .. kind .. "\n" .. footer .. "\n"
end

describe("a time zone", function()
  for _, vector in ipairs(vectors) do
    it(("%s has the local time %s"):format(vector[1], vector[2]), function()
      local utc, problem = zone.to_utc(assert(zone.find(vector[1])), seconds_of(vector[2]))
      assert.equal(vector[3], utc or problem)
    end)
  end

  it("follows the rule behind the last transition", function()
    local rules = {
      ["GMT0BST,M3.5.0/1,M10.5.0"] = { "Europe/London", "2045-07-01 00:00:00" },
      ["EST5EDT,M3.2.0,M11.1.0"] = { "America/New_York", "2045-07-01 00:00:00" },
      ["<+0545>-5:45"] = { "Asia/Kathmandu", "2045-07-01 00:00:00" },
      ["NZST-12NZDT,M9.5.0,M4.1.0/3"] = { "Pacific/Auckland", "2045-01-01 00:00:00" },
      ["IST-1GMT0,M10.5.0,M3.5.0/1"] = { "Europe/Dublin", "2045-01-01 00:00:00" },
    }
    for footer, case in pairs(rules) do
      local local_time = seconds_of(case[2])
      local expected = zone.to_utc(assert(zone.find(case[1])), local_time)
      assert.equal(expected, zone.to_utc(assert(zone.parse(slim(footer))), local_time))
    end
    local july = seconds_of "2026-07-01 00:00:00"
    assert.equal(july - 3600, zone.to_utc(zone.parse(slim "XXX0YYY,J60/0,J300/0"), july))
    assert.equal(july - 3600, zone.to_utc(zone.parse(slim "XXX0YYY,59/0,299/0"), july))
    assert.equal(july + 7200, zone.to_utc(zone.parse(slim "XXX3YYY2,0/0,J365/25"), july)) -- summer time for the whole year
  end)

  it("of a damaged file is not read", function()
    local good = slim "GMT0"
    assert.truthy(zone.parse(good))
    for _, bad in ipairs { "", "TZif", good:sub(1, 60), (good:gsub("TZif2", "TZif1")), slim "GMT", slim "GMT0BST,M3.5.0",
      slim "GMT0BST,M13.1.0,M1.1.0", good:sub(1, 50) .. ("\255"):rep(60) } do
      assert.is_nil(zone.parse(bad), bad)
    end
  end)

  it("is suggested for a name that is not known, and no other file is read", function()
    local found, reason = zone.find "Europe/Londn"
    assert.is_nil(found)
    assert.equal("is not a zone of this system's zoneinfo; did you mean Europe/London?", reason)
    for _, name in ipairs { "../../../etc/passwd", "/etc/localtime", "Europe/../UTC", "", "tzdata.zi", "zone.tab", "Europe" } do
      assert.is_nil(zone.find(name), name)
    end
  end)

  it("does not depend on the zone of the process", function()
    local london = seconds_of "2026-07-01 00:00:00"
    assert.equal(london - 3600, zone.to_utc(zone.find "Europe/London", london))
    assert.equal(london, zone.to_utc(zone.find "UTC", london))
  end)
end)
