/* formats/template.c - text with {field} in it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "formats/compile.h"

static enum verdict
no_name(const struct definition *d, int record, const char *name, bool twice,
	struct fault *why)
{
	const char *near = scope_guess(d, record, name);

	if (twice)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"{%.40s} is in more than one record; write "
			"{RECORD.field}",
			name);
	return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
		"{%.40s}: there is no such field for record %s%s%s%s", name,
		d->records[record].name, near == NULL ? "" : "; did you mean '",
		near == NULL ? "" : near, near == NULL ? "" : "'?");
}

/* What stands between the braces at `name`. */
static enum verdict
parse_name(const struct definition *d, const char *name, size_t len, int record,
	struct arena *mem, int *field_out, int *record_out, struct fault *why)
{
	switch (scope_find(d, record, name, len, field_out, record_out)) {
	case SCOPE_FIELD:
		return V_OK;
	case SCOPE_RECORD:
		if (d->records[*record_out].lines.count > 0)
			return V_OK;
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"{%s}: record %s has no line:",
			d->records[*record_out].name,
			d->records[*record_out].name);
	case SCOPE_AMBIGUOUS:
		return no_name(
			d, record, arena_text(mem, name, len), true, why);
	case SCOPE_NONE:
		break;
	}
	return no_name(d, record, arena_text(mem, name, len), false, why);
}

enum verdict
template_parse(const struct definition *definition, const char *text,
	int record, struct arena *mem, struct template *out, struct fault *why)
{
	struct template t = { 0 };
	const char *p = text, *end;
	enum verdict v;

	*out = t;
	if (text == NULL)
		return V_OK;
	while (*p != '\0') {
		if (t.count == TEMPLATE_PARTS_MAX)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"more than %d pieces in one text",
				TEMPLATE_PARTS_MAX);
		t.part[t.count].field = t.part[t.count].record = -1;
		if (*p != '{') {
			size_t len = strcspn(p, "{");

			t.part[t.count].len = len;
			t.part[t.count++].text = arena_text(mem, p, len);
			p += len;
			continue;
		}
		end = strpbrk(p + 1, "{}\n");
		if (end == NULL || *end != '}')
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"a { without its }");
		v = parse_name(definition, p + 1, (size_t)(end - p - 1), record,
			mem, &t.part[t.count].field, &t.part[t.count].record,
			why);
		if (v != V_OK)
			return v;
		t.count++;
		p = end + 1;
	}
	*out = t;
	return V_OK;
}

/* --- values for people --- */

/* 123456 cents -> "1.234,56"; whole euros without decimals. */
static void
say_money(char *out, const struct field *field, int64_t cents)
{
	uint64_t n = cents < 0 ? -(uint64_t)cents : (uint64_t)cents;
	bool whole = field->type == FIELD_MONEY_INT && field->cents == 100;
	char digits[24];
	int len, i;

	len = snprintf(
		digits, sizeof(digits), "%llu", (unsigned long long)(n / 100));
	if (cents < 0)
		*out++ = '-';
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*out++ = '.';
		*out++ = digits[i];
	}
	*out = '\0';
	if (!whole)
		snprintf(out, 4, ",%02d", (int)(n % 100));
}

/* dd-mm-yyyy of digits; a part that is 00 (incomplete) is left out. */
static void
say_day(char *out, const char *year, const char *month, const char *day)
{
	bool has_month = memcmp(month, "00", 2) != 0;
	bool has_day = has_month && memcmp(day, "00", 2) != 0;

	snprintf(out, SAID_MAX, "%.*s%s%.*s%s%.4s", has_day ? 2 : 0, day,
		has_day ? "-" : "", has_month ? 2 : 0, month,
		has_month ? "-" : "", year);
}

static bool
say_word(char *out, const struct field *field, const struct value *value)
{
	size_t i;

	for (i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i], value->text) == 0) {
			snprintf(out, SAID_MAX, "%s", field->words[i]);
			return true;
		}
	return false;
}

