/* Fuzz target: encodes and decodes a value with a schema, both made from the input (schemas.lua). */
#include "state.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    if (!L) L = fuzz_state("spec/fuzz/schemas.lua");
    fuzz_call(L, data, size);
    return 0;
}
