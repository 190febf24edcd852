/* mobbd/intake.c - the role that reads what suppliers wrote
 *
 * Claim, digest, split.  No network but the database, no TLS key.  A file is
 * either split whole in one transaction or refused whole; whatever comes
 * between (a crash, a full disk, a database that is away) leaves it in work/
 * with the job received, and it is read again from the start.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "mobbd/reader.h"
#include "mobbd/repair.h"

#define DEATHS_MAX 3 /* of the reader, on one file */

struct intake {
	bool swept; /* work/ was looked through since the start */
	bool late;  /* something has to wait: look through work/ again */
	struct fault late_why;
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

/* Ids of letters and the story of a job hang on the key and the definitions:
 * with others than before nothing is taken in.
 */
static enum verdict
use(struct site *site, struct fault *why)
{
	uint8_t print[DIGEST_BYTES];
	enum verdict v;
	size_t i;

	digest_of(site->key, sizeof(site->key), print);
	v = store_site_key(site->store, print, why);
	for (i = 0; v == V_OK && i < site->jobs.stream_count; i++) {
		const struct definition *d = site->definitions[i];
		enum definition_state state = DEFINITION_UNUSED;

		v = store_definition_known(site->store, definition_id(d),
			definition_sha256(d), &state, why);
		if (v == V_OK && state == DEFINITION_CHANGED)
			v = fault_set(why, V_BROKEN, CODE_FORMAT_CHANGED,
				"%s was used by a job with another text",
				definition_id(d));
	}
	return v;
}

static enum verdict
intake_open(struct role_run *run, struct fault *why)
{
	if (run->line->doing[0] != '\0')
		remember(run->line);
	run->own = mem_zero(1, sizeof(struct intake));
	run->wait_fd = spool_watch_fd(run->site->spool);
	return use(run->site, why);
}

static void
intake_close(struct role_run *run)
{
	free(run->own);
}

/* What becomes of a file that is ours now. */
typedef enum verdict take_fn(struct role_run *run,
	const struct jobs_stream *stream, struct claim *claim,
	struct fault *why);

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
receive(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, const uint8_t *sha256, int *edition_out,
	struct fault *why)
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
		.sha256 = sha256,
		.promised_letters = claim->promised_letters,
		.promised_cents = claim->promised_cents,
		.received_ms = clock_now_ms(),
		.edition_out = edition_out };

	return store_job_receive(run->site->store, &job, why);
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
	if (receive(run, stream, claim, claim->sha256, NULL, &again) != V_OK) {
		*why = again;
		return V_LATER;
	}
	return refuse(run, claim, reason, why);
}

/* What can be said before a byte is read.  The digest of the content runs
 * beside the reader, unless ids depend on it: when a person let some content
 * come again as another edition.
 */
static enum verdict
look(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, struct fault *why)
{
	const struct format_input *input =
		definition_input(site_definition(run->site, stream));
	bool first = false;
	enum verdict v;
	int i;

	for (i = 0; input->name != NULL && i < claim->part_count; i++)
		if (fnmatch(input->name, claim->parts[i].name, 0) != 0)
			return fault_set(why, V_SKIP, CODE_NAME,
				"the layout wants a name like %.100s",
				input->name);
	v = store_edition_waiting(
		run->site->store, stream->name, clock_now_ms(), &first, why);
	if (v != V_OK)
		return v;
	return first ? spool_digest(claim, why)
		     : spool_digest_begin(claim, why);
}

/* The other files go on; this one is tried again later. */
static void
put_off(struct intake *own, const struct fault *reason)
{
	own->late = true;
	own->late_why = *reason;
}

/* It is split whatever comes of this; what cannot be written now is written
 * when work/ is looked through again.
 */
static enum verdict
give_back(struct role_run *run, const struct jobs_stream *stream,
	const struct job *job, const struct claim *claim, struct fault *why)
{
	struct intake *own = run->own;
	enum verdict v = repair_write(run, stream, job, claim, why);

	if (v == V_OK || why->code == CODE_DATABASE ||
		why->code == CODE_DATABASE_QUERY)
		return v;
	put_off(own, why);
	return V_OK;
}

/* The job is ours and its file open: judge it whole. */
static enum verdict
take_in(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, struct fault *why)
{
	struct fault reason = FAULT_NONE;
	struct job row;
	int edition = 1;
	enum verdict v;

	v = look(run, stream, claim, &reason);
	if (v == V_SKIP)
		return refuse_thing(run, stream, claim, &reason, why);
	if (v == V_OK)
		v = receive(run, stream, claim,
			claim->run == NULL ? claim->sha256 : NULL, &edition,
			&reason);
	if (v == V_SKIP) {
		/* The books have it as refused; the keeper files it. */
		log_line("job %s: file refused: MOBB-%04d %s", claim->job,
			(int)reason.code, reason.text);
		return V_OK;
	}
	if (v != V_OK) {
		*why = reason;
		return v;
	}
	log_line("job %s: %s received, %" PRId64 " bytes, stream %s",
		claim->job, claim->name, claim->bytes, stream->name);
	v = reader_split(run, stream, claim, edition, &reason);
	if (v == V_OK) {
		log_line("job %s: split", claim->job);
		v = store_job_get(
			run->site->store, claim->job, &run->mem, &row, why);
		return v == V_OK ? give_back(run, stream, &row, claim, why) : v;
	}
	if (v != V_BROKEN || reader_not_the_file(reason.code)) {
		*why = reason;
		fault_at(why, "job %s", claim->job);
		return v;
	}
	return refuse(run, claim, &reason, why);
}

