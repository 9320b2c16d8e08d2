-- Runs the commands of doc/transcript.md whose output depends on neither a large tenant nor files.
local run_cli = require "spec.support.run.run_cli"
local sandbox_tenant = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

local sandbox = { MIMECAST_SANDBOX = "1", COLUMNS = "100" }
local commands = {
  { "mimecast --help | head -n 10", sandbox }, { "mimecast update-user --help", sandbox },
  { "mimecast update-usr --email x", sandbox }, { "mimecast doctor; echo $?", { COLUMNS = "100" } },
  { "mimecast update-user --email ann@example.com --password secret; echo $?", sandbox },
  { "mimecast --read-only update-user --email user000001@example.com --allow-pop3 true; echo $?", sandbox },
  { "mimecast call /api/account/get-support-info --data '[]' | cut -c 1-90", sandbox },
  { "mimecast --verbose --base-url http://127.0.0.1:1 users; echo $?",
    { MIMECAST_CLIENT_ID = "id", MIMECAST_CLIENT_SECRET = "secret", MIMECAST_BASE_URL = "http://127.0.0.1:2" } },
}

-- Of the ten jobs: each changes the tenant for the next.
local jobs = {
  "mimecast show user000042@example.com | head -n 9", "mimecast disable user000042@example.com",
  "mimecast reuse-address user000103@example.com --since 2027-01-01T00:00:00Z", "mimecast enable user000103@example.com",
}

-- The output of a command in the page, up to the next command or the end of the block.
local function shown(command, heading)
  local text = "\n" .. tmp.read "doc/transcript.md"
  if heading then text = text:sub((assert(text:find("\n" .. heading .. "\n", 1, true)))) end
  local _, stop = text:find("\n$ " .. command .. "\n", 1, true)
  assert(stop, command)
  return (text:sub(stop):match "^\n(.-\n)%f[$`]")
end

-- Waits and durations differ from run to run.
local function normal(text)
  return (text:gsub("%d+%.%d+ s", "N s"):gsub("seconds=%d+%.?%d*", "seconds=N"):gsub("after %d+ ms", "after N ms"))
end

describe("doc/transcript.md", function()
  for _, case in ipairs(commands) do
    it("shows the output of " .. case[1], function()
      local line = case[1]:gsub("^mimecast", function() return run_cli.line { environment = case[2] } end)
      local found = run_cli.shell("{ " .. line .. "; } 2>&1").out
      assert.equal(normal(shown(case[1])), normal(found))
    end)
  end

  it("shows the output of the jobs on one account", function()
    local tenant = assert(sandbox_tenant.start { users = 5000 })
    finally(function() tenant:stop() end)
    local environment = run_cli.environment(tenant, { COLUMNS = "100" })
    local function run(command)
      local line = command:gsub("^mimecast", function() return run_cli.line { environment = environment } end)
      return run_cli.shell("{ " .. line .. "; } 2>&1").out
    end
    run "mimecast disable user000103@example.com" -- one of the 400 leavers
    for _, command in ipairs(jobs) do assert.equal(shown(command, "## Ten jobs"), run(command), command) end
  end)
end)
