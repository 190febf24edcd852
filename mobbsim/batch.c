/* mobbsim/batch.c - see mobbsim/batch.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "mobbsim/batch.h"
#include "mobbsim/document.h"
#include "mobbsim/outfile.h"
#include "mobbsim/pack.h"
#include "mobbsim/place.h"

#define COPY_BYTES ((size_t)1 << 20)
#define OIN_MAX 21

struct maker {
	const struct batch_plan *plan;
	const struct stream *stream;
	struct place place;
	struct supply supply;
	char sender[OIN_MAX];
	struct citizens citizens;
	struct flaws flaws;
	bool documents;
	struct outfile out;	 /* the batch file */
	struct outfile index;	 /* packed: records, until the PDFs are in */
	struct outfile *records; /* where records go: one of the two */
	struct pack *pack;
	struct outfile truth;
	struct document document;
	struct item *item;
	int64_t sound;			  /* the last record without flaw */
	char sound_bsn[CITIZEN_TEXT_MAX]; /* and who it was for */
	char first_href[STREAM_HREF_MAX]; /* of record 1 */
	int64_t first_pages[2];
};

bool
batch_date(const char *text, int32_t *days_out)
{
	int64_t n;

	return strlen(text) == 8 && text_number(text, 99999999, &n) &&
	       clock_day((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100),
		       days_out);
}

/* --- the record --- */

static void
apply_flaw(struct item *item)
{
	char *surname = item->who.surname;

	if (item->flaw == FLAW_BSN)
		/* One more or less in the last digit never passes. */
		item->bsn[8] =
			item->bsn[8] == '9' ? '8' : (char)(item->bsn[8] + 1);
	else if (item->flaw == FLAW_BSN_SHORT)
		item->bsn[8] = '\0';
	else if (item->flaw == FLAW_LONG) {
		memset(surname, 'a', 201);
		surname[0] = 'L';
		surname[201] = '\0';
	}
}

/* The item of a record, with its flaw. */
static void
roll_item(struct maker *m, int64_t record)
{
	enum flaw flaw =
		flaw_at(&m->flaws, record, m->plan->letters, m->plan->bad);
	bool has = m->stream->has_bsn == NULL ||
		   m->stream->has_bsn(&m->supply, record);
	char bsn[CITIZEN_TEXT_MAX] = "";
	struct item *item = m->item;

	memset(item, 0, m->stream->item_bytes);
	if (flaw != FLAW_NONE || has)
		citizens_next(&m->citizens, bsn);
	if (flaw == FLAW_DOUBLE && m->stream->twin) {
		m->stream->roll(&m->supply, m->sound, m->sound_bsn, item);
		item->record = record;
	} else {
		m->stream->roll(&m->supply, record, bsn, item);
		/* A flaw is shown by a citizen, whatever the dice said. */
		if (flaw != FLAW_NONE)
			memcpy(item->bsn, bsn, sizeof(bsn));
	}
	item->flaw = flaw;
	if (flaw == FLAW_DOUBLE) {
		assert(m->sound > 0);
		item->like = m->sound;
	}
	apply_flaw(item);
	if (flaw == FLAW_NONE) {
		m->sound = record;
		memcpy(m->sound_bsn, item->bsn, sizeof(item->bsn));
	}
}

static void
add_truth(struct maker *m, const char *sha256)
{
	static const char *const outcomes[] = {
		[BOX_NONE] = "paper",
		[BOX_OPEN] = "box",
		[BOX_LATE] = "late",
	};
	const struct item *item = m->item;
	enum code whole = spoil_code(m->plan->spoil, m->stream->kind);
	enum code code = whole != CODE_NONE ? whole : flaw_code(item->flaw);
	bool outside = m->plan->spoil == SPOIL_PAGES &&
		       item->record == m->plan->letters;
	char reference[STREAM_REFERENCE_MAX];
	const char *outcome = "paper";
	struct buf *to = &m->truth.buf;

	m->stream->reference(&m->supply, item, reference);
	if (outside)
		code = CODE_DOCUMENT;
	if (whole != CODE_NONE || outside || flaw_rejects(item->flaw))
		outcome = "rejected";
	else if (item->bsn[0] != '\0')
		outcome = outcomes[citizen_box(item->bsn)];
	buf_format(to, "%" PRId64 ";%s;%s;%s;", item->record, reference,
		item->bsn, outcome);
	if (code != CODE_NONE)
		buf_format(to, "MOBB-%04d", (int)code);
	buf_format(to, ";%s\n", sha256);
}

/* What the file says twice: record 2 has the document of record 1. */
static void
share_document(struct maker *m)
{
	struct item *item = m->item;

	if (item->record == 1) {
		memcpy(m->first_href, item->href, sizeof(item->href));
		m->first_pages[0] = item->first_page;
		m->first_pages[1] = item->last_page;
	} else if (item->record == 2) {
		memcpy(item->href, m->first_href, sizeof(item->href));
		item->first_page = m->first_pages[0];
		item->last_page = m->first_pages[1];
	}
}

