/* mobbd/supervisor.c - see mobbd/supervisor.h
 *
 * The supervisor holds lock A and does no work itself.  A role is this same
 * program started anew, so that it begins with nothing of ours in its memory.
 * One that ends without being asked is started again after a pause that grows;
 * one poisoned file then costs only itself.
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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/role.h"
#include "mobbd/supervisor.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MAX_MS 30000
#define STOP_MS 5000	   /* SIGTERM, then SIGKILL */
#define LOCK_WAIT_MS 10000 /* for the dead one's last statement */
#define TICK_MS 20
#define LOOK_MS 1000		/* how often the database is asked */
#define PATIENCE_MS 30000	/* --once: for an acknowledgment or a peer */
#define PACE_PATIENCE_MS 900000 /* --once: for an allowance */
#define EXIT_ATTENTION 3	/* mobbd(8), EXIT STATUS */
#define EXIT_CONFIG 4
#define EXIT_KEY 8
#define EXIT_OPEN 12
#define DEATHS_MAX 5 /* --once: of one role, then give up */
#define PASSED_FD 3  /* sd_listen_fds(3): the first one */
#define PASSED_MAX 16

struct child {
	const struct role *role;
	pid_t pid; /* 0: not running */
	int64_t start_ms, pause_ms;
	int deaths;
	int code; /* exit code of the last death */
};

struct supervisor {
	const char *jobs_file;
	struct site site;
	struct child child[ROLES_MAX];
	size_t count;
	struct board *board;
	int board_fd;
	int passed;	   /* sockets systemd opened, from PASSED_FD on */
	int64_t since_ms;  /* wall clock at the start */
	int64_t looked_ms; /* tick of the last look at the database */
};

static volatile sig_atomic_t stop, reload; /* set by signals */

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		reload = 1;
	else if (sig != SIGCHLD)
		stop = 1;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGCHLD, &sa, NULL); /* ends a sleep */
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

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
pass_sockets(const struct supervisor *s, const struct role *role)
{
	char pid[16];
	int i;

	(void)unsetenv("LISTEN_PID");
	if (s->passed == 0 || role != &role_listener)
		return;
	for (i = 0; i < s->passed; i++)
		(void)fcntl(PASSED_FD + i, F_SETFD, 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	(void)setenv("LISTEN_PID", pid, 1);
}

static void
start(struct supervisor *s, size_t i)
{
	struct child *c = &s->child[i];
	char board[16], place[16];
	pid_t pid;

	assert(c->pid == 0);
	snprintf(board, sizeof(board), "%d", s->board_fd);
	snprintf(place, sizeof(place), "%zu", i);
	c->start_ms = clock_tick_ms();
	pid = fork();
	if (pid == -1) {
		log_line("cannot start %s: %s", c->role->name, strerror(errno));
		c->start_ms += PAUSE_MAX_MS;
		return;
	}
	if (pid == 0) {
		pass_sockets(s, c->role);
		execl("/proc/self/exe", "mobbd", "-f", s->jobs_file, "--role",
			c->role->name, board, place, (char *)NULL);
		_exit(70);
	}
	c->pid = pid;
}

static void
died(struct supervisor *s, struct child *c, int status)
{
	int64_t lived_ms = clock_tick_ms() - c->start_ms;

	c->pid = 0;
	c->code = WIFEXITED(status) ? WEXITSTATUS(status) : 70;
	if (stop || (WIFEXITED(status) && c->code == 0))
		return;
	c->deaths++;
	if (lived_ms > 10 * PAUSE_MAX_MS || c->pause_ms == 0)
		c->pause_ms = PAUSE_FIRST_MS;
	else if (c->pause_ms < PAUSE_MAX_MS)
		c->pause_ms *= 2;
	c->start_ms = clock_tick_ms() + c->pause_ms;
	if (WIFSIGNALED(status))
		log_line("%s was ended by signal %d; again in %lld ms",
			c->role->name, WTERMSIG(status),
			(long long)c->pause_ms);
	(void)s;
}

static void
reap(struct supervisor *s)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < s->count; i++)
			if (s->child[i].pid == pid)
				died(s, &s->child[i], status);
}

static void
signal_all(struct supervisor *s, int sig)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->child[i].pid != 0)
			(void)kill(s->child[i].pid, sig);
}

