/* tests/channels/receiver.h - one request against a receiver with a keeper of
 * our own, and messages of the other side with one change
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_RECEIVER_H
#define TESTS_CHANNELS_RECEIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_listen.h"
#include "tests/channels/agreement.h"
#include "tests/channels/shared.h"

#define OURS "00000099000000010000"
#define THEIRS "00000099000000020000"
#define NOW 1764000000000 /* 2025-11-24T16:00:00Z */
#define H "//Header/MessageHeader"

static const char *const both[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT, NULL };

/* --- one request against a receiver with a keeper of our own --- */

struct world {
	struct arena mem;
	struct cpa cpa;
	struct ebms_listen_conf conf;
	struct http_request request;
	struct buf body;
	char content_type[200];

	/* what the keeper does and saw */
	enum verdict keep;
	const char *stored;
	int kept;
	struct ebms_inbound in;
	char message_id[300], ref_to[300], payload[2000], reply[20000];
	char reply_id[200], error_code[100], error_text[300];
	char conversation_id[300], cpa_id[300], action[300];

	/* what is asked about a message, and what is told */
	enum verdict status_verdict;
	enum ebms_status status;
	char status_of[300], status_cpa[300];

	struct http_reply reply_http;
	struct fault note;
};

static inline void
copy(char *to, size_t size, const void *from, size_t len)
{
	assert_true(len < size);
	if (len > 0)
		memcpy(to, from, len);
	to[len] = '\0';
}

static inline enum verdict
keeper(void *self, const struct ebms_inbound *in, struct buf *stored,
	struct fault *why)
{
	struct world *w = self;

	w->kept++;
	w->in = *in;
	copy(w->message_id, sizeof(w->message_id), in->message_id,
		strlen(in->message_id));
	copy(w->ref_to, sizeof(w->ref_to), in->ref_to, strlen(in->ref_to));
	copy(w->conversation_id, sizeof(w->conversation_id),
		in->conversation_id, strlen(in->conversation_id));
	copy(w->cpa_id, sizeof(w->cpa_id), in->cpa_id, strlen(in->cpa_id));
	copy(w->action, sizeof(w->action), in->action, strlen(in->action));
	copy(w->payload, sizeof(w->payload), in->payload, in->payload_len);
	copy(w->reply, sizeof(w->reply), in->reply, in->reply_len);
	copy(w->reply_id, sizeof(w->reply_id), in->reply_id,
		strlen(in->reply_id));
	copy(w->error_code, sizeof(w->error_code), in->error_code,
		strlen(in->error_code));
	copy(w->error_text, sizeof(w->error_text), in->error_text,
		strlen(in->error_text));
	if (w->keep == V_SKIP)
		buf_text(stored, w->stored);
	if (w->keep == V_OK || w->keep == V_SKIP)
		return w->keep;
	return fault_set(why, w->keep, CODE_DATABASE, "away");
}

static inline enum verdict
status(void *self, const char *message_id, const char *cpa_id,
	enum ebms_status *status_out, int64_t *received_ms_out,
	struct fault *why)
{
	struct world *w = self;

	copy(w->status_of, sizeof(w->status_of), message_id,
		strlen(message_id));
	copy(w->status_cpa, sizeof(w->status_cpa), cpa_id, strlen(cpa_id));
	*status_out = w->status;
	*received_ms_out = NOW - 1000;
	return w->status_verdict == V_OK ? V_OK
					 : fault_set(why, w->status_verdict,
						   CODE_DATABASE, "away");
}

