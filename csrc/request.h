/* What never changes between the requests of an operation: URL, method and header lines, checked and copied once. No
   Lua. */
#ifndef MC_REQUEST_H
#define MC_REQUEST_H

#include "header.h"

#include <curl/curl.h>

/* The owner makes it of zero bytes, with `capacity` bytes of text. It never moves. */
typedef struct mc_request {
    int loopback, is_http;
    int is_wiped; /* the owner is finalized: nothing is sent any more */
    long connect_timeout_ms;
    const char *url, *method;
    struct curl_slist headers[MC_HEADERS_MAX + 1]; /* the constant headers, linked for libcurl */
    int header_count;
    struct {
        const char *text;
        size_t length;
    } late[MC_HEADERS_MAX]; /* names of the headers whose values differ between requests */
    int late_count;
    int asks_coding; /* whether there is an Accept-Encoding header */
    size_t length, capacity;
    char text[]; /* URL, method, constant header lines, names of late headers: each with a NUL */
} mc_request;

#define MC_HEADER_EXTRA 3 /* bytes of a header line beside name and value: colon, space, NUL */

/* Writes a header line with a NUL, and returns its length. There is room for name, value and MC_HEADER_EXTRA. */
size_t mc_request_write_header(char *to, const char *name, size_t name_length, const char *value, size_t value_length);

/* Sets valid URL and method. 0 if there is no room. */
int mc_request_set_target(mc_request *self, const char *url, const char *method);

/* Appends a valid constant header. 0 if there is no room. */
int mc_request_add_header(mc_request *self, const mc_header *header);

/* Appends the valid name of a late header. 0 if there is no room. */
int mc_request_add_late(mc_request *self, const char *name, size_t length);

/* Adds "Accept-Encoding: identity" if there is no such header, once all headers are there. */
void mc_request_finish(mc_request *self);

/* Wipes the text: it may hold secrets. */
void mc_request_wipe(mc_request *self);

#endif
