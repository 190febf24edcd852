/* channels/ebms.h - messages as they are written and read
 *
 * Private to channels/.
 *
 * Sources: spec ebms2.md sections 6 to 8, 10, 12.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_EBMS_H
#define CHANNELS_EBMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/xml.h"

#define EBMS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define EBMS_NS                                                                \
	"http://www.oasis-open.org/committees/ebxml-msg/schema/"               \
	"msg-header-2_0.xsd"
#define EBMS_XLINK "http://www.w3.org/1999/xlink"
#define EBMS_DSIG "http://www.w3.org/2000/09/xmldsig#"
#define EBMS_SERVICE "urn:oasis:names:tc:ebxml-msg:service"
#define EBMS_TO_PARTY "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"
#define EBMS_NEXT_MSH "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
#define EBMS_SOAP_NEXT "http://schemas.xmlsoap.org/soap/actor/next"
#define EBMS_SOAP_ACTION "\"ebXML\""
#define EBMS_XML "text/xml; charset=UTF-8"

#define EBMS_ENVELOPE_MAX ((size_t)1048576) /* of the SOAP part */
#define EBMS_ID_MAX 255			    /* what ebms-core keeps of ids */
#define EBMS_OUR_ID_MAX 120		    /* as struct ebms_ids holds */
/* Characters that are the same in an id, a header and a cid: reference. */
#define EBMS_ID_CHARS                                                          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define EBMS_PARTIES_MAX 8
#define EBMS_REFERENCES_MAX 32

struct ebms_party {
	const char *id, *type; /* type "" when absent */
};

/* --- writing (ebms_write.c) --- */

struct ebms_head {
	struct ebms_party from, to;
	/* Parties under several ids: these instead; NULL: the one above. */
	const struct ebms_party *from_all, *to_all;
	size_t from_count, to_count;
	const char *from_role, *to_role; /* NULL: left out */
	const char *cpa_id, *conversation_id;
	const char *service, *service_type; /* type "": left out */
	const char *action, *message_id;
	const char *ref_to;		/* NULL: left out */
	int64_t created_ms, expires_ms; /* expires 0: left out */
	bool duplicate_elimination;
};

struct ebms_error {
	const char *code;     /* "Inconsistent" */
	const char *location; /* "" none */
	const char *text;
};

/* A new id at this host; characters that need quoting become a dash. */
void ebms_message_id(const char *host, char out[EBMS_OUR_ID_MAX]);

/* Whole envelopes, appended. */
void ebms_write_business(const struct ebms_head *head, bool sync_reply,
	bool ack_requested, const char *content_id, struct buf *out);
void ebms_write_acknowledgment(
	const struct ebms_head *head, int64_t received_ms, struct buf *out);
void ebms_write_error(const struct ebms_head *head,
	const struct ebms_error *error, struct buf *out);
/* A StatusResponse; received_ms 0: no Timestamp. */
void ebms_write_status(const struct ebms_head *head, const char *status,
	const char *about, int64_t received_ms, struct buf *out);
/* Only a header: Ping, Pong. */
void ebms_write_plain(const struct ebms_head *head, struct buf *out);
void ebms_write_fault(const char *code, const char *text, struct buf *out);

/* --- reading (ebms_read.c) --- */

/* A block of the header, as far as we care. */
struct ebms_block {
	bool there;
	const char *version;
	const char *actor; /* NULL when absent */
};

struct ebms_message {
	struct ebms_party from[EBMS_PARTIES_MAX], to[EBMS_PARTIES_MAX];
	size_t from_count, to_count;
	const char *from_role, *to_role; /* "" when absent */
	const char *cpa_id, *conversation_id, *service, *service_type, *action;
	const char *message_id, *ref_to; /* "" when absent */
	const char *version;
	int64_t sent_ms, expires_ms; /* expires 0: absent */
	bool duplicate_elimination;
	struct ebms_block ack_requested, sync_reply, acknowledgment, errors;
	bool ack_signed;
	const char *acknowledged; /* its RefToMessageId */
	bool error_final;	  /* highestSeverity Error */
	const char *error_code, *error_text, *error_location;
	bool order, signature;
	struct ebms_block manifest, status_request, status_response;
	const char *status_of; /* RefToMessageId of a StatusRequest */
	const char *references[EBMS_REFERENCES_MAX]; /* href */
	size_t reference_count;
};

/* The SOAP faultcode that a bad envelope leads to. */
enum ebms_refusal {
	EBMS_FINE = 0,
	EBMS_CLIENT,
	EBMS_MUST_UNDERSTAND,
	EBMS_VERSION_MISMATCH,
	EBMS_IS_FAULT, /* it is a SOAP Fault itself; text says which */
};

/* Check the structure against our own table and read it.  Texts are lent by
 * the tree.  *text_out explains a refusal; a literal or lent by the tree.
 */
enum ebms_refusal ebms_read(const struct xml_tree *tree,
	struct ebms_message *out, const char **text_out);

/* Text of a stranger, fit for a fault: printable ASCII, cut, and what could be
 * a citizen number masked.  Returns out.
 */
char *ebms_plain(const char *text, char *out, size_t size);

/* --- judging by the agreement (ebms_check.c) --- */

struct cpa;
struct cpa_action;

/* The action that the message is about, by service and name alone: how its
 * sender's channel wants to be answered, also when other rules are broken.
 * NULL: the agreement has none that we receive.
 */
const struct cpa_action *ebms_action(
	const struct cpa *cpa, const struct ebms_message *m);

/* Rows 11 to 23 of the order of checks.  False: *error_out says what to answer.
 * `lenient`: the three rules about what the channel asks for are only noted
 * (*noted_out, NULL when there is nothing to note).
 * So is what comes after the end of a former CPA, before its late_ms are over.
 */
bool ebms_check(const struct cpa *cpa, const struct ebms_message *m,
	int64_t now_ms, bool lenient, const char **noted_out,
	struct ebms_error *error_out);

/* Rows 12 and 13 alone, for signals: version 2.0, from them to us. */
bool ebms_check_signal(const struct cpa *cpa, const struct ebms_message *m,
	struct ebms_error *error_out);

/* Is From the other party, under one or more of its ids and no other? */
bool ebms_from_them(const struct cpa *cpa, const struct ebms_message *m);

struct arena;
struct mime_part;

/* Row 24: every reference has its part, in an encoding that could be undone.
 * *payload_out: the first, or NULL.
 */
bool ebms_check_manifest(const struct ebms_message *m,
	const struct mime_part *parts, size_t count, struct arena *mem,
	const struct mime_part **payload_out, struct ebms_error *error_out);

#endif
