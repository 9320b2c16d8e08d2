--- Compares JSON in C with other ways: run_codec.lua CASES SEED. Fails for the first difference, and if fewer than half of the
--- responses are read straight.
dofile "tools/paths.lua"
local codec = require "spec.fuzz.codec"

local counts = codec.run(tonumber(arg[1]), tonumber(arg[2]))
print(("%s: %d requests, %d can be JSON; %d responses, %d read straight; no difference"):format(_VERSION, counts.requests,
  counts.written, counts.responses, counts.short))
if counts.short < counts.responses / 2 then error("fewer than half of the responses are read straight", 0) end
