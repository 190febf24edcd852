/* store/delivery.c - what a file says of itself, next to those before it
 *
 * Runs under the lock of the stream, in the transaction of the split.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/books.h"

#define MS_PER_DAY INT64_C(86400000)

#define COUNT_LETTERS 100 /* a job before of fewer says nothing */
#define COUNT_PERCENT 20

/* Jobs e that job j is compared with. */
#define OTHERS                                                                 \
	"from job j join job e on e.stream = j.stream and e.oin = j.oin "      \
	"and e.edition = j.edition and e.number <> j.number "                  \
	"and e.state not in (1, 9, 10) where j.number = $1 "

/* Why the job will be held: the first reason gives the code, all are told. */
struct hold {
	enum code code;
	char text[FAULT_TEXT_MAX];
};

__attribute__((format(printf, 3, 4))) static void
hold(struct hold *hold, enum code code, const char *fmt, ...)
{
	size_t at = strlen(hold->text);
	va_list ap;

	if (hold->code == CODE_NONE)
		hold->code = code;
	if (at > 0 && at + 2 < sizeof(hold->text)) {
		memcpy(hold->text + at, "; ", 3);
		at += 2;
	}
	va_start(ap, fmt);
	vsnprintf(hold->text + at, sizeof(hold->text) - at, fmt, ap);
	va_end(ap);
}

static const char *
given(const char *text)
{
	return text == NULL ? "" : text;
}

/* The same number again: another file, or the one of which we gave the
 * rejected records back, under its own head.  The first file of a number says
 * which: repairs may come in pieces.
 */
static enum verdict
number_again(struct pg *pg, int64_t job_no, const char *number,
	struct hold *held, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select e.id, e.repaired " OTHERS "and e.delivery = $2 "
		"order by e.number limit 1",
		PG_ARGS(PG_N(job_no), PG_T(number)), &rows, why);
	if (v != V_OK || rows.count == 0)
		;
	else if (pg_bool(&rows, 0, 1))
		hold(held, CODE_NUMBER,
			"number %.40s again, as a repair of job %s", number,
			pg_bytes(&rows, 0, 0, &len));
	else
		v = fault_set(why, V_BROKEN, CODE_NUMBER,
			"number %.40s was delivered before with other "
			"content: job %s",
			number, pg_bytes(&rows, 0, 0, &len));
	pg_rows_done(&rows);
	return v;
}

/* Numbers only rise. */
static enum verdict
number_back(struct pg *pg, int64_t job_no, const char *number,
	struct hold *held, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select (max(case when e.delivery ~ '^[0-9]{1,40}$' "
		"then e.delivery::numeric end) > case when $2 ~ "
		"'^[0-9]{1,40}$' then $2::numeric end) is true, "
		"max(case when e.delivery ~ '^[0-9]{1,40}$' "
		"then e.delivery::numeric end)::text " OTHERS
		"and e.delivery <> ''",
		PG_ARGS(PG_N(job_no), PG_T(number)), &rows, why);
	if (v == V_OK && pg_bool(&rows, 0, 0))
		hold(held, CODE_NUMBER, "number %.40s after %s", number,
			pg_bytes(&rows, 0, 1, &len));
	pg_rows_done(&rows);
	return v;
}

static enum verdict
period_again(struct pg *pg, int64_t job_no, const char *period,
	struct hold *held, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select e.id " OTHERS "and e.period = $2 and e.letters > 0 "
		"order by e.number desc limit 1",
		PG_ARGS(PG_N(job_no), PG_T(period)), &rows, why);
	if (v == V_OK && rows.count > 0)
		hold(held, CODE_PERIOD,
			"period %.40s was delivered before: job %s", period,
			pg_bytes(&rows, 0, 0, &len));
	pg_rows_done(&rows);
	return v;
}

/* A statement of next year, before this one is over. */
static enum verdict
period_ahead(
	struct pg *pg, const char *period, struct hold *held, struct fault *why)
{
	int year, month, day;
	int64_t now_ms, then;
	char digits[5];
	enum verdict v;

	if (strspn(period, "0123456789") < 4)
		return V_OK;
	memcpy(digits, period, 4);
	digits[4] = '\0';
	v = pg_now_ms(pg, &now_ms, why);
	if (v != V_OK)
		return v;
	clock_date((int32_t)(now_ms / MS_PER_DAY), &year, &month, &day);
	if (text_number(digits, 9999, &then) && then > year)
		hold(held, CODE_PERIOD, "period %.40s is of a later year",
			period);
	return V_OK;
}

static enum verdict
count_far(struct pg *pg, int64_t job_no, int64_t records, struct hold *held,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t before, apart;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select e.id, e.records " OTHERS "and e.letters >= $2 "
		"order by e.number desc limit 1",
		PG_ARGS(PG_N(job_no), PG_N(COUNT_LETTERS)), &rows, why);
	if (v == V_OK && rows.count > 0) {
		before = pg_int(&rows, 0, 1);
		apart = records < before ? before - records : records - before;
		if (apart * 100 > before * COUNT_PERCENT)
			hold(held, CODE_COUNT_DIFFERS,
				"%" PRId64 " records, job %s before had "
				"%" PRId64,
				records, pg_bytes(&rows, 0, 0, &len), before);
	}
	pg_rows_done(&rows);
	return v;
}

enum verdict
delivery_keep(struct pg *pg, int64_t job_no, const struct split_end *end,
	struct fault *why)
{
	const char *number = given(end->number), *period = given(end->period);
	struct hold held = { .code = CODE_NONE };
	enum verdict v = V_OK;

	assert(end->records >= 0 && end->records < INT64_MAX / 100);
	if (end->hold != CODE_NONE)
		hold(&held, end->hold, "%s", given(end->hold_reason));
	if (number[0] != '\0')
		v = number_again(pg, job_no, number, &held, why);
	if (v == V_OK && number[0] != '\0')
		v = number_back(pg, job_no, number, &held, why);
	if (v == V_OK && period[0] != '\0')
		v = period_again(pg, job_no, period, &held, why);
	if (v == V_OK && period[0] != '\0')
		v = period_ahead(pg, period, &held, why);
	if (v == V_OK && end->count_check)
		v = count_far(pg, job_no, end->records, &held, why);
	if (v != V_OK)
		return v;
	return pg_do(pg,
		"update job set delivery = $2, period = $3, control = $4, "
		"totals = $5::int = 1, hold_code = $6, hold_reason = $7 "
		"where number = $1",
		PG_ARGS(PG_N(job_no), PG_T(number), PG_T(period),
			PG_T(given(end->control)), PG_N(end->totals ? 1 : 0),
			PG_N(held.code), PG_T(held.text)),
		NULL, why);
}
