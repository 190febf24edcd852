/* channels/http_passed.c - see channels/http_passed.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/text.h"
#include "channels/http_passed.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* "%2B" to "+", in place.  A "+" stands for itself. */
static bool
unescape(char *text)
{
	char *to = text;
	uint8_t byte;

	for (; *text != '\0'; text++) {
		if (*text != '%') {
			*to++ = *text;
			continue;
		}
		if (text[1] == '\0' || text[2] == '\0')
			return false;
		char hex[3] = { text[1], text[2], '\0' };

		if (!digest_unhex(hex, &byte, 1) || byte == 0)
			return false;
		*to++ = (char)byte;
		text += 2;
	}
	*to = '\0';
	return true;
}

/* What stands between the marks, if there are any; cut in place. */
static char *
inner(char *text)
{
	size_t len;
	char *end;

	text = text_trim(text);
	len = strlen(text);
	if (strncmp(text, BEGIN, sizeof(BEGIN) - 1) == 0) {
		text += sizeof(BEGIN) - 1;
		end = strstr(text, END);
		if (end == NULL || end[sizeof(END) - 1] != '\0')
			return NULL;
		*end = '\0';
	} else if (len >= 2 && text[0] == ':' && text[len - 1] == ':') {
		text[len - 1] = '\0';
		text++;
	}
	return text;
}

bool
http_passed(const char *value, struct buf *der_out)
{
	char *copy = mem_text(value), *text = NULL, *to;
	size_t len, got = 0;

	assert(der_out->len == 0);
	if (unescape(copy))
		text = inner(copy);
	if (text != NULL) {
		len = strlen(text);
		to = buf_room(der_out, len / 4 * 3 + 3);
		if (to != NULL && base64_decode(text, len, (uint8_t *)to, &got))
			buf_used(der_out, got);
	}
	free(copy);
	return der_out->len > 0;
}
