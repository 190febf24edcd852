/* formats/compile_letter.c - the letter: who gets it, what is on it, and its
 * documents
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"

/* --- kinds of field that a use can take --- */

static bool
is_bsn(const struct field *f)
{
	return f->type == FIELD_BSN;
}

static bool
is_bool(const struct field *f)
{
	return field_type_bool(f->type);
}

static bool
is_date(const struct field *f)
{
	return field_type_date(f->type) && !f->incomplete;
}

/* Of a date of death the day may be unknown. */
static bool
is_bool_or_date(const struct field *f)
{
	return field_type_bool(f->type) || field_type_date(f->type);
}

static bool
is_money(const struct field *f)
{
	return field_type_money(f->type);
}

static bool
is_word(const struct field *f)
{
	return f->type == FIELD_TEXT || f->type == FIELD_ENUM ||
	       f->type == FIELD_ALNUM || f->type == FIELD_ALPHA ||
	       f->type == FIELD_DIGITS;
}

static bool
is_page(const struct field *f)
{
	return f->type == FIELD_INT || f->type == FIELD_DIGITS;
}

static bool
is_file(const struct field *f)
{
	return f->type == FIELD_FILENAME;
}

static bool
is_sha256(const struct field *f)
{
	return f->type == FIELD_SHA256;
}

static bool
is_oin(const struct field *f)
{
	return f->type == FIELD_OIN;
}

static bool
is_environment(const struct field *f)
{
	return f->type == FIELD_ENUM || f->type == FIELD_LETTER;
}

static bool
is_period(const struct field *f)
{
	return f->type == FIELD_PERIOD || f->type == FIELD_PERIOD_MONTH ||
	       f->type == FIELD_PERIOD_WEEKS || f->type == FIELD_YEAR;
}

/* The field that `name` is to `record`, of a kind that fits; -1: none. */
static int
use_field(struct compile *c, int record, const char *name, const char *what,
	bool (*fits)(const struct field *f), const char *wanted)
{
	int f;

	if (name == NULL)
		return -1;
	f = compile_field_named(c, record, name, name, what);
	if (f == -1 || c->vague[f] || fits(&c->d->fields[f]))
		return f;
	compile_bad(c, name, CODE_CONFIG_VALUE, "%s: %s is a %s; it must be %s",
		what, name, field_type_words(c->d->fields[f].type)->name,
		wanted);
	return -1;
}

/* --- documents --- */

static void
flat_document(struct compile *c, const struct layout_document *l,
	struct document *out)
{
	int letter = c->d->letter;
	const char *href = l->href != NULL ? l->href : l->at;

	out->href =
		use_field(c, letter, href, "document", is_file, "a filename");
	out->sha256 = use_field(
		c, letter, l->sha256, "sha256", is_sha256, "a sha256");
	out->first_page = use_field(
		c, letter, l->first_page, "first_page", is_page, "an int");
	out->last_page = use_field(
		c, letter, l->last_page, "last_page", is_page, "an int");
	if (l->base64 != NULL || l->mime != NULL)
		compile_bad(c, l->base64 != NULL ? l->base64 : l->mime,
			CODE_CONFIG_VALUE,
			"document %s: base64 and mime are for xml", out->name);
	if ((l->first_page == NULL) != (l->last_page == NULL) ||
		(href == NULL) == (l->first_page == NULL))
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"document %s: href (its name), or first_page and "
			"last_page",
			out->name);
	else if (l->first_page != NULL && c->d->input.pages == NULL)
		compile_bad(c, l->first_page, CODE_CONFIG_VALUE,
			"document %s: input lacks pages, the PDF that is cut",
			out->name);
	else if (href != NULL && !c->d->input.zip && !c->d->input.tar)
		compile_bad(c, href, CODE_CONFIG_VALUE,
			"document %s: only a zip or tar.gz can hold it",
			out->name);
	if (href != NULL)
		c->d->input.documents = true;
}

static void
shared_document(struct compile *c, const struct layout_document *l,
	struct document *out)
{
	struct format_input *in = &c->d->input;

	if (l->at != NULL || l->href != NULL || l->sha256 != NULL ||
		l->base64 != NULL || l->mime != NULL || l->first_page != NULL ||
		l->last_page != NULL)
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"document %s: a shared file has nothing but name, file "
			"and title",
			out->name);
	if (l->file[0] == '\0' || strpbrk(l->file, "*?/[]") != NULL)
		compile_bad(c, l->file, CODE_CONFIG_VALUE,
			"document %s: file is the name of one file", out->name);
	if (!in->zip && !in->tar)
		compile_bad(c, l->file, CODE_CONFIG_VALUE,
			"document %s: only a zip or tar.gz can hold it",
			out->name);
	out->file = l->file;
	in->shared[in->shared_count++] = l->file;
}

