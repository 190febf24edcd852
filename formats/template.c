/* formats/template.c - text with {field} in it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "formats/definition.h"

static int
field_named(
	const struct definition *d, int record, const char *name, size_t len)
{
	int i;

	for (i = 0; i < d->field_count; i++)
		if (d->fields[i].record == record &&
			strlen(d->fields[i].name) == len &&
			memcmp(d->fields[i].name, name, len) == 0)
			return i;
	return -1;
}

enum verdict
template_parse(const struct definition *definition, const char *text,
	int record, struct arena *mem, struct template *out, struct fault *why)
{
	struct template t = { 0 };
	const char *p = text, *end;

	if (text == NULL) {
		*out = t;
		return V_OK;
	}
	while (*p != '\0') {
		if (t.count == TEMPLATE_PARTS_MAX)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"'%.60s' has too many parts", text);
		if (*p != '{') {
			size_t len = strcspn(p, "{");

			t.part[t.count].len = len;
			t.part[t.count++].text = arena_text(mem, p, len);
			p += len;
			continue;
		}
		end = strchr(p, '}');
		if (end == NULL)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"'%.60s' lacks a }", text);
		t.part[t.count].field = field_named(
			definition, record, p + 1, (size_t)(end - p - 1));
		if (t.part[t.count].field == -1)
			return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
				"'%.60s' names a field that is not there",
				text);
		t.count++;
		p = end + 1;
	}
	*out = t;
	return V_OK;
}

/* Blanks at the ends and double blanks come from absent fields. */
static char *
tidy(char *text)
{
	char *from = text, *to = text;

	for (; *from != '\0'; from++) {
		if (*from == ' ' && (to == text || to[-1] == ' '))
			continue;
		*to++ = *from;
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
	return text;
}

const char *
template_fill(const struct template *template, const struct value *values,
	struct arena *mem)
{
	size_t len = 0;
	char *text, *to;
	int i;

	if (template->count == 0)
		return "";
	if (template->count == 1 && template->part[0].text == NULL) {
		/* A field alone is that field, not a copy. */
		const char *whole = values[template->part[0].field].text;

		return whole == NULL ? "" : whole;
	}
	for (i = 0; i < template->count; i++)
		len += template->part[i].text != NULL
			       ? template->part[i].len
			       : values[template->part[i].field].len;
	to = text = arena_alloc(mem, len + 1);
	for (i = 0; i < template->count; i++) {
		const struct value *value = &values[template->part[i].field];

		if (template->part[i].text != NULL) {
			memcpy(to, template->part[i].text,
				template->part[i].len);
			to += template->part[i].len;
		} else if (value->text != NULL) {
			memcpy(to, value->text, value->len);
			to += value->len;
		}
	}
	*to = '\0';
	return tidy(text);
}
