/* tests/run/kill.c - a library to preload that kills at one exact moment
 *
 * KILL_FILE holds a counter shared by all processes (one byte is appended per
 * event); at event number KILL_AT, before it when KILL_WHEN is "before", after
 * it when "after", the whole process group is killed.  Counted events: rename,
 * fsync, and what libpq and OpenSSL do on our behalf (PQexec and its kin,
 * SSL_write).  With KILL_NAME only renames to a name that holds it, and its
 * removal, are events.
 * No test code is in the product.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int armed = -1, at, after;
static const char *file, *only;

static void
arm(void)
{
	const char *n = getenv("KILL_AT"), *when = getenv("KILL_WHEN");

	file = getenv("KILL_FILE");
	only = getenv("KILL_NAME");
	at = n == NULL ? 0 : atoi(n);
	after = when != NULL && strcmp(when, "after") == 0;
	armed = file != NULL && at > 0;
}

/* Is this the event? */
static int
now(const char *name)
{
	struct stat st;
	int fd, hit = 0;

	if (armed == -1)
		arm();
	if (!armed || (only && (name == NULL || strstr(name, only) == NULL)))
		return 0;
	fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd == -1)
		return 0;
	/* The size after our own append is our number: appends are atomic. */
	if (write(fd, ".", 1) == 1) {
		off_t end = lseek(fd, 0, SEEK_CUR);

		hit = end == at && fstat(fd, &st) == 0;
	}
	close(fd);
	return hit;
}

static void
die(void)
{
	kill(0, SIGKILL);
	_exit(137);
}

#define WRAP_AT(ret, name, args, call, at_name)                                \
	ret name args                                                          \
	{                                                                      \
		static ret(*real) args;                                        \
		int hit = now(at_name);                                        \
		ret out;                                                       \
		if (real == NULL)                                              \
			*(void **)&real = dlsym(RTLD_NEXT, #name);             \
		if (hit && !after)                                             \
			die();                                                 \
		out = real call;                                               \
		if (hit)                                                       \
			die();                                                 \
		return out;                                                    \
	}

#define WRAP(ret, name, args, call) WRAP_AT(ret, name, args, call, NULL)

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;
typedef struct ssl_st SSL;

WRAP_AT(int, rename, (const char *a, const char *b), (a, b), b)
WRAP_AT(int, renameat, (int a, const char *b, int c, const char *d),
	(a, b, c, d), d)
/* Files come and go all the time: only with KILL_NAME. */
static int
now_away(const char *name)
{
	return getenv("KILL_NAME") == NULL ? 0 : now(name);
}

int
unlinkat(int dir, const char *name, int flags)
{
	static int (*real)(int, const char *, int);
	int hit = now_away(name), out;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "unlinkat");
	if (hit && !after)
		die();
	out = real(dir, name, flags);
	if (hit)
		die();
	return out;
}

WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(PGresult *, PQexec, (PGconn * c, const char *q), (c, q))
WRAP(PGresult *, PQexecParams,
	(PGconn * c, const char *q, int n, const unsigned *t,
		const char *const *v, const int *l, const int *f, int r),
	(c, q, n, t, v, l, f, r))
WRAP(PGresult *, PQexecPrepared,
	(PGconn * c, const char *q, int n, const char *const *v, const int *l,
		const int *f, int r),
	(c, q, n, v, l, f, r))
WRAP(int, PQputCopyEnd, (PGconn * c, const char *e), (c, e))
WRAP(int, SSL_write, (SSL * s, const void *b, int n), (s, b, n))
WRAP(int, SSL_write_ex, (SSL * s, const void *b, size_t n, size_t *w),
	(s, b, n, w))
