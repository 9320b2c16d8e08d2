/* Fuzz target: the parsers in C, each with the same bytes in a block of exactly their size; where a parser expects the NUL byte
   that ends a Lua string, the block has one. */
#include "address.h"
#include "datetime.h"
#include "json_check.h"
#include "text.h"
#include "url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(int holds)
{
    if (!holds) abort();
}

#define NOW 1700000000 /* tells the century of a year of two digits */

/* A date that is read must be read the same from what is written of it. */
static void check_dates(const char *text, size_t size)
{
    int64_t epoch, again;
    char iso[MC_ISO_SIZE], date[MC_HTTP_DATE_SIZE];
    if (mc_iso_parse(text, size, &epoch) == NULL) {
        require_that(epoch >= MC_EPOCH_MIN && epoch <= MC_EPOCH_MAX);
        mc_iso_format(epoch, iso);
        require_that(mc_iso_parse(iso, sizeof iso - 1, &again) == NULL && again == epoch);
    }
    if (mc_http_date_parse(text, size, NOW, &epoch)) {
        mc_http_date_format(epoch, date);
        require_that(mc_http_date_parse(date, sizeof date - 1, NOW, &again) && again == epoch);
    }
}

static void check_utf8(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;
    while (at < end) {
        const unsigned char *before = at;
        int32_t code = mc_utf8_next(&at, end);
        require_that(at > before && at <= end);
        require_that(code >= -1 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
    }
}

/* What passes the check must, once written anew, pass it again as it stands. */
static void check_json(const char *text, size_t size, int flags)
{
    mc_json found, again;
    mc_json_problem problem = mc_json_check(text, size, flags, &found);
    require_that(found.at <= size && found.length <= size - found.at);
    if (problem || !found.rewritten) {
        require_that(problem || found.size == size);
        return;
    }
    char *out = malloc(found.size ? found.size : 1);
    if (!out) abort();
    mc_json_rewrite(text, size, flags, out);
    require_that(!mc_json_check(out, found.size, flags & MC_JSON_REPAIR, &again) && !again.rewritten);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int loopback = 0;
    char *text = malloc(size ? size : 1), *ended = malloc(size + 1);
    if (!text || !ended) abort();
    if (size) memcpy(text, data, size);
    if (size) memcpy(ended, data, size);
    ended[size] = '\0';
    check_dates(text, size);
    check_utf8(text, size);
    char buffer[MC_PROBLEM_SIZE];
    const char *problem = mc_email_problem(text, size, buffer);
    require_that(problem || (size && size <= 254 && memchr(text, '@', size)));
    require_that(problem || !mc_password_problem(text, size, buffer));
    for (int flags = 0; flags < 4; flags++) check_json(text, size, flags);
    (void)mc_url_problem(ended, size, &loopback);
    mc_nearest nearest = {0};
    nearest.word = text;
    nearest.word_length = size;
    mc_nearest_consider(&nearest, "accountDisabled", 15);
    free(text);
    free(ended);
    return 0;
}
