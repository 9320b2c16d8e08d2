--- Prints the CPU time of `require "mimecast"` in a new process, in microseconds.
dofile "tools/paths.lua"
local start = os.clock()
require "mimecast"
print(("%.1f"):format((os.clock() - start) * 1e6))
