/* formats/value.c - is a value what its field says
 *
 * The order is fixed: is it there, its steps, its characters, its type, its
 * length.  The type comes before the length, because it knows better what is
 * wrong.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/encoding.h"
#include "base/text.h"
#include "batch/bsn.h"
#include "formats/value.h"

#define NUMBER_DIGITS_MAX 18
#define BSN_DIGITS 9
#define ANPID_DIGITS 17
#define KVK_DIGITS 8
#define OIN_DIGITS 20
#define SHA256_DIGITS 64
#define IBAN_MIN 15
#define IBAN_MAX 34

#define U (CLASS_UPPER)
#define L (CLASS_LOWER)
#define UH (CLASS_UPPER | CLASS_HEX)
#define LH (CLASS_LOWER | CLASS_HEX)
#define DH (CLASS_DIGIT | CLASS_HEX)

/* clang-format off */
const unsigned char value_class[256] = {
	['\t'] = CLASS_BLANK, ['\n'] = CLASS_BLANK, ['\r'] = CLASS_BLANK,
	[' '] = CLASS_BLANK, ['.'] = CLASS_MARK, ['_'] = CLASS_MARK,
	['-'] = CLASS_MARK,
	['0'] = DH, DH, DH, DH, DH, DH, DH, DH, DH, DH,
	['A'] = UH, UH, UH, UH, UH, UH, U, U, U, U, U, U, U, U, U, U, U, U, U,
	U, U, U, U, U, U, U,
	['a'] = LH, LH, LH, LH, LH, LH, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L
};
/* clang-format on */

bool
value_only(const char *text, int classes)
{
	if (*text == '\0')
		return false;
	while (value_is(*text, classes))
		text++;
	return *text == '\0';
}

int64_t
value_number(const char *text, size_t len)
{
	int64_t n = 0;

	assert(len <= NUMBER_DIGITS_MAX);
	while (len-- > 0)
		n = n * 10 + (*text++ - '0');
	return n;
}

static enum verdict
bad(struct fault *why, enum code code, const char *what)
{
	return fault_set(why, V_SKIP, code, "%s", what);
}

/* `want` bytes of these classes; 0: any number. */
static enum verdict
of(const struct value *value, int classes, size_t want, struct fault *why,
	const char *what)
{
	return (want == 0 || value->len == want) &&
			       value_only(value->text, classes)
		       ? V_OK
		       : bad(why, CODE_FIELD_FORM, what);
}

/* --- numbers of persons and organisations --- */

static enum verdict
bsn(struct value *value, struct fault *why)
{
	struct bsn parsed;
	enum verdict v = bsn_parse(value->text, &parsed, why);

	if (v == V_OK) {
		value->number = parsed.number;
		return V_OK;
	}
	if (why->code != CODE_BSN_FORM)
		return v;
	/* What spreadsheets do; the supplier should know it was one. */
	if (strpbrk(value->text, "eE") != NULL &&
		value_is(value->text[0], CLASS_DIGIT))
		return bad(why, CODE_BSN_FORM,
			"a spreadsheet turned the citizen number into an "
			"amount");
	if (value->len < BSN_DIGITS && value_only(value->text, CLASS_DIGIT))
		return bad(why, CODE_BSN_FORM,
			"the citizen number is too short: a leading zero was "
			"lost");
	return v;
}

static enum verdict
rsin(struct value *value, struct fault *why)
{
	struct bsn parsed;

	/* The same nine digits and the same test. */
	if (bsn_parse(value->text, &parsed, why) != V_OK)
		return bad(why, CODE_FIELD_FORM,
			"an RSIN has nine digits and passes the eleven-test");
	value->number = parsed.number;
	return V_OK;
}

static bool
all_digits(struct value *value)
{
	const char *t = value->text, *end = t + value->len;
	uint64_t n = 0, eight;

	for (; end - t >= 8; t += 8) {
		if (!value_eight(t, &eight))
			return false;
		n = n * 100000000 + eight;
	}
	for (; t < end; t++) {
		if (*t < '0' || *t > '9')
			return false;
		n = n * 10 + (uint64_t)(*t - '0');
	}
	if (value->len <= NUMBER_DIGITS_MAX)
		value->number = (int64_t)n;
	return true;
}

