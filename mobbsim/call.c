/* mobbsim/call.c - see mobbsim/call.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "mobbsim/call.h"

#define SCHEME "https://"
#define PART_MAX 200
#define ANSWER_MAX INT64_C(1000000)
#define HEAD_MAX ((size_t)4096)
#define CHUNK ((size_t)4096)

struct address {
	char host[PART_MAX], port[8], path[PART_MAX];
};

static bool
split(const char *url, struct address *out)
{
	size_t scheme = sizeof(SCHEME) - 1, host, port = 0;
	const char *at = url + scheme;

	if (strncmp(url, SCHEME, scheme) != 0)
		return false;
	host = strcspn(at, ":/");
	if (at[host] == ':')
		port = strspn(at + host + 1, "0123456789");
	if (host == 0 || host >= sizeof(out->host) || port >= sizeof(out->port))
		return false;
	snprintf(out->host, sizeof(out->host), "%.*s", (int)host, at);
	snprintf(
		out->port, sizeof(out->port), "%.*s", (int)port, at + host + 1);
	if (port == 0)
		memcpy(out->port, "443", 4);
	at += host + (port == 0 ? 0 : port + 1);
	snprintf(out->path, sizeof(out->path), "%s", *at == '\0' ? "/" : at);
	return strlen(at) < sizeof(out->path);
}

static void
write_request(
	const struct call *call, const struct address *to, struct buf *out)
{
	buf_format(out,
		"POST %s HTTP/1.1\r\nHost: %s:%s\r\n"
		"SOAPAction: \"ebXML\"\r\nContent-Type: %s\r\n",
		to->path, to->host, to->port, call->content_type);
	if (call->chunked)
		buf_text(out, "Transfer-Encoding: chunked\r\n");
	else
		buf_format(out, "Content-Length: %zu\r\n", call->body->len);
	buf_text(out, "Connection: close\r\n\r\n");
	if (call->chunked)
		talk_chunks(call->body, CHUNK, out);
	else
		buf_add(out, call->body->bytes, call->body->len);
}

static enum verdict
read_answer(struct line *line, struct call_answer *answer, struct fault *why)
{
	const struct talk_flow plain = { .cut = false };
	struct talk talk;
	enum verdict v;

	talk_open(&talk, line, ANSWER_MAX);
	do {
		v = talk_head(&talk, false, why);
	} while (v == V_OK && talk.status < 200);
	if (v == V_OK)
		v = talk_body(&talk, &plain, why);
	if (v == V_OK) {
		answer->status = talk.status;
		snprintf(answer->content_type, sizeof(answer->content_type),
			"%s", talk.content_type);
		answer->body = talk.body;
		talk.body = BUF_MAX(0);
	}
	talk_done(&talk);
	if (v == V_LATER)
		v = V_UNKNOWN;
	return v == V_END ? V_BROKEN : v;
}

enum verdict
call_post(const struct call *call, struct call_answer *answer_out,
	struct fault *why)
{
	struct buf request = BUF_MAX(
		call->body->len + call->body->len / CHUNK * 16 + HEAD_MAX);
	struct line *line = NULL;
	struct address to;
	enum verdict v;

	*answer_out = (struct call_answer){ .status = 0 };
	if (!split(call->url, &to))
		return fault_set(why, V_SKIP, CODE_CPA, "no https address");
	v = line_call(call->end, to.host, to.port, call->oin, call->answer_ms,
		call->stop, &line, why);
	if (v != V_OK)
		return v;
	write_request(call, &to, &request);
	assert(!request.full);
	line_wait(line, call->answer_ms + call->flow.over_ms);
	v = talk_write(line, &request, &call->flow, why);
	buf_done(&request);
	if (v == V_OK) {
		line_wait(line, call->answer_ms);
		v = read_answer(line, answer_out, why);
	}
	if (v != V_OK)
		line_reset(line);
	line_close(line);
	return v;
}
