/* mobbsim/envelope_write.c - writing envelopes; see mobbsim/envelope.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "mobbsim/envelope.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_EB                                                                  \
	"http://www.oasis-open.org/committees/ebxml-msg/schema/"               \
	"msg-header-2_0.xsd"
#define NS_XLINK "http://www.w3.org/1999/xlink"
#define SIGNALS "urn:oasis:names:tc:ebxml-msg:service"
#define TO_PARTY "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"
#define NEXT_MSH "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
#define NEXT "http://schemas.xmlsoap.org/soap/actor/next"
#define ERRORS "urn:oasis:names:tc:ebxml-msg:service:errors"

/* The message header of anything we send. */
struct header {
	const char *conversation, *service, *service_type, *action;
	const char *message_id, *ref_to;
	int64_t sent_ms, live_ms; /* live_ms 0: no TimeToLive */
	bool duplicate_elimination;
};

/* <e:NAME>text</e:NAME> */
static void
add(struct buf *out, const char *name, const char *text)
{
	buf_text(out, "<e:");
	buf_text(out, name);
	buf_text(out, ">");
	buf_xml(out, text);
	buf_text(out, "</e:");
	buf_text(out, name);
	buf_text(out, ">");
}

static void
add_moment(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_utc(ms, text);
	add(out, name, text);
}

static void
add_typed(struct buf *out, const char *name, const char *type, const char *text)
{
	buf_text(out, "<e:");
	buf_text(out, name);
	if (type[0] != '\0') {
		buf_text(out, " e:type=\"");
		buf_xml(out, type);
		buf_text(out, "\"");
	}
	buf_text(out, ">");
	buf_xml(out, text);
	buf_text(out, "</e:");
	buf_text(out, name);
	buf_text(out, ">");
}

static void
begin(const struct header *h, const struct cpa_terms *terms, struct buf *out)
{
	assert(h->message_id[0] != '\0' && h->conversation[0] != '\0');
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:e=\"" NS_EB
		      "\" xmlns:l=\"" NS_XLINK "\">\n<s:Header>\n"
		      "<e:MessageHeader s:mustUnderstand=\"1\""
		      " e:version=\"2.0\">\n<e:From>");
	add_typed(out, "PartyId", terms->party_type, terms->my_oin);
	if (terms->my_role[0] != '\0')
		add(out, "Role", terms->my_role);
	buf_text(out, "</e:From>\n<e:To>");
	add_typed(out, "PartyId", terms->party_type, terms->peer_oin);
	if (terms->peer_role[0] != '\0')
		add(out, "Role", terms->peer_role);
	buf_text(out, "</e:To>\n");
	add(out, "CPAId", terms->id);
	buf_text(out, "\n");
	add(out, "ConversationId", h->conversation);
	buf_text(out, "\n");
	add_typed(out, "Service", h->service_type, h->service);
	buf_text(out, "\n");
	add(out, "Action", h->action);
	buf_text(out, "\n<e:MessageData>");
	add(out, "MessageId", h->message_id);
	add_moment(out, "Timestamp", h->sent_ms);
	if (h->ref_to[0] != '\0')
		add(out, "RefToMessageId", h->ref_to);
	if (h->live_ms > 0)
		add_moment(out, "TimeToLive", h->live_ms);
	buf_text(out, "</e:MessageData>\n");
	if (h->duplicate_elimination)
		buf_text(out, "<e:DuplicateElimination/>\n");
	buf_text(out, "</e:MessageHeader>\n");
}

static void
begin_signal(const struct envelope *e, const struct cpa_terms *terms,
	const char *action, const char *message_id, int64_t now_ms,
	struct buf *out)
{
	struct header h = {
		.conversation = e->conversation,
		.service = SIGNALS,
		.service_type = "",
		.action = action,
		.message_id = message_id,
		.ref_to = e->message_id,
		.sent_ms = now_ms,
	};

	begin(&h, terms, out);
}

static void
end_signal(struct buf *out)
{
	buf_text(out, "</s:Header>\n<s:Body/>\n</s:Envelope>\n");
}

static struct cpa_terms
odd_terms(const struct cpa_terms *terms, const struct envelope_odd *odd)
{
	struct cpa_terms is = *terms;

	if (odd->cpa_id != NULL)
		is.id = odd->cpa_id;
	if (odd->no_role)
		is.my_role = is.peer_role = "";
	if (odd->wrong_parties) {
		is.my_oin = terms->peer_oin;
		is.my_role = terms->peer_role;
		is.peer_oin = terms->my_oin;
		is.peer_role = terms->my_role;
	}
	return is;
}

