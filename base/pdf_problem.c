/* base/pdf_problem.c - what box and printer have against a PDF, in words
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/pdf.h"

/* Is `claim` one of `claims` ("1a,2a")? */
static bool
claimed(const char *claim, const char *claims)
{
	size_t len = strlen(claim);

	while (*claims != '\0') {
		size_t n = strcspn(claims, ",");

		if (n == len && len > 0 && memcmp(claims, claim, n) == 0)
			return true;
		claims += n + (claims[n] == ',');
	}
	return false;
}

static void
claim_problem(const struct pdf_look *look, const char *claims,
	char text_out[PDF_PROBLEM_MAX])
{
	if (look->note == PDF_CLAIM_CASE)
		snprintf(text_out, PDF_PROBLEM_MAX,
			"its PDF/A claim is written in small letters");
	else if (look->note == PDF_CLAIM_ODD)
		snprintf(text_out, PDF_PROBLEM_MAX,
			"its PDF/A claim contradicts itself");
	else if (look->claim[0] == '\0')
		snprintf(text_out, PDF_PROBLEM_MAX,
			"it does not claim PDF/A (wanted: %.40s)", claims);
	else
		snprintf(text_out, PDF_PROBLEM_MAX,
			"it claims PDF/A-%s (wanted: %.40s)", look->claim,
			claims);
}

bool
pdf_box_problem(const struct pdf_look *look, const char *claims,
	char text_out[PDF_PROBLEM_MAX])
{
	const char *text = NULL;

	assert(claims != NULL);
	if (look->encrypted)
		text = "it is encrypted";
	else if (look->scripts)
		text = "it holds scripts";
	else if (look->launch)
		text = "it can start a program";
	else if (look->files)
		text = "it holds other files";
	else if (look->unsure)
		text = "it has too many objects to look at";
	else if (claims[0] != '\0' && !claimed(look->claim, claims)) {
		claim_problem(look, claims, text_out);
		return true;
	} else if (look->structure && look->claim[1] == 'a' && !look->tagged)
		text = "it claims to be tagged for reading aloud, but has no "
		       "tags";
	else if (look->structure && look->claim[0] != '\0' &&
		 look->fonts_absent > 0) {
		snprintf(text_out, PDF_PROBLEM_MAX,
			"it claims PDF/A-%s, but font %s is not embedded",
			look->claim, look->font);
		return true;
	}
	if (text != NULL)
		snprintf(text_out, PDF_PROBLEM_MAX, "%s", text);
	return text != NULL;
}

bool
pdf_paper_problem(const struct pdf_look *look, char text_out[PDF_PROBLEM_MAX])
{
	if (look->encrypted)
		snprintf(text_out, PDF_PROBLEM_MAX, "it is encrypted");
	else if (look->size_page > 0)
		snprintf(text_out, PDF_PROBLEM_MAX,
			"page %d is %d x %d mm, not A4 portrait",
			look->size_page, look->width_mm, look->height_mm);
	else if (look->empty_page > 0)
		snprintf(text_out, PDF_PROBLEM_MAX, "page %d is blank",
			look->empty_page);
	else
		return false;
	return true;
}
