/* mobbd/intake.c - the role that reads what suppliers wrote
 *
 * Claim, digest, split.  No network but the database, no TLS key.  A file is
 * either split whole in one transaction or refused whole; whatever comes
 * between (a crash, a full disk, a database that is away) leaves it in work/
 * with the job received, and it is read again from the start.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "mobbd/role.h"

#define MS_PER_DAY INT64_C(86400000)
#define DEATHS_MAX 3 /* of the reader, on one file */

struct intake {
	bool swept; /* work/ was looked through since the start */
};

/* One file on its way through the reader. */
struct reading {
	struct role_run *run;
	const struct jobs_stream *stream;
	struct source *source;
	struct split *split;
	int64_t cents;
	int edition;
};

/* Our line on the board outlives us: what we were doing when we died. */
static void
remember(struct role_line *line)
{
	size_t i, at = 0;

	for (i = 0; i < DIED_MAX; i++) {
		if (strcmp(line->died[i].job, line->doing) == 0) {
			at = i;
			break;
		}
		if (line->died[i].deaths < line->died[at].deaths)
			at = i;
	}
	if (strcmp(line->died[at].job, line->doing) != 0)
		line->died[at].deaths = 0;
	memcpy(line->died[at].job, line->doing, sizeof(line->doing));
	line->died[at].deaths++;
	line->doing[0] = '\0';
}

static bool
ends_us(const struct role_line *line, const char *job)
{
	size_t i;

	for (i = 0; i < DIED_MAX; i++)
		if (line->died[i].deaths >= DEATHS_MAX &&
			strcmp(line->died[i].job, job) == 0)
			return true;
	return false;
}

static void
begin_with(struct role_line *line, const char *job)
{
	snprintf(line->doing, sizeof(line->doing), "%s", job);
}

/* A fault of ours that ends the role counts as a death. */
static void
done_with(struct role_line *line, enum verdict v)
{
	if (v == V_OK || v == V_LATER)
		line->doing[0] = '\0';
}

static enum verdict
intake_open(struct role_run *run, struct fault *why)
{
	(void)why;
	if (run->line->doing[0] != '\0')
		remember(run->line);
	run->own = mem_zero(1, sizeof(struct intake));
	run->wait_fd = spool_watch_fd(run->site->spool);
	return V_OK;
}

static void
intake_close(struct role_run *run)
{
	free(run->own);
}

/* The keeper writes the reason and moves the file: were it two of us, one
 * would find it gone.
 */
static enum verdict
refuse(struct role_run *run, struct claim *claim, const struct fault *reason,
	struct fault *why)
{
	struct fault placed = *reason;

	log_line("job %s: file refused: MOBB-%04d %s", claim->job,
		(int)reason->code, reason->text);
	if (reason->place[0] != '\0' && strcmp(reason->place, claim->name) != 0)
		(void)fault_set(&placed, V_BROKEN, reason->code, "%s: %s",
			reason->place, reason->text);
	return store_job_refuse(
		run->site->store, claim->job, &placed, clock_now_ms(), why);
}

static enum verdict
keep_rejected(struct reading *r, const struct rejection *no, struct fault *why)
{
	struct rejected row = { .record = no->record,
		.line = no->line,
		.offset = no->offset,
		.code = no->code,
		.field = no->field,
		.reason = no->reason,
		.reference = no->reference,
		.warning = no->warning };

	return store_split_reject(r->split, &row, why);
}

static enum verdict
on_reject(void *self, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	struct reading *r = self;

	if (!rejection->warning) {
		if (letter != NULL) {
			source_forget(r->source, letter);
			r->cents += letter->amount_cents;
		}
	}
	return keep_rejected(r, rejection, why);
}

static enum verdict
reject_letter(struct reading *r, const struct letter *letter,
	const struct fault *reason, struct fault *why)
{
	struct rejection no = { .record = letter->record,
		.line = letter->line,
		.offset = letter->offset,
		.code = reason->code,
		.field = "document",
		.reason = reason->text,
		.reference = letter->reference };

	return keep_rejected(r, &no, why);
}

static enum verdict
on_letter(
	void *self, struct letter *letter, struct arena *mem, struct fault *why)
{
	struct reading *r = self;
	const struct site *site = r->run->site;
	struct fault reason = FAULT_NONE;
	uint8_t bsn_key[16];
	enum verdict v;

	r->cents += letter->amount_cents;
	letter->id = letter_id(site->key, r->stream->sender_is->oin,
		r->stream->name, letter->key, r->edition);
	v = source_documents(r->source, letter, mem, &reason);
	if (v == V_SKIP)
		return reject_letter(r, letter, &reason, why);
	if (v != V_OK) {
		*why = reason;
		fault_at(why, "record %" PRId64 ", line %" PRId64,
			letter->record, letter->line);
		return v;
	}
	if (letter->document_count == 0 && letter->text == NULL) {
		fault_set(&reason, V_SKIP, CODE_DOCUMENT,
			"the record names no document");
		return reject_letter(r, letter, &reason, why);
	}
	letter_bind(letter, letter->bind);
	letter_bsn_key(site->key, letter->bsn, bsn_key);
	return store_split_letter(r->split, letter, bsn_key, why);
}

