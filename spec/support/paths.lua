-- Lets each interpreter find the core that was built for it.
local folder = _VERSION == "Lua 5.1" and "5.1" or "5.4"
package.cpath = "./build/" .. folder .. "/?.so;" .. package.cpath
