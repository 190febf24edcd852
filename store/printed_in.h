/* store/printed_in.h - applying a receipt file; private to store/printed*.c
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PRINTED_IN_H
#define STORE_PRINTED_IN_H

#include "store/books.h"

struct applying {
	struct pg *pg;
	const struct printed_file *file;
	const struct print_receipt *said;
	int64_t now_ms;
	struct arena *mem;
	struct printed_done *done;
	struct buf text; /* for done->text */
	int64_t file_no;
	struct lot_row lot;
	struct job_row job;
	struct counts counts;
	int64_t posted_letters; /* one by one, before */
	int64_t recall_ms;
	char name[SAID_BUNDLE_MAX]; /* of the bundle; "" returned mail */
};

/* An alarm about `lines` lines (0: the whole file), the first of them `line`. */
__attribute__((format(printf, 6, 7))) enum verdict printed_alarm(
	struct applying *a, enum code code, int64_t lines, int64_t line,
	struct fault *why, const char *fmt, ...);

/* All lines about letters of one bundle (store/printed_letters.c), which is
 * locked; a->lot follows.
 */
enum verdict printed_letters(struct applying *a, struct fault *why);
/* Returned mail (store/returned.c). */
enum verdict printed_returned(struct applying *a, struct fault *why);

#endif
