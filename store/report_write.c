/* store/report_write.c - the report back, written from the books
 *
 * What became of a letter in words of the supplier; the lines themselves are
 * made by batch/report.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/advice.h"
#include "batch/report.h"
#include "store/books.h"

#define PIECE_BYTES ((size_t)65536)
#define HEAD_BYTES ((size_t)65536)
#define LINE_BYTES_MAX ((size_t)16384)
#define PAIR_MAX 400

/* --- the sum --- */

struct proof
job_proof(const struct job *job, int64_t uncounted)
{
	return (struct proof){ .in = job->letters + job->rejected,
		.delivered = job->n_delivered,
		.posted = job->n_posted,
		.rejected = job->rejected,
		.withdrawn = job->n_withdrawn,
		.open = job_open(job),
		.records = job->records,
		.promised_records =
			job->promised_letters < 0 && job->totals
				? job->records /* as the file itself says */
				: job->promised_letters,
		.promised_cents = job->promised_cents,
		.cents = job->cents,
		.their_delivered = job->their_delivered,
		.their_uncounted = uncounted };
}

enum verdict
store_job_uncounted(struct store *store, const char *job,
	int64_t *uncounted_out, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct pg_rows decided = PG_ROWS_NONE;
	struct attempt_row *rows;
	int64_t sum = 0;
	size_t i, c, count = 0;
	enum verdict v;

	v = store_attempt_list(store, job, &mem, &rows, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		if (!rows[i].has_result)
			continue;
		sum += rows[i].total;
		for (c = 0; c < RECEIPT_COUNTERS; c++)
			sum -= rows[i].counters[c];
	}
	arena_done(&mem);
	/* What is delivered because a person said so, nobody else counts. */
	if (v == V_OK)
		v = pg_ask(store->pg, "select n_decided from job where id = $1",
			PG_ARGS(PG_T(job)), &decided, why);
	if (v == V_OK && decided.count > 0)
		sum += pg_int(&decided, 0, 0);
	pg_rows_done(&decided);
	if (v == V_OK)
		*uncounted_out = sum;
	return v;
}

/* --- names --- */

/* What a name is without its endings, as report_rejected_name() has it. */
#define STEM(name)                                                             \
	"regexp_replace(regexp_replace(" name                                  \
	", '[.](gz|xz|zst|bz2)$', ''), '(.)[.][^.]*$', '\\1')"

enum verdict
store_report_names(struct store *store, const struct job *job,
	struct report_names *names_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	/* A name that has to be changed could become another's. */
	v = pg_ask(store->pg,
		"select bool_or(e.file = j.file), count(e.*) > 0, "
		"j.file ~ '[^A-Za-z0-9._-]|^[.]' from job j "
		"left join job e on e.stream = j.stream "
		"and e.number < j.number and " STEM("e.file") " = " STEM(
			"j.file") " where j.number = $1 group by j.file",
		PG_ARGS(PG_N(job->number)), &rows, why);
	if (v != V_OK)
		return v;
	if (rows.count == 1) {
		bool odd = pg_bool(&rows, 0, 2);

		report_name(job->file,
			odd || pg_bool(&rows, 0, 0) ? job->id : NULL,
			names_out->report);
		report_rejected_name(job->file,
			odd || pg_bool(&rows, 0, 1) ? job->id : NULL,
			names_out->rejected);
	} else {
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "no such job");
	}
	pg_rows_done(&rows);
	return v;
}

/* --- the first half --- */

/* A number of the supplier, or what he did not say. */
static const char *
control_word(const struct job *job)
{
	bool said = job->promised_letters >= 0 || job->promised_cents >= 0;

	if ((job->promised_letters >= 0 &&
		    job->promised_letters != job->records) ||
		(job->promised_cents >= 0 && job->promised_cents != job->cents))
		return "differs";
	return said || job->totals ? "agrees" : "none";
}

