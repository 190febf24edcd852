/* mobbd/keeper.c - the role that keeps book of what came back
 *
 * Applies acknowledgments, errors and results, each once; settles jobs whose
 * letters all have their end; moves their files; writes the reports to the
 * suppliers.  Sends nothing.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "channels/subscription.h"
#include "mobbd/answer.h"
#include "mobbd/chain_in.h"
#include "mobbd/dates.h"
#include "mobbd/expiry.h"
#include "mobbd/reason.h"
#include "mobbd/receipts.h"
#include "mobbd/report.h"
#include "mobbd/retention.h"
#include "mobbd/watch.h"

#define PURGE_MS 600000	    /* between two looks at what is too old to keep */
#define EXPIRY_MS 3600000   /* and at certificates */
#define RETENTION_MS 600000 /* and at what is kept too long */
#define WATCH_MS 30000	    /* and at what is overdue */

struct keeper {
	int64_t reports_rest_ms;  /* no report before, after one failed */
	int64_t receipts_rest_ms; /* the same of the printer's receipts */
	int64_t purge_ms;	  /* tick of the next purge */
	int64_t purged;		  /* by the one under way */
	int64_t expiry_ms;	  /* tick of the next look at certificates */
	int64_t retention_ms;	  /* of that at what is kept too long */
	int64_t watch_ms;	  /* and of that at what is overdue */
};

/* Did an earlier attempt bring this letter, perhaps one that a restored
 * database has forgotten?  The journal knows every attempt by batch and
 * message (mobbd/courier.c); the one that this result answers is left out.
 */
static enum verdict
journal_before(struct role_run *run, const struct inbound *in,
	const struct receipt *receipt, struct journal **journal_out,
	struct fault *why)
{
	char batch[UUID_TEXT_MAX];

	uuid_text(&receipt->batch_id, batch);
	return spool_journal_load(run->site->spool, JOURNAL_BOX,
		arena_format(&run->mem, "%s.%.36s", batch, in->ref_to),
		journal_out, why);
}

static enum verdict
decide(struct role_run *run, const struct inbound *in,
	const struct receipt *receipt, const struct jobs_stream *stream,
	struct result_apply *apply, struct fault *why)
{
	const struct receipt_choice *choices =
		stream == NULL ? NULL : stream->codes;
	size_t count = stream == NULL ? 0 : stream->code_count;
	struct result_letter *letters = arena_alloc(
		&run->mem, (receipt->line_count + 1) * sizeof(*letters));
	struct journal *before = NULL;
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < receipt->line_count; i++) {
		const struct receipt_line *line = &receipt->lines[i];
		struct result_letter *l = &letters[i];
		bool stop;

		*l = (struct result_letter){ .letter_id = line->letter_id,
			.wire_code = line->code,
			.stage = line->stage };
		l->act = receipt_decide(choices, count, line->code,
			apply->match->offered_before, &stop, &l->code);
		apply->stop = apply->stop || stop;
		/* Without a reference we could not tell the attempts apart. */
		if (l->code == CODE_EXISTS && l->act != RECEIPT_DELIVERED &&
			in->ref_to[0] != '\0') {
			if (before == NULL)
				v = journal_before(
					run, in, receipt, &before, why);
			if (v == V_OK &&
				journal_find(before, &line->letter_id) != NULL)
				l->act =
					receipt_act(line->code, true, &l->code);
		}
	}
	journal_free(before);
	apply->letters = letters;
	apply->letter_count = receipt->line_count;
	return v;
}

/* V_SKIP: it makes no sense or is not ours; noted, never acted upon. */
static enum verdict
apply_result(struct role_run *run, const struct inbound *in, struct fault *why)
{
	const struct jobs_stream *stream;
	struct result_match match;
	struct receipt receipt;
	struct result_apply apply = {
		.match = &match, .receipt = &receipt, .now_ms = clock_now_ms()
	};
	char text[160];
	enum verdict v;

	v = box_result_read(
		in->payload, in->payload_len, &run->mem, &receipt, why);
	if (v != V_OK)
		return v;
	v = store_result_match(run->site->store, in, &receipt.batch_id,
		&run->mem, &match, why);
	if (v != V_OK)
		return v;
	stream = jobs_stream(&run->site->jobs, match.stream);
	if (stream != NULL) {
		apply.pause_ms = stream->resend;
		apply.pause_max_ms = stream->resend_max;
		apply.resends = stream->resends;
		apply.decline_window = stream->decline_window;
		apply.decline_limit = stream->decline_limit;
	}
	if (!receipt_check(
		    &receipt, match.letters, &apply.unlisted_delivered, text))
		apply.contradiction = text;
	/* Also of one that contradicts itself: what stops a stream does so. */
	v = decide(run, in, &receipt, stream, &apply, why);
	if (v == V_OK)
		v = store_result_apply(run->site->store, in, &apply, why);
	if (v == V_OK)
		log_line("job %s: lot %" PRId64 ", result%s%s", match.job,
			match.lot,
			match.settled		      ? " known already"
			: apply.contradiction != NULL ? " contradicts: "
						      : "",
			apply.contradiction != NULL && !match.settled ? text
								      : "");
	return v;
}

