/* tests/fonts.h - what fontconfig keeps until the end is no leak of ours
 *
 * Include in one file of a test that draws pages.  AddressSanitizer asks for
 * this function by name.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_FONTS_H
#define TESTS_FONTS_H

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(
	void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}

#endif
