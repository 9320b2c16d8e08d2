/* Runs each scenario of scenarios.lua while the Nth allocation fails, for N = 1, 2, 3, … until the scenario needs
   fewer allocations, and for each allocator that it uses. Each attempt has a new Lua state. After a failure the same
   work must succeed in the same state, and after lua_close every allocator must have as many blocks as before. */
#include "allocators.h"
#include "fuzz.h"
#include "plant.h"
#include "server.h"

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCENARIOS "spec/torture/scenarios.lua"
#define SCENARIOS_MAX 64
#define ATTEMPTS_MAX 20000
#define SECONDS_MAX 120

int luaopen_mimecast_core(lua_State *L);
int luaopen_mimecast_http(lua_State *L);
int luaopen_mimecast_system(lua_State *L);

typedef struct job {
    int index;      /* in scenarios.lua; 0: opens the modules */
    int allocators; /* one bit each */
    char name[48];
} job;

typedef struct outcome {
    long injected;
    char problem[300]; /* empty if the attempt succeeded */
} outcome;

static struct {
    server server;
    plant plant;
    const char *plant_name, *only;
    const char *now;
    int passed, failed, jobs;
    job job[SCENARIOS_MAX];
    long baseline[ALLOCATORS];
} torture;

static void report(const char *name, const char *what, const char *problem)
{
    torture.passed += !*problem;
    torture.failed += *problem != '\0';
    printf("%s  %-22s %s%s%s\n", *problem ? "FAIL" : "ok  ", name, what, *problem ? ": " : "", problem);
    fflush(stdout);
}

/* ---- a state ---- */

static int panic(lua_State *L)
{
    fprintf(stderr, "an error outside of a protected call: %s\n", lua_tostring(L, -1));
    abort();
}

int open_modules(lua_State *L)
{
    lua_pushcfunction(L, luaopen_mimecast_core);
    lua_call(L, 0, 1);
    lua_pushcfunction(L, luaopen_mimecast_http);
    lua_call(L, 0, 1);
    lua_getfield(L, -1, "engine");
    lua_setfield(L, -3, "engine");
    lua_getfield(L, -1, "prepare");
    lua_setfield(L, -3, "prepare");
    lua_pop(L, 1);
    lua_pushcfunction(L, luaopen_mimecast_system);
    lua_call(L, 0, 1);
    lua_setfield(L, -2, "system");
    return 1;
}

