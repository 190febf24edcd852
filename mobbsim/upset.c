/* mobbsim/upset.c - see mobbsim/upset.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbsim/envelope.h"
#include "mobbsim/upset.h"

#define MB ((size_t)1000000)

static const char page[] =
	"<!DOCTYPE html>\n<html><head><title>Even geduld</title></head>"
	"<body><h1>Onderhoud</h1><p>Wij zijn zo terug.<br></body></html>\n";

static const char half[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">"
	"<s:Header><e:MessageHeader xmlns:e=\"http://www.oasis-open.org/"
	"committees/ebxml-msg/schema/msg-header-2_0.xsd\" e:vers";

void
upset_reading(const struct trouble *t, struct door_manner *manner)
{
	manner->own = t;
	if (t == NULL)
		return;
	if (t->kind == T_CUT && t->at_end)
		manner->reset_at_end = true;
	else if (t->kind == T_CUT)
		manner->read =
			(struct talk_flow){ .cut = true, .cut_at = t->number };
	else if (t->kind == T_SLOW_READ)
		manner->read.over_ms = t->number;
}

bool
upset_refuses(const struct trouble *t)
{
	return t != NULL && trouble_may_take(t) && !t->taken &&
	       t->kind != T_ERROR;
}

static void
answer(struct door_reply *reply, int status, const char *type)
{
	reply->status = status;
	reply->content_type = type;
	reply->soap_action = false;
	buf_reset(&reply->body);
}

static void
answer_huge(struct door_reply *reply, int64_t mb)
{
	char block[1000];
	size_t i;

	memset(block, 'a', sizeof(block));
	answer(reply, 200, "text/xml; charset=UTF-8");
	buf_text(&reply->body, "<s:Envelope xmlns:s=\""
			       "http://schemas.xmlsoap.org/soap/envelope/\">"
			       "<s:Header/><s:Body>");
	for (i = 0; i < (size_t)mb * MB / sizeof(block); i++)
		buf_add(&reply->body, block, sizeof(block));
	buf_text(&reply->body, "</s:Body></s:Envelope>");
}

/* Another answer altogether. */
static void
replace(const struct trouble *t, struct door_reply *reply)
{
	static const char xml[] = "text/xml; charset=UTF-8";

	switch ((int)t->kind) {
	case T_STATUS:
		answer(reply, (int)t->number, "text/plain");
		if (t->body)
			buf_text(&reply->body, "iets anders\n");
		break;
	case T_SOAP_FAULT:
		answer(reply, 500, xml);
		envelope_fault(t->word, "on command", &reply->body);
		break;
	case T_HTML:
		answer(reply, 200, "text/html");
		buf_text(&reply->body, page);
		break;
	case T_TRUNCATED:
		answer(reply, 200, xml);
		buf_text(&reply->body, half);
		break;
	case T_HUGE:
		answer_huge(reply, t->number);
		break;
	default:
		break;
	}
}

void
upset_answer(const struct trouble *t, struct door_manner *manner,
	struct door_reply *reply)
{
	if (t == NULL)
		return;
	switch ((int)t->kind) {
	case T_RESET:
		manner->reset = true;
		break;
	case T_SILENT:
		manner->silent = true;
		manner->wait_ms = t->number;
		break;
	case T_SLOW_ANSWER:
		manner->write.over_ms = t->number;
		break;
	case T_ANSWER_CUT:
		manner->write =
			(struct talk_flow){ .cut = true, .cut_at = t->number };
		break;
	case T_CHUNKED:
	case T_TYPE:
		if (reply->status == 0 || reply->status == 204)
			reply->status = 200;
		manner->chunked = t->kind == T_CHUNKED;
		if (t->kind == T_TYPE)
			reply->content_type = t->word;
		break;
	case T_BUSY:
		answer(reply, 503, "text/plain");
		manner->retry_after_s = (t->number + 999) / 1000;
		break;
	case T_HEADERS:
		manner->odd_headers = t->number;
		break;
	default:
		replace(t, reply);
		break;
	}
}

void
upset_push(const struct trouble *t, struct push_manner *manner)
{
	if (t == NULL)
		return;
	switch ((int)t->kind) {
	case T_LATE:
		manner->late_ms = t->number;
		break;
	case T_LOST:
		manner->lost = true;
		break;
	case T_DOUBLE:
		manner->twice = true;
		break;
	case T_SWAP:
		manner->swap = true;
		break;
	case T_SLOW:
		manner->flow.over_ms = t->number;
		break;
	case T_CUT:
		manner->flow =
			(struct talk_flow){ .cut = true, .cut_at = t->number };
		break;
	case T_CHUNKED:
		manner->chunked = true;
		break;
	case T_MULTIPART:
		manner->multipart = true;
		break;
	default:
		break;
	}
}
