/* mobbd/reader.c - see mobbd/reader.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/release.h"
#include "mobbd/belt.h"
#include "mobbd/reader.h"

#define MS_PER_DAY INT64_C(86400000)
#define RECORD_BYTES 1500 /* a usual one, to guess how many there are */

struct reader {
	struct role_run *run;
	const struct site *site;
	const struct jobs_stream *stream;
	const struct definition *definition;
	struct claim *claim;
	int edition;
	struct source *source;
	struct split *split;
	struct belt *belt;
	int part_count;
	int64_t turned; /* letters that a failed check turned into paper */

	/* the parser's thread; read when it is joined */
	pthread_t thread;
	enum verdict verdict;
	struct fault why;
	struct format_counts counts;
};

/* --- the parser's thread --- */

static enum verdict
on_letter(
	void *self, struct letter *letter, struct arena *mem, struct fault *why)
{
	struct reader *r = self;

	(void)mem;
	return belt_letter(r->belt, letter, why);
}

static enum verdict
on_reject(void *self, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	struct reader *r = self;

	return belt_reject(r->belt, letter, rejection, why);
}

static void *
parse(void *self)
{
	struct reader *r = self;
	const struct format_sink sink = {
		.self = r, .letter = on_letter, .reject = on_reject
	};
	const struct format_context context = reader_context(r->stream);
	struct format *format = format_begin(r->definition, &context, &sink);
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < r->part_count; i++) {
		v = source_part(r->source, i, &r->why);
		if (v == V_OK)
			v = format_part(
				format, source_read, r->source, &r->why);
		if (v != V_OK && r->part_count > 1)
			fault_at(&r->why, "part %d", i + 1);
	}
	format_end(format, &r->counts);
	r->verdict = v;
	belt_end(r->belt);
	return NULL;
}

/* --- this thread --- */

static enum verdict
keep_rejected(struct reader *r, const struct rejection *no, struct fault *why)
{
	struct rejected row = { .record = no->record,
		.part = no->part,
		.line = no->line,
		.offset = no->offset,
		.bytes = no->bytes,
		.code = no->code,
		.field = no->field,
		.reason = no->reason,
		.reference = no->reference,
		.warning = no->warning };

	return store_split_reject(r->split, &row, why);
}

static enum verdict
about_letter(struct reader *r, const struct letter *letter, enum code code,
	const char *reason, bool warning, struct fault *why)
{
	struct rejection no = { .record = letter->record,
		.part = letter->part,
		.line = letter->line,
		.offset = letter->offset,
		.bytes = letter->bytes,
		.code = code,
		.field = "document",
		.reason = reason,
		.reference = letter->reference,
		.warning = warning };

	return keep_rejected(r, &no, why);
}

static enum verdict
take_letter(struct reader *r, struct letter *letter, struct arena *mem,
	struct fault *why)
{
	struct fault reason = FAULT_NONE;
	const char *remark;
	uint8_t bsn_key[16];
	enum code code;
	enum verdict v;

	letter->id = letter_id(r->site->key, r->stream->sender_is->oin,
		r->stream->name, letter->key, r->edition);
	v = source_documents(r->source, letter, mem, &reason);
	if (v == V_SKIP)
		return about_letter(
			r, letter, reason.code, reason.text, false, why);
	if (v != V_OK) {
		*why = reason;
		return v;
	}
	if (letter_ways(letter, r->stream->box_only_back, &reason) != V_OK)
		return about_letter(
			r, letter, reason.code, reason.text, false, why);
	r->turned += letter->paper == PAPER_FIELD || letter->paper == PAPER_PDF;
	remark = source_remark(r->source, &code);
	if (remark != NULL) {
		v = about_letter(r, letter, code, remark, true, why);
		if (v != V_OK)
			return v;
	}
	letter_bind(letter, letter->bind);
	letter_bsn_key(r->site->key, letter->bsn, bsn_key);
	return store_split_letter(r->split, letter, bsn_key, why);
}

static enum verdict
take_item(struct reader *r, struct belt_item *item, struct arena *mem,
	struct fault *why)
{
	if (!item->rejected)
		return take_letter(r, &item->letter, mem, why);
	if (item->has_letter && !item->rejection.warning)
		source_forget(r->source, &item->letter);
	return keep_rejected(r, &item->rejection, why);
}

