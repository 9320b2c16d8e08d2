local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local datetime = fixtures.load("datetime")
local schema = core.schema({ { name = "when", wire = "when", type = "datetime" } }, {}, {})

local function encode(value, from_file)
  local wire, problems = schema:encode({ when = value }, from_file)
  if wire then return wire.when end
  assert.equal(1, #problems)
  assert.equal("when", problems[1].field)
  assert.equal("invalid_value", problems[1].code)
  return nil, problems[1].message
end

describe("encoding a date and time", function()
  for _, case in ipairs(datetime.parse) do
    it(("writes %s for %s"):format(case.out, case["in"]), function()
      assert.equal(case.out, (encode(case["in"])))
    end)
  end

  for _, case in ipairs(datetime.seconds) do
    it(("writes %s for the number %.14g"):format(case.out, case["in"]), function()
      assert.equal(case.out, (encode(case["in"])))
    end)
  end

  for _, case in ipairs(datetime.invalid) do
    it(("rejects %q"):format(core.printable(case["in"])), function()
      local wire, message = encode(case["in"])
      assert.is_nil(wire)
      assert.truthy(message:find(case.message, 1, true), message)
    end)
  end

  for _, case in ipairs(datetime.invalidSeconds) do
    it(("rejects the number %.14g with the reason"):format(case["in"]), function()
      local wire, message = encode(case["in"])
      assert.is_nil(wire)
      assert.truthy(message:find(case.message, 1, true), message)
    end)
  end

  it("rejects each number from a file, with advice", function()
    for _, list in ipairs{ datetime.seconds, datetime.invalidSeconds } do
      for _, case in ipairs(list) do
        local wire, message = encode(case["in"], true)
        assert.is_nil(wire)
        assert.truthy(message:find("is a bare number, which can be a spreadsheet's day, seconds or milliseconds", 1, true))
        assert.truthy(message:find("write the date like 2015-11-16T14:49:18Z", 1, true))
      end
    end
    assert.equal("must be an ISO 8601 date and time, not the boolean true", (select(2, encode(true, true))))
    for _, case in ipairs(datetime.parse) do assert.equal(case.out, (encode(case["in"], true))) end
  end)

  it("rejects NaN and the infinities", function()
    for _, value in ipairs{ 0 / 0, 1 / 0, -1 / 0 } do assert.is_nil((encode(value))) end
  end)

  it("rejects other types, also the table of os.date('*t')", function()
    for _, value in ipairs{ true, os.date("*t"), print } do
      local wire, message = encode(value)
      assert.is_nil(wire)
      assert.truthy(message:find("must be an ISO 8601 date and time or seconds since 1970", 1, true), message)
    end
  end)

  it("agrees with the C library over two centuries", function()
    for step = 0, 2999 do
      local epoch = -2208988800 + step * 2209087
      local expected = os.date("!%Y-%m-%dT%H:%M:%S+0000", epoch)
      assert.equal(expected, (encode(os.date("!%Y-%m-%dT%H:%M:%S-18:00", epoch - 64800))))
      if epoch >= 946684800 and epoch < 4133980800 then assert.equal(expected, (encode(epoch))) end
    end
  end)

  it("knows the last day of each month in a leap year and the years around it", function()
    local days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
    for _, year in ipairs{ 1896, 1900, 1904, 1999, 2000, 2001, 2023, 2024, 2025, 2100, 2400 } do
      local leap = (year % 4 == 0 and year % 100 ~= 0) or year % 400 == 0
      for month = 1, 12 do
        local last = days[month] + (month == 2 and leap and 1 or 0)
        local next_year, next_month = month == 12 and year + 1 or year, month % 12 + 1
        assert.equal(("%04d-%02d-01T00:30:00+0000"):format(next_year, next_month),
          (encode(("%04d-%02d-%02dT23:30:00-01:00"):format(year, month, last))))
        assert.is_nil((encode(("%04d-%02d-%02dT00:00:00Z"):format(year, month, last + 1))))
      end
    end
  end)
end)

describe("decoding a date and time", function()
  local function decode(value)
    local out, problems = schema:decode{ when = value }
    return out and out.when, problems
  end

  it("normalises all forms that the service may write", function()
    for _, text in ipairs{ "2015-11-16T14:49:18Z", "2015-11-16T14:49:18+0000", "2015-11-16T15:49:18.5+01:00" } do
      assert.equal("2015-11-16T14:49:18+0000", (decode(text)))
    end
  end)

  it("keeps a date in an unknown form", function()
    assert.equal("16 November 2015", (decode("16 November 2015")))
    assert.equal("", (decode("")))
    assert.equal(1447685358000, (decode(1447685358000)))
  end)

  it("rejects what is neither text nor a number", function()
    local out, problems = decode(true)
    assert.is_nil(out)
    assert.equal("wrong_shape", problems[1].code)
  end)
end)

describe("http_date", function()
  for _, case in ipairs(datetime.httpDates) do
    it("writes " .. case.text, function() assert.equal(case.text, core.http_date(case.epoch)) end)
  end

  it("agrees with the C library over two centuries", function()
    for step = 0, 2999 do
      local epoch = -2208988800 + step * 2209087
      assert.equal(os.date("!%a, %d %b %Y %H:%M:%S UTC", epoch), core.http_date(epoch))
    end
  end)

  it("raises outside the years 0001 to 9999", function()
    for _, epoch in ipairs{ 253402300800, -62135596801, 1 / 0, 0 / 0 } do
      local ok, message = pcall(core.http_date, epoch)
      assert.is_false(ok)
      assert.truthy(message:find("within the years 0001 to 9999", 1, true))
    end
    assert.is_false((pcall(core.http_date, "today")))
  end)
end)

describe("http_time", function()
  it("parses the output of http_date, with GMT or UTC", function()
    for _, epoch in ipairs { -62135596800, -1, 0, 68169600, 951782400, 1448369411, 1700000000, 4107542399, 253402300799 } do
      local text = core.http_date(epoch)
      assert.equal(epoch, core.http_time(text), text)
      assert.equal(epoch, core.http_time((text:gsub("UTC", "GMT"))), text)
    end
  end)

  -- The example of RFC 9110 5.6.7 in its three forms, and years of two digits at another time.
  local now = 1790000000 -- in 2026
  for _, case in ipairs {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 }, { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 }, { "Sun Nov 06 08:49:37 1994", 784111777 },
    { "Wednesday, 01-Jan-76 00:00:00 GMT", 3345062400 }, { "Saturday, 01-Jan-77 00:00:00 GMT", 220924800 },
    { "Saturday, 01-Jan-00 00:00:00 GMT", 946684800 }, { "Friday, 01-Jan-99 00:00:00 GMT", 915148800 },
    { "Thursday, 01-Jan-99 00:00:00 GMT", 4070908800, 4102444800 - 1 },
    { "Thursday, 29-Feb-24 23:59:59 GMT", 1709251199 }, { "Thu Feb 29 23:59:59 2024", 1709251199 },
    { "Thu Jan  1 00:00:00 1970", 0 }, { "Mon Jan  1 00:00:00 0001", -62135596800 },
  } do
    it(("parses %s"):format(case[1]), function() assert.equal(case[2], core.http_time(case[1], case[3] or now)) end)
  end

  it("needs the clock only for the century", function()
    for _, odd in ipairs { 0 / 0, 1 / 0, -1 / 0, 1e300, -1e300 } do
      assert.equal(784111777, core.http_time("Sun, 06 Nov 1994 08:49:37 GMT", odd))
      assert.equal(784111777, core.http_time("Sunday, 06-Nov-94 08:49:37 GMT", odd))
    end
    assert.equal(1709251199, core.http_time "Thursday, 29-Feb-24 23:59:59 GMT")
  end)

  it("rejects impossible dates and other forms", function()
    for _, text in ipairs { "", "Tue", "Mon, 24 Nov 2015 12:50:11 GMT", "Tue, 24 Nov 2015 12:50:11 EST",
      "Tue, 24 Nov 2015 12:50:11 GMTx", "Tue, 24 nov 2015 12:50:11 GMT", "Tue, 24 Nov 2015 12:50:60 GMT",
      "Tue, 24 Nov 2015 24:50:11 GMT", "Mon, 30 Feb 2015 12:50:11 GMT", "Tue, 4 Nov 2015 12:50:11 GMT",
      "Monday, 24-Nov-15 12:50:11 GMT", "Mon Nov 24 12:50:11 2015", "Tues, 24-Nov-15 12:50:11 GMT",
      "Tuesday 24-Nov-15 12:50:11 GMT", "Tuesday, 24-Nov-2015 12:50:11 GMT", "Tuesday, 24 Nov 15 12:50:11 GMT",
      "Tuesday, 24-Nov-15 12:50:11 EST", "Tuesday, 31-Nov-15 12:50:11 GMT", "Tuesday, xx-Nov-15 12:50:11 GMT",
      "Tuesday, 24-Nov-x5 12:50:11 GMT", "tuesday, 24-Nov-15 12:50:11 GMT", "Tuesday, 24-Nov-15 12:50:11 GMTx",
      "Tue Nov 24 12:50:11 15", "Tue Nov  4 12:50:11 2015 ", "Tue Nov 24 12:50:11  2015", "Tue Nov 24 25:50:11 2015",
      "Tue-Nov 24 12:50:11 2015", "Tue Nov-24 12:50:11 2015", "Tue Nov 24-12:50:11 2015", "Tue Nov 24 12:50:11-2015",
      ("x"):rep(24), ("x"):rep(33), ("Tuesday, "):rep(50), "Sat, 01 Jan 0000 00:00:00 GMT",
      "Tue, 24 Nov 2015 12-50-11 GMT", "Tue; 24 Nov 2015 12:50:11 GMT", "Tue, xx Nov 2015 12:50:11 GMT",
      ("x"):rep(29), ("\255"):rep(29), "2015-11-16T14:49:18Z" } do
      assert.is_nil(core.http_time(text), text)
    end
  end)
end)
