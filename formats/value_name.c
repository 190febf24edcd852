/* formats/value_name.c - can it be the name of a person
 *
 * Names may be very short, very long and in any script, so little is refused:
 * digits, a text without any letter, and the words that people type into a
 * field that must not be empty.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "formats/value.h"

#define WORD_MAX 16

/* As typed where nobody knew the name; letters only, in lower case. */
static bool
stands_for_nothing(const char *text)
{
	static const char *const words[] = { "onbekend", "unknown", "nvt" };
	char word[WORD_MAX];
	size_t i, n = 0;

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
		if (!value_is(*text, CLASS_ALPHA))
			continue;
		if (n == sizeof(word) - 1)
			return false;
		word[n++] = (char)(*text | 0x20);
	}
	word[n] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* Letters with marks up to U+024F and U+1E00 to U+1EFF, spaces and signs of
 * U+2000 to U+20FF: what our fonts and the BRP have.
 */
static bool
latin(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++) {
		if (*p < 0x80 || (*p >= 0x80 && *p < 0xc0))
			continue; /* ASCII, or the rest of a sequence */
		if (*p <= 0xc9)
			continue;
		if (*p == 0xe1 && p[1] >= 0xb8 && p[1] <= 0xbb)
			continue;
		if (*p == 0xe2 && p[1] <= 0x83)
			continue;
		return false;
	}
	return true;
}

enum verdict
value_name(const struct value *value, struct fault *why)
{
	bool letter = false;
	size_t i;

	for (i = 0; i < value->len; i++) {
		if (value_is(value->text[i], CLASS_DIGIT))
			return fault_set(why, V_SKIP, CODE_PERSON_NAME,
				"digits in a name");
		letter = letter || (unsigned char)value->text[i] >= 0xc3 ||
			 value_is(value->text[i], CLASS_ALPHA);
	}
	if (!letter)
		return fault_set(why, V_SKIP, CODE_PERSON_NAME,
			"a name without any letter");
	if (stands_for_nothing(value->text))
		return fault_set(why, V_SKIP, CODE_PERSON_NAME,
			"a word that stands for no name");
	if (!latin(value->text))
		return fault_set(why, V_END, CODE_CHARACTERS,
			"letters that are not Latin: look whether they print");
	return V_OK;
}
