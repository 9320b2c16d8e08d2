/* The four allocators behind the C core. Each is counted, and can be made to fail. */
#ifndef TORTURE_ALLOCATORS_H
#define TORTURE_ALLOCATORS_H

#include <stddef.h>

typedef enum allocator { ALLOCATOR_LUA, ALLOCATOR_CORE, ALLOCATOR_CURL, ALLOCATOR_OPENSSL, ALLOCATORS } allocator;

typedef enum failing {
    FAIL_ONCE,       /* only the Nth allocation fails */
    FAIL_FROM,       /* the Nth and all later allocations fail */
    FAIL_FIRST_TRIES /* the first try for each new object fails: Lua 5.4 then collects all garbage and tries again */
} failing;

extern const char *const allocator_names[ALLOCATORS];

/* Replaces OpenSSL's and libcurl's allocators, and starts both libraries. Call it first in main. 0 if that fails. */
int allocators_start(void);

/* Makes an allocator fail from now on, except for a block that shrinks. */
void allocators_arm(allocator which, failing how, long nth);

/* Ends the failures, and returns their number. */
long allocators_disarm(void);

/* Returns the number of allocated blocks. */
long allocators_outstanding(allocator which);

/* Plants a leak: skips the next free of that allocator. */
void allocators_plant_leak(allocator which);

/* lua_Alloc. */
void *allocators_lua(void *context, void *block, size_t old_size, size_t new_size);

#endif
