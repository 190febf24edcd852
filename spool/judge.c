/* spool/judge.c - what container is it, and is everything in it?
 *
 * A container is judged whole before the first record is read.  A bad document
 * is remembered, not refused: it rejects the record that names it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/gzip.h"
#include "base/tar.h"
#include "spool/inside.h"

/* --- what a member is to us --- */

static bool
is_shared(const struct source *s, const char *name)
{
	int i;

	for (i = 0; i < s->rules.shared_count; i++)
		if (strcmp(s->rules.shared[i], name) == 0)
			return true;
	return false;
}

enum verdict
judge_role(struct source *s, const char *name, struct found *found,
	enum member_role *role_out, struct fault *why)
{
	if (fnmatch(s->rules.payload, name, FNM_PATHNAME) == 0) {
		*role_out = ROLE_PAYLOAD;
		if (++found->payloads > 1)
			return fault_set(why, V_BROKEN, CODE_PAYLOAD,
				"more than one member is named %s",
				s->rules.payload);
	} else if (s->rules.no_documents) {
		*role_out = ROLE_NONE;
	} else if (is_shared(s, name)) {
		*role_out = ROLE_SHARED;
	} else if (s->rules.pages != NULL &&
		   fnmatch(s->rules.pages, name, FNM_PATHNAME) == 0) {
		*role_out = ROLE_BOOK;
		if (++found->books > 1)
			return fault_set(why, V_BROKEN, CODE_PAYLOAD,
				"more than one member is named %s",
				s->rules.pages);
	} else {
		*role_out = ROLE_DOCUMENT;
	}
	return V_OK;
}

enum verdict
judge_found(struct source *s, const struct found *found, struct fault *why)
{
	const char *missing = NULL;

	if (found->payloads == 0)
		missing = s->rules.payload;
	else if (s->rules.pages != NULL && found->books == 0 &&
		 !s->rules.no_documents)
		missing = s->rules.pages;
	if (missing != NULL)
		return fault_set(why, V_BROKEN, CODE_PAYLOAD,
			"no member is named %s", missing);
	return V_OK;
}

enum verdict
judge_doubled(struct fault *why)
{
	return fault_set(
		why, V_BROKEN, CODE_ARCHIVE, "two members have one name");
}

enum verdict
judge_nested(struct fault *why)
{
	return fault_set(
		why, V_BROKEN, CODE_ARCHIVE, "a member is an archive itself");
}

/* --- a tar --- */

struct tarring {
	struct source *s;
	int part;
	struct unpack *stream;
	struct tar *tar;
	struct found found;
};

/* All bytes of the present member: hashed, and given to `book` or, when they
 * fit, left in the scratch buffer.
 */
static enum verdict
read_bytes(struct tarring *t, struct book *book, uint32_t *crc_out,
	uint8_t sha256_out[DIGEST_BYTES], struct fault *why)
{
	struct buf *b = &t->s->scratch;
	uint32_t crc = 0;
	enum verdict v;
	size_t got;
	char *to;

	buf_reset(b);
	do {
		/* Without room it is only hashed. */
		to = book == NULL && b->len <= DOCUMENT_BYTES_MAX
			     ? buf_room(b, READ_BYTES)
			     : NULL;
		if (to == NULL) {
			buf_reset(b);
			to = buf_room(b, READ_BYTES);
		}
		v = tar_read(t->tar, to, READ_BYTES, &got, why);
		if (v != V_OK)
			return v;
		if (crc_out != NULL)
			crc = gzip_crc32(crc, to, got);
		if (sha256_out != NULL)
			digest_add(t->s->digest, to, got);
		buf_used(b, got);
		if (book != NULL && got > 0)
			v = book_add(book, to, got, why);
	} while (v == V_OK && got > 0);
	if (crc_out != NULL)
		*crc_out = crc;
	if (sha256_out != NULL)
		digest_end(t->s->digest, sha256_out);
	return v;
}

/* Of a plain tar a document stays where it is; of a packed one it is kept. */
static enum verdict
tar_document(struct tarring *t, const struct tar_entry *e, bool shared,
	struct fault *why)
{
	struct source *s = t->s;
	struct member m;
	enum verdict v;
	size_t index;

	v = member_add(&s->members, t->part, e->name, &index, &m, why);
	if (v != V_OK)
		return v == V_SKIP ? judge_doubled(why) : v;
	m.shared = shared;
	if (shared)
		(void)member_use(&s->members, index);
	v = read_bytes(t, NULL, NULL, m.sha256, why);
	if (v != V_OK)
		return v;
	m.offset = e->offset;
	m.bytes = e->bytes;
	if (e->bytes > (int64_t)DOCUMENT_BYTES_MAX)
		m.look = MEMBER_TOO_LARGE;
	else if (archive_kind(s->scratch.bytes, s->scratch.len) != ARCHIVE_NO)
		v = judge_nested(why);
	else
		v = look_at(s, s->scratch.bytes, s->scratch.len, &m, why);
	if (v == V_OK && m.look == MEMBER_PDF && !unpack_plain(t->stream)) {
		m.in_content = true;
		v = content_append(
			s, s->scratch.bytes, s->scratch.len, &m.offset, why);
	}
	return v == V_OK ? member_put(&s->members, index, &m, why) : v;
}

static enum verdict
tar_payload(struct tarring *t, const struct tar_entry *e, struct fault *why)
{
	struct payload_place place = { .fd = t->s->parts[t->part].fd,
		.packed = !unpack_plain(t->stream),
		.offset = e->offset,
		.packed_bytes = e->bytes,
		.bytes = e->bytes,
		.bytes_max = t->s->rules.bytes_max,
		.limits = t->s->rules.limits,
		.has_crc = true };
	enum verdict v;

	if (e->bytes > t->s->rules.bytes_max)
		return payload_too_long(t->s->rules.bytes_max, why);
	v = read_bytes(t, NULL, &place.crc, NULL, why);
	if (v == V_OK)
		t->s->places[t->part] = place;
	return v;
}

