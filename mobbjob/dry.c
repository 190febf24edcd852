/* mobbjob/dry.c - see mobbjob/dry.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "batch/release.h"
#include "mobbjob/dry.h"
#include "mobbjob/keys.h"
#include "spool/spool.h"

#define MS_PER_DAY INT64_C(86400000)

struct run {
	struct dry *dry;
	struct claim claim;
	struct source *source;
	struct keys keys;
};

/* --- what is told --- */

static void
count_code(struct dry *dry, enum code code)
{
	size_t i;

	for (i = 0; i < dry->code_count; i++)
		if (dry->codes[i].code == code)
			break;
	if (i == DRY_CODES_MAX)
		return;
	if (i == dry->code_count)
		dry->codes[dry->code_count++] =
			(struct dry_code){ .code = code };
	dry->codes[i].count++;
}

static void
tell(struct run *run, const struct rejection *problem)
{
	struct dry *dry = run->dry;

	dry->rejected += !problem->warning;
	dry->warnings += problem->warning;
	count_code(dry, problem->code);
	if (dry->on_problem != NULL)
		dry->on_problem(dry->self, problem);
}

static void
tell_letter(struct run *run, const struct letter *letter, enum code code,
	const char *field, const char *reason, bool warning)
{
	struct rejection problem = { .record = letter->record,
		.part = letter->part,
		.line = letter->line,
		.offset = letter->offset,
		.bytes = letter->bytes,
		.code = code,
		.field = field,
		.reason = reason,
		.reference = letter->reference,
		.warning = warning };

	tell(run, &problem);
}

static void
count_letter(struct run *run, const struct letter *letter)
{
	struct dry *dry = run->dry;

	assert((size_t)letter->paper < DRY_PAPERS);
	dry->letters++;
	if (letter->paper == PAPER_NONE || paper_never(letter->paper))
		dry->box++;
	else
		dry->paper[letter->paper]++;
	dry->waiting += letter->hold != CODE_NONE;
	if (dry->on_letter != NULL)
		dry->on_letter(dry->self, letter);
}

/* --- the sink: as mobbd/reader.c, without the books --- */

static enum verdict
on_letter(
	void *self, struct letter *letter, struct arena *mem, struct fault *why)
{
	struct run *run = self;
	struct fault reason = FAULT_NONE;
	const char *remark;
	enum code code;
	enum verdict v;

	v = source_documents(run->source, letter, mem, &reason);
	if (v == V_SKIP) {
		tell_letter(run, letter, reason.code, "document", reason.text,
			false);
		return V_OK;
	}
	if (v != V_OK) {
		*why = reason;
		return v;
	}
	if (!run->dry->no_documents &&
		letter_ways(letter, false, &reason) != V_OK) {
		tell_letter(run, letter, reason.code, "document", reason.text,
			false);
		return V_OK;
	}
	run->dry->turned +=
		letter->paper == PAPER_FIELD || letter->paper == PAPER_PDF;
	remark = source_remark(run->source, &code);
	if (remark != NULL)
		tell_letter(run, letter, code, "document", remark, true);
	if (!keys_add(&run->keys, letter->key)) {
		tell_letter(run, letter, CODE_DOUBLE, "key",
			"the same key as an earlier record", false);
		return V_OK;
	}
	count_letter(run, letter);
	return V_OK;
}

static enum verdict
on_reject(void *self, const struct letter *letter,
	const struct rejection *rejection, struct fault *why)
{
	struct run *run = self;

	(void)why;
	if (letter != NULL && !rejection->warning)
		source_forget(run->source, letter);
	tell(run, rejection);
	return V_OK;
}

/* --- the file --- */

