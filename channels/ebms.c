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
#include "channels/ahead.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_bytes.h"
#include "channels/mime.h"

#define AHEAD_FROM 1000000	 /* bytes; a thread is not worth it for less */
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

static bool
good_status(int status)
{
	return status >= 200 && status < 300;
}

/* An answer on its way to its meaning. */
struct judging {
	const struct ebms_post *post;
	const struct http_answer *answer;
	enum ebms_answer meaning;
	int64_t sent_ms; /* of a signal about our message */
	struct fault *why;
};

static enum verdict
useless(const struct judging *j, const char *text)
{
	return fault_set(j->why, V_UNKNOWN, CODE_ANSWER,
		"status %d, but the answer %s", j->answer->status, text);
}

/* Is it about our message, under its agreement, and of the other party? */
static bool
about_ours(const struct judging *j, const struct ebms_message *m)
{
	const struct ebms_block *ack = &m->acknowledgment;
	struct ebms_error unused;

	if (strcmp(ack->there ? m->acknowledged : m->ref_to,
		    j->post->message_id) != 0 ||
		strcmp(m->cpa_id, j->post->cpa->id) != 0 ||
		!ebms_check_signal(j->post->cpa, m, &unused))
		return false;
	return !ack->there ||
	       (strcmp(ack->version, "2.0") == 0 &&
		       (ack->actor == NULL ||
			       strcmp(ack->actor, EBMS_TO_PARTY) == 0));
}

/* What 2xx means where nothing in the answer says more. */
static enum ebms_answer
taken(const struct ebms_post *post)
{
	return post->payload != NULL && !post->ack_requested ? EBMS_ACKNOWLEDGED
							     : EBMS_ACCEPTED;
}

