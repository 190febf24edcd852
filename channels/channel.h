/* channels/channel.h - letters -> the outside, receipts back
 *
 * Front door of channels/ for mobbd.  Nothing in here knows the database: what
 * has to be remembered is handed back, what has to be looked up is asked for
 * through callbacks.
 *
 * Sources: spec berichtenbox.md (payloads), ebms2.md (wire), print.md.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/attachment.h"
#include "batch/bundle.h"
#include "batch/letter.h"
#include "batch/receipt.h"
#include "channels/http.h"
#include "channels/look.h"

#define ACTION_BV_REQUEST "GLOBE-R-BV-Request"
#define ACTION_BV_RESULT "GLOBE-R-BV-Result"

/* --- box: the payload of a lot (channels/box.c) --- */

struct box_lot {
	struct uuid batch_id;
	int64_t created_ms; /* AanmaakDatum */
	const char *oin;    /* of the letters' sender */
	const char *type; /* BerichtType of letters without one of their own */
	const struct letter *letters; /* bsn, reference, subject, text, type,
				       * publish, id and attachments are used */
	size_t letter_count;
	/* Send the letters' deadline as EindDatumHandelingsTermijn, which makes
	 * the box remind the citizen; a chain test does.
	 */
	bool deadlines;
};

/* The payload as a body of known length, made while it is read: markup, then
 * each document read from `content` and turned into base64.  The letters'
 * digests (letter_bind) are checked first: V_NEVER, CODE_CONTENT_CHANGED.
 * `lot`, its letters and `content` are lent until box_close().
 */
struct box;
enum verdict box_open(const struct box_lot *lot, const struct content *content,
	struct box **box_out, struct fault *why);
void box_close(struct box *box); /* accepts NULL */
struct http_body box_body(struct box *box);
/* SHA-256 of what the payload is made of, known before it is read: its markup,
 * and the digest of each document in its place.  The same length and digest are
 * the same bytes, for a document that is not what its digest says cannot be
 * read.
 */
void box_digest(const struct box *box, uint8_t out[32]);

/* Read a BerichtVerwerkResponse.  V_SKIP: CODE_RESULT, it makes no sense. */
enum verdict box_result_read(const void *bytes, size_t len, struct arena *mem,
	struct receipt *out, struct fault *why);

/* --- wus: who is subscribed (channels/wus.c) --- */

#define WUS_GROUP_MAX 250

struct wus_answer {
	struct bsn bsn;
	bool subscribed;
	bool answered; /* false: the service did not mention this number */
};

/* One ValidateAbonnementen for up to WUS_GROUP_MAX numbers.  `answers` holds
 * the numbers and gets the answers.  V_LATER: not reached or a fault of the
 * service (CODE_WUS, CODE_CONNECT, CODE_TLS), ask again later.  V_BROKEN
 * (CODE_WUS_ANSWER): the answer contradicts itself or names a number that was
 * not asked.
 */
enum verdict wus_ask(struct http *http, const char *url, const char *oin,
	const char *type, struct wus_answer *answers, size_t count,
	struct fault *why);

/* --- ebms: messages out (channels/ebms.c) --- */

struct ebms_ids {
	char message_id[120]; /* uuid@host */
	char conversation_id[64];
	int64_t created_ms; /* Timestamp */
	int64_t expires_ms; /* TimeToLive */
};

void ebms_ids_make(const struct cpa *cpa, const struct cpa_action *action,
	const char *conversation_id, int64_t now_ms, struct ebms_ids *out);

/* The SOAP part of a business message: store these bytes, a retry repeats
 * them.  `content_id` of the payload part.
 */
void ebms_envelope(const struct cpa *cpa, const struct cpa_action *action,
	const struct ebms_ids *ids, const char *content_id, struct buf *out);

