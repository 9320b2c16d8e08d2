/* Checks JSON before lua-cjson decodes it: RFC 8259 to the letter, each name once in its object, bounded depth.

   One pass over the bytes, without recursion. Nearly all texts are then decoded as they stand. What lua-cjson would read
   wrongly is written anew: an integer beyond 2^53 as a string of its digits, a fraction without its point (1.5 is 15e-1,
   the same number to strtod in every locale), and the text without its byte order mark. */
#include "json_check.h"

#include "json_names.h"
#include "text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char byte;

typedef enum expected { A_VALUE, AN_ITEM_OR_END, A_NAME, A_NAME_OR_END, A_COMMA_OR_END } expected;

typedef struct reader {
    const byte *start, *at, *end;
    int flags;
    expected expected;
    unsigned depth;
    uint64_t objects; /* bit n: what is open at depth n is an object */
    size_t first_name[MC_JSON_DEPTH_MAX];
    mc_json_names names;
    size_t twice; /* bytes of the name that is there twice */
    /* What lua-cjson is to decode: counted, and written where there is room. */
    const byte *copied; /* the input is copied up to here */
    byte *out;
    size_t size;
    int rewritten;
} reader;

/* ---- the text for lua-cjson ---- */

static void reader_put(reader *self, const void *bytes, size_t count)
{
    if (self->out) memcpy(self->out + self->size, bytes, count);
    self->size += count;
}

/* What is put from here on stands in the place of the input from `from` to the position that the reader has now. */
static void reader_replace(reader *self, const byte *from)
{
    reader_put(self, self->copied, (size_t)(from - self->copied));
    self->copied = self->at;
    self->rewritten = 1;
}

/* ---- strings ---- */

static mc_json_problem read_escape(reader *self)
{
    const byte *from = self->at;
    if (self->end - from < 2) return MC_JSON_TRUNCATED;
    if (from[1] != 'u') {
        if (!from[1] || !strchr("\"\\/bfnrt", from[1])) return MC_JSON_ESCAPE;
        self->at += 2;
        return MC_JSON_VALID;
    }
    int32_t code = mc_json_escape(&self->at, self->end);
    if (code >= 0) return MC_JSON_VALID;
    if (code == -2) {
        size_t left = (size_t)(self->end - from);
        return left < 6 && !memchr(from, '"', left) ? MC_JSON_TRUNCATED : MC_JSON_ESCAPE;
    }
    if (!(self->flags & MC_JSON_REPAIR)) {
        self->at = from;
        return MC_JSON_SURROGATE;
    }
    reader_replace(self, from);
    reader_put(self, "\\ufffd", 6);
    return MC_JSON_VALID;
}

static void read_beyond_ascii(reader *self)
{
    const byte *from = self->at;
    if (!(self->flags & MC_JSON_REPAIR)) {
        self->at++;
    } else if (mc_utf8_next(&self->at, self->end) < 0) {
        reader_replace(self, from);
        reader_put(self, "\xef\xbf\xbd", 3);
    }
}

static int is_plain(byte c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Moves past the bytes that stand for themselves, eight at a time. In a word of ASCII a subtraction sets a byte's high bit
   just where that byte is below 0x20, or is the one that the exclusive or has made zero. */
static void skip_plain(reader *self)
{
    const uint64_t ones = 0x0101010101010101, high = ones * 0x80;
    const byte *at = self->at, *end = self->end;
    for (uint64_t word; end - at >= 8; at += 8) {
        memcpy(&word, at, 8);
        if ((word | (word - ones * 0x20) | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones)) & high) break;
    }
    while (at < end && is_plain(*at)) at++;
    self->at = at;
}

static mc_json_problem read_string(reader *self)
{
    self->at++;
    for (;;) {
        skip_plain(self);
        if (self->at == self->end) return MC_JSON_TRUNCATED;
        if (*self->at == '"') {
            self->at++;
            return MC_JSON_VALID;
        }
        if (*self->at < 0x20) return MC_JSON_CONTROL;
        if (*self->at == '\\') {
            mc_json_problem problem = read_escape(self);
            if (problem) return problem;
        } else {
            read_beyond_ascii(self);
        }
    }
}

static mc_json_problem read_name(reader *self)
{
    const byte *from = self->at + 1;
    mc_json_problem problem = read_string(self);
    if (problem || self->out) return problem; /* what is written was looked at before */
    return mc_json_names_add(&self->names, from, (size_t)(self->at - 1 - from));
}

/* ---- numbers ---- */

typedef struct number {
    const byte *from, *whole, *fraction; /* fraction: NULL where it has none */
    size_t whole_digits, fraction_digits;
    int has_exponent;
    int64_t exponent; /* bounded: no text is long enough to bring a larger one back into range */
} number;

