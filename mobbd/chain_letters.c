/* mobbd/chain_letters.c - see mobbd/chain_letters.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/page.h"
#include "base/pdf.h"
#include "mobbd/chain_letters.h"

#define DAY_MS INT64_C(86400000)
#define DOCUMENT_MAX ((size_t)ATTACHMENT_BOX_BYTES + 100000)
#define TEXT_MAX ((size_t)20000)
#define TRIES_MAX 12 /* to hit a size exactly */
#define WRONG_TYPE "ZZZZZZZZ"
#define WRONG_OIN "00000099999999990000"

static const char lines[] =
	"Dit is de eerste alinea van een ketentest.\n"
	"Deze regel begint op een nieuwe regel.\n\n"
	"Kijk op https://www.example.nl/ketentest voor meer.\n\n"
	"Met vriendelijke groet,\nde afzender";

/* --- documents --- */

static enum verdict
make_pdf(const struct chain_case *c, int nth, size_t padding, struct buf *work,
	struct buf *out, struct fault *why)
{
	char title[80], body[300];
	struct page_letter letter = { .sender = "Ketentest",
		.address = "",
		.title = title,
		.body = body,
		.created = "2026-01-01T00:00:00",
		.padding_bytes = padding,
		.seed = (uint64_t)nth };
	enum verdict v;

	snprintf(title, sizeof(title), "Ketentest: bijlage %d", nth);
	snprintf(body, sizeof(body),
		"Dit is bijlage %d van geval \"%.40s\" van een ketentest.\n\n"
		"Aan deze brief kunnen geen rechten worden ontleend.",
		nth, c->name);
	buf_reset(work);
	buf_reset(out);
	v = page_letter(&letter, work, why);
	return v == V_OK ? pdf_claim(work->bytes, work->len, "nl-NL", title,
				   out, why)
			 : v;
}

/* Of exactly `want` bytes, or as it comes.  What is missing is padding; the
 * numbers in the file that tell its length make a few tries necessary.
 */
static enum verdict
make_document(const struct chain_case *c, int nth, int64_t want,
	struct buf *out, struct fault *why)
{
	struct buf work = BUF_MAX(DOCUMENT_MAX);
	int64_t padding = 0;
	enum verdict v = V_OK;
	int tries;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		v = make_pdf(c, nth, (size_t)padding, &work, out, why);
		if (v != V_OK || want == 0 || (int64_t)out->len == want)
			break;
		padding += want - (int64_t)out->len;
		if (padding < 0)
			padding = 0;
	}
	buf_done(&work);
	if (v == V_OK && want != 0 && (int64_t)out->len != want)
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"no PDF of %" PRId64 " bytes can be made", want);
	return v;
}

static enum verdict
content_open(void *self, const struct attachment *doc, struct fault *why)
{
	struct chain_letters *l = self;

	(void)why;
	assert(doc->offset >= 0 && doc->offset < CHAIN_DOCUMENTS_MAX);
	l->reading = (size_t)doc->offset;
	l->at = 0;
	return V_OK;
}

static enum verdict
content_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct chain_letters *l = self;
	const struct buf *doc = &l->documents[l->reading];

	(void)why;
	if (len > doc->len - l->at)
		len = doc->len - l->at;
	memcpy(bytes, doc->bytes + l->at, len);
	l->at += len;
	*len_out = len;
	return V_OK;
}

static const char *
text_of(const char *begin, int chars, struct arena *mem)
{
	struct buf buf = BUF_MAX(TEXT_MAX);
	const char *text;

	if (chars == CHAIN_CHARS_PLAIN)
		return begin;
	chain_text(begin, chars, &buf);
	text = arena_text(mem, chars == 0 ? "" : buf.bytes, buf.len);
	buf_done(&buf);
	return text;
}