/* T or P, as a file says which endpoints it is meant for. */
static char
environment_letter(const struct jobs_stream *stream)
{
	return strcmp(stream->endpoint_is->environment, "production") == 0
		       ? 'P'
		       : 'T';
}

/* All payloads of the set, in order. */
static enum verdict
read_parts(struct reading *r, const struct claim *claim,
	const struct definition *def, struct format_counts *counts,
	struct fault *why)
{
	struct format_sink sink = {
		.self = r, .letter = on_letter, .reject = on_reject
	};
	struct format_context context = { .oin = r->stream->sender_is->oin,
		.environment = environment_letter(r->stream),
		.today = (int32_t)(clock_now_ms() / MS_PER_DAY) };
	struct format *format = format_begin(def, &context, &sink);
	enum verdict v = V_OK;
	int part;

	for (part = 0; v == V_OK && part < claim->part_count; part++) {
		v = source_part(r->source, part, why);
		if (v == V_OK)
			v = format_part(format, source_read, r->source, why);
	}
	format_end(format, counts);
	return v;
}

/* Read and split one received job; V_BROKEN with a reason refuses it. */
static enum verdict
split(struct reading *r, const struct claim *claim, struct fault *why)
{
	const struct site *site = r->run->site;
	const struct definition *def = site_definition(site, r->stream);
	const struct format_input *input = definition_input(def);
	struct source_rules rules = { .plain = input->plain,
		.gzip = input->gzip,
		.zip = input->zip,
		.tar = input->tar,
		.payload = input->payload,
		.pages = input->pages,
		.shared = input->shared,
		.shared_count = input->shared_count,
		.unused_warns = input->unused_warns,
		.limits = input->limits,
		.bytes_max = input->bytes_max,
		.pages_max = definition_policy(def)->pages_max,
		.a4 = definition_policy(def)->a4 };
	struct format_counts counts = { 0 };
	enum verdict v;

	v = source_open(claim, &rules, &r->source, why);
	if (v == V_OK)
		v = store_split_begin(site->store, claim->job,
			claim->promised_letters >= 0 ? claim->promised_letters
						     : claim->bytes / 1500,
			&r->split, why);
	if (v == V_OK)
		v = read_parts(r, claim, def, &counts, why);
	if (v == V_OK)
		v = source_end(r->source, why);
	if (v == V_OK && counts.records == 0)
		v = fault_set(
			why, V_BROKEN, CODE_EMPTY, "the file holds no records");
	if (v == V_OK)
		v = store_split_end(r->split,
			&(struct split_end){
				.records = counts.records, .cents = r->cents },
			clock_now_ms(), why);
	return v;
}

static enum verdict
receive(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, int *edition_out, struct fault *why)
{
	struct job_new job = { .id = claim->job,
		.stream = stream->name,
		.sender = stream->sender,
		.oin = stream->sender_is->oin,
		.endpoint = stream->endpoint,
		.environment = stream->endpoint_is->environment,
		.format = stream->format,
		.file = claim->name,
		.bytes = claim->bytes,
		.sha256 = claim->sha256,
		.promised_letters = claim->promised_letters,
		.promised_cents = claim->promised_cents,
		.received_ms = clock_now_ms(),
		.edition_out = edition_out };

	return store_job_receive(run->site->store, &job, why);
}

/* The job is ours and its file open: judge it whole. */
static enum verdict
take_in(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, struct fault *why)
{
	struct reading r = { .run = run, .stream = stream };
	struct fault reason = FAULT_NONE;
	char hex[DIGEST_HEX_MAX];
	enum verdict v;

	v = spool_digest(claim, why);
	if (v == V_OK)
		v = receive(run, stream, claim, &r.edition, &reason);
	if (v == V_SKIP) {
		/* The books have it as refused; the keeper files it. */
		log_line("job %s: file refused: MOBB-%04d %s", claim->job,
			(int)reason.code, reason.text);
		return V_OK;
	}
	if (v != V_OK) {
		*why = reason.code == CODE_NONE ? *why : reason;
		return v;
	}
	log_line("job %s: %s received, %" PRId64 " bytes, stream %s",
		claim->job, claim->name, claim->bytes, stream->name);
	digest_hex(claim->sha256, DIGEST_BYTES, hex);
	if (claim->parts[0].promised_sha256[0] != '\0' &&
		strcmp(claim->parts[0].promised_sha256, hex) != 0)
		v = fault_set(&reason, V_BROKEN, CODE_SIDECAR,
			"the SHA-256 in the sidecar is not that of the file");
	else
		v = split(&r, claim, &reason);
	store_split_close(r.split);
	source_close(r.source);
	if (v == V_OK) {
		log_line("job %s: split", claim->job);
		return V_OK;
	}
	/* A failing database or disk is not the file's fault. */
	if (v != V_BROKEN || reason.code == CODE_DATABASE ||
		reason.code == CODE_DATABASE_QUERY ||
		reason.code == CODE_DISK_FULL || reason.code == CODE_IO ||
		reason.code == CODE_SPOOL || reason.code == CODE_MEMORY) {
		*why = reason;
		fault_at(why, "job %s", claim->job);
		return v;
	}
	return refuse(run, claim, &reason, why);
}