static void
compile_title(struct compile *c, const char *text, struct template *out,
	const char *what)
{
	struct template t;
	struct fault f;
	int i;

	if (text == NULL)
		return;
	if (template_parse(c->d, text, c->d->letter, &c->d->mem, &t, &f) !=
		V_OK) {
		compile_bad(c, text, f.code, "%s: %s", what, f.text);
		return;
	}
	for (i = 0; i < t.count; i++)
		if (t.part[i].record != -1) {
			compile_bad(c, text, CODE_CONFIG_VALUE,
				"%s: lines can only stand in text", what);
			return;
		}
	if (strchr(text, '\n') != NULL) {
		compile_bad(c, text, CODE_CONFIG_VALUE, "%s: must be one line",
			what);
		return;
	}
	*out = t;
}

static enum attachment_way
compile_way(struct compile *c, const char *text)
{
	static const char *const words[] = { "both", "box", "paper", NULL };

	return (enum attachment_way)compile_word(c, text, "for", words, 0);
}

static void
compile_document(struct compile *c, const struct layout_document *l, int i)
{
	struct document *out = &c->d->documents[i];
	int k;

	*out = (struct document){ .name = l->name == NULL ? "" : l->name,
		.href = -1,
		.sha256 = -1,
		.first_page = -1,
		.last_page = -1,
		.way = compile_way(c, l->way) };
	if (l->name != NULL)
		(void)compile_name_ok(c, l->name, "document");
	for (k = 0; k < i; k++)
		if (strcmp(c->d->documents[k].name, out->name) == 0)
			compile_bad(c, l->name, CODE_CONFIG_DOUBLE,
				"two documents are named %s", out->name);
	if (l->in != NULL &&
		definition_record(c->d, l->in, strlen(l->in)) != c->d->letter)
		compile_bad(c, l->in, CODE_CONFIG_NAME,
			"document %s must be in record %s, which makes the "
			"letters",
			out->name, c->d->records[c->d->letter].name);
	compile_title(c, l->title, &out->title, "title");
	if (l->file != NULL) {
		shared_document(c, l, out);
	} else if (c->d->kind == FORMAT_XML) {
		c->d->input.documents = true;
		if (l->href != NULL || l->first_page != NULL ||
			l->last_page != NULL)
			compile_bad(c, l, CODE_CONFIG_VALUE,
				"document %s: in xml it is found by at",
				out->name);
		compile_document_path(c, l, i);
	} else {
		flat_document(c, l, out);
	}
}

void
compile_documents(struct compile *c)
{
	size_t i;

	if (c->l->document_count > ATTACHMENT_LETTER_MAX) {
		compile_bad(c, &c->l->documents[0], CODE_CONFIG_VALUE,
			"at most %d documents", ATTACHMENT_LETTER_MAX);
		return;
	}
	for (i = 0; i < c->l->document_count; i++) {
		compile_document(c, &c->l->documents[i], (int)i);
		c->d->document_count++;
	}
	if (c->d->input.pages != NULL) {
		for (i = 0; i < c->l->document_count; i++)
			if (c->l->documents[i].first_page != NULL)
				return;
		compile_bad(c, c->d->input.pages, CODE_CONFIG_VALUE,
			"pages: no document has first_page and last_page");
	}
}

/* --- the letter --- */

/* An amount of the letter, or of a line below it. */
static int
amount_field(struct compile *c, const char *name)
{
	const char *dot = name == NULL ? NULL : strchr(name, '.');
	struct definition *d = c->d;
	int r, f = -1;

	if (dot != NULL) {
		r = definition_record(d, name, (size_t)(dot - name));
		if (r != -1 && definition_below(d, r, d->letter))
			f = definition_field(d, r, dot + 1, strlen(dot + 1));
	}
	if (f == -1)
		return use_field(c, d->letter, name, "amount", is_money,
			"an amount (of a line: RECORD.field)");
	if (c->vague[f] || is_money(&d->fields[f]))
		return f;
	compile_bad(
		c, name, CODE_CONFIG_VALUE, "amount: %s is no amount", name);
	return -1;
}

static void
compile_text(struct compile *c, const char *text)
{
	struct template *out = &c->d->text;
	int64_t chars = 0;
	struct fault f;
	int i;

	if (text == NULL)
		return;
	if (template_parse(c->d, text, c->d->letter, &c->d->mem, out, &f) !=
		V_OK) {
		compile_bad(c, text, f.code, "text: %s", f.text);
		return;
	}
	for (i = 0; i < out->count; i++) {
		if (out->part[i].record != -1)
			c->d->records[out->part[i].record].told = true;
		if (out->part[i].text != NULL)
			chars +=
				text_chars(out->part[i].text, out->part[i].len);
	}
	if (chars > LETTER_TEXT_CHARS)
		compile_bad(c, text, CODE_CONFIG_VALUE,
			"text: its fixed words alone have more than %d "
			"characters",
			LETTER_TEXT_CHARS);
	if (out->count == 0)
		compile_bad(c, text, CODE_CONFIG_VALUE, "text: is empty");
}

