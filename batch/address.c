/* batch/address.c - see batch/address.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "batch/address_in.h"
#include "batch/country.h"

#define FIELDS 12 /* of what a supplier delivers */
#define FIELDS_ALL (FIELDS + ADDRESS_LINES_MAX)
#define SEPARATOR '\x1f'
#define BOX_DIGITS 5 /* of a PO box or reply number */

/* How many: lines that a person wrote are only packed when there are some, so
 * that what was delivered is packed, and bound, as it always was.
 */
static size_t
fields_of(const struct address *address, const char *fields[FIELDS_ALL])
{
	size_t i, written = 0;

	fields[0] = address->name;
	fields[1] = address->attention;
	fields[2] = address->street;
	fields[3] = address->number;
	fields[4] = address->letter;
	fields[5] = address->addition;
	fields[6] = address->postcode;
	fields[7] = address->town;
	fields[8] = address->country;
	fields[9] = address->foreign[0];
	fields[10] = address->foreign[1];
	fields[11] = address->foreign[2];
	for (i = 0; i < ADDRESS_LINES_MAX; i++) {
		fields[FIELDS + i] =
			address->written[i] == NULL ? "" : address->written[i];
		written += strlen(fields[FIELDS + i]);
	}
	return written == 0 ? FIELDS : FIELDS_ALL;
}

void
address_pack(const struct address *address, struct buf *out)
{
	const char *fields[FIELDS_ALL];
	size_t count = fields_of(address, fields);
	size_t lens[FIELDS_ALL], i, all = count - 1;
	char *to, *c;

	for (i = 0; i < count; i++) {
		lens[i] = strlen(fields[i]);
		all += lens[i];
	}
	to = buf_room(out, all);
	if (to == NULL)
		return;
	for (i = 0; i < count; i++) {
		if (i > 0)
			*to++ = SEPARATOR;
		memcpy(to, fields[i], lens[i]);
		/* The separator itself is no text; readers refuse it. */
		while ((c = memchr(to, SEPARATOR, lens[i])) != NULL)
			*c = ' ';
		to += lens[i];
	}
	buf_used(out, all);
}

void
address_unpack(const char *text, struct arena *mem, struct address *address_out)
{
	const char *fields[FIELDS_ALL], *end;
	size_t i;

	for (i = 0; i < FIELDS_ALL; i++) {
		end = strchr(text, SEPARATOR);
		if (end == NULL)
			end = text + strlen(text);
		fields[i] = arena_text(mem, text, (size_t)(end - text));
		text = *end == '\0' ? end : end + 1;
	}
	*address_out = (struct address){ fields[0], fields[1], fields[2],
		fields[3], fields[4], fields[5], fields[6], fields[7],
		fields[8], { fields[9], fields[10], fields[11] },
		{ fields[12], fields[13], fields[14], fields[15], fields[16],
			fields[17] } };
}

bool
address_postcode(const char *text, char out[ADDRESS_POSTCODE_CHARS + 1])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' &&
			(n == 0 || n == 4 || n == ADDRESS_POSTCODE_CHARS))
			continue;
		if (n == ADDRESS_POSTCODE_CHARS)
			return false;
		if (n < 4 ? *text < '0' || *text > '9'
			  : !isalpha((unsigned char)*text))
			return false;
		out[n++] = (char)toupper((unsigned char)*text);
	}
	if (n != ADDRESS_POSTCODE_CHARS || out[0] == '0')
		return false;
	out[n] = '\0';
	return strcmp(out + 4, "SA") != 0 && strcmp(out + 4, "SD") != 0 &&
	       strcmp(out + 4, "SS") != 0;
}

bool
address_dutch(const struct address *address)
{
	const struct country *country;

	if (address->country[0] == '\0')
		return true;
	country = country_find(address->country);
	return country != NULL && strcmp(country->code, "NL") == 0;
}

bool
address_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text) || (*text & 0x80) != 0)
			return true;
	return false;
}

bool
address_box(const struct address *address, const char **word_out,
	const char **digits_out)
{
	static const char *const words[][2] = { { "postbus", "Postbus" },
		{ "antwoordnummer", "Antwoordnummer" },
		{ "antwoordnr.", "Antwoordnummer" },
		{ "antwoordnr", "Antwoordnummer" } };
	const char *rest = NULL, *street = address->street;
	size_t i, len;

	street += strspn(street, " ");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i][0]);
		if (strncasecmp(street, words[i][0], len) == 0 &&
			strspn(street + len, " 0123456789") ==
				strlen(street + len))
			break;
	}
	if (i == sizeof(words) / sizeof(words[0]))
		return false;
	rest = street + len + strspn(street + len, " ");
	*word_out = words[i][1];
	/* Twice is once; two numbers, or something behind it, is none. */
	if (*rest == '\0')
		rest = address->number;
	else if (address->number[0] != '\0' &&
		 strcmp(rest, address->number) != 0)
		rest = "";
	if (!text_digits(rest) || strlen(rest) > BOX_DIGITS ||
		address->letter[0] != '\0' || address->addition[0] != '\0')
		rest = "";
	*digits_out = rest;
	return true;
}

const char *
address_fit(const char *text, size_t max, struct arena *mem, bool *cut_out)
{
	size_t chars = 0, border = 0, i;

	for (i = 0; text[i] != '\0'; i++) {
		if ((text[i] & 0xc0) != 0x80 && chars++ == max)
			break;
		if (text[i] == ' ')
			border = i;
		else if (i > 0 && text[i - 1] == '-' && i - 1 > border)
			border = i;
	}
	*cut_out = text[i] != '\0';
	if (*cut_out && border > 0)
		i = border;
	while (*cut_out && i > 0 && strchr(" ,-", text[i - 1]) != NULL)
		i--;
	return arena_text(mem, text, i);
}
