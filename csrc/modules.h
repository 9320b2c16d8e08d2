/* The parts of the three Lua modules. Each function registers its types, if it has any, and sets its Lua functions into
   the table on top of the stack. [-0, +0] */
#ifndef MC_MODULES_H
#define MC_MODULES_H

#include "compat.h"

/* mimecast.core */
void mc_address_open(lua_State *L);
void mc_aead_open(lua_State *L);
void mc_clock_open(lua_State *L);
void mc_crypto_open(lua_State *L);
void mc_datetime_open(lua_State *L);
void mc_header_open(lua_State *L);
void mc_json_open(lua_State *L);
void mc_json_write_open(lua_State *L);
void mc_number_open(lua_State *L);
void mc_password_open(lua_State *L);
void mc_random_open(lua_State *L);
void mc_redact_open(lua_State *L);
void mc_schema_open(lua_State *L);
void mc_secret_open(lua_State *L);
void mc_secure_file_open(lua_State *L);
void mc_signer_open(lua_State *L);
void mc_suggest_open(lua_State *L);
void mc_text_open(lua_State *L);
void mc_unicode_open(lua_State *L);
void mc_url_open(lua_State *L);

/* mimecast.system */
void mc_bloom_open(lua_State *L);
void mc_charset_open(lua_State *L);
void mc_command_open(lua_State *L);
void mc_digest_open(lua_State *L);
void mc_file_open(lua_State *L);
void mc_signals_open(lua_State *L);
void mc_terminal_open(lua_State *L);

#endif
