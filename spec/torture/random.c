/* Reproducible random numbers (xorshift64*, Vigna 2016). */
#include "random.h"

size_t random_below(random_state *state, size_t bound)
{
    state->seed ^= state->seed >> 12;
    state->seed ^= state->seed << 25;
    state->seed ^= state->seed >> 27;
    return (size_t)((state->seed * 2685821657736338717u) >> 33) % bound;
}

void random_mutate(random_state *state, char *bytes, size_t length)
{
    static const char telling[] = "\0\r\n\t :-+=.,;@[]{}\"\\09AZaz\x7f\x80\xbf\xc0\xc2\xe2\xed\xf0\xf4\xff";
    size_t changes = length ? random_below(state, 4) + 1 : 0;
    while (changes--) {
        size_t at = random_below(state, length), way = random_below(state, 4);
        if (way == 0) bytes[at] = (char)random_below(state, 256);
        if (way == 1 || way == 2) bytes[at] = telling[random_below(state, sizeof telling - 1)];
        if (way == 3) bytes[at] = bytes[random_below(state, length)];
    }
}
