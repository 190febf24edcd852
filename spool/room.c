/* spool/room.c - names and the little .claim file; see spool/room.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "spool/room.h"

/* A name of 255 bytes in percents, and more; then a line for each part. */
#define HEAD_BYTES_MAX 1024
#define SIDECARS_BYTES_MAX 64 /* the lines of one part's */
#define CLAIM_BYTES_MAX                                                        \
	(HEAD_BYTES_MAX + (size_t)SPOOL_PARTS_MAX *                            \
				  (SPOOL_NAME_MAX + 1 + SIDECARS_BYTES_MAX))
#define DATE_DIGITS 8
#define JOB_RANDOM 4
#define ROOM_NAME_MAX 40 /* of a stream or a sender */

_Static_assert(SPOOL_STREAM_MAX == 2 * ROOM_NAME_MAX + 1, "and a slash");

const char *const room_sidecars[] = { ".ready", ".trigger", ".totals",
	".sha256", NULL };

static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

static bool
plain_name(const char *name, size_t max)
{
	size_t len = strlen(name);

	return len > 0 && len <= max && name[0] != '.' &&
	       strspn(name, plain) == len;
}

/* A batch file called as our content file would be overwritten by it. */
bool
room_name_ok(const char *name)
{
	return plain_name(name, SPOOL_NAME_MAX) &&
	       strcmp(name, ROOM_CONTENT) != 0;
}

bool
room_out_name_ok(const char *name)
{
	return plain_name(name, SPOOL_OUT_NAME_MAX);
}

bool
room_stream_ok(const char *stream)
{
	const char *slash = strchr(stream, '/');
	char first[SPOOL_STREAM_MAX + 1];

	if (slash == NULL)
		return plain_name(stream, ROOM_NAME_MAX);
	snprintf(first, sizeof(first), "%.*s", (int)(slash - stream), stream);
	return plain_name(first, ROOM_NAME_MAX) &&
	       plain_name(slash + 1, ROOM_NAME_MAX);
}

bool
room_job_ok(const char *job)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

	return strlen(job) == DATE_DIGITS + 1 + JOB_RANDOM &&
	       strspn(job, "0123456789") == DATE_DIGITS &&
	       job[DATE_DIGITS] == '-' &&
	       strspn(job + DATE_DIGITS + 1, base32) == JOB_RANDOM;
}

static bool
ends(const char *text, const char *tail)
{
	size_t n = strlen(text), t = strlen(tail);

	return n >= t && strcmp(text + n - t, tail) == 0;
}

bool
room_never_batch(const char *name)
{
	static const char *const unfinished[] = { ".part", ".tmp",
		".filepart" };
	size_t i;

	if (name[0] == '.')
		return true;
	for (i = 0; i < sizeof(unfinished) / sizeof(unfinished[0]); i++)
		if (ends(name, unfinished[i]))
			return true;
	for (i = 0; room_sidecars[i] != NULL; i++)
		if (ends(name, room_sidecars[i]))
			return true;
	return false;
}

void
room_path(char out[ROOM_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, ROOM_PATH_MAX, "%s/%s", dir, name);

	assert(n > 0 && n < ROOM_PATH_MAX);
}

void
room_percent(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name != '\0' && n + 3 < size; name++)
		if (strchr(plain, *name) != NULL)
			out[n++] = *name;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02x",
				(unsigned)(unsigned char)*name);
	out[n] = '\0';
}

void
room_unpercent(const char *text, char out[NAME_MAX + 1])
{
	char hex[3] = "";
	size_t n = 0;

	while (*text != '\0' && n < NAME_MAX) {
		if (*text != '%') {
			out[n++] = *text++;
			continue;
		}
		memcpy(hex, text + 1, strnlen(text + 1, 2));
		out[n++] = (char)strtol(hex, NULL, 16);
		text += 1 + strnlen(text + 1, 2);
	}
	out[n] = '\0';
}

/* --- .claim: stream, name, refused name; of a set then all names ---
 *
 * Behind the name, of a set behind each, come the sidecars seen beside it, as
 * lines like ".ready": no name begins with a dot.
 */

static void
write_sidecars(struct buf *b, unsigned seen)
{
	size_t i;

	for (i = 0; room_sidecars[i] != NULL; i++)
		if (seen & 1u << i)
			buf_format(b, "%s\n", room_sidecars[i]);
}

