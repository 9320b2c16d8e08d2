/* The four allocators, over AddressSanitizer's. The linker's --wrap redirects malloc and free of the C core. The
   counters are atomic, because libcurl starts a resolver thread if it has no memory to parse a numeric address. The
   server's thread allocates nothing. */
#include "allocators.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
char *__real_strdup(const char *text);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);

const char *const allocator_names[ALLOCATORS] = {"lua", "core", "curl", "openssl"};

static struct {
    int armed, planted;
    allocator which, leaking;
    failing how;
    long nth;
    _Atomic long seen, injected;
    _Atomic long outstanding[ALLOCATORS];
} state;

void allocators_arm(allocator which, failing how, long nth)
{
    state.armed = 1;
    state.which = which;
    state.how = how;
    state.nth = nth;
    state.seen = state.injected = 0;
}

long allocators_disarm(void)
{
    state.armed = 0;
    return state.injected;
}

long allocators_outstanding(allocator which)
{
    return state.outstanding[which];
}

void allocators_plant_leak(allocator which)
{
    state.planted = 1;
    state.leaking = which;
}

static int fails(allocator which)
{
    if (!state.armed || state.which != which || state.how == FAIL_FIRST_TRIES) return 0;
    long seen = ++state.seen;
    int failed = state.how == FAIL_ONCE ? seen == state.nth : seen >= state.nth;
    state.injected += failed;
    return failed;
}

/* For a new object Lua 5.4 passes its type as the old size. It passes none for a buffer, which gets no second try. */
static int fails_first_try(void *block, size_t old_size)
{
    if (!state.armed || state.how != FAIL_FIRST_TRIES || block || !old_size) return 0;
    int failed = ++state.seen % 2 == 1;
    state.injected += failed;
    return failed;
}

static void *counted(allocator which, void *block)
{
    if (block) state.outstanding[which]++;
    return block;
}

static void release(allocator which, void *block)
{
    if (!block) return;
    if (state.planted && state.leaking == which) {
        state.planted = 0;
        return;
    }
    state.outstanding[which]--;
    __real_free(block);
}

static void *resize(allocator which, void *block, size_t size)
{
    if (fails(which)) return NULL;
    return block ? __real_realloc(block, size) : counted(which, __real_malloc(size));
}

/* ---- Lua ---- */

void *allocators_lua(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
    if (!new_size) {
        release(ALLOCATOR_LUA, block);
        return NULL;
    }
    if (block && new_size <= old_size) return __real_realloc(block, new_size); /* Lua relies on it */
    return fails_first_try(block, old_size) ? NULL : resize(ALLOCATOR_LUA, block, new_size);
}

/* ---- the C core ---- */

void *__wrap_malloc(size_t size)
{
    return fails(ALLOCATOR_CORE) ? NULL : counted(ALLOCATOR_CORE, __real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(ALLOCATOR_CORE) ? NULL : counted(ALLOCATOR_CORE, __real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    return resize(ALLOCATOR_CORE, block, size);
}

void __wrap_free(void *block)
{
    release(ALLOCATOR_CORE, block);
}

char *__wrap_strdup(const char *text)
{
    return fails(ALLOCATOR_CORE) ? NULL : counted(ALLOCATOR_CORE, __real_strdup(text));
}

/* ---- libcurl ---- */

static void *curl_malloc(size_t size)
{
    return fails(ALLOCATOR_CURL) ? NULL : counted(ALLOCATOR_CURL, __real_malloc(size));
}

static void *curl_calloc(size_t count, size_t size)
{
    return fails(ALLOCATOR_CURL) ? NULL : counted(ALLOCATOR_CURL, __real_calloc(count, size));
}

static void *curl_realloc(void *block, size_t size)
{
    return resize(ALLOCATOR_CURL, block, size);
}

static void curl_release(void *block)
{
    release(ALLOCATOR_CURL, block);
}

static char *curl_copy(const char *text)
{
    return fails(ALLOCATOR_CURL) ? NULL : counted(ALLOCATOR_CURL, __real_strdup(text));
}

/* ---- OpenSSL ---- */

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    if (!size) return NULL;
    return fails(ALLOCATOR_OPENSSL) ? NULL : counted(ALLOCATOR_OPENSSL, __real_malloc(size));
}

static void openssl_free(void *block, const char *file, int line)
{
    (void)file, (void)line;
    release(ALLOCATOR_OPENSSL, block);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
    if (!size) {
        openssl_free(block, file, line);
        return NULL;
    }
    return resize(ALLOCATOR_OPENSSL, block, size);
}

int allocators_start(void)
{
    if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free)) return 0;
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, curl_release, curl_realloc, curl_copy, curl_calloc) ==
           CURLE_OK;
}
