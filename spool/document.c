/* spool/document.c - the documents a letter names, found, judged and kept
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/gzip.h"
#include "spool/inlined.h"
#include "spool/inside.h"
#include "spool/room.h"

#define CONTENT_MODE 0640

/* One document on its way to a letter. */
struct taking {
	struct source *s;
	const struct letter_document *doc;
	int part;
	uint64_t owner;
	bool keep; /* else the record is rejected anyway */
	struct attachment *out;
	struct member seen; /* found in the container, inline, or cut */
	bool sound;	    /* it is a PDF, so that the rules are asked */
};

static void
owner_text(struct buf *b, const char *text)
{
	if (text != NULL)
		buf_text(b, text);
	buf_add(b, "", 1);
}

/* Who a letter's documents belong to: the citizen under the key, for a key may
 * be the supplier's own reference and say nothing about him.  A doubled record
 * has the same owner.  A number is who he is; without one also where he lives.
 *
 * Of a rejected record (`sure` false) a number that is missing may be one that
 * could not be read: then it is nobody's double but that of such another.  And
 * without a key or any citizen the documents belong to that record alone.
 */
static uint64_t
owner_of(struct source *s, const struct letter *letter, bool sure)
{
	const struct address *a = &letter->address;
	bool named = a->name != NULL && a->name[0] != '\0';
	bool numbered = letter->bsn.number != 0;
	struct buf *b = &s->scratch;

	buf_reset(b);
	if (letter->key != NULL && (sure || numbered || named)) {
		owner_text(b, letter->key);
		buf_format(b, "%ld", (long)letter->bsn.number);
		owner_text(b, numbered || sure ? "" : "?");
		owner_text(b, a->name);
		if (!numbered) {
			owner_text(b, a->postcode);
			owner_text(b, a->number);
		}
	}
	if (b->len == 0 || b->full) {
		/* Not the text of any key: those have three NULs and more. */
		buf_reset(b);
		buf_format(b, "%lld", (long long)letter->record);
		buf_add(b, "", 1);
	}
	return owner_id(&s->owners, b->bytes, b->len);
}

static enum verdict
twice(const char *text, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_DOCUMENT_TWICE, "%s", text);
}

enum verdict
content_append(struct source *s, const void *bytes, size_t len,
	int64_t *offset_out, struct fault *why)
{
	*offset_out = s->content_bytes;
	s->content_bytes += (int64_t)len;
	if (s->dir == -1) /* only checking */
		return V_OK;
	if (s->content == -1)
		s->content = openat(s->dir, ROOM_CONTENT,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			CONTENT_MODE);
	if (s->content == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "make content");
	return file_write(s->content, bytes, len, why);
}

/* In the letter's own part; a leaflet may lie in another one of the set. */
static enum verdict
find_member(struct taking *t, size_t *index_out, struct fault *why)
{
	const struct source *s = t->s;
	const char *href = t->doc->href;
	enum verdict v;
	int i;

	v = member_find(&s->members, t->part, href, index_out, &t->seen, why);
	for (i = 0; i < s->rules.shared_count; i++)
		if (strcmp(s->rules.shared[i], href) == 0)
			break;
	if (v != V_END || i == s->rules.shared_count)
		return v;
	for (i = 0; v == V_END && i < s->part_count; i++)
		v = member_find(&s->members, i, href, index_out, &t->seen, why);
	return v;
}

/* A document by name: V_BROKEN when it is another letter's. */
static enum verdict
take_member(struct taking *t, struct fault *why)
{
	const struct member *m = &t->seen;
	struct attachment *out = t->out;
	enum verdict v;
	size_t index;
	bool again;

	v = find_member(t, &index, why);
	if (v == V_END)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not in the container");
	if (v != V_OK)
		return v;
	again = !member_use(&t->s->members, index);
	v = look_verdict((enum member_look)m->look, why);
	if (v != V_OK)
		return v;
	if (!m->shared && !owner_take(&t->s->owners, m->sha256, t->owner))
		return twice(again ? "two letters name the same document"
				   : "the same document has two names, for "
				     "two letters",
			why);
	t->sound = true;
	out->place = m->in_content ? ATTACHMENT_CONTENT : ATTACHMENT_MEMBER;
	out->part = m->part;
	out->method = m->method;
	out->offset = m->offset;
	out->bytes = m->bytes;
	out->pages = m->pages;
	memcpy(out->sha256, m->sha256, DIGEST_BYTES);
	return V_OK;
}