/* Something that is no file, or has a name we do not want: refused, and shown
 * as a job like any other.
 */
static enum verdict
refuse_thing(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, const struct fault *reason, struct fault *why)
{
	struct fault again;

	digest_of(claim->job, strlen(claim->job), claim->sha256);
	if (receive(run, stream, claim, NULL, &again) != V_OK) {
		*why = again;
		return V_LATER;
	}
	return refuse(run, claim, reason, why);
}

/* What a crash left in work/: claimed, perhaps received, not yet split. */
static enum verdict
sweep(struct role_run *run, struct fault *why)
{
	struct site *site = run->site;
	char job[SPOOL_JOBID_MAX] = "";
	enum verdict v;

	while ((v = spool_working(site->spool, job, job, why)) == V_OK) {
		const struct jobs_stream *stream;
		struct claim claim = CLAIM_NONE;
		struct fault reason = FAULT_NONE;
		struct job row;

		v = store_job_get(site->store, job, &run->mem, &row, why);
		if (v != V_OK && v != V_SKIP)
			return v;
		if (v == V_OK && row.state != JOB_RECEIVED)
			continue;
		if (ends_us(run->line, job)) {
			log_line("job %s: its file ended the intake %d times; "
				 "left alone until mobbd starts anew",
				job, DEATHS_MAX);
			continue;
		}
		v = spool_claimed(site->spool, job, &claim, &reason);
		stream = v == V_OK || v == V_SKIP
				 ? jobs_stream(&site->jobs, claim.stream)
				 : NULL;
		if (stream == NULL && v != V_LATER) {
			log_line("job %s: its stream is not in the jobs file",
				job);
			claim_close(&claim);
			continue;
		}
		begin_with(run->line, job);
		if (v == V_OK)
			v = take_in(run, stream, &claim, why);
		else if (v == V_SKIP)
			v = refuse_thing(run, stream, &claim, &reason, why);
		else
			*why = reason;
		done_with(run->line, v);
		claim_close(&claim);
		if (v != V_OK)
			return v;
	}
	return v == V_END ? V_OK : v;
}

static enum verdict
take_next(struct role_run *run, const struct jobs_stream *stream,
	struct fault *why)
{
	struct spool_rule rule = { .stream = stream->name,
		.sidecar = stream->sidecar,
		.quiet_ms = stream->quiet_ms };
	struct claim claim = CLAIM_NONE;
	struct fault reason = FAULT_NONE;
	char name[SPOOL_NAME_MAX + 1];
	enum verdict v;

	v = spool_next(run->site->spool, &rule, clock_now_ms(), name, why);
	if (v != V_OK)
		return v;
	v = spool_claim(run->site->spool, stream->name, name, clock_now_ms(),
		&claim, &reason);
	begin_with(run->line, claim.job);
	if (v == V_OK)
		v = take_in(run, stream, &claim, why);
	else if (v == V_SKIP)
		v = refuse_thing(run, stream, &claim, &reason, why);
	else if (v == V_LATER && reason.code != CODE_DISK_FULL)
		v = V_OK; /* somebody was first */
	else
		*why = reason;
	done_with(run->line, v);
	claim_close(&claim);
	return v;
}

static enum verdict
intake_step(struct role_run *run, struct fault *why)
{
	struct intake *own = run->own;
	bool some = false;
	enum verdict v;
	size_t i;

	spool_watched(run->site->spool);
	if (!own->swept) {
		v = sweep(run, why);
		if (v != V_OK)
			return v;
		own->swept = true;
	}
	for (i = 0; i < run->site->jobs.stream_count; i++) {
		v = take_next(run, &run->site->jobs.streams[i], why);
		if (v == V_OK) {
			some = true;
			continue;
		}
		if (v != V_END) {
			own->swept = false; /* it may lie in work/ now */
			return v;
		}
	}
	return some ? V_OK : V_END;
}

const struct role role_intake = {
	.name = "intake",
	.needs = SITE_SPOOL | SITE_KEY | SITE_FORMATS,
	.locks = true,
	.open = intake_open,
	.step = intake_step,
	.close = intake_close,
};
