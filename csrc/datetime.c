/* Dates and times on the wire, independent of the C library's locale, time zone and year limits. */
#include "datetime.h"

#include "modules.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400
#define LARGEST_OFFSET (18 * 3600) /* the maximum of Java, the service's platform; no zone is further from UTC */

typedef struct datetime_civil {
    int year, month, day;
} datetime_civil;

static int datetime_is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int datetime_days_in_month(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && datetime_is_leap(year) ? 29 : days[month - 1];
}

/* Returns days since 1970-01-01. Years begin in March, so that the leap day is the last day of a year. */
static int64_t datetime_days_from_civil(datetime_civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static datetime_civil datetime_civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    datetime_civil date;
    date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = (int)(year_of_era + era * 400 + (date.month <= 2));
    return date;
}

/* Reads exactly `count` digits and advances; -1 if there are fewer. */
static int datetime_read_digits(const char **at, const char *end, int count)
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

/* Skips a character. 0 if it is another. */
static int datetime_skip(const char **at, const char *end, char c)
{
    if (*at == end || **at != c) return 0;
    (*at)++;
    return 1;
}

static const char not_iso[] = "is not an ISO 8601 date and time; write it like 2015-11-16T14:49:18Z";

static const char *datetime_parse_date(const char **at, const char *end, datetime_civil *date)
{
    date->year = datetime_read_digits(at, end, 4);
    if (date->year < 0 || !datetime_skip(at, end, '-')) return not_iso;
    date->month = datetime_read_digits(at, end, 2);
    if (date->month < 0 || !datetime_skip(at, end, '-')) return not_iso;
    date->day = datetime_read_digits(at, end, 2);
    if (date->day < 0) return not_iso;
    if (date->year < 1) return "has the year 0000; years go from 0001 to 9999";
    if (date->month < 1 || date->month > 12) return "has a month that does not exist; months go from 01 to 12";
    if (date->day < 1 || date->day > datetime_days_in_month(date->year, date->month))
        return "has a day that does not exist in that month; check the day and the month";
    return NULL;
}

