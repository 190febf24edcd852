/* mobbsim/ebms_result.c - the results of a delivery; see mobbsim/taking.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbsim/result.h"
#include "mobbsim/taking.h"
#include "mobbsim/upset.h"

#define RESULT_MAX ((size_t)64000000)
#define SECOND_MS 300 /* a result that says the reverse comes so much later */

struct taking_result *
taking_add(struct taking *t, int64_t after_ms)
{
	struct taking_result *r = &t->results[t->result_count];

	assert(t->result_count < TAKING_RESULTS);
	t->result_count++;
	*r = (struct taking_result){
		.result = { .ref_to = t->envelope.message_id,
			.conversation = t->envelope.conversation,
			.cpa_id = t->envelope.cpa_id,
			.nth = (int)t->result_count },
		.due_ms = t->now_ms + after_ms,
	};
	return r;
}

static enum verdict
put(struct taking *t, const struct taking_result *r,
	const enum judge_code *codes, const struct result_shape *shape,
	enum trouble_kind spoilt)
{
	struct buf payload = BUF_MAX(RESULT_MAX);
	enum verdict v;

	if (spoilt == T_HTML)
		buf_text(&payload, "<html><body>Onderhoud<br></body></html>");
	else
		result_write(&t->payload, codes, t->request->last_byte_ms,
			clock_now_ms(), shape, &payload);
	assert(!payload.full);
	if (spoilt == T_TRUNCATED)
		payload.len /= 2;
	v = push_result_put(t->ebms->push, &r->result, &payload, t->why);
	buf_done(&payload);
	return v;
}

/* Remember a letter of the batch before this one. */
static void
remember(struct taking *t)
{
	struct ebms *e = t->ebms;

	if (strcmp(e->last_batch, t->payload.batch_id) == 0)
		return;
	memcpy(e->other_letter, e->last_letter, sizeof(e->other_letter));
	snprintf(e->last_batch, sizeof(e->last_batch), "%s",
		t->payload.batch_id);
	snprintf(e->last_letter, sizeof(e->last_letter), "%s",
		t->payload.letters[0].id_text);
}

/* A letter of another batch; of none when there was no other. */
static const char *
stranger(struct taking *t)
{
	struct uuid uuid = uuid_random();

	if (t->ebms->other_letter[0] == '\0')
		uuid_text(&uuid, t->ebms->other_letter);
	return t->ebms->other_letter;
}

static void
shape_of(struct taking *t, const struct trouble *trouble,
	struct result_shape *shape)
{
	shape->counters = trouble->kind == T_COUNTERS;
	if (trouble->kind == T_STRANGER)
		shape->stranger = stranger(t);
	shape->twice = trouble->kind == T_TWICE;
	shape->unknown = trouble->kind == T_UNKNOWN_CODE;
	shape->failures_only = trouble->kind == T_FAILURES_ONLY;
}

void
taking_upset(struct taking *t, const struct trouble *trouble,
	struct taking_result *first)
{
	upset_push(trouble, &first->manner);
	first->result.no_ref = trouble->kind == T_NO_REF;
	if (trouble->kind == T_CERTIFICATE)
		first->manner.end =
			ends_odd(t->ebms->ends, trouble->word, false);
	if (trouble->kind != T_EARLY && trouble->kind != T_BEFORE_ACK)
		return;
	first->due_ms = t->now_ms;
	/* With the ack in the answer, before the one is before the other. */
	if (trouble->kind == T_EARLY || t->ebms->terms.mode == CPA_SYNC)
		snprintf(t->ebms->wait_for, sizeof(t->ebms->wait_for), "%s",
			t->envelope.message_id);
}

/* A second result, and what it does to the first. */
static bool
wants_second(const struct taking *t, const struct trouble *trouble,
	struct result_shape *first, struct result_shape *second)
{
	size_t n = t->payload.letter_count;

	switch ((int)trouble->kind) {
	case T_DOUBLE_NEW:
		return true;
	case T_OTHER_CODES:
		return second->reverse = true;
	case T_SPLIT:
		first->to = second->from = n / 2;
		second->to = n;
		return n > 1;
	default:
		return false;
	}
}

enum verdict
taking_put_results(struct taking *t, const enum judge_code *codes)
{
	struct result_shape shape = { .to = 0 }, other = { .to = 0 };
	const struct trouble *trouble =
		troubles_next(t->ebms->troubles, ON_RESULT, t->now_ms);
	struct taking_result *first = taking_add(t, t->ebms->result_after_ms),
			     *second = NULL;
	enum verdict v;

	remember(t);
	if (trouble != NULL) {
		shape_of(t, trouble, &shape);
		taking_upset(t, trouble, first);
		if (wants_second(t, trouble, &shape, &other))
			second = taking_add(t, t->ebms->result_after_ms);
	}
	v = put(t, first, codes, &shape,
		trouble == NULL ? T_LATE : trouble->kind);
	if (v == V_OK && second != NULL) {
		if (other.reverse)
			second->due_ms += SECOND_MS;
		v = put(t, second, codes, &other, T_LATE);
	}
	return v;
}

void
taking_push_results(struct taking *t)
{
	size_t i;

	for (i = 0; i < t->result_count; i++)
		push_result_go(t->ebms->push, &t->results[i].result,
			t->results[i].due_ms, &t->results[i].manner);
}
