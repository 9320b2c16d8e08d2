-- The short way to JSON gives the bytes of the long one.
local brief = require "mimecast.bulk.brief"
local json = require "mimecast.json"

describe("the short way to JSON", function()
  it("gives the same bytes as the long one", function()
    for _, value in ipairs {
      "plain", "", 'quote " and \\', "line\nend", "é", "\127", "/slash", "\0", 0, 1, -7, 2 ^ 53,
      -2 ^ 53, 2 ^ 60, 0.5, true, false,
      json.null, {}, { 1, 2 }, { "a", "b" }, json.array(), { a = 1 }, { b = true, a = false, c = "x", ["d\"e"] = 2 },
      { a = { b = 1 } }, { a = json.null }, { a = "é" }, { a = 0.25 }, setmetatable({ b = 1, a = 2 }, json.object { "b", "a" }),
      { accountDisabled = true }, { username = 'say "x"', accountLocked = false }, { list = { 1 } },
    } do
      assert.equal(json.encode(value), brief(value))
    end
  end)

  it("refuses what JSON cannot hold", function()
    assert.is_false(pcall(brief, print))
    assert.is_false(pcall(brief, 0 / 0))
    assert.is_false(pcall(brief, { a = print }))
  end)
end)