static const char *datetime_parse_time(const char **at, const char *end, int *seconds, int *is_leap_second)
{
    int hour = datetime_read_digits(at, end, 2), minute, second = 0;
    if (hour < 0 || !datetime_skip(at, end, ':')) return not_iso;
    minute = datetime_read_digits(at, end, 2);
    if (minute < 0) return not_iso;
    if (datetime_skip(at, end, ':')) {
        second = datetime_read_digits(at, end, 2);
        if (second < 0) return not_iso;
        if (datetime_skip(at, end, '.')) { /* the wire has whole seconds: drop the fraction */
            if (datetime_read_digits(at, end, 1) < 0) return not_iso;
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

static const char *datetime_parse_zone(const char **at, const char *end, int *offset)
{
    *offset = 0;
    if (*at == end) return "has no time zone; end it with Z for UTC, or with an offset like +02:00";
    if (datetime_skip(at, end, 'Z') || datetime_skip(at, end, 'z')) return *at == end ? NULL : not_iso;
    int sign = **at == '-' ? -1 : **at == '+' ? 1 : 0;
    if (!sign) return not_iso;
    (*at)++;
    int hours = datetime_read_digits(at, end, 2), minutes = 0;
    if (hours < 0) return not_iso;
    if (*at < end) {
        datetime_skip(at, end, ':');
        minutes = datetime_read_digits(at, end, 2);
        if (minutes < 0 || *at != end) return not_iso;
    }
    *offset = sign * (hours * 3600 + minutes * 60);
    if (minutes > 59 || *offset > LARGEST_OFFSET || *offset < -LARGEST_OFFSET)
        return "has an offset from UTC that does not exist; offsets go from -18:00 to +18:00";
    return NULL;
}

const char mc_bare_number[] =
    "is a bare number, which can be a spreadsheet's day, seconds or milliseconds; write the date"
    " like 2015-11-16T14:49:18Z";

/* Returns whether the text is a number such as 46349, 20261123 or -1.5. */
static int datetime_is_bare_number(const char *at, const char *end)
{
    int has_digit = 0;
    if (at < end && (*at == '-' || *at == '+')) at++;
    for (; at < end; at++) {
        if (*at >= '0' && *at <= '9') {
            has_digit = 1;
        } else if (*at != '.') {
            return 0;
        }
    }
    return has_digit;
}

const char *mc_iso_parse(const char *text, size_t length, int64_t *epoch)
{
    const char *at = text, *end = text + length, *error;
    datetime_civil date;
    int seconds, offset, is_leap_second;
    if (datetime_is_bare_number(text, end)) return mc_bare_number;
    if ((error = datetime_parse_date(&at, end, &date))) return error;
    if (at == end) return "has no time and no time zone; write it like 2015-11-16T00:00:00Z";
    if (!datetime_skip(&at, end, 'T') && !datetime_skip(&at, end, 't') && !datetime_skip(&at, end, ' ')) return not_iso;
    if ((error = datetime_parse_time(&at, end, &seconds, &is_leap_second))) return error;
    if ((error = datetime_parse_zone(&at, end, &offset))) return error;
    int64_t result = datetime_days_from_civil(date) * SECONDS_A_DAY + seconds - offset;
    /* A leap second ends a day of UTC (RFC 3339, 5.7). As in POSIX, it counts as the first second of the next day. */
    if (is_leap_second && result % SECONDS_A_DAY != 0) return "has the second 60, which exists at 23:59:60 UTC only";
    if (result < MC_EPOCH_MIN || result > MC_EPOCH_MAX) return "is not within the years 0001 to 9999 in UTC";
    *epoch = result;
    return NULL;
}

static char *datetime_put(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

static char *datetime_put_time(char *out, int seconds)
{
    out = datetime_put(out, seconds / 3600, 2);
    *out++ = ':';
    out = datetime_put(out, seconds / 60 % 60, 2);
    *out++ = ':';
    return datetime_put(out, seconds % 60, 2);
}

/* Splits seconds into days and the seconds of the day, also before 1970. */
static int64_t datetime_split(int64_t epoch, int *seconds)
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
    datetime_civil date = datetime_civil_from_days(datetime_split(epoch, &seconds));
    out = datetime_put(out, date.year, 4);
    *out++ = '-';
    out = datetime_put(out, date.month, 2);
    *out++ = '-';
    out = datetime_put(out, date.day, 2);
    *out++ = 'T';
    out = datetime_put_time(out, seconds);
    memcpy(out, "+0000", sizeof "+0000");
}

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void mc_http_date_format(int64_t epoch, char out[MC_HTTP_DATE_SIZE])
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
    int seconds;
    int64_t days = datetime_split(epoch, &seconds);
    datetime_civil date = datetime_civil_from_days(days);
    memcpy(out, weekdays + 3 * (((days % 7) + 7) % 7), 3);
    memcpy(out + 3, ", ", 2);
    out = datetime_put(out + 5, date.day, 2);
    *out++ = ' ';
    memcpy(out, months + 3 * (date.month - 1), 3);
    out[3] = ' ';
    out = datetime_put(out + 4, date.year, 4);
    *out++ = ' ';
    out = datetime_put_time(out, seconds);
    memcpy(out, " UTC", sizeof " UTC");
}

/* Expands a year of two digits: at most 50 years ahead, otherwise the latest such year in the past (RFC 9110 5.6.7). */
static int datetime_full_year(int two_digits, int64_t now)
{
    int seconds;
    int latest = datetime_civil_from_days(datetime_split(now, &seconds)).year + 50;
    return latest - (latest - two_digits) % 100;
}

/* Writes "Sunday, 06-Nov-94 08:49:37 GMT" as "Sun, 06 Nov 1994 08:49:37 GMT". 0 if the text has another form. */
static int datetime_from_rfc850(const char *text, size_t length, int64_t now, char out[MC_HTTP_DATE_SIZE])
{
    static const char *const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static const char rest[] = ", 06-Nov-94 08:49:37 GMT";
    if (length <= sizeof rest - 1) return 0;
    size_t name_length = length - (sizeof rest - 1), i = 0;
    while (i < 7 && (strlen(names[i]) != name_length || memcmp(text, names[i], name_length) != 0)) i++;
    const char *at = text + name_length, *year_at = at + 9;
    int year = datetime_read_digits(&year_at, at + 11, 2);
    if (i == 7 || at[4] != '-' || at[8] != '-' || year < 0) return 0;
    memcpy(out, text, 3);
    memcpy(out + 3, at, 4);
    out[7] = ' ';
    memcpy(out + 8, at + 5, 3);
    out[11] = ' ';
    datetime_put(out + 12, datetime_full_year(year, now), 4);
    memcpy(out + 16, at + 11, 13);
    return 1;
}

/* Writes "Sun Nov  6 08:49:37 1994" as "Sun, 06 Nov 1994 08:49:37 GMT". 0 if the text has another form. */
static int datetime_from_asctime(const char *text, size_t length, char out[MC_HTTP_DATE_SIZE])
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

/* Parses "Sun, 06 Nov 1994 08:49:37 GMT", or with UTC, as in x-mc-date. */
static int datetime_parse_imf(const char *text, int64_t *epoch)
{
    char formatted[MC_HTTP_DATE_SIZE];
    const char *at = text + 5, *end = text + sizeof formatted - 1;
    datetime_civil date = {0, 0, datetime_read_digits(&at, end, 2)};
    at = text + 8;
    for (int month = 1; month <= 12; month++)
        if (memcmp(at, months + 3 * (month - 1), 3) == 0) date.month = month;
    at = text + 12;
    date.year = datetime_read_digits(&at, end, 4);
    at = text + 17;
    int hour = datetime_read_digits(&at, end, 2), minute, second;
    at = text + 20;
    minute = datetime_read_digits(&at, end, 2);
    at = text + 23;
    second = datetime_read_digits(&at, end, 2);
    if (date.day < 0 || !date.month || date.year < 1 || hour < 0 || minute < 0 || second < 0) return 0;
    int64_t result = datetime_days_from_civil(date) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    if (result > MC_EPOCH_MAX) return 0;
    /* A wrong weekday or the 31st of a short month would be formatted differently: compare. */
    mc_http_date_format(result, formatted);
    if (memcmp(text, formatted, sizeof formatted - 1 - 3) != 0) return 0;
    if (memcmp(end - 3, "GMT", 3) != 0 && memcmp(end - 3, "UTC", 3) != 0) return 0;
    *epoch = result;
    return 1;
}

int mc_http_date_parse(const char *text, size_t length, int64_t now, int64_t *epoch)
{
    char imf[MC_HTTP_DATE_SIZE];
    if (length == sizeof imf - 1) return datetime_parse_imf(text, epoch);
    return (datetime_from_asctime(text, length, imf) || datetime_from_rfc850(text, length, now, imf)) &&
           datetime_parse_imf(imf, epoch);
}

/* http_time(text[, now]) -> seconds since 1970 of the date in an HTTP header, or nil. `now`, by default this machine's
   clock, decides the century of a year of two digits. [-0, +0 or 1] */
static int datetime_http_time(lua_State *L)
{
    size_t length;
    int64_t epoch;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Number now = luaL_optnumber(L, 2, (lua_Number)time(NULL));
    if (!(now >= (lua_Number)MC_EPOCH_MIN && now <= (lua_Number)MC_EPOCH_MAX))
        now = 0; /* a host's clock may be wrong */
    if (!mc_http_date_parse(text, length, (int64_t)now, &epoch)) return 0;
    lua_pushnumber(L, (lua_Number)epoch);
    return 1;
}

/* http_date(epoch seconds) -> "Tue, 24 Nov 2015 12:50:11 UTC". [-0, +1] */
static int datetime_http_date(lua_State *L)
{
    lua_Number epoch = luaL_checknumber(L, 1);
    char text[MC_HTTP_DATE_SIZE];
    luaL_argcheck(L, epoch >= (lua_Number)MC_EPOCH_MIN && epoch <= (lua_Number)MC_EPOCH_MAX, 1,
                  "seconds since 1970 expected, within the years 0001 to 9999");
    int64_t whole = (int64_t)epoch;
    mc_http_date_format((lua_Number)whole > epoch ? whole - 1 : whole, text);
    lua_pushlstring(L, text, sizeof text - 1);
    return 1;
}

static const luaL_Reg functions[] = {
    {"http_time", datetime_http_time},
    {"http_date", datetime_http_date},
    {NULL, NULL},
};

void mc_datetime_open(lua_State *L)
{
    mc_setfuncs(L, functions);
}