static enum verdict
digits(struct value *value, size_t want, struct fault *why, const char *what)
{
	return (want == 0 || value->len == want) && all_digits(value)
		       ? V_OK
		       : bad(why, CODE_FIELD_FORM, what);
}

/* ISO 7064 mod 97: the first four characters go behind, letters count 10..35.
 */
static enum verdict
iban(const struct value *value, struct fault *why)
{
	const char *t = value->text;
	size_t len = value->len, i;
	int rest = 0;

	if (len < IBAN_MIN || len > IBAN_MAX || !value_is(t[0], CLASS_UPPER) ||
		!value_is(t[1], CLASS_UPPER) || !value_is(t[2], CLASS_DIGIT) ||
		!value_is(t[3], CLASS_DIGIT) ||
		!value_only(t, CLASS_UPPER | CLASS_DIGIT))
		return bad(why, CODE_FIELD_FORM,
			"an IBAN is two capitals, two digits, and capitals and "
			"digits, without blanks");
	for (i = 0; i < len; i++) {
		char c = t[(i + 4) % len];

		rest = (value_is(c, CLASS_DIGIT)
				       ? rest * 10 + (c - '0')
				       : rest * 100 + (c - 'A') + 10) %
		       97;
	}
	return rest == 1 ? V_OK
			 : bad(why, CODE_FIELD_FORM,
				   "the check digits of the IBAN are wrong");
}

/* --- places --- */

/* "1234 ab" becomes "1234AB"; SA, SD and SS are not used. */
static enum verdict
postcode(struct value *value, struct arena *mem, struct fault *why)
{
	const char *t = value->text;
	size_t i, n = 0;
	char p[7];

	for (i = 0; i < value->len; i++) {
		if (t[i] == ' ' && n == 4)
			continue;
		if (n == 6)
			return bad(why, CODE_POSTCODE, "no Dutch postcode");
		p[n++] = value_is(t[i], CLASS_LOWER) ? (char)(t[i] ^ 0x20)
						     : t[i];
	}
	p[n] = '\0';
	if (n != 6 || p[0] == '0' || !value_is(p[0], CLASS_DIGIT) ||
		!value_is(p[1], CLASS_DIGIT) || !value_is(p[2], CLASS_DIGIT) ||
		!value_is(p[3], CLASS_DIGIT) || !value_is(p[4], CLASS_UPPER) ||
		!value_is(p[5], CLASS_UPPER) ||
		(p[4] == 'S' && strchr("ADS", p[5]) != NULL))
		return bad(why, CODE_POSTCODE, "no Dutch postcode");
	if (n != value->len || memcmp(p, t, n) != 0)
		value->text = arena_text(mem, p, n);
	value->len = n;
	return V_OK;
}

/* --- lists --- */

static enum verdict
boolean(const struct field *field, struct value *value, struct fault *why)
{
	static const char *const words[][2] = { { "J", "N" }, { "1", "0" },
		{ "true", "false" } };
	const char *const *word = words[field->type - FIELD_BOOL_JN];

	_Static_assert(FIELD_BOOL_TRUE == FIELD_BOOL_JN + 2,
		"the three kinds of bool follow each other");
	value->yes = strcmp(value->text, word[0]) == 0;
	if (value->yes || strcmp(value->text, word[1]) == 0)
		return V_OK;
	return fault_set(why, V_SKIP, CODE_FIELD_FORM, "it is %s or %s",
		word[0], word[1]);
}

static enum verdict
one_of(const struct field *field, const struct value *value, struct fault *why)
{
	size_t i;

	for (i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i], value->text) == 0)
			return V_OK;
	return bad(why, CODE_FIELD_FORM, "not one of the values allowed");
}

static enum verdict
file_name(const struct value *value, struct fault *why)
{
	if (!value_only(value->text, CLASS_ALNUM | CLASS_MARK))
		return bad(why, CODE_FIELD_FORM,
			"a file name has letters, digits and . _ - only");
	return value->text[0] != '.' ? V_OK
				     : bad(why, CODE_FIELD_FORM,
					       "a file name begins with a dot");
}

/* --- texts --- */

/* U+FFFD is what a system writes that lost the character it had; private and
 * unassigned-for-ever code points print as nothing anybody meant.
 */
