/* batch/bsn.c - see batch/bsn.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "batch/bsn.h"

#define BSN_DIGITS 9
#define BSN_NUMBER_MAX 999999999
#define BSN_SHOWN 3 /* last digits left on a screen */

_Static_assert(BSN_DIGITS + 1 == BSN_TEXT_MAX, "nine digits and a NUL");

/* The eleven-test: 9 a + 8 b + .. + 2 h - i is a multiple of eleven. */
bool
bsn_valid(int32_t number)
{
	int32_t rest = number / 10, sum = -(number % 10);
	int weight;

	if (number <= 0 || number > BSN_NUMBER_MAX)
		return false;
	for (weight = 2; weight <= BSN_DIGITS; weight++, rest /= 10)
		sum += weight * (rest % 10);
	return sum % 11 == 0;
}

enum verdict
bsn_parse(const char *text, struct bsn *bsn_out, struct fault *why)
{
	int32_t number = 0;
	int i;

	for (i = 0; i < BSN_DIGITS; i++) {
		if (text[i] < '0' || text[i] > '9')
			return fault_set(why, V_SKIP, CODE_BSN_FORM,
				"citizen number is not nine digits");
		number = number * 10 + (text[i] - '0');
	}
	if (text[i] != '\0')
		return fault_set(why, V_SKIP, CODE_BSN_FORM,
			"citizen number is not nine digits");
	if (!bsn_valid(number))
		return fault_set(why, V_SKIP, CODE_BSN,
			"citizen number fails the eleven-test");
	bsn_out->number = number;
	return V_OK;
}

void
bsn_digits(struct bsn bsn, char text_out[BSN_TEXT_MAX])
{
	int32_t rest = bsn.number;
	int i;

	assert(bsn.number >= 0 && bsn.number <= BSN_NUMBER_MAX);
	for (i = BSN_DIGITS; i-- > 0; rest /= 10)
		text_out[i] = (char)('0' + rest % 10);
	text_out[BSN_DIGITS] = '\0';
}

void
bsn_masked(struct bsn bsn, char text_out[BSN_TEXT_MAX])
{
	bsn_digits(bsn, text_out);
	memset(text_out, '*', BSN_DIGITS - BSN_SHOWN);
}
