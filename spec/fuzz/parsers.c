/* Fuzz target: the parsers in C. Each gets the input in a block of exactly its size; a parser that expects the NUL
   behind a Lua string gets a block with a NUL. */
#include "address.h"
#include "datetime.h"
#include "json_check.h"
#include "json_flat.h"
#include "password.h"
#include "suggest.h"
#include "text.h"
#include "url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_that(int holds)
{
    if (!holds) abort();
}

#define NOW 1700000000 /* decides the century of a year of two digits */

/* A parsed date, formatted and parsed again, must stay the same. */
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

/* A rewritten text must pass the check again without another rewrite. */
static void check_json(const char *text, size_t size, int flags)
{
    mc_json found, again;
    mc_json_error error = mc_json_check(text, size, flags, &found);
    require_that(found.at <= size && found.length <= size - found.at);
    if (error || !found.rewritten) {
        require_that(error || found.size == size);
        return;
    }
    char *out = malloc(found.size ? found.size : 1);
    if (!out) abort();
    mc_json_rewrite(text, size, flags, out);
    require_that(!mc_json_check(out, found.size, flags & MC_JSON_REPAIR, &again) && !again.rewritten);
    free(out);
}

static int is_within(const mc_flat_span *span, const char *text, size_t size)
{
    return span->bytes >= text && span->length <= size && (size_t)(span->bytes - text) <= size - span->length;
}

/* What the flat reader accepts must be valid JSON that the general way reads unchanged. */
static void check_flat(const char *text, size_t size)
{
    static mc_flat flat;
    mc_json found;
    mc_flat_init(&flat, text, size);
    if (!mc_flat_read_object(&flat)) return;
    for (int i = 0; i < flat.count; i++) {
        const mc_flat_member *member = &flat.members[i];
        require_that(is_within(&member->name, text, size));
        require_that(member->type != MC_FLAT_TEXT || is_within(&member->text, text, size));
    }
    if (mc_flat_is_at_end(&flat)) require_that(!mc_json_check(text, size, MC_JSON_REPAIR, &found) && !found.rewritten);
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
    char email_buffer[MC_EMAIL_ERROR_SIZE], password_buffer[MC_PASSWORD_ERROR_SIZE];
    const char *error = mc_email_error(text, size, email_buffer);
    require_that(error || (size && size <= 254 && memchr(text, '@', size)));
    require_that(error || !mc_password_error(text, size, password_buffer));
    for (int flags = 0; flags < 4; flags++) check_json(text, size, flags);
    check_flat(text, size);
    (void)mc_url_error(ended, size, &loopback);
    mc_suggestion suggestion = {0};
    suggestion.word = text;
    suggestion.word_length = size;
    mc_suggest_candidate(&suggestion, "accountDisabled", 15);
    free(text);
    free(ended);
    return 0;
}
