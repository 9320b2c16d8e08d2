/* Planted faults: if the harness does not find each of them, its success means nothing. */
#ifndef TORTURE_PLANT_H
#define TORTURE_PLANT_H

#include <lua.h>

typedef enum plant {
    PLANT_NOTHING,
    PLANT_LEAK_LUA,
    PLANT_LEAK_CORE,
    PLANT_LEAK_CURL,
    PLANT_LEAK_OPENSSL,
    PLANT_STUCK,
    PLANT_LOST,
    PLANT_OVERFLOW,
    PLANT_USE_AFTER_FREE,
    PLANT_UNDEFINED,
    PLANTS
} plant;

extern const char *const plant_names[PLANTS];
extern const char *const plant_reports[PLANTS]; /* what the output must contain */

plant plant_of(const char *name);
void plant_now(plant which, lua_State *L);

#endif
