--- Writes doc/mimecast.meta.lua (types for editors) and doc/reference.md from the operations' tables: `make docs`.
--
-- The same tables give the same bytes, on every Lua.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
local abi = _VERSION == "Lua 5.1" and "5.1" or _VERSION:match("%d%.%d")
package.cpath = "./build/" .. abi .. "/?.so;" .. package.cpath

for _, name in ipairs { "meta", "reference" } do
  local document = require("doc.generate." .. name)
  local file = assert(io.open(document.path, "wb"))
  assert(file:write(document.text()))
  assert(file:close())
  print("wrote " .. document.path)
end
