--- Microseconds of processor time that `require "mimecast"` takes in a new process.
dofile "tools/paths.lua"
local start = os.clock()
require "mimecast"
print(("%.1f"):format((os.clock() - start) * 1e6))
