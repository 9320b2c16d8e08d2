/* The numbers of a JSON text. No Lua, no locale. */
#ifndef MC_JSON_NUMBER_H
#define MC_JSON_NUMBER_H

#include "json_check.h"

#include <stdint.h>

typedef struct mc_json_number {
    const unsigned char *from, *whole, *fraction; /* whole: behind the sign; fraction may be NULL */
    size_t whole_digits, fraction_digits;
    int has_exponent;
    int64_t exponent; /* bounded: no text has enough digits to make up for a larger exponent */
} mc_json_number;

/* Reads the number at *at, and advances. Otherwise returns the error, and *at stays: the text ends, a digit is missing,
   or the number exceeds the range of a double. */
mc_json_error mc_json_number_read(const unsigned char **at, const unsigned char *end, mc_json_number *n);

/* Returns whether the number has neither a fraction nor an exponent. */
int mc_json_number_is_integer(const mc_json_number *n);

/* Returns whether the number is an integer beyond 2^53, so that a double may not hold it exactly. */
int mc_json_number_is_inexact(const mc_json_number *n);

#endif
