/* channels/mime.c - see channels/mime.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/text.h"
#include "channels/mime.h"

#define TOKEN                                                                  \
	"!#$%&'*+-.^_`|~/0123456789"                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define FOLDS_MAX 20 /* continued header lines of one part */

static char *
lower(char *text)
{
	char *p;

	for (p = text; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return text;
}

/* "<x>" is x. */
static const char *
without_brackets(struct arena *mem, const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '<' || text[len - 1] != '>')
		return text;
	return arena_text(mem, text + 1, len - 2);
}

/* A token or a quoted string from *p on; NULL when there is neither. */
static char *
read_value(const char **p, struct arena *mem)
{
	const char *from = *p;
	size_t n = 0;
	char *out;

	if (*from != '"') {
		/* Tolerate what other products leave unquoted. */
		n = strcspn(from, "; \t\"");
		*p = from + n;
		return n == 0 ? NULL : arena_text(mem, from, n);
	}
	out = arena_text(mem, from, strlen(from));
	for (from++; *from != '"'; from++) {
		if (*from == '\\')
			from++;
		if (*from == '\0')
			return NULL;
		out[n++] = *from;
	}
	out[n] = '\0';
	*p = from + 1;
	return out;
}

static bool
take_parameter(const char *name, const char *value, struct arena *mem,
	struct mime_type *out)
{
	size_t len = strlen(value);

	if (strcmp(name, "boundary") == 0) {
		if (len == 0 || len > MIME_BOUNDARY_MAX ||
			value[len - 1] == ' ' || out->boundary[0] != '\0')
			return false;
		out->boundary = value;
	} else if (strcmp(name, "start") == 0) {
		out->start = without_brackets(mem, value);
	}
	return true;
}

bool
mime_type_read(const char *header, struct arena *mem, struct mime_type *out)
{
	struct mime_type type = { "", "", "" };
	const char *p = header + strspn(header, " \t"), *value;
	size_t n = strspn(p, TOKEN);
	char *name;

	name = lower(arena_text(mem, p, n));
	if (strchr(name, '/') == NULL)
		return false;
	type.type = name;
	for (p += n;;) {
		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		if (*p++ != ';')
			return false;
		p += strspn(p, " \t");
		n = strspn(p, TOKEN);
		if (n == 0)
			continue; /* an empty parameter does no harm */
		name = lower(arena_text(mem, p, n));
		p += n;
		if (*p++ != '=')
			return false;
		value = read_value(&p, mem);
		if (value == NULL || !take_parameter(name, value, mem, &type))
			return false;
	}
	*out = type;
	return true;
}

/* One line from `at`, ended by LF or CR LF, as text; NULL without an end. */
static char *
head_line(const char *at, const char *end, const char **next_out,
	struct arena *mem)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));
	size_t len;

	if (lf == NULL)
		return NULL;
	*next_out = lf + 1;
	len = (size_t)(lf - at);
	if (len > 0 && at[len - 1] == '\r')
		len--;
	if (len > MIME_HEAD_MAX || memchr(at, '\0', len) != NULL)
		return NULL;
	return arena_text(mem, at, len);
}

static bool
take_header(char *line, struct arena *mem, struct mime_part *part,
	const char **encoding)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return false;
	*value++ = '\0';
	value = text_trim(value);
	if (strcasecmp(line, "Content-ID") == 0)
		part->content_id = without_brackets(mem, value);
	else if (strcasecmp(line, "Content-Type") == 0)
		part->content_type = value;
	else if (strcasecmp(line, "Content-Transfer-Encoding") == 0)
		*encoding = lower(value);
	return true;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *
