/* channels/ebms.c - messages out; see channels/channel.h
 *
 * The SOAP part is stored by the caller and given back for every post, so a
 * retry repeats its bytes.  The boundary follows from the message id: the same
 * message is the same request, down to the last byte.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_bytes.h"
#include "channels/mime.h"

#define FRAME_MAX ((size_t)4096) /* markup around a part */

void
ebms_ids_make(const struct cpa *cpa, const struct cpa_action *action,
	const char *conversation_id, int64_t now_ms, struct ebms_ids *out)
{
	char conversation[UUID_TEXT_MAX];
	struct uuid uuid = uuid_random();
	int n;

	uuid_text(&uuid, conversation);
	ebms_message_id(cpa->our_host, out->message_id);
	n = snprintf(out->conversation_id, sizeof(out->conversation_id), "%s",
		conversation_id != NULL && *conversation_id != '\0'
			? conversation_id
			: conversation);
	assert(n > 0 && (size_t)n < sizeof(out->conversation_id));
	out->created_ms = now_ms;
	/* Without acknowledgment there are no retries and no end. */
	out->expires_ms =
		!action->ack_requested
			? 0
			: now_ms + (action->retries + 1) * action->interval_ms;
}

void
ebms_envelope(const struct cpa *cpa, const struct cpa_action *action,
	const struct ebms_ids *ids, const char *content_id, struct buf *out)
{
	struct ebms_head head = {
		.from = { action->from.id, action->from.id_type },
		.to = { action->to.id, action->to.id_type },
		.from_role = action->from.role,
		.to_role = action->to.role,
		.cpa_id = cpa->id,
		.conversation_id = ids->conversation_id,
		.service = action->service,
		.service_type = action->service_type,
		.action = action->name,
		.message_id = ids->message_id,
		.created_ms = ids->created_ms,
		.expires_ms = ids->expires_ms,
		.duplicate_elimination = action->duplicate_elimination,
	};

	assert(action->we_send);
	ebms_write_business(&head, action->sync_reply, action->ack_requested,
		content_id, out);
}

/* --- multipart --- */

struct multipart {
	struct http_bytes front, back;
	const struct http_body *payload;
	struct http_body parts[3];
	size_t part;  /* being read */
	int64_t left; /* of it */
};

static void
multipart_start(struct multipart *m)
{
	m->parts[0] = http_bytes_body(&m->front);
	m->parts[1] = *m->payload;
	m->parts[2] = http_bytes_body(&m->back);
	m->part = 0;
	m->left = m->parts[0].bytes;
	assert(m->payload->rewind != NULL);
}

static enum verdict
multipart_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct multipart *m = self;
	const struct http_body *part;
	enum verdict v;

	while (m->left == 0 && m->part < 2)
		m->left = m->parts[++m->part].bytes;
	part = &m->parts[m->part];
	if ((int64_t)len > m->left)
		len = (size_t)m->left;
	v = part->read(part->self, bytes, len, len_out, why);
	if (v == V_OK)
		m->left -= (int64_t)*len_out;
	return v;
}

static enum verdict
multipart_rewind(void *self, struct fault *why)
{
	struct multipart *m = self;

	multipart_start(m);
	return m->payload->rewind(m->payload->self, why);
}

static bool
id_plain(const char *id)
{
	return *id != '\0' && strlen(id) <= EBMS_ID_MAX &&
	       id[strspn(id, EBMS_ID_CHARS "@")] == '\0';
}

static void
boundary_of(const char *message_id, char out[MIME_BOUNDARY_MAX + 1])
{
	uint8_t digest[DIGEST_BYTES];

	digest_of(message_id, strlen(message_id), digest);
	memcpy(out, "mobb-", 5);
	digest_hex(digest, 16, out + 5);
}

/* --- what the answer means --- */

static bool
final_status(int status)
{
	if (status == 501 || status == 505 || status == 510)
		return true;
	return status < 500 && status != 408 && status != 429;
}

static enum verdict
useless(struct fault *why, int status, const char *text)
{
	return fault_set(why, V_UNKNOWN, CODE_ANSWER,
		"status %d, but the answer %s", status, text);
}

