local core = require "mimecast.core"
local redact = require "mimecast.redact"

describe("a text without its secrets", function()
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
    { "an escape that is none", "\\u00zz&#xzz;&#99999999;%zz", { "secret" }, "\\u00zz&#xzz;&#99999999;%zz" },
  }
  for _, case in ipairs(cases) do
    it("with " .. case[1], function() assert.equal(case[4], redact(case[2], case[3])) end)
  end

  it("takes no time to speak of, however the text is made", function()
    local start = os.clock()
    redact(("\\"):rep(4096), { ("\\"):rep(255) .. "x" })
    redact(("%25"):rep(1365), { ("%25"):rep(85) .. "x" })
    assert.is_true(os.clock() - start < 5)
  end)
end)
