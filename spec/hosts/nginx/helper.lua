-- For spec/hosts/nginx/run: paths, and the specs that are left out inside nginx, with reasons. They count as pending.
require "spec.support.run.setup_paths"
local busted = require "busted"

local transport = arg[1]

-- The suite would prove nothing over another transport.
local default = require("mimecast.transport").new { runtime = {} }
assert((default.leader and "curl" or "resty") == transport, "the default transport is not " .. transport)

-- Files, or beginnings of titles in a file -> the reason for leaving them out.
local left_out = {
  ["transport/fork_spec.lua"] = "nginx reaps the child processes of its workers",
  ["transport/interrupt_spec.lua"] = {
    ["alone does"] = "there is no Ctrl-C in nginx, where every caller is a coroutine",
  },
}
local over_resty = {
  ["tls_spec.lua"] = { ["reads the system's authorities once"] = "it is about libcurl" },
}

local function reason_in(list, file, title)
  for path, entry in pairs(list) do
    if file:sub(-#path) == path then
      if type(entry) == "string" then return entry end
      for beginning, reason in pairs(entry) do
        if title:sub(1, #beginning) == beginning then return reason end
      end
    end
  end
end

-- Specs of processes that they start themselves: their own host does not matter, and they run in the other suites.
local process_specs = { "spec/hosts/nginx/", "spec/cli/", "spec/scenarios/examples/", "spec/store/workers", "spec/store/redis",
  "spec/store/shared_dict", "spec/sandbox/front/nginx", "spec/scenarios/bulk_process", "spec/scenarios/kill",
  "spec/scenarios/soak", "spec/csrc/digest", "spec/csrc/file", "spec/csrc/bloom", "spec/csrc/signals", "spec/csrc/system",
  "spec/csrc/terminal", "spec/csrc/command", "spec/store/file" }

local function runs_elsewhere(file)
  for _, name in ipairs(process_specs) do
    if file:find(name, 1, true) then return true end
  end
  return false
end

busted.subscribe({ "register", "it" }, function(title, run, trace)
  local file = debug.getinfo(run, "S").short_src
  if runs_elsewhere(file) then return nil, false end
  local reason = reason_in(left_out, file, title) or (transport == "resty" and reason_in(over_resty, file, title))
  if not reason then return nil, true end
  busted.publish({ "register", "pending" }, ("%s (%s)"):format(title, reason), function() end, trace)
  return nil, false
end, { priority = 1 })