/* Roles read everything at their start, or when they are told to. */
static void
reload_all(struct supervisor *s)
{
	size_t i;

	log_line("reload: jobs file and certificates are read anew");
	for (i = 0; i < s->count; i++)
		if (s->child[i].pid != 0)
			(void)kill(s->child[i].pid,
				s->child[i].role->reloads ? SIGHUP : SIGTERM);
}

static bool
any_alive(const struct supervisor *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->child[i].pid != 0)
			return true;
	return false;
}

static void
stop_roles(struct supervisor *s)
{
	int64_t end_ms = clock_tick_ms() + STOP_MS - 500;

	signal_all(s, SIGTERM);
	while (any_alive(s)) {
		if (clock_tick_ms() > end_ms)
			signal_all(s, SIGKILL);
		clock_sleep_ms(TICK_MS);
		reap(s);
	}
}

static void
stop_all(struct supervisor *s)
{
	stop = 1;
	stop_roles(s);
}

static void
start_due(struct supervisor *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->child[i].pid == 0 &&
			clock_tick_ms() >= s->child[i].start_ms)
			start(s, i);
}

static int64_t
worked(const struct supervisor *s)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < s->count; i++)
		sum += s->board->line[i].worked;
	return sum;
}

/* Has every role had an idle step since the round was raised? */
static bool
all_idle(const struct supervisor *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->child[i].pid == 0 ||
			s->board->line[i].idle_round < s->board->round)
			return false;
	return true;
}

/* Until when somebody expects to be allowed to go on; 0 nobody. */
static int64_t
blocked_until_ms(const struct supervisor *s)
{
	int64_t until = 0;
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->board->line[i].blocked_until_ms > until)
			until = s->board->line[i].blocked_until_ms;
	return until;
}

/* Lock A for as long as we live; then B for a moment, so that we begin after
 * the last statement of a predecessor that was killed.
 */
static enum verdict
take_over(struct supervisor *s, bool wait, struct fault *why)
{
	int64_t end_ms = clock_tick_ms() + LOCK_WAIT_MS;
	enum verdict v;

	do {
		v = store_lock_supervisor(s->site.store, true, why);
	} while (v == V_LATER && why->code == CODE_BUSY && !stop &&
		 (wait || clock_tick_ms() < end_ms));
	return v;
}

static enum verdict
open_books(struct supervisor *s, enum supervise how, struct fault *why)
{
	enum verdict v = site_store(&s->site, why);

	if (v == V_OK)
		v = store_migrate(s->site.store, why);
	if (v == V_OK && how != SUPERVISE_LISTEN)
		v = take_over(s, how == SUPERVISE_SERVICE, why);
	return v;
}

static enum verdict
look(struct supervisor *s, struct fault *why)
{
	int64_t now_ms = clock_tick_ms();

	if (now_ms - s->looked_ms < LOOK_MS)
		return V_OK;
	s->looked_ms = now_ms;
	return store_alive(s->site.store, why);
}

/* With the connection lock A is gone, and another mobbd may be active by now:
 * nothing of ours goes on before it is ours again.
 */
static void
recover(struct supervisor *s)
{
	struct fault why = FAULT_NONE;
	enum code last = CODE_NONE;
	size_t i;

	log_line("the database is away: the roles stop until it is back");
	stop_roles(s);
	for (i = 0; i < s->count; i++)
		s->board->line[i].doing[0] = '\0'; /* not its fault */
	while (!stop) {
		store_close(s->site.store);
		s->site.store = NULL;
		if (open_books(s, SUPERVISE_SERVICE, &why) == V_OK) {
			log_line("the database is back");
			return;
		}
		if (why.code != last)
			log_fault(&why);
		last = why.code;
		clock_sleep_ms(LOOK_MS);
	}
}

static void
serve(struct supervisor *s, enum supervise how)
{
	struct fault why = FAULT_NONE;

	while (!stop) {
		/* The listener alone holds no lock A and looks by itself. */
		if (how == SUPERVISE_SERVICE && look(s, &why) != V_OK)
			recover(s);
		start_due(s);
		clock_sleep_ms(TICK_MS * 10);
		reap(s);
		if (reload) {
			reload = 0;
			reload_all(s);
		}
	}
	stop_all(s);
}

