/* formats/template.c - text with {field} in it
 *
 * A text of forty pieces is filled for each letter, so what can be known of a
 * piece is found when it is compiled, and bytes are copied in blocks: a piece
 * of text and what is filled have PAD bytes more than they need.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "formats/compile.h"

#define PAD 16

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

/* How its value is said to people. */
static enum template_says
says(const struct field *f)
{
	if (f->type == FIELD_MONEY_INT && f->cents == 100)
		return SAYS_EUROS;
	if (field_type_money(f->type))
		return SAYS_MONEY;
	if (field_type_bool(f->type))
		return SAYS_BOOL;
	if (f->words != NULL)
		return SAYS_WORD;
	if (f->type == FIELD_DATE_YMD)
		return SAYS_DATE_YMD;
	if (f->type == FIELD_DATE_ISO)
		return SAYS_DATE_ISO;
	if (f->type == FIELD_DATE_DMY)
		return SAYS_DATE_DMY;
	if (f->type == FIELD_TIME)
		return SAYS_TIME;
	if (f->type == FIELD_PERIOD_MONTH || f->type == FIELD_PERIOD_WEEKS ||
		f->type == FIELD_PERIOD)
		return SAYS_PERIOD;
	return SAYS_TEXT;
}

static void
parse_text(struct template *t, const char *text, size_t len, struct arena *mem)
{
	char *copy = arena_alloc(mem, len + 1 + PAD);
	size_t i;

	memset(copy, 0, len + 1 + PAD);
	memcpy(copy, text, len);
	t->part[t->count].text = copy;
	t->part[t->count].len = len;
	t->part[t->count].tidy = true;
	for (i = 0; i < len; i++) {
		if (text[i] == '\r' || text[i] == '\t' ||
			(text[i] == ' ' && i > 0 && text[i - 1] == ' '))
			t->part[t->count].tidy = false;
		t->part[t->count].ends += text[i] == '\n';
	}
	t->several |= t->part[t->count].ends > 0;
	t->room += len;
}

enum verdict
template_parse(const struct definition *definition, const char *text,
	int record, struct arena *mem, struct template *out, struct fault *why)
{
	struct template t = { .room = 1 + PAD };
	const char *p = text, *end;
	enum verdict v;

	*out = (struct template){ 0 };
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

			parse_text(&t, p, len, mem);
			t.count++;
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
		if (t.part[t.count].field != -1) {
			t.part[t.count].says = says(
				&definition->fields[t.part[t.count].field]);
			t.room += SAID_MAX;
		}
		t.count++;
		p = end + 1;
	}
	*out = t;
	return V_OK;
}

/* --- values for people: each writes behind `to` and returns the new end --- */

/* 1234567 -> "1.234.567" */
static char *
say_number(char *to, uint64_t n)
{
	bool more = n >= 1000;

	if (more) {
		to = say_number(to, n / 1000);
		*to++ = '.';
		n %= 1000;
	}
	if (more || n >= 100)
		*to++ = (char)('0' + n / 100);
	if (more || n >= 10)
		*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

/* 123456 cents -> "1.234,56" */
static char *
say_money(char *to, int64_t cents, bool euros)
{
	uint64_t n = cents < 0 ? -(uint64_t)cents : (uint64_t)cents;

	if (cents < 0)
		*to++ = '-';
	to = say_number(to, n / 100);
	if (euros)
		return to;
	*to++ = ',';
	*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

static char *
say_two(char *to, const char *digits, char mark)
{
	to[0] = digits[0];
	to[1] = digits[1];
	to[2] = mark;
	return to + 3;
}

/* dd-mm-yyyy of digits; a part that is 00 (incomplete) is left out. */
static char *
say_day(char *to, const char *year, const char *month, const char *day)
{
	if (month[0] != '0' || month[1] != '0') {
		if (day[0] != '0' || day[1] != '0')
			to = say_two(to, day, '-');
		to = say_two(to, month, '-');
	}
	memcpy(to, year, 4);
	return to + 4;
}

static const char *
word_of(const struct field *field, const char *text)
{
	size_t i;

	for (i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i], text) == 0)
			return field->words[i];
	return NULL;
}

/* --- filling --- */

/* The line that is being written: lines of which all names were empty go. */
struct filling {
	char *to, *line;
	bool named, found; /* a name stood in it; one had something */
	bool drop;	   /* such lines go */
};

static inline void
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

/* A piece of the template without a line end, in which all blanks are single:
 * PAD bytes may be read behind it.
 */
static inline void
put_tidy(struct filling *f, const char *text, size_t len)
{
	size_t i;

	if (len == 0)
		return;
	if (*text == ' ' && (f->to == f->line || f->to[-1] == ' ')) {
		text++;
		len--;
	}
	for (i = 0; i < len; i += PAD)
		memcpy(f->to + i, text + i, PAD);
	f->to += len;
}

