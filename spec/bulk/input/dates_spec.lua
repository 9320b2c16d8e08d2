-- Dates in a format and a time zone.
local dates = require "mimecast.bulk.input.dates"

local cases = { -- format, zone, text, expected
  { "dd/mm/yyyy", "Europe/London", "31/12/2026", "2026-12-31T00:00:00Z" },
  { "dd/mm/yyyy", "Europe/London", "1/7/2026", "2026-06-30T23:00:00Z" },
  { "mm/dd/yyyy", "America/New_York", "12/31/2026", "2026-12-31T05:00:00Z" },
  { "dd.mm.yyyy hh:mm", "Europe/Berlin", "31.12.2026 17:30", "2026-12-31T16:30:00Z" },
  { "dd/MM/yyyy HH:mm:ss", "UTC", "31/12/2026 10:05:09", "2026-12-31T10:05:09Z" },
  { "m/d/yyyy h:mm:ss am/pm", "UTC", "12/31/2026 5:00:00 PM", "2026-12-31T17:00:00Z" },
  { "m/d/yyyy h:mm tt", "UTC", "12/31/2026 12:00 a.m.", "2026-12-31T00:00:00Z" },
  { "m/d/yyyy h:mm tt", "UTC", "12/31/2026 12:00 pm", "2026-12-31T12:00:00Z" },
  { "yyyymmdd", "UTC", "20261231", "2026-12-31T00:00:00Z" },
  { "yyyymmddhhmmss", "UTC", "20261231100509", "2026-12-31T10:05:09Z" },
  { "dd-mmm-yyyy", "UTC", "31-DEC-2026", "2026-12-31T00:00:00Z" },
  { "yyyy-mm-ddThh:mm", "UTC", "2026-12-31T10:05", "2026-12-31T10:05:00Z" },
  { "dd/mm/yyyy", "UTC", "29/02/2028", "2028-02-29T00:00:00Z" },
  { nil, "Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00Z" },
  { nil, "UTC", "2026-07-01 10:00", "2026-07-01T10:00:00Z" },
  { nil, "UTC", "2026-07-01T10:00:05", "2026-07-01T10:00:05Z" },
  { nil, "UTC", "46387", "46387" }, -- the schema rejects it
  { "dd/mm/yyyy", "UTC", "2026-12-31T10:00:00+01:00", "2026-12-31T10:00:00+01:00" },
}

local invalid = { -- format, text, reason
  { "dd/mm/yyyy", "46387", "is not a date like dd/mm/yyyy" },
  { "dd/mm/yyyy", "2026-12-31", "is not a date like dd/mm/yyyy" },
  { "dd/mm/yyyy", "31/12/26", "is not a date like dd/mm/yyyy" },
  { "dd/mm/yyyy", "31/12/2026 10:00", "is not a date like dd/mm/yyyy" },
  { "yyyymmdd", "2026123", "is not a date like yyyymmdd" },
  { "dd/mm/yyyy", "12/31/2026", "has the month 31, and months go from 1 to 12" },
  { "dd/mm/yyyy", "29/02/2026", "has the day 29, and days go from 1 to 28" },
  { "dd/mm/yyyy", "01/01/0026", "has the year 26, and years go from 1900 to 2199" },
  { "dd-mmm-yyyy", "31-Dez-2026", "has the month 0, and months go from 1 to 12" },
  { "dd/mm/yyyy hh:mm", "01/01/2026 24:00", "has the hour 24, and hours go from 0 to 23" },
  { "dd/mm/yyyy h:mm tt", "01/01/2026 0:30 pm", "has the hour 0, and hours go from 1 to 12" },
  { "dd/mm/yyyy hh:mm:ss", "01/01/2026 23:59:60", "has the second 60, and seconds go from 0 to 59" },
}

local wrong_formats = {
  ["dd/mm/yy"] = "has the letter y, which is no part of a date; years have four letters: yyyy",
  ["dd/yyyy"] = "must have a year, a month and a day, like dd/mm/yyyy",
  ["dd/mm/mm/yyyy"] = "has the month twice",
  ["dd/mm/yyyy tt"] = "has am/pm, and no hour",
  ["%d/%m/%Y"] = "has the letter y, which is no part of a date; years have four letters: yyyy",
  [""] = "must have a year, a month and a day, like dd/mm/yyyy",
}

describe("a date", function()
  for _, case in ipairs(cases) do
    it(("%s in the form %s, %s"):format(case[3], case[1] or "ISO 8601", case[2]), function()
      assert.equal(case[4], (assert(dates.reader(case[1], case[2]))(case[3])))
    end)
  end

  for _, case in ipairs(invalid) do
    it(("%s is invalid in the form %s"):format(case[2], case[1]), function()
      local value, reason = assert(dates.reader(case[1], "UTC"))(case[2])
      assert.is_nil(value)
      assert.equal(case[3], reason)
    end)
  end

  it("that the clocks skip or show twice is invalid", function()
    local read = assert(dates.reader("dd/mm/yyyy hh:mm", "Europe/London"))
    local value, reason, hint = read "29/03/2026 01:30"
    assert.is_nil(value)
    assert.equal("does not exist in Europe/London: the clocks skip it", reason)
    assert.equal("correct the time in the file", hint)
    value, reason, hint = read "25/10/2026 01:30"
    assert.is_nil(value)
    assert.equal("exists twice in Europe/London: the clocks show it twice that day", reason)
    assert.equal("write 2026-10-25T01:30:00+01:00 or 2026-10-25T01:30:00+00:00", hint)
  end)
end)

describe("the format of dates", function()
  for format, expected in pairs(wrong_formats) do
    it(("%q is invalid"):format(format), function()
      local reader, option, reason = dates.reader(format, "UTC")
      assert.is_nil(reader)
      assert.equal("dateFormat", option)
      assert.equal(expected, reason)
    end)
  end

  it("needs a time zone", function()
    local reader, option = dates.reader("dd/mm/yyyy", nil)
    assert.same({ nil, "dateFormat" }, { reader, option })
    reader, option = dates.reader(nil, "Nowhere/Nothing")
    assert.same({ nil, "timezone" }, { reader, option })
    assert.is_nil((dates.reader(nil, nil)))
  end)

  it("is guessed for a hint only", function()
    for text, format in pairs { ["31/12/2026"] = "dd/mm/yyyy", ["12/31/2026"] = "mm/dd/yyyy", ["1.2.2026"] = "dd.mm.yyyy",
      ["31.12.2026 10:00"] = "dd.mm.yyyy hh:mm", ["12/31/2026 5:00:00 PM"] = "mm/dd/yyyy hh:mm:ss am/pm",
      ["2026-12-31"] = "yyyy-mm-dd", ["20261231"] = "yyyymmdd" } do
      assert.equal(format, dates.guess(text))
    end
    assert.same({ "dd/mm/yyyy", "mm/dd/yyyy" }, { dates.guess "01/02/2026" })
    for _, text in ipairs { "46387", "", "x", "1700000000", "20269931" } do assert.is_nil(dates.guess(text), text) end
  end)
end)
