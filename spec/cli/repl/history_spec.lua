local history = require "mimecast.cli.repl.history"
local run_cli = require "spec.support.run.run_cli"
local run_lua = require "spec.support.run.run_lua"

describe("a line with a secret", function()
  for _, line in ipairs { 'update_user { email = "a", password = "x" }', 'c = mimecast.new { clientSecret = "x" }',
    'set_password("a", "x")', 'x = mimecast.secret "y"', 'new { appKey = "x" }', 'new { access_key = "x" }', 'PASSWORD="x"',
    'update_user { forcePasswordChange = true, ["Password"] = "x" }', 'change_password = "x"', 'localPassword="x"' } do
    it("is detected: " .. line, function() assert.is_true(history.is_secret(line)) end)
  end
  for _, line in ipairs { 'update_user { forcePasswordChange = true }', "passwordNeverExpires = false", 'user_settings "a"',
    'create { localPassword = true, changePassword=false }' } do
    it("is not detected: " .. line, function() assert.is_false(history.is_secret(line)) end)
  end
end)

describe("the history", function()
  it("keeps the last 500 lines in a private file, without secrets and repetitions", function()
    local folder = run_cli.shell("mktemp -d").out:match "%S+"
    local output = run_lua.run([[
      local history = require "mimecast.cli.repl.history"
      local past = history.open()
      assert(not past:add "" and past:add "first" and not past:add "first" and not past:add "x = { password = 'y' }")
      for i = 2, 500 do past.lines[i] = "line " .. i end
      past:add "last"
      local again = history.open()
      print(#again.lines, again.lines[1], again.lines[500])]],
      { clean = true, environment = { XDG_STATE_HOME = folder .. "/a/st ate" } })
    local mode = run_cli.shell(("stat -c %%a '%s/a/st ate/mimecast/history' '%s/a/st ate/mimecast'"):format(folder, folder)).out
    run_cli.shell("rm -r " .. folder)
    assert.equal("500\tline 2\tlast\nexit 0\n", output)
    assert.equal("600\n700\n", mode)
  end)

  it("lasts for the session without a home folder", function()
    assert.equal("true\nexit 0\n", run_lua.run('print(require("mimecast.cli.repl.history").open():add "x")', { clean = true }))
  end)
end)
