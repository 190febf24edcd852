/* channels/ebms_write.c - envelopes as bytes; see channels/ebms.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "channels/ebms.h"

#define HOST_MAX 80 /* of an id; what is random in it comes before */
#define BLOCK "eb:version=\"2.0\" soap:mustUnderstand=\"1\""

void
ebms_message_id(const char *host, char out[EBMS_OUR_ID_MAX])
{
	struct uuid uuid = uuid_random();
	char id[UUID_TEXT_MAX], *p;
	int n;

	uuid_text(&uuid, id);
	n = snprintf(out, EBMS_OUR_ID_MAX, "%s@%.*s", id, HOST_MAX, host);
	assert(n > 0 && n < EBMS_OUR_ID_MAX);
	for (p = out + strlen(id) + 1; *p != '\0'; p++)
		if (strchr(EBMS_ID_CHARS, *p) == NULL)
			*p = '-';
}

/* <eb:NAME eb:type="TYPE">TEXT</eb:NAME>, indented. */
static void
element(struct buf *out, const char *indent, const char *name, const char *type,
	const char *text)
{
	buf_format(out, "%s<eb:%s", indent, name);
	if (type != NULL && *type != '\0') {
		buf_text(out, " eb:type=\"");
		buf_xml(out, type);
		buf_text(out, "\"");
	}
	buf_text(out, ">");
	buf_xml(out, text);
	buf_format(out, "</eb:%s>\n", name);
}

static void
moment(struct buf *out, const char *indent, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_utc(ms, text);
	element(out, indent, name, NULL, text);
}

static void
party(struct buf *out, const char *name, const struct ebms_party *who,
	size_t count, const char *role)
{
	size_t i;

	buf_format(out, "      <eb:%s>\n", name);
	for (i = 0; i < count; i++)
		element(out, "        ", "PartyId", who[i].type, who[i].id);
	if (role != NULL)
		element(out, "        ", "Role", NULL, role);
	buf_format(out, "      </eb:%s>\n", name);
}

static void
from(const struct ebms_head *head, const char *role, struct buf *out)
{
	if (head->from_all != NULL)
		party(out, "From", head->from_all, head->from_count, role);
	else
		party(out, "From", &head->from, 1, role);
}

static void
open_header(const struct ebms_head *head, struct buf *out)
{
	buf_text(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<soap:Envelope xmlns:soap=\"" EBMS_SOAP
		"\" xmlns:eb=\"" EBMS_NS "\" xmlns:xlink=\"" EBMS_XLINK "\">\n"
		"  <soap:Header>\n"
		"    <eb:MessageHeader " BLOCK ">\n");
	from(head, head->from_role, out);
	if (head->to_all != NULL)
		party(out, "To", head->to_all, head->to_count, head->to_role);
	else
		party(out, "To", &head->to, 1, head->to_role);
	element(out, "      ", "CPAId", NULL, head->cpa_id);
	element(out, "      ", "ConversationId", NULL, head->conversation_id);
	element(out, "      ", "Service", head->service_type, head->service);
	element(out, "      ", "Action", NULL, head->action);
	buf_text(out, "      <eb:MessageData>\n");
	element(out, "        ", "MessageId", NULL, head->message_id);
	moment(out, "        ", "Timestamp", head->created_ms);
	if (head->ref_to != NULL)
		element(out, "        ", "RefToMessageId", NULL, head->ref_to);
	if (head->expires_ms != 0)
		moment(out, "        ", "TimeToLive", head->expires_ms);
	buf_text(out, "      </eb:MessageData>\n");
	if (head->duplicate_elimination)
		buf_text(out, "      <eb:DuplicateElimination/>\n");
	buf_text(out, "    </eb:MessageHeader>\n");
}

static void
close_empty(struct buf *out)
{
	buf_text(out, "  </soap:Header>\n  <soap:Body/>\n</soap:Envelope>\n");
}

