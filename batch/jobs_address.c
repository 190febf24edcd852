/* batch/jobs_address.c - the lines and characters of a printer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "batch/jobs_check.h"

static const char *const charsets[] = {
	[ADDRESS_LATIN] = "latin",
	[ADDRESS_LATIN1] = "latin1",
	[ADDRESS_ASCII] = "ascii",
	[ADDRESS_UNICODE] = "unicode",
};

enum verdict
jobs_address_check(struct jobs_printer *p, struct fault *why)
{
	const size_t count = sizeof(charsets) / sizeof(charsets[0]);
	size_t set = ADDRESS_LATIN;

	if (p->line_chars < ADDRESS_LINE_CHARS_MIN ||
		p->line_chars > ADDRESS_LINE_CHARS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: line_chars must be %d to %d", p->name,
			ADDRESS_LINE_CHARS_MIN, ADDRESS_LINE_CHARS_MAX);
	if (p->lines < ADDRESS_LINES_MIN || p->lines > ADDRESS_LINES_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: lines must be %d to %d", p->name,
			ADDRESS_LINES_MIN, ADDRESS_LINES_MAX);
	if (p->charset != NULL)
		for (set = 0; set < count; set++)
			if (strcmp(p->charset, charsets[set]) == 0)
				break;
	if (set == count)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: charset must be latin, latin1, ascii or "
			"unicode",
			p->name);
	p->address = (struct address_rules){ (int)p->line_chars, (int)p->lines,
		(enum address_charset)set };
	return V_OK;
}

struct address_rules
jobs_address_rules(const struct jobs *jobs, const char *stream)
{
	const struct jobs_stream *s = jobs_stream(jobs, stream);

	return s == NULL ? ADDRESS_RULES : s->printer_is->address;
}