static enum verdict
judge_signal(struct judging *j, const struct ebms_message *m)
{
	char code[40], text[160], place[120];

	if (strcmp(m->service, EBMS_SERVICE) != 0)
		return useless(j, "is no signal");
	if (!about_ours(j, m))
		return useless(j, "is about another message or agreement");
	j->sent_ms = m->sent_ms;
	if (m->errors.there) {
		(void)fault_set(j->why, V_NEVER, CODE_EBMS_ERROR,
			"peer answers %s%s: %s %s",
			m->error_final ? "" : "with a warning ",
			ebms_plain(m->error_code, code, sizeof(code)),
			ebms_plain(m->error_text, text, sizeof(text)),
			ebms_plain(m->error_location, place, sizeof(place)));
		j->meaning = m->error_final ? EBMS_REFUSED : taken(j->post);
	} else if ((m->acknowledgment.there &&
			   strcmp(m->action, "Acknowledgment") == 0) ||
		   (j->post->payload == NULL &&
			   strcmp(m->action, "Pong") == 0)) {
		j->meaning = EBMS_ACKNOWLEDGED;
	} else {
		j->meaning = taken(j->post); /* a status */
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
judge_body(struct judging *j)
{
	struct arena mem = ARENA_EMPTY;
	struct xml_tree *tree = NULL;
	struct ebms_message message;
	const char *bytes, *text;
	char code[60], words[160];
	enum verdict v = V_UNKNOWN;
	size_t len;

	if (j->answer->cut || !answer_envelope(j->answer, &mem, &bytes, &len) ||
		len > EBMS_ENVELOPE_MAX ||
		xml_tree_parse(bytes, len, &tree, j->why) != V_OK) {
		v = useless(j, "cannot be read");
		goto out;
	}
	switch (ebms_read(tree, &message, &text)) {
	case EBMS_FINE:
		v = judge_signal(j, &message);
		break;
	case EBMS_IS_FAULT:
		v = V_OK;
		j->meaning = EBMS_AGAIN;
		(void)fault_set(j->why, V_LATER, CODE_EBMS_ERROR,
			"peer answers status %d, SOAP fault %s: %s",
			j->answer->status, ebms_plain(text, code, sizeof(code)),
			ebms_plain(fault_string(tree), words, sizeof(words)));
		break;
	case EBMS_CLIENT:
	case EBMS_MUST_UNDERSTAND:
	case EBMS_VERSION_MISMATCH:
		v = useless(j, "is no ebMS message");
		break;
	}
out:
	xml_tree_free(tree);
	arena_done(&mem);
	return v;
}

/* 2xx and nothing in it that we can use. */
static enum verdict
judge_good(struct judging *j)
{
	const struct ebms_post *post = j->post;

	j->meaning = taken(post);
	if (post->ack_requested && post->sync_reply)
		(void)fault_set(j->why, V_LATER, CODE_ANSWER,
			"status %d without the acknowledgment that the CPA "
			"promises in the answer",
			j->answer->status);
	return V_OK;
}

static enum verdict
judge(struct judging *j)
{
	int status = j->answer->status;
	bool good = good_status(status), body = j->answer->body.len > 0;
	enum verdict v;

	if (good && !j->answer->all_written)
		return fault_set(j->why, V_LATER, CODE_CUT,
			"peer answered %d before it had the whole", status);
	if (good && !body)
		return judge_good(j);
	if (good || (status == 500 && body)) {
		v = judge_body(j);
		/* Where the status is the only receipt, it is enough. */
		if (v == V_UNKNOWN && good && !j->post->ack_requested)
			return judge_good(j);
		/* With 500 only an error counts; anything else is just 500. */
		if (good || (v == V_OK && j->meaning != EBMS_ACCEPTED &&
				    j->meaning != EBMS_ACKNOWLEDGED))
			return v;
	}
	j->meaning = final_status(status) ? EBMS_REFUSED : EBMS_AGAIN;
	(void)fault_set(
		j->why, V_NEVER, CODE_HTTP, "peer answers status %d", status);
	return V_OK;
}

/* --- posting --- */

static enum verdict
post_body(struct http *http, const struct ebms_post *post,
	const char *content_type, const struct http_body *body,
	struct ebms_reply *reply_out, struct fault *why)
{
	const char *headers[] = { content_type, "SOAPAction: " EBMS_SOAP_ACTION,
		NULL };
	struct http_answer answer;
	struct judging j = { .post = post, .answer = &answer, .why = why };
	enum verdict v;

	v = http_post(http, post->url, headers, body, &answer, why);
	if (v != V_OK)
		return v;
	*why = FAULT_NONE;
	v = judge(&j);
	if (v == V_OK)
		*reply_out = (struct ebms_reply){ j.meaning, j.sent_ms,
			answer.retry_after_s };
	http_answer_done(&answer);
	return v;
}

static enum verdict
post_multipart(struct http *http, const struct ebms_post *post,
	struct ebms_reply *reply_out, struct fault *why)
{
	struct buf front = BUF_MAX(EBMS_ENVELOPE_MAX + FRAME_MAX);
	struct buf back = BUF_MAX(FRAME_MAX), type = BUF_MAX(FRAME_MAX);
	struct multipart m = { .payload = post->payload };
	char boundary[MIME_BOUNDARY_MAX + 1];
	struct ahead *ahead = NULL;
	struct http_body body;
	enum verdict v;

	assert(id_plain(post->content_id));
	boundary_of(post->message_id, boundary);
	buf_format(&type,
		"Content-Type: multipart/related; type=\"text/xml\"; "
		"boundary=\"%s\"; start=\"<%s>\"; start-info=\"text/xml\"",
		boundary, post->message_id);
	buf_format(&front,
		"--%s\r\nContent-Type: " EBMS_XML
		"\r\nContent-ID: <%s>\r\n\r\n",
		boundary, post->message_id);
	buf_add(&front, post->envelope, post->envelope_len);
	buf_format(&front,
		"\r\n--%s\r\nContent-Type: " EBMS_XML "\r\nContent-ID: <%s>\r\n"
		"Content-Disposition: attachment; filename=\"payload.xml\""
		"\r\n\r\n",
		boundary, post->content_id);
	buf_format(&back, "\r\n--%s--\r\n", boundary);
	assert(!front.full && !back.full && !type.full);
	m.front = (struct http_bytes){ .bytes = front.bytes, .len = front.len };
	m.back = (struct http_bytes){ .bytes = back.bytes, .len = back.len };
	multipart_start(&m);
	body = (struct http_body){ .self = &m,
		.bytes = m.parts[0].bytes + m.payload->bytes + m.parts[2].bytes,
		.read = multipart_read,
		.rewind = multipart_rewind };
	if (body.bytes > AHEAD_FROM) {
		ahead = ahead_open(&body);
		body = ahead_body(ahead);
	}
	v = post_body(http, post, type.bytes, &body, reply_out, why);
	ahead_close(ahead);
	buf_done(&front);
	buf_done(&back);
	buf_done(&type);
	return v;
}

enum verdict
ebms_post(struct http *http, const struct ebms_post *post,
	struct ebms_reply *reply_out, struct fault *why)
{
	struct http_bytes bytes = { .bytes = post->envelope,
		.len = post->envelope_len };
	struct http_body body;

	assert(post->envelope_len > 0 &&
		post->envelope_len <= EBMS_ENVELOPE_MAX);
	assert(id_plain(post->message_id));
	if (post->payload != NULL)
		return post_multipart(http, post, reply_out, why);
	body = http_bytes_body(&bytes);
	return post_body(
		http, post, "Content-Type: " EBMS_XML, &body, reply_out, why);
}
