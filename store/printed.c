/* store/printed.c - a receipt file of the printer, applied once
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "store/printed_in.h"

#define DONE_TEXT_MAX ((size_t)65536)
#define ALARM_TEXT_MAX 400

enum verdict
printed_alarm(struct applying *a, enum code code, int64_t lines, int64_t line,
	struct fault *why, const char *fmt, ...)
{
	char text[ALARM_TEXT_MAX];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(text);
	if (lines > 1)
		snprintf(text + len, sizeof(text) - len,
			"; %" PRId64 " lines, the first is %" PRId64, lines,
			line);
	else if (lines == 1)
		snprintf(text + len, sizeof(text) - len, "; line %" PRId64,
			line);
	buf_format(&a->text, "MOBB-%04d %s\n", (int)code, text);
	return pg_do(a->pg,
		"insert into print_alarm (file_no, job_no, lot_no, code, "
		"lines, text, at_ms) values ($1, $2, $3, $4, $5, $6, $7)",
		PG_ARGS(PG_N(a->file_no), PG_N(a->job.number),
			PG_N(a->lot.number), PG_N(code), PG_N(lines),
			PG_T(text), PG_N(a->now_ms)),
		NULL, why);
}

/* Its row, or what is known of it. */
static enum verdict
file_begin(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	const struct printed_file *f = a->file;
	enum verdict v;

	v = pg_ask(a->pg,
		"insert into receipt_file (name, sha256, said, lot_no, at_ms) "
		"values ($1, $2, $3, 0, $4) on conflict do nothing "
		"returning number",
		PG_ARGS(PG_T(f->name), PG_B(f->sha256, 32),
			PG_N(a->said == NULL ? 0 : (int)a->said->said),
			PG_N(a->now_ms)),
		&rows, why);
	if (v != V_OK)
		return v;
	a->done->known = rows.count == 0;
	a->file_no = a->done->known ? 0 : pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (!a->done->known)
		return V_OK;
	v = pg_ask(a->pg,
		"select good, again, bad, coalesce((select string_agg("
		"'MOBB-' || code || ' ' || text || chr(10), '' "
		"order by number) from print_alarm "
		"where file_no = f.number), '') "
		"from receipt_file f where name = $1 and sha256 = $2",
		PG_ARGS(PG_T(f->name), PG_B(f->sha256, 32)), &rows, why);
	if (v == V_OK && rows.count == 1) {
		a->done->good = pg_int(&rows, 0, 0);
		a->done->again = pg_int(&rows, 0, 1);
		a->done->bad = pg_int(&rows, 0, 2);
		a->done->text = pg_text(&rows, 0, 3, a->mem);
	}
	pg_rows_done(&rows);
	return v;
}

static enum verdict
file_end(struct applying *a, struct fault *why)
{
	const struct printed_done *d = a->done;

	return pg_do(a->pg,
		"update receipt_file set lot_no = $2, good = $3, again = $4, "
		"bad = $5 where number = $1",
		PG_ARGS(PG_N(a->file_no), PG_N(a->lot.number), PG_N(d->good),
			PG_N(d->again), PG_N(d->bad)),
		NULL, why);
}

/* Lines that the reader left out. */
static enum verdict
bad_lines(struct applying *a, struct fault *why)
{
	const struct print_receipt *said = a->said;
	size_t i;

	if (said->bad_count == 0)
		return V_OK;
	a->done->bad += said->bad_count;
	for (i = 1; (int64_t)i < said->bad_count && i < SAID_BAD_MAX; i++)
		buf_format(&a->text, "line %" PRId64 ": %s\n",
			said->bad[i].line, said->bad[i].why);
	return printed_alarm(a, CODE_RECEIPT, said->bad_count,
		said->bad[0].line, why, "%s", said->bad[0].why);
}

/* --- about a bundle --- */

