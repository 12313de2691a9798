// Loaded before the C library, this keeps what a power cut would leave of a database: after each sync of one of its files, the file as it
// then is, beside it as FILE.synced. What was written later is only in the machine's memory, which a killed process does not take along.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what) {
	perror(what);
	abort();
}

static int ends(const char *s, const char *with) {
	size_t n = strlen(s), m = strlen(with);
	return n >= m && strcmp(s + n - m, with) == 0;
}

static void keep(int fd) {
	char name[64], path[4000], part[4100], kept[4100], bytes[1 << 16];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, path, sizeof path - 1);
	if (n < 0)
		fail("readlink");
	path[n] = 0;
	if (!ends(path, ".db") && !ends(path, ".db-wal"))
		return;
	snprintf(part, sizeof part, "%s.part%d", path, fd);
	snprintf(kept, sizeof kept, "%s.synced", path);
	int from = open(name, O_RDONLY), to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (from < 0 || to < 0)
		fail("open");
	while ((n = read(from, bytes, sizeof bytes)) > 0)
		if (write(to, bytes, n) != n)
			fail("write");
	if (n < 0 || close(from) || close(to) || rename(part, kept))
		fail("keep");
}

int fsync(int fd) {
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	int r = real(fd);
	if (r == 0)
		keep(fd);
	return r;
}

int fdatasync(int fd) {
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
	int r = real(fd);
	if (r == 0)
		keep(fd);
	return r;
}
