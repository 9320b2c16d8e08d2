# make demo and make test are all that a newcomer needs; both install what is missing first.
CFLAGS ?= -O2 -g
WARNINGS = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wmissing-prototypes -Wstrict-prototypes \
  -Wpointer-arith -Wwrite-strings -Wvla -Werror
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fvisibility=hidden
DEFINES = -D_DEFAULT_SOURCE

LUA54 ?= lua5.4
LUAJIT ?= luajit

# make build makes the modules of each Lua version whose headers are here; make build LUA=5.3 those of one version. Headers in
# another place: make build LUA_INCDIR_5.3=/opt/lua/include
LUA_TABLE := $(shell awk -F'"' '/version =/ { print $$2 "=" $$6 }' tools/lua_versions.lua | tr ' ' ,)
LUA_VERSIONS := $(sort $(foreach row,$(LUA_TABLE),$(firstword $(subst =, ,$(row)))))
INCLUDE_ROOTS = /usr/include /usr/local/include /opt/homebrew/include
comma = ,
header_names = $(subst $(comma), ,$(patsubst $(1)=%,%,$(filter $(1)=%,$(LUA_TABLE))))
find_headers = $(patsubst %/lua.h,%,$(firstword $(wildcard $(foreach name,$(call header_names,$(1)),$(INCLUDE_ROOTS:%=%/$(name)/lua.h)))))
$(foreach version,$(LUA_VERSIONS),$(eval LUA_INCDIR_$(version) ?= $(call find_headers,$(version))))
LUA = $(foreach version,$(LUA_VERSIONS),$(if $(LUA_INCDIR_$(version)),$(version)))
LUA54_CFLAGS = -I$(LUA_INCDIR_5.4)
LUAJIT_CFLAGS = -I$(LUA_INCDIR_5.1)
ifeq ($(origin LUA),command line)
  $(foreach version,$(filter-out $(LUA_VERSIONS),$(LUA)),$(error LUA must be of $(LUA_VERSIONS), got $(version)))
  $(foreach version,$(LUA),$(if $(LUA_INCDIR_$(version)),,\
    $(error no headers of Lua $(version): run make setup, or set LUA_INCDIR_$(version)=FOLDER to the folder of lua.h)))
endif

# Three modules: pure functions, HTTP over libcurl, and operating system functions for bulk runs and the command.
SHARED = csrc/clock.c csrc/compat.c csrc/header.c csrc/secret.c csrc/url.c
HTTP_ONLY = csrc/bytes.c csrc/engine.c csrc/fork.c csrc/http.c csrc/http_request.c csrc/http_response.c csrc/request.c csrc/sockets.c \
  csrc/transfer.c
SYSTEM_ONLY = csrc/system.c csrc/command.c csrc/digest.c csrc/file.c csrc/bloom.c csrc/charset.c csrc/signals.c csrc/terminal.c
HTTP = $(HTTP_ONLY) $(SHARED)
SYSTEM = $(SYSTEM_ONLY) csrc/clock.c csrc/compat.c csrc/secret.c
SOURCES = $(wildcard csrc/*.c)
CORE = $(filter-out $(HTTP_ONLY) $(SYSTEM_ONLY),$(SOURCES))
HEADERS = $(wildcard csrc/*.h)
# nodelete: libcurl and OpenSSL keep global state, so that lua_close must not unload them.
LINK = -shared -Wl,-z,relro,-z,now,-z,nodelete
COMPILE = $(CC) $(CFLAGS) $(WARNINGS) $(HARDEN) $(DEFINES) -fPIC

.PHONY: all setup build demo test test-all check-portability spec format lint rockspecs docs sandbox clean
all: build

setup:
	@.ci/setup

MODULES = mimecast/core.so mimecast/http.so mimecast/system.so
build: $(foreach version,$(LUA),$(MODULES:%=build/$(version)/%))
	@$(if $(strip $(LUA)),true,echo "no headers of any Lua: run make setup, or set LUA_INCDIR_5.4=FOLDER to the folder of lua.h" >&2; false)

build/%/mimecast/core.so: LIBS = -lcrypto -lutf8proc
build/%/mimecast/http.so: LIBS = -lcurl -lssl -lcrypto
build/%/mimecast/system.so: LIBS = -lcrypto

# The modules do not link liblua: the host program contains it.
define lua_rules
build/$(1)/%.o: csrc/%.c $$(HEADERS) Makefile
	@mkdir -p $$(@D)
	$$(COMPILE) -I$$(LUA_INCDIR_$(1)) -c $$< -o $$@

build/$(1)/mimecast/core.so: $$(CORE:csrc/%.c=build/$(1)/%.o)
build/$(1)/mimecast/http.so: $$(HTTP:csrc/%.c=build/$(1)/%.o)
build/$(1)/mimecast/system.so: $$(SYSTEM:csrc/%.c=build/$(1)/%.o)
$$(MODULES:%=build/$(1)/%):
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LINK) $$^ $$(LIBS) -o $$@

build/$(1)/spec/forked.so: spec/support/run/forked.c
	@mkdir -p $$(@D)
	$$(COMPILE) -I$$(LUA_INCDIR_$(1)) -shared $$< -o $$@
endef
$(foreach version,$(LUA_VERSIONS),$(eval $(call lua_rules,$(version))))

# What the specs need of C beside fork: clocks of a machine that sleeps.
build/suspend.so: spec/support/run/suspend.c
	@mkdir -p $(@D)
	$(COMPILE) -shared $< -ldl -o $@

# From the checkout, without installing.
AT_HOME = LUA_PATH="./lua/?.lua;./lua/?/init.lua;;" LUA_CPATH="./build/5.4/?.so;;"

demo: setup
	@$(MAKE) -s build
	@$(AT_HOME) $(LUA54) examples/update_user.lua

test: setup
	@spec/run

test-all: setup
	@spec/run all

# Compiles every C file for other systems: musl, and with ZIG=PATH macOS and other processors.
check-portability:
	@.ci/setup musl-tools
	@FLAGS="$(WARNINGS) $(DEFINES)" spec/portability

# The C code in the style of .clang-format.
C_FILES = git ls-files -z '*.c' '*.h' | xargs -0 clang-format --style=file
format: setup
	@$(C_FILES) -i

lint:
	@$(C_FILES) --dry-run -Werror
	luacheck -q lua spec tools bench examples doc bin/mimecast
	@$(LUA54) tools/layers.lua

# One spec file on both Luas: make spec FILE=spec/request/retry_spec.lua
spec: build
	busted --lua=$(LUA54) $(FILE)
	busted --lua=$(LUAJIT) $(FILE)

# The rockspecs list what the tree holds.
rockspecs:
	@$(LUA54) tools/rockspec.lua "$(CORE)" "$(HTTP)" "$(SYSTEM)"

# From the operations' tables; make test fails where they differ from what is committed.
docs: setup
	@$(MAKE) -s build
	@$(LUA54) doc/generate.lua

sandbox: setup
	@$(MAKE) -s build
	@$(AT_HOME) $(LUA54) examples/sandbox.lua

clean:
	rm -rf build

include spec/torture/rules.mk
include spec/fuzz/rules.mk
include spec/soak/rules.mk
include bench/rules.mk
include spec/kill/rules.mk
include examples/openresty/rules.mk