static void
compile_fields_of_letter(struct compile *c)
{
	const struct layout_letter *l = &c->l->letter;
	struct definition *d = c->d;
	int r = d->letter;

	d->recipient =
		use_field(c, r, l->recipient, "recipient", is_bsn, "a bsn");
	d->paper = use_field(c, r, l->paper, "paper", is_bool, "a bool");
	d->deceased = use_field(c, r, l->deceased, "deceased", is_bool_or_date,
		"a bool or the date of death");
	d->secret = use_field(
		c, r, l->secret, "secret", is_bool_or_date, "a bool or a date");
	d->dated =
		use_field(c, r, l->dated, "dated", is_date, "a complete date");
	d->deadline = use_field(
		c, r, l->deadline, "deadline", is_date, "a complete date");
	d->publish = use_field(
		c, r, l->publish, "publish", is_date, "a complete date");
	d->amount = amount_field(c, l->amount);
	d->type = use_field(c, r, l->type, "type", is_word, "a word");
}

/* Each of the words must be a value of the field. */
static void
channel_words(struct compile *c, const struct field *f, char **words,
	size_t count, const char *what)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < f->value_count; k++)
			if (strcmp(words[i], f->values[k]) == 0)
				break;
		if (k == f->value_count)
			compile_bad(c, words[i], CODE_CONFIG_NAME,
				"%s: %s has no value %s", what, f->name,
				words[i]);
	}
}

static bool
is_enum(const struct field *f)
{
	return f->type == FIELD_ENUM;
}

/* The field that says which way a letter goes, and by which of its values. */
static void
compile_channel(struct compile *c)
{
	const struct layout_letter *l = &c->l->letter;
	struct definition *d = c->d;
	size_t i, k;

	d->channel = use_field(
		c, d->letter, l->channel, "channel", is_enum, "an enum");
	if ((l->channel == NULL) !=
		(l->paper_only_count + l->box_only_count == 0))
		compile_bad(c,
			l->channel != NULL ? (const void *)l->channel : l,
			CODE_CONFIG_VALUE,
			"channel goes with paper_only or box_only: which of "
			"its values say so");
	if (d->channel == -1 || c->vague[d->channel])
		return;
	channel_words(c, &d->fields[d->channel], l->paper_only,
		l->paper_only_count, "paper_only");
	channel_words(c, &d->fields[d->channel], l->box_only, l->box_only_count,
		"box_only");
	for (i = 0; i < l->paper_only_count; i++)
		for (k = 0; k < l->box_only_count; k++)
			if (strcmp(l->paper_only[i], l->box_only[k]) == 0)
				compile_bad(c, l->box_only[k],
					CODE_CONFIG_DOUBLE,
					"%s is paper_only and box_only",
					l->box_only[k]);
	d->paper_only = l->paper_only;
	d->paper_only_count = l->paper_only_count;
	d->box_only = l->box_only;
	d->box_only_count = l->box_only_count;
}

/* A letter needs something in the box, and something on paper. */
static void
compile_ways(struct compile *c)
{
	bool box = c->l->letter.text != NULL, paper = box;
	int i;

	for (i = 0; i < c->d->document_count; i++) {
		box = box || c->d->documents[i].way != ATTACHMENT_PAPER_ONLY;
		paper = paper || c->d->documents[i].way != ATTACHMENT_BOX_ONLY;
	}
	if (c->l->document_count == 0 && !box)
		compile_bad(c, &c->l->letter, CODE_CONFIG_VALUE,
			"a letter needs a text or a document");
	else if (c->d->document_count > 0 && (!box || !paper))
		compile_bad(c, &c->l->documents[0], CODE_CONFIG_VALUE,
			"a letter without text needs a document for the box, "
			"and one for paper");
}