static enum verdict
make_documents(const struct chain_case *c, struct arena *mem,
	struct chain_letters *out, struct attachment **docs_out,
	struct fault *why)
{
	struct attachment *docs =
		arena_alloc(mem, ((size_t)c->documents + 1) * sizeof(*docs));
	enum verdict v = V_OK;
	int i;

	assert(c->documents <= CHAIN_DOCUMENTS_MAX);
	for (i = 0; v == V_OK && i < c->documents; i++) {
		struct buf *doc = &out->documents[i];

		*doc = BUF_MAX(DOCUMENT_MAX);
		v = make_document(c, i + 1,
			c->documents == 1 ? c->document_bytes : 0, doc, why);
		if (v != V_OK)
			break;
		docs[i] = (struct attachment){ .offset = i,
			.bytes = (int64_t)doc->len,
			.title = text_of(
				i == 0 ? "Eerste bijlage" : "Tweede bijlage",
				c->document_title, mem) };
		digest_of(doc->bytes, doc->len, docs[i].sha256);
	}
	*docs_out = docs;
	return v;
}

/* --- letters --- */

static void
make_letter(const struct chain_case *c, const struct chain_run *run,
	const struct chain_row *row, int64_t sent_ms, struct arena *mem,
	struct letter *out)
{
	const char *subject = arena_format(
		mem, "Ketentest %" PRId64 ": %s", run->number, c->name);
	const char *reference =
		arena_format(mem, "KT%" PRId64 "-%d", run->number, row->nth);

	*out = (struct letter){ .record = 1,
		.key = "",
		.address = ADDRESS_EMPTY,
		.dated = LETTER_DATE_NONE,
		.publish = LETTER_DATE_NONE,
		.deadline = LETTER_DATE_NONE,
		.document_count = (size_t)c->documents };
	/* As long as the case says: at its limits exactly. */
	out->subject =
		text_of(c->subject == 1 ? "K" : subject, c->subject, mem);
	out->reference = text_of(reference, c->reference, mem);
	out->text = c->trait == CHAIN_LINES
			    ? lines
			    : text_of("Dit is een ketentest.", c->text, mem);
	if (c->publish_days != CHAIN_DAYS_NONE)
		out->publish = chain_publish_day(sent_ms, c->publish_days);
	if (c->deadline_days != CHAIN_DAYS_NONE)
		out->deadline = (int32_t)(sent_ms / DAY_MS) + c->deadline_days;
}

enum verdict
chain_letters_make(const struct chain_case *c, const struct chain_run *run,
	const struct chain_row *row, const struct chain_account *accounts,
	size_t account_count, int64_t sent_ms, struct arena *mem,
	struct chain_letters *out, struct fault *why)
{
	struct attachment *docs;
	struct letter one;
	enum verdict v;
	int i;

	*out = (struct chain_letters){ .count = (size_t)c->letters,
		.oin = c->trait == CHAIN_OIN ? WRONG_OIN : run->oin,
		.type = c->trait == CHAIN_TYPE ? WRONG_TYPE : run->type,
		.created_ms = sent_ms + c->created_days * DAY_MS };
	out->content = (struct content){ out, content_open, content_read };
	v = make_documents(c, mem, out, &docs, why);
	if (v != V_OK)
		return v;
	make_letter(c, run, row, sent_ms, mem, &one);
	out->letters = arena_alloc(mem, out->count * sizeof(*out->letters));
	for (i = 0; i < c->letters; i++) {
		struct letter *l = &out->letters[i];

		*l = one;
		l->record = i + 1;
		l->id = chain_letter_id(&row->batch_id, i);
		l->bsn = accounts[chain_account_of(
					  c, accounts, account_count, i)]
				 .bsn;
		l->attachments = docs;
		letter_bind(l, l->bind);
	}
	return V_OK;
}

void
chain_letters_done(struct chain_letters *letters)
{
	size_t i;

	for (i = 0; i < CHAIN_DOCUMENTS_MAX; i++)
		buf_done(&letters->documents[i]);
}
