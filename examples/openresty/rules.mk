# The examples inside nginx: a day played on loopback, and the proof that the intake loses nothing (doc: examples/openresty).
.PHONY: openresty-demo intake

openresty-demo: setup
	@$(MAKE) -s build
	@examples/openresty/guard $(LUA54) examples/openresty/demo.lua

intake: setup
	@$(MAKE) -s build
	@examples/openresty/guard nice $(LUA54) examples/openresty/proof.lua