/* Calls scenarios.lua, and pushes its list. [-0, +1] */
static int load_scenarios(lua_State *L)
{
    char url[64], refused[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", torture.server.port);
    snprintf(refused, sizeof refused, "http://127.0.0.1:%d/", torture.server.refused_port);
    if (luaL_loadfile(L, SCENARIOS) != 0) return lua_error(L);
    open_modules(L);
    lua_pushlightuserdata(L, NULL);
    lua_pushstring(L, url);
    lua_pushstring(L, refused);
    lua_pushstring(L, torture.plant_name);
    lua_call(L, 5, 1);
    return 1;
}

static int nothing(lua_State *L)
{
    (void)L;
    return 0;
}

/* prepare(number of the scenario) -> run, verify, recover. [-0, +3] */
static int prepare(lua_State *L)
{
    int index = (int)lua_tointeger(L, 1);
    luaL_openlibs(L);
    if (!index) {
        lua_pushcfunction(L, open_modules);
        lua_pushcfunction(L, nothing);
        lua_pushcfunction(L, nothing);
        return 3;
    }
    load_scenarios(L);
    lua_rawgeti(L, -1, index);
    lua_getfield(L, -1, "prepare");
    lua_call(L, 0, 3);
    return 3;
}

static lua_State *new_state(void)
{
    lua_State *L = lua_newstate(allocators_lua, NULL);
    if (!L) abort();
    lua_atpanic(L, panic);
    return L;
}

/* ---- an attempt ---- */

enum { RUN = 1, VERIFY, RECOVER, RESULT, REASON };

static void note(outcome *out, const char *what, lua_State *L)
{
    if (*out->problem) return;
    const char *why = L ? lua_tostring(L, -1) : NULL;
    snprintf(out->problem, sizeof out->problem, "%s%s%s", what, L ? ": " : "", L ? why ? why : "?" : "");
}

/* Calls verify or recover with the result of the run. [-0, +0] */
static void call_with_result(lua_State *L, int function, const char *what, outcome *out)
{
    lua_pushvalue(L, function);
    lua_pushvalue(L, RESULT);
    if (lua_pcall(L, 1, 0, 0) != 0) note(out, what, L);
}

/* In Lua 5.1 a rethrown memory error has another status, but the same message. */
static int is_memory_error(lua_State *L, int status)
{
    const char *message = lua_tostring(L, -1);
    return status == LUA_ERRMEM || (message && strcmp(message, "not enough memory") == 0);
}

/* Runs with the allocator armed (how < 0: not armed), then verifies and recovers. 1 if the run succeeded. */
static int run_once(lua_State *L, allocator which, int how, long nth, outcome *out)
{
    lua_settop(L, RECOVER);
    lua_pushvalue(L, RUN);
    if (how >= 0) allocators_arm(which, (failing)how, nth);
    int status = lua_pcall(L, 0, 2, 0);
    if (how >= 0) out->injected = allocators_disarm();
    int succeeded = status == 0 && !lua_isnil(L, RESULT);
    if (status && how >= 0 && which == ALLOCATOR_LUA && !is_memory_error(L, status)) note(out, "not a memory error", L);
    if (!succeeded && (how < 0 || !out->injected || how == FAIL_FIRST_TRIES))
        note(out, "does not succeed with all its memory", L);
    if (succeeded) {
        call_with_result(L, VERIFY, "a wrong result", out);
    } else {
        lua_settop(L, RECOVER);
        lua_pushnil(L);
    }
    call_with_result(L, RECOVER, "does not recover", out);
    return succeeded;
}

static void check_outstanding(outcome *out)
{
    char text[100];
    OPENSSL_thread_stop(); /* frees the error queue of this thread */
    for (int i = 0; i < ALLOCATORS; i++) {
        long more = allocators_outstanding((allocator)i) - torture.baseline[i];
        if (!more) continue;
        snprintf(text, sizeof text, "%ld blocks of the allocator %s were not freed", more, allocator_names[i]);
        note(out, text, NULL);
    }
}

static void attempt(const job *self, allocator which, int how, long nth, outcome *out)
{
    lua_State *L = new_state();
    memset(out, 0, sizeof *out);
    lua_pushcfunction(L, prepare);
    lua_pushinteger(L, self->index);
    if (lua_pcall(L, 1, 3, 0) != 0) {
        note(out, "cannot be prepared", L);
    } else {
        plant_now(torture.plant, L);
#if LUA_VERSION_NUM == 501
        if (how == FAIL_FIRST_TRIES) { /* LuaJIT has no second try: keep its collector running */
            lua_gc(L, LUA_GCSETPAUSE, 0);
            lua_gc(L, LUA_GCSETSTEPMUL, 10000);
            how = -1;
        }
#endif
        run_once(L, which, how, nth, out);
        if (!*out->problem) run_once(L, which, -1, 0, out);
    }
    lua_close(L);
    check_outstanding(out);
}

/* ---- all N ---- */

/* Fails the Nth allocation for N = 1, 2, 3, …, until an attempt meets no failure, or has a problem. */
static void fail_each(const job *self, allocator which, failing how, long *attempts, long *injected, outcome *out)
{
    for (long nth = 1; nth <= ATTEMPTS_MAX; nth++) {
        attempt(self, which, how, nth, out);
        ++*attempts;
        *injected += out->injected;
        if (*out->problem) {
            const char *more = how == FAIL_FROM ? " and on" : "";
            outcome found = *out;
            snprintf(out->problem, sizeof out->problem, "allocation %ld%s: %.240s", nth, more, found.problem);
        }
        if (*out->problem || !out->injected) return;
    }
    note(out, "never succeeds", NULL);
}

static void torture_one(const job *self, allocator which)
{
    long attempts = 0, injected = 0;
    char what[120];
    outcome out;
    torture.now = self->name;
    fail_each(self, which, FAIL_ONCE, &attempts, &injected, &out);
    if (!*out.problem) fail_each(self, which, FAIL_FROM, &attempts, &injected, &out);
    if (!*out.problem && !injected) note(&out, "no failure was injected: the harness has no effect", NULL);
    snprintf(what, sizeof what, "%-8s %5ld attempts, %6ld failures injected", allocator_names[which], attempts,
             injected);
    report(self->name, what, out.problem);
}

/* Collects all garbage before each allocation, so that memory without a reference is freed at once. */
static void under_collector(const job *self)
{
    char what[120];
    outcome out;
    torture.now = self->name;
    attempt(self, ALLOCATOR_LUA, FAIL_FIRST_TRIES, 0, &out);
#if LUA_VERSION_NUM == 501
    snprintf(what, sizeof what, "collector     1 attempt,  running all the time");
#else
    snprintf(what, sizeof what, "collector     1 attempt,  %6ld collections forced", out.injected);
    if (!*out.problem && !out.injected) note(&out, "no collection was forced", NULL);
#endif
    report(self->name, what, out.problem);
}

/* ---- the list ---- */

static void read_job(lua_State *L, int index)
{
    job *self = &torture.job[torture.jobs++];
    lua_rawgeti(L, -1, index);
    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "allocators");
    self->index = index;
    snprintf(self->name, sizeof self->name, "%s", lua_tostring(L, -2));
    for (int i = 0; i < ALLOCATORS; i++)
        if (strstr(lua_tostring(L, -1), allocator_names[i])) self->allocators |= 1 << i;
    lua_pop(L, 3);
}

