/* formats/compile.c - words of a definition, and what its file looks like
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "formats/compile.h"

/* --- words --- */

const char *
compile_near(struct compile *c, const char *near)
{
	return near == NULL
		       ? ""
		       : arena_format(&c->d->mem, "; did you mean '%s'?", near);
}

void
compile_unknown(
	struct compile *c, const char *word, const char *what, const char *near)
{
	compile_bad(c, word, CODE_CONFIG_VALUE, "there is no %s '%.40s'%s",
		what, word, compile_near(c, near));
}

int
compile_word(struct compile *c, const char *text, const char *what,
	const char *const *words, int otherwise)
{
	struct yaml_guess guess = { .word = text };
	char all[200] = "";
	size_t used = 0;
	int i;

	if (text == NULL)
		return otherwise;
	for (i = 0; words[i] != NULL; i++) {
		size_t len = strlen(words[i]);

		if (strcmp(words[i], text) == 0)
			return i;
		yaml_guess(&guess, words[i]);
		if (used + len + 3 < sizeof(all)) {
			if (used > 0) {
				memcpy(all + used, ", ", 2);
				used += 2;
			}
			memcpy(all + used, words[i], len + 1);
			used += len;
		}
	}
	compile_bad(c, text, CODE_CONFIG_VALUE,
		"%s: '%.40s' is not one of %s%s", what, text, all,
		compile_near(c, guess.best));
	return 0;
}

enum field_bad
compile_fault(struct compile *c, const char *text, enum field_bad otherwise)
{
	static const char *const words[] = { [BAD_REJECT] = "reject",
		[BAD_PAPER] = "paper",
		[BAD_WARN] = "warn",
		[BAD_STOP] = "stop",
		NULL };

	return (enum field_bad)compile_word(
		c, text, "bad", words, (int)otherwise);
}

enum code
compile_code(struct compile *c, const char *text)
{
	int64_t number;

	if (text == NULL)
		return CODE_NONE;
	if (strncmp(text, "MOBB-0", 6) == 0 && strlen(text) == 9 &&
		text_number(text + 6, 999, &number) && number > 100)
		return (enum code)number;
	compile_bad(c, text, CODE_CONFIG_VALUE,
		"code: '%.40s' is not written as MOBB-0203", text);
	return CODE_NONE;
}

static bool
name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && ((c >= '0' && c <= '9') || c == '-'));
}

bool
compile_name_ok(struct compile *c, const char *text, const char *what)
{
	size_t i;

	for (i = 0; text[i] != '\0' && name_char(text[i], i == 0); i++)
		;
	if (text[i] == '\0' && i > 0 && i <= NAME_CHARS_MAX)
		return true;
	compile_bad(c, text, CODE_CONFIG_VALUE,
		"the name of a %s has 1 to %d letters, digits, _ and -, and "
		"begins with a letter",
		what, NAME_CHARS_MAX);
	return false;
}

bool
compile_number(const char **text, int64_t max, int *out)
{
	const char *p = *text;
	int64_t n = 0;

	for (; *p >= '0' && *p <= '9' && n <= max; p++)
		n = n * 10 + (*p - '0');
	if (p == *text || n < 1 || n > max)
		return false;
	*text = p;
	*out = (int)n;
	return true;
}

bool
compile_call(const char *text, struct arena *mem, const char **word_out,
	char **names_out, char **rest_out)
{
	const char *open = strchr(text, '(');
	const char *close = open == NULL ? NULL : strchr(open, ')');

	if (close == NULL || open == text || strlen(text) > 1000)
		return false;
	*word_out = text_trim(arena_text(mem, text, (size_t)(open - text)));
	*names_out = text_trim(
		arena_text(mem, open + 1, (size_t)(close - open - 1)));
	*rest_out = text_trim(arena_text(mem, close + 1, strlen(close + 1)));
	return true;
}

/* --- the file --- */