enum verdict
room_claim_write(int dir, const struct room_claim *claim,
	const struct room_parts *parts, struct fault *why)
{
	struct buf b = BUF_MAX(CLAIM_BYTES_MAX);
	enum verdict v;
	int i;

	buf_format(
		&b, "%s\n%s\n%s\n", claim->stream, claim->name, claim->refused);
	if (parts == NULL)
		write_sidecars(&b, claim->sidecars[0]);
	for (i = 0; parts != NULL && i < parts->count; i++) {
		buf_format(&b, "%s\n", parts->names[i]);
		write_sidecars(&b, claim->sidecars[i]);
	}
	assert(!b.full);
	v = file_put(dir, ROOM_CLAIMING, b.bytes, b.len, 0640, why);
	buf_done(&b);
	return v;
}

/* The next line of *text into `out`; false when there is none that fits. */
static bool
line(char **text, char *out, size_t size)
{
	char *end = strchr(*text, '\n');
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - *text);
	if (len >= size)
		return false;
	memcpy(out, *text, len);
	out[len] = '\0';
	*text = end + 1;
	return true;
}

/* The lines of one part's sidecars, if any. */
static uint8_t
read_sidecars(char **text)
{
	unsigned seen = 0;
	size_t i, len;

	for (i = 0; room_sidecars[i] != NULL; i++) {
		len = strlen(room_sidecars[i]);
		if (strncmp(*text, room_sidecars[i], len) != 0 ||
			(*text)[len] != '\n')
			continue;
		seen |= 1u << i;
		*text += len + 1;
	}
	return (uint8_t)seen;
}

/* The parts behind the head of .claim; false when they make no sense. */
static bool
read_parts(char *text, struct room_claim *c, struct room_parts *parts_out)
{
	struct room_parts parts = { 0 };

	parts.names = mem_zero(SPOOL_PARTS_MAX, sizeof(*parts.names));
	memset(c->sidecars, 0, sizeof(c->sidecars));
	c->sidecars[0] = read_sidecars(&text);
	while (*text != '\0' && parts.count < SPOOL_PARTS_MAX &&
		line(&text, parts.names[parts.count], sizeof(*parts.names)) &&
		room_name_ok(parts.names[parts.count]))
		c->sidecars[parts.count++] = read_sidecars(&text);
	c->set = parts.count > 0;
	if (!c->set) {
		parts.count = 1;
		memcpy(parts.names[0], c->name, sizeof(c->name));
	}
	c->part_count = parts.count;
	if (parts_out != NULL && *text == '\0')
		*parts_out = parts;
	else
		room_parts_done(&parts);
	return *text == '\0';
}

static enum verdict
read_claim(int dir, struct room_claim *c, struct room_parts *parts_out,
	bool *whole_out, struct fault *why)
{
	struct buf b = BUF_MAX(CLAIM_BYTES_MAX);
	enum verdict v;
	char *text;

	*whole_out = true;
	v = file_get(dir, ROOM_CLAIM, &b, why);
	if (v == V_SKIP) {
		*whole_out = false;
		v = file_get(dir, ROOM_CLAIMING, &b, why);
	}
	text = b.bytes;
	if (v == V_OK &&
		(text == NULL || !line(&text, c->stream, sizeof(c->stream)) ||
			!line(&text, c->name, sizeof(c->name)) ||
			!line(&text, c->refused, sizeof(c->refused)) ||
			!room_stream_ok(c->stream) || !room_name_ok(c->name) ||
			!read_parts(text, c, parts_out)))
		v = fault_set(why, V_BROKEN, CODE_SPOOL,
			"the job's %s makes no sense", ROOM_CLAIM);
	buf_done(&b);
	return v;
}

enum verdict
room_claim_read(int dir, struct room_claim *claim_out, bool *whole_out,
	struct fault *why)
{
	struct room_claim c;
	enum verdict v;
	bool whole;

	v = read_claim(dir, &c, NULL, &whole, why);
	if (v != V_OK)
		return v;
	*claim_out = c;
	*whole_out = whole;
	return V_OK;
}

enum verdict
room_parts_read(int dir, struct room_parts *parts_out, struct fault *why)
{
	struct room_claim c;
	bool whole;

	return read_claim(dir, &c, parts_out, &whole, why);
}

void
room_parts_done(struct room_parts *parts)
{
	free(parts->names);
	*parts = (struct room_parts){ 0 };
}

enum verdict
room_claim_part(
	int dir, int part, char name_out[SPOOL_NAME_MAX + 1], struct fault *why)
{
	struct room_parts parts = { 0 };
	enum verdict v = room_parts_read(dir, &parts, why);

	if (v == V_OK && (part < 0 || part >= parts.count))
		v = fault_set(why, V_BROKEN, CODE_NO_JOB,
			"the job has no part %d", part + 1);
	if (v == V_OK)
		memcpy(name_out, parts.names[part], SPOOL_NAME_MAX + 1);
	room_parts_done(&parts);
	return v;
}
