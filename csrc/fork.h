/* Notices that this process is the child of a fork. */
#ifndef MC_FORK_H
#define MC_FORK_H

#include <sys/types.h>

typedef struct mc_fork {
    pid_t process;
    unsigned char *page; /* the kernel clears it in a child; NULL if it cannot */
} mc_fork;

/* Remembers this process. */
void mc_fork_watch(mc_fork *self);

/* Returns whether this is another process than the remembered one. */
int mc_fork_happened(const mc_fork *self);

/* Frees the page. */
void mc_fork_end(mc_fork *self);

#endif
