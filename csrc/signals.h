/* SIGINT, SIGTERM and SIGHUP counted instead of obeyed, without a handler and without state of the process. */
#ifndef MC_SIGNALS_H
#define MC_SIGNALS_H

#include "compat.h"

/* Registers the type and sets its function into the table on top of the stack. [-0, +0] */
void mc_signals_open(lua_State *L);

#endif
