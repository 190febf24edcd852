/* spool/crew.c - the members of a ZIP, inflated and hashed by two threads
 *
 * The threads take a few entries of the central directory at a time, in its
 * order, and read the members straight from the file, each into memory of its
 * own that is used again.  Of several faults the one that comes first in the
 * directory is told, so that the same file is always refused for the same
 * reason.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <signal.h>
#include <string.h>

#include "base/gzip.h"
#include "spool/inside.h"

#define TASKS 8			/* entries taken at a time */
#define LARGE ((size_t)1000000) /* such documents are taken one at a time */

struct task {
	struct zip_entry entry;
	enum member_role role;
	bool document;
	size_t index; /* of the document's member */
	struct member member;
	int64_t number; /* in the directory, from 0 */
};

struct crew {
	struct source *s;
	int part, fd;
	struct zip *zip;
	struct found found;
	struct zip_entry book;
	pthread_mutex_t lock;  /* of all below, and the walk */
	pthread_mutex_t large; /* one large document at a time */
	int64_t taken;
	bool ended;
	int64_t failed; /* entry of the fault, INT64_MAX: none */
	enum verdict v;
	struct fault why;
};

/* One thread's own. */
struct hand {
	struct crew *crew;
	struct gzip *gzip;
	struct digest *digest;
	struct buf doc;
};

