/* batch/jobs_pace.c - limits and lanes of the jobs file
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "batch/jobs_check.h"
#include "batch/pace.h"

#define BYTES_S_MIN 10000 /* 100 MB then takes three hours */
#define BYTES_S_MAX 1000000000
#define LANE_AGE_MIN_MS 1000
#define LANE_AGE_MAX_MS (30 * INT64_C(86400000))

struct check {
	const char *kind, *name; /* "endpoint", "productie" */
	const void **where;
	struct fault *why;
};

/* One that was not given (-1) is none, which is kept as 0. */
static enum verdict
limit_check(const struct check *c, const char *key, int64_t *limit,
	int64_t least, int64_t most, const char *unit)
{
	*c->where = limit;
	if (*limit == 0)
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_LIMIT,
			"%s %s: %s: with a limit of 0 nothing would ever "
			"leave; to stop it for a while: mobbjob hold",
			c->kind, c->name, key);
	if (*limit != -1 && (*limit < least || *limit > most))
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_LIMIT,
			"%s %s: %s must be %" PRId64 "%s to %" PRId64 "%s",
			c->kind, c->name, key, least, unit, most, unit);
	if (*limit == -1)
		*limit = 0;
	return V_OK;
}

static enum verdict
endpoint_check(struct check *c, struct jobs_endpoint *e)
{
	enum verdict v;

	c->kind = "endpoint";
	c->name = e->name;
	v = limit_check(c, "letters", &e->letters, 1, PACE_PER_HOUR_MAX, "/h");
	if (v == V_OK)
		v = limit_check(
			c, "bytes", &e->bytes, BYTES_S_MIN, BYTES_S_MAX, "B/s");
	if (v != V_OK)
		return v;
	*c->where = &e->lane_age;
	if (e->lane_age < LANE_AGE_MIN_MS || e->lane_age > LANE_AGE_MAX_MS)
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: lane_age must be 1s to 30d", e->name);
	return V_OK;
}

static enum verdict
lane_check(struct check *c, struct jobs_stream *s)
{
	static const char *const words[] = { "normal", "urgent", "bulk", NULL };
	static const enum jobs_lane lanes[] = { JOBS_NORMAL, JOBS_URGENT,
		JOBS_BULK };
	int lane = jobs_word(s->lane, words);

	*c->where = s->lane;
	if (lane == -1)
		return fault_set(c->why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: lane must be urgent, normal or bulk",
			s->name);
	s->lane_is = lanes[lane];
	return V_OK;
}

enum verdict
jobs_pace_check(struct jobs *jobs, const void **where_out, struct fault *why)
{
	struct check c = { .where = where_out, .why = why };
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++)
		v = endpoint_check(&c, &jobs->endpoints[i]);
	c.kind = "sender";
	for (i = 0; v == V_OK && i < jobs->sender_count; i++) {
		c.name = jobs->senders[i].name;
		v = limit_check(&c, "letters", &jobs->senders[i].letters, 1,
			PACE_PER_HOUR_MAX, "/h");
	}
	c.kind = "printer";
	for (i = 0; v == V_OK && i < jobs->printer_count; i++) {
		c.name = jobs->printers[i].name;
		v = limit_check(&c, "letters", &jobs->printers[i].letters, 1,
			PACE_PER_HOUR_MAX, "/d");
	}
	for (i = 0; v == V_OK && i < jobs->stream_count; i++)
		v = lane_check(&c, &jobs->streams[i]);
	return v;
}