static void
put_file(struct buf *out, const struct job *job, int64_t now_ms)
{
	bool final = job->state >= JOB_SETTLED;

	report_text(out, "file", job->file, "bestand");
	report_text(out, "job", job->id, "jobnummer");
	report_text(out, "stream", job->stream, "berichtenstroom");
	report_text(out, "layout", job->format, "bestandsindeling");
	report_number(out, "edition", job->edition, "uitgave");
	report_number(out, "bytes", job->bytes, "grootte in bytes");
	report_moment(out, "received", job->received_ms, "ontvangen (UTC)");
	report_moment(out, "written", now_ms, "stand van (UTC)");
	report_text(out, "state", job_word(job->state), "toestand");
	report_text(out, "final", final ? "yes" : "no",
		final ? "dit is het laatste rapport over dit bestand"
		      : "er volgt nog een rapport over dit bestand");
	report_text(out, "delivery_number", job->delivery, "leveringsnummer");
	report_text(out, "period", job->period, "periode");
}

/* Why it was refused, or is held. */
static void
put_reason(struct buf *out, const struct job *job)
{
	const struct advice *advice = advice_find((int)job->reason_code);
	size_t place = report_place(job->reason);
	char text[FAULT_PLACE_MAX];

	if (job->reason_code == CODE_NONE)
		return;
	report_code(out, "code", job->reason_code,
		advice == NULL ? "code" : advice->titel);
	snprintf(text, sizeof(text), "%.*s",
		(int)(place < sizeof(text) ? place : 0), job->reason);
	report_text(out, "place", text, "plaats");
	report_text(out, "reason", job->reason + (place > 0 ? place + 2 : 0),
		"melding van het programma");
	if (advice != NULL)
		report_text(out, "what_to_do", advice->todo, advice->doen);
}

static void
put_counts(struct buf *out, const struct job *job)
{
	report_number(out, "records", job->records, "records in het bestand");
	report_number(out, "letters", job->letters, "brieven");
	report_number(out, "rejected", job->rejected, "afgekeurde records");
	report_number(out, "warnings", job->warnings, "waarschuwingen");
	report_number(out, "delivered", job->n_delivered,
		"in de Berichtenbox geplaatst");
	report_number(out, "posted", job->n_posted, "per post verzonden");
	if (job->n_returned > 0)
		report_number(out, "returned", job->n_returned,
			"waarvan door de post teruggestuurd");
	report_number(out, "withdrawn", job->n_withdrawn, "ingetrokken");
	report_number(out, "open", job_open(job), "nog niet klaar");
	report_number(out, "to_box",
		job->n_box + job->n_offered + job->n_unknown + job->n_resend,
		"waarvan op weg naar de Berichtenbox");
	report_number(out, "to_paper",
		job->n_paper + job->n_bundled + job->n_handed,
		"waarvan op weg naar de post");
	report_number(
		out, "held", job->n_held, "waarvan wachtend op een medewerker");
	report_number(out, "declined", job->n_declined,
		"door de Berichtenbox geweigerd, daarom op papier");
}

static void
put_totals(struct buf *out, const struct job *job)
{
	report_amount(out, "amount", job->cents, "totaalbedrag in euro");
	if (job->promised_letters >= 0)
		report_number(out, "announced_records", job->promised_letters,
			"aangekondigd aantal");
	if (job->promised_cents >= 0)
		report_amount(out, "announced_amount", job->promised_cents,
			"aangekondigd bedrag in euro");
	if (job->control[0] != '\0')
		report_text(out, "file_totals", job->control,
			"totalen in het bestand");
	report_text(out, "control_total", control_word(job),
		"controletotaal (agrees: klopt, differs: klopt niet, none: "
		"niet opgegeven)");
}