/* It lay beside the folders of the senders: nobody's letters. */
static enum verdict
refuse_stray(struct role_run *run, const struct jobs_stream *stream,
	struct claim *claim, struct fault *why)
{
	char none[] = "";
	const struct jobs_sender nobody = { .name = none, .oin = none };
	const char *const *names =
		jobs_stream_senders(&run->site->jobs, stream->name, &run->mem);
	struct jobs_stream of_nobody = *stream;
	struct buf text = BUF_MAX(200);
	struct fault reason;

	for (; *names != NULL; names++)
		buf_format(&text, "%s%s", text.len == 0 ? "" : ", ", *names);
	(void)fault_set(&reason, V_SKIP, CODE_SENDER_NONE,
		"stream %s has several senders: drop it in the folder of one, "
		"in/%s/SENDER (%s%s)",
		stream->name, stream->name, text.bytes,
		text.full ? ", .." : "");
	buf_done(&text);
	of_nobody.sender = none;
	of_nobody.sender_is = &nobody;
	return refuse_thing(run, &of_nobody, claim, &reason, why);
}

/* Split, but the crash came before its rejected records were given back. */
static enum verdict
give_back_again(struct role_run *run, const struct job *job, struct fault *why)
{
	const struct jobs_stream *stream;
	struct claim claim = CLAIM_NONE;
	struct fault reason = FAULT_NONE;
	enum verdict v;

	if (job->state == JOB_REFUSED || job->rejected == 0 || job->repaired ||
		ends_us(run->line, job->id))
		return V_OK;
	if (site_stream(run->site, job, &stream, &reason) != V_OK)
		return repair_never(run, job, &reason, why);
	if (spool_claimed(run->site->spool, job->id, &claim, &reason) != V_OK) {
		log_fault(&reason);
		claim_close(&claim);
		return V_OK;
	}
	begin_with(run->line, job->id);
	v = give_back(run, stream, job, &claim, why);
	done_with(run->line, v);
	claim_close(&claim);
	return v;
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
		take_fn *take = take_in;
		struct job row;

		v = store_job_get(site->store, job, &run->mem, &row, why);
		if (v != V_OK && v != V_SKIP)
			return v;
		if (v == V_OK && row.state != JOB_RECEIVED) {
			v = give_back_again(run, &row, why);
			if (v != V_OK)
				return v;
			continue;
		}
		if (ends_us(run->line, job)) {
			log_line("job %s: its file ended the intake %d times; "
				 "left alone until mobbd starts anew",
				job, DEATHS_MAX);
			continue;
		}
		v = spool_claimed(site->spool, job, &claim, &reason);
		if (v != V_OK && v != V_SKIP) {
			fault_at(&reason, "job %s", job);
			put_off(run->own, &reason);
			continue;
		}
		stream = jobs_stream_at(&site->jobs, claim.stream);
		if (stream == NULL &&
			jobs_stream(&site->jobs, claim.stream) != NULL) {
			take = refuse_stray;
			stream = jobs_stream(&site->jobs, claim.stream);
		}
		if (stream == NULL) {
			log_line("job %s: its stream %s is not in the jobs "
				 "file",
				job, claim.stream);
			claim_close(&claim);
			continue;
		}
		begin_with(run->line, job);
		if (v == V_OK)
			v = take(run, stream, &claim, why);
		else
			v = refuse_thing(run, stream, &claim, &reason, why);
		done_with(run->line, v);
		claim_close(&claim);
		if (v != V_OK)
			return v;
	}
	return v == V_END ? V_OK : v;
}

static struct spool_rule
rule_of(const struct role_run *run, const struct jobs_stream *stream)
{
	const struct format_input *input =
		definition_input(site_definition(run->site, stream));

	return (struct spool_rule){ .stream = stream->folder,
		.sidecar = stream->sidecar,
		.quiet_ms = stream->quiet_ms,
		.parts = input->parts,
		.set_ms = stream->wait,
		.unpacks = input->pages != NULL || input->inlined };
}

/* What of the next file in a folder becomes of `take`. */
static enum verdict
take_from(struct role_run *run, const struct jobs_stream *stream,
	const struct spool_rule *rule, take_fn *take, struct fault *why)
{
	struct claim claim = CLAIM_NONE;
	struct fault reason = FAULT_NONE;
	char name[SPOOL_DROPPED_MAX];
	enum verdict v;

	v = spool_next(run->site->spool, rule, clock_now_ms(), name, why);
	if (v != V_OK)
		return v;
	v = spool_claim_by(
		run->site->spool, rule, name, clock_now_ms(), &claim, &reason);
	begin_with(run->line, claim.job);
	if (v == V_OK)
		v = take(run, stream, &claim, why);
	else if (v == V_SKIP)
		v = refuse_thing(run, stream, &claim, &reason, why);
	else if (v == V_LATER) {
		/* Only this file waits: a set for its parts, one for disk. */
		if (reason.code != CODE_GROWING)
			put_off(run->own, &reason);
		v = V_END;
	} else {
		*why = reason;
	}
	done_with(run->line, v);
	claim_close(&claim);
	return v;
}

static enum verdict
take_next(struct role_run *run, const struct jobs_stream *stream,
	struct fault *why)
{
	struct spool_rule rule = rule_of(run, stream);
	enum verdict v = take_from(run, stream, &rule, take_in, why);

	if (v != V_END || !stream->many || stream->again)
		return v;
	rule.stream = stream->name;
	rule.senders =
		jobs_stream_senders(&run->site->jobs, stream->name, &run->mem);
	return take_from(run, stream, &rule, refuse_stray, why);
}

static enum verdict
intake_step(struct role_run *run, struct fault *why)
{
	struct intake *own = run->own;
	bool some = false;
	enum verdict v;
	size_t i;

	spool_watched(run->site->spool);
	if (!own->swept || own->late) {
		own->late = false;
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
	if (!some && own->late) {
		*why = own->late_why;
		return V_LATER;
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
