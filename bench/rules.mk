# make bench: one table of rates, parts and memory (doc/performance.md). BENCH_ROUNDS= and BENCH_CALLS= shorten it. BASE=COMMIT
# measures that commit in the same rounds, here and in the other benchmarks.
.PHONY: bench bench-nginx

build/bench/bare: bench/bare.c
	@mkdir -p $(@D)
	$(COMPILE) $< -lcurl -o $@

build/bench/hmac: bench/hmac.c
	@mkdir -p $(@D)
	$(COMPILE) $< -lcrypto -o $@

bench: setup
	@bench/setup
	@$(MAKE) -s build build/bench/bare build/bench/hmac
	@BASE=$(BASE) LUA54=$(LUA54) LUAJIT=$(LUAJIT) $(LUA54) bench/run.lua

# make bench-bulk: many accounts in one bulk run. BULK_ROWS= and BULK_ROUNDS= set its size.
.PHONY: bench-bulk
bench-bulk: setup
	@$(MAKE) -s build
	@BASE=$(BASE) LUA54=$(LUA54) LUAJIT=$(LUAJIT) $(LUA54) bench/bulk.lua

# make bench-reconcile: a roster of 100,000 people against a tenant. RECONCILE_USERS= sets the size.
.PHONY: bench-reconcile
bench-reconcile: setup
	@$(MAKE) -s build
	@LUA54=$(LUA54) LUAJIT=$(LUAJIT) $(LUA54) bench/reconcile.lua

# make bench-nginx: calls inside a worker of nginx. RESTY_HTTP_PATH names the folder of lua-resty-http.
bench-nginx: setup
	@$(MAKE) -s build
	@BASE=$(BASE) LUAJIT=$(LUAJIT) $(LUA54) bench/nginx.lua

# make bench-count: VM instructions, garbage, allocations and CPU instructions of one call; the same in each run. UPDATE=1
# writes bench/count.values.
.PHONY: bench-count
bench-count: setup
	@$(MAKE) -s build
	@BASE=$(BASE) UPDATE=$(UPDATE) LUA54=$(LUA54) $(LUA54) bench/count.lua
