/* channels/http_read.c - see channels/http_read.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "channels/http_read.h"

#define TOKEN                                                                  \
	"!#$%&'*+-.^_`|~0123456789"                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Headers that decide something; each may come once. */
enum seen {
	SEEN_HOST = 1,
	SEEN_LENGTH = 2,
	SEEN_CODING = 4,
	SEEN_TYPE = 8,
	SEEN_ACTION = 16,
	SEEN_EXPECT = 32,
	SEEN_ENCODING = 64,
	SEEN_PASSED = 128,
};

static bool
refuse(struct http_read *r, int status, const char *text)
{
	r->stage = HTTP_REFUSED;
	r->status = status;
	r->text = text;
	r->left = 0;
	buf_done(&r->body);
	return false;
}

void
http_read_refuse(struct http_read *r, int status, const char *text)
{
	(void)refuse(r, status, text);
}

void
http_read_init(struct http_read *r, int64_t max_body, const char *passed_in)
{
	size_t head = HTTP_HEAD_MAX + (passed_in != NULL ? HTTP_PASSED_MAX : 0);

	assert(max_body > 0);
	*r = (struct http_read){ .passed_in = passed_in,
		.head = BUF_MAX(head),
		.body = BUF_MAX((size_t)max_body),
		.line = BUF_MAX(HTTP_CHUNK_LINE_MAX) };
	http_read_again(r);
}

void
http_read_done(struct http_read *r)
{
	buf_done(&r->head);
	buf_done(&r->body);
	buf_done(&r->line);
}

void
http_read_again(struct http_read *r)
{
	buf_reset(&r->head);
	buf_done(&r->body); /* an idle connection keeps no memory for it */
	buf_reset(&r->line);
	r->stage = HTTP_HEAD;
	r->left = 0;
	r->extra = 0;
	r->line_seen = false;
	r->method = r->path = r->content_type = r->soap_action = "";
	r->passed = "";
	r->old = r->close = r->want_continue = false;
	r->status = 0;
	r->text = "";
}

/* Bytes a head may hold: printable ASCII, blanks, CR LF in pairs, and above
 * 0x7f what nobody here looks at.
 */
