/* spool/inlined.c - see spool/inlined.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "spool/inlined.h"

#define TEXT_BYTES ((size_t)65536)
#define LOOK_CHARS 64		 /* compared at each end */
#define LOOK_BYTES ((size_t)512) /* read there, blanks included */

struct inlined {
	int fd;
	int64_t at, end; /* of what is not read yet */
	struct base64 state;
	bool ended; /* base64_end() was asked */
	size_t have, used;
	char text[TEXT_BYTES];
	/* What a block gives, and the end. */
	uint8_t bytes[TEXT_BYTES / 4 * 3 + 3 + 2];
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The first characters that are no blanks; how many. */
static size_t
first_chars(const char *text, size_t len, char out[LOOK_CHARS])
{
	size_t i, n = 0;

	for (i = 0; i < len && n < LOOK_CHARS; i++)
		if (!is_blank(text[i]))
			out[n++] = text[i];
	return n;
}

/* The last ones, backwards. */
static size_t
last_chars(const char *text, size_t len, char out[LOOK_CHARS])
{
	size_t n = 0;

	while (len-- > 0 && n < LOOK_CHARS)
		if (!is_blank(text[len]))
			out[n++] = text[len];
	return n;
}

bool
inlined_stands(
	int fd, int64_t offset, int64_t raw, const char *text, size_t len)
{
	char there[LOOK_BYTES], a[LOOK_CHARS], b[LOOK_CHARS];
	size_t got, n, want = LOOK_BYTES;
	struct fault ignored;

	assert(offset >= 0 && raw > 0 && raw <= INT64_MAX - offset);
	if ((uint64_t)raw < len)
		return false;
	if (raw < (int64_t)want)
		want = (size_t)raw;
	/* More than a few blanks there: fewer characters, so not the same. */
	if (file_read_at(fd, there, want, offset, &got, &ignored) != V_OK ||
		got < want)
		return false;
	n = first_chars(there, want, a);
	if (n != first_chars(text, len, b) || memcmp(a, b, n) != 0)
		return false;
	offset += raw - (int64_t)want;
	if (file_read_at(fd, there, want, offset, &got, &ignored) != V_OK ||
		got < want)
		return false;
	n = last_chars(there, want, a);
	return n == last_chars(text, len, b) && memcmp(a, b, n) == 0;
}

void
inlined_open(
	int fd, int64_t offset, int64_t raw, struct inlined **inlined_inout)
{
	struct inlined *d = *inlined_inout;

	assert(fd >= 0 && offset >= 0);
	assert(raw >= 0 && raw <= INT64_MAX - offset);
	if (d == NULL)
		d = *inlined_inout = mem_new(sizeof(*d));
	d->fd = fd;
	d->at = offset;
	d->end = offset + raw;
	d->state = (struct base64){ 0 };
	d->ended = false;
	d->have = d->used = 0;
}

static enum verdict
no_base64(struct fault *why)
{
	return fault_set(why, V_SKIP, CODE_DOCUMENT,
		"the document is not base64, or its text ends early");
}

/* Decode a block; nothing comes of one that is all blanks. */
static enum verdict
decode(struct inlined *d, struct fault *why)
{
	size_t want = TEXT_BYTES, got = 0, rest = 0;
	enum verdict v;

	d->have = d->used = 0;
	if (d->end - d->at < (int64_t)want)
		want = (size_t)(d->end - d->at);
	if (want > 0) {
		v = file_read_at(d->fd, d->text, want, d->at, &got, why);
		if (v != V_OK)
			return v;
	}
	if (got < want ||
		!base64_more(&d->state, d->text, got, d->bytes, &d->have))
		return no_base64(why);
	d->at += (int64_t)got;
	if (d->at < d->end)
		return V_OK;
	d->ended = true;
	if (!base64_end(&d->state, d->bytes + d->have, &rest))
		return no_base64(why);
	d->have += rest;
	return V_OK;
}

enum verdict
inlined_read(struct inlined *d, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v = V_OK;

	assert(len > 0);
	while (v == V_OK && d->used == d->have && !d->ended)
		v = decode(d, why);
	if (v != V_OK)
		return v;
	if (len > d->have - d->used)
		len = d->have - d->used;
	memcpy(bytes, d->bytes + d->used, len);
	d->used += len;
	*len_out = len;
	return V_OK;
}

void
inlined_free(struct inlined *d)
{
	free(d);
}