static enum verdict
apply_one(struct role_run *run, const struct inbound *in, struct fault *why)
{
	struct store *store = run->site->store;
	struct fault reason = FAULT_NONE;
	bool ours = false;
	enum verdict v = chain_in(run, in, &ours, why);

	if (v != V_OK || ours)
		return v;
	if (in->kind == EBMS_MESSAGE_ERROR) {
		(void)fault_set(&reason, V_NEVER, CODE_EBMS_ERROR,
			"the peer refuses it: %.60s, %.150s%s", in->error_code,
			in->error_text,
			strcmp(in->error_code, "TimeToLiveExpired") == 0
				? " (one of our clocks is wrong?)"
				: "");
		fault_at(&reason, "message %.100s", in->ref_to);
		log_fault(&reason);
	}
	if (in->kind == EBMS_ACKNOWLEDGMENT || in->kind == EBMS_MESSAGE_ERROR)
		return store_ack_apply(store, in, clock_now_ms(), why);
	if (strcmp(in->action, ACTION_A_RESULT) == 0)
		v = answer_in(run, in, &reason);
	else if (strcmp(in->action, ACTION_BV_RESULT) != 0)
		v = fault_set(&reason, V_SKIP, CODE_RESULT,
			"action %.60s is not used by any stream", in->action);
	else
		v = apply_result(run, in, &reason);
	if (v == V_OK)
		return V_OK;
	if (v != V_SKIP) {
		*why = reason;
		return v;
	}
	fault_at(&reason, "message %.100s", in->message_id);
	log_fault(&reason);
	return store_inbound_useless(store, in, &reason, why);
}

static enum verdict
apply_all(struct role_run *run, bool *some, struct fault *why)
{
	struct inbound in;
	enum verdict v;

	while (!*run->stop) {
		arena_reset(&run->mem);
		v = store_inbound_next(run->site->store, &run->mem, &in, why);
		if (v == V_END)
			return V_OK;
		if (v == V_OK)
			v = apply_one(run, &in, why);
		if (v != V_OK)
			return v;
		*some = true;
	}
	return V_OK;
}

static enum verdict
refuse_again(struct role_run *run, const struct job *job, struct fault *why)
{
	struct buf text = BUF_MAX(16384);
	struct fault reason;
	enum verdict v;

	(void)fault_set(&reason, V_BROKEN, job->reason_code, "%s", job->reason);
	reason_text(job->id, job->file, &reason, &text);
	v = spool_refuse(run->site->spool, job->id, job->file, text.bytes, why);
	buf_done(&text);
	return v;
}

/* Settled or refused, but the file still lies in work/. */
static enum verdict
file_away(struct role_run *run, bool *some, struct fault *why)
{
	struct job *jobs;
	size_t count, i;
	enum verdict v;

	v = store_job_unfiled(run->site->store, &run->mem, &jobs, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		if (jobs[i].state == JOB_REFUSED)
			v = refuse_again(run, &jobs[i], why);
		else
			v = spool_done(run->site->spool, jobs[i].id, why);
		if (v == V_OK)
			v = store_job_filed(run->site->store, jobs[i].id, why);
		if (v == V_OK) {
			log_line("job %s: %s", jobs[i].id,
				job_word(jobs[i].state));
			*some = true;
		}
	}
	return v;
}

/* What nobody can ask about any more is forgotten, a little in each step: what
 * came in meanwhile goes first.
 */
