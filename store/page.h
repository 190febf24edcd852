/* store/page.h - the release page: what a job weighs, and what goes before it
 *
 * One row a job, filled when the job was split and once more when all its
 * letters have a route, so that looking at a job costs the same whatever the
 * number of letters.  Included by store/store.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/forecast.h"

struct store;

struct page {
	bool counted; /* false: taken in before pages were counted */
	bool routed;  /* the part below `all` is filled */
	struct forecast_load all;
	int64_t to_box, to_paper; /* letters, as routed */
	int64_t lot_bytes, lots;  /* of what goes to the box */
	/* Of what goes on paper; only pages, sheets, uncounted, bytes of the
	 * documents and abroad are set.
	 */
	struct forecast_load paper;
	int64_t bundles;
	int64_t sent_ms; /* its last lot was acknowledged; 0: not yet */
};

/* A job that is not split yet is not counted: V_OK. */
enum verdict store_page_get(struct store *store, const char *job,
	struct page *out, struct fault *why);

/* How lots and bundles will be cut. */
struct page_limits {
	int64_t lot_letters, lot_bytes;
	int64_t bundle_letters, bundle_bytes;
};
/* Add up what was routed, once all letters have a route: one look at each, by
 * one statement.  The same again gives the same.
 */
enum verdict store_page_routed(struct store *store, const char *job,
	const struct page_limits *limits, struct fault *why);

/* The newest job of the stream before number `before` that was released and
 * has PAGE_LAST_LETTERS letters or more; texts in `mem`.  V_END: none.
 */
#define PAGE_LAST_LETTERS 100
struct page_last {
	const char *job;
	int64_t released_ms;
	int64_t to_box, to_paper;
};
enum verdict store_page_last(struct store *store, const char *stream,
	int64_t before, struct arena *mem, struct page_last *out,
	struct fault *why);

/* What an endpoint still has to send before a job of `letters` letters comes
 * (the job with the fewest goes first), when it may begin its next lot, and how
 * the last lots went.  `job` number 0: of a file that is no job yet.  Sets all
 * of `out` but the limits and the job itself.
 */
enum verdict store_page_queue(struct store *store, const char *endpoint,
	int64_t job_no, int64_t letters, int64_t now_ms,
	struct forecast_send *out, struct fault *why);

/* --- who has a box, before routing (store/page_register.c) --- */

struct page_decided {
	int64_t box, paper, unknown; /* letters */
};
/* What the register says now of the citizens of `count` letters (one may be
 * there more than once) for letters of this type.  Takes 50 MB of memory.  A
 * person may not see it: then all are unknown.
 */
enum verdict store_page_decided(struct store *store, const char *oin,
	const char *type, const struct bsn *numbers, size_t count,
	int64_t now_ms, struct page_decided *out, struct fault *why);

/* The numbers of a job's letters that may go to the box, of those that have no
 * BerichtType of their own; malloc()ed.  A person may not see them: none.
 */
enum verdict store_page_numbers(struct store *store, const char *job,
	struct bsn **numbers_out, size_t *count_out, struct fault *why);

/* --- letters to look at (store/page_pick.c) --- */

enum page_pick {
	PAGE_FIRST = 1, /* lowest record */
	PAGE_LAST,
	PAGE_LARGEST, /* most bytes to the box; the first of equals */
	PAGE_ABROAD,  /* the first with an address outside the Netherlands */
	PAGE_FROM,    /* the first with record `from` or a later one */
};
/* The record of a letter of a job.  V_END: there is none. */
enum verdict store_page_pick(struct store *store, const char *job,
	enum page_pick pick, int64_t from, int64_t *record_out,
	struct fault *why);
/* That of the letter with this reference.  V_END: none; V_SKIP:
 * CODE_AMBIGUOUS.
 */
enum verdict store_page_reference(struct store *store, const char *job,
	const char *reference, int64_t *record_out, struct fault *why);

#endif
