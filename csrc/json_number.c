/* The numbers of a JSON text. No Lua, no locale. */
#include "json_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char byte;

static const char largest[] = "9007199254740992"; /* 2^53 */

static const byte *json_number_skip_digits(const byte *at, const byte *end)
{
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

/* Returns the error for a missing digit. */
static mc_json_error json_number_missing_digit(const byte *at, const byte *end)
{
    return at == end ? MC_JSON_TRUNCATED : MC_JSON_NUMBER;
}

static mc_json_error json_number_scan_exponent(const byte **at, const byte *end, mc_json_number *n)
{
    int negative = *at < end && **at == '-';
    if (negative || (*at < end && **at == '+')) ++*at;
    const byte *digit = *at;
    *at = json_number_skip_digits(digit, end);
    if (*at == digit) return json_number_missing_digit(*at, end);
    for (; digit < *at; digit++)
        if (n->exponent < 100000000000) n->exponent = n->exponent * 10 + (*digit - '0');
    if (negative) n->exponent = -n->exponent;
    n->has_exponent = 1;
    return MC_JSON_VALID;
}

static mc_json_error json_number_scan(const byte **at, const byte *end, mc_json_number *n)
{
    if (**at == '-') ++*at;
    n->whole = *at;
    *at = json_number_skip_digits(*at, end);
    n->whole_digits = (size_t)(*at - n->whole);
    if (!n->whole_digits) return json_number_missing_digit(*at, end);
    if (n->whole_digits > 1 && *n->whole == '0') return MC_JSON_NUMBER;
    if (*at < end && **at == '.') {
        n->fraction = ++*at;
        *at = json_number_skip_digits(*at, end);
        n->fraction_digits = (size_t)(*at - n->fraction);
        if (!n->fraction_digits) return json_number_missing_digit(*at, end);
    }
    if (*at == end || (**at | 32) != 'e') return MC_JSON_VALID;
    ++*at;
    return json_number_scan_exponent(at, end, n);
}

/* Returns whether the number exceeds the range of a double. Near the limit strtod decides, from 40 digits without a
   point. */
static int json_number_is_out_of_range(const mc_json_number *n)
{
    char text[64];
    int used = 0;
    int64_t skipped = 0, digits = (int64_t)(n->whole_digits + n->fraction_digits);
    for (int64_t i = 0; i < digits && used < 40; i++) {
        byte digit = i < (int64_t)n->whole_digits ? n->whole[i] : n->fraction[i - (int64_t)n->whole_digits];
        if (used || digit != '0') {
            text[used++] = (char)digit;
        } else {
            skipped++;
        }
    }
    /* The number is 0.ddd times ten to this power. */
    int64_t magnitude = (int64_t)n->whole_digits - skipped + n->exponent;
    if (!used || magnitude < 309) return 0;
    if (magnitude > 309) return 1;
    snprintf(text + used, sizeof text - (size_t)used, "e%d", 309 - used);
    return isinf(strtod(text, NULL)) != 0;
}

int mc_json_number_is_integer(const mc_json_number *n)
{
    return !n->fraction && !n->has_exponent;
}

int mc_json_number_is_inexact(const mc_json_number *n)
{
    const size_t digits = sizeof largest - 1;
    if (!mc_json_number_is_integer(n) || n->whole_digits < digits) return 0;
    return n->whole_digits > digits || memcmp(n->whole, largest, digits) > 0;
}

mc_json_error mc_json_number_read(const byte **at, const byte *end, mc_json_number *n)
{
    *n = (mc_json_number){.from = *at};
    mc_json_error error = json_number_scan(at, end, n);
    int is_short = mc_json_number_is_integer(n) && n->whole_digits <= sizeof largest;
    if (!error && !is_short && json_number_is_out_of_range(n)) error = MC_JSON_RANGE;
    if (error) *at = n->from;
    return error;
}
