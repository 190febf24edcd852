/* mobbd/children.h - the processes of the supervisor, and the board they share
 *
 * One that ends without being asked is started again after a pause that grows;
 * one poisoned file, or one endpoint, then costs only itself.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_CHILDREN_H
#define MOBBD_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

#include "mobbd/role.h"

struct child {
	const struct role *role;
	char arg[ROLE_ARG_MAX]; /* courier, pusher: endpoint; else "" */
	bool gone;		/* is not started again */
	pid_t pid;		/* 0: not running */
	int64_t start_ms, pause_ms;
	int deaths;
	int code; /* exit code of the last death */
};

struct children {
	const char *jobs_file; /* lent */
	struct child child[ROLES_MAX];
	size_t count; /* a child's line on the board has its number */
	struct board *board;
	int board_fd;
	int passed;    /* sockets systemd opened for us */
	int lost_code; /* of a courier that was given up; 0 none */
	bool stopping; /* who ends now is not started again */
};

/* A board, no children yet. */
enum verdict children_init(
	struct children *all, const char *jobs_file, struct fault *why);

void children_add(
	struct children *all, const struct role *role, const char *arg);
/* One of this role (courier or pusher) for each endpoint of the jobs file, those
 * that are there stay.
 */
void children_add_each(
	struct children *all, const struct role *role, const struct jobs *jobs);
/* Those whose endpoint is no longer there are ended, and waited for. */
void children_end_each(struct children *all, const struct jobs *jobs);

/* One that gives no sign of life for longer than its steps may take, or for ten
 * seconds outside a step; NULL when all move.  One that waits to be started again
 * does not count.
 */
const struct child *children_stuck(const struct children *all);

/* Has every role begun to work? */
bool children_up(const struct children *all);

void children_start(struct children *all); /* those whose time has come */
void children_reap(struct children *all);
/* All read everything anew: on SIGHUP, or by ending and being started. */
void children_reload(struct children *all);
/* End all and wait for it; none is started again. */
void children_stop(struct children *all);
/* End those that hold lock B and wait for it.  The listener stays: it answers
 * 503 while the database is away.
 */
void children_stop_locked(struct children *all);

/* --- for --once --- */

int64_t children_worked(const struct children *all);
/* Has every role had an idle step since the round was raised, and is none in a
 * step?  Who was may have worked: look at children_worked() after it.
 */
bool children_idle(const struct children *all);
/* Until when somebody expects to be allowed to go on, the latest before
 * `last_ms`; 0 nobody.
 */
int64_t children_blocked_until_ms(const struct children *all, int64_t last_ms);
/* A role that ends again and again ends the run, with its code; a courier costs
 * only its endpoint.  0: go on.
 */
int children_given_up(struct children *all);
/* Exit status of what a person has to mend; 0 nothing. */
int children_trouble(const struct children *all);

#endif
