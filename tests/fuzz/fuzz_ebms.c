/* tests/fuzz/fuzz_ebms.c - any request to the ebMS receiver
 *
 * The first line of the input is the Content-Type.  Whatever comes, there is
 * an answer, nothing is accepted that was not kept, and a number like that of
 * a citizen does not reach the log.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channels/channel.h"
#include "channels/http_listen.h"
#include "tests/channels/agreement.h"

#define TYPE_MAX 200
#define BSN "999990019"
#define NOW_MS 1764000000000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static enum verdict
keeper(void *self, const struct ebms_inbound *in, struct buf *stored,
	struct fault *why)
{
	(void)stored;
	(void)why;
	++*(int *)self;
	assert(strlen(in->message_id) > 0 && strlen(in->from) > 0);
	/* Touch every byte. */
	assert(in->payload_len == 0 ||
		memchr(in->payload, 1, in->payload_len) != self);
	return V_OK;
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

static void
receive(const struct cpa *cpa, const char *type, const char *body, size_t len)
{
	struct ebms_listen_conf conf = {
		.cpas = cpa, .cpa_count = 1, .path = "/ebms"
	};
	struct http_request request = { .method = "POST",
		.path = "/ebms",
		.soap_action = "ebXML",
		.peer_oin = "00000099000000020000",
		.content_type = type,
		.body = body,
		.body_len = len };
	struct http_reply reply = { .body = BUF_MAX(1000000) };
	struct fault note;
	int kept = 0;

	ebms_receive(&conf, &request, NOW_MS, keeper, &kept, &reply, &note);
	assert(reply.status != 0);
	assert(reply.status >= 300 || kept == 1 || note.code != CODE_NONE ||
		strstr(reply.body.bytes, "Pong") != NULL);
	check_note(&note);
	buf_done(&reply.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	const uint8_t *line = len == 0 ? NULL : memchr(bytes, '\n', len);
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why;
	struct cpa cpa;
	char type[TYPE_MAX + 1], *body;
	size_t n;

	if (line == NULL || line - bytes > TYPE_MAX)
		return 0;
	n = (size_t)(line - bytes);
	memcpy(type, bytes, n);
	type[n] = '\0';
	agreement(&text, "none", "", "");
	if (cpa_read(text.bytes, text.len, "00000099000000010000", use, false,
		    &mem, &cpa, &why) != V_OK)
		abort();
	/* A copy of its own, so that reading beyond it is noticed. */
	len -= n + 1;
	body = malloc(len + 1);
	if (body == NULL)
		abort();
	memcpy(body, line + 1, len);
	body[len] = '\0';
	receive(&cpa, type, body, len);
	free(body);
	buf_done(&text);
	arena_done(&mem);
	return 0;
}
