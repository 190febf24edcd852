/* mobbjob/subscriptions_list.c - answers that are kept, questions that were put
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/show.h"
#include "mobbjob/subscriptions.h"

#define ROWS 20 /* of each, without --all */
#define ROWS_MAX 10000

static const char *const heads[] = { "WHAT", "NO", "SENDER", "ABOUT", "STATE",
	"ASKED", "NUMBERS", "YES", "NO BOX", "BY", "WHY", NULL };

const char *
subscriptions_sender(const struct call *call, const char *oin)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	for (i = 0; i < jobs->sender_count; i++)
		if (strcmp(jobs->senders[i].oin, oin) == 0)
			return jobs->senders[i].name;
	return oin;
}

static const char *
about_of(const struct answer_row *r, struct arena *mem)
{
	const char *word = answer_source_word(r->source);

	return r->type[0] == '\0' ? word
				  : arena_format(mem, "%s %s", word,
					    show_clean(r->type, mem));
}

/* Does it still decide about letters? */
static const char *
state_of(const struct answer_row *r, int64_t now_ms)
{
	if (r->wrong)
		return "dropped";
	return r->dropped || r->asked_ms < now_ms - ANSWER_MAX_MS ? "too old"
								  : "decides";
}

static void
answer_json(struct call *call, const struct answer_row *r, int64_t now_ms)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.answer/1");
	json_add_int(o, "number", r->number);
	json_add_text(o, "sender", subscriptions_sender(call, r->sender));
	json_add_text(o, "environment", r->environment);
	json_add_given(o, "type", r->type);
	json_add_text(o, "source", answer_source_word(r->source));
	json_add_bool(o, "everybody", r->whole);
	json_add_text(o, "state", state_of(r, now_ms));
	json_add_time(o, "asked", r->asked_ms);
	json_add_time(o, "kept", r->applied_ms);
	json_add_int(o, "numbers", r->asked);
	json_add_int(o, "yes", r->yes);
	json_add_int(o, "no", r->no);
	json_add_text(o, "person", r->person);
	json_add_text(o, "note", r->note);
	json_write(o, stdout);
}

static void
question_json(struct call *call, const struct question *q)
{
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.question/1");
	json_add_int(o, "number", q->number);
	json_add_text(o, "sender", subscriptions_sender(call, q->sender));
	json_add_text(o, "environment", q->environment);
	json_add_text(o, "endpoint", q->endpoint);
	json_add_text(o, "about", question_kind_word(q->kind));
	json_add_text(o, "state", question_state_word(q->state));
	json_add_text(o, "id", show_uuid(&q->id, &call->mem));
	json_add_int(o, "numbers", q->asked);
	json_add_time(o, "since", q->since_ms);
	json_add_time(o, "made", q->created_ms);
	json_add_time(o, "asked", q->sent_ms);
	json_add_time(o, "acknowledged", q->acknowledged_ms);
	json_add_time(o, "answered", q->answered_ms);
	json_add_time(o, "late", q->alarm_ms);
	json_add_int(o, "answer", q->list_no);
	json_add_text(o, "person", q->person);
	json_add_text(o, "reason", q->reason);
	json_write(o, stdout);
}

static void
answer_row(struct table *table, const struct call *call,
	const struct answer_row *r, int64_t now_ms)
{
	table_text(table, "answer");
	table_number(table, r->number);
	table_text(table, subscriptions_sender(call, r->sender));
	table_text(table, about_of(r, table->mem));
	table_text(table, state_of(r, now_ms));
	table_time(table, r->asked_ms);
	table_number(table, r->asked);
	table_number(table, r->yes);
	table_number(table, r->no);
	table_text(table, r->person);
	table_text(table, r->note);
}

static void
question_row(
	struct table *table, const struct call *call, const struct question *q)
{
	table_text(table, "question");
	table_number(table, q->number);
	table_text(table, subscriptions_sender(call, q->sender));
	table_text(table, question_kind_word(q->kind));
	table_text(table, q->state < QUESTION_ANSWERED && q->alarm_ms > 0
				  ? "late"
				  : question_state_word(q->state));
	table_time(table, q->sent_ms);
	table_number(table, q->asked);
	table_text(table, "");
	table_text(table, "");
	table_text(table, q->person);
	table_text(table, q->reason);
}

static void
print(struct call *call, const struct question *questions, size_t asked,
	const struct answer_row *answers, size_t answered)
{
	int64_t now_ms = clock_now_ms();
	struct table table;
	size_t i;

	if (call->options.json) {
		for (i = 0; i < asked; i++)
			question_json(call, &questions[i]);
		for (i = 0; i < answered; i++)
			answer_json(call, &answers[i], now_ms);
		return;
	}
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < asked; i++)
		question_row(&table, call, &questions[i]);
	for (i = 0; i < answered; i++)
		answer_row(&table, call, &answers[i], now_ms);
	table_end(&table);
}

enum verdict
subscriptions_list(struct call *call, struct fault *why)
{
	const char *name = call->options.sender, *oin = NULL;
	size_t max = call->options.all ? ROWS_MAX : ROWS, asked, answered;
	const struct jobs_sender *sender;
	struct question *questions;
	struct answer_row *answers;
	enum verdict v;

	if (name != NULL) {
		sender = jobs_sender(&call->site.jobs, name);
		if (sender == NULL)
			return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
				"there is no sender named %.40s", name);
		oin = sender->oin;
	}
	v = store_question_rows(call->site.store, oin, max, &call->mem,
		&questions, &asked, why);
	if (v == V_OK)
		v = store_answer_rows(call->site.store, oin, max, &call->mem,
			&answers, &answered, why);
	if (v == V_OK && asked + answered == 0 && !call->options.json &&
		!call->options.plain)
		puts("nobody was asked, and no list is kept");
	else if (v == V_OK)
		print(call, questions, asked, answers, answered);
	return v;
}