static void
compile_containers(struct compile *c)
{
	static const char *const words[] = { "zip", "none", "gzip", "tar.gz",
		NULL };
	const struct layout_input *in = &c->l->input;
	struct format_input *out = &c->d->input;
	size_t i;

	if (in->container_count == 0)
		out->plain = true;
	for (i = 0; i < in->container_count; i++) {
		if (in->containers[i] == NULL)
			continue;
		switch (compile_word(
			c, in->containers[i], "container", words, 0)) {
		case 0:
			out->zip = true;
			break;
		case 1:
			out->plain = true;
			break;
		case 2:
			out->gzip = true;
			break;
		default:
			out->tar = true;
			break;
		}
	}
	out->payload = in->payload == NULL ? "" : in->payload;
	out->pages = in->pages;
	if (in->payload != NULL && in->payload[0] == '\0')
		compile_bad(c, in->payload, CODE_CONFIG_VALUE,
			"payload: a pattern such as *.xml");
	if (in->pages != NULL && !out->zip && !out->tar)
		compile_bad(c, in->pages, CODE_CONFIG_VALUE,
			"pages: only a zip or tar.gz can hold them");
}

static void
compile_limits(struct compile *c)
{
	const struct layout_limits *l = &c->l->limits;
	struct definition *d = c->d;
	const int64_t *const all[] = { &l->bytes, &l->unpacked, &l->ratio,
		&l->members, &l->records, &l->record_bytes };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (*all[i] < 1)
			compile_bad(c, all[i], CODE_CONFIG_VALUE,
				"a limit must be 1 or more");
	d->input.limits = (struct archive_limits){ .unpacked_max = l->unpacked,
		.ratio_max = l->ratio,
		.members_max = l->members };
	d->input.bytes_max = l->bytes;
	d->records_max = l->records;
	d->record_bytes_max = l->record_bytes;
	d->field_max = l->field != LAYOUT_ABSENT ? l->field
		       : d->kind == FORMAT_XML	 ? 20000000
						 : 10000;
	if (d->field_max < 1)
		compile_bad(c, &l->field, CODE_CONFIG_VALUE,
			"a limit must be 1 or more");
	if (l->depth < 2 || l->depth > 200)
		compile_bad(c, &l->depth, CODE_CONFIG_VALUE,
			"depth must be 2 to 200");
	d->depth_max = (int)l->depth;
}

/* Keys that only one kind of file has. */
static void
refuse_for_kind(struct compile *c)
{
	static const char *const kinds[] = { "xml", "delimited", "fixed" };
	const struct layout_input *in = &c->l->input;
	bool xml = c->d->kind == FORMAT_XML;
	bool delimited = c->d->kind == FORMAT_DELIMITED;
	const struct {
		const char *text, *name;
		bool ok;
	} all[] = {
		{ in->newline, "newline", !xml },
		{ in->separator, "separator", delimited },
		{ in->quote, "quote", delimited },
		{ in->header, "header", delimited },
		{ c->l->root, "root", xml },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].text != NULL && !all[i].ok)
			compile_bad(c, all[i].text, CODE_CONFIG_VALUE,
				"%s: has no meaning for kind %s", all[i].name,
				kinds[c->d->kind]);
	if (in->multiline && !delimited)
		compile_bad(c, &in->multiline, CODE_CONFIG_VALUE,
			"multiline: has no meaning for kind %s",
			kinds[c->d->kind]);
	if (in->record_bytes != LAYOUT_ABSENT && c->d->kind != FORMAT_FIXED)
		compile_bad(c, &in->record_bytes, CODE_CONFIG_VALUE,
			"record_bytes: has no meaning for kind %s",
			kinds[c->d->kind]);
	if (c->l->namespace_count > 0 && !xml)
		compile_bad(c, &c->l->namespaces[0], CODE_CONFIG_VALUE,
			"namespaces: only for kind xml");
}

static char
separator(struct compile *c, const char *text)
{
	if (text == NULL)
		return ';';
	if (strcmp(text, "tab") == 0)
		return '\t';
	if (strlen(text) == 1 &&
		(text[0] == '\t' || strchr(";,|^~#:", text[0])))
		return text[0];
	compile_bad(c, text, CODE_CONFIG_VALUE,
		"separator: one of ; , | ^ ~ # : or tab");
	return ';';
}

