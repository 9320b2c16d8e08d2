/* What never changes between the requests of an operation: URL, method and header lines, checked and copied once. No
   Lua. */
#ifndef MC_REQUEST_H
#define MC_REQUEST_H

#include "bytes.h"
#include "header.h"

#include <curl/curl.h>

typedef struct mc_request {
    int references; /* the owner, and the transfers that use it */
    int loopback, is_http;
    long connect_timeout_ms;
    mc_bytes text; /* URL, method, constant header lines, names of late headers: each with a NUL */
    const char *url, *method;
    struct curl_slist headers[MC_HEADERS_MAX + 1]; /* the constant headers, linked for libcurl */
    int header_count;
    struct {
        const char *text;
        size_t length;
    } late[MC_HEADERS_MAX]; /* names of the headers whose values differ between requests */
    int late_count;
    int asks_coding; /* whether there is an Accept-Encoding header */
} mc_request;

/* Returns a request with one reference, or NULL if there is no memory. The arguments are valid. */
mc_request *mc_request_new(const char *url, const char *method, int loopback, long connect_timeout_ms);

/* Appends a header line to a buffer, with a NUL. 0 if there is no memory. */
int mc_request_write_header(mc_bytes *lines, const char *name, size_t name_length, const char *value,
                            size_t value_length);

/* Appends a valid constant header. 0 if there is no memory, or if there are MC_HEADERS_MAX headers. */
int mc_request_add_header(mc_request *self, const mc_header *header);

/* Appends the valid name of a late header, after the constant headers. 0 as above. */
int mc_request_add_late(mc_request *self, const char *name, size_t length);

/* Links the headers once all are there. */
void mc_request_link(mc_request *self);

/* Adds and removes a reference. The last one's removal wipes and frees the request. */
mc_request *mc_request_retain(mc_request *self);
void mc_request_release(mc_request *self);

#endif
