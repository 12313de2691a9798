package store

/*
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

// Before the first thread: SQLite works on whatever thread calls it, and glibc would give each an arena of its own, where the others do
// not find what one gave back. The few readers and the writer hardly wait for each other.
__attribute__((constructor)) static void oneArena(void) { mallopt(M_ARENA_MAX, 1); }
#endif
*/
import "C"
