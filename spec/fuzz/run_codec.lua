--- Compares JSON in C with the general way: run_codec.lua CASES SEED. Fails for the first difference, and if fewer than half of
--- the requests or of the responses take the short way.
dofile "tools/paths.lua"
local codec = require "spec.fuzz.codec"

local counts = codec.run(tonumber(arg[1]), tonumber(arg[2]))
for _, kind in ipairs { "requests", "responses" } do
  local all, short = counts[kind], counts["short_" .. kind]
  print(("%s: %d %s, %d read or written in C, no difference"):format(_VERSION, all, kind, short))
  if short < all / 2 then error("fewer than half take the short way", 0) end
end
