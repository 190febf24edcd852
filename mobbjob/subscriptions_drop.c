/* mobbjob/subscriptions_drop.c - an answer that was wrong decides no more
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "mobbjob/decide.h"
#include "mobbjob/person.h"
#include "mobbjob/subscriptions.h"

#define ROWS_MAX 10000

static enum verdict
find(struct call *call, int64_t number, struct answer_row *out,
	struct fault *why)
{
	struct answer_row *rows;
	size_t count, i;
	enum verdict v = store_answer_rows(call->site.store, NULL, ROWS_MAX,
		&call->mem, &rows, &count, why);

	if (v != V_OK)
		return v;
	for (i = 0; i < count && rows[i].number != number; i++)
		;
	if (i == count)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"no answer %" PRId64 " in the register", number);
	*out = rows[i];
	return V_OK;
}

enum verdict
subscriptions_drop(struct call *call, struct fault *why)
{
	const char *reason = "", *sender = "";
	int64_t number = 0, jobs = 0;
	struct answer_row row = { 0 };
	enum verdict v;

	if (!text_number(call->args[1], INT64_MAX / 100, &number))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"NO is the number of an answer, as `mobbjob "
			"subscriptions` shows it");
	v = find(call, number, &row, why);
	if (v == V_OK)
		sender = subscriptions_sender(call, row.sender);
	if (v == V_OK)
		v = person_may(call, sender, why);
	if (v == V_OK && !call->options.dry_run)
		v = decide_reason(call, &reason, why);
	if (v == V_OK && !call->options.dry_run)
		v = store_answer_wrong(call->site.store, number, call->person,
			reason, clock_now_ms(), &jobs, why);
	if (v == V_OK)
		decide_tell(call,
			"answer %" PRId64 " of sender %.40s, about %" PRId64
			" numbers, decides no more; %" PRId64
			" jobs that went by it are looked up anew when they "
			"are released",
			number, sender, row.asked, jobs);
	return v;
}
