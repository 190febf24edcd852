/* tests/fuzz/fuzz_pdf.c - any bytes as a PDF: the claim, and the structure
 *
 * In this process, without the limits a look has otherwise, so that what
 * breaks is seen here.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/pdf_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What is said about a file is text of ours, whatever the file holds. */
static void
plain(const char *text, size_t size)
{
	assert(memchr(text, '\0', size) != NULL);
	for (; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void
claim(const uint8_t *bytes, size_t len)
{
	enum pdf_claim_note note;
	char text[PDF_CLAIM_MAX];

	pdf_claim_scan(bytes, len, text, &note);
	plain(text, sizeof(text));
	assert(strlen(text) <= 2);
	assert(text[0] == '\0' || note == PDF_CLAIM_PLAIN);
}

static enum verdict
look(const uint8_t *bytes, size_t len, int how, struct pdf_look *look_out)
{
	struct fault why = FAULT_NONE;
	char text[PDF_PROBLEM_MAX];
	enum verdict v = pdf_look_here(bytes, len, how, look_out, &why);

	assert(v == V_OK || (v == V_SKIP && why.code == CODE_DOCUMENT));
	if (v != V_OK)
		return v;
	assert(look_out->encrypted ? look_out->pages == 0
				   : look_out->pages > 0);
	plain(look_out->claim, sizeof(look_out->claim));
	plain(look_out->lang, sizeof(look_out->lang));
	plain(look_out->font, sizeof(look_out->font));
	assert(look_out->fonts_absent <= look_out->fonts);
	assert(look_out->size_page <= look_out->pages);
	if (pdf_box_problem(look_out, "1a,2a", text))
		plain(text, sizeof(text));
	else
		assert(strcmp(look_out->claim, "1a") == 0 ||
			strcmp(look_out->claim, "2a") == 0);
	if (pdf_paper_problem(look_out, text))
		plain(text, sizeof(text));
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct pdf_look plain_look, full;

	claim(bytes, len);
	(void)look(bytes, len, PDF_CLASSIC, &plain_look);
	if (look(bytes, len, PDF_STRUCTURE, &full) == V_OK &&
		look(bytes, len, 0, &plain_look) == V_OK) {
		/* The second level adds to the first, and changes nothing. */
		assert(full.pages == plain_look.pages);
		assert(strcmp(full.claim, plain_look.claim) == 0);
		assert(full.encrypted == plain_look.encrypted);
	}
	return 0;
}
