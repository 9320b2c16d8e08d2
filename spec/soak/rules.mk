# make soak: 200,000 calls with a fault in one call of ten. SOAK_CALLS= shortens it.
SOAK_CALLS ?= 200000

.PHONY: soak
soak: setup
	@$(MAKE) -s build
	@$(LUA54) spec/soak/run.lua $(SOAK_CALLS)
