/* spool/room.c - names and the little .claim file; see spool/room.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "spool/room.h"

#define CLAIM_BYTES_MAX 1024 /* a name of 255 bytes in percents, and more */
#define DATE_DIGITS 8
#define JOB_RANDOM 4

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
room_stream_ok(const char *stream)
{
	return plain_name(stream, SPOOL_STREAM_MAX);
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

enum verdict
room_claim_write(int dir, const struct room_claim *claim, struct fault *why)
{
	char text[CLAIM_BYTES_MAX];
	int n = snprintf(text, sizeof(text), "%s\n%s\n%s\n", claim->stream,
		claim->name, claim->refused);

	assert(n > 0 && n < CLAIM_BYTES_MAX);
	return file_put(dir, ROOM_CLAIMING, text, (size_t)n, 0640, why);
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

enum verdict
room_claim_read(int dir, struct room_claim *claim_out, bool *whole_out,
	struct fault *why)
{
	struct buf b = BUF_MAX(CLAIM_BYTES_MAX);
	struct room_claim c;
	enum verdict v;
	bool whole = true;
	char *text;

	v = file_get(dir, ROOM_CLAIM, &b, why);
	if (v == V_SKIP) {
		whole = false;
		v = file_get(dir, ROOM_CLAIMING, &b, why);
	}
	if (v != V_OK)
		goto out;
	text = b.bytes;
	if (!line(&text, c.stream, sizeof(c.stream)) ||
		!line(&text, c.name, sizeof(c.name)) ||
		!line(&text, c.refused, sizeof(c.refused)) ||
		!room_stream_ok(c.stream) || !room_name_ok(c.name)) {
		v = fault_set(why, V_BROKEN, CODE_SPOOL,
			"the job's %s makes no sense", ROOM_CLAIM);
		goto out;
	}
	*claim_out = c;
	*whole_out = whole;
out:
	buf_done(&b);
	return v;
}
