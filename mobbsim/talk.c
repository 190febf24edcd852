/* mobbsim/talk.c - see mobbsim/talk.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "mobbsim/talk.h"

#define PENDING ((size_t)65536)
#define LINE_MAX_BYTES 300 /* of a chunk's size */
#define SLOW_PARTS 20	   /* a slow message comes in so many pieces */
#define LENGTH_MAX INT64_C(1000000000)

void
talk_open(struct talk *talk, struct line *line, int64_t max_body)
{
	*talk = (struct talk){ .line = line,
		.head = BUF_MAX(TALK_HEAD_MAX),
		.body = BUF_MAX((size_t)max_body),
		.pending = mem_new(PENDING) };
}

void
talk_done(struct talk *talk)
{
	buf_done(&talk->head);
	buf_done(&talk->body);
	free(talk->pending);
	talk->pending = NULL;
}

/* --- bytes --- */

static enum verdict
fill(struct talk *talk, struct fault *why)
{
	enum verdict v;

	if (talk->pending_at < talk->pending_len)
		return V_OK;
	talk->pending_at = talk->pending_len = 0;
	v = line_read(
		talk->line, talk->pending, PENDING, &talk->pending_len, why);
	if (v == V_END)
		(void)fault_set(why, V_END, CODE_CUT, "the other end is gone");
	return v;
}

/* The next byte of the head, or of a line between chunks. */
static enum verdict
next_byte(struct talk *talk, char *out, struct fault *why)
{
	enum verdict v = fill(talk, why);

	if (v != V_OK)
		return v;
	*out = talk->pending[talk->pending_at++];
	talk->bytes++;
	return V_OK;
}

static enum verdict
no_http(struct fault *why, const char *text)
{
	return fault_set(why, V_SKIP, CODE_ANSWER, "%s", text);
}

/* --- the head --- */

/* The value of a header line when it is `name`, else NULL. */
static char *
header(char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return text_trim(line + len + 1);
}

static bool
take_header(struct talk *talk, char *line)
{
	char *value;

	if ((value = header(line, "Content-Type")) != NULL)
		talk->content_type = value;
	else if ((value = header(line, "SOAPAction")) != NULL)
		talk->soap_action = value;
	else if ((value = header(line, "Content-Length")) != NULL)
		return text_number(value, LENGTH_MAX, &talk->length);
	else if ((value = header(line, "Transfer-Encoding")) != NULL)
		talk->chunked = strcasecmp(value, "chunked") == 0;
	else if ((value = header(line, "Connection")) != NULL)
		talk->close |= strcasecmp(value, "close") == 0;
	else if ((value = header(line, "Expect")) != NULL)
		talk->want_continue = true;
	return true;
}

/* "POST /ebms HTTP/1.1" or "HTTP/1.1 204 No Content" */
static bool
take_first(struct talk *talk, char *line, bool request)
{
	char *second = strchr(line, ' '), *third;

	if (second == NULL)
		return false;
	*second++ = '\0';
	third = strchr(second, ' ');
	if (third != NULL)
		*third++ = '\0';
	if (request) {
		talk->method = line;
		talk->path = second;
		return third != NULL && strncmp(third, "HTTP/1.", 7) == 0;
	}
	talk->status = atoi(second);
	talk->open_ended = true;
	return strncmp(line, "HTTP/1.", 7) == 0 && talk->status >= 100;
}

static enum verdict
take_head(struct talk *talk, bool request, struct fault *why)
{
	char *line = talk->head.bytes, *next;
	bool first = true;

	for (; *line != '\0'; line = next) {
		next = strstr(line, "\r\n");
		if (next == NULL)
			return no_http(why, "a line of the head does not end");
		*next = '\0';
		next += 2;
		if (line[0] == '\0')
			break;
		if (first ? !take_first(talk, line, request)
			  : !take_header(talk, line))
			return no_http(why, "a line of the head is no HTTP");
		first = false;
	}
	if (first)
		return no_http(why, "no head");
	if (talk->length >= 0 || talk->chunked)
		talk->open_ended = false;
	/* An answer that has no body. */
	if (!request && (talk->status == 204 || talk->status == 304)) {
		talk->open_ended = talk->chunked = false;
		talk->length = 0;
	}
	return V_OK;
}

enum verdict
talk_await(struct talk *talk, struct fault *why)
{
	return fill(talk, why);
}

enum verdict
talk_head(struct talk *talk, bool request, struct fault *why)
{
	struct buf *head = &talk->head;
	char byte;
	enum verdict v;

	buf_reset(head);
	buf_reset(&talk->body);
	talk->content_type = talk->soap_action = "";
	talk->method = talk->path = "";
	talk->status = 0;
	talk->close = talk->chunked = talk->open_ended = false;
	talk->want_continue = false;
	talk->length = -1;
	talk->bytes = 0;
	do {
		v = next_byte(talk, &byte, why);
		if (v == V_END && head->len > 0)
			v = V_BROKEN;
		if (v != V_OK)
			return v;
		buf_add(head, &byte, 1);
		if (head->full || byte == '\0')
			return no_http(why, "head too long, or with a NUL");
	} while (head->len < 4 ||
		 memcmp(head->bytes + head->len - 4, "\r\n\r\n", 4) != 0);
	return take_head(talk, request, why);
}

/* --- the body --- */

