-- The scenarios that torture.c runs while memory fails. Each is a table
--   name, allocators (which must fail in this scenario),
--   prepare() -> run, verify, recover
-- prepare and recover run with enough memory. run does the work and returns a result, or nil and a message; it may raise an
-- error. verify(result) raises an error for a wrong result: without memory the work may fail, but not return a wrong result.
-- recover(result) makes run callable again, and raises an error if that is not possible.

local core, null, url, refused_url, planted = ...

-- Lua 5.4.4 creates the type of its large string buffers at the first use. Without memory the type stays incomplete, and
-- large strings always fail ("non-closable value"): a bug of Lua. Use a large string before memory fails.
local _ = ("x"):rep(5000)

local scenarios = {}

local function scenario(name, allocators, prepare)
  scenarios[#scenarios + 1] = { name = name, allocators = allocators, prepare = prepare }
end

local function same(found, expected, what)
  if found ~= expected then
    error(("%s is %s, not %s"):format(what, tostring(found), tostring(expected)), 0)
  end
end

local function nothing() end

local shared = { core = core, null = null, url = url, refused_url = refused_url, planted = planted, scenario = scenario,
  same = same, nothing = nothing }

for _, part in ipairs { "values", "system", "schemas", "http" } do
  assert(loadfile(("spec/torture/scenarios/%s.lua"):format(part)))(shared)
end

return scenarios