/* Until a round goes by in which every role found nothing to do.  A role that
 * waits for an allowance or an acknowledgment keeps the run alive for a while.
 */
static int
serve_once(struct supervisor *s)
{
	int64_t quiet_since_ms = clock_tick_ms(), seen = -1;
	struct fault why = FAULT_NONE;
	size_t i;
	int code = 0;

	s->board->round = 1;
	while (!stop && code == 0) {
		int64_t now_ms = clock_tick_ms(), until_ms;

		start_due(s);
		clock_sleep_ms(TICK_MS);
		reap(s);
		for (i = 0; i < s->count; i++)
			if (s->child[i].deaths > 0 &&
				(s->child[i].code == EXIT_CONFIG ||
					s->child[i].code == EXIT_KEY ||
					s->child[i].deaths >= DEATHS_MAX))
				code = s->child[i].code;
		if (code == 0 && look(s, &why) != V_OK)
			code = tell_end(&why);
		if (worked(s) != seen) {
			seen = worked(s);
			quiet_since_ms = now_ms;
			s->board->round++;
			continue;
		}
		if (!all_idle(s))
			continue;
		until_ms = blocked_until_ms(s);
		if (until_ms == 0)
			break;
		if (now_ms - quiet_since_ms > PATIENCE_MS &&
			(until_ms < clock_now_ms() ||
				until_ms - clock_now_ms() > PACE_PATIENCE_MS))
			break;
		s->board->round++;
	}
	stop_all(s);
	return code;
}

static void
add_role(struct supervisor *s, const struct role *role)
{
	assert(s->count < ROLES_MAX);
	s->child[s->count++] = (struct child){ .role = role };
}

/* All but the sending was done without a listener; that is said last, so that
 * it stands out in cron's mail.
 */
static int
exit_code_once(struct supervisor *s, struct fault *why)
{
	bool open, attention, listening = false;
	enum verdict v;

	v = store_summary(s->site.store, s->since_ms, &open, &attention, why);
	if (v == V_OK)
		v = store_listening(
			s->site.store, s->site.jobs.listen.at, &listening, why);
	if (v == V_OK && !listening) {
		v = fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"nothing was sent: nothing listens for "
			"acknowledgments and results");
		fault_at(why, "%s", s->site.jobs.listen.at);
	}
	if (v != V_OK)
		return tell_end(why);
	return open ? EXIT_OPEN : attention ? EXIT_ATTENTION : 0;
}

static enum verdict
prepare(struct supervisor *s, enum supervise how, struct fault *why)
{
	enum verdict v;

	s->board_fd = memfd_create("mobb-board", 0);
	if (s->board_fd == -1 ||
		ftruncate(s->board_fd, sizeof(*s->board)) == -1)
		return fault_errno(why, V_BROKEN, CODE_MEMORY, "board");
	s->board = mmap(NULL, sizeof(*s->board), PROT_READ | PROT_WRITE,
		MAP_SHARED, s->board_fd, 0);
	if (s->board == MAP_FAILED)
		return fault_errno(why, V_BROKEN, CODE_MEMORY, "board");
	v = site_open(s->jobs_file, &s->site, why);
	return v == V_OK ? open_books(s, how, why) : v;
}

int
supervise(enum supervise how, const char *jobs_file)
{
	struct supervisor s = { .jobs_file = jobs_file,
		.since_ms = clock_now_ms(),
		.board_fd = -1 };
	struct fault why = FAULT_NONE;
	int code = 0;

	/* Nothing of letters or keys may end up in a core file. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	catch_signals();
	s.passed = passed_sockets();
	if (prepare(&s, how, &why) != V_OK) {
		site_close(&s.site);
		return tell_end(&why);
	}
	if (how != SUPERVISE_ONCE)
		add_role(&s, &role_listener);
	if (how != SUPERVISE_LISTEN) {
		add_role(&s, &role_keeper);
		add_role(&s, &role_intake);
		add_role(&s, &role_router);
		add_role(&s, &role_courier);
		add_role(&s, &role_printer);
	}
	s.board->once = how == SUPERVISE_ONCE;
	if (how == SUPERVISE_ONCE) {
		code = serve_once(&s);
		if (code == 0)
			code = exit_code_once(&s, &why);
	} else {
		serve(&s, how);
	}
	site_close(&s.site);
	return code;
}
