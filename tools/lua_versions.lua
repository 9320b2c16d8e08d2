--- The interpreters that the module is built for, oldest version first: the one table of them. The C modules of a version are
--- in build/VERSION; LuaJIT and Lua 5.1 share theirs, made with the headers that come first. `headers` are the names that
--- systems give the folder of lua.h.
--
-- The Makefile and spec/run read the lines below by their quotes. csrc/compat.c has the differences between the versions.
return {
  { version = "5.1", interpreter = "luajit", headers = "luajit-2.1" },
  { version = "5.1", interpreter = "lua5.1", headers = "lua5.1 lua51 lua-5.1" },
  { version = "5.2", interpreter = "lua5.2", headers = "lua5.2 lua52 lua-5.2" },
  { version = "5.3", interpreter = "lua5.3", headers = "lua5.3 lua53 lua-5.3" },
  { version = "5.4", interpreter = "lua5.4", headers = "lua5.4 lua54 lua-5.4" },
}
