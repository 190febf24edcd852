/* mobbd/courier_chain.c - one case of a chain test leaves
 *
 * Like a lot (courier_lot.c), without its books: ids, envelope and digest are
 * stored and the allowance taken before the first byte; a retry repeats the
 * bytes.  Never at an endpoint of production, whatever the books say.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mobbd/chain_letters.h"
#include "mobbd/courier.h"

#define REST_MS 60000 /* of a case that we cannot send now */

struct posting {
	struct role_run *run;
	const struct jobs_stream *stream;
	const struct chain_case *c;
	struct chain_run of;
	struct chain_row row;
	const struct cpa *cpa;
	const struct cpa_action *action;
	struct http *http;
	struct box *box;
};

static enum verdict
end(struct posting *p, enum chain_state state, int64_t next_ms,
	const struct fault *reason, struct fault *why)
{
	return store_chain_end(p->run->site->store, &p->row, state, next_ms,
		clock_now_ms(), reason->text, why);
}

/* Whose case it is, as the jobs file has it now. */
static enum verdict
find_stream(struct posting *p, struct fault *why)
{
	const struct courier *own = p->run->own;

	p->c = chain_find(p->row.name);
	p->stream =
		jobs_stream_of(&p->run->site->jobs, p->of.stream, p->of.sender);
	if (jobs_production(own->endpoint->environment))
		return fault_set(why, V_NEVER, CODE_CHAIN_PRODUCTION,
			"endpoint %s is of production now",
			own->endpoint->name);
	if (p->c == NULL || p->stream == NULL ||
		p->stream->endpoint_is != own->endpoint ||
		strcmp(p->stream->sender_is->oin, p->of.oin) != 0)
		return fault_set(why, V_NEVER, CODE_CONFIG_NAME,
			"stream %.40s is not as it was when the test was "
			"planned",
			p->of.stream);
	return V_OK;
}

/* A retry goes by the CPA it was made under. */
static enum verdict
connect_it(struct posting *p, struct fault *why)
{
	const struct courier *own = p->run->own;
	const struct jobs_sender *sender = p->stream->sender_is;
	const struct site *site = p->run->site;
	enum verdict v;

	if (p->row.state == CHAIN_PLANNED)
		v = site_cpa(site, sender, clock_now_ms(), &p->cpa, why);
	else
		v = site_agreed(site, sender, p->row.cpa_id, clock_now_ms(),
			&p->cpa, why);
	if (v == V_OK)
		v = peers_connect(own->peers, sender, own->endpoint, p->cpa,
			&p->http, why);
	if (v != V_OK)
		return v;
	p->action = cpa_find(p->cpa, ACTION_BV_REQUEST, true);
	if (p->action == NULL)
		v = fault_set(why, V_SKIP, CODE_CPA,
			"the CPA does not let us send " ACTION_BV_REQUEST);
	return v;
}

static void
new_message(struct posting *p, int64_t now_ms)
{
	struct arena *mem = &p->run->mem;
	struct buf envelope = BUF_MAX(65536);
	struct chain_row *r = &p->row;
	char batch[UUID_TEXT_MAX];
	struct ebms_ids ids;

	uuid_text(&r->batch_id, batch);
	ebms_ids_make(p->cpa, p->action, batch, now_ms, &ids);
	r->content_id = arena_format(mem, "batch-%s", batch);
	ebms_envelope(p->cpa, p->action, &ids, r->content_id, &envelope);
	assert(!envelope.full);
	r->message_id = arena_text(mem, ids.message_id, strlen(ids.message_id));
	r->conversation_id = arena_text(
		mem, ids.conversation_id, strlen(ids.conversation_id));
	r->envelope = arena_text(mem, envelope.bytes, envelope.len);
	r->envelope_len = envelope.len;
	r->cpa_id = p->cpa->id;
	r->parties =
		arena_format(mem, "%s %s", p->cpa->ours.id, p->cpa->theirs.id);
	r->created_ms = ids.created_ms;
	r->expires_ms = ids.expires_ms;
	buf_done(&envelope);
}

static enum verdict
same_payload(struct posting *p, struct fault *why)
{
	struct chain_row *r = &p->row;
	int64_t bytes = box_body(p->box).bytes;
	uint8_t sha256[32];

	box_digest(p->box, sha256);
	if (r->state != CHAIN_PLANNED &&
		(bytes != r->payload_bytes ||
			memcmp(sha256, r->payload_sha256, 32) != 0))
		return fault_set(why, V_NEVER, CODE_PAYLOAD_CHANGED,
			"the payload is not what was sent before");
	r->payload_bytes = bytes;
	memcpy(r->payload_sha256, sha256, 32);
	return V_OK;
}

/* A business message that was not acknowledged in its answer is repeated, if
 * the agreement has acknowledgments at all.
 */