/* A signal about our message in the answer. */
static enum verdict
judge_signal(const struct ebms_message *m, const char *message_id, int status,
	enum ebms_answer *answer_out, struct fault *why)
{
	char code[40], text[160], place[120];
	const char *ref_to =
		m->acknowledgment.there ? m->acknowledged : m->ref_to;

	if (strcmp(m->service, EBMS_SERVICE) != 0)
		return useless(why, status, "is no signal");
	if (strcmp(ref_to, message_id) != 0)
		return useless(why, status, "is about another message");
	if (m->errors.there && m->error_final) {
		(void)fault_set(why, V_NEVER, CODE_EBMS_ERROR,
			"peer answers %s: %s %s",
			ebms_plain(m->error_code, code, sizeof(code)),
			ebms_plain(m->error_text, text, sizeof(text)),
			ebms_plain(m->error_location, place, sizeof(place)));
		*answer_out = EBMS_REFUSED;
	} else if (m->acknowledgment.there || strcmp(m->action, "Pong") == 0) {
		*answer_out = EBMS_ACKNOWLEDGED;
	} else {
		*answer_out = EBMS_ACCEPTED; /* a warning, or a status */
	}
	return V_OK;
}

/* The SOAP part of an answer, bare or the root of a multipart. */
static bool
answer_envelope(const struct http_answer *answer, struct arena *mem,
	const char **bytes_out, size_t *len_out)
{
	struct mime_part parts[MIME_PARTS_MAX];
	struct mime_type type;
	size_t count, root;

	*bytes_out = answer->body.bytes;
	*len_out = answer->body.len;
	if (!mime_type_read(answer->content_type, mem, &type) ||
		strcmp(type.type, "multipart/related") != 0)
		return true;
	if (!mime_split(answer->body.bytes, answer->body.len, type.boundary,
		    mem, parts, &count))
		return false;
	root = mime_root(parts, count, type.start);
	*bytes_out = parts[root].bytes;
	*len_out = parts[root].len;
	return true;
}

/* The words of a SOAP fault: what the peer's operator would look for. */
static const char *
fault_string(const struct xml_tree *tree)
{
	const struct xml_node *body =
		xml_child(xml_root(tree), EBMS_SOAP, "Body");

	return xml_text(xml_child(
		xml_child(body, EBMS_SOAP, "Fault"), NULL, "faultstring"));
}

/* An answer with a body.  V_UNKNOWN: nothing we can use. */
static enum verdict
judge_body(const struct http_answer *answer, const char *message_id,
	enum ebms_answer *answer_out, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct xml_tree *tree = NULL;
	struct ebms_message message;
	const char *bytes, *text;
	char code[60], words[160];
	enum verdict v = V_UNKNOWN;
	size_t len;

	if (!answer_envelope(answer, &mem, &bytes, &len) ||
		len > EBMS_ENVELOPE_MAX ||
		xml_tree_parse(bytes, len, &tree, why) != V_OK) {
		v = useless(why, answer->status, "cannot be read");
		goto out;
	}
	switch (ebms_read(tree, &message, &text)) {
	case EBMS_FINE:
		v = judge_signal(
			&message, message_id, answer->status, answer_out, why);
		break;
	case EBMS_IS_FAULT:
		v = V_OK;
		*answer_out = EBMS_AGAIN;
		(void)fault_set(why, V_LATER, CODE_EBMS_ERROR,
			"peer answers status %d, SOAP fault %s: %s",
			answer->status, ebms_plain(text, code, sizeof(code)),
			ebms_plain(fault_string(tree), words, sizeof(words)));
		break;
	case EBMS_CLIENT:
	case EBMS_MUST_UNDERSTAND:
	case EBMS_VERSION_MISMATCH:
		v = useless(why, answer->status, "is no ebMS message");
		break;
	}
out:
	xml_tree_free(tree);
	arena_done(&mem);
	return v;
}

static enum verdict
judge(const struct http_answer *answer, const char *message_id,
	enum ebms_answer *answer_out, struct fault *why)
{
	bool good = answer->status >= 200 && answer->status < 300;
	enum verdict v;

