/* mobbd/answer.c - see mobbd/answer.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/subscription.h"
#include "mobbd/answer.h"

struct answer {
	struct role_run *run;
	const struct inbound *in;
	const struct jobs_endpoint *endpoint; /* whose mapping reads it */
	struct question question;
	struct subscribed numbers; /* that a list asked about */
	struct subscribed set;	   /* what it says */
	struct subscription_read read;
	int64_t missing; /* numbers of a list that it does not mention */
};

static enum verdict
read_it(struct answer *a, struct fault *why)
{
	subscribed_done(&a->set);
	a->read = (struct subscription_read){ .entries = 0 };
	return subscription_answer_bytes(a->in->payload, a->in->payload_len,
		&a->endpoint->answer, &a->set, &a->read, why);
}

/* It names no message of ours: perhaps our question, where one endpoint's
 * mapping finds its name, and that endpoint was asked.
 */
static enum verdict
match_by_id(struct answer *a, struct fault *why)
{
	const struct jobs *jobs = &a->run->site->jobs;
	struct fault unused;
	enum verdict v;
	size_t i;

	for (i = 0; i < jobs->endpoint_count; i++) {
		a->endpoint = &jobs->endpoints[i];
		if (read_it(a, &unused) != V_OK || !a->read.has_id)
			continue;
		v = store_question_match(a->run->site->store, a->in,
			&a->read.id, &a->run->mem, &a->question, why);
		if (v == V_OK &&
			strcmp(a->question.endpoint, a->endpoint->name) != 0)
			continue;
		if (v != V_SKIP)
			return v;
	}
	return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OTHER,
		"it answers no question of ours");
}

static enum verdict
match(struct answer *a, struct fault *why)
{
	struct site *site = a->run->site;
	enum verdict v = store_question_match(
		site->store, a->in, NULL, &a->run->mem, &a->question, why);

	if (v == V_SKIP)
		return match_by_id(a, why);
	if (v == V_OK)
		a->endpoint = jobs_endpoint(&site->jobs, a->question.endpoint);
	return v;
}

/* Of another request or sender: then the answer to ours may still come.  What
 * is to our own question and does not fit never will.
 */
static bool
is_others(const struct answer *a, const struct fault *reason)
{
	if (reason->code != CODE_SUBSCRIPTION_OTHER)
		return false;
	return (a->read.has_id && !uuid_same(&a->read.id, &a->question.id)) ||
	       (a->read.sender[0] != '\0' &&
		       strcmp(a->read.sender, a->question.sender) != 0);
}

static enum verdict
fits(struct answer *a, struct fault *why)
{
	const struct question *q = &a->question;
	const struct subscription_question asked = { .id = q->id,
		.oin = q->sender,
		.kind = (enum subscription_kind)q->kind,
		.since_ms = q->since_ms,
		.numbers = &a->numbers };
	enum verdict v;

	if (a->endpoint == NULL)
		return fault_set(why, V_SKIP, CODE_CONFIG_NAME,
			"the jobs file no longer has endpoint %.40s, which was "
			"asked",
			q->endpoint);
	v = read_it(a, why);
	return v != V_OK
		       ? v
		       : subscription_answer_fits(&asked, &a->endpoint->answer,
				 &a->read, &a->set, &a->missing, why);
}

/* `unlisted: no`: who was asked about and is not mentioned has no box. */
static void
fill_up(struct answer *a)
{
	int32_t place = 0;
	struct bsn bsn;
	bool yes;

	if (a->missing == 0 || !a->endpoint->answer.unlisted_no)
		return;
	while (subscribed_next(&a->numbers, &place, &bsn, &yes))
		if (!subscribed_find(&a->set, bsn, &yes))
			(void)subscribed_add(&a->set, bsn, false);
}

/* Over the newest answer about everybody that was asked after the moment since
 * which the changes are; without one it is about those numbers alone.
 */
static enum verdict
apply_changes(struct answer *a, struct answer_head *head, struct fault *why)
{
	struct store *store = a->run->site->store;
	struct subscribed all = { .asked = 0 };
	int64_t list = 0, asked_ms;
	enum verdict v;

	v = store_answer_base(store, head->environment, head->sender,
		head->type, a->question.since_ms, head->now_ms, &list,
		&asked_ms, why);
	if (v != V_OK || list == 0)
		return v;
	v = store_answer_load(store, list, &all, why);
	if (v == V_OK) {
		subscribed_apply(&all, &a->set);
		subscribed_done(&a->set);
		a->set = all;
		head->whole = true;
		return V_OK;
	}
	subscribed_done(&all);
	return v;
}

static enum verdict
take(struct answer *a, struct fault *why)
{
	const struct question *q = &a->question;
	struct arena *mem = &a->run->mem;
	const char *missing = "", *doubled = "";
	struct answer_head head = { .environment = q->environment,
		.sender = q->sender,
		.type = "",
		.source = q->kind == QUESTION_LIST  ? ANSWER_LIST
			  : q->kind == QUESTION_ALL ? ANSWER_ALL
						    : ANSWER_CHANGES,
		.whole = q->kind == QUESTION_ALL,
		/* It speaks of no later moment than when it was asked. */
		.asked_ms = q->sent_ms > 0 ? q->sent_ms : q->created_ms,
		.now_ms = clock_now_ms(),
		.person = "automatic",
		.question_no = q->number };
	bool taken = false;
	enum verdict v = V_OK;

	if (a->missing > 0)
		missing = arena_format(mem, ", %" PRId64 " not mentioned: %s",
			a->missing,
			a->endpoint->answer.unlisted_no ? "taken as no"
							: "still unknown");
	if (a->read.doubled > 0)
		doubled = arena_format(
			mem, ", %" PRId64 " doubled", a->read.doubled);
	head.note = arena_format(
		mem, "question %" PRId64 "%s%s", q->number, missing, doubled);
	fill_up(a);
	if (q->kind == QUESTION_CHANGES)
		v = apply_changes(a, &head, why);
	if (v == V_OK)
		v = store_question_answer(a->run->site->store, a->in, q->number,
			&a->set, &head, &taken, why);
	if (v == V_OK)
		log_line("question %" PRId64 ": answer with %" PRId64
			 " entries%s%s%s",
			q->number, a->read.entries, missing, doubled,
			taken ? "" : ", known already");
	return v;
}

/* Nothing of it is kept.  Of the question, that it has no answer. */
static enum verdict
refuse(struct answer *a, struct fault *reason, struct fault *why)
{
	fault_at(reason, "question %" PRId64 ", message %.100s",
		a->question.number, a->in->message_id);
	log_fault(reason);
	return store_question_refuse(a->run->site->store, a->in,
		a->question.number, reason, clock_now_ms(), why);
}

enum verdict
answer_in(struct role_run *run, const struct inbound *in, struct fault *why)
{
	struct answer a = { .run = run, .in = in };
	struct fault reason = FAULT_NONE;
	enum verdict v = match(&a, why);

	if (v == V_OK && a.question.kind == QUESTION_LIST)
		v = store_question_numbers(
			run->site->store, a.question.number, &a.numbers, why);
	if (v == V_OK) {
		v = fits(&a, &reason);
		if (v == V_OK)
			v = take(&a, &reason);
		if (v == V_SKIP && !is_others(&a, &reason))
			v = refuse(&a, &reason, why);
		else if (v != V_OK)
			*why = reason;
	}
	subscribed_done(&a.numbers);
	subscribed_done(&a.set);
	return v;
}