static enum verdict
ended(struct posting *p, enum verdict v, const struct ebms_reply *reply,
	const struct fault *reason, struct fault *why)
{
	const struct courier *own = p->run->own;
	int64_t now_ms = clock_now_ms(), next_ms = 0, until_ms;
	enum chain_state state = CHAIN_OFFERED;

	if (p->action->ack_requested)
		next_ms = now_ms + p->action->interval_ms;
	if (v == V_OK && reply->meaning == EBMS_ACKNOWLEDGED)
		state = CHAIN_ACKNOWLEDGED;
	else if ((v == V_OK && reply->meaning == EBMS_REFUSED) || v == V_NEVER)
		state = CHAIN_FAILED;
	else if ((v == V_OK || v == V_UNKNOWN) && !p->action->ack_requested)
		state = CHAIN_FAILED; /* one post, and nobody knows */
	else if (v == V_LATER || v == V_BROKEN) {
		state = p->row.posts == 0 ? CHAIN_PLANNED : CHAIN_OFFERED;
		(void)peers_away(own->peers, p->stream->sender_is,
			own->endpoint, reason, now_ms, &until_ms);
		next_ms = until_ms;
	}
	if (v == V_OK)
		(void)peers_back(
			own->peers, p->stream->sender_is, own->endpoint);
	if (reason->code != CODE_NONE)
		log_fault(reason);
	log_line("chain test %" PRId64 ": case %d, %s, %s", p->of.number,
		p->row.nth, p->row.name,
		state == CHAIN_PLANNED ? "not received" : chain_word(state));
	return end(p, state, next_ms, reason, why);
}

static enum verdict
begin_and_post(struct posting *p, struct fault *why)
{
	struct http_body body = box_body(p->box);
	struct ebms_post post = { .cpa = p->cpa,
		.url = p->action->url,
		.message_id = p->row.message_id,
		.envelope = p->row.envelope,
		.envelope_len = p->row.envelope_len,
		.content_id = p->row.content_id,
		.payload = &body,
		.ack_requested = p->action->ack_requested,
		.sync_reply = p->action->sync_reply };
	struct ebms_reply reply = { .meaning = EBMS_AGAIN,
		.retry_after_s = -1 };
	struct fault reason = FAULT_NONE;
	struct offer_rules rules;
	int64_t wait_ms = 0, now_ms = clock_now_ms();
	enum verdict v;

	p->row.next_ms = now_ms + p->action->interval_ms;
	courier_rules(p->run, now_ms, &rules);
	if (courier_is_shut(&rules, NULL))
		return V_END;
	v = store_chain_begin(p->run->site->store, &p->of, &p->row, &rules,
		now_ms, &wait_ms, why);
	if (v == V_LATER && why->code == CODE_NONE) {
		courier_blocked(p->run, wait_ms);
		return V_END;
	}
	if (v != V_OK)
		return v;
	v = ebms_post(p->http, &post, &reply, &reason);
	return ended(p, v, &reply, &reason, why);
}

static enum verdict
make_and_post(struct posting *p, struct fault *why)
{
	struct store *store = p->run->site->store;
	struct chain_account *accounts;
	struct chain_letters letters;
	struct fault reason = FAULT_NONE;
	struct box_lot lot;
	size_t count;
	enum verdict v;

	v = store_chain_accounts(store, p->of.number, true, &p->run->mem,
		&accounts, &count, why);
	if (v != V_OK)
		return v;
	if (p->row.state == CHAIN_PLANNED)
		new_message(p, clock_now_ms());
	v = chain_letters_make(p->c, &p->of, &p->row, accounts, count,
		p->row.created_ms, &p->run->mem, &letters, &reason);
	lot = (struct box_lot){ .batch_id = p->row.batch_id,
		.created_ms = letters.created_ms,
		.oin = letters.oin,
		.type = letters.type,
		.letters = letters.letters,
		.letter_count = letters.count,
		.deadlines = true };
	if (v == V_OK)
		v = box_open(&lot, &letters.content, &p->box, &reason);
	if (v == V_OK)
		v = same_payload(p, &reason);
	if (v == V_OK)
		v = begin_and_post(p, why);
	else
		v = end(p, CHAIN_FAILED, 0, &reason, why);
	box_close(p->box);
	chain_letters_done(&letters);
	return v;
}

enum verdict
courier_chain(struct role_run *run, struct fault *why)
{
	const struct courier *own = run->own;
	struct posting p = { .run = run };
	struct fault reason = FAULT_NONE;
	int64_t now_ms = clock_now_ms(), next_ms = 0;
	enum verdict v;

	if (peers_rest_ms(own->peers, own->endpoint, now_ms, &reason) != 0)
		return V_END;
	reason = FAULT_NONE;
	v = store_chain_next(run->site->store, own->endpoint->name, now_ms,
		&run->mem, &p.row, &p.of, &next_ms, why);
	if (v == V_END && next_ms > now_ms && next_ms - now_ms < run->wait_ms)
		run->wait_ms = next_ms - now_ms;
	if (v != V_OK)
		return v;
	v = find_stream(&p, &reason);
	if (v == V_NEVER)
		return end(&p, CHAIN_FAILED, 0, &reason, why);
	v = connect_it(&p, &reason);
	if (v != V_OK)
		return end(&p, p.row.posts == 0 ? CHAIN_PLANNED : CHAIN_OFFERED,
			now_ms + REST_MS, &reason, why);
	return make_and_post(&p, why);
}