/* Spoil what was added to the records since `from`. */
static void
spoil(struct maker *m, int64_t part, size_t from)
{
	if (m->plan->spoil != SPOIL_NONE)
		spoil_text(m->plan->spoil, part, m->plan->letters, from,
			&m->records->buf);
}

static enum verdict
add_record(struct maker *m, int64_t record, struct fault *why)
{
	bool twice = m->plan->spoil == SPOIL_DOC_TWICE;
	char sha256[DIGEST_HEX_MAX] = "";
	enum verdict v = V_OK;
	size_t from;

	roll_item(m, record);
	if (m->documents)
		v = document_add(&m->document, m->item, m->pack,
			!(twice && record == 2), sha256, why);
	if (v != V_OK)
		return v;
	if (twice)
		share_document(m);
	if (m->plan->spoil == SPOIL_PAGES && record == m->plan->letters)
		m->item->last_page++;
	from = m->records->buf.len;
	m->stream->write(&m->supply, m->item, &m->records->buf);
	spoil(m, record, from);
	add_truth(m, sha256);
	v = outfile_spill(m->records, why);
	if (v == V_OK)
		v = outfile_spill(&m->truth, why);
	return v;
}

/* --- the file --- */

/* What was written aside follows into the container. */
static enum verdict
add_file(struct maker *m, struct outfile *file, const char *name,
	struct fault *why)
{
	int64_t offset = 0, size;
	enum verdict v;
	char *room;
	size_t got;

	v = outfile_flush(file, why);
	if (v != V_OK)
		return v;
	room = mem_new(COPY_BYTES);
	size = (int64_t)lseek(file->fd, 0, SEEK_CUR);
	v = pack_member(m->pack, name, size, why);
	while (v == V_OK) {
		v = file_read_at(file->fd, room, COPY_BYTES, offset, &got, why);
		if (v != V_OK || got == 0)
			break;
		v = pack_add(m->pack, room, got, why);
		offset += (int64_t)got;
	}
	free(room);
	return v;
}

static enum verdict
finish_pack(struct maker *m, struct fault *why)
{
	struct outfile *print = NULL;
	enum verdict v = V_OK;

	if (m->documents && m->plan->spoil == SPOIL_DOC_UNUSED)
		v = document_extra(&m->document, m->item, m->pack, why);
	if (v == V_OK && m->documents)
		v = document_end(&m->document, &print, why);
	if (v == V_OK && print != NULL)
		v = add_file(m, print, "print.pdf", why);
	if (v == V_OK)
		v = add_file(m, &m->index, m->stream->payload, why);
	if (v == V_OK)
		v = pack_finish(m->pack, why);
	return v;
}

static enum verdict
open_part(struct maker *m, int part, struct fault *why)
{
	char path[BATCH_PATH_MAX], aside[BATCH_PATH_MAX + 8];
	enum verdict v;

	place_part(&m->place, part, path);
	v = outfile_open(&m->out, path, why);
	m->records = &m->out;
	if (v != V_OK || m->place.pack == PACK_NONE)
		return v;
	m->records = &m->index;
	snprintf(aside, sizeof(aside), "%s.index", path);
	v = outfile_hidden(&m->index, aside, why);
	if (v == V_OK)
		v = pack_open(m->out.fd, m->place.pack, &m->pack, why);
	snprintf(aside, sizeof(aside), "%s.pages", path);
	if (v == V_OK && m->documents)
		v = document_begin(&m->document, aside, why);
	return v;
}

static void
close_part(struct maker *m)
{
	pack_free(m->pack);
	m->pack = NULL;
	outfile_close(&m->out);
	outfile_close(&m->index);
}

static enum verdict
put_totals(const struct maker *m, const char *path, struct fault *why)
{
	struct outfile totals = OUTFILE_NONE;
	char name[BATCH_PATH_MAX + 8];
	enum verdict v;

	snprintf(name, sizeof(name), "%s.totals", path);
	v = outfile_open(&totals, name, why);
	if (v != V_OK)
		return v;
	buf_format(&totals.buf, "letters=%" PRId64, m->supply.sum.records);
	if (m->stream->amounts)
		buf_format(&totals.buf, " amount=%" PRId64 ".%02d",
			m->supply.sum.cents / 100,
			(int)(m->supply.sum.cents % 100));
	buf_text(&totals.buf, "\n");
	v = outfile_keep(&totals, why);
	outfile_close(&totals);
	return v;
}