static enum verdict
tar_book(struct tarring *t, struct fault *why)
{
	struct book **book = &t->s->books[t->part];
	enum verdict v = book_new(t->s, book, why);

	if (v == V_OK)
		v = read_bytes(t, *book, NULL, NULL, why);
	return v == V_OK ? book_open(*book, why) : v;
}

static enum verdict
tar_member(struct tarring *t, const struct tar_entry *e, struct fault *why)
{
	enum member_role role;
	enum verdict v = judge_role(t->s, e->name, &t->found, &role, why);

	if (v != V_OK)
		return v;
	switch (role) {
	case ROLE_PAYLOAD:
		return tar_payload(t, e, why);
	case ROLE_BOOK:
		return tar_book(t, why);
	case ROLE_SHARED:
	case ROLE_DOCUMENT:
		return tar_document(t, e, role == ROLE_SHARED, why);
	case ROLE_NONE:
		break;
	}
	return V_OK;
}

static enum verdict
judge_tar(struct source *s, int part, const struct archive_limits *limits,
	struct fault *why)
{
	struct tarring t = { .s = s, .part = part };
	struct tar_entry e;
	enum verdict v;

	v = unpack_open(s->parts[part].fd, limits, &t.stream, why);
	if (v != V_OK)
		return v;
	t.tar = tar_new(t.stream, limits);
	while (v == V_OK) {
		v = tar_next(t.tar, &e, why);
		if (v == V_OK)
			v = tar_member(&t, &e, why);
	}
	tar_free(t.tar);
	unpack_close(t.stream);
	return v == V_END ? judge_found(s, &t.found, why) : v;
}

/* --- what is it? --- */

/* A file that calls itself an archive must be one. */
static bool
called_archive(const char *name)
{
	static const char *const tails[] = { ".zip", ".gz", ".tgz", ".tar",
		".xz", ".zst", ".bz2", ".7z", ".rar", NULL };
	size_t len = strlen(name), i;

	for (i = 0; tails[i] != NULL; i++)
		if (len > strlen(tails[i]) &&
			strcasecmp(name + len - strlen(tails[i]), tails[i]) ==
				0)
			return true;
	return false;
}

static enum verdict
not_this(const char *what, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_FORMAT,
		"the layout does not come in a %s", what);
}

static enum verdict
judge_plain(struct source *s, int part, struct fault *why)
{
	const struct claim_part *p = &s->parts[part];

	if (called_archive(p->name))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"the file is not the archive its name says");
	if (!s->rules.plain)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"the file is not an archive, and the layout comes in "
			"one");
	if (p->bytes > s->rules.bytes_max)
		return payload_too_long(s->rules.bytes_max, why);
	s->places[part] = (struct payload_place){ .fd = p->fd,
		.bytes = p->bytes,
		.bytes_max = s->rules.bytes_max,
		.part = part,
		.digest = s->digest_run };
	return V_OK;
}

/* What is in a packed file, by the first bytes that come out. */
static enum verdict
judge_packed(struct source *s, int part, bool gzip,
	const struct archive_limits *limits, struct fault *why)
{
	const struct claim_part *p = &s->parts[part];
	struct unpack *u = NULL;
	char head[ARCHIVE_HEAD_BYTES];
	enum archive_kind kind;
	enum verdict v;
	size_t got = 0;

	v = unpack_open(p->fd, limits, &u, why);
	if (v == V_OK)
		v = unpack_read(u, head, sizeof(head), &got, why);
	unpack_close(u);
	if (v != V_OK)
		return v;
	kind = archive_kind(head, got);
	if (kind == ARCHIVE_TAR)
		return s->rules.tar ? judge_tar(s, part, limits, why)
				    : not_this("tar", why);
	if (kind != ARCHIVE_NO)
		return judge_nested(why);
	if (!gzip)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"packed in a way that is not read");
	if (!s->rules.gzip)
		return not_this("gzip file", why);
	s->places[part] = (struct payload_place){ .fd = p->fd,
		.packed = true,
		.bytes = -1,
		.bytes_max = s->rules.bytes_max,
		.limits = *limits };
	return V_OK;
}

enum verdict
judge_part(struct source *s, int part, struct fault *why)
{
	struct archive_limits limits = s->rules.limits;
	char head[ARCHIVE_HEAD_BYTES];
	enum verdict v;
	size_t got;

	v = file_read_at(s->parts[part].fd, head, sizeof(head), 0, &got, why);
	if (v != V_OK)
		return v;
	/* Of all parts together: that is what is kept in memory. */
	limits.members_max -= (int64_t)s->members.count;
	if (limits.members_max <= 0)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"more than %lld members",
			(long long)s->rules.limits.members_max);
	switch (archive_kind(head, got)) {
	case ARCHIVE_NO:
		return judge_plain(s, part, why);
	case ARCHIVE_ZIP:
		return s->rules.zip ? judge_zip(s, part, &limits, why)
				    : not_this("ZIP", why);
	case ARCHIVE_TAR:
		return s->rules.tar ? judge_tar(s, part, &limits, why)
				    : not_this("tar", why);
	case ARCHIVE_GZIP:
		return judge_packed(s, part, true, &limits, why);
	case ARCHIVE_PACKED:
		return judge_packed(s, part, false, &limits, why);
	case ARCHIVE_OTHER:
		break;
	}
	return fault_set(why, V_BROKEN, CODE_ARCHIVE,
		"a kind of archive that is not read");
}
