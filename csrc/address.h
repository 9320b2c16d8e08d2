/* What an e-mail address and a password must be like. */
#ifndef MC_ADDRESS_H
#define MC_ADDRESS_H

#include "compat.h"

#define MC_PROBLEM_SIZE 160

/* What is wrong with it, or NULL: a constant text, or one in `buffer` of MC_PROBLEM_SIZE bytes. */
const char *mc_email_error(const char *text, size_t length, char *buffer);

/* The same of a password, valid UTF-8: nothing that cannot be seen or typed. The message shows nothing of it but the
   character that must go. */
const char *mc_password_error(const char *text, size_t length, char *buffer);

/* Sets the functions into the table on top of the stack. [-0, +0] */
void mc_address_open(lua_State *L);

#endif