static bool
lost_character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++) {
		if (*p < 0xee)
			continue;
		if (*p == 0xee || (*p == 0xef && p[1] < 0xa4) ||
			(*p == 0xef && p[1] == 0xbf && p[2] >= 0xbd) ||
			*p >= 0xf3)
			return true;
	}
	return false;
}

/* A value stands on one line, of a letter, an envelope or a list.  What may be
 * written on several is made one by the step collapse.
 */
static bool
one_line(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++)
		if (*p == '\t' || *p == '\n' || *p == '\r' ||
			/* U+2028 and U+2029 */
			(*p == 0xe2 && p[1] == 0x80 &&
				(p[2] == 0xa8 || p[2] == 0xa9)))
			return false;
	return true;
}

static enum verdict
text(const struct field *field, struct value *value, struct arena *mem,
	int64_t *chars_out, struct fault *why)
{
	*chars_out = text_chars(value->text, value->len);
	if (*chars_out < 0)
		return bad(why, CODE_CHARACTERS, "control characters");
	if (!one_line(value->text))
		return bad(why, CODE_CHARACTERS,
			"a tab or line end in a value of one line");
	if (*chars_out != (int64_t)value->len) {
		const char *form = text_nfc(mem, value->text);

		if (form != value->text) {
			value->len = strlen(form);
			*chars_out = text_chars(form, value->len);
		}
		value->text = form;
		if (lost_character(form))
			return bad(why, CODE_CHARACTERS,
				"a character that was lost in another system");
	}
	return field->type == FIELD_NAME ? value_name(value, why) : V_OK;
}

/* --- all types --- */

static enum verdict
check_type(const struct field *field, struct value *value,
	const struct value *sign, struct arena *mem, int64_t *chars_out,
	struct fault *why)
{
	assert(field->type < FIELD_TYPES);
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_NAME:
		return text(field, value, mem, chars_out, why);
	case FIELD_ALPHA:
		return of(value, CLASS_ALPHA, 0, why, "letters only");
	case FIELD_LETTER:
		return of(value, CLASS_ALPHA, 1, why, "one letter of A to Z");
	case FIELD_ALNUM:
		return of(
			value, CLASS_ALNUM, 0, why, "letters and digits only");
	case FIELD_DIGITS:
	case FIELD_INT:
		return digits(value, 0, why, "digits only");
	case FIELD_OIN:
		return digits(value, OIN_DIGITS, why, "an OIN has 20 digits");
	case FIELD_ANPID:
		return digits(value, ANPID_DIGITS, why, "it has 17 digits");
	case FIELD_KVK:
		return digits(
			value, KVK_DIGITS, why, "a KvK number has 8 digits");
	case FIELD_BSN:
		return bsn(value, why);
	case FIELD_RSIN:
		return rsin(value, why);
	case FIELD_IBAN:
		return iban(value, why);
	case FIELD_POSTCODE:
		return postcode(value, mem, why);
	case FIELD_COUNTRY:
		return value_country(value, why);
	case FIELD_COUNTRY_BRP:
		return value_country_brp(value, why);
	case FIELD_DATE_YMD:
	case FIELD_DATE_ISO:
	case FIELD_DATE_DMY:
	case FIELD_YEAR:
	case FIELD_TIME:
		return value_date(field, value, why);
	case FIELD_PERIOD_MONTH:
	case FIELD_PERIOD_WEEKS:
	case FIELD_PERIOD:
		return value_period(field, value, why);
	case FIELD_MONEY_COMMA:
	case FIELD_MONEY_POINT:
	case FIELD_MONEY_INT:
	case FIELD_MONEY_IMPLIED:
		return value_money(field, value, sign, why);
	case FIELD_BOOL_JN:
	case FIELD_BOOL_10:
	case FIELD_BOOL_TRUE:
		return boolean(field, value, why);
	case FIELD_ENUM:
		return one_of(field, value, why);
	case FIELD_FILENAME:
		return file_name(value, why);
	case FIELD_SHA256:
		return of(value, CLASS_HEX, SHA256_DIGITS, why,
			"a SHA-256 has 64 hex digits");
	case FIELD_TYPES:
		break;
	}
	return bad(why, CODE_BUG, "a field without a type");
}

/* StUF: a value that is not there is a nil with a reason, not an empty
 * element (formats.md 2.1).
 */
