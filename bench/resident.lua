--- Measures the resident size over many serial calls: resident.lua URL COUNT
--
-- Prints calls and KiB after the first 10,000 calls and at the end.
dofile "tools/paths.lua"
local mimecast = require "mimecast"
local fixture = require "bench.fixture"

local url, count = arg[1], tonumber(arg[2])
local client = assert(mimecast.new(fixture.options("1.0", url)))

local function resident()
  collectgarbage()
  local file = assert(io.open "/proc/self/status")
  local text = file:read "*a"
  file:close()
  return tonumber(text:match "VmRSS:%s*(%d+) kB")
end

local first = math.min(10000, count)
for i = 1, count do
  assert(client:update_user(fixture.input))
  if i == first then print(i, resident()) end
end
print(count, resident())
