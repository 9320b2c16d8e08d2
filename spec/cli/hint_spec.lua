-- Command lines in hints.
local hint = require "mimecast.cli.hint"

describe("a hint's command line", function()
  it("repeats the options that name the tenant, and quotes its words for a shell", function()
    assert.equal("mimecast undo leavers.journal", hint.line({ args = {} }, "undo", "leavers.journal"))
    assert.equal("mimecast --profile 'my tenant' --region eu --base-url http://127.0.0.1:1 undo 'a b.journal'",
      hint.line({ args = { profile = "my tenant", region = "eu", baseUrl = "http://127.0.0.1:1", json = true } }, "undo",
        "a b.journal"))
  end)
end)