static size_t skip_digits(reader *self)
{
    const byte *from = self->at;
    while (self->at < self->end && *self->at >= '0' && *self->at <= '9') self->at++;
    return (size_t)(self->at - from);
}

/* What is wrong where a digit is missing. */
static mc_json_problem no_digit(const reader *self)
{
    return self->at == self->end ? MC_JSON_TRUNCATED : MC_JSON_NUMBER;
}

static mc_json_problem scan_exponent(reader *self, number *n)
{
    int negative = self->at < self->end && *self->at == '-';
    if (negative || (self->at < self->end && *self->at == '+')) self->at++;
    const byte *from = self->at;
    if (!skip_digits(self)) return no_digit(self);
    for (const byte *at = from; at < self->at; at++)
        if (n->exponent < 100000000000) n->exponent = n->exponent * 10 + (*at - '0');
    if (negative) n->exponent = -n->exponent;
    n->has_exponent = 1;
    return MC_JSON_VALID;
}

static mc_json_problem scan_number(reader *self, number *n)
{
    n->from = self->at;
    if (*self->at == '-') self->at++;
    n->whole = self->at;
    n->whole_digits = skip_digits(self);
    if (!n->whole_digits) return no_digit(self);
    if (n->whole_digits > 1 && *n->whole == '0') return MC_JSON_NUMBER;
    if (self->at < self->end && *self->at == '.') {
        n->fraction = ++self->at;
        n->fraction_digits = skip_digits(self);
        if (!n->fraction_digits) return no_digit(self);
    }
    if (self->at == self->end || (*self->at | 32) != 'e') return MC_JSON_VALID;
    self->at++;
    return scan_exponent(self, n);
}

/* Whether no double holds it. strtod decides near the end of the range, from 40 digits and without a point. */
static int is_out_of_range(const number *n)
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
    int64_t magnitude = (int64_t)n->whole_digits - skipped + n->exponent; /* 0.ddd times ten to this power */
    if (!used || magnitude < 309) return 0;
    if (magnitude > 309) return 1;
    snprintf(text + used, sizeof text - (size_t)used, "e%d", 309 - used);
    return isinf(strtod(text, NULL)) != 0;
}

/* The digits of a fraction as a whole number, and the exponent that makes up for it. */
static void rewrite_fraction(reader *self, const number *n)
{
    char exponent[32];
    const byte *whole = n->whole, *fraction = n->fraction, *end = fraction + n->fraction_digits;
    reader_replace(self, n->from);
    if (*n->from == '-') reader_put(self, "-", 1);
    if (*whole != '0') {
        reader_put(self, whole, n->whole_digits);
    } else { /* lua-cjson takes no number with a zero in front */
        while (fraction < end - 1 && *fraction == '0') fraction++;
    }
    reader_put(self, fraction, (size_t)(end - fraction));
    int length = snprintf(exponent, sizeof exponent, "e%lld", (long long)(n->exponent - (int64_t)n->fraction_digits));
    reader_put(self, exponent, (size_t)length);
}

static mc_json_problem read_number(reader *self)
{
    static const char largest[] = "9007199254740992"; /* 2^53 */
    number n = {0};
    mc_json_problem problem = scan_number(self, &n);
    int is_integer = !n.fraction && !n.has_exponent;
    if (!problem && (!is_integer || n.whole_digits > sizeof largest) && is_out_of_range(&n)) problem = MC_JSON_RANGE;
    if (problem) {
        self->at = n.from;
        return problem;
    }
    if (n.fraction) {
        rewrite_fraction(self, &n);
    } else if (is_integer && (n.whole_digits >= sizeof largest ||
                              (n.whole_digits == sizeof largest - 1 && memcmp(n.whole, largest, sizeof largest - 1) > 0))) {
        reader_replace(self, n.from);
        reader_put(self, "\"", 1);
        reader_put(self, n.from, (size_t)(self->at - n.from));
        reader_put(self, "\"", 1);
    } else if (is_integer && self->flags & MC_JSON_COMMA) {
        reader_replace(self, self->at);
        reader_put(self, " ", 1);
    }
    return MC_JSON_VALID;
}

/* ---- values ---- */

static mc_json_problem read_word(reader *self, const char *word)
{
    for (; *word; word++, self->at++) {
        if (self->at == self->end) return MC_JSON_TRUNCATED;
        if (*self->at != (byte)*word) return MC_JSON_UNEXPECTED;
    }
    return MC_JSON_VALID;
}

static mc_json_problem reader_open(reader *self, int is_object)
{
    if (self->depth == MC_JSON_DEPTH_MAX) return MC_JSON_DEPTH;
    uint64_t bit = (uint64_t)1 << self->depth;
    self->objects = is_object ? self->objects | bit : self->objects & ~bit;
    self->first_name[self->depth++] = self->names.count;
    self->expected = is_object ? A_NAME_OR_END : AN_ITEM_OR_END;
    self->at++;
    return MC_JSON_VALID;
}

