# make fuzz: libFuzzer with sanitizers over the C parsers, the schemas, the engine and the files of rows, FUZZ_SECONDS= each
# (60). Findings are written to build/fuzz/; fix a finding and add its file to spec/fuzz/corpus/. make fuzz-replay runs the
# corpus once, with gcc's sanitizers. make fuzz-codec, which make fuzz runs first, compares JSON in C with the general way:
# CODEC_CASES= on each Lua.
FUZZ_SECONDS ?= 60
CODEC_CASES ?= 500000
CODEC_SEED ?= $(shell date +%s)
FUZZ_TARGETS = parsers schemas engine input
FUZZ_CLANG ?= clang
FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_WARNINGS = -std=c11 -Wall -Wextra -Werror
FUZZ_LIBS = $(LUA54_LIBS) -lcurl -lssl -lcrypto -lutf8proc -lm -lpthread
FUZZ_HEADERS = $(HEADERS) spec/fuzz/state.h

.PHONY: fuzz fuzz-codec fuzz-replay
fuzz-codec: build
	@echo "fuzz codec: $(CODEC_CASES) cases on each Lua, seed $(CODEC_SEED)"
	@$(LUA54) spec/fuzz/run_codec.lua $(CODEC_CASES) $(CODEC_SEED)
	@$(LUAJIT) spec/fuzz/run_codec.lua $(CODEC_CASES) $(CODEC_SEED)

fuzz: fuzz-codec
	@.ci/setup clang libclang-rt-14-dev
	@$(MAKE) -s $(FUZZ_TARGETS:%=build/fuzz/%)
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p build/fuzz/corpus/$$target; \
	  echo "fuzz $$target: $(FUZZ_SECONDS) s"; \
	  build/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=4096 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=build/fuzz/ build/fuzz/corpus/$$target spec/fuzz/corpus/$$target || exit 1; \
	done

build/fuzz/csrc_%.o: csrc/%.c $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CLANG) $(FUZZ_FLAGS) $(FUZZ_WARNINGS) $(DEFINES) $(LUA54_CFLAGS) -c $< -o $@

build/fuzz/%.o: spec/fuzz/%.c $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CLANG) $(FUZZ_FLAGS) $(FUZZ_WARNINGS) $(DEFINES) $(LUA54_CFLAGS) -Icsrc -c $< -o $@

$(FUZZ_TARGETS:%=build/fuzz/%): build/fuzz/%: build/fuzz/%.o build/fuzz/state.o $(SOURCES:csrc/%.c=build/fuzz/csrc_%.o)
	$(FUZZ_CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ $(FUZZ_LIBS) -o $@

fuzz-replay: $(FUZZ_TARGETS:%=build/fuzz/replay_%)
	@for target in $(FUZZ_TARGETS); do build/fuzz/replay_$$target spec/fuzz/corpus/$$target/* || exit 1; done \
	  | awk '{ passed += $$3 } END { printf "fuzz corpus: %d passed, 0 failed\n", passed; exit passed == 0 }'

$(FUZZ_TARGETS:%=build/fuzz/replay_%): build/fuzz/replay_%: spec/fuzz/%.c spec/fuzz/state.c spec/fuzz/replay.c \
    $(SOURCES:csrc/%.c=build/torture/5.4/%.o) $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(TORTURE_COMPILE) $(LUA54_CFLAGS) $(filter %.c %.o,$^) $(FUZZ_LIBS) -o $@