static bool
head_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\r'	    ? i + 1 == len || text[i + 1] != '\n'
			: c == '\n' ? i == 0 || text[i - 1] != '\r'
				    : (c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Does the comma-separated list hold this word? */
static bool
list_has(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	while (*list != '\0') {
		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == len && strncasecmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static bool
take_framing(struct http_read *r, unsigned what, const char *value)
{
	int64_t max = (int64_t)r->body.max;

	if (what == SEEN_CODING) {
		if (r->old || strcasecmp(value, "chunked") != 0)
			return refuse(r, 400, "Transfer-Encoding not chunked");
		return true;
	}
	if (!text_digits(value) || strlen(value) > 18)
		return refuse(r, 400, "Content-Length is no plain number");
	if (!text_number(value, max, &r->left))
		return refuse(r, 413, "body too large");
	return true;
}

static bool
take_header(struct http_read *r, const char *name, const char *value,
	unsigned *seen)
{
	static const struct {
		const char *name;
		enum seen what;
	} known[] = {
		{ "host", SEEN_HOST },
		{ "content-length", SEEN_LENGTH },
		{ "transfer-encoding", SEEN_CODING },
		{ "content-type", SEEN_TYPE },
		{ "soapaction", SEEN_ACTION },
		{ "expect", SEEN_EXPECT },
		{ "content-encoding", SEEN_ENCODING },
	};
	unsigned what = 0;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(name, known[i].name) == 0)
			what = known[i].what;
	if (r->passed_in != NULL && strcasecmp(name, r->passed_in) == 0)
		what = SEEN_PASSED;
	if ((*seen & what) != 0)
		return refuse(r, 400, "header given twice");
	*seen |= what;
	if (what == SEEN_LENGTH || what == SEEN_CODING)
		return take_framing(r, what, value);
	if (what == SEEN_ENCODING && strcasecmp(value, "identity") != 0)
		return refuse(r, 415, "Content-Encoding not supported");
	if (what == SEEN_EXPECT) {
		if (strcasecmp(value, "100-continue") != 0)
			return refuse(r, 417, "Expect not supported");
		r->want_continue = !r->old;
	}
	if (what == SEEN_TYPE)
		r->content_type = value;
	if (what == SEEN_ACTION)
		r->soap_action = value;
	if (what == SEEN_PASSED) {
		if (strlen(value) > HTTP_PASSED_MAX)
			return refuse(r, 431, "certificate too long");
		r->passed = value;
	}
	if (strcasecmp(name, "connection") == 0) {
		if (list_has(value, "close"))
			r->close = true;
	}
	return true;
}

/* The path of a target, which may be a whole address (RFC 9112, 3.2.2). */
static char *
path_of(char *target)
{
	static char root[] = "/", none[] = "";
	char *host = strncmp(target, "http://", 7) == 0	   ? target + 7
		     : strncmp(target, "https://", 8) == 0 ? target + 8
							   : NULL;

	if (host == NULL)
		return target;
	target = host + strcspn(host, "/?");
	return target == host ? none : *target == '\0' ? root : target;
}

/* "POST /path HTTP/1.1", cut in place. */
static bool
take_line(struct http_read *r, char *line)
{
	char *path = strchr(line, ' '), *version, *query;

	if (path == NULL)
		return refuse(r, 400, "request line");
	*path++ = '\0';
	version = strchr(path, ' ');
	if (version == NULL)
		return refuse(r, 400, "request line");
	*version++ = '\0';
	path = path_of(path);
	if (*line == '\0' || line[strspn(line, TOKEN)] != '\0' ||
		*path != '/' || strchr(path, '\t') != NULL)
		return refuse(r, 400, "request line");
	r->old = strcmp(version, "HTTP/1.0") == 0;
	if (!r->old && strcmp(version, "HTTP/1.1") != 0)
		return refuse(r, strncmp(version, "HTTP/", 5) == 0 ? 505 : 400,
			"HTTP version");
	query = strchr(path, '?');
	if (query != NULL)
		*query = '\0';
	r->method = line;
	r->path = path;
	r->close = r->old;
	return true;
}

/* Join folded lines, end each line with a NUL; the last one is empty. */
static void
unfold(char *head, size_t len)
{
	size_t i;

	for (i = 0; i + 2 < len; i++) {
		if (head[i] != '\r')
			continue;
		if (head[i + 2] == ' ' || head[i + 2] == '\t')
			head[i] = head[i + 1] = ' ';
		else
			head[i] = head[i + 1] = '\0';
	}
}

static bool
take_head(struct http_read *r)
{
	char *line = r->head.bytes, *end = line + r->head.len - 2, *value;
	unsigned seen = 0;
	int count = 0;
	size_t n;

	if (!head_plain(line, r->head.len))
		return refuse(r, 400, "odd characters in the head");
	unfold(line, r->head.len);
	n = strlen(line);
	if (!take_line(r, line))
		return false;
	for (line += n + 2; line < end; line += n + 2) {
		n = strlen(line);
		value = strchr(line, ':');
		if (value == NULL || value == line ||
			++count > HTTP_HEADERS_MAX)
			return refuse(r, 400, "header line");
		*value++ = '\0';
		if (line[strspn(line, TOKEN)] != '\0')
			return refuse(r, 400, "header name");
		if (!take_header(r, line, text_trim(value), &seen))
			return false;
	}
	if (!r->old && (seen & SEEN_HOST) == 0)
		return refuse(r, 400, "no Host");
	if ((seen & SEEN_CODING) != 0 && (seen & SEEN_LENGTH) != 0)
		return refuse(r, 400, "length and chunked together");
	if ((seen & SEEN_CODING) != 0)
		r->stage = HTTP_CHUNK_LINE;
	else
		r->stage = r->left > 0 ? HTTP_BODY : HTTP_DONE;
	if (r->stage == HTTP_DONE)
		r->want_continue = false;
	return true;
}

/* The first line is whole: does it end in a version of HTTP?  Otherwise (HTTP
 * 0.9, TLS, anything) an empty line might never come.
 */
static bool
line_fits(const struct http_read *r)
{
	static const char version[] = " HTTP/1.1\r\n";
	size_t len = sizeof(version) - 1;

	return r->head.len > len &&
	       memcmp(r->head.bytes + r->head.len - len, version, 6) == 0;
}

/* Add up to the end of the head; the empty line may be split over pieces. */
static size_t
feed_head(struct http_read *r, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		/* Empty lines in front of a request are forgiven. */
		if (r->head.len == 0 && (bytes[i] == '\r' || bytes[i] == '\n'))
			continue;
		buf_add(&r->head, &bytes[i], 1);
		if (r->head.full) {
			(void)refuse(r, 431, "head too large");
			return i + 1;
		}
		if (bytes[i] != '\n' || r->head.len < 2)
			continue;
		if (r->head.bytes[r->head.len - 2] != '\r') {
			(void)refuse(r, 400, "bare line feed");
			return i + 1;
		}
		if (!r->line_seen && !line_fits(r)) {
			(void)refuse(r, 400, "request line");
			return i + 1;
		}
		r->line_seen = true;
		if (r->head.len >= 4 && memcmp(r->head.bytes + r->head.len - 4,
						"\r\n\r\n", 4) == 0) {
			(void)take_head(r);
			return i + 1;
		}
	}
	return len;
}

static bool
take_chunk_line(struct http_read *r)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	const char *p = r->line.bytes;
	size_t n = strspn(p, hex), i, end;
	int64_t size = 0;

	end = n + strspn(p + n, " \t");
	if (n == 0 || n > 8 || (p[end] != '\0' && p[end] != ';'))
		return refuse(r, 400, "chunk size");
	for (i = 0; i < n; i++) {
		int digit = p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10;

		size = size * 16 + digit;
	}
	r->extra += r->line.len - n;
	if (r->extra > HTTP_EXTRA_MAX)
		return refuse(r, 400, "chunk extensions too large");
	if (size > (int64_t)(r->body.max - r->body.len))
		return refuse(r, 413, "body too large");
	r->left = size;
	r->stage = size == 0 ? HTTP_TRAILER : HTTP_CHUNK_DATA;
	return true;
}

