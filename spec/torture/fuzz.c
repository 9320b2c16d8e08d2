/* Random inputs. The parsers in C get them in blocks of exactly their size, so that AddressSanitizer sees a read past
   the end; what needs Lua is in fuzz.lua. */
#include "fuzz.h"

#include "address.h"
#include "datetime.h"
#include "json_check.h"
#include "random.h"
#include "text.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 300000
#define NOW 1700000000 /* tells the century of a year of two digits */


/* A block of exactly that text, mutated and cut; the caller frees it. */
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

/* What parses must be written and parsed to the same moment. */
static const char *check_iso(const char *text, size_t length)
{
    int64_t epoch = MC_EPOCH_MAX + 1, again;
    char out[MC_ISO_SIZE], date[MC_HTTP_DATE_SIZE];
    if (mc_http_date_parse(text, length, NOW, &epoch)) {
        mc_http_date_format(epoch, date);
        size_t same = length == sizeof date - 1 ? length - 3 : 3; /* of another form the weekday, which tells the date */
        return memcmp(text, date, same) == 0 ? "" : "a header's date changed on its way";
    }
    if (mc_iso_parse(text, length, &epoch)) return epoch == MC_EPOCH_MAX + 1 ? "" : "a refused date was written";
    mc_iso_format(epoch, out);
    mc_http_date_format(epoch, date);
    if (strlen(out) != sizeof out - 1 || strlen(date) != sizeof date - 1) return "a date of the wrong length";
    if (!mc_http_date_parse(date, sizeof date - 1, NOW, &again) || again != epoch) return "a header's date is not read again";
    return !mc_iso_parse(out, sizeof out - 1, &again) && again == epoch ? "" : "a date changed on its way";
}

static void fuzz_iso(fuzz_report *report)
{
    static const char *const texts[] = {"2015-11-16T14:49:18+0000", "2016-02-29 23:59:59.999-18:00", "0001-01-01T00:00Z",
                                        "9999-12-31T23:59:59+01", "1970-01-01t00:00:00z",
                                        "Tue, 24 Nov 2015 12:50:11 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994"};
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
    mc_nearest nearest = {0};
    while (at < end) {
        const unsigned char *before = at;
        int32_t code = mc_utf8_next(&at, end);
        if (at <= before || at > end) return "a code point of no size";
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "a code point that does not exist";
    }
    nearest.word = text;
    nearest.word_length = length;
    mc_nearest_consider(&nearest, "accountDisabled", 15);
    char buffer[MC_PROBLEM_SIZE];
    const char *of_email = mc_email_problem(text, length, buffer);
    if (!of_email && (!length || length > 254 || !memchr(text, '@', length))) return "an address that is none";
    const char *of_password = mc_password_problem(text, length, buffer);
    return !of_email && of_password ? "what may stand in an address may not in a password" : "";
}

static void fuzz_text(fuzz_report *report)
{
    static const char *const texts[] = {"p\xc3\xa4ss", "\xe2\x82\xac\xf0\x9f\x98\x80", "acountDisabled",
                                        "a.b@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "\xe2\x80\x8b.x..b@x.de",
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

/* What passes the check must, once written anew, pass it again as it stands. */
static const char *check_json(const char *text, size_t length, int flags)
{
    mc_json found, again;
    mc_json_problem problem = mc_json_check(text, length, flags, &found);
    if (found.at > length || found.length > length - found.at) return "a problem behind the end of the text";
    if (problem || !found.rewritten) return problem || found.size == length ? "" : "a size that is not the text's";
    char *out = malloc(found.size);
    if (!out) abort();
    mc_json_rewrite(text, length, flags, out);
    problem = mc_json_check(out, found.size, flags & MC_JSON_REPAIR, &again);
    free(out);
    return problem || again.rewritten ? "a text written anew does not pass as it stands" : "";
}

static void fuzz_json(fuzz_report *report)
{
    static const char *const texts[] = {
        "{\"meta\":{\"status\":200},\"data\":[{\"a\":null,\"a\\u0062\":\"\\ud83d\\ude00\\ud800 \xf0\x9f\x98\x80\"}],\"fail\":[]}",
        "\xef\xbb\xbf[1.5,-0.001e-2,1.7976931348623157e308,9007199254740993,1e999,12]",
        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":1,\"k\":2,\"l\":3,\"m\":4,\"n\":5,\"o\":6,\"p\":7,\"q\":8}"};
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

/* fuzz.lua: a list of {name, what, function}. */
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
