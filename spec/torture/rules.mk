# make torture: runs the C core under AddressSanitizer and UBSan while memory allocations fail.
TORTURE_FLAGS = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TORTURE_WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup
TORTURE_SOURCES = $(wildcard spec/torture/*.c)
TORTURE_HEADERS = $(HEADERS) $(wildcard spec/torture/*.h)
TORTURE_OBJECTS = $(SOURCES:csrc/%.c=%.o) $(TORTURE_SOURCES:spec/torture/%.c=torture_%.o)
TORTURE_COMPILE = $(CC) $(TORTURE_FLAGS) $(WARNINGS) $(DEFINES) -Icsrc
LUA54_LIBS ?= -llua5.4
LUAJIT_LIBS ?= -lluajit-5.1

.PHONY: torture
torture: build/torture/5.4/torture build/torture/5.1/torture
	@spec/torture/run $^

build/torture/5.4/%.o: csrc/%.c $(TORTURE_HEADERS)
	@mkdir -p $(@D)
	$(TORTURE_COMPILE) $(LUA54_CFLAGS) -c $< -o $@

build/torture/5.4/torture_%.o: spec/torture/%.c $(TORTURE_HEADERS)
	@mkdir -p $(@D)
	$(TORTURE_COMPILE) $(LUA54_CFLAGS) -c $< -o $@

build/torture/5.1/%.o: csrc/%.c $(TORTURE_HEADERS)
	@mkdir -p $(@D)
	$(TORTURE_COMPILE) $(LUAJIT_CFLAGS) -c $< -o $@

build/torture/5.1/torture_%.o: spec/torture/%.c $(TORTURE_HEADERS)
	@mkdir -p $(@D)
	$(TORTURE_COMPILE) $(LUAJIT_CFLAGS) -c $< -o $@

build/torture/5.4/torture: $(TORTURE_OBJECTS:%=build/torture/5.4/%)
	$(CC) $(TORTURE_FLAGS) $(TORTURE_WRAP) $^ $(LUA54_LIBS) -lcurl -lssl -lcrypto -lutf8proc -lm -lpthread -o $@

build/torture/5.1/torture: $(TORTURE_OBJECTS:%=build/torture/5.1/%)
	$(CC) $(TORTURE_FLAGS) $(TORTURE_WRAP) $^ $(LUAJIT_LIBS) -lcurl -lssl -lcrypto -lutf8proc -lm -lpthread -o $@

# make check-memory: runs the modules under Valgrind, and specs with a stressed garbage collector. It takes minutes, so that
# make test leaves it out.
.PHONY: check-memory
check-memory:
	@.ci/setup valgrind
	@$(MAKE) -s build
	@LUA54=$(LUA54) LUAJIT=$(LUAJIT) spec/torture/check_memory
