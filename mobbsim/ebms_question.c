/* mobbsim/ebms_question.c - a question about subscriptions, and its answer; see
 * mobbsim/taking.h
 *
 * Kept in this order, each step durable: the answer in queue/, the line of
 * questions.csv, and last the message; only then the POST is answered.  What
 * died before the message was kept counts as never received.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/gzip.h"
#include "base/log.h"
#include "mobbsim/answer.h"
#include "mobbsim/question.h"
#include "mobbsim/taking.h"

#define ANSWER_MAX ((size_t)400000000) /* not packed */
#define REPLY_MAX ((size_t)100000)
#define SAID_MAX 200
#define OTHER_OIN "00000099000000030000"

/* What the answer is in questions.csv: "whole", or what is wrong with it. */
struct said {
	char text[SAID_MAX];
};

static void
shape_of(const struct trouble *t, struct answer_shape *shape,
	char id[UUID_TEXT_MAX])
{
	struct uuid other = uuid_random();

	switch ((int)t->kind) {
	case T_OLD: /* there was none before */
	case T_OTHER_QUESTION:
		uuid_text(&other, id);
		shape->id = id;
		break;
	case T_OTHER_SENDER:
		shape->oin = OTHER_OIN;
		break;
	default:
		break;
	}
	shape->empty = t->kind == T_EMPTY;
	shape->all_no = t->kind == T_ALL_NO;
	shape->all_yes = t->kind == T_ALL_YES;
	shape->swapped = t->kind == T_YES_FOR_NO;
	shape->half = t->kind == T_HALF;
	shape->doubled = t->kind == T_DOUBLED;
	shape->contradict = t->kind == T_CONTRADICT;
	shape->stranger = t->kind == T_STRANGER;
	shape->not_boolean = t->kind == T_NOT_BOOLEAN;
	shape->other_names = t->kind == T_OTHER_NAMES;
}

/* The document; V_SKIP: an old one, not to be kept again. */
static enum verdict
write_answer(struct taking *t, const struct question *q,
	const struct trouble *trouble, struct buf *out)
{
	struct answer_shape shape = { .id = NULL };
	char id[UUID_TEXT_MAX];

	if (trouble != NULL && trouble->kind == T_OLD &&
		questions_before(t->ebms->questions, out, t->why) == V_OK)
		return V_SKIP;
	if (trouble != NULL)
		shape_of(trouble, &shape, id);
	answer_write(q, t->ebms->subscribers, &shape, out);
	if (out->full)
		return fault_set(
			t->why, V_BROKEN, CODE_LIMIT, "answer too large");
	return V_OK;
}

/* As it leaves: packed, but for what goes wrong. */
static void
pack(struct buf *answer, const struct trouble *trouble, struct buf *out)
{
	int kind = trouble == NULL ? -1 : (int)trouble->kind;

	if (kind == T_TRUNCATED)
		answer->len /= 2;
	if (kind == T_HTML)
		buf_text(out, "<html><body>Onderhoud<br></body></html>");
	else if (kind == T_NOT_PACKED)
		buf_add(out, answer->bytes, answer->len);
	else
		gzip_pack(answer->bytes, answer->len, out);
	if (kind == T_PACKED_CUT)
		out->len /= 2;
}

static enum verdict
queue(struct taking *t, const struct trouble *trouble, const struct buf *packed)
{
	int64_t after_ms = t->ebms->answer_after_ms;
	struct taking_result *r = taking_add(t, after_ms);
	enum verdict v;

	r->result.answer = true;
	if (trouble != NULL)
		taking_upset(t, trouble, r);
	v = push_result_put(t->ebms->push, &r->result, packed, t->why);
	if (v != V_OK || trouble == NULL || trouble->kind != T_DOUBLE_NEW)
		return v;
	r = taking_add(t, after_ms);
	r->result.answer = true;
	return push_result_put(t->ebms->push, &r->result, packed, t->why);
}

static enum verdict
answer(struct taking *t, const struct question *q, struct said *said)
{
	const struct trouble *trouble =
		troubles_next(t->ebms->troubles, ON_ANSWER, t->now_ms);
	struct buf xml = BUF_MAX(ANSWER_MAX), packed = BUF_MAX(PUSH_BODY_MAX);
	enum verdict v;

	snprintf(said->text, sizeof(said->text), "%s",
		trouble == NULL ? "whole" : trouble_sort(trouble->kind)->name);
	if (trouble != NULL && trouble->kind == T_NEVER)
		return V_OK;
	v = write_answer(t, q, trouble, &xml);
	if (v == V_OK)
		v = questions_keep(t->ebms->questions, q->id, &xml, t->why);
	if (v == V_SKIP)
		v = V_OK;
	if (v == V_OK)
		pack(&xml, trouble, &packed);
	if (v == V_OK && packed.full)
		v = fault_set(t->why, V_BROKEN, CODE_LIMIT, "answer too large");
	if (v == V_OK)
		v = queue(t, trouble, &packed);
	buf_done(&xml);
	buf_done(&packed);
	return v;
}

enum verdict
taking_question(struct taking *t)
{
	struct fault invalid = FAULT_NONE;
	struct buf ack = BUF_MAX(REPLY_MAX);
	struct said said = { "" };
	struct question q;
	enum verdict v;

	v = question_read(t->part->bytes, t->part->len, &q, &invalid);
	if (v == V_OK && strcmp(q.oin, t->ebms->terms.peer_oin) != 0)
		v = fault_set(&invalid, V_SKIP, CODE_EBMS,
			"the OIN is not that of the party");
	if (v == V_OK) {
		v = answer(t, &q, &said);
	} else {
		snprintf(said.text, sizeof(said.text), "none: %.150s",
			invalid.text);
		log_line("a question that is not answered: %s", invalid.text);
		v = V_OK;
	}
	taking_write_ack(t, &ack);
	if (v == V_OK)
		v = questions_add(t->ebms->questions, t->now_ms,
			t->envelope.message_id, &q, said.text, t->why);
	if (v == V_OK)
		v = taking_keep(t, 0, "", &ack);
	if (v == V_OK) {
		taking_push_results(t);
		taking_acknowledge(t, &ack);
	}
	question_done(&q);
	buf_done(&ack);
	return v;
}
