local statistics = require "bench.statistics"

describe("the statistics of the benchmarks", function()
  it("take the median, the minimum and the maximum", function()
    assert.same({ median = 2, min = 1, max = 9, rounds = 3 }, statistics.summary { 9, 1, 2 })
    assert.same({ median = 2.5, min = 1, max = 9, rounds = 4 }, statistics.summary { 9, 1, 3, 2 })
  end)

  it("divide by the reference of the same round, before they take the median", function()
    assert.same({ median = 0.5, min = 0.25, max = 2, rounds = 3 }, statistics.ratio({ 10, 50, 400 }, { 20, 200, 200 }))
  end)

  it("leave the measurements in the order of the rounds", function()
    local values = { 3, 1, 2 }
    statistics.summary(values)
    assert.same({ 3, 1, 2 }, values)
  end)
end)
