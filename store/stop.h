/* store/stop.h - hold and release: of a job, a stream, a sender, an endpoint
 *
 * Part of store/store.h.  A stop of a stream, sender or endpoint is a valve:
 * jobs are taken in, checked and released as ever, but while it is closed
 * nothing of them leaves, nothing is printed and nobody is asked about them.
 * A hold of a job is a state of the job.  Both may be: then both have to be
 * released.
 *
 * What lets letters go takes the stop lock shared, in the transaction that
 * says so (store_offer_begin(), store_print_leave()); a hold by a person takes
 * it exclusively.  So after a hold has answered nothing begins to leave, and
 * its numbers are exact.  What was under way ends by itself and is counted.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_STOP_H
#define STORE_STOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct store;

enum stop_kind { /* stored: never change */
	STOP_STREAM = 1,
	STOP_SENDER = 2,
	STOP_ENDPOINT = 3,
};

/* "stream", "sender", "endpoint" */
const char *stop_word(enum stop_kind kind);

struct stop {
	enum stop_kind kind;
	const char *name;
	enum code code; /* CODE_STOPPED: by a person; else by which brake */
	const char *reason, *person;
	int64_t since_ms;
};

/* Where the letters of unfinished jobs are; the seven add up to `letters`. */
struct stop_count {
	int64_t jobs, letters;
	int64_t left; /* delivered, acknowledged, handed over or posted */
	/* bytes that are leaving now or wait for an acknowledgment, and bundles
	 * that are being handed over: they end by themselves
	 */
	int64_t in_flight;
	int64_t unknown; /* may have arrived: nobody acknowledged them */
	int64_t held;	 /* a person decides about each */
	int64_t waiting; /* all others that are open */
	int64_t withdrawn;
	/* besides: the box had these and declined them, so that they go on
	 * paper or wait for a person; whatever became of them since
	 */
	int64_t declined;
	int64_t lots_in_flight, bundles_in_flight;
};

/* Count without changing anything: of a job, or of all unfinished jobs of a
 * stream, sender or endpoint.
 */
enum verdict store_stop_count_job(struct store *store, const char *job,
	struct stop_count *out, struct fault *why);
enum verdict store_stop_count(struct store *store, enum stop_kind kind,
	const char *name, struct stop_count *out, struct fault *why);

/* Hold by a person: nothing more begins to leave once it is back, and the
 * count is of that moment.  V_SKIP with CODE_STATE: it is held already, or a
 * job that cannot be (still being read, or ended); the count is made all the
 * same.
 */
enum verdict store_job_hold(struct store *store, const char *job,
	const char *person, const char *reason, int64_t now_ms,
	struct stop_count *out, struct fault *why);
enum verdict store_stop_set(struct store *store, enum stop_kind kind,
	const char *name, const char *person, const char *reason,
	int64_t now_ms, struct stop_count *out, struct fault *why);

/* Open the valve: everything goes on where it stopped.  V_SKIP, CODE_STATE: it
 * is not held.
 */
enum verdict store_stop_clear(struct store *store, enum stop_kind kind,
	const char *name, const char *person, const char *reason,
	int64_t now_ms, struct fault *why);

/* All that are held, by kind and name; texts in `mem`. */
enum verdict store_stop_list(struct store *store, struct arena *mem,
	struct stop **rows_out, size_t *count_out, struct fault *why);
/* The stop that holds what belongs to these (NULL: not asked about).  V_END:
 * none.  Before anything is asked or said outside.
 */
enum verdict store_stop_find(struct store *store, const char *stream,
	const char *sender, const char *endpoint, struct arena *mem,
	struct stop *out, struct fault *why);

#endif