static struct source_rules
rules_of(const struct dry *dry)
{
	const struct format_input *in = definition_input(dry->definition);
	const struct format_policy *policy = definition_policy(dry->definition);
	const struct jobs_stream *stream = dry->stream;
	struct source_rules rules = { .plain = in->plain,
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
		.not_pdfa = SOURCE_PDF_WARN,
		.pages_max = policy->pages_max,
		.a4 = policy->a4,
		.no_documents = dry->no_documents };

	if (stream == NULL)
		return rules;
	rules.structure = stream->structure;
	rules.command = stream->look_command;
	rules.not_pdfa = stream->pdf == JOBS_PDF_REJECT	 ? SOURCE_PDF_REJECT
			 : stream->pdf == JOBS_PDF_PAPER ? SOURCE_PDF_PAPER
							 : SOURCE_PDF_WARN;
	return rules;
}

static struct format_context
context_of(const struct dry *dry)
{
	struct format_context context = { .today = (int32_t)(clock_now_ms() /
							     MS_PER_DAY),
		.no_documents = dry->no_documents };

	if (dry->stream == NULL)
		return context;
	context.oin = dry->stream->sender_is->oin;
	context.environment =
		strcmp(dry->stream->endpoint_is->environment, "production") == 0
			? 'P'
			: 'T';
	return context;
}

/* NAME_001.xml, NAME_002_laatste.xml, of a layout that comes so: what is
 * promised beside it may be about all of them.
 */
static bool
is_part(const struct dry *dry)
{
	size_t len = strcspn(dry->file, "."), tail = strlen("_laatste"), digits;
	const char *name = dry->file;

	if (!definition_input(dry->definition)->parts)
		return false;
	if (len > tail && memcmp(name + len - tail, "_laatste", tail) == 0)
		len -= tail;
	for (digits = 0; digits < len && name[len - digits - 1] >= '0' &&
			 name[len - digits - 1] <= '9';
		digits++)
		;
	return digits > 0 && digits < len && name[len - digits - 1] == '_';
}

static const char *
container_of(const struct run *run, int64_t members)
{
	char head[ARCHIVE_HEAD_BYTES];
	struct fault ignored;
	size_t len = 0;

	if (file_read_at(run->claim.parts[0].fd, head, sizeof(head), 0, &len,
		    &ignored) != V_OK)
		return "";
	switch (archive_kind(head, len)) {
	case ARCHIVE_ZIP:
		return "ZIP";
	case ARCHIVE_TAR:
		return "tar";
	case ARCHIVE_GZIP: /* a tar has something in it beside the records */
		return members > 0 || !definition_input(run->dry->definition)
					       ->gzip
			       ? "tar.gz"
			       : "gzip";
	case ARCHIVE_PACKED:
		return "packed tar";
	case ARCHIVE_OTHER:
	case ARCHIVE_NO:
		break;
	}
	return "none, the records themselves";
}

static enum verdict
open_file(struct run *run, struct fault *why)
{
	struct source_rules rules = rules_of(run->dry);
	struct dry *dry = run->dry;
	enum verdict v;

	v = spool_look(dry->path, &run->claim, why);
	if (v != V_OK)
		return v;
	dry->bytes = run->claim.bytes;
	dry->promised_letters = run->claim.promised_letters;
	dry->promised_cents = run->claim.promised_cents;
	dry->promised_sha256 = run->claim.parts[0].promised_sha256[0] != '\0';
	if (dry->promised_sha256)
		v = spool_digest_begin(&run->claim, why);
	if (v == V_OK)
		v = source_open(&run->claim, &rules, &run->source, why);
	if (v != V_OK)
		return v;
	dry->members = source_members(run->source);
	dry->container = container_of(run, dry->members);
	return V_OK;
}

static enum verdict
read_file(struct run *run, struct fault *why)
{
	const struct format_context context = context_of(run->dry);
	const struct format_sink sink = {
		.self = run, .letter = on_letter, .reject = on_reject
	};
	struct format *format =
		format_begin(run->dry->definition, &context, &sink);
	enum verdict v;

	v = source_part(run->source, 0, why);
	if (v == V_OK)
		v = format_part(format, source_read, run->source, why);
	format_end(format, &run->dry->counts);
	return v;
}

