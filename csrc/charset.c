/* Converts text of other character encodings to UTF-8, in pieces, by the iconv of the C library. */
#include "modules.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#define MC_DECODER "mimecast.decoder"
#define NAME_MAX_LENGTH 40
#define OUTPUT_SIZE 4096

typedef struct charset_decoder {
    iconv_t handle;
    int is_open;
} charset_decoder;

/* Returns whether the name is safe for iconv_open. A slash begins flags of glibc such as //IGNORE, which drop characters.
   The empty name, CHAR and WCHAR_T depend on the locale or the machine. */
static int charset_is_name(const char *name, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
    return length > 0 && length <= NAME_MAX_LENGTH && strspn(name, allowed) == length && !strstr(name, "char") &&
           !strstr(name, "CHAR");
}

/* decoder(encoding) -> decoder to UTF-8, or nil if the C library does not know the encoding. [-0, +1] */
static int charset_decoder_new(lua_State *L)
{
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    charset_decoder *self = mc_newudata(L, sizeof *self, MC_DECODER);
    iconv_t handle = charset_is_name(name, length) ? iconv_open("UTF-8", name) : (iconv_t)-1;
    if (handle == (iconv_t)-1) {
        lua_pushnil(L);
        return 1;
    }
    self->handle = handle;
    self->is_open = 1;
    return 1;
}

/* Converts input until it ends or cannot be converted. Returns 0 or the errno of iconv. `in` is NULL to end the text.
   [-0, +0, and the buffer's] */
static int charset_convert(charset_decoder *self, luaL_Buffer *buffer, char **in, size_t *in_left)
{
    for (;;) {
        char output[OUTPUT_SIZE], *out = output;
        size_t out_left = sizeof output;
        size_t result = iconv(self->handle, in, in_left, &out, &out_left);
        int error = result == (size_t)-1 ? errno : 0;
        luaL_addlstring(buffer, output, sizeof output - out_left);
        if (error != E2BIG) return error;
    }
}

/* decoder:decode(bytes[, last]) -> text, number of converted bytes, and `invalid` or `incomplete` if the next byte
   cannot be converted. The caller passes the bytes that are left again, with more behind them. [-0, +2 or 3] */
static int charset_decode(lua_State *L)
{
    charset_decoder *self = luaL_checkudata(L, 1, MC_DECODER);
    size_t length, left;
    const char *bytes = luaL_checklstring(L, 2, &length);
    int is_last = lua_toboolean(L, 3), error;
    char *at = (char *)(uintptr_t)bytes; /* iconv takes a pointer to char, and does not write to it */
    luaL_Buffer buffer;
    luaL_argcheck(L, self->is_open, 1, "the decoder is closed");
    luaL_buffinit(L, &buffer);
    left = length;
    error = charset_convert(self, &buffer, &at, &left);
    if (!error && is_last) error = charset_convert(self, &buffer, NULL, NULL);
    luaL_pushresult(&buffer);
    mc_pushinteger(L, (lua_Number)(length - left));
    if (!error) return 2;
    lua_pushstring(L, error == EINVAL ? "incomplete" : "invalid");
    return 3;
}

/* Frees the decoder. [-0, +0] */
static int charset_free(lua_State *L)
{
    charset_decoder *self = luaL_checkudata(L, 1, MC_DECODER);
    if (self->is_open) iconv_close(self->handle);
    self->is_open = 0;
    return 0;
}

static const luaL_Reg metamethods[] = {
    {"__gc", charset_free},
    {"__close", charset_free},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"close", charset_free},
    {"decode", charset_decode},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"decoder", charset_decoder_new},
    {NULL, NULL},
};

void mc_charset_open(lua_State *L)
{
    mc_newtype(L, MC_DECODER, metamethods, methods);
    mc_setfuncs(L, functions);
}
