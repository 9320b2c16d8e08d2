local core = require "mimecast.core"
local credential_command = require "mimecast.config.credential_command"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local function run(value)
  return assert(credential_command.new(value))()
end

describe("config.credential_command", function()
  it("runs the program at each call, not before", function()
    local path = tmp.path "runs"
    local get = assert(credential_command.new { command = { "sh", "-c", "echo x >>" .. path .. "; echo Planted" } })
    assert.is_nil(io.open(path))
    assert.equal("Planted", core.secret.reveal(assert(get())))
    assert.equal("Planted", core.secret.reveal(assert(get())))
    assert.equal("x\nx\n", tmp.read(path))
    tmp.clean()
  end)

  it("says which program failed and why, without its words and its output", function()
    for message, value in pairs {
      ["the command sh ended with exit code 4"] = { command = { "sh", "-c", "echo Planted; exit 4" } },
      ["the command sleep took longer than its time limit of 0.1 s"] = { command = { "sleep", "60" }, timeout = 0.1 },
      ["the command no\\x1b cannot be started: No such file or directory"] = { command = { "no\27", "Planted" } },
      ["the command echo wrote more than one line"] = { command = { "echo", "Planted\nPlanted" } },
      ["the command true wrote nothing to its standard output"] = { command = { "true" } },
    } do
      assert.same({ nil, message }, { run(value) })
    end
  end)

  it("reports a value that is not a command", function()
    local many = {}
    for i = 1, 65 do many[i] = "x" end
    for _, case in ipairs { { {}, "must be text or" }, { { command = {} }, "must be text or" },
      { { command = "pass show x" }, "must be text or" }, { { command = { "a", 1 } }, "must be text or" },
      { { command = { "a" }, comand = 1 }, "must be text or" }, { { command = { "a\0" } }, "a zero byte" },
      { { command = many }, "more than 64 words" }, { { command = { "./a" } }, "neither a name nor an absolute path" },
      { { command = { "" } }, "neither a name nor an absolute path" },
      { { command = { "a" }, timeout = 0 }, "a number of seconds up to 3600" },
      { { command = { "a" }, timeout = "5" }, "a number of seconds up to 3600" } } do
      local get, problem = credential_command.new(case[1])
      assert.is_nil(get)
      assert.truthy(problem:find(case[2], 1, true), problem)
    end
  end)

  it("gives the secret of a profile, also to a program, and only for a secret that can come from a command", function()
    local home = tmp.folder()
    shell.run("mkdir " .. home .. "/mimecast")
    local path = home .. "/mimecast/profiles.json"
    local function show(profile)
      tmp.write(path, '{"work":' .. profile .. "}")
      return run_lua.run([[local client, message, err = require("mimecast").new { profile = "work" }
        if not client then print(err.code, message) return end
        local headers, reason = client:masked_headers "/x"
        print(headers and headers.Authorization or reason, client)]],
        { clean = true, environment = { XDG_CONFIG_HOME = home } })
    end
    local keys = '{"appId":"a","appKey":"PlantedAppKey","accessKey":%s,"secretKey":%s,"region":"eu"}'
    assert.equal("MC ***:***\tmimecast.Client(API 1.0, https://eu-api.mimecast.com)\nexit 0\n",
      show(keys:format('"PlantedAccess"', '{"command":["echo","ZA=="]}')))
    assert.truthy(show(keys:format('"PlantedAccess"', '{"command":["false"]}')):find(
      "secretKey cannot be obtained: the command false", 1, true))
    assert.truthy(show(keys:format('{"command":["echo","c"]}', '"ZA=="')):find(
      "invalid_setting\taccessKey must be text or a secret, got a table", 1, true))
    assert.truthy(show(keys:format('"PlantedAccess"', '{"cmd":["x"]}')):find(
      'invalid_profile\tthe profile "work": secretKey must be text or {"command"', 1, true))
    tmp.clean()
  end)

  it("passes an interrupt on", function()
    local code = tmp.file([[package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
      package.cpath = "./build/]] .. shell.abi .. [[/?.so;" .. package.cpath
      local words = { "sh", "-c", "sleep 0.3; kill -INT $PPID; exec sleep 20" } -- as Ctrl-C
      print(pcall(require("mimecast.config.credential_command").new { command = words }))]])
    local output = shell.output(("env --default-signal=INT %s %s"):format(shell.interpreter, code))
    assert.truthy(output:find("interrupted!", 1, true), output)
    tmp.clean()
  end)
end)
