/* batch/address_lines.c - an address as it is printed (batch/address.h)
 *
 * Checked and made in one go, so that what checks is what is printed.  Sources:
 * the addressing page and the guide of PostNL (spec print.md 2.9, 5.4).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "batch/address_in.h"
#include "batch/charset.h"
#include "batch/country.h"

/* "1234 AB  TOWN" without the town. */
#define POSTCODE_LINE_CHARS (ADDRESS_POSTCODE_CHARS + 3)
#define ATTENTION "T.a.v. "
/* Marks that a sorting machine stumbles over in front of a line; an apostrophe
 * is part of a name.
 */
#define MARKS " .,;:*/\\-_()[]{}<>=&+~^|#@!?\"%$`"

struct making {
	const struct address *from;
	const struct address_rules *rules;
	struct arena *mem;
	struct address_print *out;
	struct charset_count count;
};

static size_t
chars(const char *text)
{
	return (size_t)text_chars(text, strlen(text));
}

/* A text in the printer's characters, without marks in front or blanks behind;
 * a line end within it is a blank, and so is more than one.
 */
static const char *
clean(struct making *m, const char *text)
{
	char *out = arena_text(m->mem, text, strlen(text));
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c = *text;

		if (c == '\t' || c == '\r' || c == '\n')
			c = ' ';
		if (n == 0 && strchr(MARKS, c) != NULL)
			continue;
		if (c == ' ' && out[n - 1] == ' ')
			continue;
		out[n++] = c;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == ','))
		n--;
	out[n] = '\0';
	return charset_text(out, m->rules->charset, m->mem, &m->count);
}

static enum verdict
add(struct making *m, const char *line, struct fault *why)
{
	if (m->out->count == (size_t)m->rules->lines)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"address has more lines than the %d of the printer",
			m->rules->lines);
	if (chars(line) > (size_t)m->rules->line_chars)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"line %zu has more characters than the %d of the "
			"printer, and cannot be cut",
			m->out->count + 1, m->rules->line_chars);
	m->out->line[m->out->count++] = line;
	return V_OK;
}

/* The part of a line that may be cut, with `behind` that may not. */
static enum verdict
add_cut(struct making *m, const char *text, const char *behind, int cut,
	struct fault *why)
{
	size_t room = (size_t)m->rules->line_chars - chars(behind);
	bool was;

	text = address_fit(text, room, m->mem, &was);
	if (was)
		m->out->cut |= cut;
	return add(m, arena_format(m->mem, "%s%s", text, behind), why);
}

static enum verdict
make_name(struct making *m, struct fault *why)
{
	const char *name = clean(m, m->from->name);
	const char *attention = clean(m, m->from->attention);
	enum verdict v;

	if (!address_printable(name))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no name");
	v = add(m,
		address_name(name, (size_t)m->rules->line_chars, m->mem,
			&m->out->cut),
		why);
	if (v != V_OK || !address_printable(attention))
		return v;
	if (strncasecmp(attention, ATTENTION, strlen("T.a.v.")) != 0)
		attention = arena_format(m->mem, "%s%s", ATTENTION, attention);
	return add_cut(m, attention, "", ADDRESS_CUT_ATTENTION, why);
}

/* --- in the Netherlands --- */

/* " 7 A-2": the number and what stands behind it, with a blank in front. */
static const char *
number_text(struct making *m)
{
	const struct address *a = m->from;
	const char *letter = clean(m, a->letter);
	const char *addition = clean(m, a->addition), *join = "";

	if (addition[0] != '\0')
		join = isdigit((unsigned char)addition[0]) ? "-" : " ";
	return arena_format(m->mem, " %s%s%s%s%s", clean(m, a->number),
		letter[0] == '\0' ? "" : " ", letter, join, addition);
}

static enum verdict
make_street(struct making *m, struct fault *why)
{
	const char *street = clean(m, m->from->street), *number, *word, *digits;

	if (address_box(m->from, &word, &digits)) {
		if (digits[0] == '\0')
			return fault_set(why, V_SKIP, CODE_HOUSE_NUMBER,
				"PO box or reply number without a number of "
				"its own");
		return add(m, arena_format(m->mem, "%s %s", word, digits), why);
	}
	if (!address_printable(street))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no street");
	if (!isdigit((unsigned char)m->from->number[0]))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			m->from->number[0] == '\0'
				? "address has no house number"
				: "house number does not begin with a digit");
	number = number_text(m);
	/* What may never be cut has to fit with a part of the street. */
	if (chars(number) > (size_t)m->rules->line_chars / 2)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"house number with additions is longer than %d "
			"characters",
			m->rules->line_chars / 2);
	return add_cut(m, street, number, ADDRESS_CUT_STREET, why);
}

static enum verdict
make_dutch(struct making *m, struct fault *why)
{
	char postcode[ADDRESS_POSTCODE_CHARS + 1];
	const char *town = clean(m, m->from->town);
	enum verdict v;

	if (!address_postcode(m->from->postcode, postcode))
		return fault_set(why, V_SKIP, CODE_POSTCODE,
			m->from->postcode[0] == '\0'
				? "address has no postcode"
				: "postcode is not four digits and two "
				  "letters");
	v = make_street(m, why);
	if (v != V_OK)
		return v;
	if (!address_printable(town))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "address has no town");
	town = text_upper(m->mem, town);
	if (chars(town) > (size_t)m->rules->line_chars - POSTCODE_LINE_CHARS)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"town does not fit on the line of the postcode");
	return add(m,
		arena_format(
			m->mem, "%.4s %s  %s", postcode, postcode + 4, town),
		why);
}