void
ebms_write_business(const struct ebms_head *head, bool sync_reply,
	bool ack_requested, const char *content_id, struct buf *out)
{
	open_header(head, out);
	if (sync_reply)
		buf_text(out, "    <eb:SyncReply " BLOCK
			      " soap:actor=\"" EBMS_SOAP_NEXT "\"/>\n");
	if (ack_requested)
		buf_text(out, "    <eb:AckRequested " BLOCK
			      " soap:actor=\"" EBMS_TO_PARTY
			      "\" eb:signed=\"false\"/>\n");
	if (content_id == NULL) {
		close_empty(out);
		return;
	}
	buf_text(out,
		"  </soap:Header>\n  <soap:Body>\n"
		"    <eb:Manifest eb:version=\"2.0\">\n"
		"      <eb:Reference xlink:type=\"simple\" xlink:href=\"cid:");
	buf_xml(out, content_id);
	buf_text(out, "\"/>\n    </eb:Manifest>\n"
		      "  </soap:Body>\n</soap:Envelope>\n");
}

void
ebms_write_acknowledgment(
	const struct ebms_head *head, int64_t received_ms, struct buf *out)
{
	assert(head->ref_to != NULL);
	open_header(head, out);
	buf_text(out, "    <eb:Acknowledgment " BLOCK
		      " soap:actor=\"" EBMS_TO_PARTY "\">\n");
	moment(out, "      ", "Timestamp", received_ms);
	element(out, "      ", "RefToMessageId", NULL, head->ref_to);
	from(head, NULL, out);
	buf_text(out, "    </eb:Acknowledgment>\n");
	close_empty(out);
}

void
ebms_write_error(const struct ebms_head *head, const struct ebms_error *error,
	struct buf *out)
{
	assert(head->ref_to != NULL);
	open_header(head, out);
	buf_text(out,
		"    <eb:ErrorList " BLOCK " eb:highestSeverity=\"Error\">\n"
		"      <eb:Error eb:codeContext=\"" EBMS_SERVICE
		":errors\" eb:errorCode=\"");
	buf_xml(out, error->code);
	buf_text(out, "\" eb:severity=\"Error\"");
	if (error->location[0] != '\0') {
		buf_text(out, " eb:location=\"");
		buf_xml(out, error->location);
		buf_text(out, "\"");
	}
	buf_text(out, ">\n        <eb:Description xml:lang=\"en-US\">");
	buf_xml(out, error->text);
	buf_text(out, "</eb:Description>\n      </eb:Error>\n"
		      "    </eb:ErrorList>\n");
	close_empty(out);
}

void
ebms_write_status(const struct ebms_head *head, const char *status,
	const char *about, int64_t received_ms, struct buf *out)
{
	open_header(head, out);
	buf_format(out,
		"  </soap:Header>\n  <soap:Body>\n"
		"    <eb:StatusResponse eb:version=\"2.0\" "
		"eb:messageStatus=\"%s\">\n",
		status);
	element(out, "      ", "RefToMessageId", NULL, about);
	if (received_ms != 0)
		moment(out, "      ", "Timestamp", received_ms);
	buf_text(out, "    </eb:StatusResponse>\n"
		      "  </soap:Body>\n</soap:Envelope>\n");
}

void
ebms_write_plain(const struct ebms_head *head, struct buf *out)
{
	open_header(head, out);
	close_empty(out);
}

void
ebms_write_fault(const char *code, const char *text, struct buf *out)
{
	buf_format(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<soap:Envelope xmlns:soap=\"" EBMS_SOAP "\">\n"
		"  <soap:Body>\n    <soap:Fault>\n"
		"      <faultcode>soap:%s</faultcode>\n      <faultstring>",
		code);
	buf_xml(out, text);
	buf_text(out, "</faultstring>\n    </soap:Fault>\n"
		      "  </soap:Body>\n</soap:Envelope>\n");
}