blanks_end(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* `at` behind a `=`: a line that goes on, or two digits; NULL when neither. */
static const char *
quoted(const char *at, const char *end, char **to)
{
	const char *p = blanks_end(at, end);

	if (p == end)
		return end;
	if (*p == '\n')
		return p + 1;
	if (*p == '\r' && end - p > 1 && p[1] == '\n')
		return p + 2;
	if (end - at < 2 || hex(at[0]) < 0 || hex(at[1]) < 0)
		return NULL;
	*(*to)++ = (char)(hex(at[0]) * 16 + hex(at[1]));
	return at + 2;
}

/* `out` has room for `len` bytes; false when it is no quoted-printable. */
static bool
quoted_printable(const char *text, size_t len, char *out, size_t *len_out)
{
	const char *end = text + len, *p = text, *next;
	char *to = out;

	while (p < end) {
		if (*p == '=') {
			p = quoted(p + 1, end, &to);
			if (p == NULL)
				return false;
			continue;
		}
		/* Blanks at the end of a line were added on the way. */
		next = blanks_end(p, end);
		if (next != p &&
			(next == end || *next == '\r' || *next == '\n')) {
			p = next;
			continue;
		}
		do {
			*to++ = *p++;
		} while (p < next);
	}
	*len_out = (size_t)(to - out);
	return true;
}

static void
decode(const char *encoding, struct arena *mem, struct mime_part *part)
{
	char *bytes;
	size_t len;

	if (strcmp(encoding, "binary") == 0 || strcmp(encoding, "8bit") == 0 ||
		strcmp(encoding, "7bit") == 0)
		return;
	part->encoded = true;
	if (strcmp(encoding, "base64") == 0) {
		bytes = arena_alloc(mem, part->len / 4 * 3 + 3);
		if (!base64_decode(
			    part->bytes, part->len, (uint8_t *)bytes, &len))
			return;
	} else if (strcmp(encoding, "quoted-printable") == 0) {
		bytes = arena_alloc(mem, part->len + 1);
		if (!quoted_printable(part->bytes, part->len, bytes, &len))
			return;
	} else {
		return;
	}
	part->encoded = false;
	part->bytes = bytes;
	part->len = len;
}

/* Headers and data of what lies between two delimiters. */
static bool
read_part(const char *at, const char *end, struct arena *mem,
	struct mime_part *out)
{
	struct mime_part part = { .content_id = "", .content_type = "" };
	const char *from = at, *encoding = "binary", *next = at;
	char *line, *held = NULL;
	int folds = 0;

	for (;;) {
		line = head_line(at, end, &next, mem);
		if (line == NULL || (size_t)(next - from) > MIME_HEAD_MAX)
			return false;
		at = next;
		if (held != NULL && (*line == ' ' || *line == '\t')) {
			if (++folds > FOLDS_MAX)
				return false;
			held = arena_format(mem, "%s%s", held, line);
			continue;
		}
		if (held != NULL && !take_header(held, mem, &part, &encoding))
			return false;
		if (*line == '\0')
			break;
		held = line;
	}
	part.bytes = at;
	part.len = (size_t)(end - at);
	decode(encoding, mem, &part);
	*out = part;
	return true;
}

/* The next delimiter line at or after `at`.  The line end in front of it is
 * part of it.  *data_end_out: where the data before it ends; *after_out:
 * behind the line; *last_out: it is the closing one.
 */
static bool
find_delimiter(const char *body, const char *at, const char *end,
	const char *boundary, const char **data_end_out, const char **after_out,
	bool *last_out)
{
	size_t len = strlen(boundary);
	const char *p;

	for (; at < end; at++) {
		at = memchr(at, '-', (size_t)(end - at));
		if (at == NULL || (size_t)(end - at) < len + 2)
			return false;
		if (at[1] != '-' || memcmp(at + 2, boundary, len) != 0)
			continue;
		if (at != body &&
			(at - body < 2 || at[-2] != '\r' || at[-1] != '\n'))
			continue;
		p = at + 2 + len;
		*last_out = end - p >= 2 && p[0] == '-' && p[1] == '-';
		if (*last_out)
			p += 2;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
			p += 2;
		else if (!*last_out || p != end)
			continue; /* only the beginning of a line of data */
		*data_end_out = at == body ? at : at - 2;
		*after_out = p;
		return true;
	}
	return false;
}

bool
mime_split(const char *body, size_t len, const char *boundary,
	struct arena *mem, struct mime_part parts[MIME_PARTS_MAX],
	size_t *count_out)
{
	const char *end = body + len, *from, *data_end, *after;
	size_t count = 0;
	bool last;

	if (*boundary == '\0' || !find_delimiter(body, body, end, boundary,
					 &data_end, &from, &last))
		return false;
	while (!last) {
		if (count == MIME_PARTS_MAX)
			return false;
		/* An empty part's delimiter may begin right here: step back
		 * over the line end that closed the one before.
		 */
		if (!find_delimiter(body, from - 2, end, boundary, &data_end,
			    &after, &last) ||
			data_end < from ||
			!read_part(from, data_end, mem, &parts[count]))
			return false;
		count++;
		from = after;
	}
	if (count == 0)
		return false;
	*count_out = count;
	return true;
}

size_t
mime_root(const struct mime_part *parts, size_t count, const char *start)
{
	size_t i;

	for (i = 0; *start != '\0' && i < count; i++)
		if (strcmp(parts[i].content_id, start) == 0)
			return i;
	return 0;
}

static const char *
unescape(const char *text, struct arena *mem)
{
	char *out = arena_text(mem, text, strlen(text)), *to = out;

	for (; *text != '\0'; text++) {
		if (*text == '%' && hex(text[1]) >= 0 && hex(text[2]) >= 0 &&
			hex(text[1]) + hex(text[2]) > 0) {
			*to++ = (char)(hex(text[1]) * 16 + hex(text[2]));
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return out;
}

const struct mime_part *
mime_find(const struct mime_part *parts, size_t count, const char *id,
	struct arena *mem)
{
	const char *decoded = unescape(id, mem);
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(parts[i].content_id, id) == 0)
			return &parts[i];
	for (i = 0; i < count; i++)
		if (strcmp(unescape(parts[i].content_id, mem), decoded) == 0)
			return &parts[i];
	return NULL;
}
