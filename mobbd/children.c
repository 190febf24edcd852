/* mobbd/children.c - see mobbd/children.h
 *
 * A role is this same program started anew, so that it begins with nothing of
 * ours in its memory.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/children.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MAX_MS 30000
#define STOP_MS 5000 /* SIGTERM, then SIGKILL */
#define TICK_MS 20
#define EXIT_CONFIG 4 /* mobbd(8), EXIT STATUS */
#define EXIT_KEY 8
#define REST_MAX_MS 10000 /* between steps: far more than LATER_WAIT_MS */
#define DEATHS_MAX 5	  /* --once: of one role, then give up */
#define PASSED_FD 3	  /* sd_listen_fds(3): the first one */
#define PASSED_MAX 16

/* How many sockets systemd opened for us (sd_listen_fds(3)); they are for the
 * listener alone.
 */
static int
passed_sockets(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int count, i;

	if (pid == NULL || fds == NULL || atol(pid) != (long)getpid())
		return 0;
	count = atoi(fds);
	if (count < 0 || count > PASSED_MAX)
		return 0;
	for (i = 0; i < count; i++)
		(void)fcntl(PASSED_FD + i, F_SETFD, FD_CLOEXEC);
	return count;
}

/* In the new process: the sockets are its own now, or it never had them. */
static void
pass_sockets(const struct children *all, const struct role *role)
{
	char pid[16];
	int i;

	(void)unsetenv("LISTEN_PID");
	if (all->passed == 0 || role != &role_listener)
		return;
	for (i = 0; i < all->passed; i++)
		(void)fcntl(PASSED_FD + i, F_SETFD, 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	(void)setenv("LISTEN_PID", pid, 1);
}

enum verdict
children_init(struct children *all, const char *jobs_file, struct fault *why)
{
	*all = (struct children){ .jobs_file = jobs_file,
		.passed = passed_sockets() };
	all->board_fd = memfd_create("mobb-board", 0);
	if (all->board_fd == -1 ||
		ftruncate(all->board_fd, sizeof(*all->board)) == -1)
		return fault_errno(why, V_BROKEN, CODE_MEMORY, "board");
	all->board = mmap(NULL, sizeof(*all->board), PROT_READ | PROT_WRITE,
		MAP_SHARED, all->board_fd, 0);
	if (all->board == MAP_FAILED)
		return fault_errno(why, V_BROKEN, CODE_MEMORY, "board");
	return V_OK;
}

static void
start(struct children *all, size_t i)
{
	struct child *c = &all->child[i];
	char board[16], place[16];
	pid_t pid;

	assert(c->pid == 0);
	snprintf(board, sizeof(board), "%d", all->board_fd);
	snprintf(place, sizeof(place), "%zu", i);
	c->start_ms = clock_tick_ms();
	pid = fork();
	if (pid == -1) {
		log_line("cannot start %s: %s", c->role->name, strerror(errno));
		c->start_ms += PAUSE_MAX_MS;
		return;
	}
	if (pid == 0) {
		pass_sockets(all, c->role);
		execl("/proc/self/exe", "mobbd", "-f", all->jobs_file, "--role",
			c->role->name, board, place,
			c->arg[0] == '\0' ? (char *)NULL : c->arg,
			(char *)NULL);
		_exit(70);
	}
	c->pid = pid;
}

static void
died(struct children *all, struct child *c, int status)
{
	int64_t lived_ms = clock_tick_ms() - c->start_ms;

	c->pid = 0;
	all->board->line[c - all->child].busy = 0;
	c->code = WIFEXITED(status) ? WEXITSTATUS(status) : 70;
	if (all->stopping || (WIFEXITED(status) && c->code == 0))
		return;
	c->deaths++;
	if (lived_ms > 10 * PAUSE_MAX_MS || c->pause_ms == 0)
		c->pause_ms = PAUSE_FIRST_MS;
	else if (c->pause_ms < PAUSE_MAX_MS)
		c->pause_ms *= 2;
	c->start_ms = clock_tick_ms() + c->pause_ms;
	if (WIFSIGNALED(status))
		log_line("%s%s%s was ended by signal %d; again in %lld ms",
			c->role->name, c->arg[0] == '\0' ? "" : " ", c->arg,
			WTERMSIG(status), (long long)c->pause_ms);
}

void
children_reap(struct children *all)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < all->count; i++)
			if (all->child[i].pid == pid)
				died(all, &all->child[i], status);
}

void
children_reload(struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->child[i].pid != 0)
			(void)kill(all->child[i].pid,
				all->child[i].role->reloads ? SIGHUP : SIGTERM);
}

/* Signal those that are to stop; false when none of them is alive. */
static bool
signal_those(const struct children *all, bool locks_only, int sig)
{
	bool some = false;
	size_t i;

	for (i = 0; i < all->count; i++) {
		const struct child *c = &all->child[i];

		if (c->pid == 0 || (locks_only && !c->role->locks))
			continue;
		(void)kill(c->pid, sig);
		some = true;
	}
	return some;
}

