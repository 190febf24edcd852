/* spool/look.c - what a look at a PDF tells, and what the rules make of it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/pdf.h"
#include "spool/inside.h"

#define BOX_CLAIMS "1a,2a"

void
look_texts_init(struct look_texts *t)
{
	t->count = 0;
	(void)pthread_mutex_init(&t->lock, NULL);
}

void
look_texts_done(struct look_texts *t)
{
	int i;

	for (i = 0; i < t->count; i++)
		free(t->text[i]);
	(void)pthread_mutex_destroy(&t->lock);
}

/* The number of a text.  A job with more different ones than there is room for
 * has its further ones under the last number.
 */
static uint8_t
number_of(struct look_texts *t, const char *text)
{
	int i;

	_Static_assert(LOOK_TEXTS <= UINT8_MAX, "a number is one byte");
	(void)pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->count && i < LOOK_TEXTS - 1; i++)
		if (strcmp(t->text[i], text) == 0)
			break;
	if (i == t->count)
		t->text[t->count++] = mem_text(
			i < LOOK_TEXTS - 1 ? text
					   : "it has a remark; the job has too "
					     "many different ones to keep");
	(void)pthread_mutex_unlock(&t->lock);
	return (uint8_t)(i + 1);
}

static void
judge_paper(struct source *s, const struct pdf_look *look, struct member *m)
{
	char text[PDF_PROBLEM_MAX];

	if (s->rules.pages_max > 0 && look->pages > s->rules.pages_max) {
		snprintf(text, sizeof(text), "it has %d pages, more than %lld",
			look->pages, (long long)s->rules.pages_max);
		m->paper = number_of(&s->texts, text);
	} else if (s->rules.a4 && pdf_paper_problem(look, text)) {
		m->paper = number_of(&s->texts, text);
	}
}

enum verdict
look_command_check(const struct source *s, struct fault *why)
{
	const struct command command = { .text = s->rules.command,
		.code = CODE_CONFIG_VALUE };
	enum verdict v = V_OK;

	if (s->rules.command != NULL)
		v = command_parse(&command, why);
	/* The site's fault, not the file's: it waits. */
	return v == V_BROKEN ? V_LATER : v;
}

/* The site's own check.  What it says is not repeated: it may quote the
 * document.  One that breaks on a document has not found it good.
 */
static enum verdict
judge_by_command(struct source *s, const void *bytes, size_t len,
	struct member *m, struct fault *why)
{
	const struct command command = { .text = s->rules.command,
		.code = CODE_DOCUMENT_BOX };
	struct command_said said = { 0 };
	enum verdict v;
	int fd = -1;

	v = command_file(bytes, len, &fd, why);
	if (v != V_OK)
		return v;
	v = command_run(&command, fd, &said, why);
	(void)close(fd);
	if (v == V_BROKEN)
		m->box = number_of(
			&s->texts, "the check of the site breaks on it");
	else if (v == V_OK && !said.good)
		m->box = number_of(&s->texts, "the check of the site says no");
	return v == V_BROKEN ? V_OK : v;
}

enum verdict
look_at(struct source *s, const void *bytes, size_t len, struct member *m,
	struct fault *why)
{
	bool structure = s->rules.structure || s->rules.a4;
	char text[PDF_PROBLEM_MAX];
	struct pdf_look look;
	struct fault seen;
	enum verdict v;

	if (len == 0) {
		m->look = MEMBER_EMPTY;
		return V_OK;
	}
	if (len > DOCUMENT_BYTES_MAX) {
		m->look = MEMBER_TOO_LARGE;
		return V_OK;
	}
	v = structure ? pdf_look_structure(bytes, len, &look, &seen)
		      : pdf_look(bytes, len, &look, &seen);
	if (v != V_OK && v != V_SKIP) {
		*why = seen;
		return v;
	}
	m->look = MEMBER_PDF;
	if (v == V_SKIP)
		m->look = MEMBER_NO_PDF;
	else if (look.encrypted)
		m->look = MEMBER_ENCRYPTED;
	if (m->look != MEMBER_PDF)
		return V_OK;
	m->pages = look.pages;
	if (pdf_box_problem(&look, BOX_CLAIMS, text))
		m->box = number_of(&s->texts, text);
	judge_paper(s, &look, m);
	if (s->rules.command != NULL && m->box == 0)
		return judge_by_command(s, bytes, len, m, why);
	return V_OK;
}

enum verdict
look_verdict(enum member_look look, struct fault *why)
{
	switch (look) {
	case MEMBER_PDF:
		return V_OK;
	case MEMBER_EMPTY:
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "the document is empty");
	case MEMBER_TOO_LARGE:
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the document is larger than %zu bytes",
			DOCUMENT_BYTES_MAX);
	case MEMBER_NO_PDF:
		return fault_set(
			why, V_SKIP, CODE_DOCUMENT, "the document is no PDF");
	case MEMBER_ENCRYPTED:
		return fault_set(why, V_SKIP, CODE_DOCUMENT_BOX,
			"the document is encrypted");
	}
	return V_OK;
}
