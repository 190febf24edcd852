/* tests/base/pdf_writer.h - a PDF written by hand, object by object
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_BASE_PDF_WRITER_H
#define TESTS_BASE_PDF_WRITER_H

#include <assert.h>

#include "base/buf.h"

#define PDF_MAX ((size_t)8000000)
#define OBJECTS_MAX 40000

/* Objects in order, then table and trailer. */
struct writer {
	struct buf out;
	size_t at[OBJECTS_MAX + 1];
	int count;
};

static inline void
begin(struct writer *w)
{
	w->out = BUF_MAX(PDF_MAX);
	w->count = 0;
	buf_text(&w->out, "%PDF-1.4\n");
}

static inline void
add(struct writer *w, const char *object)
{
	assert(w->count < OBJECTS_MAX);
	w->at[++w->count] = w->out.len;
	buf_format(&w->out, "%d 0 obj\n%s\nendobj\n", w->count, object);
}

/* `entries` of the stream's dictionary, without its length. */
static inline void
add_stream(struct writer *w, const char *entries, const void *bytes, size_t len)
{
	assert(w->count < OBJECTS_MAX);
	w->at[++w->count] = w->out.len;
	buf_format(&w->out, "%d 0 obj\n<< %s /Length %zu >>\nstream\n",
		w->count, entries, len);
	buf_add(&w->out, bytes, len);
	buf_text(&w->out, "\nendstream\nendobj\n");
}

static inline void
end(struct writer *w, const char *more)
{
	size_t table = w->out.len;
	int i;

	buf_format(&w->out, "xref\n0 %d\n0000000000 65535 f \n", w->count + 1);
	for (i = 1; i <= w->count; i++)
		buf_format(&w->out, "%010zu 00000 n \n", w->at[i]);
	buf_format(&w->out,
		"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%zu\n"
		"%%%%EOF\n",
		w->count + 1, more, table);
	assert(!w->out.full);
}

#endif
