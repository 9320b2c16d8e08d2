/* Random inputs to the parsers in C, in blocks of exactly their size, so that AddressSanitizer sees a read past the
   end. fuzz.lua has the parsers that need Lua. */
#include "fuzz.h"

#include "address.h"
#include "datetime.h"
#include "json_check.h"
#include "password.h"
#include "random.h"
#include "suggest.h"
#include "text.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 300000
#define NOW 1700000000 /* decides the century of a year of two digits */

/* Returns a block of exactly that text, mutated and cut. The caller frees it. */
static char *variant(random_state *state, const char *text, size_t *length)
{
    *length = strlen(text);
    if (random_below(state, 4) == 0) *length = random_below(state, *length + 1);
    char *block = malloc(*length ? *length : 1);
    if (!block) abort();
    memcpy(block, text, *length);
    random_mutate(state, block, *length);
    return block;
}

/* A parsed date, formatted and parsed again, must be the same moment. */
static const char *check_iso(const char *text, size_t length)
{
    int64_t epoch = MC_EPOCH_MAX + 1, again;
    char out[MC_ISO_SIZE], date[MC_HTTP_DATE_SIZE];
    if (mc_http_date_parse(text, length, NOW, &epoch)) {
        mc_http_date_format(epoch, date);
        size_t same =
            length == sizeof date - 1 ? length - 3 : 3; /* in the other forms the weekday, which depends on the date */
        return memcmp(text, date, same) == 0 ? "" : "a header's date changed";
    }
    if (mc_iso_parse(text, length, &epoch)) return epoch == MC_EPOCH_MAX + 1 ? "" : "a rejected date was set";
    mc_iso_format(epoch, out);
    mc_http_date_format(epoch, date);
    if (strlen(out) != sizeof out - 1 || strlen(date) != sizeof date - 1) return "a date of the wrong length";
    if (!mc_http_date_parse(date, sizeof date - 1, NOW, &again) || again != epoch)
        return "a formatted header date does not parse";
    return !mc_iso_parse(out, sizeof out - 1, &again) && again == epoch ? "" : "a date changed";
}

static void fuzz_iso(fuzz_report *report)
{
    static const char *const texts[] = {
        "2015-11-16T14:49:18+0000",       "2016-02-29 23:59:59.999-18:00", "0001-01-01T00:00Z",
        "9999-12-31T23:59:59+01",         "1970-01-01t00:00:00z",          "Tue, 24 Nov 2015 12:50:11 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
    random_state state = {RANDOM_SEED};
    const char *problem = "";
    for (long i = 0; i < ROUNDS && !*problem; i++) {
        size_t length;
        char *text = variant(&state, texts[i % 6], &length);
        problem = check_iso(text, length);
        free(text);
    }
    report("random dates", "300000 inputs", problem);
}

static const char *check_text(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    mc_suggestion suggestion = {0};
    while (at < end) {
        const unsigned char *before = at;
        int32_t code = mc_utf8_next(&at, end);
        if (at <= before || at > end) return "a code point of no size";
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "a code point that does not exist";
    }
    suggestion.word = text;
    suggestion.word_length = length;
    mc_suggest_candidate(&suggestion, "accountDisabled", 15);
    char email_buffer[MC_EMAIL_ERROR_SIZE], password_buffer[MC_PASSWORD_ERROR_SIZE];
    const char *email_error = mc_email_error(text, length, email_buffer);
    if (!email_error && (!length || length > 254 || !memchr(text, '@', length))) return "an invalid address passed";
    const char *password_error = mc_password_error(text, length, password_buffer);
    return !email_error && password_error ? "an address is valid, but not as a password" : "";
}

static void fuzz_text(fuzz_report *report)
{
    static const char *const texts[] = {"p\xc3\xa4ss",
                                        "\xe2\x82\xac\xf0\x9f\x98\x80",
                                        "acountDisabled",
                                        "a.b@[192.0.2.1]",
                                        "a@[IPv6:2001:db8::1]",
                                        "\xe2\x80\x8b.x..b@x.de",
                                        "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"};
    random_state state = {RANDOM_SEED};
    const char *problem = "";
    for (long i = 0; i < ROUNDS && !*problem; i++) {
        size_t length;
        char *text = variant(&state, texts[i % 7], &length);
        problem = check_text(text, length);
        free(text);
    }
    report("random text", "300000 inputs", problem);
}

/* A rewritten text must pass the check again without another rewrite. */
static const char *check_json(const char *text, size_t length, int flags)
{
    mc_json found, again;
    mc_json_error error = mc_json_check(text, length, flags, &found);
    if (found.at > length || found.length > length - found.at) return "an error behind the end of the text";
    if (error || !found.rewritten) return error || found.size == length ? "" : "a wrong size";
    char *out = malloc(found.size);
    if (!out) abort();
    mc_json_rewrite(text, length, flags, out);
    error = mc_json_check(out, found.size, flags & MC_JSON_REPAIR, &again);
    free(out);
    return error || again.rewritten ? "a rewritten text does not pass unchanged" : "";
}

static void fuzz_json(fuzz_report *report)
{
    static const char *const texts[] = {"{\"meta\":{\"status\":200},\"data\":[{\"a\":null,\"a\\u0062\":"
                                        "\"\\ud83d\\ude00\\ud800 \xf0\x9f\x98\x80\"}],\"fail\":[]}",
                                        "\xef\xbb\xbf[1.5,-0.001e-2,1.7976931348623157e308,9007199254740993,1e999,12]",
                                        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,"
                                        "\"j\":1,\"k\":2,\"l\":3,\"m\":4,\"n\":5,\"o\":6,\"p\":7,\"q\":8}"};
    random_state state = {RANDOM_SEED};
    const char *problem = "";
    for (long i = 0; i < ROUNDS && !*problem; i++) {
        size_t length;
        char *text = variant(&state, texts[i % 3], &length);
        problem = check_json(text, length, (int)random_below(&state, 4));
        free(text);
    }
    report("random JSON", "300000 inputs", problem);
}

/* Pushes the list of fuzz.lua: {name, what, run}. [-0, +1] */
static int load(lua_State *L)
{
    luaL_openlibs(L);
    if (luaL_loadfile(L, "spec/torture/fuzz.lua") != 0) return lua_error(L);
    open_modules(L);
    lua_pushlightuserdata(L, NULL);
    lua_call(L, 2, 1);
    return 1;
}

static void fuzz_lua(lua_State *L, fuzz_report *report)
{
    lua_pushcfunction(L, load);
    if (lua_pcall(L, 0, 1, 0) != 0) {
        report("fuzz.lua", "", lua_tostring(L, -1));
        return;
    }
    for (int i = 1;; i++) {
        lua_settop(L, 1);
        lua_rawgeti(L, 1, i);
        if (lua_isnil(L, -1)) return;
        lua_getfield(L, 2, "name");
        lua_getfield(L, 2, "what");
        lua_getfield(L, 2, "run");
        const char *problem = lua_pcall(L, 0, 0, 0) == 0 ? "" : lua_tostring(L, -1);
        report(lua_tostring(L, 3), lua_tostring(L, 4), problem ? problem : "?");
    }
}

void fuzz_run(lua_State *L, fuzz_report *report)
{
    fuzz_iso(report);
    fuzz_text(report);
    fuzz_json(report);
    fuzz_lua(L, report);
}
