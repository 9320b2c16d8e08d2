/* mimecast.core: pure functions. The core decides nothing and never waits for Lua. */
#include "modules.h"

#include <unistd.h>

#define MC_VERSION "0.1.0"

__attribute__((visibility("default"))) int luaopen_mimecast_core(lua_State *L);

/* process_id() -> id of this process; a fork changes it. [-0, +1] */
static int core_process_id(lua_State *L)
{
    mc_pushinteger(L, (lua_Number)getpid());
    return 1;
}

/* can_yield() -> whether the caller can yield; a finalizer cannot. nginx removes coroutine.isyieldable. [-0, +1] */
static int core_can_yield(lua_State *L)
{
    lua_pushboolean(L, mc_canyield(L));
    return 1;
}

static const luaL_Reg functions[] = {
    {"process_id", core_process_id},
    {"can_yield", core_can_yield},
    {NULL, NULL},
};

/* Pushes the module's table. [-0, +1] */
int luaopen_mimecast_core(lua_State *L)
{
    mc_checkabi(L);
    lua_newtable(L);
    mc_secret_open(L);
    mc_clock_open(L);
    mc_text_open(L);
    mc_suggest_open(L);
    mc_unicode_open(L);
    mc_number_open(L);
    mc_datetime_open(L);
    mc_address_open(L);
    mc_password_open(L);
    mc_url_open(L);
    mc_header_open(L);
    mc_crypto_open(L);
    mc_random_open(L);
    mc_signer_open(L);
    mc_aead_open(L);
    mc_schema_open(L);
    mc_json_open(L);
    mc_json_write_open(L);
    mc_redact_open(L);
    mc_secure_file_open(L);
    mc_setfuncs(L, functions);
    lua_pushliteral(L, MC_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
