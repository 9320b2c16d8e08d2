--- Sets the search paths to this checkout's modules and to the C modules of this interpreter. Scripts run it first, by dofile.
-- With MIMECAST_TREE=FOLDER, the module comes from the checkout in that folder: the benchmarks compare two commits.
local abi = _VERSION == "Lua 5.4" and "5.4" or "5.1"
local tree = os.getenv "MIMECAST_TREE" or "."
package.path = ("./?.lua;%s/lua/?.lua;%s/lua/?/init.lua;"):format(tree, tree) .. package.path
package.cpath = ("%s/build/%s/?.so;"):format(tree, abi) .. package.cpath