/* --- abroad --- */

/* The delivered lines that say something, without one that only repeats the
 * country.
 */
static size_t
foreign_lines(
	struct making *m, const struct country *country, const char *line[3])
{
	size_t i, n = 0;

	for (i = 0; i < 3; i++) {
		line[n] = clean(m, m->from->foreign[i]);
		n += address_printable(line[n]);
	}
	if (n > 0 && (strcasecmp(line[n - 1], country->name) == 0 ||
			     strcasecmp(line[n - 1], country->code) == 0))
		n--;
	return n;
}

/* From fields; the number cannot be told from the street in lines. */
static enum verdict
foreign_fields(struct making *m, struct fault *why)
{
	const char *street = clean(m, m->from->street);
	const char *town = clean(m, m->from->town);
	const char *postcode = clean(m, m->from->postcode);
	const char *number = number_text(m);
	enum verdict v;

	if (!address_printable(street) || !address_printable(town))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"foreign address has no street or no town");
	if (chars(number) > (size_t)m->rules->line_chars / 2)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"house number with additions is longer than %d "
			"characters",
			m->rules->line_chars / 2);
	if (!address_printable(number))
		number = "";
	v = add_cut(m, street, number, ADDRESS_CUT_STREET, why);
	if (v == V_OK)
		v = add(m,
			text_upper(m->mem,
				arena_format(m->mem, "%s%s%s", postcode,
					postcode[0] == '\0' ? "" : " ", town)),
			why);
	return v;
}

/* Lines are not cut: nobody knows where the number stands in them. */
static enum verdict
make_foreign(struct making *m, struct fault *why)
{
	const struct country *country = country_find(m->from->country);
	const char *line[3 + 1];
	enum verdict v = V_OK;
	size_t i, n;

	if (country == NULL)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"country is no ISO code of two letters");
	n = foreign_lines(m, country, line);
	if (n == 1)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"foreign address has one line: street or town is "
			"missing");
	for (i = 0; v == V_OK && i < n; i++)
		/* The last line before the country holds the town. */
		v = add(m, i + 1 == n ? text_upper(m->mem, line[i]) : line[i],
			why);
	if (n == 0)
		v = foreign_fields(m, why);
	return v == V_OK ? add(m, country->name, why) : v;
}

/* --- as a person wrote it --- */

static bool
written(const struct address *address)
{
	return address->written[0] != NULL && address->written[0][0] != '\0';
}

static enum verdict
make_written(struct making *m, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < ADDRESS_LINES_MAX; i++) {
		const char *line = m->from->written[i];

		if (line == NULL || line[0] == '\0')
			break;
		/* Its two blanks before the town are meant. */
		v = add(m,
			charset_text(
				line, m->rules->charset, m->mem, &m->count),
			why);
	}
	return v;
}

/* --- all of it --- */

static enum verdict
readable(const struct address *a, struct fault *why)
{
	const char *const fields[] = { a->name, a->attention, a->street,
		a->number, a->letter, a->addition, a->postcode, a->town,
		a->country, a->foreign[0], a->foreign[1], a->foreign[2] };
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (text_chars(fields[i], strlen(fields[i])) < 0)
			return fault_set(why, V_SKIP, CODE_ADDRESS,
				"address is not readable text");
	return V_OK;
}

static enum verdict
make(const struct address *address, const struct address_rules *rules,
	struct arena *mem, struct address_print *out, struct fault *why)
{
	struct making m = {
		.from = address, .rules = rules, .mem = mem, .out = out
	};
	enum verdict v = readable(address, why);

	assert(rules->line_chars >= ADDRESS_LINE_CHARS_MIN);
	assert(rules->lines >= ADDRESS_LINES_MIN &&
		rules->lines <= ADDRESS_LINES_MAX);
	*out = (struct address_print){ .count = 0 };
	if (v == V_OK && written(address)) {
		v = make_written(&m, why);
	} else if (v == V_OK) {
		v = make_name(&m, why);
		if (v == V_OK)
			v = address_dutch(address) ? make_dutch(&m, why)
						   : make_foreign(&m, why);
	}
	if (v == V_OK && m.count.unknown > 0)
		v = fault_set(why, V_SKIP, CODE_ADDRESS,
			"address has %d characters that the printer does not "
			"have",
			m.count.unknown);
	out->replaced = m.count.replaced;
	return v;
}

enum verdict
address_check(const struct address *address, const struct address_rules *rules,
	struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct address_print out;
	enum verdict v = make(address, rules, &mem, &out, why);

	arena_done(&mem);
	return v;
}

void
address_lines(const struct address *address, const struct address_rules *rules,
	struct arena *mem, struct address_print *out)
{
	struct fault why;
	enum verdict v = make(address, rules, mem, out, &why);

	assert(v == V_OK);
	assert(out->count >= ADDRESS_LINES_MIN);
	(void)v;
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
