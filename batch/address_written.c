/* batch/address_written.c - an address that a person wrote in lines
 *
 * The lines are printed as they are; their fields are read out of them, so
 * that the letter is sorted and coded like every other.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "batch/address_in.h"
#include "batch/country.h"

/* Trimmed, and one blank between words. */
static char *
tidy(const char *text, struct arena *mem)
{
	char *out = arena_text(mem, text, strlen(text));
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c = isspace((unsigned char)*text) ? ' ' : *text;

		if (c != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

static enum verdict
line_check(const char *line, size_t place, struct fault *why)
{
	if (text_chars(line, strlen(line)) < 0)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"line %zu is not readable text", place + 1);
	if (!address_printable(line))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"line %zu has no letter and no digit", place + 1);
	if (ispunct((unsigned char)line[0]) && line[0] != '\'')
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"line %zu begins with a mark", place + 1);
	return V_OK;
}

/* "Street 12 A": the number is the last word that begins with a digit. */
static enum verdict
street_of(const char *line, struct arena *mem, struct address *out,
	struct fault *why)
{
	const char *word, *number = NULL, *rest;
	const char *box, *digits;
	size_t len;

	out->street = line;
	if (address_box(out, &box, &digits) && digits[0] != '\0')
		return V_OK;
	for (word = strchr(line, ' '); word != NULL; word = strchr(word, ' '))
		if (isdigit((unsigned char)*++word))
			number = word;
	if (number == NULL)
		return fault_set(why, V_SKIP, CODE_HOUSE_NUMBER,
			"the line above the postcode has no house number");
	len = strspn(number, "0123456789");
	rest = number + len + strspn(number + len, " -");
	out->street = arena_text(mem, line, (size_t)(number - 1 - line));
	out->number = arena_text(mem, number, len);
	out->addition = arena_text(mem, rest, strlen(rest));
	return V_OK;
}

static enum verdict
dutch_of(const char *const line[], size_t count, struct arena *mem,
	struct address *out, struct fault *why)
{
	const char *last = line[count - 1];
	const char *town = last + strcspn(last, " "); /* behind "1234AB" */
	char postcode[ADDRESS_POSTCODE_CHARS + 1];

	if (town - last == 4 && *town == ' ') /* behind "1234 AB" */
		town = town + 1 + strcspn(town + 1, " ");
	out->postcode = arena_text(mem, last, (size_t)(town - last));
	if (!address_postcode(out->postcode, postcode))
		return fault_set(why, V_SKIP, CODE_POSTCODE,
			"the last line has no Dutch postcode, and is no "
			"country in English");
	out->town = tidy(town, mem);
	if (!address_printable(out->town))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"the last line has no town behind the postcode");
	out->written[count - 1] = arena_format(mem, "%.4s %s  %s", postcode,
		postcode + 4, text_upper(mem, out->town));
	return street_of(line[count - 2], mem, out, why);
}

enum verdict
address_of_lines(const char *const line[ADDRESS_LINES_MAX], struct arena *mem,
	struct address *out, struct fault *why)
{
	const char *tidied[ADDRESS_LINES_MAX];
	const struct country *country;
	struct address made = ADDRESS_EMPTY;
	enum verdict v = V_OK;
	size_t i, n = 0;

	for (i = 0; i < ADDRESS_LINES_MAX; i++)
		if (line[i] != NULL && line[i][0] != '\0')
			tidied[n++] = tidy(line[i], mem);
	for (i = 0; v == V_OK && i < n; i++) {
		v = line_check(tidied[i], i, why);
		made.written[i] = tidied[i];
	}
	if (v == V_OK && n < ADDRESS_LINES_MIN)
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"an address has %d lines at least", ADDRESS_LINES_MIN);
	if (v != V_OK)
		return v;
	made.name = tidied[0];
	country = country_named(tidied[n - 1]);
	if (country == NULL) {
		v = dutch_of(tidied, n, mem, &made, why);
	} else if (strcmp(country->code, "NL") == 0) {
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"an address in the Netherlands ends with postcode and "
			"town");
	} else if (n < 4) {
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"a foreign address has a street and a town above its "
			"country");
	} else {
		made.country = country->code;
		made.street = tidied[n - 3];
		made.town = text_upper(mem, tidied[n - 2]);
		made.written[n - 2] = made.town;
		made.written[n - 1] = country->name;
	}
	if (v == V_OK)
		*out = made;
	return v;
}
