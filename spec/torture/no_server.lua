-- Runs the scenarios that need no server once, with enough memory, for valgrind.

package.cpath = ("build/%s/?.so;"):format(_VERSION:match "%d%.%d") .. package.cpath

local core = require "mimecast.core"
local http = require "mimecast.http"
core.engine, core.prepare = http.engine, http.prepare
core.system = require "mimecast.system"
local needs_server = { request = true, requests = true, trailer = true, head = true, large = true, response = true,
  kept = true, cancel = true, collect = true, close = true, closed = true, folded = true, noise = true }

-- Port 1 of loopback refuses connections.
local null = require("cjson").null
local list = assert(loadfile("spec/torture/scenarios.lua"))(core, null, "http://127.0.0.1:1", "http://127.0.0.1:1/")
local count = 0
for _, scenario in ipairs(list) do
  if not needs_server[scenario.name:match("^%a+")] then
    local run, verify, recover = scenario.prepare()
    for _ = 1, 3 do
      local outcome = assert(run())
      verify(outcome)
      recover(outcome)
    end
    count = count + 1
  end
end
collectgarbage()
collectgarbage()
print(count .. " scenarios")
-- Does not close the state: that would unload libcurl, and valgrind could not name the blocks of its libraries.
os.exit(true)