static enum verdict
put_head(struct store *store, const struct job *job, int64_t now_ms,
	struct buf *out, struct fault *why)
{
	struct report_names names;
	struct proof proof;
	char line[PROOF_LINE_MAX], pair[PAIR_MAX];
	int64_t uncounted = 0;
	bool due = false;
	enum verdict v;

	report_begin(out);
	put_file(out, job, now_ms);
	put_reason(out, job);
	/* Before it was read nothing is counted. */
	if (job->split_ms == 0)
		return V_OK;
	put_counts(out, job);
	put_totals(out, job);
	v = store_job_uncounted(store, job->id, &uncounted, why);
	if (v == V_OK)
		v = store_report_names(store, job, &names, why);
	if (v == V_OK)
		v = store_repair_due(store, job->id, &due, why);
	if (v != V_OK)
		return v;
	proof = job_proof(job, uncounted);
	(void)proof_line(&proof, line);
	report_text(out, "sum", line, "sluitende telling");
	if (due) {
		snprintf(pair, sizeof(pair), "%s*", names.rejected);
		report_text(out, "rejected_file", pair,
			"de afgekeurde records met hun documenten, om te "
			"herstellen en opnieuw aan te leveren; een "
			"printbestand met alle pagina's wordt niet herhaald");
	}
	return V_OK;
}

/* --- the second half --- */

struct phrase {
	enum outcome outcome;
	const char *text, *tekst;
};

/* By enum letter_state. */
static const struct phrase phrases[] = {
	[LETTER_SPLIT] = { OUTCOME_OPEN, "no channel was chosen yet",
		"er is nog geen kanaal gekozen" },
	[LETTER_BOX] = { OUTCOME_BOX, "goes to the Berichtenbox",
		"gaat naar de Berichtenbox" },
	[LETTER_PAPER] = { OUTCOME_PAPER, "goes on paper", "gaat op papier" },
	[LETTER_OFFERED] = { OUTCOME_BOX,
		"offered to the Berichtenbox, no result yet",
		"aangeboden aan de Berichtenbox, nog geen uitslag" },
	[LETTER_DELIVERED] = { OUTCOME_DELIVERED, "in the Berichtenbox",
		"in de Berichtenbox geplaatst" },
	[LETTER_DECLINED] = { OUTCOME_PAPER, "declined by the Berichtenbox",
		"door de Berichtenbox geweigerd" },
	[LETTER_UNKNOWN] = { OUTCOME_BOX,
		"offered to the Berichtenbox, outcome unknown",
		"aangeboden aan de Berichtenbox, uitslag onbekend" },
	[LETTER_RESEND] = { OUTCOME_BOX, "will be offered again",
		"wordt opnieuw aangeboden" },
	[LETTER_HELD] = { OUTCOME_HELD, "waits for a person",
		"wacht op een medewerker" },
	[LETTER_BUNDLED] = { OUTCOME_PAPER, "in a bundle for the printer",
		"in een bundel voor de drukker" },
	[LETTER_HANDED_OVER] = { OUTCOME_PAPER, "with the printer",
		"bij de drukker" },
	[LETTER_POSTED] = { OUTCOME_POSTED, "posted", "op de post gedaan" },
	[LETTER_REJECTED] = { OUTCOME_REJECTED, "rejected", "afgekeurd" },
	[LETTER_WITHDRAWN] = { OUTCOME_WITHDRAWN, "withdrawn by a person",
		"ingetrokken door een medewerker" },
};

/* Why a letter is not in a box, where its own state does not say it. */
static enum code
paper_code(const struct report_row *row)
{
	switch (row->paper) {
	case PAPER_NONE:
		break;
	case PAPER_NO_BSN:
		return CODE_NO_BSN;
	case PAPER_TOO_LARGE:
	case PAPER_TOO_MANY:
	case PAPER_PDF:
		return CODE_DOCUMENT_BOX;
	case PAPER_ASKED:
		return CODE_PAPER_ASKED;
	case PAPER_NEVER:
	case PAPER_BACK:
		return CODE_BOX_ONLY;
	case PAPER_FIELD:
		/* Its warning tells which. */
		return CODE_FIELD_FORM;
	}
	return row->rule == 0 || row->box ? CODE_NONE : CODE_NOT_SUBSCRIBED;
}

