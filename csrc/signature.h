/* API 1.0 signatures: request id, date, data to sign, HMAC-SHA1, base64. */
#ifndef MC_SIGNATURE_H
#define MC_SIGNATURE_H

#include "compat.h"

/* Registers the signer type and sets the functions into the table on top of the stack. [-0, +0] */
void mc_signature_open(lua_State *L);

#endif
