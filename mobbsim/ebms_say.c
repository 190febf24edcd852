/* mobbsim/ebms_say.c - the signals given for a message; see mobbsim/taking.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "base/log.h"
#include "mobbsim/taking.h"
#include "mobbsim/upset.h"

#define SIGNAL_MAX ((size_t)100000)

void
taking_id(char out[TAKING_ID_MAX])
{
	struct uuid uuid = uuid_random();
	char text[UUID_TEXT_MAX];

	uuid_text(&uuid, text);
	snprintf(out, TAKING_ID_MAX, "%s@berichtenbox.oefening", text);
}

static void
answer(struct taking *t, const struct buf *signal)
{
	struct door_reply *reply = t->reply;

	reply->status = 200;
	reply->content_type = "text/xml; charset=UTF-8";
	reply->soap_action = true;
	buf_reset(&reply->body);
	buf_add(&reply->body, signal->bytes, signal->len);
}

enum verdict
taking_refuse(struct taking *t, const char *code, const char *text)
{
	log_line("refused a message: %s", text);
	t->reply->status = 500;
	t->reply->content_type = "text/xml; charset=UTF-8";
	buf_reset(&t->reply->body);
	envelope_fault(code, text, &t->reply->body);
	return V_OK;
}

void
taking_give(struct taking *t, const struct buf *signal)
{
	if (t->ebms->terms.mode == CPA_SYNC)
		answer(t, signal);
	else
		push_signal(t->ebms->push, signal->bytes, signal->len, NULL);
}

/* --- the Acknowledgment --- */

static void
write_ack(struct taking *t, const struct envelope_odd *odd, struct buf *out)
{
	char id[TAKING_ID_MAX];

	taking_id(id);
	envelope_ack(&t->envelope, &t->ebms->terms, id, t->now_ms, odd, out);
}

void
taking_write_ack(struct taking *t, struct buf *out)
{
	if (t->ebms->terms.mode != CPA_BEST_EFFORT)
		write_ack(t, NULL, out);
}

/* Is it another text than the one that is kept? */
static bool
odd_text(const struct trouble *t, struct envelope_odd *odd)
{
	switch ((int)t->kind) {
	case T_FOREIGN_ID:
		odd->ref_to = "00000000-0000-4000-8000-000000000000@nowhere";
		return true;
	case T_WRONG_CPA:
		odd->cpa_id = "another-agreement";
		return true;
	case T_WRONG_PARTIES:
		return odd->wrong_parties = true;
	case T_NO_ACTOR:
		return odd->no_actor = true;
	case T_NEXT_MSH:
		return odd->next_msh = true;
	case T_NO_ROLE:
		return odd->no_role = true;
	case T_BLOCK:
		return odd->block = true;
	case T_MUST_UNDERSTAND:
		return odd->must_understand = true;
	default:
		return false;
	}
}

/* In the HTTP answer; what cannot be done there is not done. */
static void
answer_upset(struct taking *t, const struct buf *ack,
	const struct push_manner *manner)
{
	if (manner->lost)
		return;
	answer(t, ack);
	if (manner->multipart) {
		buf_reset(&t->reply->body);
		push_item_wrap(ack, &t->reply->body);
		t->reply->content_type = PUSH_PART_TYPE;
	}
	t->manner->wait_ms += manner->late_ms;
	t->manner->write = manner->flow;
	t->manner->chunked = manner->chunked;
	if (manner->twice)
		push_signal(t->ebms->push, ack->bytes, ack->len, NULL);
}

static void
give_upset(
	struct taking *t, const struct buf *ack, const struct trouble *trouble)
{
	struct push_manner manner = { .late_ms = 0 };
	bool in_answer = t->ebms->terms.mode == CPA_SYNC;

	upset_push(trouble, &manner);
	if (trouble->kind == T_CERTIFICATE)
		manner.end = ends_odd(t->ebms->ends, trouble->word, false);
	if (trouble->kind == T_OTHER_WAY)
		in_answer = !in_answer;
	/* There is nothing to wait for in an answer, and nothing to show. */
	if (manner.swap || manner.end != NULL)
		in_answer = false;
	if (in_answer)
		answer_upset(t, ack, &manner);
	else
		push_signal(t->ebms->push, ack->bytes, ack->len, &manner);
}

void
taking_give_ack(struct taking *t, const struct buf *ack)
{
	struct buf other = BUF_MAX(SIGNAL_MAX);
	struct envelope_odd odd = { .ref_to = NULL };
	const struct trouble *trouble;

	if (t->ebms->terms.mode == CPA_BEST_EFFORT)
		return;
	trouble = troubles_next(t->ebms->troubles, ON_ACK, t->now_ms);
	if (trouble == NULL) {
		taking_give(t, ack);
		return;
	}
	if (odd_text(trouble, &odd)) {
		write_ack(t, &odd, &other);
		taking_give(t, &other);
	} else {
		give_upset(t, ack, trouble);
	}
	if (trouble->kind == T_DOUBLE_NEW) {
		write_ack(t, NULL, &other);
		push_signal(t->ebms->push, other.bytes, other.len, NULL);
	}
	buf_done(&other);
}