static enum verdict
check_nil(const struct field *field, struct value *value, struct fault *why)
{
	size_t i;

	if (value->len > 0)
		return bad(why, CODE_FIELD_NIL, "nil and a value");
	value->text = NULL;
	if (field->required)
		return bad(why, CODE_FIELD_NIL, "nil where a value is needed");
	if (value->nil_reason == NULL)
		return bad(why, CODE_FIELD_NIL, "nil without a reason");
	for (i = 0; i < field->nil_count; i++)
		if (strcmp(field->nils[i], value->nil_reason) == 0)
			return V_OK;
	if (field->nil_count == 0)
		return V_OK;
	return bad(why, CODE_FIELD_NIL, "this reason of a nil is not allowed");
}

/* Nothing, or what stands for nothing, and no preset: true. */
static bool
absent(const struct field *field, struct value *value)
{
	if (value->text != NULL && value->len > 0 &&
		(field->empty == NULL ||
			strcmp(value->text, field->empty) != 0))
		return false;
	value->text = field->preset;
	value->len = field->preset == NULL ? 0 : strlen(field->preset);
	return value->len == 0;
}

static bool
ends_with(const struct value *value, const char *end)
{
	size_t len = strlen(end);

	return value->len >= len &&
	       memcmp(value->text + value->len - len, end, len) == 0;
}

static enum verdict
check_length(const struct field *field, const struct value *value,
	int64_t chars, struct fault *why)
{
	/* A postcode has been given its form, whatever its length was. */
	if (field->type == FIELD_POSTCODE || field->type == FIELD_COUNTRY_BRP)
		return V_OK;
	if (field->type == FIELD_ENUM)
		chars = text_chars(value->text, value->len);
	else if (chars < 0) /* only ASCII, by the check of its type */
		chars = (int64_t)value->len;
	if (chars < field->min || chars > field->max)
		return fault_set(why, V_SKIP, CODE_FIELD_FORM,
			"%" PRId64 " characters, allowed are %" PRId64
			" to %" PRId64,
			chars, field->min, field->max);
	if (field->ends != NULL && !ends_with(value, field->ends))
		return fault_set(why, V_SKIP, CODE_FIELD_FORM,
			"it does not end with %.40s", field->ends);
	if (field->full_warns && chars == field->max)
		return fault_set(why, V_END, CODE_PERSON_NAME,
			"as long as it may be: perhaps it was cut off");
	return V_OK;
}

struct sound
value_sound_of(const struct field *field)
{
	/* Nothing is that long. */
	struct sound sound = { .min = 1,
		.max = 0,
		.digits = field->type != FIELD_TEXT,
		.must = field->required || field->preset != NULL };

	if ((field->type != FIELD_TEXT && field->type != FIELD_DIGITS &&
		    field->type != FIELD_INT) ||
		field->steps[0] != STEP_NONE || field->empty != NULL ||
		field->ends != NULL || field->full_warns || field->min < 0 ||
		field->max <= 0 || field->max > UINT32_MAX ||
		field->min > field->max)
		return sound;
	if (field->min > 1)
		sound.min = (uint32_t)field->min;
	sound.max = (uint32_t)field->max;
	return sound;
}

bool
value_sound(const struct sound *sound, struct value *value)
{
	if (value->text == NULL || value->nil || value->len < sound->min ||
		value->len > sound->max)
		return false;
	return sound->digits ? all_digits(value)
			     : text_plain(value->text, value->len);
}

enum verdict
value_check(const struct field *field, struct value *value,
	const struct value *sign, struct arena *mem, struct fault *why)
{
	enum verdict v, told = V_OK;
	int64_t chars = -1; /* not counted */

	if (value->nil)
		return check_nil(field, value, why);
	if (!absent(field, value)) {
		if (field->steps[0] != STEP_NONE)
			told = normalise(field, value, mem, why);
		/* "00000000" without its zeros, "   " trimmed. */
		if (value->len == 0)
			(void)absent(field, value);
	}
	if (value->len == 0) {
		value->text = NULL;
		return field->required ? bad(why, CODE_FIELD_ABSENT,
						 "required, but not there")
				       : told;
	}
	v = check_type(field, value, sign, mem, &chars, why);
	if (v != V_OK && v != V_END)
		return v;
	told = v == V_END ? v : told;
	v = check_length(field, value, chars, why);
	return v == V_OK ? told : v;
}