/* False: it is said as it is written. */
static bool
say(char out[SAID_MAX], const struct field *field, const struct value *value)
{
	const char *t = value->text;

	if (field_type_money(field->type))
		say_money(out, field, value->cents);
	else if (field_type_bool(field->type))
		snprintf(out, SAID_MAX, "%s", value->yes ? "ja" : "nee");
	else if (field->words != NULL)
		return say_word(out, field, value);
	else if (field->type == FIELD_DATE_YMD && value->len == 8)
		say_day(out, t, t + 4, t + 6);
	else if (field->type == FIELD_DATE_ISO && value->len == 10)
		say_day(out, t, t + 5, t + 8);
	else if (field->type == FIELD_DATE_DMY && value->len == 10)
		say_day(out, t + 6, t + 3, t);
	else if (field->type == FIELD_TIME && value->len >= 14)
		say_day(out, t, t + 4, t + 6);
	else if ((field->type == FIELD_PERIOD_MONTH ||
			 field->type == FIELD_PERIOD_WEEKS ||
			 field->type == FIELD_PERIOD) &&
		 value->len == 6)
		snprintf(out, SAID_MAX, "%.4s-%.2s", t, t + 4);
	else
		return false;
	return true;
}

/* --- filling --- */

/* The line that is being written: lines of which all names were empty go. */
struct filling {
	char *to, *line;
	bool named, found; /* a name stood in it; one had something */
	bool drop;	   /* such lines go */
};

static void
end_line(struct filling *f, bool last)
{
	if (f->drop && f->named && !f->found) {
		f->to = f->line;
	} else if (!last) {
		while (f->to > f->line && f->to[-1] == ' ')
			f->to--;
		*f->to++ = '\n';
		f->line = f->to;
	}
	f->named = f->found = false;
}

/* Blanks at the ends of a line and double blanks come from absent fields. */
static void
put(struct filling *f, const char *text, size_t len, bool lines)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\n' && lines) {
			end_line(f, false);
			continue;
		}
		if (c == '\n' || c == '\r' || c == '\t')
			c = ' ';
		if (c == ' ' && (f->to == f->line || f->to[-1] == ' '))
			continue;
		*f->to++ = c;
	}
}

/* Lines were tidied when they were made. */
static void
put_lines(struct filling *f, const char *lines)
{
	size_t len = lines == NULL ? 0 : strlen(lines);

	while (len > 0 && lines[len - 1] == '\n')
		len--;
	f->named = true;
	f->found = f->found || len > 0;
	if (len > 0)
		memcpy(f->to, lines, len);
	f->to += len;
}

static void
put_value(struct filling *f, const struct field *field,
	const struct value *value, enum template_way way)
{
	char said[SAID_MAX];

	f->named = true;
	if (value->text == NULL || value->len == 0)
		return;
	f->found = true;
	if (way == TEMPLATE_SPOKEN && say(said, field, value))
		put(f, said, strlen(said), false);
	else
		put(f, value->text, value->len, false);
}

/* Room for all, at most; and whether there are several lines. */
static size_t
room(const struct template *t, const struct value *values,
	const char *const *lines, bool *several_out)
{
	size_t bytes = 1;
	int i;

	*several_out = false;
	for (i = 0; i < t->count; i++) {
		const char *text = t->part[i].text;

		if (text != NULL) {
			bytes += t->part[i].len;
			if (memchr(text, '\n', t->part[i].len) != NULL)
				*several_out = true;
		} else if (t->part[i].field != -1) {
			bytes += values[t->part[i].field].len + SAID_MAX;
		} else if (lines != NULL && lines[t->part[i].record] != NULL) {
			bytes += strlen(lines[t->part[i].record]);
		}
	}
	return bytes;
}

const char *
template_fill(const struct definition *definition,
	const struct template *template, enum template_way way,
	const struct value *values, const char *const *lines, struct arena *mem)
{
	struct filling f = { 0 };
	bool several;
	char *text;
	int i;

	if (template->count == 0)
		return "";
	if (template->unless_text != NULL &&
		values[template->unless].text != NULL &&
		strcmp(values[template->unless].text, template->unless_text) ==
			0)
		return "";
	if (template->count == 1 && template->part[0].field != -1 &&
		way == TEMPLATE_RAW) {
		/* A field alone is that field, not a copy. */
		const char *whole = values[template->part[0].field].text;

		return whole == NULL ? "" : whole;
	}
	text = arena_alloc(mem, room(template, values, lines, &several));
	f.to = f.line = text;
	f.drop = way == TEMPLATE_RAW || several;
	for (i = 0; i < template->count; i++) {
		int field = template->part[i].field;
		int record = template->part[i].record;

		if (template->part[i].text != NULL)
			put(&f, template->part[i].text, template->part[i].len,
				true);
		else if (field != -1)
			put_value(&f, &definition->fields[field],
				&values[field], way);
		else
			put_lines(&f, lines == NULL ? NULL : lines[record]);
	}
	end_line(&f, true);
	while (f.to > text && (f.to[-1] == ' ' || f.to[-1] == '\n'))
		f.to--;
	*f.to = '\0';
	return text;
}