static void
stop_those(struct children *all, bool locks_only)
{
	int64_t end_ms = clock_tick_ms() + STOP_MS - 500;

	while (signal_those(all, locks_only,
		clock_tick_ms() > end_ms ? SIGKILL : SIGTERM)) {
		clock_sleep_ms(TICK_MS);
		children_reap(all);
	}
}

void
children_stop(struct children *all)
{
	all->stopping = true;
	stop_those(all, false);
}

void
children_stop_locked(struct children *all)
{
	stop_those(all, true);
}

void
children_start(struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->child[i].pid == 0 && !all->child[i].gone &&
			clock_tick_ms() >= all->child[i].start_ms)
			start(all, i);
}

const struct child *
children_stuck(const struct children *all)
{
	int64_t now_ms = clock_tick_ms();
	size_t i;

	for (i = 0; i < all->count; i++) {
		const struct child *c = &all->child[i];
		const struct role_line *line = &all->board->line[i];
		int64_t beat_ms = line->beat_ms, may_ms = REST_MAX_MS;

		if (beat_ms < c->start_ms) { /* it opens what it needs */
			beat_ms = c->start_ms;
			may_ms = STEP_MAX_MS;
		} else if (line->busy != 0) {
			may_ms = c->role->step_max_ms > 0 ? c->role->step_max_ms
							  : STEP_MAX_MS;
		}
		if (c->pid != 0 && now_ms - beat_ms > may_ms)
			return c;
	}
	return NULL;
}

int64_t
children_worked(const struct children *all)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < all->count; i++)
		sum += all->board->line[i].worked;
	return sum;
}

bool
children_idle(const struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!all->child[i].gone &&
			(all->child[i].pid == 0 ||
				all->board->line[i].busy != 0 ||
				all->board->line[i].idle_round <
					all->board->round))
			return false;
	return true;
}

int64_t
children_blocked_until_ms(const struct children *all, int64_t last_ms)
{
	int64_t until = 0, at;
	size_t i;

	for (i = 0; i < all->count; i++) {
		at = all->board->line[i].blocked_until_ms;
		if (!all->child[i].gone && at > until && at <= last_ms)
			until = at;
	}
	return until;
}

bool
children_up(const struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!all->child[i].gone &&
			(all->child[i].pid == 0 ||
				all->board->line[i].beat_ms <
					all->child[i].start_ms))
			return false;
	return true;
}

void
children_add(struct children *all, const struct role *role, const char *arg)
{
	struct child *c;
	size_t i;

	/* The place of one that is gone will do. */
	for (i = 0; i < all->count; i++)
		if (all->child[i].gone && all->child[i].pid == 0)
			break;
	assert(i < ROLES_MAX);
	c = &all->child[i];
	*c = (struct child){ .role = role };
	snprintf(c->arg, sizeof(c->arg), "%s", arg);
	all->board->line[i] = (struct role_line){ 0 };
	if (i == all->count)
		all->count++;
}

_Static_assert(ROLES_MAX >= JOBS_ENDPOINTS_MAX + 8, "a place for each role");

void
children_add_each(
	struct children *all, const struct role *role, const struct jobs *jobs)
{
	size_t i, k;

	for (i = 0; i < jobs->endpoint_count; i++) {
		const char *name = jobs->endpoints[i].name;

		for (k = 0; k < all->count; k++)
			if (all->child[k].role == role && !all->child[k].gone &&
				strcmp(all->child[k].arg, name) == 0)
				break;
		if (k == all->count)
			children_add(all, role, name);
	}
}

/* Before another gets their place. */
void
children_end_each(struct children *all, const struct jobs *jobs)
{
	int64_t end_ms = clock_tick_ms() + STOP_MS - 500;
	bool some = true;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->child[i].arg[0] != '\0' &&
			jobs_endpoint(jobs, all->child[i].arg) == NULL)
			all->child[i].gone = true;
	while (some) {
		some = false;
		for (i = 0; i < all->count; i++) {
			if (!all->child[i].gone || all->child[i].pid == 0)
				continue;
			(void)kill(all->child[i].pid,
				clock_tick_ms() > end_ms ? SIGKILL : SIGTERM);
			some = true;
		}
		if (some)
			clock_sleep_ms(TICK_MS);
		children_reap(all);
	}
}

int
children_given_up(struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		struct child *c = &all->child[i];

		if (c->gone || c->deaths == 0 ||
			(c->code != EXIT_CONFIG && c->code != EXIT_KEY &&
				c->deaths < DEATHS_MAX))
			continue;
		if (c->role != &role_courier)
			return c->code;
		log_line("courier %s is given up", c->arg);
		c->gone = true;
		all->lost_code = c->code;
	}
	return 0;
}

int
children_trouble(const struct children *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->board->line[i].trouble != 0)
			return all->board->line[i].trouble;
	return all->lost_code;
}