/* What lies in the scratch buffer: looked at and hashed. */
static enum verdict
take_scratch(struct taking *t, const char *both, struct fault *why)
{
	const struct buf *b = &t->s->scratch;
	struct attachment *out = t->out;
	enum verdict v;

	if (b->full || b->len > DOCUMENT_BYTES_MAX)
		return look_verdict(MEMBER_TOO_LARGE, why);
	v = look_at(t->s, b->bytes, b->len, &t->seen, why);
	if (v == V_OK)
		v = look_verdict((enum member_look)t->seen.look, why);
	if (v != V_OK)
		return v;
	t->sound = true;
	out->bytes = (int64_t)b->len;
	out->pages = t->seen.pages;
	digest_of(b->bytes, b->len, out->sha256);
	if (!owner_take(&t->s->owners, out->sha256, t->owner))
		return twice(both, why);
	return V_OK;
}

static enum verdict
keep_scratch(struct taking *t, struct fault *why)
{
	const struct buf *b = &t->s->scratch;

	t->out->place = ATTACHMENT_CONTENT;
	return content_append(t->s, b->bytes, b->len, &t->out->offset, why);
}

/* The text can stay where it is, in a payload that is not packed. */
static bool
stays(struct taking *t)
{
	const struct payload_place *p = &t->s->places[t->part];
	const struct letter_document *doc = t->doc;
	struct attachment *out = t->out;

	if (p->packed || p->method != GZIP_STORED || doc->base64_raw <= 0)
		return false;
	if (doc->base64_offset < 0 || doc->base64_raw > p->bytes ||
		doc->base64_offset > p->bytes - doc->base64_raw)
		return false;
	out->offset = p->offset + doc->base64_offset;
	if (!inlined_stands(p->fd, out->offset, doc->base64_raw, doc->base64,
		    doc->base64_len))
		return false;
	out->place = ATTACHMENT_MEMBER;
	out->part = t->part;
	out->method = ATTACHMENT_BASE64;
	out->raw = doc->base64_raw;
	return true;
}

static enum verdict
take_inline(struct taking *t, struct fault *why)
{
	const struct letter_document *doc = t->doc;
	enum verdict v;
	size_t len = 0;
	char *to;

	buf_reset(&t->s->scratch);
	to = buf_room(&t->s->scratch, doc->base64_len / 4 * 3 + 3);
	if (to == NULL)
		return look_verdict(MEMBER_TOO_LARGE, why);
	if (!base64_decode(doc->base64, doc->base64_len, (uint8_t *)to, &len))
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not base64");
	buf_used(&t->s->scratch, len);
	v = take_scratch(t, "two letters hold the same document", why);
	return v != V_OK || !t->keep || stays(t) ? v : keep_scratch(t, why);
}

/* Pages of the one PDF.  Those of a rejected record are taken, not cut. */
static enum verdict
take_pages(struct taking *t, struct fault *why)
{
	struct book *book = t->s->books[t->part];
	int first = t->doc->first_page, last = t->doc->last_page;
	enum verdict v;

	if (book == NULL)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the container holds no PDF to cut pages from");
	v = book_take(book, first, last, t->owner, why);
	if (v != V_OK || !t->keep)
		return v;
	buf_reset(&t->s->scratch);
	v = book_cut(book, first, last, &t->s->scratch, why);
	if (v == V_OK)
		v = take_scratch(
			t, "the pages of two letters are the same", why);
	return v == V_OK ? keep_scratch(t, why) : v;
}

/* Which one is meant?  The record is rejected, but has used both. */
static enum verdict
take_both(struct taking *t, struct fault *why)
{
	enum verdict v;

	t->keep = false;
	v = take_member(t, why);
	if (v == V_OK || v == V_SKIP)
		v = take_inline(t, why);
	if (v != V_OK && v != V_SKIP)
		return v;
	return fault_set(why, V_SKIP, CODE_DOCUMENT,
		"the record names a document and holds one as well");
}

static enum verdict
take(struct taking *t, struct fault *why)
{
	const struct letter_document *doc = t->doc;
	uint8_t promised[DIGEST_BYTES];
	enum verdict v;

	if (doc->href != NULL && doc->base64 != NULL)
		v = take_both(t, why);
	else if (doc->href != NULL)
		v = take_member(t, why);
	else if (doc->base64 != NULL)
		v = take_inline(t, why);
	else
		v = take_pages(t, why);
	if (v != V_OK || doc->sha256 == NULL)
		return v;
	if (!digest_unhex(doc->sha256, promised, DIGEST_BYTES) ||
		memcmp(promised, t->out->sha256, DIGEST_BYTES) != 0)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not the one whose digest the record "
			"gives");
	return V_OK;
}

