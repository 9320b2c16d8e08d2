/* Faults planted in the harness. */
#include "plant.h"

#include "allocators.h"
#include "secret.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *const plant_names[PLANTS] = {"nothing", "leak-lua", "leak-core", "leak-curl",      "leak-openssl",
                                         "stuck",   "lost",     "overflow",  "use-after-free", "undefined"};

const char *const plant_reports[PLANTS] = {
    "",
    "1 blocks of the allocator lua were not freed",
    "1 blocks of the allocator core were not freed",
    "1 blocks of the allocator curl were not freed",
    "1 blocks of the allocator openssl were not freed",
    "stuck: 1 in flight",
    "LeakSanitizer: detected memory leaks",
    "AddressSanitizer: heap-buffer-overflow",
    "AddressSanitizer: heap-use-after-free",
    "runtime error: signed integer overflow",
};

plant plant_of(const char *name)
{
    for (int i = 1; name && i < PLANTS; i++)
        if (strcmp(name, plant_names[i]) == 0) return (plant)i;
    return PLANT_NOTHING;
}

void *__real_malloc(size_t size);

/* Loses a block that no allocator counts. */
__attribute__((noinline)) static void lose(void)
{
    char *volatile block = __real_malloc(77);
    block[0] = 1;
    block = NULL;
}

static void overflow(lua_State *L)
{
    mc_secret *secret = mc_secret_push(L, 7); /* with a NUL */
    volatile size_t past = 8;
    secret->bytes[past] = 1;
}

static void use_after_free(lua_State *L)
{
    mc_secret *secret = mc_secret_push(L, 100);
    lua_pop(L, 1);
    lua_gc(L, LUA_GCCOLLECT, 0);
    lua_gc(L, LUA_GCCOLLECT, 0); /* the first collection ran its finalizer */
    secret->bytes[0] = 1;
}

static void overrun(void)
{
    volatile int number = INT_MAX;
    number += 1;
}

void plant_now(plant which, lua_State *L)
{
    switch (which) {
    case PLANT_LEAK_LUA:
    case PLANT_LEAK_CORE:
    case PLANT_LEAK_CURL:
    case PLANT_LEAK_OPENSSL: allocators_plant_leak((allocator)((int)which - PLANT_LEAK_LUA)); break;
    case PLANT_LOST: lose(); break;
    case PLANT_OVERFLOW: overflow(L); break;
    case PLANT_USE_AFTER_FREE: use_after_free(L); break;
    case PLANT_UNDEFINED: overrun(); break;
    default: break;
    }
}