void
compile_letter(struct compile *c)
{
	const struct layout_letter *l = &c->l->letter;
	const struct layout_address *a = &l->address;
	struct definition *d = c->d;
	const struct {
		const char *what, *text;
		struct template *out;
	} all[] = {
		{ "reference", l->reference, &d->reference },
		{ "subject", l->subject, &d->subject },
		{ "name", a->name, &d->name },
		{ "attention", a->attention, &d->attention },
		{ "street", a->street, &d->street },
		{ "number", a->number, &d->number_of },
		{ "letter", a->letter, &d->letter_of },
		{ "addition", a->addition, &d->addition },
		{ "postcode", a->postcode, &d->postcode },
		{ "town", a->town, &d->town },
		{ "country", a->country, &d->country },
		{ "box", a->box, &d->box },
		{ "line1", a->line1, &d->foreign[0] },
		{ "line2", a->line2, &d->foreign[1] },
		{ "line3", a->line3, &d->foreign[2] },
	};
	const char *const need[] = { l->reference, l->subject, a->name };
	size_t i;

	compile_fields_of_letter(c);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		compile_title(c, all[i].text, all[i].out, all[i].what);
	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if (need[i] != NULL && need[i][0] == '\0')
			compile_bad(c, need[i], CODE_CONFIG_VALUE,
				"a letter needs its reference, its subject and "
				"a name");
	compile_text(c, l->text);
	compile_channel(c);
	compile_ways(c);
}

/* --- the delivery, and what is decided by rule --- */

/* A field of any record but the lines. */
static int
delivery_field(struct compile *c, const char *name, const char *what,
	bool (*fits)(const struct field *f), const char *wanted)
{
	struct definition *d = c->d;
	int f;

	if (name == NULL)
		return -1;
	f = definition_field(d, d->letter, name, strlen(name));
	if (f == -1)
		f = compile_field_named(c, SCOPE_ALL, name, name, what);
	if (f == -1)
		return -1;
	if (definition_below(d, d->fields[f].record, d->letter))
		compile_bad(c, name, CODE_CONFIG_VALUE,
			"%s: %s is a field of the lines of a letter", what,
			name);
	else if (d->records[d->fields[f].record].occurs != OCCURS_ANY &&
		 d->records[d->fields[f].record].min == 0)
		/* Who leaves it out would not be checked at all. */
		compile_bad(c, name, CODE_CONFIG_VALUE,
			"%s: record %s, with %s in it, may be absent (min: 0)",
			what, d->records[d->fields[f].record].name, name);
	else if (c->vague[f] || fits(&d->fields[f]))
		return f;
	else
		compile_bad(c, name, CODE_CONFIG_VALUE,
			"%s: %s is a %s; it must be %s", what, name,
			field_type_words(d->fields[f].type)->name, wanted);
	return -1;
}

/* "0.5%" as parts in a million. */
static int64_t
share_ppm(struct compile *c, const char *text)
{
	int64_t ppm = 0, each = 1000000;
	const char *p = text;
	int digits = 0;

	if (text == NULL)
		return 5000;
	for (; *p >= '0' && *p <= '9' && digits < 4; p++, digits++)
		ppm = ppm * 10 + (*p - '0') * 10000;
	if (digits > 0 && *p == '.') {
		each = 1000;
		for (p++; *p >= '0' && *p <= '9' && each > 0; p++, each /= 10)
			ppm += (*p - '0') * each;
	}
	if (digits > 0 && strcmp(p, "%") == 0 && ppm <= 1000000)
		return ppm;
	compile_bad(c, text, CODE_CONFIG_VALUE,
		"reject_share: written as 0.5%%, at most 100%%");
	return 0;
}

static void
compile_policy(struct compile *c)
{
	static const char *const empties[] = { "refuse", "accept", NULL };
	static const char *const unuseds[] = { "refuse", "warn", NULL };
	const struct layout_policy *l = &c->l->policy;
	struct definition *d = c->d;

	d->policy = (struct format_policy){ .rejects = l->rejects,
		.reject_ppm = share_ppm(c, l->reject_share),
		.empty_ok = compile_word(c, l->empty, "empty", empties, 0) == 1,
		.hold = l->hold,
		.pages_max = l->pages_max,
		.a4 = l->a4,
		.same_address = l->same_address };
	d->input.unused_warns =
		compile_word(c, l->unused, "unused", unuseds, 0) == 1;
}

void
compile_delivery(struct compile *c)
{
	static const char *const parts[] = { "none", "stuf", NULL };
	const struct layout_delivery *l = &c->l->delivery;
	struct definition *d = c->d;

	d->input.name = l->name;
	if (l->name != NULL &&
		(l->name[0] == '\0' || strchr(l->name, '/') != NULL ||
			strlen(l->name) > 200))
		compile_bad(c, l->name, CODE_CONFIG_VALUE,
			"name: a pattern such as *-woz-*");
	d->input.parts = compile_word(c, l->parts, "parts", parts, 0) == 1;
	d->sender = delivery_field(c, l->sender, "sender", is_oin, "an oin");
	d->environment = delivery_field(c, l->environment, "environment",
		is_environment, "an enum of T and P");
	d->number = delivery_field(c, l->number, "number", is_page, "an int");
	d->period = delivery_field(
		c, l->period, "period", is_period, "a period or a year");
	compile_policy(c);
}
