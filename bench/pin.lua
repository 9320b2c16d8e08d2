--- Which CPU each process of the bench stays on: left alone, the scheduler's choice decides more than the code does.
local shell = require "tools.shell"

local pin = { server = "", client = "" }

local function on(cpu)
  local command = ("taskset -c %d "):format(cpu)
  local _, code = shell.run(command .. "true >/dev/null 2>&1")
  return code == 0 and command
end

-- Client and server each have their own, as two machines have.
local count = tonumber((shell.run "nproc 2>/dev/null"))
local first, last = on(0), count and count > 1 and on(count - 1)
if first and last then pin.server, pin.client = last, first end

return pin
