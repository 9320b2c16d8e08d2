/* Fuzz target: a shape and a value made of the input's bytes, marshalled and unmarshalled (shapes.lua). */
#include "state.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    if (!L) L = fuzz_state("spec/fuzz/shapes.lua");
    fuzz_call(L, data, size);
    return 0;
}
