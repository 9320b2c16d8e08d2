--- Sets the search paths to this checkout's modules and to the C modules of this interpreter. Scripts run it first, by dofile.
-- With MIMECAST_TREE=FOLDER, the module comes from the checkout in that folder: the benchmarks compare two commits.
local tree = os.getenv "MIMECAST_TREE" or "."
package.path = ("./?.lua;%s/lua/?.lua;%s/lua/?/init.lua;"):format(tree, tree) .. package.path
package.cpath = ("%s/build/%s/?.so;"):format(tree, _VERSION:match "%d%.%d") .. package.cpath
