/* spool/sidecar.c - what the supplier promised beside his file
 *
 * All four kinds may hold the same words: letters=N, amount=N.NN, bytes=N,
 * sha256=HEX, or a line as sha256sum writes it.  A word we do not know, or two
 * sidecars that differ, is no promise but a mistake.
 *
 * Of a set each part has sidecars of its own: bytes and sha256 are that
 * part's.  letters and amount are added up when all parts promise them; when
 * the last part alone does, they are those of the whole set.  Any other mix
 * leaves open what is meant, and is a mistake too.
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

/* What the sidecars of one part say; -1 what they do not. */
struct promise {
	int64_t letters, cents;
};

static bool
word(struct claim_part *part, struct promise *p, const char *text)
{
	int64_t bytes = -1;
	const char *v;

	if (starts(text, "letters=", &v))
		return promise_number(v, &p->letters);
	if (starts(text, "amount=", &v))
		return promise_amount(v, &p->cents);
	if (starts(text, "bytes=", &v))
		return promise_number(v, &bytes) && bytes == part->bytes;
	if (starts(text, "sha256=", &v))
		return promise_sha256(v, part->promised_sha256);
	/* sha256sum's line: the digest, then the name, perhaps with a star. */
	if (strlen(text) == DIGEST_HEX_MAX - 1 && strchr(text, '.') == NULL)
		return promise_sha256(text, part->promised_sha256);
	return strcmp(text + (text[0] == '*'), part->name) == 0;
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
	if (fd == -1 && errno != ELOOP && errno != ENXIO && errno != EACCES)
		return fault_errno(
			why, V_LATER, CODE_SPOOL, "a sidecar cannot be read");
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

static enum verdict
read_part(
	int dir, struct claim_part *part, struct promise *p, struct fault *why)
{
	char text[SIDECAR_BYTES_MAX + 1], name[SPOOL_NAME_MAX + 16];
	char *piece, *rest;
	enum verdict v;
	bool there;
	size_t i;

	*p = (struct promise){ .letters = -1, .cents = -1 };
	part->promised_sha256[0] = '\0';
	for (i = 0; room_sidecars[i] != NULL; i++) {
		snprintf(name, sizeof(name), "%s%s", part->name,
			room_sidecars[i]);
		v = sidecar_text(dir, name, text, &there, why);
		if (v != V_OK)
			return v;
		piece = there ? strtok_r(text, blanks, &rest) : NULL;
		for (; piece != NULL; piece = strtok_r(NULL, blanks, &rest))
			if (!word(part, p, piece))
				return fault_set(why, V_SKIP, CODE_SIDECAR,
					"NAME%s says what cannot be read, or "
					"contradicts the file or another "
					"sidecar",
					room_sidecars[i]);
	}
	return V_OK;
}

/* One promise of `count` parts, of which `have` made one. */
static enum verdict
join(int have, int count, int64_t sum, int64_t last, int64_t *promised_out,
	struct fault *why)
{
	if (have != 0 && have != count && (have != 1 || last == -1))
		return fault_set(why, V_SKIP, CODE_SIDECAR,
			"letters or amount must be promised for every part of "
			"the set, or beside its last part alone");
	*promised_out = have == 0 ? -1 : sum;
	return V_OK;
}

enum verdict
room_sidecars_read(int dir, struct claim *claim, struct fault *why)
{
	int letters = 0, cents = 0, i;
	int64_t letters_sum = 0, cents_sum = 0;
	struct promise p = { .letters = -1, .cents = -1 };
	enum verdict v;

	assert(claim->part_count > 0);
	for (i = 0; i < claim->part_count; i++) {
		v = read_part(dir, &claim->parts[i], &p, why);
		if (v != V_OK) {
			if (claim->part_count > 1)
				fault_at(why, "part %d of %d", i + 1,
					claim->part_count);
			return v;
		}
		letters += p.letters != -1;
		letters_sum += p.letters != -1 ? p.letters : 0;
		cents += p.cents != -1;
		cents_sum += p.cents != -1 ? p.cents : 0;
	}
	v = join(letters, claim->part_count, letters_sum, p.letters,
		&claim->promised_letters, why);
	if (v == V_OK)
		v = join(cents, claim->part_count, cents_sum, p.cents,
			&claim->promised_cents, why);
	return v;
}