/* --- what the rules make of it --- */

/* Add to the remark; the code is that of the first. */
static void
remark(struct source *s, size_t number, enum code code, const char *text)
{
	size_t at = strlen(s->remark);

	if (at == 0)
		s->remark_code = code;
	if (at < REMARK_MAX - 1)
		snprintf(s->remark + at, REMARK_MAX - at, "%sdocument %zu: %s",
			at == 0 ? "" : "; ", number, text);
}

static enum verdict
by_rules(struct taking *t, size_t number, bool *paper_out, struct fault *why)
{
	struct source *s = t->s;
	const struct member *m = &t->seen;

	if (m->box != 0 && t->doc->way != ATTACHMENT_PAPER_ONLY)
		switch (s->rules.not_pdfa) {
		case SOURCE_PDF_REJECT:
			return fault_set(why, V_SKIP, CODE_DOCUMENT_BOX, "%s",
				s->texts.text[m->box - 1]);
		case SOURCE_PDF_PAPER:
			*paper_out = true;
			break;
		case SOURCE_PDF_WARN:
			remark(s, number, CODE_DOCUMENT_BOX,
				s->texts.text[m->box - 1]);
			break;
		}
	if (m->paper != 0 && t->doc->way != ATTACHMENT_BOX_ONLY)
		remark(s, number, CODE_DOCUMENT_PAPER,
			s->texts.text[m->paper - 1]);
	return V_OK;
}

/* All of them are taken before one is judged: a record that is rejected for
 * its first document has used its second as well.
 */
static enum verdict
take_all(struct source *s, const struct letter *letter, bool keep,
	struct attachment *out, bool *paper_out, struct fault *why)
{
	uint64_t owner = owner_of(s, letter, keep);
	enum verdict v, worst = V_OK;
	struct fault first = FAULT_NONE;
	size_t i;

	assert(letter->part >= 0 && letter->part < s->part_count);
	for (i = 0; i < letter->document_count; i++) {
		struct taking t = { .s = s,
			.doc = &letter->documents[i],
			.part = letter->part,
			.owner = owner,
			.keep = keep,
			.out = &out[i] };
		struct fault here = FAULT_NONE;

		v = s->rules.no_documents ? V_OK : take(&t, &here);
		out[i].title = letter->documents[i].title;
		out[i].way = letter->documents[i].way;
		out[i].shared = letter->documents[i].shared;
		if (v == V_OK && t.sound)
			v = by_rules(&t, i + 1, paper_out, &here);
		if (v == V_OK || (v == V_SKIP && worst != V_OK))
			continue;
		worst = v;
		first = here;
		if (v != V_SKIP)
			break;
	}
	if (worst != V_OK) {
		*why = first;
		fault_at(why, "record %lld, line %lld",
			(long long)letter->record, (long long)letter->line);
	}
	return worst;
}

enum verdict
source_documents(struct source *s, struct letter *letter, struct arena *mem,
	struct fault *why)
{
	struct attachment *out;
	bool paper = false;
	enum verdict v;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	s->remark[0] = '\0';
	out = arena_alloc(mem, (letter->document_count + 1) * sizeof(*out));
	memset(out, 0, (letter->document_count + 1) * sizeof(*out));
	v = take_all(s, letter, true, out, &paper, why);
	if (v != V_OK) {
		s->remark[0] = '\0';
		return v;
	}
	letter->attachments = out;
	if (letter->paper == PAPER_NONE)
		letter->paper = letter_paper(letter);
	if (letter->paper == PAPER_NONE && paper)
		letter->paper = PAPER_PDF;
	if (paper_never(letter->paper) && paper)
		return fault_set(why, V_SKIP, CODE_BOX_ONLY,
			"for the Berichtenbox only, and its PDF may not go "
			"there");
	return V_OK;
}

const char *
source_remark(const struct source *s, enum code *code_out)
{
	if (s->remark[0] == '\0')
		return NULL;
	*code_out = s->remark_code;
	return s->remark;
}

void
source_forget(struct source *s, const struct letter *letter)
{
	struct attachment out[ATTACHMENT_LETTER_MAX] = { 0 };
	struct fault why;
	bool paper;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	if (take_all(s, letter, false, out, &paper, &why) == V_BROKEN &&
		why.code == CODE_DOCUMENT_TWICE)
		s->twice = true;
	s->remark[0] = '\0';
}
