/* Dates and times of the wire, without the C library's locale, zone or year limits. */
#include "datetime.h"

#include <string.h>

#define SECONDS_A_DAY 86400
#define LARGEST_OFFSET (18 * 3600) /* no zone is further from UTC; the bound of the service's own platform, Java */

typedef struct civil {
    int year, month, day;
} civil;

static int is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last. */
static int64_t days_from_civil(civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static civil civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    civil date;
    date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = (int)(year_of_era + era * 400 + (date.month <= 2));
    return date;
}

/* Exactly `count` digits at *at. -1 where there are not as many. */
static int digits(const char **at, const char *end, int count)
{
    int value = 0;
    if (end - *at < count) return -1;
    for (int i = 0; i < count; i++) {
        char c = *(*at)++;
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

static int skip(const char **at, const char *end, char c)
{
    if (*at == end || **at != c) return 0;
    (*at)++;
    return 1;
}

static const char not_iso[] = "is not an ISO 8601 date and time; write it like 2015-11-16T14:49:18Z";

static const char *parse_date(const char **at, const char *end, civil *date)
{
    date->year = digits(at, end, 4);
    if (date->year < 0 || !skip(at, end, '-')) return not_iso;
    date->month = digits(at, end, 2);
    if (date->month < 0 || !skip(at, end, '-')) return not_iso;
    date->day = digits(at, end, 2);
    if (date->day < 0) return not_iso;
    if (date->year < 1) return "has the year 0000; years go from 0001 to 9999";
    if (date->month < 1 || date->month > 12) return "has a month that does not exist; months go from 01 to 12";
    if (date->day < 1 || date->day > days_in_month(date->year, date->month))
        return "has a day that does not exist in that month; check the day and the month";
    return NULL;
}

static const char *parse_time(const char **at, const char *end, int *seconds, int *is_leap_second)
{
    int hour = digits(at, end, 2), minute, second = 0;
    if (hour < 0 || !skip(at, end, ':')) return not_iso;
    minute = digits(at, end, 2);
    if (minute < 0) return not_iso;
    if (skip(at, end, ':')) {
        second = digits(at, end, 2);
        if (second < 0) return not_iso;
        if (skip(at, end, '.')) { /* the wire has whole seconds: a fraction is dropped */
            if (digits(at, end, 1) < 0) return not_iso;
            while (*at < end && **at >= '0' && **at <= '9') (*at)++;
        }
    }
    if (hour > 23) return "has an hour that does not exist; hours go from 00 to 23";
    if (minute > 59) return "has a minute that does not exist; minutes go from 00 to 59";
    if (second > 60) return "has a second that does not exist; seconds go from 00 to 59";
    *is_leap_second = second == 60;
    *seconds = hour * 3600 + minute * 60 + second;
    return NULL;
}

static const char *parse_zone(const char **at, const char *end, int *offset)
{
    *offset = 0;
    if (*at == end) return "has no time zone; end it with Z for UTC, or with an offset like +02:00";
    if (skip(at, end, 'Z') || skip(at, end, 'z')) return *at == end ? NULL : not_iso;
    int sign = **at == '-' ? -1 : **at == '+' ? 1 : 0;
    if (!sign) return not_iso;
    (*at)++;
    int hours = digits(at, end, 2), minutes = 0;
    if (hours < 0) return not_iso;
    if (*at < end) {
        skip(at, end, ':');
        minutes = digits(at, end, 2);
        if (minutes < 0 || *at != end) return not_iso;
    }
    *offset = sign * (hours * 3600 + minutes * 60);
    if (minutes > 59 || *offset > LARGEST_OFFSET || *offset < -LARGEST_OFFSET)
        return "has an offset from UTC that does not exist; offsets go from -18:00 to +18:00";
    return NULL;
}

const char mc_bare_number[] = "is a bare number, which can be a spreadsheet's day, seconds or milliseconds; write the date"
                              " like 2015-11-16T14:49:18Z";

/* 46349, 20261123, -1.5: digits, with a sign and a point. */
static int is_bare_number(const char *at, const char *end)
{
    int found = 0;
    if (at < end && (*at == '-' || *at == '+')) at++;
    for (; at < end; at++) {
        if (*at >= '0' && *at <= '9') found = 1;
        else if (*at != '.') return 0;
    }
    return found;
}

const char *mc_iso_parse(const char *text, size_t length, int64_t *epoch)
{
    const char *at = text, *end = text + length, *problem;
    civil date;
    int seconds, offset, is_leap_second;
    if (is_bare_number(text, end)) return mc_bare_number;
    if ((problem = parse_date(&at, end, &date))) return problem;
    if (at == end) return "has no time and no time zone; write it like 2015-11-16T00:00:00Z";
    if (!skip(&at, end, 'T') && !skip(&at, end, 't') && !skip(&at, end, ' ')) return not_iso;
    if ((problem = parse_time(&at, end, &seconds, &is_leap_second))) return problem;
    if ((problem = parse_zone(&at, end, &offset))) return problem;
    int64_t result = days_from_civil(date) * SECONDS_A_DAY + seconds - offset;
    /* A leap second ends a day of UTC (RFC 3339, 5.7). Here it is the next day's first second, as in POSIX. */
    if (is_leap_second && result % SECONDS_A_DAY != 0) return "has the second 60, which exists at 23:59:60 UTC only";
    if (result < MC_EPOCH_MIN || result > MC_EPOCH_MAX) return "is not within the years 0001 to 9999 in UTC";
    *epoch = result;
    return NULL;
}

static char *put(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

static char *put_time(char *out, int seconds)
{
    out = put(out, seconds / 3600, 2);
    *out++ = ':';
    out = put(out, seconds / 60 % 60, 2);
    *out++ = ':';
    return put(out, seconds % 60, 2);
}

/* Splits into days and the seconds of the day, also before 1970. */
static int64_t split(int64_t epoch, int *seconds)
{
    int64_t days = epoch / SECONDS_A_DAY;
    *seconds = (int)(epoch % SECONDS_A_DAY);
    if (*seconds < 0) {
        *seconds += SECONDS_A_DAY;
        days--;
    }
    return days;
}

void mc_iso_format(int64_t epoch, char out[MC_ISO_SIZE])
{
    int seconds;
    civil date = civil_from_days(split(epoch, &seconds));
    out = put(out, date.year, 4);
    *out++ = '-';
    out = put(out, date.month, 2);
    *out++ = '-';
    out = put(out, date.day, 2);
    *out++ = 'T';
    out = put_time(out, seconds);
    memcpy(out, "+0000", sizeof "+0000");
}

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void mc_http_date_format(int64_t epoch, char out[MC_HTTP_DATE_SIZE])
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
    int seconds;
    int64_t days = split(epoch, &seconds);
    civil date = civil_from_days(days);
    memcpy(out, weekdays + 3 * (((days % 7) + 7) % 7), 3);
    memcpy(out + 3, ", ", 2);
    out = put(out + 5, date.day, 2);
    *out++ = ' ';
    memcpy(out, months + 3 * (date.month - 1), 3);
    out[3] = ' ';
    out = put(out + 4, date.year, 4);
    *out++ = ' ';
    out = put_time(out, seconds);
    memcpy(out, " UTC", sizeof " UTC");
}

/* The year that a two-digit year means: at most 50 years ahead, else the latest one in the past (RFC 9110 5.6.7). */
static int full_year(int two_digits, int64_t now)
{
    int seconds;
    int latest = civil_from_days(split(now, &seconds)).year + 50;
    return latest - (latest - two_digits) % 100;
}

/* Writes Sunday, 06-Nov-94 08:49:37 GMT as Sun, 06 Nov 1994 08:49:37 GMT. 0 where the text has another form. */
static int from_rfc850(const char *text, size_t length, int64_t now, char out[MC_HTTP_DATE_SIZE])
{
    static const char *const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static const char rest[] = ", 06-Nov-94 08:49:37 GMT";
    if (length <= sizeof rest - 1) return 0;
    size_t name_length = length - (sizeof rest - 1), i = 0;
    while (i < 7 && (strlen(names[i]) != name_length || memcmp(text, names[i], name_length) != 0)) i++;
    const char *at = text + name_length, *year_at = at + 9;
    int year = digits(&year_at, at + 11, 2);
    if (i == 7 || at[4] != '-' || at[8] != '-' || year < 0) return 0;
    memcpy(out, text, 3);
    memcpy(out + 3, at, 4);
    out[7] = ' ';
    memcpy(out + 8, at + 5, 3);
    out[11] = ' ';
    put(out + 12, full_year(year, now), 4);
    memcpy(out + 16, at + 11, 13);
    return 1;
}

/* Writes Sun Nov  6 08:49:37 1994 as Sun, 06 Nov 1994 08:49:37 GMT. 0 where the text has another form. */
static int from_asctime(const char *text, size_t length, char out[MC_HTTP_DATE_SIZE])
{
    if (length != sizeof "Sun Nov  6 08:49:37 1994" - 1 || text[3] != ' ' || text[19] != ' ') return 0;
    memcpy(out, text, 3);
    memcpy(out + 3, ", ", 2);
    out[5] = text[8] == ' ' ? '0' : text[8];
    out[6] = text[9];
    out[7] = text[7];
    memcpy(out + 8, text + 4, 4);
    memcpy(out + 12, text + 20, 4);
    memcpy(out + 16, text + 10, 9);
    memcpy(out + 25, " GMT", 4);
    return 1;
}

/* Reads Sun, 06 Nov 1994 08:49:37 GMT, or UTC as in x-mc-date. */
static int parse_imf(const char *text, int64_t *epoch)
{
    char same[MC_HTTP_DATE_SIZE];
    const char *at = text + 5, *end = text + sizeof same - 1;
    civil date = {0, 0, digits(&at, end, 2)};
    at = text + 8;
    for (int month = 1; month <= 12; month++)
        if (memcmp(at, months + 3 * (month - 1), 3) == 0) date.month = month;
    at = text + 12;
    date.year = digits(&at, end, 4);
    at = text + 17;
    int hour = digits(&at, end, 2), minute, second;
    at = text + 20;
    minute = digits(&at, end, 2);
    at = text + 23;
    second = digits(&at, end, 2);
    if (date.day < 0 || !date.month || date.year < 1 || hour < 0 || minute < 0 || second < 0) return 0;
    int64_t result = days_from_civil(date) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    if (result > MC_EPOCH_MAX) return 0;
    /* What is wrong in it, a weekday or the 31st of a short month, is written in another way. */
    mc_http_date_format(result, same);
    if (memcmp(text, same, sizeof same - 1 - 3) != 0) return 0;
    if (memcmp(end - 3, "GMT", 3) != 0 && memcmp(end - 3, "UTC", 3) != 0) return 0;
    *epoch = result;
    return 1;
}

int mc_http_date_parse(const char *text, size_t length, int64_t now, int64_t *epoch)
{
    char imf[MC_HTTP_DATE_SIZE];
    if (length == sizeof imf - 1) return parse_imf(text, epoch);
    return (from_asctime(text, length, imf) || from_rfc850(text, length, now, imf)) && parse_imf(imf, epoch);
}