/* Both threads at once; V_OK when both are. */
static enum verdict
read_all(struct reader *r, struct fault *why)
{
	sigset_t all, before;
	struct belt_tray *tray;
	enum verdict v = V_OK;
	int failed;
	size_t i;

	r->belt = belt_new();
	/* Signals are for the first thread. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&r->thread, NULL, parse, r);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		belt_free(r->belt);
		return fault_set(why, V_LATER, CODE_MEMORY,
			"no thread to read the file with");
	}
	while (v == V_OK && (tray = belt_take(r->belt)) != NULL) {
		role_beat(r->run);
		for (i = 0; v == V_OK && i < tray->count; i++)
			v = take_item(r, &tray->items[i], &tray->mem, why);
	}
	if (v != V_OK)
		belt_stop(r->belt);
	(void)pthread_join(r->thread, NULL);
	belt_free(r->belt);
	if (v == V_OK && r->verdict != V_OK) {
		*why = r->why;
		v = r->verdict;
	}
	return v;
}

static enum verdict
end(struct reader *r, struct fault *why)
{
	const struct format_policy *policy = definition_policy(r->definition);
	const struct format_counts *c = &r->counts;
	struct split_end end = { .records = c->letters + c->rejected,
		.cents = c->cents,
		.number = c->number,
		.period = c->period,
		.control = c->control,
		.totals = c->totals,
		.count_check = r->stream->count_check,
		.limited = true,
		.turned = r->turned,
		.reject_limit = release_reject_limit(
			release_chosen(r->stream->rejects, policy->rejects),
			release_chosen(
				r->stream->reject_share, policy->reject_ppm),
			c->letters + c->rejected) };
	char unused[80];
	enum verdict v;

	if (policy->hold) {
		end.hold = CODE_HELD;
		end.hold_reason = "the layout says that a person releases it";
	}
	v = source_end(r->source, why);
	if (v == V_OK && r->claim->run != NULL) {
		v = spool_digest_wait(r->claim, why);
		if (v == V_SKIP)
			v = V_BROKEN; /* its sidecar is about the whole file */
		end.sha256 = r->claim->sha256;
	}
	if (v != V_OK)
		return v;
	if (c->letters + c->rejected == 0 && !policy->empty_ok)
		return fault_set(
			why, V_BROKEN, CODE_EMPTY, "the file holds no records");
	if (source_unused(r->source) > 0) {
		struct rejection remark = { .code = CODE_DOCUMENT_UNUSED,
			.field = "",
			.reason = unused,
			.reference = "",
			.warning = true };

		snprintf(unused, sizeof(unused),
			"%" PRId64 " documents are named by no record",
			source_unused(r->source));
		v = keep_rejected(r, &remark, why);
	}
	if (v == V_OK)
		v = store_split_end(r->split, &end, clock_now_ms(), why);
	return v;
}

bool
reader_not_the_file(enum code code)
{
	return code == CODE_DATABASE || code == CODE_DATABASE_QUERY ||
	       code == CODE_DISK_FULL || code == CODE_IO ||
	       code == CODE_SPOOL || code == CODE_MEMORY;
}

void
reader_rules(const struct definition *definition,
	const struct jobs_stream *stream, struct source_rules *out)
{
	const struct format_input *in = definition_input(definition);
	const struct format_policy *policy = definition_policy(definition);

	*out = (struct source_rules){ .plain = in->plain,
		.gzip = in->gzip,
		.zip = in->zip,
		.tar = in->tar,
		.payload = in->payload,
		.pages = in->pages,
		.shared = in->shared,
		.shared_count = in->shared_count,
		.unused_warns = in->unused_warns,
		.limits = in->limits,
		.bytes_max = in->bytes_max,
		.structure = stream->structure,
		.command = stream->look_command,
		.not_pdfa = stream->pdf == JOBS_PDF_REJECT  ? SOURCE_PDF_REJECT
			    : stream->pdf == JOBS_PDF_PAPER ? SOURCE_PDF_PAPER
							    : SOURCE_PDF_WARN,
		.pages_max = policy->pages_max,
		.a4 = policy->a4 };
}

struct format_context
reader_context(const struct jobs_stream *stream)
{
	return (struct format_context){ .oin = stream->sender_is->oin,
		.environment = strcmp(stream->endpoint_is->environment,
				       "production") == 0
				       ? 'P'
				       : 'T',
		.today = (int32_t)(clock_now_ms() / MS_PER_DAY) };
}

enum verdict
reader_split(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, int edition, struct fault *why)
{
	struct reader r = { .run = run,
		.site = run->site,
		.stream = stream,
		.definition = site_definition(run->site, stream),
		.claim = claim,
		.edition = edition,
		.part_count = claim->part_count };
	struct source_rules rules;
	const char *text;
	size_t len;
	enum verdict v;

	reader_rules(r.definition, stream, &rules);
	text = definition_source(r.definition, &len);
	v = store_definition_used(run->site->store, definition_id(r.definition),
		definition_sha256(r.definition), text, len, why);
	if (v == V_OK)
		v = source_open(claim, &rules, &r.source, why);
	if (v == V_OK)
		v = store_split_begin(run->site->store, claim->job,
			claim->promised_letters >= 0
				? claim->promised_letters
				: claim->bytes / RECORD_BYTES,
			&r.split, why);
	if (v == V_OK)
		v = read_all(&r, why);
	if (v == V_OK)
		v = end(&r, why);
	store_split_close(r.split);
	source_close(r.source);
	return v;
}
