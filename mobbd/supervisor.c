/* mobbd/supervisor.c - see mobbd/supervisor.h
 *
 * The supervisor holds lock A and does no work itself; it looks after its
 * children, the roles.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/until.h"
#include "mobbd/children.h"
#include "mobbd/dates.h"
#include "mobbd/night.h"
#include "mobbd/notify.h"
#include "mobbd/supervisor.h"

#define LOCK_WAIT_MS 10000 /* for the dead one's last statement */
#define TICK_MS 20
#define LOOK_MS 1000		/* how often the database is asked */
#define PATIENCE_MS 30000	/* --once: for an acknowledgment or a peer */
#define PACE_PATIENCE_MS 900000 /* --once: for an allowance */
#define LISTS_MS 90000		/* --once: for revocation lists */
#define READY_MS 10000		/* for the roles, then we say we are ready */
#define EXIT_USAGE 2
#define EXIT_ATTENTION 3 /* mobbd(8), EXIT STATUS */
#define EXIT_OPEN 12

struct supervisor {
	const char *jobs_file;
	struct site site;
	struct children all;
	struct notify notify;
	struct night night;
	const struct child *stuck; /* as told */
	int64_t since_ms;	   /* wall clock at the start */
	int64_t looked_ms;	   /* tick of the last look at the database */
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

static void
stop_all(struct supervisor *s)
{
	stop = 1;
	children_stop(&s->all);
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
		/* A service that waits for another to end is up and well. */
		if (v == V_LATER && why->code == CODE_BUSY && wait) {
			notify_ready(&s->notify);
			notify_status(&s->notify, "waits: another is active");
			notify_feed(&s->notify);
		}
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
	if (v == V_OK)
		v = store_person_rules(s->site.store, &s->site.jobs, why);
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
	notify_status(&s->notify, "the database is away");
	children_stop_locked(&s->all);
	for (i = 0; i < s->all.count; i++)
		s->all.board->line[i].doing[0] = '\0'; /* not its fault */
	while (!stop) {
		children_reap(&s->all);
		store_close(s->site.store);
		s->site.store = NULL;
		if (open_books(s, SUPERVISE_SERVICE, &why) == V_OK) {
			log_line("the database is back");
			return;
		}
		if (why.code != last)
			log_fault(&why);
		last = why.code;
		notify_feed(&s->notify);
		clock_sleep_ms(LOOK_MS);
	}
}

/* The jobs file anew.  With another database lock A would not be ours. */
static enum verdict
read_jobs(struct supervisor *s, struct fault *why)
{
	struct site fresh;
	struct jobs old;
	enum verdict v = site_open(s->jobs_file, &fresh, why);

	if (v != V_OK)
		return v;
	if (strcmp(fresh.jobs.database, s->site.jobs.database) == 0) {
		old = s->site.jobs;
		s->site.jobs = fresh.jobs;
		fresh.jobs = old;
	} else {
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"database: another one needs a new start of mobbd");
		fault_at(why, "%s", s->jobs_file);
	}
	site_close(&fresh);
	return v;
}

/* Somebody fetches revocation lists where there is one to fetch.  One that is
 * there stays: without sources it does nothing.
 */
static void
add_crl(struct supervisor *s)
{
	const struct jobs_crl *crl = &s->site.jobs.crl;
	size_t i;

	for (i = 0; i < s->all.count; i++)
		if (s->all.child[i].role == &role_crl)
			return;
	if (crl->check_is != JOBS_CRL_OFF && crl->source_count > 0)
		children_add(&s->all, &role_crl, "");
}

/* Who goes out to the network: a process for each endpoint. */
static void
add_network(struct supervisor *s, enum supervise how)
{
	children_add_each(&s->all,
		how == SUPERVISE_LISTEN ? &role_pusher : &role_courier,
		&s->site.jobs);
	add_crl(s);
}

/* Roles read everything at their start, or when they are told to. */
static void
reload_all(struct supervisor *s, enum supervise how)
{
	struct fault why = FAULT_NONE;

	if (read_jobs(s, &why) != V_OK) {
		(void)tell_end(&why);
		log_line("reload: refused, all goes on as it was");
		return;
	}
	if (store_person_rules(s->site.store, &s->site.jobs, &why) != V_OK)
		(void)tell_end(&why);
	log_line("reload: jobs file and certificates are read anew");
	children_end_each(&s->all, &s->site.jobs);
	children_reload(&s->all);
	add_network(s, how);
}

/* The watchdog is fed while every role moves. */
static void
feed(struct supervisor *s)
{
	const struct child *stuck = children_stuck(&s->all);

	if (stuck != s->stuck && stuck != NULL)
		log_line("%s%s%s does not move: the watchdog is not fed",
			stuck->role->name, stuck->arg[0] == '\0' ? "" : " ",
			stuck->arg);
	else if (stuck != s->stuck)
		log_line("all roles move again");
	s->stuck = stuck;
	notify_status(&s->notify, stuck == NULL ? "works" : "a role is stuck");
	if (stuck == NULL)
		notify_feed(&s->notify);
}

static void
serve(struct supervisor *s, enum supervise how)
{
	int64_t ready_ms = clock_tick_ms() + READY_MS;
	struct fault why = FAULT_NONE;
	bool ready = false;

	while (!stop) {
		/* The listener alone holds no lock A and looks by itself. */
		if (how == SUPERVISE_SERVICE && look(s, &why) != V_OK)
			recover(s);
		children_start(&s->all);
		clock_sleep_ms(TICK_MS * 10);
		children_reap(&s->all);
		if (!ready &&
			(children_up(&s->all) || clock_tick_ms() > ready_ms)) {
			ready = true;
			notify_ready(&s->notify);
		}
		feed(s);
		if (reload) {
			reload = 0;
			reload_all(s, how);
		}
	}
	notify_stopping(&s->notify);
	stop_all(s);
}

