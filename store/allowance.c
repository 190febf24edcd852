/* store/allowance.c - see store/allowance.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "store/allowance.h"

#define RULES_TEXT_MAX 1000000

/* Names of the jobs file have no blank. */
static void
add(struct buf *names, const char *name)
{
	assert(strchr(name, ' ') == NULL && *name != '\0');
	if (names->len > 0)
		buf_text(names, " ");
	buf_text(names, name);
}

static void
number(struct buf *list, size_t i, int64_t n)
{
	buf_format(list, "%s%" PRId64, i == 0 ? "" : ",", n);
}

void
rules_text(const struct offer_rules *rules, struct rules_text *out)
{
	const struct rules_text empty = { BUF_MAX(RULES_TEXT_MAX),
		BUF_MAX(RULES_TEXT_MAX), BUF_MAX(RULES_TEXT_MAX),
		BUF_MAX(RULES_TEXT_MAX), BUF_MAX(RULES_TEXT_MAX) };
	size_t i;

	*out = empty;
	buf_text(&out->streams, "");
	buf_text(&out->senders, "");
	buf_text(&out->lanes, "{");
	buf_text(&out->opens, "{");
	buf_text(&out->hours, "{");
	for (i = 0; i < rules->stream_count; i++) {
		const struct offer_stream *s = &rules->streams[i];

		add(&out->streams, s->name);
		number(&out->lanes, i, s->lane);
		number(&out->opens, i,
			!s->closed	   ? 0
			: s->opens_ms <= 0 ? -1
					   : s->opens_ms);
	}
	for (i = 0; i < rules->sender_count; i++) {
		add(&out->senders, rules->senders[i].name);
		number(&out->hours, i, rules->senders[i].per_hour);
	}
	buf_text(&out->lanes, "}");
	buf_text(&out->opens, "}");
	buf_text(&out->hours, "}");
	assert(!out->streams.full && !out->lanes.full && !out->opens.full);
	assert(!out->senders.full && !out->hours.full);
}

void
rules_text_done(struct rules_text *text)
{
	buf_done(&text->streams);
	buf_done(&text->lanes);
	buf_done(&text->opens);
	buf_done(&text->senders);
	buf_done(&text->hours);
}

enum verdict
allowance_not_now(int what, struct fault *why)
{
	static const char *const words[] = { "",
		"so many lots are in flight already", "a limit is 0",
		"the endpoint's letters per hour are used",
		"the sender's letters per hour are used",
		"the endpoint's bytes per second are used",
		"the lot changed meanwhile" };

	assert(what > 0 && what < (int)(sizeof(words) / sizeof(words[0])));
	return fault_set(why, V_LATER, CODE_NONE, "%s", words[what]);
}

enum verdict
allowance_take_chain(struct pg *pg, const char *endpoint, const char *sender,
	int64_t chain, int64_t letters, int64_t bytes,
	const struct offer_rules *rules, int64_t *wait_ms_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct rules_text text;
	int64_t what;
	enum verdict v;

	rules_text(rules, &text);
	v = pg_ask(pg,
		"select what, wait_us from mobb_allowance($1, $2, 0, $3, $4, "
		"$5, " RULES_SQL(
			"$6", "$7", "$8", "$9", "$10", "$11", "$12") ", true)",
		PG_ARGS(PG_T(endpoint), PG_T(sender), PG_N(chain),
			PG_N(letters), PG_N(bytes), RULES_ARGS(rules, &text)),
		&rows, why);
	rules_text_done(&text);
	if (v != V_OK)
		return v;
	what = pg_int(&rows, 0, 0);
	if (what != 0) {
		*wait_ms_out = (pg_int(&rows, 0, 1) + 999) / 1000;
		v = allowance_not_now((int)what, why);
	}
	pg_rows_done(&rows);
	return v;
}
