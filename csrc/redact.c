/* Takes secrets out of a text that somebody else wrote, before anybody sees it.

   A service, a proxy or a portal may repeat a secret as it is, in JSON, HTML or a form, or in JSON within one of these.
   The text is decoded in each way, and each secret is searched for in what comes out (Knuth, Morris and Pratt), so that
   the work grows with the length of the text times the number of secrets, whatever the two are made of. */
#include "redact.h"

#include "secret.h"

#include <stdint.h>
#include <string.h>

#define LOOKED_AT 65536 /* bytes of a text: what follows is cut off before anything is searched */
#define SHORTEST_PART 3 /* bytes of a secret, at the end of a text, that are worth hiding */
#define ENTITY_MAX 32   /* characters between & and ; */

/* A character after decoding, and where in the text it was written. */
typedef struct unit {
    uint32_t from, to;
    unsigned char byte;
} unit;

/* All that one search needs. Texts are short: 64 KiB at most. */
typedef struct work {
    uint32_t length;       /* of the text */
    uint32_t *open, *close; /* how many findings begin and end at a byte of the text */
    uint32_t *fall;        /* for a beginning of the secret: the longest shorter one that it ends with */
    unit *plain, *once, *twice;
} work;

/* ---- ways of writing ---- */

/* Decodes the escape at the start of `in`. Sets how many units it takes and its bytes, at most four, and returns how many
   these are: 0 where it is no escape, -1 where the text ends within it. */
typedef int decoder(const unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes);

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static int encode_utf8(uint32_t code, unsigned char *bytes)
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

/* The number of \uXXXX; -1 where it is none, -2 where the text ends within it. */
static int32_t unicode_escape(const unit *in, uint32_t count)
{
    int32_t code = 0;
    for (uint32_t i = 0; i < 6; i++) {
        if (i >= count) return -2;
        int digit = hex_value(in[i].byte);
        if (i < 2 ? in[i].byte != (i ? 'u' : '\\') : digit < 0) return -1;
        if (i >= 2) code = code * 16 + digit;
    }
    return code;
}

static int decode_json(const unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    if (in[0].byte != '\\') return 0;
    int32_t code = unicode_escape(in, count);
    if (code == -2) return -1;
    if (code >= 0) {
        *taken = 6;
        if (code < 0xd800 || code > 0xdbff) return encode_utf8((uint32_t)code, bytes);
        int32_t low = unicode_escape(in + 6, count - 6);
        if (low == -2) return -1;
        if (low < 0xdc00 || low > 0xdfff) return encode_utf8((uint32_t)code, bytes);
        *taken = 12;
        return encode_utf8(0x10000 + (((uint32_t)code - 0xd800) << 10) + ((uint32_t)low - 0xdc00), bytes);
    }
    const char *letter = in[1].byte ? strchr(letters, in[1].byte) : NULL;
    bytes[0] = letter ? (unsigned char)values[letter - letters] : in[1].byte;
    *taken = 2;
    return 1;
}

static int is_name(const char *name, const char *text, uint32_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

/* The code point that stands between & and ;, or -1. */
static int32_t entity(const char *text, uint32_t length)
{
    static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};
    static const char characters[] = "&<>\"'";
    for (int i = 0; i < 5; i++)
        if (is_name(names[i], text, length)) return characters[i];
    if (length < 2 || text[0] != '#') return -1;
    int is_hex = text[1] == 'x' || text[1] == 'X';
    int32_t code = is_hex && length == 2 ? -1 : 0;
    for (uint32_t i = is_hex ? 2 : 1; i < length && code >= 0; i++) {
        int digit = hex_value((unsigned char)text[i]);
        code = digit < 0 || (digit > 9 && !is_hex) ? -1 : code * (is_hex ? 16 : 10) + digit;
        if (code > 0x10ffff) code = -1;
    }
    return code;
}

