/* formats/normalise.c - bringing a value into its form, step by step
 *
 * The steps are a closed list; each does one thing that can be said in a
 * sentence to a supplier.  Most values need none of them, so a text is only
 * copied when a step changes it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/encoding.h"
#include "base/text.h"
#include "formats/value.h"

static void
set(struct value *value, const char *text, size_t len)
{
	value->text = text;
	value->len = len;
}

static void
trim(struct value *value, struct arena *mem)
{
	const char *t = value->text;
	size_t n = value->len;

	while (n > 0 && value_is(t[0], CLASS_BLANK)) {
		t++;
		n--;
	}
	while (n > 0 && value_is(t[n - 1], CLASS_BLANK))
		n--;
	set(value, t[n] == '\0' ? t : arena_text(mem, t, n), n);
}

static void
collapse(struct value *value, struct arena *mem)
{
	const char *t = value->text;
	size_t i, n = 0;
	char *to;

	for (i = 0; i < value->len; i++)
		if (value_is(t[i], CLASS_BLANK) &&
			(t[i] != ' ' || value_is(t[i + 1], CLASS_BLANK)))
			break;
	if (i == value->len)
		return;
	to = arena_text(mem, t, value->len);
	for (i = 0; i < value->len; i++) {
		if (!value_is(t[i], CLASS_BLANK))
			to[n++] = t[i];
		else if (n == 0 || to[n - 1] != ' ')
			to[n++] = ' ';
	}
	to[n] = '\0';
	set(value, to, n);
}

/* A-Z and a-z only: Unicode's rules for the rest depend on the language. */
static void
change_case(struct value *value, int from, struct arena *mem)
{
	size_t i;
	char *to;

	for (i = 0; i < value->len; i++)
		if (value_is(value->text[i], from))
			break;
	if (i == value->len)
		return;
	to = arena_text(mem, value->text, value->len);
	for (; i < value->len; i++)
		if (value_is(to[i], from))
			to[i] ^= 'a' ^ 'A';
	value->text = to;
}

static void
strip_zeros(struct value *value)
{
	while (value->len > 1 && value->text[0] == '0') {
		value->text++;
		value->len--;
	}
}

/* What a spreadsheet took off a number. */
static bool
pad(const struct field *field, struct value *value, struct arena *mem)
{
	size_t want = (size_t)field->pad, lack;
	char *to;

	assert(field->pad >= 0);
	if (value->len >= want || value->len == 0 ||
		!value_only(value->text, CLASS_DIGIT))
		return false;
	lack = want - value->len;
	to = arena_alloc(mem, want + 1);
	memset(to, '0', lack);
	memcpy(to + lack, value->text, value->len + 1);
	set(value, to, want);
	return true;
}

/* "1234 ab" becomes "1234AB", what is no postcode stays for its check. */
static void
postcode(struct value *value, struct arena *mem)
{
	const char *t = value->text;
	char p[6];
	size_t i, n = 0;

	for (i = 0; i < value->len; i++) {
		if (t[i] == ' ')
			continue;
		if (n == sizeof(p))
			return;
		p[n++] = value_is(t[i], CLASS_LOWER) ? (char)(t[i] ^ 0x20)
						     : t[i];
	}
	if (n == value->len && memcmp(p, t, n) == 0)
		return;
	set(value, arena_text(mem, p, n), n);
}

/* A control character at `t`: its bytes, 0 when it is none.  Tab and line end
 * are blanks.
 */
static size_t
control(const char *t)
{
	unsigned char c = (unsigned char)t[0];

	if (c == 0xc2)
		return (unsigned char)t[1] < 0xa0 ? 2 : 0;
	return c == 0x7f || (c < 0x20 && !value_is(t[0], CLASS_BLANK)) ? 1 : 0;
}

static void
drop_control(struct value *value, struct arena *mem)
{
	const char *t = value->text;
	size_t i, n = 0;
	char *to;

	for (i = 0; i < value->len && control(t + i) == 0; i++)
		;
	if (i == value->len)
		return;
	to = arena_alloc(mem, value->len + 1);
	for (i = 0; i < value->len;) {
		size_t skip = control(t + i);

		if (skip == 0)
			to[n++] = t[i++];
		i += skip;
	}
	to[n] = '\0';
	set(value, to, n);
}

/* Text of windows-1252 that somebody took for ISO-8859-1: its quotes and euro
 * signs became the control characters U+0080 to U+009F.
 */
static bool
cp1252(struct value *value, struct arena *mem)
{
	const char *t = value->text;
	bool repaired = false;
	size_t i, n = 0;
	char *to;

	for (i = 0; i < value->len; i++)
		if (t[i] == '\xc2' && control(t + i) == 2)
			break;
	if (i == value->len)
		return false;
	to = arena_alloc(mem, value->len * 2 + 1);
	for (i = 0; i < value->len; i++) {
		size_t made = 0;

		if (t[i] == '\xc2' && control(t + i) == 2 &&
			encoding_sound(ENCODING_CP1252, t + i + 1, 1) == 1)
			made = encoding_utf8(
				ENCODING_CP1252, t + i + 1, 1, to + n);
		if (made == 0) {
			to[n++] = t[i];
			continue;
		}
		n += made;
		i++;
		repaired = true;
	}
	to[n] = '\0';
	set(value, to, n);
	return repaired;
}

enum verdict
normalise(const struct field *field, struct value *value, struct arena *mem,
	struct fault *why)
{
	enum verdict v = V_OK;
	int i;

	for (i = 0; i < DEFINITION_STEPS_MAX; i++) {
		switch (field->steps[i]) {
		case STEP_NONE:
			return v;
		case STEP_TRIM:
			trim(value, mem);
			break;
		case STEP_COLLAPSE:
			collapse(value, mem);
			break;
		case STEP_UPPER:
			change_case(value, CLASS_LOWER, mem);
			break;
		case STEP_LOWER:
			change_case(value, CLASS_UPPER, mem);
			break;
		case STEP_STRIP_ZEROS:
			strip_zeros(value);
			break;
		case STEP_PAD:
			if (pad(field, value, mem))
				v = fault_set(why, V_END,
					field->type == FIELD_BSN
						? CODE_BSN_FORM
						: CODE_FIELD_FORM,
					"leading zeros were lost and put back");
			break;
		case STEP_POSTCODE:
			postcode(value, mem);
			break;
		case STEP_NFC:
			value->text = text_nfc(mem, value->text);
			value->len = strlen(value->text);
			break;
		case STEP_DROP_CONTROL:
			drop_control(value, mem);
			break;
		case STEP_CP1252:
			if (cp1252(value, mem))
				v = fault_set(why, V_END, CODE_CHARACTERS,
					"characters of windows-1252 were taken "
					"for others and put right");
			break;
		}
	}
	return v;
}
