/* Files that a crash must not spoil: one writer, appended to and made durable; or replaced as a whole. */
#ifndef MC_FILE_H
#define MC_FILE_H

#include "compat.h"

/* Registers the type and sets its functions into the table on top of the stack. [-0, +0] */
void mc_file_open(lua_State *L);

#endif
