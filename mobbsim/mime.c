/* mobbsim/mime.c - see mobbsim/mime.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mobbsim/mime.h"

#define BOUNDARY_MAX 70 /* RFC 2046 */
#define HEADERS_MAX ((size_t)16384)
#define MARK_MAX (BOUNDARY_MAX + 8)

static enum verdict
no_mime(struct fault *why, const char *text)
{
	return fault_set(why, V_SKIP, CODE_EBMS, "MIME: %s", text);
}

/* Is the media type `type`, whatever follows? */
static bool
is_type(const char *content_type, const char *type)
{
	size_t len = strlen(type);

	return strncasecmp(content_type, type, len) == 0 &&
	       (content_type[len] == '\0' || content_type[len] == ';' ||
		       content_type[len] == ' ' || content_type[len] == '\t');
}

/* A parameter of a Content-Type, quoted or not; false when it is absent or
 * does not fit.
 */
static bool
parameter(const char *content_type, const char *name, char *out, size_t size)
{
	const char *at = strchr(content_type, ';');
	size_t len = strlen(name), n;

	while (at != NULL) {
		bool found;

		at += 1 + strspn(at + 1, " \t");
		found = strncasecmp(at, name, len) == 0 && at[len] == '=';
		at += strcspn(at, "=;");
		if (*at == '=')
			at++;
		n = 0;
		if (*at == '"') {
			for (at++; *at != '\0' && *at != '"'; at++) {
				if (*at == '\\' && at[1] != '\0')
					at++;
				if (found && n + 1 < size)
					out[n] = *at;
				n++;
			}
			at += *at == '"';
		} else {
			for (; *at != '\0' && *at != ';' && *at != ' '; at++) {
				if (found && n + 1 < size)
					out[n] = *at;
				n++;
			}
		}
		if (found && n > 0 && n < size) {
			out[n] = '\0';
			return true;
		}
		at = strchr(at, ';');
	}
	return false;
}

/* Where `mark` begins in [at, end), NULL when it does not. */
static const char *
find(const char *at, const char *end, const char *mark, size_t len)
{
	while ((size_t)(end - at) >= len) {
		at = memchr(at, mark[0], (size_t)(end - at) - len + 1);
		if (at == NULL)
			return NULL;
		if (memcmp(at, mark, len) == 0)
			return at;
		at++;
	}
	return NULL;
}

/* The value of header `line` if its name is `name`. */
static const char *
header_value(const char *line, size_t len, const char *name, size_t *len_out)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	for (n++; n < len && (line[n] == ' ' || line[n] == '\t'); n++)
		;
	*len_out = len - n;
	return line + n;
}

static enum verdict
read_header(
	const char *line, size_t len, struct mime_part *part, struct fault *why)
{
	const char *value;
	size_t n;

	value = header_value(line, len, "Content-ID", &n);
	if (value != NULL) {
		if (n >= 2 && value[0] == '<' && value[n - 1] == '>') {
			value++;
			n -= 2;
		}
		if (n >= sizeof(part->id))
			return no_mime(why, "Content-ID is too long");
		memcpy(part->id, value, n);
		part->id[n] = '\0';
		return V_OK;
	}
	value = header_value(line, len, "Content-Transfer-Encoding", &n);
	if (value == NULL || (n == 4 && strncasecmp(value, "7bit", n) == 0) ||
		(n == 4 && strncasecmp(value, "8bit", n) == 0) ||
		(n == 6 && strncasecmp(value, "binary", n) == 0))
		return V_OK;
	return no_mime(why, "Content-Transfer-Encoding is not identity");
}

/* Headers and content of the part in [at, end). */
static enum verdict
read_part(const char *at, const char *end, struct mime_part *part,
	struct fault *why)
{
	const char *limit = end;
	enum verdict v;

	part->id[0] = '\0';
	if ((size_t)(end - at) > HEADERS_MAX)
		limit = at + HEADERS_MAX;
	for (;;) {
		const char *eol = find(at, limit, "\r\n", 2);

		if (eol == NULL)
			return no_mime(why, "headers of a part do not end");
		if (eol == at)
			break;
		v = read_header(at, (size_t)(eol - at), part, why);
		if (v != V_OK)
			return v;
		at = eol + 2;
	}
	part->bytes = at + 2;
	part->len = (size_t)(end - part->bytes);
	return V_OK;
}

static enum verdict
split(const char *mark, const char *body, size_t len, struct mime *mime,
	struct fault *why)
{
	size_t mark_len = strlen(mark);
	const char *end = body + len, *at, *next;
	enum verdict v;

	/* The first boundary may stand at the very start, without CRLF. */
	if (len >= mark_len - 2 && memcmp(body, mark + 2, mark_len - 2) == 0)
		at = body + mark_len - 2;
	else if ((at = find(body, end, mark, mark_len)) != NULL)
		at += mark_len;
	else
		return no_mime(why, "no boundary");
	for (;;) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (end - at >= 2 && memcmp(at, "--", 2) == 0)
			return V_OK;
		if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
			return no_mime(why, "text behind a boundary");
		at += 2;
		next = find(at, end, mark, mark_len);
		if (next == NULL)
			return no_mime(why, "last boundary is missing");
		if (mime->count == MIME_PARTS_MAX)
			return no_mime(why, "too many parts");
		v = read_part(at, next, &mime->parts[mime->count], why);
		if (v != V_OK)
			return v;
		mime->count++;
		at = next + mark_len;
	}
}

const struct mime_part *
mime_find(const struct mime *mime, const char *id)
{
	size_t i;

	for (i = 0; i < mime->count; i++)
		if (mime->parts[i].id[0] != '\0' &&
			strcmp(mime->parts[i].id, id) == 0)
			return &mime->parts[i];
	return NULL;
}

enum verdict
mime_split(const char *content_type, const char *body, size_t len,
	struct mime *mime_out, struct fault *why)
{
	char boundary[BOUNDARY_MAX + 1], mark[MARK_MAX], start[MIME_ID_MAX];
	const struct mime_part *root;
	enum verdict v;
	size_t n;

	mime_out->count = mime_out->root = 0;
	if (is_type(content_type, "text/xml") ||
		is_type(content_type, "application/xml") ||
		is_type(content_type, "application/soap+xml")) {
		mime_out->parts[0].id[0] = '\0';
		mime_out->parts[0].bytes = body;
		mime_out->parts[0].len = len;
		mime_out->count = 1;
		return V_OK;
	}
	if (!is_type(content_type, "multipart/related"))
		return no_mime(why, "neither text/xml nor multipart/related");
	if (!parameter(content_type, "boundary", boundary, sizeof(boundary)))
		return no_mime(why, "no boundary in the Content-Type");
	snprintf(mark, sizeof(mark), "\r\n--%s", boundary);
	v = split(mark, body, len, mime_out, why);
	if (v != V_OK)
		return v;
	if (mime_out->count == 0)
		return no_mime(why, "no parts");
	if (!parameter(content_type, "start", start, sizeof(start)))
		return V_OK;
	n = strlen(start);
	if (n >= 2 && start[0] == '<' && start[n - 1] == '>') {
		start[n - 1] = '\0';
		root = mime_find(mime_out, start + 1);
		if (root != NULL)
			mime_out->root = (size_t)(root - mime_out->parts);
	}
	return V_OK;
}
