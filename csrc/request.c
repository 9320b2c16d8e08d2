/* What never changes between the requests of an operation. */
#include "request.h"

#include <openssl/crypto.h>
#include <string.h>

size_t mc_request_write_header(char *to, const char *name, size_t name_length, const char *value, size_t value_length)
{
    while (value_length && value[value_length - 1] == ' ') value_length--;
    memcpy(to, name, name_length);
    char *at = to + name_length;
    /* libcurl omits the header for "Name:", and sends it empty for "Name;". */
    *at++ = value_length ? ':' : ';';
    if (value_length) *at++ = ' ';
    memcpy(at, value, value_length);
    at[value_length] = '\0';
    return (size_t)(at - to) + value_length + 1;
}

/* Takes bytes of the text. NULL if there is no room. */
static char *request_take(mc_request *self, size_t length)
{
    if (length > self->capacity - self->length) return NULL;
    char *at = self->text + self->length;
    self->length += length;
    return at;
}

static const char *request_copy(mc_request *self, const char *text, size_t length)
{
    char *at = request_take(self, length + 1);
    if (at) memcpy(at, text, length); /* the text is zero behind it */
    return at;
}

int mc_request_set_target(mc_request *self, const char *url, const char *method)
{
    self->is_http = strncmp(url, "http:", 5) == 0;
    self->url = request_copy(self, url, strlen(url));
    self->method = request_copy(self, method, strlen(method));
    return self->url && self->method;
}

/* Returns whether there is room for another header. Notes whether it is Accept-Encoding. */
static int request_has_room(mc_request *self, const char *name, size_t length)
{
    static const char coding[] = "Accept-Encoding";
    if (self->header_count + self->late_count == MC_HEADERS_MAX) return 0;
    if (length == sizeof coding - 1 && curl_strnequal(name, coding, length)) self->asks_coding = 1;
    return 1;
}

static void request_link(mc_request *self, char *line)
{
    struct curl_slist *added = &self->headers[self->header_count++];
    added->data = line;
    if (added > self->headers) added[-1].next = added;
}

int mc_request_add_header(mc_request *self, const mc_header *header)
{
    size_t length = header->name_length + header->value_length + MC_HEADER_EXTRA;
    if (!request_has_room(self, header->name, header->name_length)) return 0;
    char *line = request_take(self, length);
    if (!line) return 0;
    mc_request_write_header(line, header->name, header->name_length, header->value, header->value_length);
    request_link(self, line);
    return 1;
}

int mc_request_add_late(mc_request *self, const char *name, size_t length)
{
    if (!request_has_room(self, name, length)) return 0;
    const char *copy = request_copy(self, name, length);
    if (!copy) return 0;
    self->late[self->late_count].text = copy;
    self->late[self->late_count++].length = length;
    return 1;
}

void mc_request_finish(mc_request *self)
{
    static char no_coding[] = "Accept-Encoding: identity"; /* libcurl only reads it */
    if (!self->asks_coding) request_link(self, no_coding);
}

void mc_request_wipe(mc_request *self)
{
    OPENSSL_cleanse(self->text, self->length);
    self->is_wiped = 1;
}
