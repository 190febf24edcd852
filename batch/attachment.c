/* batch/attachment.c - see batch/attachment.h
 *
 * The packed form, numbers with the highest byte first:
 *	version 3, count
 *	then per document: place, method, part 2, offset 8, bytes 8, pages 4,
 *	digest 32, length of the title 2, title,
 *	and with method 64 (base64) the length of its text 8
 * The byte of the place also has the way (16, 32) and a leaflet's mark (64);
 * version 2 has neither.  Version 1, in rows of before sets, has no part: it
 * is 0.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "batch/attachment.h"

#define PACK_VERSION 3
#define PACK_PLACE 15 /* bits of the first byte */
#define PACK_WAY 4    /* where two bits of the way begin */
#define PACK_SHARED 64
#define PACK_FIXED 58	     /* bytes of a document before its title */
#define PACK_PART 2	     /* of those, not in version 1 */
#define PACK_RAW 8	     /* behind the title of what is base64 */
#define PACK_TITLE_BYTES 512 /* 128 characters of at most four bytes */

_Static_assert(PACK_TITLE_BYTES >= 4 * ATTACHMENT_TITLE_CHARS,
	"a title of full length must fit");

static void
put(uint8_t *to, uint64_t value, int bytes)
{
	while (bytes-- > 0) {
		to[bytes] = (uint8_t)(value & 0xff);
		value >>= 8;
	}
}

static uint64_t
get(const uint8_t *from, int bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *from++;
	return value;
}

bool
attachment_to_box(const struct attachment *doc)
{
	return doc->way != ATTACHMENT_PAPER_ONLY;
}

bool
attachment_to_paper(const struct attachment *doc)
{
	return doc->way != ATTACHMENT_BOX_ONLY;
}

void
attachment_pack(const struct attachment *docs, size_t count, struct buf *out)
{
	uint8_t head[2], fixed[PACK_FIXED], raw[PACK_RAW];
	size_t i, len;

	assert(count <= ATTACHMENT_LETTER_MAX);
	head[0] = PACK_VERSION;
	head[1] = (uint8_t)count;
	buf_add(out, head, sizeof(head));
	for (i = 0; i < count; i++) {
		const char *title = docs[i].title == NULL ? "" : docs[i].title;

		assert(docs[i].offset >= 0 && docs[i].bytes >= 0);
		assert(docs[i].pages >= 0);
		assert(docs[i].part >= 0 && docs[i].part <= UINT16_MAX);
		len = strlen(title);
		assert(len <= PACK_TITLE_BYTES);
		assert(docs[i].place <= ATTACHMENT_CONTENT);
		fixed[0] = (uint8_t)((unsigned)docs[i].place |
				     (unsigned)docs[i].way << PACK_WAY |
				     (docs[i].shared ? PACK_SHARED : 0));
		fixed[1] = (uint8_t)docs[i].method;
		put(fixed + 2, (uint64_t)docs[i].part, 2);
		put(fixed + 4, (uint64_t)docs[i].offset, 8);
		put(fixed + 12, (uint64_t)docs[i].bytes, 8);
		put(fixed + 20, (uint64_t)docs[i].pages, 4);
		memcpy(fixed + 24, docs[i].sha256, 32);
		put(fixed + 56, len, 2);
		buf_add(out, fixed, sizeof(fixed));
		buf_add(out, title, len);
		if (docs[i].method != ATTACHMENT_BASE64)
			continue;
		assert(docs[i].raw >= 0);
		put(raw, (uint64_t)docs[i].raw, PACK_RAW);
		buf_add(out, raw, PACK_RAW);
	}
}

static bool
method_ok(int version, int place, int method)
{
	if (method == ATTACHMENT_BASE64)
		return version > 1 && place == ATTACHMENT_MEMBER;
	return method == ATTACHMENT_STORED || method == ATTACHMENT_DEFLATE;
}

/* Place, way and mark of a leaflet, all in one byte. */
static bool
unpack_place(int version, uint8_t byte, struct attachment *doc)
{
	unsigned place = byte & PACK_PLACE, way = byte >> PACK_WAY & 3;

	if (place > ATTACHMENT_CONTENT || way > ATTACHMENT_PAPER_ONLY ||
		(version < 3 && byte != place) || byte > 2 * PACK_SHARED - 1)
		return false;
	doc->place = (enum attachment_place)place;
	doc->way = (enum attachment_way)way;
	doc->shared = (byte & PACK_SHARED) != 0;
	return true;
}

/* One document of that version from `*at`, which moves behind it. */
static bool
unpack_one(const uint8_t **at, const uint8_t *end, int version,
	struct arena *mem, struct attachment *doc)
{
	const size_t part = version == 1 ? 0 : PACK_PART;
	const size_t fixed = PACK_FIXED - PACK_PART + part;
	const uint8_t *head = *at, *p = head + part;
	uint64_t offset, bytes, pages, raw = 0;
	size_t len, more;

	if ((size_t)(end - head) < fixed)
		return false;
	offset = get(p + 2, 8);
	bytes = get(p + 10, 8);
	pages = get(p + 18, 4);
	len = (size_t)get(p + 54, 2);
	more = head[1] == ATTACHMENT_BASE64 ? PACK_RAW : 0;
	if (!unpack_place(version, head[0], doc) ||
		!method_ok(version, (int)doc->place, head[1]))
		return false;
	if (offset > INT64_MAX || bytes > INT64_MAX || pages > INT32_MAX)
		return false;
	if (len > PACK_TITLE_BYTES || len + more > (size_t)(end - head) - fixed)
		return false;
	raw = get(head + fixed + len, (int)more);
	if (raw > (uint64_t)INT64_MAX - offset)
		return false;
	if (memchr(head + fixed, '\0', len) != NULL)
		return false;
	doc->method = head[1];
	doc->part = (int)get(head + 2, (int)part);
	doc->offset = (int64_t)offset;
	doc->bytes = (int64_t)bytes;
	doc->pages = (int32_t)pages;
	doc->raw = (int64_t)raw;
	memcpy(doc->sha256, p + 22, 32);
	doc->title = arena_text(mem, head + fixed, len);
	*at = head + fixed + len + more;
	return true;
}

bool
attachment_unpack(const void *bytes, size_t len, struct arena *mem,
	struct attachment **docs_out, size_t *count_out)
{
	const uint8_t *at = bytes, *end;
	struct attachment *docs = NULL;
	size_t i, count;
	int version;

	if (len < 2 || at[0] < 1 || at[0] > PACK_VERSION ||
		at[1] > ATTACHMENT_LETTER_MAX)
		return false;
	version = at[0];
	end = at + len;
	count = at[1];
	at += 2;
	if (count > 0)
		docs = arena_alloc(mem, count * sizeof(docs[0]));
	for (i = 0; i < count; i++)
		if (!unpack_one(&at, end, version, mem, &docs[i]))
			return false;
	if (at != end)
		return false;
	*docs_out = docs;
	*count_out = count;
	return true;
}