static enum verdict
lock_bundle(struct applying *a, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t number = 0;
	enum verdict v;

	v = pg_ask(a->pg,
		"select number, posted_letters, recall_ms from lot "
		"where name = $1 and name <> '' and print",
		PG_ARGS(PG_T(a->name)), &rows, why);
	if (v == V_OK && rows.count == 0) {
		pg_rows_done(&rows);
		return V_END;
	}
	if (v == V_OK)
		number = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	if (v == V_OK)
		v = lot_lock(a->pg, number, &a->lot, &a->job, why);
	/* Asked once it is locked. */
	if (v == V_OK)
		v = pg_ask(a->pg,
			"select posted_letters, recall_ms from lot "
			"where number = $1",
			PG_ARGS(PG_N(number)), &rows, why);
	if (v == V_OK) {
		a->posted_letters = pg_int(&rows, 0, 0);
		a->recall_ms = pg_int(&rows, 0, 1);
		memcpy(a->done->job, a->job.id, sizeof(a->done->job));
	}
	pg_rows_done(&rows);
	return v;
}

/* The printer may take it before our books say so. */
static bool
on_its_way(const struct applying *a)
{
	return a->lot.state == LOT_BUNDLED && a->lot.leaving_ms > 0;
}

static enum verdict
wrong_state(struct applying *a, struct fault *why)
{
	a->done->bad++;
	return printed_alarm(a, CODE_RECEIPT_STATE, 0, 0, why,
		"%s of bundle %.100s, which is %s",
		print_said_word(a->said->said), a->name,
		a->lot.state == LOT_SETTLED  ? "posted"
		: a->lot.state == LOT_FAILED ? "turned down"
					     : lot_word(a->lot.state));
}

static enum verdict
acknowledged(struct applying *a, int64_t *new_out, struct fault *why)
{
	return pg_do(a->pg,
		"update lot set acknowledged_ms = $2 where number = $1 "
		"and acknowledged_ms = 0",
		PG_ARGS(PG_N(a->lot.number), PG_N(a->now_ms)), new_out, why);
}

/* Is what he took in what we handed over? */
static enum verdict
ack_differs(struct applying *a, bool *differs_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	uint8_t ours[32];
	enum verdict v;

	v = pg_ask(a->pg, "select sha256 from lot where number = $1",
		PG_ARGS(PG_N(a->lot.number)), &rows, why);
	if (v != V_OK)
		return v;
	pg_fixed(&rows, 0, 0, ours, sizeof(ours));
	pg_rows_done(&rows);
	*differs_out = true;
	if (a->said->letters != a->lot.letters)
		return printed_alarm(a, CODE_RECEIPT_DIFFERS, 0, 0, why,
			"bundle %.100s: the printer took in %" PRId64
			" letters, it has %" PRId64,
			a->name, a->said->letters, a->lot.letters);
	if (a->said->has_sha256 &&
		memcmp(a->said->sha256, ours, sizeof(ours)) != 0)
		return printed_alarm(a, CODE_RECEIPT_DIFFERS, 0, 0, why,
			"bundle %.100s: the digest of what the printer took "
			"in is another one",
			a->name);
	*differs_out = false;
	return V_OK;
}

static enum verdict
apply_ack(struct applying *a, struct fault *why)
{
	bool differs = false;
	int64_t made = 0;
	enum verdict v;

	if (a->lot.state != LOT_HANDED_OVER && a->lot.state != LOT_SETTLED)
		return wrong_state(a, why);
	v = ack_differs(a, &differs, why);
	if (v == V_OK && differs)
		a->done->bad++;
	if (v != V_OK || differs)
		return v;
	v = acknowledged(a, &made, why);
	a->done->good += made;
	a->done->again += 1 - made;
	if (v == V_OK && made > 0)
		v = event_put(a->pg, a->now_ms, a->job.id, "automatic",
			"print acknowledged", why,
			"bundle %.100s: the printer has its %" PRId64
			" letters",
			a->name, a->lot.letters);
	return v;
}

