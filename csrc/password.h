/* Checks passwords. */
#ifndef MC_PASSWORD_H
#define MC_PASSWORD_H

#include <stddef.h>

#define MC_PASSWORD_ERROR_SIZE 160

/* Returns why a password is invalid, or NULL: invalid UTF-8, or a character that is invisible or cannot be
   typed. The text is constant, or in `buffer`, which has MC_PASSWORD_ERROR_SIZE bytes. It shows nothing of the
   password except the character to remove. */
const char *mc_password_error(const char *text, size_t length, char *buffer);

#endif
