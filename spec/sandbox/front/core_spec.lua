-- What replaces the C core inside nginx.
local core = require "mimecast.core"
local replacement = require "mimecast.sandbox.front.core"

describe("the core's replacement inside nginx", function()
  it("escapes control characters, direction marks and characters without a width like the core", function()
    for _, text in ipairs { "plain", "a\27[1m\0\127\\", "a\226\128\174b", "\226\128\139", "\226\129\166", "\239\187\191",
      "\194\133",
      "\215\169\215\156", "\226\128\147 \226\134\146" } do
      assert.equal(core.printable(text), replacement.printable(text))
    end
  end)
end)
