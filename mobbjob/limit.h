/* mobbjob/limit.h - the limit that holds, and why it is what it is
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_LIMIT_H
#define MOBBJOB_LIMIT_H

#include "mobbjob/command.h"

struct limit_now {
	enum limit_kind kind;
	const char *name;
	int64_t amount;	 /* letters an hour, of a printer a day; 0: no limit */
	int64_t of_file; /* what the jobs file says; 0: no limit */
	bool by_person;	 /* then this is who, why and until when: */
	struct limit set;
};

/* The limit of the jobs file, or the one that a person set instead. */
enum verdict limit_now(struct call *call, enum limit_kind kind,
	const char *name, int64_t of_file, struct limit_now *out,
	struct fault *why);

/* "20,000/h" */
const char *limit_amount(
	enum limit_kind kind, int64_t amount, struct arena *mem);

/* "limit 60,000/h of endpoint productie", or "limit 20,000/h of endpoint
 * productie until 2026-11-28 06:00 by anna: maintenance (jobs file 60,000/h)";
 * "no limit of printer drukker".
 */
const char *limit_line(const struct limit_now *limit, struct arena *mem);

/* Lines for the list of jobs: the endpoints at which some of them send, and
 * whatever a person set.
 */
void limit_print_list(struct call *call, const struct job *jobs, size_t count);

#endif
