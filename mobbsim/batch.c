/* mobbsim/batch.c - see mobbsim/batch.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/pdf.h"
#include "base/text.h"
#include "mobbsim/batch.h"
#include "mobbsim/citizen.h"
#include "mobbsim/dice.h"
#include "mobbsim/outfile.h"
#include "mobbsim/woz.h"

#define DOCUMENT_MAX ((size_t)(BATCH_PDF_BYTES_MAX + 1000000))
#define COPY_BYTES ((size_t)1 << 20)
#define PASSWORD "oefening"
#define TRIES_MAX 4 /* to hit the wanted size of a PDF */

/* What a web server says when it has no PDF to give. */
static const char html[] =
	"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n"
	"<body><h1>502 Bad Gateway</h1><p>The document server did not answer "
	"in time.</p></body></html>\n";

struct maker {
	const struct batch_plan *plan;
	struct woz_file file;
	struct citizens citizens;
	bool zip, documents;
	struct outfile out;	 /* the batch file */
	struct outfile index;	 /* zip: records, until the PDFs are in */
	struct outfile *records; /* where records go: one of the two */
	struct archive_out *archive;
	struct outfile truth;
	struct buf work, pdf, other, base64;
	int64_t natural; /* bytes of a letter without padding */
	int64_t amount_cents;
};

bool
batch_date(const char *text, int32_t *days_out)
{
	int64_t n;

	return strlen(text) == 8 && text_number(text, 99999999, &n) &&
	       clock_day((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100),
		       days_out);
}

static enum flaw
flaw_of(const struct maker *m, int64_t record)
{
	return flaw_at(record, m->plan->letters, m->plan->bad, m->documents);
}

/* --- the document --- */

/* A letter of the wanted size: what is missing is padding. */
static enum verdict
make_pdf(struct maker *m, const struct woz *woz, struct fault *why)
{
	int64_t min = m->plan->pdf_min, max = m->plan->pdf_max;
	struct dice dice = dice_of(m->plan->seed + 1, -woz->record - 2);
	int64_t want = 0, padding = 0;
	enum verdict v = V_OK;
	int tries;

	if (max > 0)
		want = min + dice_roll(&dice, max - min + 1);
	if (want > m->natural && m->natural > 0)
		padding = want - m->natural;
	for (tries = 0; tries < TRIES_MAX; tries++) {
		int64_t len;

		buf_reset(&m->pdf);
		v = woz_letter(&m->file, woz, padding, &m->work, &m->pdf, why);
		if (v != V_OK)
			return v;
		len = (int64_t)m->pdf.len;
		m->natural = len - padding;
		if (max == 0 || (len >= min && len <= max))
			return V_OK;
		if (want < m->natural)
			want = m->natural < max ? m->natural : max;
		padding += want - len;
		if (padding < 0)
			break;
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"--pdf-bytes: a letter has at least %" PRId64 " bytes",
		m->natural);
}

/* What is delivered as the document of `woz`, in `*doc_out`. */
static enum verdict
make_document(struct maker *m, const struct woz *woz,
	const struct buf **doc_out, struct fault *why)
{
	enum verdict v;

	if (woz->flaw == FLAW_DOC_HTML) {
		buf_reset(&m->other);
		buf_text(&m->other, html);
		*doc_out = &m->other;
		return V_OK;
	}
	v = make_pdf(m, woz, why);
	if (v != V_OK)
		return v;
	*doc_out = &m->pdf;
	if (woz->flaw != FLAW_DOC_LOCKED)
		return V_OK;
	buf_reset(&m->other);
	v = pdf_lock(m->pdf.bytes, m->pdf.len, PASSWORD, &m->other, why);
	*doc_out = &m->other;
	return v;
}

static enum verdict
put_member(struct maker *m, const struct woz *woz, const struct buf *doc,
	struct fault *why)
{
	enum verdict v;

	v = archive_member_begin(m->archive, woz->href, (int64_t)doc->len, why);
	if (v == V_OK)
		v = archive_member_add(m->archive, doc->bytes, doc->len, why);
	return v;
}

/* Make the document, deliver it, and let the record say what it says of it.
 * `sha256_out` is what was really delivered, "" when nothing was.
 */
static enum verdict
add_document(struct maker *m, struct woz *woz, char sha256_out[DIGEST_HEX_MAX],
	struct fault *why)
{
	uint8_t sum[DIGEST_BYTES];
	const struct buf *doc;
	enum verdict v;

