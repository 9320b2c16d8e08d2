/* Removes secrets from a foreign text, such as an error page, before it is logged or shown.

   A service, a proxy or a portal may repeat a secret unchanged, in JSON, HTML or a form, or in JSON within one of
   these. The text is decoded in each way, and each secret is searched for in the result (Knuth, Morris and Pratt),
   so that the time is always proportional to the length of the text times the number of secrets. */
#include "modules.h"
#include "secret.h"

#include <stdint.h>
#include <string.h>

#define TEXT_MAX 65536 /* bytes of a text; the rest is cut off before the search */
#define PREFIX_MIN 3   /* bytes of a secret to hide at the end of a text */
#define ENTITY_MAX 32  /* characters between & and ; */

/* A decoded byte, and its position in the text. */
typedef struct redact_unit {
    uint32_t from, to;
    unsigned char byte;
} redact_unit;

/* The memory of a search. */
typedef struct redact_work {
    uint32_t length;        /* of the text */
    uint32_t *open, *close; /* how many matches begin and end at a byte of the text */
    uint32_t *failure;      /* the failure function of Knuth, Morris and Pratt */
    redact_unit *plain, *once, *twice;
} redact_work;

/* ---- encodings ---- */

/* Decodes the escape at the start of `in`. Sets its number of units and its bytes, and returns the number of bytes,
   at most four: 0 if there is no escape, -1 if the text ends within it. */
typedef int redact_decoder(const redact_unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes);

static int redact_hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static int redact_encode_utf8(uint32_t code, unsigned char *bytes)
{
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
        return 1;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (int i = more; i > 0; i--, code >>= 6) bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
    bytes[0] = (unsigned char)((0xff00 >> (more + 1)) | code);
    return more + 1;
}

/* Returns the number in \uXXXX; -1 if there is no such escape, -2 if the text ends within it. */
static int32_t redact_unicode_escape(const redact_unit *in, uint32_t count)
{
    int32_t code = 0;
    for (uint32_t i = 0; i < 6; i++) {
        if (i >= count) return -2;
        int digit = redact_hex_value(in[i].byte);
        if (i < 2 ? in[i].byte != (i ? 'u' : '\\') : digit < 0) return -1;
        if (i >= 2) code = code * 16 + digit;
    }
    return code;
}

static int redact_decode_json(const redact_unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    if (in[0].byte != '\\') return 0;
    int32_t code = redact_unicode_escape(in, count);
    if (code == -2) return -1;
    if (code >= 0) {
        *taken = 6;
        if (code < 0xd800 || code > 0xdbff) return redact_encode_utf8((uint32_t)code, bytes);
        int32_t low = redact_unicode_escape(in + 6, count - 6);
        if (low == -2) return -1;
        if (low < 0xdc00 || low > 0xdfff) return redact_encode_utf8((uint32_t)code, bytes);
        *taken = 12;
        return redact_encode_utf8(0x10000 + (((uint32_t)code - 0xd800) << 10) + ((uint32_t)low - 0xdc00), bytes);
    }
    const char *letter = in[1].byte ? strchr(letters, in[1].byte) : NULL;
    bytes[0] = letter ? (unsigned char)values[letter - letters] : in[1].byte;
    *taken = 2;
    return 1;
}

static int redact_is_name(const char *name, const char *text, uint32_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

/* Returns the code point of the entity name between & and ;, or -1. */
static int32_t redact_entity(const char *text, uint32_t length)
{
    static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};
    static const char characters[] = "&<>\"'";
    for (int i = 0; i < 5; i++)
        if (redact_is_name(names[i], text, length)) return characters[i];
    if (length < 2 || text[0] != '#') return -1;
    int is_hex = text[1] == 'x' || text[1] == 'X';
    int32_t code = is_hex && length == 2 ? -1 : 0;
    for (uint32_t i = is_hex ? 2 : 1; i < length && code >= 0; i++) {
        int digit = redact_hex_value((unsigned char)text[i]);
        code = digit < 0 || (digit > 9 && !is_hex) ? -1 : code * (is_hex ? 16 : 10) + digit;
        if (code > 0x10ffff) code = -1;
    }
    return code;
}

static int redact_decode_html(const redact_unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    char name[ENTITY_MAX];
    if (in[0].byte != '&') return 0;
    for (uint32_t i = 1; i <= ENTITY_MAX; i++) {
        if (i >= count) return -1;
        unsigned char c = in[i].byte;
        if (c == ';') {
            int32_t code = redact_entity(name, i - 1);
            *taken = i + 1;
            return code < 0 ? 0 : redact_encode_utf8((uint32_t)code, bytes);
        }
        if (c != '#' && !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9')) return 0;
        name[i - 1] = (char)c;
    }
    return 0;
}

static int redact_decode_form(const redact_unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    *taken = 1;
    bytes[0] = ' ';
    if (in[0].byte == '+') return 1;
    if (in[0].byte != '%') return 0;
    int high = count > 1 ? redact_hex_value(in[1].byte) : 0, low = count > 2 ? redact_hex_value(in[2].byte) : 0;
    if (high < 0 || low < 0) return 0;
    if (count < 3) return -1;
    bytes[0] = (unsigned char)(high * 16 + low);
    *taken = 3;
    return 1;
}

/* Returns the number of decoded units. If the text ends within an escape, they end before it. */
static uint32_t redact_decode(redact_decoder *decoder, const redact_unit *in, uint32_t count, redact_unit *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count;) {
        unsigned char bytes[4];
        uint32_t taken = 1;
        int count_out = decoder(in + i, count - i, &taken, bytes);
        if (count_out < 0) break;
        if (count_out == 0) {
            out[n++] = in[i++];
            continue;
        }
        /* Never more bytes than the escape has. */
        for (int b = 0; b < count_out; b++) out[n++] = (redact_unit){in[i].from, in[i + taken - 1].to, bytes[b]};
        i += taken;
    }
    return n;
}

