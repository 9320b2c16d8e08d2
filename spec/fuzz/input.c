/* Fuzz target: reads the input as a file of rows, as a time zone and as a date (input.lua). */
#include "state.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    if (!L) L = fuzz_state("spec/fuzz/input.lua");
    fuzz_call(L, data, size);
    return 0;
}