/* One line that ends in CR LF: a chunk's size, its end, or a trailer. */
static size_t
feed_line(struct http_read *r, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len && bytes[i] != '\n'; i++)
		if (bytes[i] == '\0')
			break;
	buf_add(&r->line, bytes, i);
	if (r->line.full) {
		(void)refuse(r, 400, "line too long");
		return i;
	}
	if (i == len)
		return len;
	if (bytes[i] == '\0' || r->line.len == 0 ||
		r->line.bytes[r->line.len - 1] != '\r' ||
		strcspn(r->line.bytes, "\r") != r->line.len - 1) {
		(void)refuse(r, 400, "line end in a chunked body");
		return i + 1;
	}
	r->line.bytes[--r->line.len] = '\0';
	if (r->stage == HTTP_CHUNK_LINE) {
		(void)take_chunk_line(r);
	} else if (r->stage == HTTP_CHUNK_END) {
		if (r->line.len > 0)
			(void)refuse(r, 400, "chunk longer than its size");
		else
			r->stage = HTTP_CHUNK_LINE;
	} else if (r->line.len == 0) {
		r->stage = HTTP_DONE;
	} else {
		r->extra += r->line.len;
		if (r->extra > HTTP_EXTRA_MAX)
			(void)refuse(r, 431, "trailer too large");
	}
	buf_reset(&r->line);
	return i + 1;
}

static size_t
feed_data(struct http_read *r, const char *bytes, size_t len)
{
	size_t n = (int64_t)len < r->left ? len : (size_t)r->left;

	buf_add(&r->body, bytes, n);
	assert(!r->body.full);
	r->left -= (int64_t)n;
	if (r->left == 0)
		r->stage = r->stage == HTTP_BODY ? HTTP_DONE : HTTP_CHUNK_END;
	return n;
}

size_t
http_read_feed(struct http_read *r, const char *bytes, size_t len)
{
	bool head = r->stage == HTTP_HEAD;
	size_t used = 0;

	while (used < len && r->stage != HTTP_DONE &&
		r->stage != HTTP_REFUSED && head == (r->stage == HTTP_HEAD)) {
		const char *from = bytes + used;
		size_t n = len - used;

		if (r->stage == HTTP_HEAD)
			used += feed_head(r, from, n);
		else if (r->stage == HTTP_BODY || r->stage == HTTP_CHUNK_DATA)
			used += feed_data(r, from, n);
		else
			used += feed_line(r, from, n);
	}
	return used;
}

int64_t
http_read_bytes(const struct http_read *r)
{
	return (int64_t)r->body.len + r->left;
}

const char *
http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Status";
}
