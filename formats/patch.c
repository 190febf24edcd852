/* formats/patch.c - see formats/patch.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/patch.h"

#define TOTAL_TEXT_MAX 64

/* Bytes [from, from + len) of the record become `text`. */
struct place {
	size_t from, len;
};

static enum verdict
no_room(const struct field *f, struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_TOTALS,
		"field %s: the new total does not fit in it", f->name);
}

/* How many of the field's own units a total is; without its sign. */
static bool
units_of(const struct field *f, int64_t n, uint64_t *units_out)
{
	uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;
	int i;

	if (f->type == FIELD_MONEY_IMPLIED)
		for (i = 0; i < f->decimals; i++) {
			if (u > UINT64_MAX / 10)
				return false;
			u *= 10;
		}
	if (f->type == FIELD_MONEY_IMPLIED || f->type == FIELD_MONEY_INT) {
		if (u % (uint64_t)f->cents != 0)
			return false;
		u /= (uint64_t)f->cents;
	}
	*units_out = u;
	return true;
}

/* In the field's notation, with zeros in front up to `width`. */
static enum verdict
total_text(const struct field *f, int64_t n, size_t width, size_t max,
	char out[TOTAL_TEXT_MAX], struct fault *why)
{
	const char *lead = "", *trail = "", *sign = n < 0 ? "-" : "+";
	char digits[32];
	size_t len, zeros;
	uint64_t u;

	if (field_type_money(f->type) && f->sign == SIGN_LEAD)
		lead = sign;
	else if (field_type_money(f->type) && f->sign == SIGN_TRAIL)
		trail = sign;
	else if (n < 0 && f->sign == SIGN_MINUS)
		lead = sign;
	else if (n < 0 && f->sign != SIGN_SPLIT)
		return no_room(f, why);
	if (!units_of(f, n, &u))
		return no_room(f, why);
	if (f->type == FIELD_MONEY_COMMA || f->type == FIELD_MONEY_POINT)
		snprintf(digits, sizeof(digits), "%" PRIu64 "%c%02" PRIu64,
			u / 100, f->type == FIELD_MONEY_COMMA ? ',' : '.',
			u % 100);
	else
		snprintf(digits, sizeof(digits), "%" PRIu64, u);
	len = strlen(lead) + strlen(digits) + strlen(trail);
	if (len > max || width >= TOTAL_TEXT_MAX)
		return no_room(f, why);
	zeros = len < width ? width - len : 0;
	len = strlen(lead);
	memcpy(out, lead, len);
	memset(out + len, '0', zeros);
	len += zeros;
	snprintf(out + len, TOTAL_TEXT_MAX - len, "%s%s", digits, trail);
	return V_OK;
}

/* --- where a field stands --- */

/* Cell `column` (from 0) of a line; false when there is no such cell. */
static bool
find_cell(const struct definition *d, const char *bytes, size_t len, int column,
	struct place *out)
{
	size_t at = 0, from;
	bool quoted;

	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	for (;; column--) {
		from = at;
		quoted = d->quote != 0 && at < len && bytes[at] == d->quote;
		if (quoted)
			at++;
		while (at < len && (quoted || bytes[at] != d->separator)) {
			if (quoted && bytes[at] == d->quote) {
				if (at + 1 >= len || bytes[at + 1] != d->quote)
					quoted = false;
				else
					at++;
			}
			at++;
		}
		if (column == 0) {
			*out = (struct place){ from, at - from };
			return true;
		}
		if (at >= len)
			return false;
		at++;
	}
}

static int
column_named(const struct definition *d, const char *names, const char *wanted)
{
	size_t len = strlen(names), want = strlen(wanted);
	struct place cell;
	int i;

	if (len >= 3 && memcmp(names, "\xef\xbb\xbf", 3) == 0) {
		names += 3;
		len -= 3;
	}
	for (i = 0; find_cell(d, names, len, i, &cell); i++) {
		const char *name = names + cell.from;

		if (cell.len >= 2 && d->quote != 0 && name[0] == d->quote) {
			name++;
			cell.len -= 2;
		}
		if (cell.len == want && memcmp(name, wanted, want) == 0)
			return i;
	}
	return -1;
}

static bool
name_ends(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' ||
	       c == '>' || c == '=' || c == '\0';
}

/* The start tag of the one element with that local name; NULL when there is
 * none or more than one.  `bytes` are well-formed and closed with a NUL.
 */
static const char *
find_tag(const char *bytes, const char *local)
{
	size_t len = strlen(local);
	const char *p, *found = NULL;

	for (p = strchr(bytes, '<'); p != NULL; p = strchr(p + 1, '<')) {
		const char *name = p + 1;
		const char *colon = name + strcspn(name, ": \t\r\n/>");

		if (*colon == ':')
			name = colon + 1;
		if (strncmp(name, local, len) != 0 || !name_ends(name[len]))
			continue;
		if (found != NULL)
			return NULL;
		found = p;
	}
	return found;
}

