/* formats/value.h - the parts of value_check(); private to formats/value*.c
 *
 * Each check gets a value whose text is there, in its normal form and closed
 * with a NUL, and fills what the type promises in struct value.  V_SKIP: wrong,
 * why says what it should be, never what it was.
 *
 * Bytes are looked up in one table of our own: what a letter is must not depend
 * on the locale of the machine.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_VALUE_H
#define FORMATS_VALUE_H

#include "formats/definition.h"

enum value_class {
	CLASS_DIGIT = 1,
	CLASS_UPPER = 2,
	CLASS_LOWER = 4,
	CLASS_BLANK = 8, /* blank, tab, CR, LF */
	CLASS_MARK = 16, /* . _ - of a file name */
	CLASS_HEX = 32,
	CLASS_ALPHA = CLASS_UPPER | CLASS_LOWER,
	CLASS_ALNUM = CLASS_ALPHA | CLASS_DIGIT
};

extern const unsigned char value_class[256];

static inline bool
value_is(char c, int classes)
{
	return (value_class[(unsigned char)c] & classes) != 0;
}

/* Every byte is of one of the classes, and there is one. */
bool value_only(const char *text, int classes);

/* Eight digits, all at once: each lies in four bits of its byte, neighbours
 * are added with their weight.  False: one is no digit.
 */
static inline bool
value_eight(const char *text, uint64_t *out)
{
	const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
	const unsigned char *t = (const unsigned char *)text;
	uint64_t w = (uint64_t)t[0] | (uint64_t)t[1] << 8 |
		     (uint64_t)t[2] << 16 | (uint64_t)t[3] << 24 |
		     (uint64_t)t[4] << 32 | (uint64_t)t[5] << 40 |
		     (uint64_t)t[6] << 48 | (uint64_t)t[7] << 56;

	if ((w & high) != UINT64_C(0x3030303030303030) ||
		((w + UINT64_C(0x0606060606060606)) & high) !=
			UINT64_C(0x3030303030303030))
		return false;
	w = (w & ~high) * (10 << 8 | 1) >> 8;
	w = (w & UINT64_C(0x00ff00ff00ff00ff)) * (100 << 16 | 1) >> 16;
	w = (w & UINT64_C(0x0000ffff0000ffff)) * (UINT64_C(10000) << 32 | 1) >>
	    32;
	*out = w;
	return true;
}

/* Number of up to 18 digits; nothing else may be in `text`. */
int64_t value_number(const char *text, size_t len);

/* --- formats/normalise.c --- */

/* Run the steps of the field.  Texts that change are made anew in `mem`.
 * V_END: one of them repaired something (why).
 */
enum verdict normalise(const struct field *field, struct value *value,
	struct arena *mem, struct fault *why);

/* --- formats/value_date.c --- */

enum verdict value_date(
	const struct field *field, struct value *value, struct fault *why);
enum verdict value_period(
	const struct field *field, struct value *value, struct fault *why);

/* --- formats/value_money.c --- */

enum verdict value_money(const struct field *field, struct value *value,
	const struct value *sign, struct fault *why);

/* --- formats/value_country.c --- */

enum verdict value_country(struct value *value, struct fault *why);
enum verdict value_country_brp(struct value *value, struct fault *why);

/* --- formats/value_name.c --- */

/* V_END: it can be a name, but a person should look (CODE_CHARACTERS). */
enum verdict value_name(const struct value *value, struct fault *why);

#endif
