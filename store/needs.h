/* store/needs.h - what waits for a person, or for too long
 *
 * Part of store/store.h.  One list: each thing once, with since when, why, and
 * the command that resolves it.  Made from what the books say now, so that a
 * line stays until its cause is gone.  mobbd tells each of them once as an
 * event (mobbd/watch.h); mobbjob shows them all.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_NEEDS_H
#define STORE_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/jobs.h"

struct store;

struct need {
	/* "job", "lots", "letters", "results", "opinion", "bundle",
	 * "receipt", "stream", "sender", "endpoint", "replies",
	 * "subscriptions"
	 */
	const char *what;
	const char *name; /* of that: an id, a number, a name */
	const char *job;  /* "" when it is of no one job */
	enum code code;
	int64_t since_ms;
	const char *text; /* why */
	const char *todo; /* a command, or what to look at */
	bool overdue;	  /* told as an event; else it only waits */
};

#define NEEDS_MAX 1000

/* All of them, those of jobs first, the oldest of a kind first; at most
 * NEEDS_MAX of a kind.  `jobs` says how long what belongs to a stream may take;
 * of a stream that it no longer has all is overdue at once.  Texts in `mem`.
 */
enum verdict store_needs(struct store *store, const struct jobs *jobs,
	int64_t now_ms, struct arena *mem, struct need **needs_out,
	size_t *count_out, struct fault *why);

#endif
