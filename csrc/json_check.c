/* Checks JSON before lua-cjson decodes it: strict RFC 8259, unique names in each object, bounded depth.

   The check is one pass over the bytes, without recursion. lua-cjson decodes nearly all texts unchanged. The check
   rewrites what lua-cjson would read wrongly: an integer beyond 2^53 becomes a string of its digits, a fraction
   loses its point (1.5 becomes 15e-1, which strtod reads alike in all locales), and the byte order mark is removed. */
#include "json_check.h"

#include "json_names.h"
#include "json_number.h"
#include "json_text.h"
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef unsigned char byte;

typedef enum json_expected { A_VALUE, AN_ITEM_OR_END, A_NAME, A_NAME_OR_END, A_COMMA_OR_END } json_expected;

typedef struct json_reader {
    const byte *start, *at, *end;
    int flags;
    json_expected expected;
    unsigned depth;
    uint64_t objects; /* bit n: the container at depth n is an object, not an array */
    size_t first_name[MC_JSON_DEPTH_MAX];
    mc_json_names names;
    size_t duplicate_length; /* of a duplicate name */
    /* The text for lua-cjson: counted, and written if `out` is not NULL. */
    const byte *copied; /* the input is copied up to here */
    byte *out;
    size_t size;
    int rewritten;
} json_reader;

/* ---- text for lua-cjson ---- */

static void json_put(json_reader *self, const void *bytes, size_t count)
{
    if (self->out) memcpy(self->out + self->size, bytes, count);
    self->size += count;
}

/* Replaces the input from `from` to the present position by what json_put writes next. */
static void json_replace(json_reader *self, const byte *from)
{
    json_put(self, self->copied, (size_t)(from - self->copied));
    self->copied = self->at;
    self->rewritten = 1;
}

/* ---- strings ---- */

static mc_json_error json_read_escape(json_reader *self)
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
    json_replace(self, from);
    json_put(self, "\\ufffd", 6);
    return MC_JSON_VALID;
}

static void json_read_non_ascii(json_reader *self)
{
    const byte *from = self->at;
    if (!(self->flags & MC_JSON_REPAIR)) {
        self->at++;
    } else if (mc_utf8_next(&self->at, self->end) < 0) {
        json_replace(self, from);
        json_put(self, "\xef\xbf\xbd", 3);
    }
}

static mc_json_error json_read_string(json_reader *self)
{
    self->at++;
    for (;;) {
        self->at = mc_json_skip_plain(self->at, self->end);
        if (self->at == self->end) return MC_JSON_TRUNCATED;
        if (*self->at == '"') {
            self->at++;
            return MC_JSON_VALID;
        }
        if (*self->at < 0x20) return MC_JSON_CONTROL;
        if (*self->at == '\\') {
            mc_json_error error = json_read_escape(self);
            if (error) return error;
        } else {
            json_read_non_ascii(self);
        }
    }
}

static mc_json_error json_read_name(json_reader *self)
{
    const byte *from = self->at + 1;
    mc_json_error error = json_read_string(self);
    if (error || self->out) return error; /* the check has already added the name */
    return mc_json_names_add(&self->names, from, (size_t)(self->at - 1 - from));
}

/* ---- numbers ---- */

/* Writes the digits of a fraction as a whole number with an exponent. */
static void json_rewrite_fraction(json_reader *self, const mc_json_number *n)
{
    char exponent[32];
    const byte *whole = n->whole, *fraction = n->fraction, *end = fraction + n->fraction_digits;
    json_replace(self, n->from);
    if (*n->from == '-') json_put(self, "-", 1);
    if (*whole != '0') {
        json_put(self, whole, n->whole_digits);
    } else { /* lua-cjson rejects a leading zero */
        while (fraction < end - 1 && *fraction == '0') fraction++;
    }
    json_put(self, fraction, (size_t)(end - fraction));
    int length = snprintf(exponent, sizeof exponent, "e%lld", (long long)(n->exponent - (int64_t)n->fraction_digits));
    json_put(self, exponent, (size_t)length);
}

static mc_json_error json_read_number(json_reader *self)
{
    mc_json_number n;
    mc_json_error error = mc_json_number_read(&self->at, self->end, &n);
    if (error) return error;
    if (n.fraction) {
        json_rewrite_fraction(self, &n);
    } else if (mc_json_number_is_inexact(&n)) {
        json_replace(self, n.from);
        json_put(self, "\"", 1);
        json_put(self, n.from, (size_t)(self->at - n.from));
        json_put(self, "\"", 1);
    } else if (self->flags & MC_JSON_COMMA && mc_json_number_is_integer(&n)) {
        json_replace(self, self->at);
        json_put(self, " ", 1);
    }
    return MC_JSON_VALID;
}

/* ---- values ---- */

static mc_json_error json_read_literal(json_reader *self, const char *word)
{
    for (; *word; word++, self->at++) {
        if (self->at == self->end) return MC_JSON_TRUNCATED;
        if (*self->at != (byte)*word) return MC_JSON_UNEXPECTED;
    }
    return MC_JSON_VALID;
}