void
envelope_ack(const struct envelope *e, const struct cpa_terms *terms,
	const char *message_id, int64_t now_ms, const struct envelope_odd *odd,
	struct buf *out)
{
	static const struct envelope_odd well = { .ref_to = NULL };
	struct envelope about = *e;
	struct cpa_terms is;

	if (odd == NULL)
		odd = &well;
	is = odd_terms(terms, odd);
	if (odd->ref_to != NULL)
		about.message_id = odd->ref_to;
	begin_signal(&about, &is, "Acknowledgment", message_id, now_ms, out);
	buf_text(out, "<e:Acknowledgment s:mustUnderstand=\"1\"");
	if (!odd->no_actor)
		buf_format(out, " s:actor=\"%s\"",
			odd->next_msh ? NEXT_MSH : TO_PARTY);
	buf_text(out, " e:version=\"2.0\">\n");
	add_moment(out, "Timestamp", now_ms);
	add(out, "RefToMessageId", about.message_id);
	buf_text(out, "<e:From>");
	add_typed(out, "PartyId", is.party_type, is.my_oin);
	buf_text(out, "</e:From>\n</e:Acknowledgment>\n");
	if (odd->block || odd->must_understand)
		buf_format(out,
			"<o:Oddity xmlns:o=\"urn:mobb:rehearsal:odd\""
			" s:mustUnderstand=\"%d\">?</o:Oddity>\n",
			odd->must_understand);
	end_signal(out);
}

void
envelope_error(const struct envelope *e, const struct cpa_terms *terms,
	const struct envelope_wrong *wrong, const char *message_id,
	int64_t now_ms, struct buf *out)
{
	const char *severity = wrong->warning ? "Warning" : "Error";

	begin_signal(e, terms, "MessageError", message_id, now_ms, out);
	buf_format(out,
		"<e:ErrorList s:mustUnderstand=\"1\" e:version=\"2.0\""
		" e:highestSeverity=\"%s\">\n<e:Error e:codeContext="
		"\"" ERRORS "\" e:errorCode=\"",
		severity);
	buf_xml(out, wrong->code);
	buf_format(out, "\" e:severity=\"%s\" e:location=\"", severity);
	buf_xml(out, wrong->location);
	buf_text(out, "\"><e:Description xml:lang=\"en-US\">");
	buf_xml(out, wrong->text);
	buf_text(out, "</e:Description></e:Error>\n</e:ErrorList>\n");
	end_signal(out);
}

void
envelope_pong(const struct envelope *e, const struct cpa_terms *terms,
	const char *message_id, int64_t now_ms, struct buf *out)
{
	begin_signal(e, terms, "Pong", message_id, now_ms, out);
	end_signal(out);
}

void
envelope_result(const struct envelope_result *result,
	const struct cpa_terms *terms, struct buf *out)
{
	struct header h = {
		.conversation = result->conversation,
		.service = terms->service,
		.service_type = terms->service_type,
		.action = result->action,
		.message_id = result->message_id,
		.ref_to = result->ref_to,
		.sent_ms = result->sent_ms,
		.live_ms =
			terms->mode == CPA_BEST_EFFORT
				? 0
				: result->sent_ms + (terms->retries + 1) *
							    terms->interval_ms,
		.duplicate_elimination = terms->mode != CPA_BEST_EFFORT,
	};

	begin(&h, terms, out);
	if (terms->mode == CPA_SYNC)
		buf_text(out, "<e:SyncReply s:mustUnderstand=\"1\""
			      " s:actor=\"" NEXT "\" e:version=\"2.0\"/>\n");
	if (terms->mode != CPA_BEST_EFFORT)
		buf_text(out, "<e:AckRequested s:mustUnderstand=\"1\""
			      " s:actor=\"" TO_PARTY "\" e:version=\"2.0\""
			      " e:signed=\"false\"/>\n");
	buf_text(out, "</s:Header>\n<s:Body>\n"
		      "<e:Manifest e:version=\"2.0\"><e:Reference"
		      " l:type=\"simple\" l:href=\"cid:");
	buf_xml(out, result->content_id);
	buf_text(out, "\"/></e:Manifest>\n</s:Body>\n</s:Envelope>\n");
}

void
envelope_fault(const char *code, const char *text, struct buf *out)
{
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body><s:Fault>"
		      "<faultcode>s:");
	buf_text(out, code);
	buf_text(out, "</faultcode><faultstring>");
	buf_xml(out, text);
	buf_text(out, "</faultstring></s:Fault></s:Body></s:Envelope>\n");
}
