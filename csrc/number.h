/* Numbers as text, whatever the locale's decimal point. */
#ifndef MC_NUMBER_H
#define MC_NUMBER_H

#include "compat.h"

#define MC_NUMBER_SIZE 352 /* the largest number with 17 places, and some */

/* Writes the number with at most so many significant digits (%g), and a point as its decimal point. */
void mc_number_format(lua_Number number, int digits, char text[MC_NUMBER_SIZE]);

/* Sets the functions into the table on top of the stack. [-0, +0] */
void mc_number_open(lua_State *L);

#endif