/* By an agreement with every `old` in it replaced by `new`. */
static inline void
world_of(struct world *w, const char *mode, const char *old, const char *new)
{
	struct buf text = BUF_MAX(100000);
	struct fault why;

	*w = (struct world){ .body = BUF_MAX(2000000) };
	agreement(&text, mode, old, new);
	if (cpa_read(text.bytes, text.len, OURS, both, false, &w->mem, &w->cpa,
		    &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	buf_done(&text);
	w->conf = (struct ebms_listen_conf){ .cpas = &w->cpa,
		.cpa_count = 1,
		.path = "/ebms",
		.status = status };
	w->request = (struct http_request){ .method = "POST",
		.path = "/ebms",
		.soap_action = "\"ebXML\"",
		.peer_oin = THEIRS };
	w->reply_http = (struct http_reply){ .body = BUF_MAX(300000) };
	w->keep = V_OK;
	w->stored = "";
}

static inline void
world_init(struct world *w, const char *mode)
{
	world_of(w, mode, "", "");
}

static inline void
world_done(struct world *w)
{
	buf_done(&w->body);
	buf_done(&w->reply_http.body);
	arena_done(&w->mem);
}

static inline void
receive(struct world *w)
{
	buf_reset(&w->reply_http.body);
	w->reply_http.status = 0;
	w->reply_http.soap_action = false;
	w->reply_http.content_type = NULL;
	w->request.content_type = w->content_type;
	w->request.body = w->body.bytes != NULL ? w->body.bytes : "";
	w->request.body_len = w->body.len;
	w->kept = 0;
	ebms_receive(&w->conf, &w->request, NOW, keeper, w, &w->reply_http,
		&w->note);
}

/* --- messages of the other side --- */

static inline struct ebms_head
their_head(const char *service, const char *action)
{
	return (struct ebms_head){ .from = { THEIRS, "urn:osb:oin" },
		.to = { OURS, "urn:osb:oin" },
		.from_role = "SP",
		.to_role = "SR",
		.cpa_id = "test-cpa",
		.conversation_id = "conversation-1",
		.service = service,
		.service_type = strcmp(service, EBMS_SERVICE) == 0
					? ""
					: "urn:osb:services",
		.action = action,
		.message_id = "result-id@theirs.example",
		.ref_to = "request-id@ours.example",
		.created_ms = NOW - 60000 };
}

/* Replace every `old` in `text`; it must be there. */
static inline void
changed(const struct buf *text, const char *old, const char *new,
	struct buf *out)
{
	const char *p = text->bytes, *hit;

	if (*old != '\0')
		assert_non_null(strstr(p, old));
	while (*old != '\0' && (hit = strstr(p, old)) != NULL) {
		buf_add(out, p, (size_t)(hit - p));
		buf_text(out, new);
		p = hit + strlen(old);
	}
	buf_text(out, p);
}

/* A result, in a multipart with one payload, with one change. */
static inline void
a_result(struct world *w, bool sync, const char *old, const char *new)
{
	struct ebms_head head =
		their_head("MIJNOVERHEID.ebMS.BB.2.0", ACTION_BV_RESULT);
	struct buf soap = BUF_MAX(100000), text = BUF_MAX(100000);

	head.expires_ms = NOW + 3600000;
	head.duplicate_elimination = true;
	ebms_write_business(&head, sync, true, "part-1@theirs", &soap);
	buf_format(&text,
		"--B\r\nContent-Type: text/xml\r\nContent-ID: <soap@theirs>"
		"\r\n\r\n%s\r\n--B\r\nContent-Type: text/xml\r\n"
		"Content-ID: <part-1@theirs>\r\n\r\n<result/>\r\n--B--\r\n",
		soap.bytes);
	buf_reset(&w->body);
	changed(&text, old, new, &w->body);
	strcpy(w->content_type,
		"multipart/related; type=\"text/xml\"; boundary=B");
	buf_done(&soap);
	buf_done(&text);
}

/* A signal: Acknowledgment, MessageError, Ping, Pong, with one change. */
static inline void
a_signal(struct world *w, const char *action, const char *old, const char *new)
{
	static const struct ebms_error error = { "Inconsistent", "//x",
		"nr 999990019 wrong" };
	struct ebms_head head = their_head(EBMS_SERVICE, action);
	struct buf text = BUF_MAX(100000);

	if (strcmp(action, "Acknowledgment") == 0) {
		ebms_write_acknowledgment(&head, NOW, &text);
	} else if (strcmp(action, "MessageError") == 0) {
		ebms_write_error(&head, &error, &text);
	} else {
		if (strcmp(action, "Ping") == 0)
			head.ref_to = NULL;
		ebms_write_plain(&head, &text);
	}
	buf_reset(&w->body);
	changed(&text, old, new, &w->body);
	strcpy(w->content_type, "text/xml; charset=UTF-8");
	buf_done(&text);
}

/* --- reading our own answers --- */

static inline void
check_signal(const char *bytes, const char *action, const char *code,
	const char *location)
{
	struct xml_tree *tree = NULL;
	struct ebms_message m;
	struct fault why;
	const char *text;

	assert_int_equal(
		xml_tree_parse(bytes, strlen(bytes), &tree, &why), V_OK);
	assert_int_equal(ebms_read(tree, &m, &text), EBMS_FINE);
	assert_string_equal(m.service, EBMS_SERVICE);
	assert_string_equal(m.action, action);
	assert_string_equal(m.from[0].id, OURS);
	assert_string_equal(m.to[0].id, THEIRS);
	assert_string_equal(m.cpa_id, "test-cpa");
	assert_string_equal(m.conversation_id, "conversation-1");
	assert_string_equal(m.ref_to, "result-id@theirs.example");
	assert_int_equal(m.sent_ms, NOW);
	assert_non_null(strstr(m.message_id, "@ours.example"));
	if (code != NULL) {
		assert_string_equal(m.error_code, code);
		assert_string_equal(m.error_location, location);
	}
	assert_int_not_equal(shared_valid("ebms2/xsd/msg-header-2_0.xsd", bytes,
				     strlen(bytes)),
		0);
	xml_tree_free(tree);
}

#endif