static mc_json_error json_open_container(json_reader *self, int is_object)
{
    if (self->depth == MC_JSON_DEPTH_MAX) return MC_JSON_DEPTH;
    uint64_t bit = (uint64_t)1 << self->depth;
    self->objects = is_object ? self->objects | bit : self->objects & ~bit;
    self->first_name[self->depth++] = self->names.count;
    self->expected = is_object ? A_NAME_OR_END : AN_ITEM_OR_END;
    self->at++;
    return MC_JSON_VALID;
}

static int json_is_in_object(const json_reader *self)
{
    return self->depth && (self->objects >> (self->depth - 1) & 1);
}

static mc_json_error json_close_container(json_reader *self)
{
    size_t first = self->first_name[--self->depth];
    const mc_json_name *duplicate = mc_json_names_duplicate(&self->names, first);
    if (duplicate) {
        self->at = duplicate->text;
        self->duplicate_length = duplicate->length;
        return MC_JSON_DUPLICATE;
    }
    self->names.count = first;
    self->expected = A_COMMA_OR_END;
    self->at++;
    return MC_JSON_VALID;
}

static mc_json_error json_read_value(json_reader *self, byte c)
{
    self->expected = A_COMMA_OR_END;
    switch (c) {
    case '"': return json_read_string(self);
    case '{': return json_open_container(self, 1);
    case '[': return json_open_container(self, 0);
    case 't': return json_read_literal(self, "true");
    case 'f': return json_read_literal(self, "false");
    case 'n': return json_read_literal(self, "null");
    default: return c == '-' || (c >= '0' && c <= '9') ? json_read_number(self) : MC_JSON_UNEXPECTED;
    }
}

static void json_skip_blanks(json_reader *self)
{
    const byte *at = self->at;
    while (at < self->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    self->at = at;
}

static mc_json_error json_read_member(json_reader *self)
{
    mc_json_error error = json_read_name(self);
    if (error) return error;
    json_skip_blanks(self);
    if (self->at == self->end) return MC_JSON_TRUNCATED;
    if (*self->at != ':') return MC_JSON_UNEXPECTED;
    self->at++;
    self->expected = A_VALUE;
    return MC_JSON_VALID;
}

static mc_json_error json_read_comma_or_end(json_reader *self, byte c)
{
    int in_object = json_is_in_object(self);
    if (!self->depth) return MC_JSON_UNEXPECTED;
    if (c == (in_object ? '}' : ']')) return json_close_container(self);
    if (c != ',') return MC_JSON_UNEXPECTED;
    self->expected = in_object ? A_NAME : A_VALUE;
    self->at++;
    return MC_JSON_VALID;
}

static mc_json_error json_read_next(json_reader *self, byte c)
{
    switch (self->expected) {
    case A_COMMA_OR_END: return json_read_comma_or_end(self, c);
    case A_NAME_OR_END:
        if (c == '}') return json_close_container(self);
        return c == '"' ? json_read_member(self) : MC_JSON_UNEXPECTED;
    case A_NAME: return c == '"' ? json_read_member(self) : MC_JSON_UNEXPECTED;
    case AN_ITEM_OR_END:
        if (c == ']') return json_close_container(self);
        return json_read_value(self, c);
    default: return json_read_value(self, c);
    }
}

static mc_json_error json_read_text(json_reader *self)
{
    mc_json_error error = MC_JSON_VALID;
    for (;;) {
        json_skip_blanks(self);
        if (self->at == self->end) return self->depth || self->expected == A_VALUE ? MC_JSON_TRUNCATED : MC_JSON_VALID;
        error = json_read_next(self, *self->at);
        if (error) return error;
    }
}

/* Skips a byte order mark. */
static mc_json_error json_read_bom(json_reader *self)
{
    size_t left = (size_t)(self->end - self->at);
    if (left >= 2 && (memcmp(self->at, "\xff\xfe", 2) == 0 || memcmp(self->at, "\xfe\xff", 2) == 0))
        return MC_JSON_UTF16;
    if (left >= 3 && memcmp(self->at, "\xef\xbb\xbf", 3) == 0) {
        self->at += 3;
        json_replace(self, self->start);
    }
    return MC_JSON_VALID;
}

static mc_json_error json_run(json_reader *self, const char *text, size_t length, int flags, char *out)
{
    self->start = self->at = self->copied = (const byte *)text;
    self->end = self->start + length;
    self->flags = flags;
    self->out = (byte *)out;
    self->expected = A_VALUE;
    self->depth = 0;
    self->objects = 0;
    self->size = self->duplicate_length = 0;
    self->rewritten = 0;
    mc_json_names_init(&self->names);
    if (length > MC_JSON_SIZE_MAX) return MC_JSON_SIZE;
    mc_json_error error = json_read_bom(self);
    if (!error) error = json_read_text(self);
    json_put(self, self->copied, (size_t)(self->end - self->copied));
    return error;
}

mc_json_error mc_json_check(const char *text, size_t length, int flags, mc_json *found)
{
    json_reader self;
    mc_json_error error = json_run(&self, text, length, flags, NULL);
    found->at = (size_t)(self.at - self.start);
    found->length = self.duplicate_length;
    found->size = self.size;
    found->rewritten = self.rewritten;
    mc_json_names_free(&self.names);
    return error;
}

void mc_json_rewrite(const char *text, size_t length, int flags, char *out)
{
    json_reader self;
    json_run(&self, text, length, flags, out);
}
