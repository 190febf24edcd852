/* batch/address.c - see batch/address.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "batch/address.h"
#include "batch/country.h"

#define FIELDS 12
#define SEPARATOR '\x1f'
#define NUMBER_WIDTH 8	 /* digits of a number in a sort key */
#define KIX_NUMBER_MAX 5 /* digits */
#define KIX_ADDITION_MAX 6
#define POSTCODE_CHARS 6 /* "1234AB" */

static void
fields_of(const struct address *address, const char *fields[FIELDS])
{
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
}

void
address_pack(const struct address *address, struct buf *out)
{
	const char *fields[FIELDS];
	size_t lens[FIELDS], i, all = FIELDS - 1;
	char *to, *c;

	fields_of(address, fields);
	for (i = 0; i < FIELDS; i++) {
		lens[i] = strlen(fields[i]);
		all += lens[i];
	}
	to = buf_room(out, all);
	if (to == NULL)
		return;
	for (i = 0; i < FIELDS; i++) {
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
	const char *fields[FIELDS], *end;
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		end = strchr(text, SEPARATOR);
		if (end == NULL)
			end = text + strlen(text);
		fields[i] = arena_text(mem, text, (size_t)(end - text));
		text = *end == '\0' ? end : end + 1;
	}
	*address_out = (struct address){ fields[0], fields[1], fields[2],
		fields[3], fields[4], fields[5], fields[6], fields[7],
		fields[8], { fields[9], fields[10], fields[11] } };
}

/* "1234AB" from "1234 ab"; false when it is no Dutch postcode. */
static bool
postcode_plain(const char *text, char out[POSTCODE_CHARS + 1])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' && (n == 0 || n == 4 || n == POSTCODE_CHARS))
			continue;
		if (n == POSTCODE_CHARS)
			return false;
		if (n < 4 ? *text < '0' || *text > '9'
			  : !isalpha((unsigned char)*text))
			return false;
		out[n++] = (char)toupper((unsigned char)*text);
	}
	if (n != POSTCODE_CHARS || out[0] == '0')
		return false;
	out[n] = '\0';
	return strcmp(out + 4, "SA") != 0 && strcmp(out + 4, "SD") != 0 &&
	       strcmp(out + 4, "SS") != 0;
}

static bool
dutch(const struct address *address)
{
	const struct country *country;

	if (address->country[0] == '\0')
		return true;
	country = country_find(address->country);
	return country != NULL && strcmp(country->code, "NL") == 0;
}

/* At least one letter or digit; beyond ASCII everything counts as one. */
static bool
printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text) || (*text & 0x80) != 0)
			return true;
	return false;
}

/* " 7 A-2": the number and what stands behind it, with a blank in front. */
static const char *
number_text(const struct address *address, struct arena *mem)
{
	const char *join = "";

	if (address->addition[0] != '\0')
		join = isdigit((unsigned char)address->addition[0]) ? "-" : " ";
	return arena_format(mem, " %s%s%s%s%s", address->number,
		address->letter[0] == '\0' ? "" : " ", address->letter, join,
		address->addition);
}

static enum verdict
check_dutch(const struct address *address, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	enum verdict v = V_OK;
	char postcode[POSTCODE_CHARS + 1];

	if (!postcode_plain(address->postcode, postcode))
		return fault_set(why, V_SKIP, CODE_POSTCODE,
			address->postcode[0] == '\0'
				? "address has no postcode"
				: "postcode is not four digits and two "
				  "letters");
	if (!printable(address->street))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no street");
	if (!isdigit((unsigned char)address->number[0]))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			address->number[0] == '\0'
				? "address has no house number"
				: "house number does not begin with a digit");
	if (!printable(address->town))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no town");
	/* What may never be cut has to fit with a part of the street. */
	if (text_chars(number_text(address, &mem),
		    strlen(number_text(address, &mem))) >
		ADDRESS_LINE_CHARS / 2)
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"house number with additions is longer than %d "
			"characters",
			ADDRESS_LINE_CHARS / 2);
	else if (text_chars(address->town, strlen(address->town)) >
		 ADDRESS_LINE_CHARS - POSTCODE_CHARS - 3)
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"town does not fit on the line of the postcode");
	arena_done(&mem);
	return v;
}

static enum verdict
check_foreign(const struct address *address, struct fault *why)
{
	size_t i, lines = 0;

	if (country_find(address->country) == NULL)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"country is no ISO code of two letters");
	for (i = 0; i < 3; i++)
		lines += printable(address->foreign[i]);
	if (lines == 0 &&
		(!printable(address->street) || !printable(address->town)))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"foreign address has no lines");
	return V_OK;
}

