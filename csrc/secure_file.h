/* Files that hold secrets: read only when nobody else can. */
#ifndef MC_SECURE_FILE_H
#define MC_SECURE_FILE_H

#include "compat.h"

/* Sets its function into the table on top of the stack. [-0, +0] */
void mc_secure_file_open(lua_State *L);

#endif
