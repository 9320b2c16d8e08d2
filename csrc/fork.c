/* Notices that this process is the child of a fork. Where the kernel clears a page in the child (Linux 4.14), this reads
   a byte; getpid is a system call. */
#include "fork.h"

#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK
/* Returns a page that is zero in a child, or NULL. */
static unsigned char *fork_new_page(void)
{
    void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return NULL;
    if (madvise(page, (size_t)sysconf(_SC_PAGESIZE), MADV_WIPEONFORK) == 0) return page;
    munmap(page, 1);
    return NULL;
}
#else
static unsigned char *fork_new_page(void)
{
    return NULL;
}
#endif

void mc_fork_watch(mc_fork *self)
{
    if (!self->page) self->page = fork_new_page();
    if (self->page) *self->page = 1;
    self->process = getpid();
}

int mc_fork_happened(const mc_fork *self)
{
    return self->page ? !*self->page : self->process != getpid();
}

void mc_fork_end(mc_fork *self)
{
    if (self->page) munmap(self->page, 1);
    self->page = NULL;
}