enum verdict
address_check(const struct address *address, const struct address_rules *rules,
	struct fault *why)
{
	const char *fields[FIELDS];
	size_t i;

	(void)rules;
	fields_of(address, fields);
	for (i = 0; i < FIELDS; i++)
		if (text_chars(fields[i], strlen(fields[i])) < 0)
			return fault_set(why, V_SKIP, CODE_ADDRESS,
				"address is not readable text");
	if (!printable(address->name))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no name");
	return dutch(address) ? check_dutch(address, why)
			      : check_foreign(address, why);
}

/* At most `max` characters of a line, cut at a blank where there is one;
 * without marks in front that a sorting machine would stumble over.
 */
static const char *
fit(const char *text, size_t max, struct arena *mem)
{
	size_t chars = 0, blank = 0, i;

	text += strspn(text, " \t\r\n.,;:*/\\-_(");
	for (i = 0; text[i] != '\0'; i++) {
		if ((text[i] & 0xc0) != 0x80 && chars++ == max)
			break;
		if (text[i] == ' ')
			blank = i;
	}
	if (text[i] != '\0' && blank > 0)
		i = blank;
	while (i > 0 && text[i - 1] == ' ')
		i--;
	return arena_text(mem, text, i);
}

static size_t
lines_dutch(const struct address *address, struct arena *mem,
	const char *lines_out[ADDRESS_LINES_MAX], size_t n)
{
	const char *number = number_text(address, mem);
	char postcode[POSTCODE_CHARS + 1] = "";
	size_t room;

	room = ADDRESS_LINE_CHARS - (size_t)text_chars(number, strlen(number));
	lines_out[n++] = arena_format(
		mem, "%s%s", fit(address->street, room, mem), number);
	(void)postcode_plain(address->postcode, postcode);
	lines_out[n++] = arena_format(mem, "%.4s %s  %s", postcode,
		postcode + 4, text_upper(mem, fit(address->town, 31, mem)));
	return n;
}

static size_t
lines_foreign(const struct address *address, struct arena *mem,
	const char *lines_out[ADDRESS_LINES_MAX], size_t n)
{
	size_t i, last = 0;

	for (i = 0; i < 3; i++)
		if (printable(address->foreign[i]))
			last = i + 1;
	for (i = 0; i < last; i++) {
		const char *line =
			fit(address->foreign[i], ADDRESS_LINE_CHARS, mem);

		/* The last line before the country holds the town. */
		if (i + 1 == last)
			line = text_upper(mem, line);
		if (line[0] != '\0')
			lines_out[n++] = line;
	}
	if (last == 0) {
		lines_out[n++] = fit(arena_format(mem, "%s%s", address->street,
					     number_text(address, mem)),
			ADDRESS_LINE_CHARS, mem);
		lines_out[n++] = text_upper(
			mem, fit(arena_format(mem, "%s %s", address->postcode,
					 address->town),
				     ADDRESS_LINE_CHARS, mem));
	}
	lines_out[n++] = country_find(address->country)->name;
	return n;
}

void
address_lines(const struct address *address, const struct address_rules *rules,
	struct arena *mem, struct address_print *out)
{
	const char **lines_out = out->line;
	struct fault why;
	size_t n = 0;

	assert(address_check(address, rules, &why) == V_OK);
	*out = (struct address_print){ .count = 0 };
	lines_out[n++] = fit(address->name, ADDRESS_LINE_CHARS, mem);
	if (printable(address->attention))
		lines_out[n++] =
			fit(arena_format(mem, "T.a.v. %s", address->attention),
				ADDRESS_LINE_CHARS, mem);
	n = dutch(address) ? lines_dutch(address, mem, lines_out, n)
			   : lines_foreign(address, mem, lines_out, n);
	assert(n >= 3 && n <= ADDRESS_LINES_MAX);
	out->count = n;
}

const char *
address_cut_words(int cut, struct arena *mem)
{
	static const char *const words[] = { "given names dropped",
		"given names as initials", "name cut", "street cut",
		"attention cut" };
	const char *out = "";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((cut & 1 << i) != 0)
			out = arena_format(mem, "%s%s%s", out,
				out[0] == '\0' ? "" : ", ", words[i]);
	return out;
}

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
	char postcode[POSTCODE_CHARS + 1];
	const char *addition;
	size_t digits;

	if (!dutch(address) || !postcode_plain(address->postcode, postcode))
		return "";
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
	const char *zone = address_zone(address);
	char postcode[POSTCODE_CHARS + 1];

	if (strcmp(zone, "NL") == 0) {
		if (!postcode_plain(address->postcode, postcode))
			postcode[0] = '\0';
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

	if (dutch(address))
		return "NL";
	country = country_find(address->country);
	return country != NULL && country->eu ? "EU" : "WORLD";
}