static int read_jobs(lua_State *L)
{
    luaL_openlibs(L);
    load_scenarios(L);
    torture.jobs = 1;
    torture.job[0] = (job){0, 1 << ALLOCATOR_LUA, "open the module"};
#if LUA_VERSION_NUM == 501
    int count = (int)lua_objlen(L, -1);
#else
    int count = (int)lua_rawlen(L, -1);
#endif
    for (int i = 1; i <= count && torture.jobs < SCENARIOS_MAX; i++) read_job(L, i);
    return 0;
}

/* Reads the list, and runs everything once to fill the caches of the libraries. The blocks allocated then are the
   baseline. OpenSSL keeps fetched algorithms, libcurl the memory of curl_global_init; neither may grow afterwards. */
static int warm_up(void)
{
    outcome out;
    lua_State *L = new_state();
    lua_pushcfunction(L, read_jobs);
    int ok = lua_pcall(L, 0, 0, 0) == 0;
    if (!ok) fprintf(stderr, "%s\n", lua_tostring(L, -1));
    lua_close(L);
    plant planted = torture.plant;
    torture.plant = PLANT_NOTHING;
    for (int i = 0; ok && i < torture.jobs; i++) attempt(&torture.job[i], ALLOCATOR_LUA, -1, 0, &out);
    torture.plant = planted;
    for (int i = 0; i < ALLOCATORS; i++) torture.baseline[i] = allocators_outstanding((allocator)i);
    return ok;
}

/* ---- main ---- */

/* Runs this program again with a planted fault: it must fail, and report the fault. */
static void control(const char *program, const char *name, const char *expected)
{
    char command[1024], line[1024];
    int seen = 0;
    snprintf(command, sizeof command, "'%s' --plant=%s 2>&1", program, name);
    FILE *output = popen(command, "r");
    while (output && fgets(line, sizeof line, output))
        if (strstr(line, expected)) seen = 1;
    int failed = output && pclose(output) != 0;
    report("planted fault", name,
           !failed ? "the harness did not fail"
           : !seen ? "the harness failed without naming it"
                   : "");
}

static void controls(const char *program)
{
    for (int i = 1; i < PLANTS; i++) control(program, plant_names[i], plant_reports[i]);
}

/* A planted fault needs a single scenario, which uses the fault's allocator. */
static void run_planted(void)
{
    outcome out;
    const char *name = "requests, kept engine";
    if (torture.plant == PLANT_LEAK_OPENSSL) name = "signer, new";
    if (torture.plant == PLANT_STUCK) name = "cancel";
    for (int i = 0; i < torture.jobs; i++) {
        if (strcmp(torture.job[i].name, name) != 0) continue;
        attempt(&torture.job[i], ALLOCATOR_LUA, -1, 0, &out);
        report(name, plant_names[torture.plant], out.problem);
    }
}

static void run_scenarios(void)
{
    for (int i = 0; i < torture.jobs; i++) {
        if (torture.only && strcmp(torture.only, torture.job[i].name) != 0) continue;
        for (int which = 0; which < ALLOCATORS; which++)
            if (torture.job[i].allocators & (1 << which)) torture_one(&torture.job[i], (allocator)which);
        under_collector(&torture.job[i]);
    }
}

static void run_all(const char *program)
{
    run_scenarios();
    if (torture.only) return;
    lua_State *L = new_state();
    fuzz_run(L, report);
    lua_close(L);
    controls(program);
}

/* curl_global_init was called for each state: libcurl frees its memory after as many clean-ups. */
static void finish(void)
{
    char problem[100] = "";
    for (long i = 0; i < 1000000 && allocators_outstanding(ALLOCATOR_CURL) > 0; i++) curl_global_cleanup();
    for (int i = 0; i < ALLOCATOR_OPENSSL; i++)
        if (allocators_outstanding((allocator)i))
            snprintf(problem, sizeof problem, "%ld blocks of the allocator %s at the end",
                     allocators_outstanding((allocator)i), allocator_names[i]);
    report("end", "all blocks of lua, core and curl are freed", problem);
}

/* Reports a scenario that does not end, and exits. */
static void on_alarm(int number)
{
    static const char text[] = "FAIL  does not end: ";
    (void)number;
    if (write(1, text, sizeof text - 1) >= 0 && write(1, torture.now, strlen(torture.now)) >= 0) _exit(3);
    _exit(4);
}

/* torture [--plant=fault | a scenario's name] */
int main(int count, char **arguments)
{
    torture.now = "warm-up";
    signal(SIGALRM, on_alarm);
    alarm(SECONDS_MAX);
    if (!allocators_start() || !server_start(&torture.server)) {
        fprintf(stderr, "the harness cannot start\n");
        return 1;
    }
    if (count > 1 && strncmp(arguments[1], "--plant=", 8) == 0) {
        torture.plant_name = arguments[1] + 8;
    } else if (count > 1) {
        torture.only = arguments[1];
    }
    torture.plant = plant_of(torture.plant_name);
    if (!warm_up()) return 1;
    if (torture.plant) {
        run_planted();
    } else {
        run_all(arguments[0]);
    }
    finish();
    server_stop();
    printf("torture: %d passed, %d failed\n", torture.passed, torture.failed);
    return torture.failed != 0;
}
