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
#define BLOCK_BYTES ((size_t)16384) /* compared at a time */
#define LOOK_BYTES ((size_t)64)	    /* compared at each end */

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

/* What is left of a text when these bytes of the file are its beginning, but
 * for blanks in both; NULL when they are not.
 */
static const char *
rest_of(const char *text, const char *end, const char *there, size_t len)
{
	const char *there_end = there + len;

	while (there < there_end) {
		if (is_blank(*there)) {
			there++;
		} else if (text < end && is_blank(*text)) {
			text++;
		} else if (text == end || *text++ != *there++) {
			return NULL;
		}
	}
	return text;
}

static bool
stands_all(int fd, int64_t at, int64_t raw, const char *text, size_t len)
{
	const char *end = text + len;
	char there[BLOCK_BYTES];
	struct fault ignored;
	size_t got, want;

	for (; raw > 0; raw -= (int64_t)got, at += (int64_t)got) {
		want = raw < (int64_t)BLOCK_BYTES ? (size_t)raw : BLOCK_BYTES;
		if (file_read_at(fd, there, want, at, &got, &ignored) != V_OK ||
			got < want)
			return false;
		text = rest_of(text, end, there, got);
		if (text == NULL)
			return false;
	}
	while (text < end && is_blank(*text))
		text++;
	return text == end;
}

static bool
stands_here(int fd, int64_t at, const char *text, size_t len)
{
	char there[LOOK_BYTES];
	struct fault ignored;
	size_t got;

	return file_read_at(fd, there, len, at, &got, &ignored) == V_OK &&
	       got == len && memcmp(there, text, len) == 0;
}

bool
inlined_stands(
	int fd, int64_t offset, int64_t raw, const char *text, size_t len)
{
	size_t look = len < LOOK_BYTES ? len : LOOK_BYTES;

	assert(offset >= 0 && raw > 0 && raw <= INT64_MAX - offset);
	if ((uint64_t)raw != len)
		return stands_all(fd, offset, raw, text, len);
	return stands_here(fd, offset, text, look) &&
	       stands_here(fd, offset + raw - (int64_t)look, text + len - look,
		       look);
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
