/* Skips ordinary characters of JSON text, eight bytes at a time. */
#include "json_text.h"

#include <stdint.h>
#include <string.h>

static int json_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Returns a word in which the high bit of the first byte that is not ordinary is the first high bit; 0 if all eight
   bytes are ordinary. A subtraction sets the high bit of an ASCII byte exactly if the byte is below 0x20, or if the
   exclusive or has made it zero; only the bytes behind it can be wrong. */
static uint64_t json_find_special(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101, high = ones * 0x80;
    return (word | (word - ones * 0x20) | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones)) & high;
}

const unsigned char *mc_json_skip_plain(const unsigned char *at, const unsigned char *end)
{
    for (uint64_t word, found; end - at >= 8; at += 8) {
        memcpy(&word, at, 8);
        found = json_find_special(word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (found) return at + __builtin_ctzll(found) / 8;
#else
        if (found) break;
#endif
    }
    while (at < end && json_is_plain(*at)) at++;
    return at;
}
