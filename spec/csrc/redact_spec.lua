local core = require "mimecast.core"
local growth = require "spec.support.asserts.growth"

describe("redact", function()
  local cases = {
    { "nothing in it", "plain text", { "secret" }, "plain text" },
    { "once", "a secret here", { "secret" }, "a *** here" },
    { "twice, side by side", "secretsecret", { "secret" }, "******" },
    { "the longer of two", "secret-word", { "secret", "secret-word" }, "***" },
    { "userdata", "Bearer abcDEF123", { core.secret.new "abcDEF123" }, "Bearer ***" },
    { "an empty secret", "text", { "" }, "text" },
    { "escapes that hold no secret", "a\\nb &lt; %41 1+1", { "secret" }, "a\\nb &lt; %41 1+1" },
    { "a secret that looks like escapes", "it is 100%41&lt;\\n!", { "100%41&lt;\\n" }, "it is ***!" },
    { "decimal entities", "s&#101;cret", { "secret" }, "***" },
    { "hexadecimal entities", "s&#x65;cret", { "secret" }, "***" },
    { "a surrogate pair", "x\\ud83d\\ude00y", { "x\240\159\152\128y" }, "***" },
    { "three bytes of UTF-8", "x\\u20acy", { "x\226\130\172y" }, "***" },
    { "its beginning at the end", "it was secr", { "secret" }, "it was ***" },
    { "its beginning cut in an escape", "it was secr\\u00", { "secr'et" }, "it was ***" },
    { "two bytes of it at the end", "he was se", { "secret" }, "he was se" },
    { "a short one at the end", "a&c", { "a&c" }, "***" },
    { "a control character in JSON", "a\\tb", { "a\tb" }, "***" },
    { "an escape in JSON within HTML", "pass\\&quot;word", { 'pass"word' }, "***" },
    { "an escape in JSON within JSON", 'pass\\\\\\"word', { 'pass"word' }, "***" },
    { "an escape in JSON within a form", "pass%5C%22word", { 'pass"word' }, "***" },
    { "two that overlap", "an abcdef!", { "abcd", "cdef" }, "an ***!" },
    { "one that overlaps itself", "an abababa!", { "ababa" }, "an ***!" },
    { "the end of it before a whole one", "aab", { "ab" }, "a***" },
    { "one that is longer than the text", "secret", { "secret-word-of-many-letters" }, "***" },
    { "all bytes", "\0\255\27x", { "\0\255\27" }, "***x" },
    { "half a surrogate pair", "secret\\ud83dx", { "secret" }, "***\\ud83dx" },
    { "an escape that is none", "\\u00zz&#xzz;&#99999999;%zz", { "secret" }, "\\u00zz&#xzz;&#99999999;%zz" },
  }
  for _, case in ipairs(cases) do
    it("removes " .. case[1], function() assert.equal(case[4], core.redact(case[2], case[3])) end)
  end

  it("returns the first 64 KiB, and hides a secret that the end cuts off", function()
    local text = ("x"):rep(65536 - 6) .. "secret-word"
    assert.equal(("x"):rep(65536 - 6) .. "***", core.redact(text, { "secret-word" }))
    assert.equal(65536, #core.redact(("x"):rep(200000), { "secret" }))
  end)

  it("rejects a secret that is neither text nor a secret", function()
    assert.error_matches(function() core.redact("text", { {} }) end, "neither text nor a secret")
  end)

  -- For these, a naive search takes time proportional to the product of the lengths.
  local function times(piece, n) return piece:rep(math.floor(n / #piece)) end
  for _, case in ipairs {
    { "the same letter", "a", "a" }, { "backslashes", "\\", "\\" }, { "escapes of a form", "%25", "%" },
    { "words that could be entities", "&a", "&" }, { "hexadecimal digits", "\\u00", "u" }, { "numbers", "&#0", "&#" },
  } do
    it("takes linear time: " .. case[1], function()
      assert.is_true(growth.of(function(n)
        core.redact(times(case[2], n), { times(case[3], n / 8) .. "x" })
      end, 2048, 32768) < 64, "sixteen times the length takes sixteen times the work")
    end)
  end
end)
