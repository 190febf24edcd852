/* tests/run/late.c - a library to preload: a wall clock that is wrong
 *
 * LATE_SECONDS is added to it; negative: it is behind.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	const char *late = getenv("LATE_SECONDS");
	int result;

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(
			RTLD_NEXT, "clock_gettime");
	result = real(clock, out);
	if (result == 0 && clock == CLOCK_REALTIME && late != NULL)
		out->tv_sec += atol(late);
	return result;
}

/* PostgreSQL asks this one. */
int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
