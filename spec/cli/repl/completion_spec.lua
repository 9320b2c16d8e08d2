-- What the prompt completes.
local words = require "mimecast.cli.repl.completion"

-- Completes the word at the end of a line as readline finds it.
local function complete(line)
  local from = #line - #line:match "[^%s\"'`@$><=;|&{(]*$" + 1
  return words.complete(line, from, #line)
end

describe("the prompt completes", function()
  it("functions, of a client and of the module too", function()
    assert.same({ "update_user", "update_users" }, complete "update_us")
    assert.same({ "client:update_user", "client:update_users" }, complete "client:update_us")
    assert.same({ "mimecast.user_settings" }, complete "mimecast.user_s")
    assert.same({ "update_user", "update_users" }, complete 'help "update_us')
  end)

  it("the fields of the function whose braces are open, those that are not there yet", function()
    assert.same({ "accountLocked = ", "accountDisabled = " }, complete "update_user { acc")
    assert.same({ "accountDisabled = " }, complete "x = update_user{ accountLocked = true, acc")
    assert.same({ "accountLocked = ", "accountDisabled = " }, complete "update_users { { acc")
    assert.same({ "limit = " }, complete "for u in users({ li")
    assert.same({ "clientId = ", "clientSecret = " }, complete "mimecast.new { client")
    assert.same({}, complete "update_user { } acc")
  end)

  it("values that are known", function()
    assert.same({ "true" }, complete "update_user { accountDisabled = t")
    assert.same({ '"permit"', '"block"' }, complete "permit_or_block_sender { action = ")
    assert.same({ "permit" }, complete 'permit_or_block_sender { action = "p')
    assert.same({}, complete 'update_user { email = "a')
  end)
end)
