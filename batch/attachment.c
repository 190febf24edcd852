/* batch/attachment.c - see batch/attachment.h
 *
 * The packed form, numbers with the highest byte first:
 *	version 1, count
 *	then per document: place, method, offset 8, bytes 8, pages 4,
 *	digest 32, length of the title 2, title
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "batch/attachment.h"

#define PACK_VERSION 1
#define PACK_FIXED 56	     /* bytes of a document before its title */
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

void
attachment_pack(const struct attachment *docs, size_t count, struct buf *out)
{
	uint8_t head[2], fixed[PACK_FIXED];
	size_t i, len;

	assert(count <= ATTACHMENT_LETTER_MAX);
	head[0] = PACK_VERSION;
	head[1] = (uint8_t)count;
	buf_add(out, head, sizeof(head));
	for (i = 0; i < count; i++) {
		const char *title = docs[i].title == NULL ? "" : docs[i].title;

		assert(docs[i].offset >= 0 && docs[i].bytes >= 0);
		assert(docs[i].pages >= 0);
		len = strlen(title);
		assert(len <= PACK_TITLE_BYTES);
		fixed[0] = (uint8_t)docs[i].place;
		fixed[1] = (uint8_t)docs[i].method;
		put(fixed + 2, (uint64_t)docs[i].offset, 8);
		put(fixed + 10, (uint64_t)docs[i].bytes, 8);
		put(fixed + 18, (uint64_t)docs[i].pages, 4);
		memcpy(fixed + 22, docs[i].sha256, 32);
		put(fixed + 54, len, 2);
		buf_add(out, fixed, sizeof(fixed));
		buf_add(out, title, len);
	}
}

/* One document from `*at`, which moves behind it. */
static bool
unpack_one(const uint8_t **at, const uint8_t *end, struct arena *mem,
	struct attachment *doc)
{
	const uint8_t *p = *at;
	uint64_t offset, bytes, pages;
	size_t len;

	if ((size_t)(end - p) < PACK_FIXED)
		return false;
	offset = get(p + 2, 8);
	bytes = get(p + 10, 8);
	pages = get(p + 18, 4);
	len = (size_t)get(p + 54, 2);
	if (p[0] > ATTACHMENT_CONTENT || (p[1] != 0 && p[1] != 8))
		return false;
	if (offset > INT64_MAX || bytes > INT64_MAX || pages > INT32_MAX)
		return false;
	if (len > PACK_TITLE_BYTES || len > (size_t)(end - p) - PACK_FIXED)
		return false;
	if (memchr(p + PACK_FIXED, '\0', len) != NULL)
		return false;
	doc->place = p[0] == 0 ? ATTACHMENT_MEMBER : ATTACHMENT_CONTENT;
	doc->method = p[1];
	doc->offset = (int64_t)offset;
	doc->bytes = (int64_t)bytes;
	doc->pages = (int32_t)pages;
	memcpy(doc->sha256, p + 22, 32);
	doc->title = arena_text(mem, p + PACK_FIXED, len);
	*at = p + PACK_FIXED + len;
	return true;
}

bool
attachment_unpack(const void *bytes, size_t len, struct arena *mem,
	struct attachment **docs_out, size_t *count_out)
{
	const uint8_t *at = bytes, *end;
	struct attachment *docs = NULL;
	size_t i, count;

	if (len < 2 || at[0] != PACK_VERSION || at[1] > ATTACHMENT_LETTER_MAX)
		return false;
	end = at + len;
	count = at[1];
	at += 2;
	if (count > 0)
		docs = arena_alloc(mem, count * sizeof(docs[0]));
	for (i = 0; i < count; i++)
		if (!unpack_one(&at, end, mem, &docs[i]))
			return false;
	if (at != end)
		return false;
	*docs_out = docs;
	*count_out = count;
	return true;
}
