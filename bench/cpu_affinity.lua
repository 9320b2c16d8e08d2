--- Binds server and client to a CPU each: otherwise the scheduler's choices hide the differences of the code.
local shell = require "tools.shell"

local cpu_affinity = { server = "", client = "" }

local function on(cpu)
  local command = ("taskset -c %d "):format(cpu)
  local _, code = shell.run(command .. "true >/dev/null 2>&1")
  return code == 0 and command
end

-- Different CPUs, like two machines.
local count = tonumber((shell.run "nproc 2>/dev/null"))
local first, last = on(0), count and count > 1 and on(count - 1)
if first and last then cpu_affinity.server, cpu_affinity.client = last, first end

return cpu_affinity
