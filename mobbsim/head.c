/* mobbsim/head.c - see mobbsim/head.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "mobbsim/head.h"

#define NAME_BYTES 16
#define NUMBER_MAX INT64_C(100000000000000)

bool
head_next(struct buf *file, size_t *at, const char **name_out,
	const char **value_out)
{
	char *line = file->bytes + *at, *end, *blank;

	assert(*at <= file->len);
	end = memchr(line, '\n', file->len - *at);
	if (end == NULL) {
		*at = file->len;
		return false;
	}
	*at = (size_t)(end + 1 - file->bytes);
	if (end == line)
		return false;
	*end = '\0';
	blank = strchr(line, ' ');
	*name_out = line;
	*value_out = blank == NULL ? "" : blank + 1;
	if (blank != NULL)
		*blank = '\0';
	return true;
}

void
head_text(const char *value, char *out, size_t size)
{
	size_t len = strlen(value);

	assert(size > 0);
	if (len >= size)
		len = 0;
	memcpy(out, value, len);
	out[len] = '\0';
}

int64_t
head_number(const char *value)
{
	int64_t n;

	return text_number(value, NUMBER_MAX, &n) ? n : -1;
}

void
head_file_name(const char *id, char out[HEAD_NAME_MAX])
{
	uint8_t sum[DIGEST_BYTES];

	digest_of(id, strlen(id), sum);
	digest_hex(sum, NAME_BYTES, out);
}
