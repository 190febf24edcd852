/* batch/jobs_product.c - ways of printing, and what a stream says about paper
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "batch/address.h"
#include "batch/jobs_check.h"

#define IN(type, member) offsetof(struct type, member)
#define WORD_CHARS 40 /* of what the supplier calls something */
#define TEXT_CHARS 200
#define INSERTS_MAX 10

const struct yaml_key jobs_product_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_product, name), .required = true },
	{ "code", YAML_TEXT, IN(jobs_product, code), .absent = 0 },
	{ "post", YAML_TEXT, IN(jobs_product, post), .absent = 0 },
	{ "envelope", YAML_TEXT, IN(jobs_product, envelope), .absent = 0 },
	{ "envelope_sheets", YAML_INT, IN(jobs_product, envelope_sheets),
		.absent = 0 },
	{ "envelope_large", YAML_TEXT, IN(jobs_product, envelope_large),
		.absent = 0 },
	{ "sides", YAML_TEXT, IN(jobs_product, sides), .absent = 0 },
	{ "colour", YAML_TEXT, IN(jobs_product, colour), .absent = 0 },
	{ "inserts", YAML_TEXTS, IN(jobs_product, inserts),
		IN(jobs_product, insert_count), .absent = 0 },
	{ 0 },
};

static enum verdict
wrong(const struct jobs_printer *p, const char *what, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE, "printer %s: %s",
		p->name, what);
}

/* One line of at most `max` characters; NULL is fine. */
static bool
line_ok(const char *text, size_t max)
{
	ptrdiff_t chars;

	if (text == NULL)
		return true;
	chars = text_chars(text, strlen(text));
	return chars > 0 && (size_t)chars <= max &&
	       text[strcspn(text, "\n\r\t")] == '\0';
}

static bool
sides_ok(const char *sides, bool *simplex_out)
{
	*simplex_out = sides != NULL && strcmp(sides, "simplex") == 0;
	return sides == NULL || *simplex_out || strcmp(sides, "duplex") == 0;
}

static enum verdict
product_check(
	const struct jobs_printer *p, struct jobs_product *t, struct fault *why)
{
	static const char *const colours[] = { "mono", "colour", NULL };
	const char *const texts[] = { t->code, t->post, t->envelope,
		t->envelope_large };
	int colour = jobs_word(t->colour, colours);
	size_t i;

	if (!jobs_name_ok(t->name))
		return wrong(p,
			"a product's name must be 1 to 40 of a-z, 0-9 "
			"and -",
			why);
	if (jobs_by_name(p->products, (size_t)(t - p->products), sizeof(*t),
		    t->name) != NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_DOUBLE,
			"printer %s: two products are named %s", p->name,
			t->name);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!line_ok(texts[i], WORD_CHARS))
			return wrong(p,
				"code, post and envelopes of a product "
				"are 1 to 40 characters",
				why);
	if (t->envelope_sheets > 0 && t->envelope_large == NULL)
		return wrong(p, "envelope_sheets without envelope_large", why);
	if (colour == -1)
		return wrong(p, "colour must be mono or colour", why);
	t->in_colour = colour == 1;
	if (!sides_ok(t->sides, &t->simplex))
		return wrong(p, "sides must be duplex or simplex", why);
	if (t->sides == NULL)
		t->simplex = p->simplex;
	if (t->insert_count > INSERTS_MAX)
		return wrong(p, "a product has at most 10 inserts", why);
	for (i = 0; i < t->insert_count; i++)
		if (!line_ok(t->inserts[i], WORD_CHARS))
			return wrong(p,
				"an insert is named by 1 to 40 "
				"characters",
				why);
	return V_OK;
}

/* Where TEST bundles go: below the spool, and never where a printer looks. */
static bool
folder_ok(const char *folder)
{
	return folder == NULL ||
	       (strncmp(folder, "print/", 6) == 0 && jobs_name_ok(folder + 6) &&
		       strcmp(folder, "print/out") != 0 &&
		       strcmp(folder, "print/in") != 0);
}

/* How the printer wants its bundles. */
static enum verdict
words_check(struct jobs_printer *p, struct fault *why)
{
	static const char *const bundles[] = { "zip", "merged", NULL };
	static const char *const returned[] = { "return", "destroy", "report",
		NULL };
	int b = jobs_word(p->bundle, bundles);

	if (b == -1)
		return wrong(p, "bundle must be zip or merged", why);
	p->merged = b == 1;
	if (jobs_word(p->returned, returned) == -1)
		return wrong(
			p, "returned must be return, destroy or report", why);
	if (!line_ok(p->contact, TEXT_CHARS))
		return wrong(p, "contact is one line of at most 200 characters",
			why);
	if (!folder_ok(p->folder))
		return wrong(p,
			"folder must be print/NAME, and neither "
			"print/out nor print/in",
			why);
	if (p->proof > JOBS_PROOF_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: proof must be 0 to %d letters", p->name,
			JOBS_PROOF_MAX);
	return V_OK;
}

enum verdict
jobs_products_check(struct jobs_printer *p, struct fault *why)
{
	enum verdict v = words_check(p, why);
	size_t i;

	for (i = 0; v == V_OK && i < p->product_count; i++)
		v = product_check(p, &p->products[i], why);
	return v;
}

enum verdict
jobs_paper_check(struct jobs_stream *s, struct fault *why)
{
	const struct jobs_printer *p = s->printer_is;
	size_t i;

	if (s->proof == -1)
		s->proof = p->proof;
	if (s->proof > JOBS_PROOF_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: proof must be 0 to %d letters", s->name,
			JOBS_PROOF_MAX);
	if (s->language != NULL &&
		(strlen(s->language) < 2 || strlen(s->language) > 10 ||
			s->language[strspn(s->language,
				"abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] != '\0'))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: language must be like nl or nl-NL",
			s->name);
	for (i = 0; i < s->return_line_count; i++)
		if (!line_ok(s->return_address[i], ADDRESS_LINE_CHARS_MAX) ||
			s->return_line_count > ADDRESS_LINES_MAX)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"stream %s: return_address is at most 6 lines "
				"of at most 60 characters",
				s->name);
	s->product_is = p->product_count > 0 ? &p->products[0] : NULL;
	if (s->product == NULL)
		return V_OK;
	s->product_is = jobs_by_name(p->products, p->product_count,
		sizeof(*p->products), s->product);
	if (s->product_is == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"stream %s: printer %s has no product named '%.40s'",
			s->name, p->name, s->product);
	return V_OK;
}
