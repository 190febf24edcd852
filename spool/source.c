/* spool/source.c - a claimed file: its payload, and documents that are found
 *
 * The container is judged whole before the first record is read.  A bad
 * document is remembered, not refused: it rejects the record that names it.
 * No fault here holds a document's name: suppliers put citizen numbers in it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/pdf.h"
#include "spool/member.h"
#include "spool/payload.h"
#include "spool/room.h"

#define READ_BYTES ((size_t)262144)
#define DOCUMENT_BYTES_MAX ((size_t)64 * 1000 * 1000) /* looked at in memory */
#define CONTENT_MODE 0640

struct source {
	int fd, dir; /* lent by the claim */
	bool zip;
	struct member_table members;
	struct owner_table owners;
	struct payload_place place;
	struct payload *payload;
	struct buf scratch; /* one document */
	struct digest *digest;
	int content; /* -1 until the first inline document */
	int64_t content_bytes;
	bool twice; /* found where only source_end() can say it */
};

/* --- judging the container --- */

static enum verdict
read_member(struct source *s, struct archive_in *in,
	const struct archive_member *m, struct fault *why)
{
	struct member member = { .name = m->name,
		.offset = m->offset,
		.method = (uint8_t)m->method };
	struct fault ignored;
	struct pdf_look look;
	enum verdict v;
	size_t got;
	char *to;

	buf_reset(&s->scratch);
	do {
		/* Without room it is only hashed. */
		to = buf_room(&s->scratch, READ_BYTES);
		if (to == NULL) {
			buf_reset(&s->scratch);
			to = buf_room(&s->scratch, READ_BYTES);
		}
		v = archive_read(in, to, READ_BYTES, &got, why);
		if (v != V_OK)
			return v;
		digest_add(s->digest, to, got);
		buf_used(&s->scratch, got);
		member.bytes += (int64_t)got;
	} while (got > 0);
	digest_end(s->digest, member.sha256);
	if (member.bytes == 0)
		member.look = MEMBER_EMPTY;
	else if (member.bytes != (int64_t)s->scratch.len)
		member.look = MEMBER_TOO_LARGE;
	else if (pdf_look(s->scratch.bytes, s->scratch.len, &look, &ignored) !=
		 V_OK)
		member.look = MEMBER_NO_PDF;
	else if (look.encrypted)
		member.look = MEMBER_ENCRYPTED;
	else
		member.pages = look.pages;
	member_add(&s->members, &member);
	return V_OK;
}

static enum verdict
too_long(int64_t bytes_max, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"the payload is longer than %lld bytes", (long long)bytes_max);
}

static enum verdict
read_payload(struct source *s, struct archive_in *in,
	const struct archive_member *m, int64_t bytes_max, struct fault *why)
{
	struct payload_place place = { .fd = s->fd,
		.method = m->method,
		.offset = m->offset,
		.has_crc = true };
	enum verdict v;
	size_t got;
	char *to;

	buf_reset(&s->scratch);
	to = buf_room(&s->scratch, READ_BYTES);
	do {
		v = archive_read(in, to, READ_BYTES, &got, why);
		if (v != V_OK)
			return v;
		place.crc = gzip_crc32(place.crc, to, got);
		place.bytes += (int64_t)got;
		if (place.bytes > bytes_max)
			return too_long(bytes_max, why);
	} while (got > 0);
	s->place = place;
	return V_OK;
}

static enum verdict
judge_zip(struct source *s, const struct source_rules *rules, struct fault *why)
{
	struct archive_in *in = NULL;
	struct archive_member m;
	int payloads = 0;
	enum verdict v;

	v = archive_open(s->fd, &rules->limits, &in, why);
	while (v == V_OK) {
		v = archive_next(in, &m, why);
		if (v != V_OK)
			break;
		if (fnmatch(rules->payload, m.name, FNM_PATHNAME) != 0)
			v = read_member(s, in, &m, why);
		else if (++payloads > 1)
			v = fault_set(why, V_BROKEN, CODE_PAYLOAD,
				"more than one member is named %s",
				rules->payload);
		else
			v = read_payload(s, in, &m, rules->bytes_max, why);
	}
	archive_close(in);
	if (v != V_END)
		return v;
	if (payloads == 0)
		return fault_set(why, V_BROKEN, CODE_PAYLOAD,
			"no member is named %s", rules->payload);
	return V_OK;
}

/* By its first bytes; a file that calls itself .zip must be one. */
static enum verdict
is_zip(const struct claim *claim, bool *zip_out, struct fault *why)
{
	size_t len = strlen(claim->name), got;
	enum verdict v;
	char head[4];

	v = file_read_at(claim->parts[0].fd, head, sizeof(head), 0, &got, why);
	if (v != V_OK)
		return v;
	*zip_out = (got == sizeof(head) &&
			   (memcmp(head, "PK\3\4", 4) == 0 ||
				   memcmp(head, "PK\5\6", 4) == 0)) ||
		   (len > 4 && strcasecmp(claim->name + len - 4, ".zip") == 0);
	return V_OK;
}

