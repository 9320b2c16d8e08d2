# The examples inside nginx: a demo on loopback, and the durability test of the intake (examples/openresty/README.md).
.PHONY: openresty-demo intake

openresty-demo: setup
	@$(MAKE) -s build
	@examples/openresty/cleanup.sh $(LUA54) examples/openresty/demo.lua

intake: setup
	@$(MAKE) -s build
	@examples/openresty/cleanup.sh nice $(LUA54) examples/openresty/durability_test.lua