static enum verdict
apply_nack(struct applying *a, struct fault *why)
{
	bool recalled =
		a->said->said == PRINT_RECALLED ||
		(a->recall_ms != 0 && strcmp(a->said->code, "recalled") == 0);
	char reason[320];
	enum verdict v;

	if (a->lot.state == LOT_FAILED) {
		a->done->again++;
		return V_OK;
	}
	if (a->lot.state != LOT_HANDED_OVER || a->posted_letters > 0)
		return wrong_state(a, why);
	snprintf(reason, sizeof(reason), "MOBB-%04d %s%s%s%s%s",
		(int)CODE_BUNDLE_REFUSED,
		recalled ? "recalled; the printer printed nothing of it"
			 : "the printer turned it down",
		a->said->code[0] == '\0' ? "" : ": ", a->said->code,
		a->said->text[0] == '\0' ? "" : ", ", a->said->text);
	v = printed_letters(a, why);
	if (v == V_OK)
		v = lot_step(
			a->pg, &a->lot, LOT_FAILED, reason, &a->counts, why);
	a->done->good++;
	if (v == V_OK)
		v = event_put(a->pg, a->now_ms, a->job.id, "automatic",
			recalled ? "print recalled" : "print turned down", why,
			"bundle %.100s, %" PRId64 " letters: %s", a->name,
			a->lot.letters, reason);
	return v;
}

/* Its letters are in the run, too: posted, they come twice. */
static enum verdict
apply_proof(struct applying *a, struct fault *why)
{
	if (a->said->said == PRINT_ACK) {
		a->done->again++;
		return V_OK;
	}
	a->done->bad++;
	return printed_alarm(a, CODE_RECEIPT_STATE, 0, 0, why,
		"%s of %.100s, which is a proof: none of it is to be posted",
		print_said_word(a->said->said), a->name);
}

static enum verdict
apply_bundle(struct applying *a, struct fault *why)
{
	enum verdict v = lock_bundle(a, why);

	/* A proof is no bundle in the books; that it was taken in is fine. */
	if (v == V_END && strstr(a->name, "-PROOF") != NULL)
		return apply_proof(a, why);
	if (v == V_END) {
		a->done->bad++;
		return printed_alarm(a, CODE_RECEIPT_UNKNOWN, 0, 0, why,
			"no bundle of ours is called %.100s", a->name);
	}
	if (v != V_OK)
		return v;
	if (on_its_way(a))
		return fault_set(why, V_LATER, CODE_STATE,
			"bundle %.100s is being handed over", a->name);
	switch (a->said->said) {
	case PRINT_ACK:
		v = apply_ack(a, why);
		break;
	case PRINT_NACK:
	case PRINT_RECALLED:
		v = apply_nack(a, why);
		break;
	case PRINT_POSTED:
	case PRINT_REJECTED:
		v = printed_letters(a, why);
		break;
	case PRINT_RETURNED:
		assert(0);
	}
	return v == V_OK ? counts_write(a->pg, a->job.number, &a->counts, why)
			 : v;
}

static enum verdict
apply_said(struct applying *a, struct fault *why)
{
	enum verdict v;

	if (a->said == NULL) {
		a->done->bad++;
		return printed_alarm(a, a->file->unread->code, 0, 0, why, "%s",
			a->file->unread->text);
	}
	v = a->said->said == PRINT_RETURNED ? printed_returned(a, why)
					    : apply_bundle(a, why);
	return v == V_OK ? bad_lines(a, why) : v;
}

enum verdict
store_printed_apply(struct store *store, const struct printed_file *file,
	int64_t now_ms, struct arena *mem, struct printed_done *done,
	struct fault *why)
{
	struct applying a = { .pg = store->pg,
		.file = file,
		.said = file->said,
		.now_ms = now_ms,
		.mem = mem,
		.done = done,
		.text = BUF_MAX(DONE_TEXT_MAX),
		.counts = COUNTS_NONE };
	enum verdict v;

	*done = (struct printed_done){ .text = "" };
	if (file->said != NULL)
		snprintf(a.name, sizeof(a.name), "%s", file->said->bundle);
	v = pg_begin(a.pg, why);
	if (v == V_OK)
		v = file_begin(&a, why);
	if (v == V_OK && !done->known) {
		v = apply_said(&a, why);
		if (v == V_OK)
			v = file_end(&a, why);
	}
	v = pg_end(a.pg, v, why);
	if (v == V_OK && a.text.len > 0)
		done->text = arena_text(mem, a.text.bytes, a.text.len);
	buf_done(&a.text);
	return v;
}