static enum verdict
purge(struct role_run *run, bool *some, struct fault *why)
{
	struct keeper *own = run->own;
	int64_t now_ms = clock_tick_ms(), count = 0, lists = 0;
	enum verdict v;

	if (now_ms < own->purge_ms)
		return V_OK;
	v = store_inbound_purge(run->site->store, clock_now_ms(), &count, why);
	if (v != V_OK)
		return v;
	own->purged += count;
	if (count >= INBOUND_PURGE) {
		*some = true; /* there is more */
		return V_OK;
	}
	v = store_answers_drop(run->site->store, clock_now_ms(), &lists, why);
	if (v != V_OK)
		return v;
	if (lists > 0)
		log_line("%" PRId64 " answers about subscriptions are too old",
			lists);
	if (own->purged > 0)
		log_line("%" PRId64 " old messages of peers removed",
			own->purged);
	own->purged = 0;
	own->purge_ms = now_ms + PURGE_MS;
	return V_OK;
}

/* Limits that a person set for a while: they end by themselves; this says so. */
static enum verdict
limits_end(struct role_run *run, struct fault *why)
{
	int64_t count = 0;
	enum verdict v =
		store_limits_end(run->site->store, clock_now_ms(), &count, why);

	if (v == V_OK && count > 0)
		log_line("%" PRId64 " limits have ended: it is as the jobs "
			 "file says again",
			count);
	return v;
}

static enum verdict
certificates(struct role_run *run, struct fault *why)
{
	struct keeper *own = run->own;
	int64_t now_ms = clock_tick_ms();
	enum verdict v;

	if (now_ms < own->expiry_ms)
		return V_OK;
	v = expiry_look(run->site, &run->mem, clock_now_ms(), why);
	if (v == V_OK)
		own->expiry_ms = now_ms + EXPIRY_MS;
	return v;
}

/* One job in a step, when nothing else is to do. */
static enum verdict
retention(struct role_run *run, bool *some, struct fault *why)
{
	struct keeper *own = run->own;
	int64_t now_ms = clock_tick_ms();
	bool removed = false;
	enum verdict v;

	if (*some || now_ms < own->retention_ms)
		return V_OK;
	v = retention_step(run, &removed, why);
	/* A file that cannot be removed holds up nothing else. */
	if (v != V_OK && (why->code == CODE_SPOOL || why->code == CODE_IO ||
				 why->code == CODE_STATE)) {
		log_fault(why);
		v = V_OK;
	}
	if (v == V_OK && !removed)
		own->retention_ms = now_ms + RETENTION_MS;
	*some = removed;
	return v;
}

/* When nothing else is to do: by then it is known what will not happen. */
static enum verdict
overdue(struct role_run *run, bool some, struct fault *why)
{
	struct keeper *own = run->own;
	int64_t now_ms = clock_tick_ms();
	enum verdict v;

	if (some || now_ms < own->watch_ms)
		return V_OK;
	v = watch_look(run->site, &run->mem, clock_now_ms(), why);
	if (v == V_OK)
		own->watch_ms = now_ms + WATCH_MS;
	return v;
}

static enum verdict
keeper_step(struct role_run *run, struct fault *why)
{
	struct keeper *own = run->own;
	int64_t settled = 0;
	bool some = false;
	enum verdict v;

	v = apply_all(run, &some, why);
	if (v == V_OK)
		v = receipts_take(run, &own->receipts_rest_ms, &some, why);
	if (v == V_OK)
		v = store_results_due(
			run->site->store, clock_now_ms(), &settled, why);
	some = some || settled > 0;
	if (v == V_OK)
		v = dates_close(run, &some, why);
	if (v == V_OK)
		v = store_settle(
			run->site->store, clock_now_ms(), &settled, why);
	if (v == V_OK)
		v = limits_end(run, why);
	if (v == V_OK)
		v = file_away(run, &some, why);
	if (v == V_OK)
		v = report_write(run, &own->reports_rest_ms, &some, why);
	if (v == V_OK)
		v = purge(run, &some, why);
	if (v == V_OK)
		v = certificates(run, why);
	some = some || settled > 0;
	if (v == V_OK)
		v = retention(run, &some, why);
	if (v == V_OK)
		v = overdue(run, some, why);
	if (v != V_OK)
		return v;
	return some ? V_OK : V_END;
}

static enum verdict
keeper_open(struct role_run *run, struct fault *why)
{
	(void)why;
	run->own = mem_zero(1, sizeof(struct keeper));
	return V_OK;
}

static void
keeper_close(struct role_run *run)
{
	free(run->own);
}

const struct role role_keeper = {
	.name = "keeper",
	.needs = SITE_SPOOL,
	.locks = true,
	.open = keeper_open,
	.step = keeper_step,
	.close = keeper_close,
};
