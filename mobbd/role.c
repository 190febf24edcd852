/* mobbd/role.c - see mobbd/role.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/advice.h"
#include "mobbd/role.h"

#define IDLE_WAIT_MS 1000 /* the rescan: a lost event costs this */
#define ONCE_WAIT_MS 50
#define CALM_MS 20 /* at least, between two looks that find nothing */
#define MEMORY_MAX ((rlim_t)4 * 1000 * 1000 * 1000) /* of one role */
#define LATER_WAIT_MS 2000 /* after something was away */

static const struct role *const roles[] = { &role_intake, &role_router,
	&role_courier, &role_pusher, &role_listener, &role_printer,
	&role_keeper, &role_crl };

/* Set by signals, read by the loop. */
static volatile sig_atomic_t stop, reload;

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		reload = 1;
	else
		stop = 1;
}

const struct role *
role_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i]->name, name) == 0)
			return roles[i];
	return NULL;
}

int
tell_end(const struct fault *why)
{
	const struct advice *a = advice_find((int)why->code);

	log_fault(why);
	if (a == NULL)
		return 70;
	log_line("what to do: %s", a->todo);
	return a->exit;
}

/* The supervisor's death is ours: no orphan goes on sending. */
static bool
tie_to_parent(const struct role *role)
{
	pid_t parent = getppid();
	struct sigaction sa = { .sa_handler = on_signal };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent ||
		parent == 1)
		return false;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (role->reloads)
		sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	return true;
}

/* Nothing of letters or keys in a core file; and a document that grows without
 * end while it is looked at ends this role, not the machine.
 */
static void
limit_ourselves(void)
{
	struct rlimit none = { 0, 0 };
	struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_AS, &memory);
}

static enum verdict
open_all(const struct role *role, struct role_run *run, struct fault *why)
{
	enum verdict v;

	v = site_store(run->site, why);
	if (v == V_OK && role->locks)
		v = store_lock_role(run->site->store, why);
	if (v == V_OK)
		v = site_needs(run->site, role->needs, why);
	if (v == V_OK && role->open != NULL)
		v = role->open(run, why);
	return v;
}

/* A step that was away logs once, not every two seconds. */
static void
log_change(const struct fault *why, enum code *last)
{
	if (why->code != *last)
		log_fault(why);
	*last = why->code;
}

/* Every change wakes every role.  When many come in a second, one look is for
 * all of them; who was at rest is woken at once.
 */
static void
calm(int64_t began_ms)
{
	int64_t left_ms = began_ms + CALM_MS - clock_tick_ms();

	if (left_ms > 0 && !stop)
		clock_sleep_ms(left_ms);
}

void
role_beat(struct role_run *run)
{
	run->line->beat_ms = clock_tick_ms();
}

enum verdict
role_begins(struct role_run *run, enum took what, const char *endpoint,
	int64_t letters, struct fault *why)
{
	int64_t until_ms = run->board->until_ms, takes_ms = 0;
	enum verdict v;

	if (until_ms == 0)
		return V_OK;
	v = store_took(
		run->site->store, what, endpoint, letters, &takes_ms, why);
	if (v == V_OK && clock_now_ms() + takes_ms >= until_ms)
		v = V_END;
	return v;
}

static enum verdict
loop(const struct role *role, struct role_run *run, struct fault *why)
{
	enum code last = CODE_NONE;
	bool once = run->board->once != 0;

	while (!stop) {
		int64_t round = run->board->round, began_ms = clock_tick_ms();
		enum verdict v;

		arena_reset(&run->mem);
		run->wait_ms = once ? ONCE_WAIT_MS : IDLE_WAIT_MS;
		run->blocked_until_ms = 0;
		role_beat(run);
		run->line->busy = 1;
		v = role->step(run, why);
		switch (v) {
		case V_OK:
			run->line->worked++;
			run->line->busy = 0;
			last = CODE_NONE;
			continue;
		case V_END:
			last = CODE_NONE;
			break;
		case V_LATER:
			log_change(why, &last);
			if (why->code == CODE_DATABASE)
				return V_LATER;
			if (!once)
				run->wait_ms = LATER_WAIT_MS;
			break;
		case V_SKIP:
		case V_NEVER:
		case V_UNKNOWN:
		case V_BROKEN:
			return v;
		}
		/* In this order: whoever sees that we are idle sees why. */
		run->line->blocked_until_ms = run->blocked_until_ms;
		run->line->idle_round = round;
		run->line->busy = 0;
		calm(began_ms);
		role_beat(run);
		if (!stop)
			store_wait(
				run->site->store, run->wait_ms, run->wait_fd);
	}
	return V_OK;
}

/* "courier", or "courier productie" */
static void
name_ourselves(const struct role *role, const char *arg)
{
	static char name[2 * ROLE_ARG_MAX];

	snprintf(name, sizeof(name), "%s%s%.*s", role->name,
		arg[0] == '\0' ? "" : " ", ROLE_ARG_MAX, arg);
	log_name(name);
}

int
role_main(const struct role *role, const char *arg, const char *jobs_file,
	int board_fd, int place)
{
	struct site site = { .mem = ARENA_EMPTY };
	struct role_run run = { .site = &site,
		.arg = arg,
		.mem = ARENA_EMPTY,
		.wait_fd = -1,
		.stop = &stop,
		.reload = role->reloads ? &reload : NULL };
	struct fault why = FAULT_NONE;
	enum verdict v;
	int code = 0;

	assert(place >= 0 && place < ROLES_MAX);
	name_ourselves(role, arg);
	if (!tie_to_parent(role))
		return 70;
	limit_ourselves();
	run.board = mmap(NULL, sizeof(*run.board), PROT_READ | PROT_WRITE,
		MAP_SHARED, board_fd, 0);
	if (run.board == MAP_FAILED)
		return 70;
	run.line = &run.board->line[place];
	run.line->trouble = 0;
	run.line->blocked_until_ms = 0;
	run.line->busy = 0;
	v = site_open(jobs_file, &site, &why);
	if (v == V_OK)
		v = open_all(role, &run, &why);
	if (v == V_OK)
		v = loop(role, &run, &why);
	if (v != V_OK)
		code = tell_end(&why);
	if (role->close != NULL)
		role->close(&run);
	arena_done(&run.mem);
	site_close(&site);
	return code;
}