static char
quote(struct compile *c, const char *text)
{
	if (text == NULL || strcmp(text, "\"") == 0)
		return '"';
	if (strcmp(text, "'") == 0)
		return '\'';
	if (strcmp(text, "none") != 0)
		compile_bad(c, text, CODE_CONFIG_VALUE,
			"quote: '\"', \"'\" or none");
	return '\0';
}

static void
compile_writing(struct compile *c)
{
	static const char *const encodings[] = { "utf-8", "iso-8859-1",
		"windows-1252", NULL };
	static const char *const boms[] = { "accept", "refuse", NULL };
	static const char *const newlines[] = { [NEWLINE_ANY] = "any",
		[NEWLINE_CRLF] = "crlf",
		[NEWLINE_LF] = "lf",
		[NEWLINE_NONE] = "none",
		NULL };
	static const char *const headers[] = { "none", "names", NULL };
	const struct layout_input *in = &c->l->input;
	struct definition *d = c->d;

	d->encoding = encodings[compile_word(
		c, in->encoding, "encoding", encodings, 0)];
	d->bom = compile_word(c, in->bom, "bom", boms, 0) == 0 &&
		 strcmp(d->encoding, "utf-8") == 0;
	d->newline = (enum newline)compile_word(
		c, in->newline, "newline", newlines, NEWLINE_ANY);
	if (d->newline == NEWLINE_NONE && d->kind == FORMAT_DELIMITED)
		compile_bad(c, in->newline, CODE_CONFIG_VALUE,
			"newline: none is for kind fixed");
	if (d->kind == FORMAT_XML && strcmp(d->encoding, "utf-8") != 0)
		compile_bad(c, in->encoding, CODE_CONFIG_VALUE,
			"encoding: XML must be utf-8");
	d->separator = separator(c, in->separator);
	d->quote = quote(c, in->quote);
	d->multiline = in->multiline;
	if (d->multiline && d->quote == '\0')
		compile_bad(c, &in->multiline, CODE_CONFIG_VALUE,
			"multiline: only a quoted value can hold line ends");
	d->header_row = compile_word(c, in->header, "header", headers, 0) == 1;
	if (d->kind != FORMAT_FIXED)
		return;
	if (in->record_bytes < 1 || in->record_bytes > RECORD_BYTES_MAX)
		compile_bad(c,
			in->record_bytes == LAYOUT_ABSENT
				? (const void *)in
				: (const void *)&in->record_bytes,
			CODE_CONFIG_VALUE,
			"record_bytes: how long each record is, 1 to %d",
			RECORD_BYTES_MAX);
	else
		d->record_bytes = (int)in->record_bytes;
}

static void
compile_identity(struct compile *c)
{
	const char *format = c->l->format == NULL ? "" : c->l->format;
	struct definition *d = c->d;
	size_t len = strlen(format);

	if (c->l->format != NULL &&
		(len == 0 || len > NAME_CHARS_MAX ||
			strspn(format,
				"abcdefghijklmnopqrstuvwxyz0123456789-") !=
				len))
		compile_bad(c, format, CODE_CONFIG_VALUE,
			"format: 1 to %d of a-z, 0-9 and -", NAME_CHARS_MAX);
	if (c->l->version > 9999 ||
		(c->l->version < 1 &&
			yaml_place(c->places, &c->l->version, &len, &len)))
		compile_bad(c, &c->l->version, CODE_CONFIG_VALUE,
			"version: 1 to 9999");
	d->id = arena_format(
		&d->mem, "%s/%lld", format, (long long)c->l->version);
	d->title = c->l->title == NULL ? format : c->l->title;
	d->owner = c->l->owner == NULL ? "" : c->l->owner;
}

bool
compile_input(struct compile *c)
{
	static const char *const kinds[] = { [FORMAT_XML] = "xml",
		[FORMAT_DELIMITED] = "delimited",
		[FORMAT_FIXED] = "fixed",
		NULL };
	int before = c->mistakes->count;

	if (c->l->kind == NULL)
		return false;
	compile_identity(c);
	before = c->mistakes->count;
	c->d->kind =
		(enum format_kind)compile_word(c, c->l->kind, "kind", kinds, 0);
	if (c->mistakes->count > before)
		return false;
	compile_containers(c);
	compile_limits(c);
	refuse_for_kind(c);
	compile_writing(c);
	return true;
}