	if (good && !answer->all_written)
		return fault_set(why, V_LATER, CODE_CUT,
			"peer answered %d before it had the whole",
			answer->status);
	if (good && answer->body.len == 0) {
		*answer_out = EBMS_ACCEPTED;
		return V_OK;
	}
	if (good || (answer->status == 500 && answer->body.len > 0)) {
		v = judge_body(answer, message_id, answer_out, why);
		/* With 500 only an error counts; anything else is just 500. */
		if (good || (v == V_OK && *answer_out != EBMS_ACCEPTED &&
				    *answer_out != EBMS_ACKNOWLEDGED))
			return v;
	}
	*answer_out = final_status(answer->status) ? EBMS_REFUSED : EBMS_AGAIN;
	(void)fault_set(why, V_NEVER, CODE_HTTP, "peer answers status %d",
		answer->status);
	return V_OK;
}

static enum verdict
post_body(struct http *http, const char *url, const char *message_id,
	const char *content_type, const struct http_body *body,
	enum ebms_answer *answer_out, int64_t *retry_after_s_out,
	struct fault *why)
{
	const char *headers[] = { content_type, "SOAPAction: " EBMS_SOAP_ACTION,
		NULL };
	enum ebms_answer meaning = EBMS_AGAIN;
	struct http_answer answer;
	enum verdict v;

	v = http_post(http, url, headers, body, &answer, why);
	if (v != V_OK)
		return v;
	v = judge(&answer, message_id, &meaning, why);
	if (v == V_OK) {
		*answer_out = meaning;
		*retry_after_s_out = answer.retry_after_s;
	}
	http_answer_done(&answer);
	return v;
}

enum verdict
ebms_post(struct http *http, const char *url, const char *message_id,
	const void *envelope, size_t envelope_len, const char *content_id,
	const struct http_body *payload, enum ebms_answer *answer_out,
	int64_t *retry_after_s_out, struct fault *why)
{
	struct buf front = BUF_MAX(EBMS_ENVELOPE_MAX + FRAME_MAX);
	struct buf back = BUF_MAX(FRAME_MAX), type = BUF_MAX(FRAME_MAX);
	char boundary[MIME_BOUNDARY_MAX + 1];
	struct multipart m = { .payload = payload };
	struct http_body body;
	enum verdict v;

	assert(envelope_len > 0 && envelope_len <= EBMS_ENVELOPE_MAX);
	assert(id_plain(message_id));
	if (payload == NULL) {
		m.front = (struct http_bytes){ .bytes = envelope,
			.len = envelope_len };
		body = http_bytes_body(&m.front);
		return post_body(http, url, message_id,
			"Content-Type: " EBMS_XML, &body, answer_out,
			retry_after_s_out, why);
	}
	assert(id_plain(content_id));
	boundary_of(message_id, boundary);
	buf_format(&type,
		"Content-Type: multipart/related; type=\"text/xml\"; "
		"boundary=\"%s\"; start=\"<%s>\"; start-info=\"text/xml\"",
		boundary, message_id);
	buf_format(&front,
		"--%s\r\nContent-Type: " EBMS_XML
		"\r\nContent-ID: <%s>\r\n\r\n",
		boundary, message_id);
	buf_add(&front, envelope, envelope_len);
	buf_format(&front,
		"\r\n--%s\r\nContent-Type: " EBMS_XML "\r\nContent-ID: <%s>\r\n"
		"Content-Disposition: attachment; filename=\"payload.xml\""
		"\r\n\r\n",
		boundary, content_id);
	buf_format(&back, "\r\n--%s--\r\n", boundary);
	assert(!front.full && !back.full && !type.full);
	m.front = (struct http_bytes){ .bytes = front.bytes, .len = front.len };
	m.back = (struct http_bytes){ .bytes = back.bytes, .len = back.len };
	multipart_start(&m);
	body = (struct http_body){ .self = &m,
		.bytes = m.parts[0].bytes + payload->bytes + m.parts[2].bytes,
		.read = multipart_read,
		.rewind = multipart_rewind };
	v = post_body(http, url, message_id, type.bytes, &body, answer_out,
		retry_after_s_out, why);
	buf_done(&front);
	buf_done(&back);
	buf_done(&type);
	return v;
}
