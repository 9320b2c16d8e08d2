/* Formats and parses numbers independently of the locale's decimal point. */
#ifndef MC_NUMBER_H
#define MC_NUMBER_H

#include "compat.h"

#define MC_NUMBER_SIZE 352 /* the largest number with 17 digits after the point, and some spare bytes */

/* Writes the fewest digits that identify the number; whole numbers up to 2^53 as in JSON. */
void mc_number_format_exactly(lua_Number value, char text[MC_NUMBER_SIZE]);

/* Writes the number with at most `digits` significant digits, as %g does, with a decimal point. */
void mc_number_format(lua_Number number, int digits, char text[MC_NUMBER_SIZE]);

#endif