/* ---- the search ---- */

static void redact_mark(redact_work *self, uint32_t from, uint32_t to)
{
    self->open[from]++;
    self->close[to]++;
}

/* Marks the matches of a secret in the decoded text, and a part of it at the end of the text. */
static void redact_search(redact_work *self, const redact_unit *text, uint32_t count, const unsigned char *secret,
                          size_t length)
{
    uint32_t *failure = self->failure, most = length < count ? (uint32_t)length : count, state = 0;
    if (!most) return;
    failure[0] = 0;
    for (uint32_t i = 1; i < most; i++) {
        while (state && secret[state] != secret[i]) state = failure[state - 1];
        if (secret[state] == secret[i]) state++;
        failure[i] = state;
    }
    state = 0;
    for (uint32_t i = 0; i < count; i++) {
        while (state && (state == length || secret[state] != text[i].byte)) state = failure[state - 1];
        if (secret[state] == text[i].byte) state++;
        if (state == length) redact_mark(self, text[i + 1 - state].from, text[i].to);
    }
    if (state == length) state = failure[state - 1];
    if (state >= PREFIX_MIN) redact_mark(self, text[count - state].from, self->length);
}

/* Searches a decoded text for all secrets of the list at an index. [-0, +0] */
static void redact_search_all(lua_State *L, redact_work *self, const redact_unit *text, uint32_t count, int secrets)
{
    int number = (int)mc_rawlen(L, secrets);
    for (int i = 1; i <= number; i++) {
        size_t length;
        lua_rawgeti(L, secrets, i);
        const char *secret = mc_secret_bytes(L, -1, &length);
        if (!secret) luaL_error(L, "a secret is neither text nor a secret");
        redact_search(self, text, count, (const unsigned char *)secret, length);
        lua_pop(L, 1);
    }
}

/* Searches the text in all encodings. [-0, +0] */
static void redact_search_encodings(lua_State *L, redact_work *self, int secrets)
{
    static redact_decoder *const encodings[][2] = {{redact_decode_json, NULL},
                                                   {redact_decode_html, NULL},
                                                   {redact_decode_form, NULL},
                                                   {redact_decode_json, redact_decode_json},
                                                   {redact_decode_html, redact_decode_json},
                                                   {redact_decode_form, redact_decode_json}};
    redact_search_all(L, self, self->plain, self->length, secrets);
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        uint32_t count = redact_decode(encodings[i][0], self->plain, self->length, self->once);
        redact_unit *out = self->once;
        if (encodings[i][1]) {
            count = redact_decode(encodings[i][1], out, count, self->twice);
            out = self->twice;
        }
        redact_search_all(L, self, out, count, secrets);
    }
}

/* Pushes a userdata with the memory of a search, so that an error frees it. [-0, +1] */
static void redact_prepare(lua_State *L, redact_work *self, const char *text, uint32_t length)
{
    size_t places = (size_t)length + 1;
    self->length = length;
    self->plain = lua_newuserdata(L, places * (3 * sizeof *self->plain + 3 * sizeof *self->open));
    self->once = self->plain + places;
    self->twice = self->once + places;
    self->open = (uint32_t *)(self->twice + places);
    self->close = self->open + places;
    self->failure = self->close + places;
    memset(self->open, 0, 2 * places * sizeof *self->open);
    for (uint32_t i = 0; i < length; i++) self->plain[i] = (redact_unit){i, i + 1, (unsigned char)text[i]};
}

/* Pushes the text with each match replaced by ***. [-0, +1] */
static void redact_push_result(lua_State *L, const redact_work *self)
{
    luaL_Buffer buffer;
    uint32_t depth = 0;
    luaL_buffinit(L, &buffer);
    for (uint32_t i = 0; i < self->length; i++) {
        depth -= self->close[i];
        if (!depth && self->open[i]) luaL_addlstring(&buffer, "***", 3);
        depth += self->open[i];
        if (!depth) luaL_addchar(&buffer, (char)self->plain[i].byte);
    }
    luaL_pushresult(&buffer);
}

/* redact(text, {secret, …}) -> the first 64 KiB of the text, with each secret replaced by ***, also a secret that
   the end of the text cuts off. [-0, +1] */
static int redact_text(lua_State *L)
{
    size_t length;
    redact_work self;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    redact_prepare(L, &self, text, length < TEXT_MAX ? (uint32_t)length : TEXT_MAX);
    if (mc_rawlen(L, 2)) redact_search_encodings(L, &self, 2);
    redact_push_result(L, &self);
    return 1;
}

static const luaL_Reg functions[] = {
    {"redact", redact_text},
    {NULL, NULL},
};

void mc_redact_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}