/* Lists that are due are fetched before somebody is judged by them. */
static void
lists_first(struct supervisor *s)
{
	int64_t end_ms = clock_tick_ms() + LISTS_MS;

	add_crl(s);
	s->all.board->round = 1;
	while (!stop && clock_tick_ms() < end_ms && !children_idle(&s->all) &&
		children_given_up(&s->all) == 0) {
		children_start(&s->all);
		clock_sleep_ms(TICK_MS);
		children_reap(&s->all);
	}
}

/* Somebody may go on at a moment that is worth waiting for: with --until any
 * before that, else a few minutes; half a minute when nobody knows when.
 */
static bool
worth_waiting(struct supervisor *s, int64_t quiet_ms)
{
	int64_t now_ms = clock_now_ms(), last_ms = s->night.until_ms, until_ms;

	if (last_ms == 0)
		last_ms = now_ms + PACE_PATIENCE_MS;
	until_ms = children_blocked_until_ms(&s->all, last_ms);
	return until_ms != 0 && (until_ms >= now_ms || quiet_ms <= PATIENCE_MS);
}

/* Until a round goes by in which every role found nothing to do.  A role that
 * waits for an allowance or an acknowledgment keeps the run alive for a while.
 */
static int
serve_once(struct supervisor *s)
{
	int64_t quiet_since_ms = clock_tick_ms(), seen = -1;
	struct fault why = FAULT_NONE;
	int code = 0;

	s->all.board->round = 1;
	while (!stop && code == 0 && night_goes_on(&s->night)) {
		int64_t now_ms = clock_tick_ms();

		children_start(&s->all);
		clock_sleep_ms(TICK_MS);
		children_reap(&s->all);
		code = children_given_up(&s->all);
		if (code == 0 && look(s, &why) != V_OK) {
			night_failed(&s->night, &why);
			code = tell_end(&why);
		}
		if (children_worked(&s->all) != seen) {
			seen = children_worked(&s->all);
			quiet_since_ms = now_ms;
			s->all.board->round++;
			continue;
		}
		if (!children_idle(&s->all) || children_worked(&s->all) != seen)
			continue;
		if (!worth_waiting(s, now_ms - quiet_since_ms))
			break;
		s->all.board->round++;
	}
	stop_all(s);
	return code;
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
	if (v != V_OK) {
		night_failed(&s->night, why);
		return tell_end(why);
	}
	if (open) /* why work is left */
		dates_tell_waits(&s->site);
	if (children_trouble(&s->all) != 0)
		return children_trouble(&s->all);
	return open ? EXIT_OPEN : attention ? EXIT_ATTENTION : 0;
}

static enum verdict
prepare(struct supervisor *s, enum supervise how, struct fault *why)
{
	enum verdict v = children_init(&s->all, s->jobs_file, why);

	if (v == V_OK)
		v = site_open(s->jobs_file, &s->site, why);
	return v == V_OK ? open_books(s, how, why) : v;
}

static void
add_roles(struct supervisor *s, enum supervise how)
{
	if (how != SUPERVISE_ONCE)
		children_add(&s->all, &role_listener, "");
	add_network(s, how);
	if (how == SUPERVISE_LISTEN)
		return;
	children_add(&s->all, &role_keeper, "");
	children_add(&s->all, &role_intake, "");
	children_add(&s->all, &role_router, "");
	children_add(&s->all, &role_printer, "");
}

static int
run_once(struct supervisor *s, struct fault *why)
{
	int code;

	s->all.board->once = 1;
	s->all.board->until_ms = s->night.until_ms;
	lists_first(s);
	add_roles(s, SUPERVISE_ONCE);
	code = serve_once(s);
	if (code == 0)
		code = exit_code_once(s, why);
	night_end(&s->night, &s->site, code);
	return code;
}

/* When it ends and where its log goes; 0: go on, else the exit code. */
static int
begin_night(struct supervisor *s, const struct supervise_plan *plan)
{
	struct fault why = FAULT_NONE;
	int64_t until_ms = 0;

	if (plan->until != NULL && until_parse(plan->until, s->since_ms,
					   &until_ms, &why) != V_OK) {
		fault_at(&why, "--until");
		log_fault(&why);
		return EXIT_USAGE;
	}
	if (night_open(&s->night, plan->log, until_ms, &why) != V_OK)
		return tell_end(&why);
	return 0;
}

int
supervise(const struct supervise_plan *plan)
{
	struct supervisor s = { .jobs_file = plan->jobs_file,
		.since_ms = clock_now_ms() };
	struct fault why = FAULT_NONE;
	int code = begin_night(&s, plan);

	if (code != 0)
		return code;
	/* Nothing of letters or keys may end up in a core file. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	catch_signals();
	notify_open(&s.notify);
	if (prepare(&s, plan->how, &why) != V_OK) {
		night_failed(&s.night, &why);
		code = tell_end(&why);
	} else if (plan->how == SUPERVISE_ONCE) {
		code = run_once(&s, &why);
	} else {
		add_roles(&s, plan->how);
		serve(&s, plan->how);
	}
	notify_close(&s.notify);
	site_close(&s.site);
	return code;
}
