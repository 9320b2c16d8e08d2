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
