--- Lets Lua find this checkout's modules and the core of its own ABI; the first line of every file that is run.
local abi = _VERSION == "Lua 5.4" and "5.4" or "5.1"
package.path = "./?.lua;lua/?.lua;lua/?/init.lua;" .. package.path
package.cpath = ("build/%s/?.so;"):format(abi) .. package.cpath
