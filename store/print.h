/* store/print.h - the paper run: the order of its letters, and its bundles
 *
 * A run is planned as a whole: every letter of a job that is on paper now gets a
 * class and a sort key, in a table of this session, ordered by the database.
 * Then bundles are cut from it one after the other, each in one transaction
 * that looks again whether its letters are still on paper.  What is in memory is
 * a page of letters, then one bundle.
 *
 * Source: spec print.md 5.1 and 5.3.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PRINT_H
#define STORE_PRINT_H

#include "batch/bundle.h"
#include "store/store.h"

/* --- the plan (store/print_plan.c) --- */

struct print_row {
	int64_t record;
	struct uuid id;
	bool large; /* in the large envelope of its product */
	int weight; /* bundle_weight() */
	bool abroad;
	int64_t sheets, bytes;
	const char *key; /* address_sort_key() */
};

/* Begin a plan for this job; the plan before it is forgotten.  Then read its
 * letters on paper, page by page and in no order, with the reason of print
 * ("not_subscribed"), until V_END; add what may be printed; and end, also after
 * a failure, with its verdict.  Nothing else is asked of `store` meanwhile.
 *
 * Of a letter an attempt may still bring to a box nothing is said: never both.
 */
enum verdict store_plan_begin(
	struct store *store, const char *job, struct fault *why);
enum verdict store_plan_letters(struct store *store, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why);
enum verdict store_plan_add(struct store *store, const struct print_row *rows,
	size_t count, struct fault *why);
/* *letters_out: how many are in the plan; `v` or why it could not be kept. */
enum verdict store_plan_end(struct store *store, enum verdict v,
	int64_t *letters_out, struct fault *why);

/* Letters that go together, in their order; in the arena. */
struct print_group {
	bool large;
	int weight;
	int64_t bytes;
	int64_t last; /* the place in the plan of its last letter */
	size_t count;
	int64_t *records;
	struct uuid *ids;
};

/* The letters behind place `after` (0: the first) that make one bundle of at
 * most so many letters and bytes; one letter always fits.  V_END: none.
 */
enum verdict store_plan_next(struct store *store, int64_t after, size_t max,
	int64_t bytes_max, struct arena *mem, struct print_group *out,
	struct fault *why);
/* At most `max` letters that show most of the run: the first, one of each class,
 * one abroad, the thickest, then the next ones.  V_END: none.
 */
enum verdict store_plan_proof(struct store *store, size_t max,
	struct arena *mem, struct print_group *out, struct fault *why);

/* --- bundles (store/bundle.c) --- */

/* What a bundle is, beside its letters: kept, so that it is written again as it
 * was.  "" is not said.
 */
struct bundle_form {
	const char *name;
	int number;	      /* in its name */
	const char *previous; /* the bundle of the stream before it */
	const char *product, *envelope;
	bool colour, simplex, merged, test;
	int weight; /* grams; 0: letters of several classes */
	/* Whose letters of a day these are (store/limit.h); NULL: they do
	 * not count.
	 */
	const char *printer;
	int64_t per_day; /* of the jobs file, 0 no limit */
	int32_t day;
};

/* A new print lot in state bundled with these letters in this order. V_SKIP:
 * CODE_STATE, the job rests; CODE_PRINT_TWICE, not all of them are on paper any
 * more, or there is such a bundle: make a new plan.
 */
enum verdict store_bundle_cut(struct store *store, const char *job,
	const struct bundle_form *form, const struct print_group *letters,
	int64_t now_ms, int64_t *lot_out, struct fault *why);
enum verdict store_bundle_form(struct store *store, int64_t lot,
	struct arena *mem, struct bundle_form *form_out, struct fault *why);

/* --- proofs (store/print_proof.c) --- */

/* Stored: never change. */
enum proof_state {
	PROOF_CUT = 1,	  /* being written */
	PROOF_WAITS = 2,  /* written; the run waits for a person */
	PROOF_GOOD = 3,	  /* a person said so */
	PROOF_BAD = 4,	  /* the run stays where it is */
	PROOF_PASSED = 5, /* written; the run did not wait */
	PROOF_ANEW = 6,	  /* a person asks for another one */
};

struct print_proof {
	char job[16];
	const char *stream;
	int nth;
	enum proof_state state;
	const char *name, *person;
	int number;
	bool test;
	int64_t made_ms;
	size_t count;
	const int64_t *records;
};

const char *proof_word(enum proof_state state); /* "waits" */

/* The newest proof of a job.  V_END: it has none. */
enum verdict store_proof_get(struct store *store, const char *job,
	struct arena *mem, struct print_proof *out, struct fault *why);
/* Keep a new one in state cut; proof->nth and ->name are given. */
enum verdict store_proof_cut(struct store *store, const char *job,
	const struct print_proof *proof, struct fault *why);
/* A proof that was cut but perhaps not written, of the first job with a number
 * above `after`.  V_END: none.
 */
enum verdict store_proof_unfinished(struct store *store, int64_t after,
	struct arena *mem, struct print_proof *out, struct fault *why);
/* Its letters, in their order, with the reason of print. */
enum verdict store_proof_letters(struct store *store,
	const struct print_proof *proof, struct arena *mem,
	struct letter **letters_out, const char ***reasons_out,
	size_t *count_out, struct fault *why);
/* cut -> waits or passed, with the digest of what was written. */
enum verdict store_proof_written(struct store *store,
	const struct print_proof *proof, const uint8_t sha256[32], bool waits,
	int64_t now_ms, struct fault *why);
/* What a person says of the newest proof of a job: good, bad or anew; with an
 * event.  V_SKIP CODE_STATE: there is none that was written, or it is good.
 */
enum verdict store_proof_say(struct store *store, const char *job,
	enum proof_state state, const char *person, const char *reason,
	int64_t now_ms, struct fault *why);
/* Those of jobs that are not done, which wait or are bad. */
enum verdict store_proof_list(struct store *store, struct arena *mem,
	struct print_proof **out, size_t *count_out, struct fault *why);

#endif