static void
fail(struct crew *c, int64_t number, enum verdict v, const struct fault *why)
{
	(void)pthread_mutex_lock(&c->lock);
	c->ended = true;
	if (number < c->failed) {
		c->failed = number;
		c->v = v;
		c->why = *why;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

/* What one entry is to us; the lock is held. */
static enum verdict
assign(struct crew *c, struct task *t, struct fault *why)
{
	enum verdict v =
		judge_role(c->s, t->entry.name, &c->found, &t->role, why);

	if (v != V_OK)
		return v;
	if (t->role == ROLE_BOOK)
		c->book = t->entry;
	if (t->role != ROLE_SHARED && t->role != ROLE_DOCUMENT)
		return V_OK;
	v = member_add(&c->s->members, c->part, t->entry.name, &t->index,
		&t->member, why);
	if (v != V_OK)
		return v == V_SKIP ? judge_doubled(why) : v;
	t->document = true;
	t->member.shared = t->role == ROLE_SHARED;
	/* A leaflet that nobody wants harms nobody. */
	if (t->member.shared)
		(void)member_use(&c->s->members, t->index);
	return V_OK;
}

/* The next entries; none: it is over. */
static int
take(struct crew *c, struct task tasks[TASKS])
{
	struct fault why = FAULT_NONE;
	enum verdict v = V_OK;
	int64_t number;
	int n = 0;

	(void)pthread_mutex_lock(&c->lock);
	while (n < TASKS && !c->ended && v == V_OK) {
		struct task *t = &tasks[n];

		v = zip_next(c->zip, &t->entry, &why);
		if (v != V_OK)
			break;
		t->number = c->taken++;
		t->document = false;
		t->role = ROLE_NONE;
		if (!t->entry.folder)
			v = assign(c, t, &why);
		n += v == V_OK;
	}
	number = c->taken;
	c->ended = c->ended || v != V_OK;
	(void)pthread_mutex_unlock(&c->lock);
	if (v != V_OK && v != V_END)
		fail(c, number, v, &why);
	return n;
}

static enum verdict
wrong(struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT,
		"a member's data has the wrong checksum or length");
}

/* All bytes of a member, given to `book` or, when they fit, left in h->doc. */
static enum verdict
inflate_member(struct hand *h, const struct zip_entry *e, int64_t offset,
	struct book *book, struct member *m, struct fault *why)
{
	bool keep = book == NULL && e->bytes <= (int64_t)DOCUMENT_BYTES_MAX;
	size_t room = keep ? (size_t)e->bytes + 1 : READ_BYTES, got = 0;
	uint32_t crc = 0;
	enum verdict v;
	char *to;

	buf_reset(&h->doc);
	v = gzip_open(h->crew->fd, offset, e->method, e->bytes, &h->gzip, why);
	if (v != V_OK)
		return v;
	gzip_within(h->gzip, e->packed);
	do {
		if (!keep)
			buf_reset(&h->doc);
		to = buf_room(&h->doc, keep ? room - h->doc.len : room);
		assert(to != NULL);
		v = gzip_read(h->gzip, to, keep ? room - h->doc.len : room,
			&got, why);
		if (v != V_OK)
			return v;
		buf_used(&h->doc, got);
		crc = gzip_crc32(crc, to, got);
		if (book != NULL)
			v = got == 0 ? V_OK : book_add(book, to, got, why);
		else
			digest_add(h->digest, to, got);
	} while (v == V_OK && got > 0);
	if (v == V_OK &&
		(crc != e->crc || (e->method != GZIP_STORED &&
					  gzip_packed(h->gzip) != e->packed)))
		v = wrong(why);
	if (m != NULL)
		digest_end(h->digest, m->sha256);
	return v;
}

static enum verdict
read_document(struct hand *h, struct task *t, int64_t offset, struct fault *why)
{
	const struct zip_entry *e = &t->entry;
	struct member *m = &t->member;
	enum verdict v;

	v = inflate_member(h, e, offset, NULL, m, why);
	if (v != V_OK)
		return v;
	m->offset = offset;
	m->bytes = e->bytes;
	m->method = (uint8_t)e->method;
	if (e->bytes > (int64_t)DOCUMENT_BYTES_MAX) {
		m->look = MEMBER_TOO_LARGE;
		v = V_OK;
	} else if (archive_kind(h->doc.bytes, h->doc.len) != ARCHIVE_NO) {
		v = judge_nested(why);
	} else {
		v = look_at(h->crew->s, h->doc.bytes, h->doc.len, m, why);
	}
	if (v != V_OK)
		return v;
	return member_put(&h->crew->s->members, t->index, m, why);
}

static enum verdict
do_task(struct hand *h, struct task *t, struct fault *why)
{
	const struct zip_entry *e = &t->entry;
	struct crew *c = h->crew;
	bool large = e->bytes > (int64_t)LARGE;
	enum verdict v;
	int64_t offset;

	v = zip_data(c->fd, e, &offset, why);
	if (v != V_OK)
		return v;
	if (t->role == ROLE_PAYLOAD)
		c->s->places[c->part] = (struct payload_place){ .fd = c->fd,
			.method = e->method,
			.offset = offset,
			.packed_bytes = e->packed,
			.bytes = e->bytes,
			.bytes_max = c->s->rules.bytes_max,
			.has_crc = true,
			.crc = e->crc };
	if (t->role == ROLE_PAYLOAD && e->bytes > c->s->rules.bytes_max)
		return payload_too_long(c->s->rules.bytes_max, why);
	if (!t->document)
		return V_OK;
	if (large)
		(void)pthread_mutex_lock(&c->large);
	v = read_document(h, t, offset, why);
	if (large) {
		buf_done(&h->doc);
		(void)pthread_mutex_unlock(&c->large);
	}
	return v;
}

static void *
work(void *self)
{
	struct hand *h = self;
	struct task tasks[TASKS];
	struct fault why = FAULT_NONE;
	enum verdict v = V_OK;
	int i, n;

	while (v == V_OK && (n = take(h->crew, tasks)) > 0)
		for (i = 0; v == V_OK && i < n; i++) {
			v = do_task(h, &tasks[i], &why);
			if (v != V_OK)
				fail(h->crew, tasks[i].number, v, &why);
		}
	return NULL;
}

static void
hand_init(struct hand *h, struct crew *c)
{
	*h = (struct hand){ .crew = c,
		.digest = digest_new(),
		.doc = BUF_MAX(DOCUMENT_BYTES_MAX + 2) };
}

static void
hand_done(struct hand *h)
{
	gzip_close(h->gzip);
	digest_free(h->digest);
	buf_done(&h->doc);
}

/* Two threads, or one when there is no second to be had. */
static void
work_all(struct crew *c)
{
	struct hand hands[2];
	sigset_t all, before;
	pthread_t second;
	bool two;

	hand_init(&hands[0], c);
	hand_init(&hands[1], c);
	/* Signals are for the first thread. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	two = pthread_create(&second, NULL, work, &hands[1]) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)work(&hands[0]);
	if (two)
		(void)pthread_join(second, NULL);
	hand_done(&hands[0]);
	hand_done(&hands[1]);
}

/* The one PDF comes last: it is unpacked to a file of its own. */
static enum verdict
read_book(struct crew *c, struct fault *why)
{
	struct book **book = &c->s->books[c->part];
	enum verdict v;
	int64_t offset;
	struct hand h;

	hand_init(&h, c);
	v = zip_data(c->fd, &c->book, &offset, why);
	if (v == V_OK)
		v = book_new(c->s, book, why);
	if (v == V_OK)
		v = inflate_member(&h, &c->book, offset, *book, NULL, why);
	if (v == V_OK)
		v = book_open(*book, why);
	hand_done(&h);
	return v;
}

enum verdict
judge_zip(struct source *s, int part, const struct archive_limits *limits,
	struct fault *why)
{
	struct crew c = { .s = s,
		.part = part,
		.fd = s->parts[part].fd,
		.failed = INT64_MAX };
	enum verdict v;

	v = zip_open(c.fd, limits, &c.zip, why);
	if (v != V_OK)
		return v;
	if (!s->rules.no_documents) {
		member_reserve(&s->members, (size_t)zip_count(c.zip));
		owner_reserve(&s->owners, (size_t)zip_count(c.zip));
	}
	(void)pthread_mutex_init(&c.lock, NULL);
	(void)pthread_mutex_init(&c.large, NULL);
	work_all(&c);
	(void)pthread_mutex_destroy(&c.lock);
	(void)pthread_mutex_destroy(&c.large);
	zip_close(c.zip);
	if (c.failed != INT64_MAX) {
		*why = c.why;
		return c.v;
	}
	v = judge_found(s, &c.found, why);
	if (v == V_OK && c.found.books > 0)
		v = read_book(&c, why);
	return v;
}
