/* batch/finding.c - see batch/finding.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "batch/advice.h"
#include "batch/finding.h"

#define DAY_MS INT64_C(86400000)
#define CLOCK_WARN_MS 60000
#define CLOCK_FAIL_MS 300000
#define EXIT_PEER 7
#define EXIT_CERTIFICATE 8

const char *
finding_word(enum finding_grade grade)
{
	switch (grade) {
	case FINDING_OK:
		return "ok";
	case FINDING_WARN:
		return "warn";
	case FINDING_FAIL:
		return "fail";
	}
	return "fail";
}

void
finding_value(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(finding->value, sizeof(finding->value), fmt, ap);
	va_end(ap);
}

void
finding_advice(struct finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(finding->advice, sizeof(finding->advice), fmt, ap);
	va_end(ap);
}

enum finding_grade
finding_period(int64_t start_ms, int64_t end_ms, int64_t soon_days,
	int64_t now_ms, int64_t *days_out)
{
	int64_t left_ms = end_ms - now_ms;

	assert(soon_days >= 0);
	*days_out = left_ms < 0 ? -((-left_ms + DAY_MS - 1) / DAY_MS)
				: left_ms / DAY_MS;
	if (now_ms < start_ms || now_ms > end_ms)
		return FINDING_FAIL;
	return left_ms < soon_days * DAY_MS ? FINDING_WARN : FINDING_OK;
}

enum finding_grade
finding_clock(int64_t difference_ms)
{
	int64_t apart_ms = difference_ms < 0 ? -difference_ms : difference_ms;

	if (apart_ms > CLOCK_FAIL_MS)
		return FINDING_FAIL;
	return apart_ms > CLOCK_WARN_MS ? FINDING_WARN : FINDING_OK;
}

void
finding_text(const struct finding *finding, struct buf *out)
{
	buf_format(out, "  %-4s  %-17s %s\n", finding_word(finding->grade),
		finding->what, finding->value);
	if (finding->advice[0] != '\0')
		buf_format(out, "        %-17s what to do: %s\n", "",
			finding->advice);
}

int
finding_exit(int so_far, const struct finding *finding)
{
	const struct advice *advice;

	if (finding->grade != FINDING_FAIL || so_far == EXIT_CERTIFICATE)
		return so_far;
	advice = advice_find((int)finding->code);
	return advice != NULL && advice->exit == EXIT_CERTIFICATE
		       ? EXIT_CERTIFICATE
		       : EXIT_PEER;
}
