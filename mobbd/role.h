/* mobbd/role.h - one process, one task
 *
 * A role does its work in steps.  After a step that found something to do it
 * is called again at once; after one that found nothing it waits for a change
 * in the database, a file, or the time it asked for.  Every step may be the
 * last: what is done is in the database or on disk.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_ROLE_H
#define MOBBD_ROLE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "mobbd/site.h"

#define ROLES_MAX 48 /* JOBS_ENDPOINTS_MAX couriers, and one of each other */
#define ROLE_ARG_MAX 48
#define DIED_MAX 8	   /* jobs remembered */
#define STEP_MAX_MS 900000 /* an index over a large job, in one statement */

/* One role's line on the board that supervisor and roles share.  The
 * supervisor of --once ends when every role found nothing to do after it
 * raised `round`, and none has worked meanwhile.
 */
struct role_line {
	volatile int64_t worked;     /* steps that found something to do */
	volatile int64_t idle_round; /* newest round with an idle step */
	/* In a step, which may have changed something already that it has not
	 * counted as worked yet.
	 */
	volatile int32_t busy;
	/* Tick (base/clock.h) of its last sign of life, by role_beat(); 0: it
	 * is only beginning.
	 */
	volatile int64_t beat_ms;
	volatile int64_t blocked_until_ms; /* allowance expected; 0 none */
	/* Exit status of what a person has to mend before all can go on; 0 */
	volatile int32_t trouble;
	/* The job it works on, and those it died on before: a file that ends
	 * its reader each time costs only itself.
	 */
	char doing[16];
	struct {
		char job[16];
		int32_t deaths;
	} died[DIED_MAX];
};

struct board {
	volatile int64_t round;
	volatile int32_t once;
	volatile int64_t until_ms; /* --until; 0: no end */
	struct role_line line[ROLES_MAX];
};

struct role_run {
	struct site *site;
	const char *arg;  /* a courier: its endpoint; else "" */
	struct arena mem; /* emptied before every step */
	struct board *board;
	struct role_line *line;
	int64_t wait_ms; /* a step may shorten it */
	/* A step that waits for something to allow it to go on says until when
	 * that is expected; now or earlier: nobody knows.  0: it does not.
	 */
	int64_t blocked_until_ms;
	int wait_fd; /* readable: step again; -1 none */
	volatile sig_atomic_t *stop;
	/* SIGHUP came; a role that `reloads` sets it back.  NULL for others. */
	volatile sig_atomic_t *reload;
	void *own; /* what the role keeps between steps */
};

struct role {
	const char *name;
	unsigned needs; /* enum site_need */
	bool locks;	/* holds lock B: all but the listener */
	bool reloads;	/* SIGHUP does not end it: it reads everything anew */
	/* How long a step may go on without a role_beat(); 0: STEP_MAX_MS */
	int64_t step_max_ms;

	/* Prepare; what it returns other than V_OK ends the process. */
	enum verdict (*open)(struct role_run *run, struct fault *why);

	/* V_OK     did something: again at once
	 * V_END    nothing to do
	 * V_LATER  something is away (database, peer, disk): try later
	 * else     the process ends; the supervisor starts a new one
	 */
	enum verdict (*step)(struct role_run *run, struct fault *why);
	void (*close)(struct role_run *run);
};

extern const struct role role_intake, role_router, role_courier, role_pusher,
	role_listener, role_printer, role_keeper, role_crl;

/* A sign of life; long steps give one now and then (mobbd/notify.h). */
void role_beat(struct role_run *run);

/* May a lot, question or bundle begin (store/night.h)?  V_END: not in this run,
 * which ends before it would (--until).  Asks the books in such a run only.
 */
enum verdict role_begins(struct role_run *run, enum took what,
	const char *endpoint, int64_t letters, struct fault *why);

/* NULL when no role has that name. */
const struct role *role_find(const char *name);

/* Run a role until SIGTERM; returns the exit code of the process.  `arg` tells
 * those of one kind apart, "" where there is one.
 */
int role_main(const struct role *role, const char *arg, const char *jobs_file,
	int board_fd, int place);

/* Say what ends us and what to do about it; the exit status for it. */
int tell_end(const struct fault *why);

#endif