static enum verdict
judge(struct source *s, const struct claim *claim,
	const struct source_rules *rules, struct fault *why)
{
	enum verdict v = is_zip(claim, &s->zip, why);

	if (v != V_OK)
		return v;
	if (s->zip && !rules->zip)
		return fault_set(why, V_BROKEN, CODE_FORMAT,
			"the layout does not come in a ZIP");
	if (s->zip)
		return judge_zip(s, rules, why);
	if (!rules->plain)
		return fault_set(
			why, V_BROKEN, CODE_ARCHIVE, "the file is not a ZIP");
	if (claim->bytes > rules->bytes_max)
		return too_long(rules->bytes_max, why);
	s->place = (struct payload_place){ .fd = s->fd, .bytes = claim->bytes };
	return V_OK;
}

enum verdict
source_open(const struct claim *claim, const struct source_rules *rules,
	struct source **source_out, struct fault *why)
{
	struct source *s;
	enum verdict v;
	int old;

	assert(claim->part_count > 0 && rules->bytes_max > 0);
	s = mem_zero(1, sizeof(*s));
	s->fd = claim->parts[0].fd;
	s->dir = claim->dir > 2 ? claim->dir : -1;
	s->content = -1;
	s->digest = digest_new();
	s->scratch = BUF_MAX(DOCUMENT_BYTES_MAX);
	if (s->dir != -1) {
		/* What a crash left of an earlier reading. */
		old = openat(s->dir, ROOM_CONTENT,
			O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
		if (old != -1)
			(void)close(old);
	}
	v = judge(s, claim, rules, why);
	if (v != V_OK) {
		fault_at(why, "%s", claim->name);
		source_close(s);
		return v;
	}
	s->payload = payload_new(&s->place);
	*source_out = s;
	return V_OK;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	payload_free(s->payload);
	member_table_done(&s->members);
	owner_table_done(&s->owners);
	buf_done(&s->scratch);
	digest_free(s->digest);
	if (s->content != -1)
		(void)close(s->content);
	free(s);
}

enum verdict
source_read(void *source, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	struct source *s = source;

	return payload_read(s->payload, bytes, len, len_out, why);
}

/* --- documents --- */

/* Who a letter's documents belong to.  Without a key, to that record only. */
static void
owner_of(const struct letter *letter, uint8_t out[DIGEST_BYTES])
{
	char record[32];

	if (letter->key != NULL) {
		digest_of(letter->key, strlen(letter->key), out);
		return;
	}
	/* Not the text of any key: a key has no NUL in it. */
	snprintf(record, sizeof(record), "%lld", (long long)letter->record);
	digest_of(record, strlen(record) + 1, out);
}

static enum verdict
twice(const char *text, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_DOCUMENT_TWICE, "%s", text);
}

static enum verdict
bad_document(enum member_look look, struct fault *why)
{
	switch (look) {
	case MEMBER_PDF:
		return V_OK;
	case MEMBER_EMPTY:
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "the document is empty");
	case MEMBER_TOO_LARGE:
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is larger than %zu bytes",
			DOCUMENT_BYTES_MAX);
	case MEMBER_NO_PDF:
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "the document is no PDF");
	case MEMBER_ENCRYPTED:
		return fault_set(why, V_SKIP, CODE_DOCUMENT_BOX,
			"the document is encrypted");
	}
	return V_OK;
}

/* A document by name: V_BROKEN when it is another letter's. */
static enum verdict
take_member(struct source *s, const struct letter_document *doc,
	const uint8_t owner[DIGEST_BYTES], struct attachment *out,
	struct fault *why)
{
	struct member *m = member_find(&s->members, doc->href);
	bool again;

	if (m == NULL)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not in the container");
	again = m->used;
	m->used = true;
	if (m->look != MEMBER_PDF)
		return bad_document((enum member_look)m->look, why);
	if (!owner_take(&s->owners, m->sha256, owner))
		return twice(again ? "two letters name the same document"
				   : "the same document has two names, for "
				     "two letters",
			why);
	out->place = ATTACHMENT_MEMBER;
	out->method = m->method;
	out->offset = m->offset;
	out->bytes = m->bytes;
	out->pages = m->pages;
	memcpy(out->sha256, m->sha256, DIGEST_BYTES);
	return V_OK;
}

static enum verdict
append_content(struct source *s, struct attachment *out, struct fault *why)
{
	const struct buf *b = &s->scratch;
	enum verdict v;

	out->place = ATTACHMENT_CONTENT;
	out->offset = s->content_bytes;
	s->content_bytes += (int64_t)b->len;
	if (s->dir == -1) /* only checking */
		return V_OK;
	if (s->content == -1)
		s->content = openat(s->dir, ROOM_CONTENT,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			CONTENT_MODE);
	if (s->content == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "make content");
	v = file_write(s->content, b->bytes, b->len, why);
	return v;
}

