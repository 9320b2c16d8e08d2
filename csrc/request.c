/* What never changes between the requests of an operation. */
#include "request.h"

#include <stdlib.h>
#include <string.h>

mc_request *mc_request_new(const char *url, const char *method, int loopback, long connect_timeout_ms)
{
    mc_request *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->references = 1;
    self->loopback = loopback;
    self->is_http = strncmp(url, "http:", 5) == 0;
    self->connect_timeout_ms = connect_timeout_ms;
    if (mc_bytes_append(&self->text, url, strlen(url) + 1) && mc_bytes_append(&self->text, method, strlen(method) + 1))
        return self;
    mc_request_release(self);
    return NULL;
}

int mc_request_write_header(mc_bytes *lines, const char *name, size_t name_length, const char *value,
                            size_t value_length)
{
    while (value_length && value[value_length - 1] == ' ') value_length--;
    /* libcurl omits the header for "Name:", and sends it empty for "Name;". */
    return mc_bytes_append(lines, name, name_length) &&
           mc_bytes_append(lines, value_length ? ": " : ";", value_length ? 2 : 1) &&
           mc_bytes_append(lines, value, value_length) && mc_bytes_append(lines, "", 1);
}

/* Returns whether there is room for another header. Notes whether it is Accept-Encoding. */
static int request_has_room(mc_request *self, const char *name, size_t length)
{
    static const char coding[] = "Accept-Encoding";
    if (self->header_count + self->late_count == MC_HEADERS_MAX) return 0;
    if (length == sizeof coding - 1 && curl_strnequal(name, coding, length)) self->asks_coding = 1;
    return 1;
}

int mc_request_add_header(mc_request *self, const mc_header *header)
{
    if (!request_has_room(self, header->name, header->name_length) ||
        !mc_request_write_header(&self->text, header->name, header->name_length, header->value, header->value_length))
        return 0;
    self->header_count++;
    return 1;
}

int mc_request_add_late(mc_request *self, const char *name, size_t length)
{
    if (!request_has_room(self, name, length) || !mc_bytes_append(&self->text, name, length) ||
        !mc_bytes_append(&self->text, "", 1))
        return 0;
    self->late[self->late_count++].length = length;
    return 1;
}

/* Returns the text at *at, and moves *at behind its NUL. */
static char *request_next_text(char **at)
{
    char *text = *at;
    *at += strlen(text) + 1;
    return text;
}

void mc_request_link(mc_request *self)
{
    static char no_coding[] = "Accept-Encoding: identity"; /* libcurl only reads it */
    char *at = self->text.data;
    int count = self->header_count;
    self->url = request_next_text(&at);
    self->method = request_next_text(&at);
    for (int i = 0; i < count; i++) self->headers[i].data = request_next_text(&at);
    for (int i = 0; i < self->late_count; i++) self->late[i].text = request_next_text(&at);
    if (!self->asks_coding) self->headers[count++].data = no_coding;
    for (int i = 0; i + 1 < count; i++) self->headers[i].next = &self->headers[i + 1];
    self->header_count = count;
}

mc_request *mc_request_retain(mc_request *self)
{
    self->references++;
    return self;
}

void mc_request_release(mc_request *self)
{
    if (!self || --self->references > 0) return;
    mc_bytes_free(&self->text);
    free(self);
}
