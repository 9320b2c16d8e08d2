/* The four allocators that the core's work goes through, each counted and each made to fail on order. */
#ifndef TORTURE_ALLOCATORS_H
#define TORTURE_ALLOCATORS_H

#include <stddef.h>

typedef enum allocator { ALLOCATOR_LUA, ALLOCATOR_OWN, ALLOCATOR_CURL, ALLOCATOR_OPENSSL, ALLOCATORS } allocator;

typedef enum failing {
    FAIL_ONCE,       /* the Nth allocation fails, those after it succeed */
    FAIL_FROM,       /* the Nth and all after it fail */
    FAIL_FIRST_TRIES /* each new object fails at first: Lua 5.4 then collects all garbage and tries again */
} failing;

extern const char *const allocator_names[ALLOCATORS];

/* Takes OpenSSL's and libcurl's allocators over and starts both libraries. First thing in main. 0 when it cannot. */
int allocators_start(void);

/* From now on that allocator fails; never for a block that shrinks. */
void allocators_arm(allocator which, failing how, long nth);

/* No longer. Returns how many failures were injected. */
long allocators_disarm(void);

/* Blocks that are allocated now. */
long allocators_outstanding(allocator which);

/* The next free through that allocator is forgotten: what the harness must then find. */
void allocators_plant_leak(allocator which);

/* lua_Alloc. */
void *allocators_lua(void *context, void *block, size_t old_size, size_t new_size);

#endif
