/* base/buf.c - see base/buf.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define BUF_FIRST 256

char *
buf_room(struct buf *buf, size_t len)
{
	size_t need, size;

	assert(buf->max > 0);
	if (buf->full || len > buf->max || buf->len > buf->max - len) {
		buf->full = true;
		return NULL;
	}
	need = buf->len + len + 1;
	if (need > buf->size) {
		size = buf->size == 0 ? BUF_FIRST : buf->size;
		while (size < need)
			size *= 2;
		buf->bytes = mem_grow(buf->bytes, size);
		buf->size = size;
	}
	return buf->bytes + buf->len;
}

void
buf_used(struct buf *buf, size_t len)
{
	assert(buf->len + len < buf->size);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	char *to = buf_room(buf, len);

	if (to == NULL)
		return;
	if (len > 0)
		memcpy(to, bytes, len);
	buf_used(buf, len);
}

void
buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_format(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	to = buf_room(buf, (size_t)n);
	if (to == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_used(buf, (size_t)n);
}

void
buf_xml(struct buf *buf, const char *text)
{
	const char *p = text, *from = text;

	for (; *p != '\0'; p++) {
		const char *as = NULL;
		unsigned char c = (unsigned char)*p;

		if (c == '&')
			as = "&amp;";
		else if (c == '<')
			as = "&lt;";
		else if (c == '>')
			as = "&gt;";
		else if (c == '"')
			as = "&quot;";
		else if (c < 0x20 && c != '\t' && c != '\n')
			as = " ";
		if (as == NULL)
			continue;
		buf_add(buf, from, (size_t)(p - from));
		buf_text(buf, as);
		from = p + 1;
	}
	buf_add(buf, from, (size_t)(p - from));
}

void
buf_csv(struct buf *buf, const char *text)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL;
	const char *p;

	if (!formula && strpbrk(text, ";\"\r\n") == NULL && text[0] != ' ') {
		buf_text(buf, text);
		return;
	}
	buf_text(buf, formula ? "\"'" : "\"");
	for (p = text; *p != '\0'; p++)
		buf_add(buf, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
	buf_text(buf, "\"");
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->full = false;
	if (buf->bytes != NULL)
		buf->bytes[0] = '\0';
}

void
buf_done(struct buf *buf)
{
	free(buf->bytes);
	*buf = BUF_MAX(buf->max);
}