/* What the whole file must be, now that it was read. */
static enum verdict
end_file(struct run *run, struct fault *why)
{
	const struct dry *dry = run->dry;
	const struct format_input *in = definition_input(dry->definition);
	struct rejection remark = { .code = CODE_DOCUMENT_UNUSED,
		.field = "",
		.reference = "",
		.warning = true };
	char text[80];
	enum verdict v;

	v = source_end(run->source, why);
	if (v == V_OK && dry->promised_sha256 &&
		spool_digest_wait(&run->claim, why) != V_OK)
		v = V_BROKEN;
	if (v != V_OK)
		return v;
	if (dry->counts.letters + dry->counts.rejected == 0 &&
		!definition_policy(dry->definition)->empty_ok)
		return fault_set(
			why, V_BROKEN, CODE_EMPTY, "the file holds no records");
	if (in->name != NULL && fnmatch(in->name, dry->file, 0) != 0)
		return fault_set(why, V_BROKEN, CODE_NAME,
			"the layout wants a name like %.100s", in->name);
	if (!spool_name_ok(dry->file))
		return fault_set(why, V_BROKEN, CODE_NAME,
			"the file name has characters we refuse, more than %d "
			"of them, or an ending of ours",
			SPOOL_NAME_MAX);
	if (source_unused(run->source) > 0) {
		snprintf(text, sizeof(text),
			"%" PRId64 " documents are named by no record",
			source_unused(run->source));
		remark.reason = text;
		tell(run, &remark);
	}
	return V_OK;
}

/* --- and then? --- */

static void
hold(struct dry *dry)
{
	const struct format_policy *policy = definition_policy(dry->definition);
	const struct jobs_stream *stream = dry->stream;
	int64_t records = dry->counts.letters + dry->counts.rejected;
	struct fault *held = &dry->held;
	struct release release = { .automatic = dry->stream == NULL ||
						dry->stream->automatic,
		.totals = dry->counts.totals,
		.letters = dry->counts.letters,
		.letters_max =
			dry->stream == NULL ? 0 : dry->stream->release_letters,
		.promised_letters = dry->promised_letters,
		.promised_cents = dry->promised_cents,
		.records = records,
		.cents = dry->counts.cents };

	if (dry->part) { /* the whole set has to agree */
		release.promised_letters = release.promised_cents = -1;
		release.totals = true;
	}
	dry->reject_limit = release_reject_limit(
		release_chosen(
			stream == NULL ? -1 : stream->rejects, policy->rejects),
		release_chosen(stream == NULL ? -1 : stream->reject_share,
			policy->reject_ppm),
		records);
	if (release_rejects(dry->rejected + dry->turned, dry->reject_limit,
		    held) != V_OK)
		return;
	if (policy->hold)
		(void)fault_set(held, V_LATER, CODE_HELD,
			"the layout says that a person releases it");
	else
		(void)release_check(&release, held);
}

enum verdict
dry_run(struct dry *dry, struct fault *why)
{
	struct run run = { .dry = dry, .claim = CLAIM_NONE };
	const char *slash = strrchr(dry->path, '/');
	enum verdict v;

	dry->file = slash == NULL ? dry->path : slash + 1;
	dry->part = is_part(dry);
	dry->container = "";
	dry->promised_letters = dry->promised_cents = -1;
	dry->held = FAULT_NONE;
	keys_init(&run.keys);
	v = open_file(&run, why);
	if (dry->on_open != NULL)
		dry->on_open(dry->self, dry);
	if (v == V_OK)
		v = read_file(&run, why);
	if (v == V_OK)
		v = end_file(&run, why);
	if (v == V_OK)
		hold(dry);
	source_close(run.source);
	claim_close(&run.claim);
	keys_done(&run.keys);
	return v;
}
