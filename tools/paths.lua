--- Sets the search paths to this checkout's modules and to the C modules of this interpreter. Scripts run it first, by dofile.
local abi = _VERSION == "Lua 5.4" and "5.4" or "5.1"
package.path = "./?.lua;lua/?.lua;lua/?/init.lua;" .. package.path
package.cpath = ("build/%s/?.so;"):format(abi) .. package.cpath
