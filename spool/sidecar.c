/* spool/sidecar.c - what the supplier promised beside his file
 *
 * All four kinds may hold the same words: letters=N, amount=N.NN, bytes=N,
 * sha256=HEX, or a line as sha256sum writes it.  A word we do not know, or two
 * sidecars that differ, is no promise but a mistake.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "spool/room.h"

#define SIDECAR_BYTES_MAX 4096
#define NUMBER_MAX INT64_C(1000000000000)

static const char blanks[] = " \t\r\n";

static bool
promise_number(const char *text, int64_t *promised)
{
	int64_t n;

	if (!text_number(text, NUMBER_MAX, &n) ||
		(*promised != -1 && *promised != n))
		return false;
	*promised = n;
	return true;
}

/* "33914002.17", or whole euros. */
static bool
promise_amount(const char *text, int64_t *promised)
{
	char digits[32];
	size_t whole = strcspn(text, ".,"), len = strlen(text);
	bool decimals = whole < len;

	if (len >= sizeof(digits) - 3 || (decimals && len != whole + 3))
		return false;
	snprintf(digits, sizeof(digits), "%.*s%s", (int)whole, text,
		decimals ? text + whole + 1 : "00");
	return whole > 0 && promise_number(digits, promised);
}

static bool
promise_sha256(const char *text, char promised[DIGEST_HEX_MAX])
{
	uint8_t bytes[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];

	if (!digest_unhex(text, bytes, DIGEST_BYTES))
		return false;
	digest_hex(bytes, DIGEST_BYTES, hex);
	if (promised[0] != '\0' && strcmp(promised, hex) != 0)
		return false;
	memcpy(promised, hex, sizeof(hex));
	return true;
}

static bool
starts(const char *text, const char *head, const char **rest_out)
{
	size_t n = strlen(head);

	*rest_out = text + n;
	return strncmp(text, head, n) == 0;
}

static bool
word(struct claim *claim, const char *text)
{
	int64_t bytes = -1;
	const char *v;

	if (starts(text, "letters=", &v))
		return promise_number(v, &claim->promised_letters);
	if (starts(text, "amount=", &v))
		return promise_amount(v, &claim->promised_cents);
	if (starts(text, "bytes=", &v))
		return promise_number(v, &bytes) && bytes == claim->bytes;
	if (starts(text, "sha256=", &v))
		return promise_sha256(v, claim->parts[0].promised_sha256);
	/* sha256sum's line: the digest, then the name, perhaps with a star. */
	if (strlen(text) == DIGEST_HEX_MAX - 1 && strchr(text, '.') == NULL)
		return promise_sha256(text, claim->parts[0].promised_sha256);
	return strcmp(text + (text[0] == '*'), claim->name) == 0;
}

/* V_SKIP also when it is not there: then *there_out is false. */
static enum verdict
sidecar_text(int dir, const char *name, char text[SIDECAR_BYTES_MAX + 1],
	bool *there_out, struct fault *why)
{
	enum verdict v = V_OK;
	struct stat st;
	size_t got;
	int fd;

	*there_out = false;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return V_OK;
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
		st.st_size > SIDECAR_BYTES_MAX)
		v = fault_set(why, V_SKIP, CODE_SIDECAR,
			"a sidecar is no plain small file");
	if (v == V_OK)
		v = file_read_at(fd, text, SIDECAR_BYTES_MAX, 0, &got, why);
	if (fd != -1)
		(void)close(fd);
	if (v != V_OK)
		return v;
	text[got] = '\0';
	*there_out = true;
	if (strlen(text) != got)
		return fault_set(why, V_SKIP, CODE_SIDECAR,
			"a sidecar holds binary data");
	return V_OK;
}

enum verdict
room_sidecars_read(struct claim *claim, struct fault *why)
{
	char text[SIDECAR_BYTES_MAX + 1], name[SPOOL_NAME_MAX + 16];
	char *part, *rest;
	enum verdict v;
	bool there;
	size_t i;

	assert(claim->dir > 2);
	claim->promised_letters = claim->promised_cents = -1;
	claim->parts[0].promised_sha256[0] = '\0';
	for (i = 0; room_sidecars[i] != NULL; i++) {
		snprintf(name, sizeof(name), "%s%s", claim->name,
			room_sidecars[i]);
		v = sidecar_text(claim->dir, name, text, &there, why);
		if (v != V_OK)
			return v;
		part = there ? strtok_r(text, blanks, &rest) : NULL;
		for (; part != NULL; part = strtok_r(NULL, blanks, &rest))
			if (!word(claim, part))
				return fault_set(why, V_SKIP, CODE_SIDECAR,
					"NAME%s says what cannot be read, or "
					"contradicts the file or another "
					"sidecar",
					room_sidecars[i]);
	}
	return V_OK;
}
