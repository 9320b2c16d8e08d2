-- Checks the values that options accept.
local arguments = require "mimecast.cli.arguments"

local accepted = {
  number = { ["0"] = 0, ["1.5"] = 1.5 },
  ratio = { ["0"] = 0, ["0.2"] = 0.2, ["1"] = 1 },
  whole = { ["1"] = 1, ["5000"] = 5000 },
  concurrency = { ["1"] = 1, ["1000"] = 1000 },
  separator = { [";"] = ";", tab = "\t", ["\\t"] = "\t" },
}

local rejected = {
  number = { "-1", "x", "", "nan" },
  ratio = { "-0.1", "1.1", "20", "x" },
  whole = { "0", "1.5", "x" },
  concurrency = { "0", "1001", "2.5" },
  separator = { "", "xx" },
}

describe("the converter time", function()
  local now = 1764490000.7 -- 2025-11-30T08:06:40Z

  it("makes a date of a time ago", function()
    for word, date in pairs { ["24h"] = "2025-11-29T08:06:40Z", ["2d"] = "2025-11-28T08:06:40Z", ["30min"] =
      "2025-11-30T07:36:40Z", ["1w"] = "2025-11-23T08:06:40Z", ["0h"] = "2025-11-30T08:06:40Z" } do
      assert.equal(date, arguments.time(word, now))
    end
  end)

  it("leaves other words as they are", function()
    for _, word in ipairs { "2026-01-15T09:00:00Z", "2026-01-15", "46349", "yesterday", "" } do
      assert.equal(word, arguments.time(word, now))
    end
  end)

  it("rejects an unknown unit, also m, which may be minutes or months, and a time before 1970", function()
    for _, word in ipairs { "3m", "1y", "24H", "90s", "9999999d" } do
      local date, problem = arguments.time(word, now)
      assert.is_nil(date)
      assert.truthy(problem:find("unknown unit", 1, true) or problem == "is before 1970")
    end
  end)
end)

for name, words in pairs(accepted) do
  describe("the converter " .. name, function()
    for word, value in pairs(words) do
      it("accepts " .. word, function() assert.equal(value, (arguments[name](word))) end)
    end
    for _, word in ipairs(rejected[name]) do
      it("rejects " .. (word == "" and "an empty word" or word), function()
        local value, message = arguments[name](word)
        assert.is_nil(value)
        assert.equal(word .. " is n", message:sub(1, #word + 5))
      end)
    end
  end)
end