static inline void
put_text(struct filling *f, const char *text, size_t len, bool tidy, int ends)
{
	const char *end = text + len, *nl;

	if (!tidy) {
		put(f, text, len, true);
		return;
	}
	for (; ends > 0; ends--) {
		nl = memchr(text, '\n', (size_t)(end - text));
		assert(nl != NULL);
		put_tidy(f, text, (size_t)(nl - text));
		end_line(f, false);
		text = nl + 1;
	}
	put_tidy(f, text, (size_t)(end - text));
}

/* A value: most have only single blanks, and eight bytes are looked at at
 * once.
 */
static inline void
put_plain(struct filling *f, const char *text, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t blanks = ones * ' ', highs = ones << 7;
	size_t i = 0;

	if (*text == ' ') {
		put(f, text, len, false);
		return;
	}
	for (; len - i > sizeof(blanks); i += sizeof(blanks)) {
		uint64_t w, next;

		memcpy(&w, text + i, sizeof(w));
		memcpy(&next, text + i + 1, sizeof(next));
		/* A byte below the blank borrows; two blanks are both 0. */
		next = (w ^ blanks) | (next ^ blanks);
		if ((((w - blanks) & ~w) | ((next - ones) & ~next)) & highs)
			break;
		memcpy(f->to + i, &w, sizeof(w));
	}
	for (; i < len && ((unsigned char)text[i] > ' ' ||
				  (text[i] == ' ' && text[i - 1] != ' '));
		i++)
		f->to[i] = text[i];
	f->to += i;
	if (i < len)
		put(f, text + i, len - i, false);
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

static inline void
put_spoken(struct filling *f, const struct field *field,
	enum template_says says, const struct value *value)
{
	const char *t = value->text, *word;

	if (says == SAYS_MONEY || says == SAYS_EUROS) {
		f->to = say_money(f->to, value->cents, says == SAYS_EUROS);
	} else if (says == SAYS_BOOL) {
		put_plain(f, value->yes ? "ja" : "nee", value->yes ? 2 : 3);
	} else if (says == SAYS_WORD && (word = word_of(field, t)) != NULL) {
		put_plain(f, word, strlen(word));
	} else if (says == SAYS_DATE_YMD && value->len == 8) {
		f->to = say_day(f->to, t, t + 4, t + 6);
	} else if (says == SAYS_DATE_ISO && value->len == 10) {
		f->to = say_day(f->to, t, t + 5, t + 8);
	} else if (says == SAYS_DATE_DMY && value->len == 10) {
		f->to = say_day(f->to, t + 6, t + 3, t);
	} else if (says == SAYS_TIME && value->len >= 14) {
		f->to = say_day(f->to, t, t + 4, t + 6);
	} else if (says == SAYS_PERIOD && value->len == 6) {
		memcpy(f->to, t, 4);
		f->to[4] = '-';
		memcpy(f->to + 5, t + 4, 2);
		f->to += 7;
	} else {
		put_plain(f, t, value->len);
	}
}

/* Room for all, at most. */
static size_t
room(const struct template *t, const struct value *values,
	const char *const *lines)
{
	size_t bytes = t->room;
	int i;

	for (i = 0; i < t->count; i++)
		if (t->part[i].field != -1)
			bytes += values[t->part[i].field].len;
		else if (t->part[i].record != -1 && lines != NULL &&
			 lines[t->part[i].record] != NULL)
			bytes += strlen(lines[t->part[i].record]);
	return bytes;
}

static char *
fill(struct filling *f, const struct definition *definition,
	const struct template *t, enum template_way way,
	const struct value *values, const char *const *lines)
{
	int i;

	for (i = 0; i < t->count; i++) {
		int field = t->part[i].field, record = t->part[i].record;
		const struct value *value;

		if (t->part[i].text != NULL) {
			put_text(f, t->part[i].text, t->part[i].len,
				t->part[i].tidy, t->part[i].ends);
			continue;
		}
		if (record != -1) {
			put_lines(f, lines == NULL ? NULL : lines[record]);
			continue;
		}
		f->named = true;
		value = &values[field];
		if (value->text == NULL || value->len == 0)
			continue;
		f->found = true;
		if (way == TEMPLATE_SPOKEN)
			put_spoken(f, &definition->fields[field],
				t->part[i].says, value);
		else
			put_plain(f, value->text, value->len);
	}
	end_line(f, true);
	return f->to;
}

const char *
template_fill(const struct definition *definition,
	const struct template *template, enum template_way way,
	const struct value *values, const char *const *lines, struct arena *mem)
{
	struct filling f = { 0 };
	char *text, *end;

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
	text = arena_alloc(mem, room(template, values, lines));
	f.to = f.line = text;
	f.drop = way == TEMPLATE_RAW || template->several;
	end = fill(&f, definition, template, way, values, lines);
	while (end > text && (end[-1] == ' ' || end[-1] == '\n'))
		end--;
	*end = '\0';
	return text;
}