/* Posted, and it came back. */
static void
put_returned(const struct report_row *row, struct report_line *line, char *text,
	char *tekst)
{
	int year, month, day;

	clock_date(row->returned_day, &year, &month, &day);
	snprintf(text, PAIR_MAX,
		"posted, and returned by the post on %04d-%02d-%02d: %s%s",
		year, month, day, returned_word(row->returned),
		row->new_address ? ", a new address is known" : "");
	snprintf(tekst, PAIR_MAX,
		"op de post gedaan, en op %04d-%02d-%02d teruggekomen: %s%s",
		year, month, day, returned_woord(row->returned),
		row->new_address ? ", er is een nieuw adres bekend" : "");
	line->code = CODE_RETURNED;
	line->message = text;
	line->melding = tekst;
}

static void
put_letter(const struct report_row *row, struct report_line *line, char *text,
	char *tekst)
{
	const struct phrase *phrase = &phrases[row->state];
	const struct advice *advice;

	line->outcome = phrase->outcome;
	line->field = "";
	if (row->returned != 0) {
		put_returned(row, line, text, tekst);
		return;
	}
	if (row->code == CODE_NONE && (phrase->outcome == OUTCOME_PAPER ||
					      row->state == LETTER_POSTED))
		line->code = paper_code(row);
	advice = advice_find((int)line->code);
	if (line->code == CODE_NONE || advice == NULL) {
		line->message = phrase->text;
		line->melding = phrase->tekst;
		return;
	}
	snprintf(text, PAIR_MAX, "%s: %s%s%s", phrase->text, advice->title,
		row->wire_code[0] == '\0' ? "" : ", ", row->wire_code);
	snprintf(tekst, PAIR_MAX, "%s: %s", phrase->tekst, advice->titel);
	line->message = text;
	line->melding = tekst;
}

static void
put_row(struct buf *out, const struct report_row *row)
{
	struct report_line line = { .record = row->record,
		.part = row->part + 1,
		.line = row->line,
		.reference = row->reference,
		.code = row->code,
		.field = row->field,
		.message = row->message };
	const struct advice *advice = advice_find((int)row->code);
	char text[PAIR_MAX], tekst[PAIR_MAX];

	if (row->kind == REPORT_LETTER) {
		put_letter(row, &line, text, tekst);
	} else {
		line.outcome = row->kind == REPORT_WARNING ? OUTCOME_WARNING
							   : OUTCOME_REJECTED;
		line.melding = advice == NULL ? "" : advice->titel;
	}
	report_line(out, &line);
}

enum verdict
store_report_write(struct store *store, const struct job *job, int64_t now_ms,
	enum verdict (*write)(
		void *self, const void *bytes, size_t len, struct fault *why),
	void *self, struct fault *why)
{
	struct buf out = BUF_MAX(HEAD_BYTES + PIECE_BYTES + LINE_BYTES_MAX);
	struct report *report = NULL;
	struct report_row row;
	enum verdict v;

	v = put_head(store, job, now_ms, &out, why);
	report_columns(&out);
	if (v == V_OK && job->split_ms != 0)
		v = store_report_begin(store, job->id, &report, why);
	while (v == V_OK && report != NULL) {
		v = store_report_next(report, &row, why);
		if (v == V_OK)
			put_row(&out, &row);
		if (v == V_OK && out.len >= PIECE_BYTES) {
			v = write(self, out.bytes, out.len, why);
			buf_reset(&out);
		}
	}
	store_report_close(report);
	if (v == V_OK || v == V_END)
		v = write(self, out.bytes, out.len, why);
	buf_done(&out);
	return v;
}