	sha256_out[0] = '\0';
	if (!m->documents)
		return V_OK;
	/* Inline, what is not there leaves no element behind. */
	if (woz->flaw == FLAW_DOC_MISSING && !m->zip)
		return V_OK;
	v = make_document(m, woz, &doc, why);
	if (v != V_OK)
		return v;
	digest_of(doc->bytes, doc->len, sum);
	digest_hex(sum, sizeof(sum), woz->sha256);
	if (m->zip) {
		snprintf(woz->href, sizeof(woz->href), "woz-%04d-%09d.pdf",
			woz->year % 10000, (int)(woz->record % 1000000000));
		if (woz->flaw == FLAW_DOC_MISSING)
			return V_OK;
		v = put_member(m, woz, doc, why);
	} else {
		buf_reset(&m->base64);
		if (buf_room(&m->base64, BASE64_LEN(doc->len) + 1) == NULL)
			return fault_set(why, V_BROKEN, CODE_LIMIT,
				"document is too large");
		buf_used(&m->base64,
			base64_encode(doc->bytes, doc->len, m->base64.bytes));
		woz->base64 = m->base64.bytes;
	}
	memcpy(sha256_out, woz->sha256, DIGEST_HEX_MAX);
	if (woz->flaw == FLAW_DOC_HASH)
		woz->sha256[0] = woz->sha256[0] == '0' ? '1' : '0';
	return v;
}

/* --- the record --- */

static void
apply_flaw(const struct maker *m, struct woz *woz)
{
	int64_t earlier;

	switch (woz->flaw) {
	case FLAW_BSN:
		/* One more or less in the last digit never passes. */
		woz->bsn[8] =
			woz->bsn[8] == '9' ? '8' : (char)(woz->bsn[8] + 1);
		break;
	case FLAW_BSN_SHORT:
		woz->bsn[8] = '\0';
		break;
	case FLAW_LONG:
		memset(woz->surname, 'a', 201);
		woz->surname[0] = 'L';
		woz->surname[201] = '\0';
		break;
	case FLAW_DOUBLE:
		for (earlier = woz->record - 1;
			flaw_of(m, earlier) != FLAW_NONE; earlier--)
			assert(earlier > 1);
		woz->number += earlier - woz->record;
		break;
	case FLAW_NONE:
	case FLAW_ABSENT:
	case FLAW_DATE:
	case FLAW_AMOUNT:
	case FLAW_TWO_IDS:
	case FLAW_DOC_MISSING:
	case FLAW_DOC_HASH:
	case FLAW_DOC_HTML:
	case FLAW_DOC_LOCKED:
	case FLAW_COUNT:
		break;
	}
}

static void
add_truth(struct maker *m, const struct woz *woz, const char *sha256)
{
	static const char *const outcomes[] = {
		[BOX_NONE] = "paper",
		[BOX_OPEN] = "box",
		[BOX_LATE] = "late",
	};
	char reference[WOZ_REFERENCE_MAX];
	struct buf *to = &m->truth.buf;

	woz_reference(woz, reference);
	buf_format(to, "%" PRId64 ";%s;%s;", woz->record, reference, woz->bsn);
	if (woz->flaw != FLAW_NONE)
		buf_format(to, "rejected;MOBB-%04d;%s\n",
			(int)flaw_code(woz->flaw), sha256);
	else
		buf_format(to, "%s;;%s\n",
			woz->bsn[0] == '\0' ? "paper"
					    : outcomes[citizen_box(woz->bsn)],
			sha256);
}

static enum verdict
add_record(struct maker *m, int64_t record, struct fault *why)
{
	char sha256[DIGEST_HEX_MAX], bsn[CITIZEN_TEXT_MAX] = "";
	enum flaw flaw = flaw_of(m, record);
	struct woz woz;
	enum verdict v;

	if (flaw != FLAW_NONE || woz_has_bsn(&m->file, record))
		citizens_next(&m->citizens, bsn);
	woz_roll(&m->file, record, bsn, &woz);
	woz.flaw = flaw;
	/* A flaw is shown by a citizen, whatever the dice said. */
	if (flaw != FLAW_NONE)
		memcpy(woz.bsn, bsn, sizeof(bsn));
	apply_flaw(m, &woz);
	v = add_document(m, &woz, sha256, why);
	if (v != V_OK)
		return v;
	woz_write(&m->file, &woz, &m->records->buf);
	add_truth(m, &woz, sha256);
	if (flaw != FLAW_AMOUNT)
		m->amount_cents += woz.amount_cents;
	v = outfile_spill(m->records, why);
	if (v == V_OK)
		v = outfile_spill(&m->truth, why);
	return v;
}

/* --- the file --- */