/* The value of an attribute of the tag, or the text behind the tag. */
static bool
find_text(const char *bytes, const char *tag, const char *attribute,
	struct place *out)
{
	const char *p = tag + strcspn(tag, " \t\r\n/>"), *name;
	size_t len;
	char quote;

	for (;;) {
		p += strspn(p, " \t\r\n");
		if (*p == '>' || *p == '/' || *p == '\0')
			break;
		name = p;
		p += strcspn(p, "= \t\r\n>");
		len = (size_t)(p - name);
		p += strcspn(p, "\"'>");
		if (*p != '"' && *p != '\'')
			return false;
		quote = *p++;
		*out = (struct place){ (size_t)(p - bytes), 0 };
		p = strchr(p, quote);
		if (p == NULL)
			return false;
		out->len = (size_t)(p++ - bytes) - out->from;
		if (attribute != NULL && len >= strlen(attribute) &&
			strncmp(name + len - strlen(attribute), attribute,
				strlen(attribute)) == 0)
			return true;
	}
	if (attribute != NULL || *p != '>')
		return false;
	p++;
	*out = (struct place){ (size_t)(p - bytes), strcspn(p, "<") };
	return p[out->len] == '<';
}

static bool
find_element(const struct definition *d, int field, const char *bytes,
	struct place *out)
{
	const char *tag;
	int n, s;

	for (n = 0; n < d->node_count; n++)
		for (s = d->nodes[n].slot; s != -1; s = d->slots[s].next) {
			if (d->slots[s].kind != SLOT_FIELD ||
				d->slots[s].field != field)
				continue;
			tag = find_tag(bytes, d->nodes[n].local);
			return tag != NULL &&
			       find_text(bytes, tag, d->slots[s].local, out);
		}
	return false;
}

static bool
find_field(const struct definition *d, int field, const char *names,
	const char *bytes, size_t len, struct place *out)
{
	const struct field *f = &d->fields[field];

	switch (d->kind) {
	case FORMAT_XML:
		return find_element(d, field, bytes, out);
	case FORMAT_DELIMITED:
		return find_cell(d, bytes, len,
			f->header != NULL ? column_named(d, names, f->header)
					  : f->column - 1,
			out);
	case FORMAT_FIXED:
		*out = (struct place){ (size_t)f->at - 1, (size_t)f->bytes };
		return out->from + out->len <= len;
	}
	return false;
}

/* --- and what stands there now --- */

static enum verdict
replace(const struct definition *d, int field, const char *names,
	const char *text, struct buf *line, struct fault *why)
{
	char quoted[TOTAL_TEXT_MAX + 2];
	struct buf made = BUF_MAX(line->max);
	struct place at;

	if (!find_field(d, field, names, line->bytes, line->len, &at))
		return fault_set(why, V_BROKEN, CODE_TOTALS,
			"field %s: the place of this total cannot be found",
			d->fields[field].name);
	if (d->kind == FORMAT_DELIMITED && d->quote != 0 &&
		strchr(text, d->separator) != NULL) {
		snprintf(quoted, sizeof(quoted), "%c%s%c", d->quote, text,
			d->quote);
		text = quoted;
	}
	buf_add(&made, line->bytes, at.from);
	buf_text(&made, text);
	buf_add(&made, line->bytes + at.from + at.len,
		line->len - at.from - at.len);
	buf_done(line);
	*line = made;
	return V_OK;
}

static enum verdict
replace_total(const struct reading *r, int control, const char *names,
	struct buf *line, struct fault *why)
{
	const struct definition *d = r->d;
	int field = d->controls[control].total;
	const struct field *f = &d->fields[field];
	int64_t n = r->totals[control].part;
	char text[TOTAL_TEXT_MAX];
	size_t width, max;
	enum verdict v;

	width = d->kind == FORMAT_FIXED ? (size_t)f->bytes : (size_t)f->min;
	max = d->kind == FORMAT_FIXED ? (size_t)f->bytes : (size_t)f->max;
	v = total_text(f, n, width, max < TOTAL_TEXT_MAX ? max : 40, text, why);
	if (v == V_OK)
		v = replace(d, field, names, text, line, why);
	if (v == V_OK && f->sign == SIGN_SPLIT && f->sign_field >= 0)
		v = replace(
			d, f->sign_field, names, n < 0 ? "-" : "+", line, why);
	return v;
}

enum verdict
patch_totals(const struct reading *r, int record, const char *names,
	const char *bytes, size_t len, struct buf *out, struct fault *why)
{
	struct buf line = BUF_MAX(len + 64 * DEFINITION_FIELDS_MAX);
	enum verdict v = V_OK;
	int i;

	buf_add(&line, bytes, len);
	for (i = 0; v == V_OK && i < r->d->control_count; i++) {
		const struct control *c = &r->d->controls[i];

		if (c->total >= 0 && r->d->fields[c->total].record == record)
			v = replace_total(r, i, names, &line, why);
	}
	if (v == V_OK)
		buf_add(out, line.bytes, line.len);
	buf_done(&line);
	return v;
}