enum ebms_answer {
	EBMS_ACCEPTED = 1, /* 2xx: wait for the acknowledgment, if any comes */
	EBMS_ACKNOWLEDGED, /* by an Acknowledgment (or Pong) in the answer, or
			    * by 2xx where that is the only receipt */
	EBMS_REFUSED,	   /* MessageError or a final HTTP status */
	EBMS_AGAIN,	   /* 5xx, 408, 429: at the next retry */
};

/* One post of a message; all lent for the call. */
struct ebms_post {
	const struct cpa *cpa; /* whose signals count */
	const char *url, *message_id;
	const void *envelope; /* the SOAP part */
	size_t envelope_len;
	/* of a business message, sent as multipart/related; NULL: a signal, the
	 * envelope alone
	 */
	const char *content_id;
	const struct http_body *payload;
	/* What the channel promises (struct cpa_action): an acknowledgment, and
	 * in the answer.  A signal is not acknowledged.
	 */
	bool ack_requested, sync_reply;
};

struct ebms_reply {
	enum ebms_answer meaning;
	int64_t sent_ms;       /* Timestamp of a signal in the answer; 0 none */
	int64_t retry_after_s; /* -1: not said */
};

/* Post it and judge the answer by the table of spec ebms2.md 9.5.
 *
 * V_OK       *reply_out says what the answer means; `why` explains what a
 *	      person should know of it, CODE_NONE: nothing
 * V_LATER    not received: no attempt was used up
 * V_UNKNOWN  written whole, no valid answer
 * V_NEVER    the payload failed (a document changed)
 * V_BROKEN   our certificate or configuration
 */
enum verdict ebms_post(struct http *http, const struct ebms_post *post,
	struct ebms_reply *reply_out, struct fault *why);

/* A Ping to the other party (channels/ebms_ping.c), to be posted as a signal:
 * EBMS_ACKNOWLEDGED is a Pong in the answer, after EBMS_ACCEPTED it may be
 * pushed.  A peer need not answer.  Returns the address it goes to.
 */
const char *ebms_ping(const struct cpa *cpa, int64_t now_ms,
	struct ebms_ids *ids_out, struct buf *envelope_out);

/* --- ebms_listen: messages in (channels/ebms_listen.c) --- */

enum ebms_kind { /* stored: never change */
	EBMS_BUSINESS = 1,
	EBMS_ACKNOWLEDGMENT = 2,
	EBMS_MESSAGE_ERROR = 3,
	EBMS_PING = 4,
	EBMS_PONG = 5,
	EBMS_STATUS_REQUEST = 6,
	EBMS_STATUS_RESPONSE = 7,
};

struct ebms_inbound {
	enum ebms_kind kind;
	const char *message_id, *conversation_id, *cpa_id, *action;
	const char *ref_to;  /* RefToMessageId, "" when absent */
	const char *from;    /* party id */
	const char *parties; /* of the agreement: "OURS THEIRS" */
	int64_t sent_ms;
	/* How long its id must be known at least: the longest PersistDuration
	 * or retry window of the agreement (spec 9.2).
	 */
	int64_t keep_ms;
	const void *payload; /* first payload part; NULL when none */
	size_t payload_len;
	bool ack_wanted;
	const char *error_code, *error_text; /* MessageError */
	/* what we answer: an Acknowledgment or a MessageError, to be stored
	 * with the message and pushed to reply_url; empty when none.
	 * reply_url "": it is answered in this connection, not pushed
	 */
	const char *reply, *reply_id, *reply_url;
	size_t reply_len;
	bool reply_is_error; /* the message is not to be processed */
	/* A Pong or StatusResponse: pushed once and then forgotten; nobody
	 * waits for it but the peer.
	 */
	bool reply_once;
};

/* Keep a message durably before it is answered.
 *
 * V_OK     kept (or a signal that is known already: no effect)
 * V_SKIP   a message with this id and CPA is known: *stored_reply_out gets the
 *	    reply stored then, and it is to be pushed again
 * V_NEVER  the id is known under another CPA
 * V_LATER  the database is away: the peer gets 503
 */
typedef enum verdict ebms_keep_fn(void *self, const struct ebms_inbound *in,
	struct buf *stored_reply_out, struct fault *why);

