/* Reads flat JSON, and declines all other JSON. */
#include "json_flat.h"

#include "json_text.h"
#include "text.h"

#include <string.h>

#define DIGITS_MAX 15 /* every such integer is exact in a double */

void mc_flat_init(mc_flat *self, const char *text, size_t length)
{
    self->at = text;
    self->end = text + length;
    self->count = 0;
}

static void flat_skip_blanks(mc_flat *self)
{
    const char *at = self->at;
    while (at < self->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    self->at = at;
}

int mc_flat_is_at_end(mc_flat *self)
{
    flat_skip_blanks(self);
    return self->at == self->end;
}

int mc_flat_take(mc_flat *self, char c)
{
    if (self->at < self->end && *self->at != c) flat_skip_blanks(self);
    if (self->at == self->end || *self->at != c) return 0;
    self->at++;
    return 1;
}

int mc_flat_take_word(mc_flat *self, const char *word)
{
    size_t length = strlen(word);
    flat_skip_blanks(self);
    if ((size_t)(self->end - self->at) < length || memcmp(self->at, word, length) != 0) return 0;
    self->at += length;
    return 1;
}

int mc_flat_equals(const mc_flat_span *span, const char *bytes, size_t length)
{
    return span->length == length && memcmp(span->bytes, bytes, length) == 0;
}

/* Reads text without escapes. The opening quote has been taken. */
static int flat_read_text(mc_flat *self, mc_flat_span *span)
{
    const unsigned char *from = (const unsigned char *)self->at, *end = (const unsigned char *)self->end, *at = from;
    for (;;) {
        at = mc_json_skip_plain(at, end);
        if (at == end) return 0;
        if (*at == '"') break;
        if (*at < 0x80 || mc_utf8_next(&at, end) < 0) return 0;
    }
    span->bytes = self->at;
    span->length = (size_t)(at - from);
    self->at = (const char *)at + 1;
    return 1;
}

/* Reads an integer. What follows it shows whether it was one: a comma or the end of the object. "-0" is declined: only
   Lua without integers keeps its sign. */
static int flat_read_integer(mc_flat *self, double *number)
{
    int negative = *self->at == '-', digits = 0;
    double value = 0;
    const char *at = self->at + negative;
    int starts_with_zero = at < self->end && *at == '0';
    for (; at < self->end && *at >= '0' && *at <= '9'; at++)
        if (digits++ < DIGITS_MAX) value = value * 10 + (*at - '0');
    if (!digits || digits > DIGITS_MAX || (starts_with_zero && (digits > 1 || negative))) return 0;
    *number = negative ? -value : value;
    self->at = at;
    return 1;
}

static int flat_read_value(mc_flat *self, mc_flat_member *member)
{
    flat_skip_blanks(self);
    if (self->at == self->end) return 0;
    switch (*self->at) {
    case '"':
        self->at++;
        member->type = MC_FLAT_TEXT;
        return flat_read_text(self, &member->text);
    case 't':
    case 'f':
        member->type = MC_FLAT_BOOLEAN;
        member->number = *self->at == 't';
        return mc_flat_take_word(self, *self->at == 't' ? "true" : "false");
    case 'n': member->type = MC_FLAT_NULL; return mc_flat_take_word(self, "null");
    default: member->type = MC_FLAT_INTEGER; return flat_read_integer(self, &member->number);
    }
}

int mc_flat_read_name(mc_flat *self, mc_flat_span *name)
{
    return mc_flat_take(self, '"') && flat_read_text(self, name) && mc_flat_take(self, ':');
}

static int flat_is_duplicate(const mc_flat *self, const mc_flat_span *name)
{
    for (int i = 0; i < self->count; i++)
        if (mc_flat_equals(name, self->members[i].name.bytes, self->members[i].name.length)) return 1;
    return 0;
}

int mc_flat_read_object(mc_flat *self)
{
    self->count = 0;
    if (!mc_flat_take(self, '{')) return 0;
    if (mc_flat_take(self, '}')) return 1;
    do {
        mc_flat_member *member = &self->members[self->count];
        if (self->count == MC_FLAT_MEMBERS_MAX || !mc_flat_read_name(self, &member->name) ||
            flat_is_duplicate(self, &member->name) || !flat_read_value(self, member))
            return 0;
        self->count++;
    } while (mc_flat_take(self, ','));
    return mc_flat_take(self, '}');
}