static enum verdict
make_part(struct maker *m, int part, struct fault *why)
{
	int64_t parts = m->place.parts == 0 ? 1 : m->place.parts;
	int64_t letters = m->plan->letters, record, end;
	char path[BATCH_PATH_MAX];
	enum verdict v;
	size_t from;

	v = open_part(m, part, why);
	if (v != V_OK)
		return v;
	from = m->records->buf.len;
	m->stream->head(&m->supply, &m->records->buf);
	spoil(m, SPOIL_HEAD, from);
	record = (part - 1) * letters / parts + 1;
	end = m->plan->spoil == SPOIL_EMPTY ? 0 : part * letters / parts;
	for (; record <= end; record++) {
		v = add_record(m, record, why);
		if (v != V_OK)
			return v;
	}
	from = m->records->buf.len;
	if (m->plan->spoil != SPOIL_NO_TRAILER)
		m->stream->tail(&m->supply, &m->records->buf);
	spoil(m, SPOIL_TAIL, from);
	if (m->pack != NULL)
		v = finish_pack(m, why);
	/* The sidecars first: the last file says that all is there. */
	place_part(&m->place, part, path);
	if (v == V_OK && part == parts)
		v = put_totals(m, path, why);
	if (v == V_OK && part == parts)
		v = outfile_keep(&m->truth, why);
	if (v == V_OK)
		v = outfile_keep(&m->out, why);
	return v;
}

static enum verdict
make(struct maker *m, struct fault *why)
{
	char truth[BATCH_PATH_MAX + 16];
	int part = 0;
	enum verdict v;

	snprintf(truth, sizeof(truth), "%s.truth.csv", m->place.path);
	v = outfile_open(&m->truth, truth, why);
	if (v != V_OK)
		return v;
	buf_text(&m->truth.buf,
		"record;reference;bsn;outcome;code;document_sha256\n");
	do {
		v = make_part(m, ++part, why);
		close_part(m);
	} while (v == V_OK && part < m->place.parts);
	return v;
}

/* Do the options go together? */
static enum verdict
judge_plan(struct maker *m, struct fault *why)
{
	const struct batch_plan *plan = m->plan;
	enum spoil kind = plan->spoil;
	bool of_documents = kind == SPOIL_DOC_UNUSED || kind == SPOIL_DOC_TWICE;
	const char *wrong = NULL;

	if (!m->documents && !m->stream->bare)
		wrong = "this stream does not go without documents: --out "
			"ends in .zip or .tar.gz";
	else if (plan->parts > 0 && !m->stream->parts)
		wrong = "--parts is for --stream woz";
	else if (plan->parts > plan->letters)
		wrong = "--parts is more than --letters";
	else if (!spoil_fits(kind, m->stream->kind, m->stream->pages))
		wrong = "--spoil: not for this stream";
	else if (of_documents && (!m->documents || m->place.pack == PACK_NONE ||
					 plan->letters < 2 || plan->bad > 0))
		wrong = "--spoil doc-...: for two or more letters with "
			"documents, without --bad";
	else if (!flaws_choose(m->stream->flaws, m->stream->flaw_count,
			 m->documents, plan->faults, &m->flaws))
		wrong = "--faults: not for this stream; see mobbsim(1)";
	return wrong == NULL
		       ? V_OK
		       : fault_set(why, V_BROKEN, CODE_USAGE, "%s", wrong);
}

static void
fill_supply(struct maker *m)
{
	const struct batch_plan *plan = m->plan;

	m->supply = (struct supply){
		.seed = plan->seed,
		.letters = plan->letters,
		.date = plan->date,
		.sender = m->sender,
		.number = plan->number,
		.environment = plan->spoil == SPOIL_ENVIRONMENT ? 'P' : 'T',
		.weeks = plan->weeks,
		.passport = plan->passport,
		.crlf = plan->crlf,
		.spoil = plan->spoil,
	};
	clock_date(
		plan->date, &m->supply.year, &m->supply.month, &m->supply.day);
	snprintf(m->sender, sizeof(m->sender), "%s", plan->sender);
}

enum verdict
batch_make(const struct batch_plan *plan, char path_out[BATCH_PATH_MAX],
	struct fault *why)
{
	struct maker m = {
		.plan = plan,
		.stream = plan->stream,
		.out = OUTFILE_NONE,
		.index = OUTFILE_NONE,
		.truth = OUTFILE_NONE,
	};
	enum verdict v;

	assert(plan->letters > 0 && plan->letters <= BATCH_LETTERS_MAX);
	assert(plan->bad >= 0 && plan->bad <= plan->letters);
	fill_supply(&m);
	v = place_find(plan, &m.supply, &m.place, why);
	if (v != V_OK)
		return v;
	m.documents = !plan->bare &&
		      (m.place.packs_documents ||
			      (m.stream->inlines && plan->pdf_max > 0));
	v = judge_plan(&m, why);
	if (v != V_OK)
		return v;
	/* Only the file names its sender wrongly, not its name. */
	if (plan->spoil == SPOIL_SENDER)
		m.sender[19] = m.sender[19] == '9' ? '8' : '9';
	m.item = mem_zero(1, m.stream->item_bytes);
	document_init(
		&m.document, m.stream, &m.supply, plan->pdf_min, plan->pdf_max);
	citizens_init(&m.citizens, plan->seed);
	v = make(&m, why);
	if (v == V_OK)
		memcpy(path_out, m.place.path, sizeof(m.place.path));
	citizens_done(&m.citizens);
	document_done(&m.document);
	close_part(&m);
	outfile_close(&m.truth);
	free(m.item);
	return v;
}
