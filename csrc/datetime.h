/* Dates and times on the wire: ISO 8601, and the dates of HTTP headers and API 1.0. Gregorian, UTC, years 0001 to
   9999. */
#ifndef MC_DATETIME_H
#define MC_DATETIME_H

#include <stddef.h>
#include <stdint.h>

#define MC_EPOCH_MIN (-62135596800LL) /* 0001-01-01T00:00:00Z */
#define MC_EPOCH_MAX 253402300799LL   /* 9999-12-31T23:59:59Z */

#define MC_ISO_SIZE sizeof "2015-11-16T14:49:18+0000"
#define MC_HTTP_DATE_SIZE sizeof "Tue, 24 Nov 2015 12:50:11 UTC"

/* The error for a bare number where a date and time must be text. */
extern const char mc_bare_number[];

/* Parses an ISO 8601 date and time with a zone. Returns NULL and sets *epoch, or returns why the text is invalid. */
const char *mc_iso_parse(const char *text, size_t length, int64_t *epoch);

/* Parses the date of an HTTP header in the three forms of RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT" (or UTC),
   "Sunday, 06-Nov-94 08:49:37 GMT", where `now` decides the century, and "Sun Nov  6 08:49:37 1994". Returns 1 and sets
   *epoch, or returns 0. */
int mc_http_date_parse(const char *text, size_t length, int64_t now, int64_t *epoch);

/* Writes 2015-11-16T14:49:18+0000, the form that the service writes. */
void mc_iso_format(int64_t epoch, char out[MC_ISO_SIZE]);

/* Writes Tue, 24 Nov 2015 12:50:11 UTC (mimecast-api: RFC 1123 shape, zone literal UTC). */
void mc_http_date_format(int64_t epoch, char out[MC_HTTP_DATE_SIZE]);

#endif
