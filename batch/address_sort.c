/* batch/address_sort.c - in which order, and the KIX (batch/address.h)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "batch/address_in.h"
#include "batch/country.h"

#define NUMBER_WIDTH 8	 /* digits of a number in a sort key */
#define KIX_NUMBER_MAX 5 /* digits */
#define KIX_ADDITION_MAX 6

/* Capital letters and digits of a text, at most `max`. */
static char *
plain(const char *text, size_t max, struct arena *mem)
{
	char *out = arena_text(mem, text, strlen(text));
	size_t n = 0;

	for (; *text != '\0' && n < max; text++)
		if (isalnum((unsigned char)*text))
			out[n++] = (char)toupper((unsigned char)*text);
	out[n] = '\0';
	return out;
}

const char *
address_kix(const struct address *address, struct arena *mem)
{
	char postcode[ADDRESS_POSTCODE_CHARS + 1];
	const char *addition, *word, *box;
	size_t digits;

	if (!address_dutch(address) ||
		!address_postcode(address->postcode, postcode))
		return "";
	if (address_box(address, &word, &box))
		return box[0] == '\0'
			       ? ""
			       : arena_format(mem, "%s%s", postcode, box);
	digits = strspn(address->number, "0123456789");
	if (digits == 0 || digits > KIX_NUMBER_MAX)
		return "";
	addition = plain(arena_format(mem, "%s%s%s", address->number + digits,
				 address->letter, address->addition),
		KIX_ADDITION_MAX, mem);
	return arena_format(mem, "%s%.*s%s%s", postcode, (int)digits,
		address->number, addition[0] == '\0' ? "" : "X", addition);
}

/* Upper case, with every number as wide as every other: "2HG" before "10". */
static const char *
natural(const char *text, struct arena *mem)
{
	const char *out = "";
	size_t n;

	text = text_upper(mem, text);
	while (*text != '\0') {
		n = strspn(text, "0123456789");
		if (n == 0) {
			n = strcspn(text, "0123456789");
			out = arena_format(mem, "%s%.*s", out, (int)n, text);
		} else if (n >= NUMBER_WIDTH) {
			out = arena_format(mem, "%s%.*s", out, (int)n, text);
		} else {
			out = arena_format(mem, "%s%.*s%.*s", out,
				(int)(NUMBER_WIDTH - n), "00000000", (int)n,
				text);
		}
		text += n;
	}
	return out;
}

/* Blanks at the end would not survive every spreadsheet, and say nothing. */
static const char *
trimmed(char *key)
{
	size_t len = strlen(key);

	while (len > 0 && key[len - 1] == ' ')
		key[--len] = '\0';
	return key;
}

const char *
address_sort_key(const struct address *address, struct arena *mem)
{
	const char *zone = address_zone(address), *word, *box;
	char postcode[ADDRESS_POSTCODE_CHARS + 1];

	if (strcmp(zone, "NL") == 0) {
		if (!address_postcode(address->postcode, postcode))
			postcode[0] = '\0';
		if (address_box(address, &word, &box))
			return arena_format(
				mem, "1P %s %s", postcode, natural(box, mem));
		return trimmed(arena_format(mem, "1 %s %s %s %s", postcode,
			natural(address->number, mem),
			natural(address->letter, mem),
			natural(address->addition, mem)));
	}
	return trimmed(arena_format(mem, "%c %s %s %s %s %s %s %s %s",
		strcmp(zone, "EU") == 0 ? '2' : '3',
		text_upper(mem, address->country),
		natural(address->postcode, mem), text_upper(mem, address->town),
		natural(address->foreign[2], mem),
		natural(address->foreign[1], mem),
		natural(address->foreign[0], mem),
		natural(address->street, mem), natural(address->number, mem)));
}

const char *
address_zone(const struct address *address)
{
	const struct country *country;

	if (address_dutch(address))
		return "NL";
	country = country_find(address->country);
	return country != NULL && country->eu ? "EU" : "WORLD";
}
