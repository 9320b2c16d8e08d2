# make kill: bulk runs killed at random points and resumed, KILLS= times (1000). The suite does 25 of them.
.PHONY: kill
kill: build
	@nice $(LUAJIT) spec/kill/run.lua
