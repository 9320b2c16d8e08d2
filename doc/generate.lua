--- Writes doc/mimecast.meta.lua (types for editors), doc/reference/ from the operations' tables, and the graph of the rooms in
--- doc/architecture.md: `make docs`.
--
-- The same tables give the same bytes on every Lua. Pages of families that do not exist any more are removed.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/" .. _VERSION:match "%d%.%d" .. "/?.so;" .. package.cpath

local counted = require "mimecast.base.counted"

os.execute "mkdir -p doc/reference && rm -f doc/reference/*.md"
for _, name in ipairs { "meta", "reference", "architecture", "files" } do
  local pages = require("doc.generate." .. name).pages()
  for _, page in ipairs(pages) do
    local file = assert(io.open(page.path, "wb"))
    assert(file:write(page.text))
    assert(file:close())
  end
  print(("wrote %s: %s"):format(counted(#pages, "page"), pages[1].path))
end
