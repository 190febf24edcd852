/* mobbd/supervisor.h - starts the roles, keeps them alive, ends them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_SUPERVISOR_H
#define MOBBD_SUPERVISOR_H

enum supervise {
	SUPERVISE_SERVICE, /* everything, until SIGTERM */
	SUPERVISE_LISTEN,  /* the listener alone, until SIGTERM */
	SUPERVISE_ONCE,	   /* all there is to do, then end */
};

struct supervise_plan {
	enum supervise how;
	const char *jobs_file;
	const char *until; /* with ONCE: when it ends, batch/until.h; NULL */
	const char *log;   /* with ONCE: where the log goes; NULL */
};

/* Returns the exit code of the program (mobbd(8), EXIT STATUS). */
int supervise(const struct supervise_plan *plan);

#endif