/* The records follow the documents into the archive. */
static enum verdict
add_index(struct maker *m, struct fault *why)
{
	int64_t offset = 0;
	enum verdict v;
	size_t got;
	char *room;

	v = outfile_flush(&m->index, why);
	if (v != V_OK)
		return v;
	buf_reset(&m->other);
	room = buf_room(&m->other, COPY_BYTES);
	assert(room != NULL);
	v = archive_member_begin(m->archive, "index.xml",
		(int64_t)lseek(m->index.fd, 0, SEEK_CUR), why);
	while (v == V_OK) {
		v = file_read_at(
			m->index.fd, room, COPY_BYTES, offset, &got, why);
		if (v != V_OK || got == 0)
			break;
		v = archive_member_add(m->archive, room, got, why);
		offset += (int64_t)got;
	}
	if (v == V_OK)
		v = archive_finish(m->archive, why);
	if (v == V_OK)
		m->archive = NULL;
	return v;
}

static enum verdict
open_files(struct maker *m, struct fault *why)
{
	char path[PATH_MAX];
	enum verdict v;

	if (strlen(m->plan->out) > PATH_MAX - 32)
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "file name is too long");
	v = outfile_open(&m->out, m->plan->out, why);
	if (v != V_OK)
		return v;
	m->records = &m->out;
	if (m->zip) {
		m->records = &m->index;
		snprintf(path, sizeof(path), "%s.index", m->plan->out);
		v = outfile_hidden(&m->index, path, why);
		if (v == V_OK)
			v = archive_create(m->out.fd, false, &m->archive, why);
	}
	if (v != V_OK)
		return v;
	snprintf(path, sizeof(path), "%s.truth.csv", m->plan->out);
	return outfile_open(&m->truth, path, why);
}

static enum verdict
put_totals(const struct maker *m, struct fault *why)
{
	struct outfile totals = OUTFILE_NONE;
	char path[PATH_MAX];
	enum verdict v;

	snprintf(path, sizeof(path), "%s.totals", m->plan->out);
	v = outfile_open(&totals, path, why);
	if (v != V_OK)
		return v;
	buf_format(&totals.buf, "letters=%" PRId64 " amount=%" PRId64 ".%02d\n",
		m->plan->letters, m->amount_cents / 100,
		(int)(m->amount_cents % 100));
	v = outfile_keep(&totals, why);
	outfile_close(&totals);
	return v;
}

static enum verdict
make(struct maker *m, struct fault *why)
{
	enum verdict v;
	int64_t record;

	v = open_files(m, why);
	if (v != V_OK)
		return v;
	buf_text(&m->truth.buf,
		"record;reference;bsn;outcome;code;document_sha256\n");
	woz_head(&m->records->buf);
	for (record = 1; record <= m->plan->letters; record++) {
		v = add_record(m, record, why);
		if (v != V_OK)
			return v;
	}
	woz_tail(&m->records->buf);
	if (m->zip)
		v = add_index(m, why);
	/* The sidecars first: the file itself says that all is there. */
	if (v == V_OK)
		v = put_totals(m, why);
	if (v == V_OK)
		v = outfile_keep(&m->truth, why);
	if (v == V_OK)
		v = outfile_keep(&m->out, why);
	return v;
}

enum verdict
batch_make(const struct batch_plan *plan, struct fault *why)
{
	size_t len = strlen(plan->out);
	struct maker m = {
		.plan = plan,
		.file = { plan->seed, plan->letters, plan->date, plan->sender },
		.out = OUTFILE_NONE,
		.index = OUTFILE_NONE,
		.truth = OUTFILE_NONE,
		.work = BUF_MAX(DOCUMENT_MAX),
		.pdf = BUF_MAX(DOCUMENT_MAX),
		.other = BUF_MAX(DOCUMENT_MAX),
		.base64 = BUF_MAX(BASE64_LEN(DOCUMENT_MAX) + 1),
	};
	enum verdict v;

	assert(plan->letters > 0 && plan->letters <= BATCH_LETTERS_MAX);
	assert(plan->bad >= 0 && plan->bad <= plan->letters);
	m.zip = !plan->plain && len > 4 &&
		strcmp(plan->out + len - 4, ".zip") == 0;
	if (!m.zip && !plan->plain &&
		(len <= 4 || strcmp(plan->out + len - 4, ".xml") != 0))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--out ends in .zip or .xml, or add --plain");
	m.documents = m.zip || plan->pdf_max > 0;
	citizens_init(&m.citizens, plan->seed);
	v = make(&m, why);
	citizens_done(&m.citizens);
	archive_abandon(m.archive);
	outfile_close(&m.out);
	outfile_close(&m.index);
	outfile_close(&m.truth);
	buf_done(&m.work);
	buf_done(&m.pdf);
	buf_done(&m.other);
	buf_done(&m.base64);
	return v;
}