/* What became of a message of theirs, for a StatusRequest (spec 12.4). */
enum ebms_status {
	EBMS_NOT_RECOGNIZED = 1, /* no such message, or it was a signal */
	EBMS_UNAUTHORIZED,	 /* known, under another CPA */
	EBMS_RECEIVED,		 /* kept, not yet applied */
	EBMS_PROCESSED,
};

/* V_OK: *status_out, and for the latter two *received_ms_out, are set.
 * V_LATER: the database is away, the peer gets 503.  `self` is that of keep.
 */
typedef enum verdict ebms_status_fn(void *self, const char *message_id,
	const char *cpa_id, enum ebms_status *status_out,
	int64_t *received_ms_out, struct fault *why);

struct ebms_listen_conf {
	const struct cpa *cpas; /* of all senders */
	size_t cpa_count;
	const char *path; /* "/ebms" */
	/* For each CPA, in the same order: OINs of certificates that may speak
	 * for its other party besides its own (gateways), NULL-ended.  The
	 * whole or a list of it may be NULL: none.
	 */
	const char *const *const *gateways;
	/* For each CPA: is it of production?  Then a certificate for trials may
	 * not speak for its other party.  NULL: none is.
	 */
	const bool *production;
	/* accept what breaks only the rules on DuplicateElimination,
	 * AckRequested and SyncReply: a result is worth more than strictness
	 */
	bool lenient;
	ebms_status_fn *status; /* NULL: a StatusRequest is not supported */
};

struct http_request;
struct http_reply;

/* Check and answer one HTTP request by the order of spec ebms2.md 10.1. */
void ebms_receive(const struct ebms_listen_conf *conf,
	const struct http_request *request, int64_t now_ms, ebms_keep_fn *keep,
	void *keep_self, struct http_reply *reply, struct fault *note);

/* --- print: bundles (channels/print.c) --- */

/* What is said about all its letters; "" is not said. */
struct print_bundle {
	const char *name; /* bundle_name() */
	const char *job, *stream;
	const char *sender_oin, *sender_name, *delivery; /* file name */
	const char *account; /* of the sender at the supplier */
	const char *environment;
	bool proof, test;     /* nothing of it is for citizens */
	const char *previous; /* bundle id before this one */
	int64_t created_ms;
	const char *version;
	/* How it is printed and posted; weight in grams, 0 for letters of
	 * several classes.
	 */
	const char *printer, *product, *post, *envelope, *language;
	bool colour, simplex;
	int weight;
	char *const *inserts;
	size_t insert_count;
	/* Days since 1970, LETTER_DATE_NONE: when it should be posted, and the
	 * last day on which it still arrives by the date on its letters.
	 */
	int32_t post_wanted, post_latest;
	/* What becomes of letters that come back, and where they do. */
	const char *returned;
	char *const *return_lines;
	size_t return_line_count;
	const char *contact;  /* whom the printer asks */
	const char *receipts; /* "posted": what is awaited of the printer */
	bool merged;	      /* one letters.pdf instead of one PDF a letter */
	struct address_rules address; /* of the printer */
	/* in their order; `printed` is what is written */
	struct letter *letters;
	const char **reasons; /* "not_subscribed", per letter */
	size_t letter_count;
};

#define PRINT_NAME_MAX BUNDLE_NAME_MAX

/* Write NAME.zip and NAME.zip.sha256 into the folder, durably; what a crash left
 * half-way is replaced.  *sha256_out of the ZIP.
 * V_NEVER: a document changed since intake; nothing is left behind.
 */
enum verdict print_write(const struct print_bundle *bundle,
	const struct content *content, int out_fd, uint8_t sha256_out[32],
	struct fault *why);
/* The last step, NAME.zip.ready: from here on the printer may take it.  V_SKIP:
 * there is no such bundle (any more).
 */
enum verdict print_ready(const char *name, int out_fd, struct fault *why);

#endif
