/* tests/fuzz/fuzz_ebms.c - any request to the ebMS receiver
 *
 * The first byte chooses the agreement and what the keeper says, the rest of
 * the first line is the Content-Type.  Whatever comes, there is an answer that
 * can be read, nothing is accepted that was not kept, and a number like that of
 * a citizen does not reach the log.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_listen.h"
#include "tests/channels/agreement.h"

#define TYPE_MAX 200
#define BSN "999990019"
#define NOW_MS 1764000000000
#define THEIRS "00000099000000020000"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct keeping {
	enum verdict say;
	int kept;
};

/* An answer of ours is an envelope that we could read ourselves. */
static void
check_envelope(const char *bytes, size_t len)
{
	struct xml_tree *tree = NULL;
	struct ebms_message m;
	struct fault why;
	const char *text;
	enum ebms_refusal refusal;

	assert(xml_tree_parse(bytes, len, &tree, &why) == V_OK);
	refusal = ebms_read(tree, &m, &text);
	assert(refusal == EBMS_FINE || refusal == EBMS_IS_FAULT);
	xml_tree_free(tree);
}

static enum verdict
keeper(void *self, const struct ebms_inbound *in, struct buf *stored,
	struct fault *why)
{
	struct keeping *k = self;

	k->kept++;
	assert(strlen(in->message_id) > 0 && strlen(in->message_id) <= 255);
	assert(strlen(in->from) > 0 && in->keep_ms > 0);
	assert(strcmp(in->cpa_id, "test-cpa") == 0);
	/* Touch every byte. */
	assert(in->payload_len == 0 ||
		memchr(in->payload, 1, in->payload_len) != self);
	if (in->reply_len > 0)
		check_envelope(in->reply, in->reply_len);
	assert(in->reply_url[0] == '\0' || in->reply_len > 0);
	assert(!in->reply_is_error || in->payload_len == 0);
	if (k->say == V_SKIP)
		buf_text(stored, "<stored/>");
	if (k->say == V_OK || k->say == V_SKIP)
		return k->say;
	return fault_set(why, k->say, CODE_DATABASE, "away");
}

static enum verdict
status(void *self, const char *message_id, const char *cpa_id,
	enum ebms_status *status_out, int64_t *received_ms_out,
	struct fault *why)
{
	const struct keeping *k = self;

	(void)why;
	(void)cpa_id;
	*status_out = strlen(message_id) % 4 + 1;
	*received_ms_out = NOW_MS;
	return k->say == V_LATER
		       ? fault_set(why, V_LATER, CODE_DATABASE, "away")
		       : V_OK;
}

static void
check_note(const struct fault *note)
{
	const char *hit = strstr(note->text, BSN);
	size_t len = strlen(BSN);

	if (note->code == CODE_NONE || hit == NULL)
		return;
	/* Inside a longer number it is none. */
	assert((hit > note->text && hit[-1] >= '0' && hit[-1] <= '9') ||
		(hit[len] >= '0' && hit[len] <= '9'));
}

static const struct cpa *
agreement_of(bool sync)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	static struct arena mem;
	static struct cpa cpas[2];
	struct buf text = BUF_MAX(100000);
	struct fault why;

	if (cpas[sync].id == NULL) {
		agreement(&text, sync ? "mshSignalsOnly" : "none", "", "");
		if (cpa_read(text.bytes, text.len, "00000099000000010000", use,
			    false, &mem, &cpas[sync], &why) != V_OK)
			abort();
		buf_done(&text);
	}
	return &cpas[sync];
}

static void
receive(uint8_t choice, const char *type, const char *body, size_t len)
{
	static const enum verdict says[] = { V_OK, V_SKIP, V_NEVER, V_LATER };
	struct ebms_listen_conf conf = { .cpas = agreement_of(choice & 1),
		.cpa_count = 1,
		.path = "/ebms",
		.lenient = (choice & 2) != 0,
		.status = status };
	struct http_request request = { .method = "POST",
		.path = "/ebms",
		.soap_action = "ebXML",
		.peer_oin = THEIRS,
		.content_type = type,
		.body = body,
		.body_len = len };
	struct http_reply reply = { .body = BUF_MAX(1000000) };
	struct keeping k = { .say = says[choice >> 2 & 3] };
	struct fault note;

	ebms_receive(&conf, &request, NOW_MS, keeper, &k, &reply, &note);
	assert(reply.status == 200 || reply.status == 204 ||
		reply.status == 500 || reply.status == 503);
	assert(k.kept <= 1 && !reply.body.full);
	assert((reply.body.len > 0) ==
		(reply.status == 200 || reply.status == 500));
	if (reply.body.len > 0 && strcmp(reply.body.bytes, "<stored/>") != 0)
		check_envelope(reply.body.bytes, reply.body.len);
	/* Kept, or refused and noted, or a question answered at once. */
	assert(reply.status >= 300 || k.kept == 1 || note.code != CODE_NONE ||
		strstr(reply.body.bytes, ">Pong<") != NULL ||
		strstr(reply.body.bytes, ">StatusResponse<") != NULL);
	check_note(&note);
	buf_done(&reply.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *line = len < 2 ? NULL : memchr(bytes, '\n', len);
	char type[TYPE_MAX + 1], *body;
	size_t n;

	if (line == NULL || line == bytes || line - bytes > TYPE_MAX)
		return 0;
	n = (size_t)(line - bytes) - 1;
	memcpy(type, bytes + 1, n);
	type[n] = '\0';
	/* A copy of its own, so that reading beyond it is noticed. */
	len -= n + 2;
	body = malloc(len + 1);
	if (body == NULL)
		abort();
	memcpy(body, line + 1, len);
	body[len] = '\0';
	receive(bytes[0], type, body, len);
	free(body);
	return 0;
}
