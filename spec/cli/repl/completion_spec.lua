local completion = require "mimecast.cli.repl.completion"

-- Completes the last word of a line, split as readline does.
local function complete(line)
  local from = #line - #line:match "[^%s\"'`@$><=;|&{(]*$" + 1
  return completion.complete(line, from, #line)
end

describe("the prompt completes", function()
  it("functions, also of a client and of the module", function()
    assert.same({ "update_user", "update_users" }, complete "update_us")
    assert.same({ "client:update_user", "client:update_users" }, complete "client:update_us")
    assert.same({ "mimecast.user_settings" }, complete "mimecast.user_s")
    assert.same({ "update_user", "update_users" }, complete 'help "update_us')
  end)

  it("the missing fields of the call whose braces are open", function()
    assert.same({ "accountLocked = ", "accountDisabled = " }, complete "update_user { acc")
    assert.same({ "accountDisabled = " }, complete "x = update_user{ accountLocked = true, acc")
    assert.same({ "accountLocked = ", "accountDisabled = " }, complete "update_users { { acc")
    assert.same({ "limit = " }, complete "for u in users({ li")
    assert.same({ "clientId = ", "clientSecret = " }, complete "mimecast.new { client")
    assert.same({}, complete "update_user { } acc")
  end)

  it("values of booleans and enums", function()
    assert.same({ "true" }, complete "update_user { accountDisabled = t")
    assert.same({ '"permit"', '"block"' }, complete "permit_or_block_sender { action = ")
    assert.same({ "permit" }, complete 'permit_or_block_sender { action = "p')
    assert.same({}, complete 'update_user { email = "a')
  end)
end)
