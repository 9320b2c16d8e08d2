-- For spec/hosts/nginx/run: paths, and what is left out inside nginx, each with its reason. It counts as pending.
require "spec.support.run.setup_paths"
local busted = require "busted"

local transport = arg[1]

-- The suite would prove nothing over the other one.
local made = require("mimecast.transport").new {}
assert((made.leader and "curl" or "resty") == transport, "the default transport is not " .. transport)

-- Files, or the beginnings of titles within one: why they are left out.
local left_out = {
  ["transport/interrupt_spec.lua"] = {
    ["alone does"] = "nobody presses Ctrl-C in nginx, where every caller is a coroutine",
  },
}
local over_resty = {
  ["tls_spec.lua"] = { ["the system's authorities are read once"] = "it is about libcurl" },
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

-- They look at processes that they start themselves, so that it does not matter what they run in: they belong to the
-- suites outside.
local own_processes = { "spec/hosts/nginx/", "spec/cli/", "spec/scenarios/examples/", "spec/store/workers", "spec/store/redis",
  "spec/store/shared_dict", "spec/sandbox/front/nginx", "spec/scenarios/bulk_process", "spec/scenarios/kill",
  "spec/scenarios/soak", "spec/csrc/" }

local function elsewhere(file)
  for _, name in ipairs(own_processes) do
    if file:find(name, 1, true) then return true end
  end
  return false
end

busted.subscribe({ "register", "it" }, function(title, run, trace)
  local file = debug.getinfo(run, "S").short_src
  if elsewhere(file) then return nil, false end
  local reason = reason_in(left_out, file, title) or (transport == "resty" and reason_in(over_resty, file, title))
  if not reason then return nil, true end
  busted.publish({ "register", "pending" }, ("%s (%s)"):format(title, reason), function() end, trace)
  return nil, false
end, { priority = 1 })
