/* batch/jobs_results.c - what results and brakes of a stream do
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "batch/jobs_check.h"

#define LONGEST_MS (4 * INT64_C(3600000)) /* unless the first is longer */
#define WINDOW_MIN 100
#define WINDOW_MAX 10000 /* a byte each, written with every result */
#define RESENDS_MAX 100

static enum verdict
codes_check(struct jobs_stream *s, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i, k;

	for (i = 0; v == V_OK && i < s->code_count; i++) {
		v = receipt_choice_check(&s->codes[i], why);
		for (k = 0; v == V_OK && k < i; k++)
			if (strcmp(s->codes[i].code, s->codes[k].code) == 0)
				v = fault_set(why, V_BROKEN, CODE_CONFIG_DOUBLE,
					"codes: %s is there twice",
					s->codes[i].code);
	}
	if (v != V_OK)
		fault_at(why, "stream %s", s->name);
	return v;
}

enum verdict
jobs_results_check(struct jobs_stream *s, struct fault *why)
{
	enum verdict v = codes_check(s, why);

	if (v != V_OK)
		return v;
	if (s->resend_max != 0 && s->resend_max < s->resend)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: resend_max must not be shorter than resend",
			s->name);
	if (s->resend_max == 0)
		s->resend_max = s->resend > LONGEST_MS ? s->resend : LONGEST_MS;
	if (s->resends > RESENDS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: resends must be at most %d", s->name,
			RESENDS_MAX);
	if (s->decline_window < WINDOW_MIN || s->decline_window > WINDOW_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: decline_window must be %d to %d", s->name,
			WINDOW_MIN, WINDOW_MAX);
	if (s->paper_points > 100)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: paper_points must be 0 to 100", s->name);
	return V_OK;
}
