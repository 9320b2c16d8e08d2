/* Checks e-mail addresses. */
#ifndef MC_ADDRESS_H
#define MC_ADDRESS_H

#include <stddef.h>

#define MC_EMAIL_ERROR_SIZE 160

/* Returns why an e-mail address is invalid, or NULL: a constant text, or a text in `buffer`, which has
   MC_EMAIL_ERROR_SIZE bytes. */
const char *mc_email_error(const char *text, size_t length, char *buffer);

#endif