/* An inline document; it is kept only when `keep`. */
static enum verdict
take_inline(struct source *s, const struct letter_document *doc,
	const uint8_t owner[DIGEST_BYTES], bool keep, struct attachment *out,
	struct fault *why)
{
	enum member_look look = MEMBER_PDF;
	struct fault ignored;
	struct pdf_look seen = { 0 };
	size_t len = 0;
	char *to;

	buf_reset(&s->scratch);
	to = buf_room(&s->scratch, doc->base64_len / 4 * 3 + 3);
	if (to == NULL)
		return bad_document(MEMBER_TOO_LARGE, why);
	if (!base64_decode(doc->base64, doc->base64_len, (uint8_t *)to, &len))
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not base64");
	buf_used(&s->scratch, len);
	if (len == 0)
		look = MEMBER_EMPTY;
	else if (pdf_look(to, len, &seen, &ignored) != V_OK)
		look = MEMBER_NO_PDF;
	else if (seen.encrypted)
		look = MEMBER_ENCRYPTED;
	if (look != MEMBER_PDF)
		return bad_document(look, why);
	out->method = 0;
	out->bytes = (int64_t)len;
	out->pages = seen.pages;
	digest_of(to, len, out->sha256);
	if (!owner_take(&s->owners, out->sha256, owner))
		return twice("two letters hold the same document", why);
	return keep ? append_content(s, out, why) : V_OK;
}

static enum verdict
take(struct source *s, const struct letter_document *doc,
	const uint8_t owner[DIGEST_BYTES], bool keep, struct attachment *out,
	struct fault *why)
{
	uint8_t promised[DIGEST_BYTES];
	enum verdict v;

	assert(doc->href != NULL || doc->base64 != NULL);
	if (doc->href != NULL)
		v = take_member(s, doc, owner, out, why);
	else
		v = take_inline(s, doc, owner, keep, out, why);
	if (v != V_OK || doc->sha256 == NULL)
		return v;
	if (!digest_unhex(doc->sha256, promised, DIGEST_BYTES) ||
		memcmp(promised, out->sha256, DIGEST_BYTES) != 0)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is not the one whose digest the record "
			"gives");
	return V_OK;
}

/* All of them are taken before one is judged: a record that is rejected for
 * its first document has used its second as well.
 */
static enum verdict
take_all(struct source *s, const struct letter *letter, bool keep,
	struct attachment *out, struct fault *why)
{
	uint8_t owner[DIGEST_BYTES];
	enum verdict v, worst = V_OK;
	struct fault first = FAULT_NONE;
	size_t i;

	owner_of(letter, owner);
	for (i = 0; i < letter->document_count; i++) {
		struct fault here = FAULT_NONE;

		v = take(s, &letter->documents[i], owner, keep, &out[i], &here);
		out[i].title = letter->documents[i].title;
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
	enum verdict v;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	out = arena_alloc(mem, (letter->document_count + 1) * sizeof(*out));
	memset(out, 0, (letter->document_count + 1) * sizeof(*out));
	v = take_all(s, letter, true, out, why);
	if (v != V_OK)
		return v;
	letter->attachments = out;
	if (letter->paper == PAPER_NONE)
		letter->paper = letter_paper(letter);
	return V_OK;
}

void
source_forget(struct source *s, const struct letter *letter)
{
	struct attachment out[ATTACHMENT_LETTER_MAX] = { 0 };
	struct fault why;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	if (take_all(s, letter, false, out, &why) == V_BROKEN &&
		why.code == CODE_DOCUMENT_TWICE)
		s->twice = true;
}

/* The reader may stop at its last record: the rest is checked as well. */
static enum verdict
read_rest(struct source *s, struct fault *why)
{
	enum verdict v;
	char *bytes;
	size_t got;

	buf_reset(&s->scratch);
	bytes = buf_room(&s->scratch, READ_BYTES);
	do {
		v = payload_read(s->payload, bytes, READ_BYTES, &got, why);
	} while (v == V_OK && got > 0);
	return v;
}

enum verdict
source_end(struct source *s, struct fault *why)
{
	int64_t unused = 0;
	enum verdict v;
	size_t i;

	v = read_rest(s, why);
	if (v != V_OK)
		return v;
	if (s->twice)
		return twice(
			"a rejected record and a letter share a document", why);
	for (i = 0; i < s->members.count; i++)
		unused += !s->members.members[i].used;
	if (unused > 0)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT_UNUSED,
			"%lld documents are named by no record",
			(long long)unused);
	if (s->content == -1)
		return V_OK;
	if (fsync(s->content) == -1 || fsync(s->dir) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "sync content");
	return V_OK;
}

int64_t
source_members(const struct source *s)
{
	return (int64_t)s->members.count;
}
