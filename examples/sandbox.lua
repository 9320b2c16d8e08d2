-- Runs a sandbox tenant on loopback and prints its URL and credentials:
--
--     lua5.4 examples/sandbox.lua              until Ctrl-C
--     lua5.4 examples/sandbox.lua users=1000   with user000001@example.com to user001000@example.com
--     lua5.4 examples/sandbox.lua rateLimit=false
--
-- Run it from the checkout, or anywhere once the module is installed.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/" .. _VERSION:match "%d%.%d" .. "/?.so;" .. package.cpath

local sandbox = require "mimecast.sandbox"

local words = { ["true"] = true, ["false"] = false }
local options = {}
for _, argument in ipairs(arg) do
  local name, value = argument:match("^(%w+)=(.*)$")
  if not name then
    io.stderr:write("usage: sandbox.lua [option=value …]\n")
    os.exit(2)
  end
  if words[value] ~= nil then options[name] = words[value] else options[name] = tonumber(value) or value end
end

local ok, message = sandbox.run(options)
if not ok then
  io.stderr:write(message, "\n")
  os.exit(1)
end