static int is_in_object(const reader *self)
{
    return self->depth && (self->objects >> (self->depth - 1) & 1);
}

static mc_json_problem reader_close(reader *self)
{
    size_t first = self->first_name[--self->depth];
    const mc_json_name *twice = mc_json_names_twice(&self->names, first);
    if (twice) {
        self->at = twice->text;
        self->twice = twice->length;
        return MC_JSON_DUPLICATE;
    }
    self->names.count = first;
    self->expected = A_COMMA_OR_END;
    self->at++;
    return MC_JSON_VALID;
}

static mc_json_problem read_value(reader *self, byte c)
{
    self->expected = A_COMMA_OR_END;
    switch (c) {
    case '"': return read_string(self);
    case '{': return reader_open(self, 1);
    case '[': return reader_open(self, 0);
    case 't': return read_word(self, "true");
    case 'f': return read_word(self, "false");
    case 'n': return read_word(self, "null");
    default: return c == '-' || (c >= '0' && c <= '9') ? read_number(self) : MC_JSON_UNEXPECTED;
    }
}

static void skip_blanks(reader *self)
{
    const byte *at = self->at;
    while (at < self->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    self->at = at;
}

static mc_json_problem read_member(reader *self)
{
    mc_json_problem problem = read_name(self);
    if (problem) return problem;
    skip_blanks(self);
    if (self->at == self->end) return MC_JSON_TRUNCATED;
    if (*self->at != ':') return MC_JSON_UNEXPECTED;
    self->at++;
    self->expected = A_VALUE;
    return MC_JSON_VALID;
}

static mc_json_problem read_comma_or_end(reader *self, byte c)
{
    int in_object = is_in_object(self);
    if (!self->depth) return MC_JSON_UNEXPECTED;
    if (c == (in_object ? '}' : ']')) return reader_close(self);
    if (c != ',') return MC_JSON_UNEXPECTED;
    self->expected = in_object ? A_NAME : A_VALUE;
    self->at++;
    return MC_JSON_VALID;
}

static mc_json_problem read_next(reader *self, byte c)
{
    switch (self->expected) {
    case A_COMMA_OR_END: return read_comma_or_end(self, c);
    case A_NAME_OR_END:
        if (c == '}') return reader_close(self);
        return c == '"' ? read_member(self) : MC_JSON_UNEXPECTED;
    case A_NAME: return c == '"' ? read_member(self) : MC_JSON_UNEXPECTED;
    case AN_ITEM_OR_END:
        if (c == ']') return reader_close(self);
        return read_value(self, c);
    default: return read_value(self, c);
    }
}

static mc_json_problem read_text(reader *self)
{
    mc_json_problem problem = MC_JSON_VALID;
    for (;;) {
        skip_blanks(self);
        if (self->at == self->end) return self->depth || self->expected == A_VALUE ? MC_JSON_TRUNCATED : MC_JSON_VALID;
        problem = read_next(self, *self->at);
        if (problem) return problem;
    }
}

/* Passes over a byte order mark. */
static mc_json_problem read_mark(reader *self)
{
    size_t left = (size_t)(self->end - self->at);
    if (left >= 2 && (memcmp(self->at, "\xff\xfe", 2) == 0 || memcmp(self->at, "\xfe\xff", 2) == 0)) return MC_JSON_UTF16;
    if (left >= 3 && memcmp(self->at, "\xef\xbb\xbf", 3) == 0) {
        self->at += 3;
        reader_replace(self, self->start);
    }
    return MC_JSON_VALID;
}

static mc_json_problem reader_run(reader *self, const char *text, size_t length, int flags, char *out)
{
    self->start = self->at = self->copied = (const byte *)text;
    self->end = self->start + length;
    self->flags = flags;
    self->out = (byte *)out;
    self->expected = A_VALUE;
    self->depth = 0;
    self->objects = 0;
    self->size = self->twice = 0;
    self->rewritten = 0;
    mc_json_names_init(&self->names);
    if (length > MC_JSON_SIZE_MAX) return MC_JSON_SIZE;
    mc_json_problem problem = read_mark(self);
    if (!problem) problem = read_text(self);
    reader_put(self, self->copied, (size_t)(self->end - self->copied));
    return problem;
}

mc_json_problem mc_json_check(const char *text, size_t length, int flags, mc_json *found)
{
    reader self;
    mc_json_problem problem = reader_run(&self, text, length, flags, NULL);
    found->at = (size_t)(self.at - self.start);
    found->length = self.twice;
    found->size = self.size;
    found->rewritten = self.rewritten;
    mc_json_names_free(&self.names);
    return problem;
}

void mc_json_rewrite(const char *text, size_t length, int flags, char *out)
{
    reader self;
    reader_run(&self, text, length, flags, out);
}