static int decode_html(const unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    char name[ENTITY_MAX];
    if (in[0].byte != '&') return 0;
    for (uint32_t i = 1; i <= ENTITY_MAX; i++) {
        if (i >= count) return -1;
        unsigned char c = in[i].byte;
        if (c == ';') {
            int32_t code = entity(name, i - 1);
            *taken = i + 1;
            return code < 0 ? 0 : encode_utf8((uint32_t)code, bytes);
        }
        if (c != '#' && !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9')) return 0;
        name[i - 1] = (char)c;
    }
    return 0;
}

static int decode_form(const unit *in, uint32_t count, uint32_t *taken, unsigned char *bytes)
{
    *taken = 1;
    bytes[0] = ' ';
    if (in[0].byte == '+') return 1;
    if (in[0].byte != '%') return 0;
    int high = count > 1 ? hex_value(in[1].byte) : 0, low = count > 2 ? hex_value(in[2].byte) : 0;
    if (high < 0 || low < 0) return 0;
    if (count < 3) return -1;
    bytes[0] = (unsigned char)(high * 16 + low);
    *taken = 3;
    return 1;
}

/* Returns how many units came out. Where the text ends within an escape, they end before it. */
static uint32_t decode(decoder *way, const unit *in, uint32_t count, unit *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count;) {
        unsigned char bytes[4];
        uint32_t taken = 1;
        int made = way(in + i, count - i, &taken, bytes);
        if (made < 0) break;
        if (made == 0) {
            out[n++] = in[i++];
            continue;
        }
        for (int b = 0; b < made; b++) out[n++] = (unit){in[i].from, in[i + taken - 1].to, bytes[b]}; /* never more than it takes */
        i += taken;
    }
    return n;
}

/* ---- the search ---- */

static void mark(work *self, uint32_t from, uint32_t to)
{
    self->open[from]++;
    self->close[to]++;
}

/* Marks where a secret is in the decoded text, and its beginning where the text ends within it. */
static void search(work *self, const unit *text, uint32_t count, const unsigned char *secret, size_t length)
{
    uint32_t *fall = self->fall, most = length < count ? (uint32_t)length : count, state = 0;
    if (!most) return;
    fall[0] = 0;
    for (uint32_t i = 1; i < most; i++) {
        while (state && secret[state] != secret[i]) state = fall[state - 1];
        if (secret[state] == secret[i]) state++;
        fall[i] = state;
    }
    state = 0;
    for (uint32_t i = 0; i < count; i++) {
        while (state && (state == length || secret[state] != text[i].byte)) state = fall[state - 1];
        if (secret[state] == text[i].byte) state++;
        if (state == length) mark(self, text[i + 1 - state].from, text[i].to);
    }
    if (state == length) state = fall[state - 1];
    if (state >= SHORTEST_PART) mark(self, text[count - state].from, self->length);
}

/* Searches for all secrets of the list at an index in a decoded text. [-0, +0] */
static void search_all(lua_State *L, work *self, const unit *text, uint32_t count, int secrets)
{
    int number = (int)mc_rawlen(L, secrets);
    for (int i = 1; i <= number; i++) {
        size_t length;
        lua_rawgeti(L, secrets, i);
        const char *secret = mc_secret_bytes(L, -1, &length);
        if (!secret) luaL_error(L, "a secret is neither text nor a secret");
        search(self, text, count, (const unsigned char *)secret, length);
        lua_pop(L, 1);
    }
}

static void search_ways(lua_State *L, work *self, int secrets)
{
    static decoder *const ways[][2] = {{decode_json, NULL},        {decode_html, NULL},        {decode_form, NULL},
                                       {decode_json, decode_json}, {decode_html, decode_json}, {decode_form, decode_json}};
    search_all(L, self, self->plain, self->length, secrets);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        uint32_t count = decode(ways[i][0], self->plain, self->length, self->once);
        unit *out = self->once;
        if (ways[i][1]) {
            count = decode(ways[i][1], out, count, self->twice);
            out = self->twice;
        }
        search_all(L, self, out, count, secrets);
    }
}

/* Memory for a text, in a userdata, so that it goes whatever is raised. [-0, +1] */
static void prepare(lua_State *L, work *self, const char *text, uint32_t length)
{
    size_t places = (size_t)length + 1;
    self->length = length;
    self->plain = lua_newuserdata(L, places * (3 * sizeof *self->plain + 3 * sizeof *self->open));
    self->once = self->plain + places;
    self->twice = self->once + places;
    self->open = (uint32_t *)(self->twice + places);
    self->close = self->open + places;
    self->fall = self->close + places;
    memset(self->open, 0, 2 * places * sizeof *self->open);
    for (uint32_t i = 0; i < length; i++) self->plain[i] = (unit){i, i + 1, (unsigned char)text[i]};
}

/* Pushes the text with *** in the place of what was found. [-0, +1] */
static void push_rest(lua_State *L, const work *self)
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

/* redact(text, {secret, …}) -> the first 64 KiB of the text with *** in the place of each secret, and of one's beginning
   where the text ends within it. [-0, +1] */
static int redact(lua_State *L)
{
    size_t length;
    work self;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    prepare(L, &self, text, length < LOOKED_AT ? (uint32_t)length : LOOKED_AT);
    if (mc_rawlen(L, 2)) search_ways(L, &self, 2);
    push_rest(L, &self);
    return 1;
}

static const luaL_Reg functions[] = {
    {"redact", redact},
    {NULL, NULL},
};

void mc_redact_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}
