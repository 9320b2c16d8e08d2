/* Finds duplicate names in JSON objects: compares hashes, and names with equal hashes.

   Names of a small object are compared in pairs, those of a larger object are sorted, so that the time is n log n
   for any text, even with equal hashes. "a" and "\u0061" are the same name. */
#include "json_names.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_OBJECT 16 /* names */
#define REPLACEMENT 0xfffd

typedef unsigned char byte;

/* Returns the value of four hexadecimal digits, or -1. */
static int32_t json_names_hex4(const byte *at, const byte *end)
{
    int32_t value = 0;
    if (end - at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int c = at[i] | 32; /* lower case; digits have that bit */
        if (!(at[i] >= '0' && at[i] <= '9') && !(c >= 'a' && c <= 'f')) return -1;
        value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

int32_t mc_json_escape(const byte **at, const byte *end)
{
    const byte *from = *at;
    int32_t code = end - from < 2 || from[0] != '\\' || from[1] != 'u' ? -1 : json_names_hex4(from + 2, end);
    if (code < 0) return -2;
    *at += 6;
    if (code < 0xd800 || code > 0xdfff) return code;
    if (code >= 0xdc00 || end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u') return -1;
    int32_t low = json_names_hex4(*at + 2, end);
    if (low < 0xdc00 || low > 0xdfff) return -1;
    *at += 6;
    return 0x10000 + (code - 0xd800) * 1024 + (low - 0xdc00);
}

/* Returns the next character of a valid name, with its escape decoded; -1 at the end. */
static int32_t json_names_next_code(const byte **at, const byte *end)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (*at == end) return -1;
    byte c = **at;
    if (c < 0x80 && c != '\\') return *(*at)++;
    int32_t code;
    if (c != '\\') {
        code = mc_utf8_next(at, end);
    } else if ((*at)[1] == 'u') {
        code = mc_json_escape(at, end);
    } else {
        code = values[strchr(letters, (*at)[1]) - letters];
        *at += 2;
    }
    return code < 0 ? REPLACEMENT : code;
}

/* FNV-1a over the characters, so that "a" and "\u0061" have the same hash. */
static uint32_t json_names_hash(const mc_json_name *self)
{
    const byte *at = self->text, *end = at + self->length;
    uint32_t hash = 2166136261u;
    for (; at < end && *at < 0x80 && *at != '\\'; at++) hash = (hash ^ *at) * 16777619u;
    for (int32_t code; (code = json_names_next_code(&at, end)) >= 0;) hash = (hash ^ (uint32_t)code) * 16777619u;
    return hash;
}

/* Compares by hash, then by characters. 0 for the same name. */
static int json_names_compare(const void *left, const void *right)
{
    const mc_json_name *a = left, *b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    const byte *p = a->text, *q = b->text;
    const byte *p_end = p + a->length, *q_end = q + b->length;
    for (;;) {
        int32_t x = json_names_next_code(&p, p_end), y = json_names_next_code(&q, q_end);
        if (x != y) return x < y ? -1 : 1;
        if (x < 0) return 0;
    }
}

/* Sorts the names, and returns the second of two equal names, or NULL. */
static const mc_json_name *json_names_sorted_duplicate(mc_json_name *names, size_t count)
{
    qsort(names, count, sizeof *names, json_names_compare);
    for (size_t i = 1; i < count; i++)
        if (json_names_compare(&names[i - 1], &names[i]) == 0)
            return &names[names[i].text > names[i - 1].text ? i : i - 1];
    return NULL;
}

const mc_json_name *mc_json_names_duplicate(mc_json_names *self, size_t first)
{
    mc_json_name *names = self->list + first;
    size_t count = self->count - first;
    if (count > SMALL_OBJECT) return json_names_sorted_duplicate(names, count);
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (names[i].hash == names[j].hash && json_names_compare(&names[i], &names[j]) == 0) return &names[i];
    return NULL;
}

void mc_json_names_init(mc_json_names *self)
{
    self->list = self->on_stack;
    self->count = 0;
    self->capacity = sizeof self->on_stack / sizeof *self->on_stack;
}

void mc_json_names_free(mc_json_names *self)
{
    if (self->list != self->on_stack) free(self->list);
}

static mc_json_error json_names_grow(mc_json_names *self)
{
    if (self->capacity == MC_JSON_NAMES_MAX) return MC_JSON_NAMES;
    size_t size = self->capacity * 4 * sizeof *self->list;
    mc_json_name *list = self->list == self->on_stack ? malloc(size) : realloc(self->list, size);
    if (!list) return MC_JSON_MEMORY;
    if (self->list == self->on_stack) memcpy(list, self->on_stack, sizeof self->on_stack);
    self->list = list;
    self->capacity *= 4;
    return MC_JSON_VALID;
}

mc_json_error mc_json_names_add(mc_json_names *self, const byte *text, size_t length)
{
    mc_json_error error = self->count == self->capacity ? json_names_grow(self) : MC_JSON_VALID;
    if (error) return error;
    mc_json_name *name = &self->list[self->count++];
    name->text = text;
    name->length = (uint32_t)length;
    name->hash = json_names_hash(name);
    return MC_JSON_VALID;
}
