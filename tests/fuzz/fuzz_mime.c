/* tests/fuzz/fuzz_mime.c - any multipart
 *
 * The first line of the input is the Content-Type, the rest the body.  Whatever
 * comes, parts lie in the body or are of their own and not larger, no two of
 * them overlap, and what we put together ourselves from these parts is taken
 * apart into the same again.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "channels/mime.h"

#define TYPE_MAX 300
#define BOUNDARY "mobb-0123456789abcdef0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check_parts(const struct mime_part *parts, size_t count, const char *body,
	size_t len)
{
	const char *free_from = body, *end = body + len;
	size_t i, total = 0;

	assert(count > 0 && count <= MIME_PARTS_MAX);
	for (i = 0; i < count; i++) {
		const struct mime_part *p = &parts[i];

		assert(strlen(p->content_id) <= MIME_HEAD_MAX);
		assert(strlen(p->content_type) <= MIME_HEAD_MAX);
		total += p->len;
		/* Touch every byte. */
		assert(p->len == 0 || memchr(p->bytes, 1, p->len) != parts);
		if (p->bytes < body || p->bytes > end)
			continue; /* decoded */
		assert(p->bytes >= free_from &&
			p->len <= (size_t)(end - p->bytes));
		free_from = p->bytes + p->len;
	}
	assert(total <= len);
}

static bool
holds_boundary(const struct mime_part *part)
{
	const size_t n = strlen(BOUNDARY);
	size_t i;

	for (i = 0; i + n <= part->len; i++)
		if (memcmp(part->bytes + i, BOUNDARY, n) == 0)
			return true;
	return false;
}

static void
check_again(const struct mime_part *parts, size_t count, size_t len,
	struct arena *mem)
{
	struct buf out = BUF_MAX(2 * len + 10000);
	struct mime_part again[MIME_PARTS_MAX];
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (holds_boundary(&parts[i]))
			goto out; /* no boundary for these */
		buf_format(&out, "--%s\r\nContent-Type: a/b\r\n\r\n", BOUNDARY);
		buf_add(&out, parts[i].bytes, parts[i].len);
		buf_text(&out, "\r\n");
	}
	buf_format(&out, "--%s--\r\n", BOUNDARY);
	assert(!out.full);
	assert(mime_split(out.bytes, out.len, BOUNDARY, mem, again, &n));
	assert(n == count);
	for (i = 0; i < count; i++)
		assert(again[i].len == parts[i].len &&
			(parts[i].len == 0 ||
				memcmp(again[i].bytes, parts[i].bytes,
					parts[i].len) == 0));
out:
	buf_done(&out);
}

static void
check_find(const struct mime_part *parts, size_t count, struct arena *mem)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct mime_part *found =
			mime_find(parts, count, parts[i].content_id, mem);

		assert(found != NULL && found <= &parts[i]);
		assert(mime_root(parts, count, parts[i].content_id) <= i);
	}
	(void)mime_find(parts, count, "%00%", mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *line = len == 0 ? NULL : memchr(bytes, '\n', len);
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	char header[TYPE_MAX + 1], *body;
	struct mime_type type;
	size_t n, count = 0;

	if (line == NULL || line - bytes > TYPE_MAX)
		return 0;
	n = (size_t)(line - bytes);
	memcpy(header, bytes, n);
	header[n] = '\0';
	len -= n + 1;
	/* Exactly so long, so that reading beyond it is noticed. */
	body = malloc(len > 0 ? len : 1);
	if (body == NULL)
		abort();
	memcpy(body, line + 1, len);
	if (mime_type_read(header, &mem, &type)) {
		assert(strlen(type.boundary) <= MIME_BOUNDARY_MAX);
		if (mime_split(body, len, type.boundary, &mem, parts, &count)) {
			check_parts(parts, count, body, len);
			assert(mime_root(parts, count, type.start) < count);
			check_find(parts, count, &mem);
			check_again(parts, count, len, &mem);
		}
	}
	free(body);
	arena_done(&mem);
	return 0;
}
