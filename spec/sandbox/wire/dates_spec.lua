local dates = require "mimecast.sandbox.wire.dates"

describe("sandbox dates", function()
  local moments = {
    { 0, "1970-01-01T00:00:00+0000", "Thu, 01 Jan 1970 00:00:00 GMT" },
    { 951782400, "2000-02-29T00:00:00+0000", "Tue, 29 Feb 2000 00:00:00 GMT" },
    { 1448369411, "2015-11-24T12:50:11+0000", "Tue, 24 Nov 2015 12:50:11 GMT" },
    { 2147483648, "2038-01-19T03:14:08+0000", "Tue, 19 Jan 2038 03:14:08 GMT" },
    { 4107542399, "2100-02-28T23:59:59+0000", "Sun, 28 Feb 2100 23:59:59 GMT" },
    { 4107542400, "2100-03-01T00:00:00+0000", "Mon, 01 Mar 2100 00:00:00 GMT" },
    { -1, "1969-12-31T23:59:59+0000", "Wed, 31 Dec 1969 23:59:59 GMT" },
  }
  for _, moment in ipairs(moments) do
    it("writes and reads " .. moment[2], function()
      assert.equal(moment[2], dates.iso(moment[1]))
      assert.equal(moment[3], dates.http(moment[1]))
      assert.equal(moment[1], dates.parse_iso(moment[2]))
      assert.equal(moment[1], dates.parse_http(moment[3]))
      assert.equal(moment[1], dates.parse_http((moment[3]:gsub("GMT", "UTC"))))
    end)
  end

  it("agree with the system for each day of a century", function()
    for day = 0, 36525, 13 do
      local time = day * 86400 + 3661
      assert.equal(os.date("!%Y-%m-%dT%H:%M:%S+0000", time), dates.iso(time))
      assert.equal(os.date("!%a, %d %b %Y %H:%M:%S GMT", time), dates.http(time))
    end
  end)

  it("accept an offset with a colon, as clients send it", function()
    assert.equal(1420070400, dates.parse_iso "2015-01-01T00:00:00+00:00")
    assert.equal(dates.parse_iso "2016-02-28T23:00:00-0530", dates.parse_iso "2016-02-28T23:00:00-05:30")
  end)

  it("accept an offset across midnight", function()
    assert.equal("2015-12-31T23:30:00+0000", dates.iso(dates.parse_iso("2016-01-01T01:00:00+0130")))
    assert.equal("2016-02-29T04:30:00+0000", dates.iso(dates.parse_iso("2016-02-28T23:00:00-0530")))
  end)

  for _, text in ipairs{
    "2015-02-29T00:00:00+0000", "1900-02-29T00:00:00+0000", "2015-13-01T00:00:00+0000", "2015-01-01T24:00:00+0000",
    "2015-01-01T00:60:00+0000", "2015-04-31T00:00:00+0000",
    "2015-01-01T00:00:00", "2015-01-01T00:00:00+00:0", "2015-01-01T00:00:00+:0000",
    "2015-01-01T00:00:00Z", "2015-01-01", "2015-01-01T00:00:00+9900", "", "yesterday",
  } do
    it("rejects " .. text, function() assert.is_nil(dates.parse_iso(text)) end)
  end
end)
