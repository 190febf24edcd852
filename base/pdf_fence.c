/* base/pdf_fence.c - a look that may take no more than its share
 *
 * libqpdf has no limits of its own.  A small file can make it inflate without
 * end, or parse the same bytes a thousand times; the kernel can stop that, in
 * a process of its own.  The child uses libqpdf and memory, nothing else of
 * ours: no file, no lock, no log.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* pipe2 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pdf_in.h"

#define CPU_S 4
#define WALL_MS 10000 /* on a machine that is busy with other things */
#define MEMORY_MAX ((rlim_t)256000000)
#ifdef __SANITIZE_ADDRESS__ /* whose own memory has no limit */
#define MEMORY_LIMITED false
#else
#define MEMORY_LIMITED true
#endif

struct answer {
	enum verdict v;
	struct pdf_look look;
	struct fault why;
};

_Static_assert(sizeof(struct answer) <= 4096, "a pipe takes it in one piece");

/* Address space in use now: the limit counts from here. */
static rlim_t
space_now(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void
limit(int what, rlim_t max)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) == -1)
		_exit(1);
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > max)
		now.rlim_max = max;
	now.rlim_cur = now.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &now) == -1)
		_exit(1);
}

static _Noreturn void
child(const void *bytes, size_t len, int how, rlim_t space, int to)
{
	struct answer answer = { .v = V_SKIP, .why = FAULT_NONE };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_S);
	if (MEMORY_LIMITED && space != 0)
		limit(RLIMIT_AS, space + MEMORY_MAX);
	answer.v = pdf_look_here(bytes, len, how, &answer.look, &answer.why);
	_exit(write(to, &answer, sizeof(answer)) == sizeof(answer) ? 0 : 1);
}

/* The whole answer before `end_ms`; false when there will be none. */
static bool
hear(int from, int64_t end_ms, struct answer *answer)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	int64_t left_ms;
	ssize_t got;

	while ((left_ms = end_ms - clock_tick_ms()) > 0) {
		if (poll(&p, 1, (int)left_ms) == -1 && errno != EINTR)
			return false;
		if (p.revents == 0)
			continue;
		do
			got = read(from, answer, sizeof(*answer));
		while (got == -1 && errno == EINTR);
		return got == sizeof(*answer);
	}
	return false;
}

enum verdict
pdf_look_fenced(const void *bytes, size_t len, int how,
	struct pdf_look *look_out, struct fault *why)
{
	rlim_t space = space_now();
	struct answer answer;
	int end[2], status;
	bool heard;
	pid_t pid;

	assert(bytes != NULL);
	if (pipe2(end, O_CLOEXEC) == -1)
		return fault_errno(why, V_LATER, CODE_MEMORY, "look at a PDF");
	pid = fork();
	if (pid == 0) {
		(void)close(end[0]);
		child(bytes, len, how, space, end[1]);
	}
	(void)close(end[1]);
	if (pid == -1) {
		(void)close(end[0]);
		return fault_errno(why, V_LATER, CODE_MEMORY, "look at a PDF");
	}
	heard = hear(end[0], clock_tick_ms() + WALL_MS, &answer);
	(void)close(end[0]);
	if (!heard)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (!heard)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"looking at the PDF takes more time or memory than "
			"any letter may");
	if (answer.v == V_OK)
		*look_out = answer.look;
	else
		*why = answer.why;
	return answer.v;
}