/* Where the flow ends, in bytes of the message; INT64_MAX: it does not. */
static int64_t
cut_at(const struct talk_flow *flow, int64_t whole)
{
	if (!flow->cut)
		return INT64_MAX;
	if (flow->cut_at >= 0)
		return flow->cut_at;
	return whole > -flow->cut_at ? whole + flow->cut_at : 0;
}

/* `len` bytes of the body; V_NEVER at a cut before the last of them. */
static enum verdict
read_part(struct talk *talk, int64_t len, int64_t cut, int64_t whole,
	const struct talk_flow *flow, struct fault *why)
{
	int64_t part = whole / SLOW_PARTS + 1;
	size_t n;

	while (len > 0) {
		enum verdict v;

		if (talk->bytes >= cut)
			return fault_set(why, V_NEVER, CODE_CUT, "cut");
		v = fill(talk, why);
		if (v != V_OK)
			return v == V_END ? V_BROKEN : v;
		n = talk->pending_len - talk->pending_at;
		if ((int64_t)n > len)
			n = (size_t)len;
		if (cut != INT64_MAX && (int64_t)n > cut - talk->bytes)
			n = (size_t)(cut - talk->bytes);
		if (flow->over_ms > 0 && (int64_t)n > part)
			n = (size_t)part;
		buf_add(&talk->body, talk->pending + talk->pending_at, n);
		if (talk->body.full)
			return no_http(why, "body too large");
		talk->pending_at += n;
		talk->bytes += (int64_t)n;
		len -= (int64_t)n;
		if (flow->over_ms > 0)
			clock_sleep_ms(flow->over_ms / SLOW_PARTS);
	}
	return V_OK;
}

static enum verdict
short_line(struct talk *talk, char out[LINE_MAX_BYTES], struct fault *why)
{
	size_t n = 0;
	enum verdict v;

	do {
		if (n + 1 >= LINE_MAX_BYTES)
			return no_http(why, "a chunk's line is too long");
		v = next_byte(talk, &out[n], why);
		if (v != V_OK)
			return v == V_END ? V_BROKEN : v;
	} while (out[n++] != '\n');
	out[n] = '\0';
	return V_OK;
}

static enum verdict
read_chunks(struct talk *talk, const struct talk_flow *flow, struct fault *why)
{
	/* How long it will be is not known: counted from the end, cut at once. */
	int64_t cut = flow->cut && flow->cut_at < 0 ? 0 : cut_at(flow, 0);
	char line[LINE_MAX_BYTES], *end;
	enum verdict v;
	long size;

	do {
		v = short_line(talk, line, why);
		if (v != V_OK)
			return v;
		size = strtol(line, &end, 16);
		if (end == line || size < 0 || size > (long)LENGTH_MAX)
			return no_http(why, "a chunk without a size");
		v = read_part(talk, size, cut, size, flow, why);
		if (v == V_OK)
			v = short_line(talk, line, why);
	} while (v == V_OK && size > 0);
	return v;
}

static enum verdict
read_to_end(struct talk *talk, const struct talk_flow *flow, struct fault *why)
{
	enum verdict v;

	talk->close = true;
	do {
		v = fill(talk, why);
		if (v == V_OK)
			v = read_part(talk,
				(int64_t)(talk->pending_len - talk->pending_at),
				cut_at(flow, 0), (int64_t)PENDING, flow, why);
	} while (v == V_OK);
	return v == V_END ? V_OK : v;
}

enum verdict
talk_body(struct talk *talk, const struct talk_flow *flow, struct fault *why)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	int64_t whole;
	enum verdict v;

	if (talk->want_continue) {
		v = line_write(talk->line, go_on, sizeof(go_on) - 1, why);
		if (v != V_OK)
			return v;
	}
	if (talk->chunked)
		return read_chunks(talk, flow, why);
	if (talk->open_ended)
		return read_to_end(talk, flow, why);
	if (talk->length < 0)
		talk->length = 0;
	whole = talk->bytes + talk->length;
	return read_part(
		talk, talk->length, cut_at(flow, whole), whole, flow, why);
}

/* --- writing --- */

enum verdict
talk_write(struct line *line, const struct buf *bytes,
	const struct talk_flow *flow, struct fault *why)
{
	int64_t whole = (int64_t)bytes->len, at = 0, part = whole;
	int64_t end = cut_at(flow, whole);
	enum verdict v = V_OK;

	if (flow->over_ms > 0)
		part = whole / SLOW_PARTS + 1;
	while (v == V_OK && at < whole && at < end) {
		int64_t n = whole - at < part ? whole - at : part;

		if (n > end - at)
			n = end - at;
		v = line_write(line, bytes->bytes + at, (size_t)n, why);
		at += n;
		if (flow->over_ms > 0)
			clock_sleep_ms(flow->over_ms / SLOW_PARTS);
	}
	if (v == V_OK && flow->cut)
		v = fault_set(why, V_NEVER, CODE_CUT, "cut");
	return v;
}

void
talk_chunks(const struct buf *body, size_t chunk, struct buf *out)
{
	size_t at, n;

	assert(chunk > 0);
	for (at = 0; at < body->len; at += n) {
		n = body->len - at < chunk ? body->len - at : chunk;
		buf_format(out, "%zx\r\n", n);
		buf_add(out, body->bytes + at, n);
		buf_text(out, "\r\n");
	}
	buf_text(out, "0\r\n\r\n");
}
