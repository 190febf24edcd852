/* channels/look.h - reading CPAs and certificates, without sending
 *
 * The second front door of channels/, for the operator's tool.
 * Sources: cpp-cpa-2_0.xsd; spec ebms2.md section 14.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_LOOK_H
#define CHANNELS_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "batch/jobs.h"

/* One certificate in binary (a CPA has it so). */
struct certificate_der {
	const void *bytes;
	size_t len;
};

#define CERTIFICATE_CRLS_MAX 2

struct certificate {
	char oin[32];	   /* subject serialNumber, "" when absent */
	char subject[120]; /* common name, else organisation */
	char issuer[120];
	char serial[48]; /* hex */
	char host[256];	 /* first DNS name it is for, "" when none */
	char key[16];	 /* "RSA", "EC", .. */
	int key_bits;
	bool authority;	     /* may issue others */
	bool server, client; /* what it may be used as in TLS */
	bool trial;	     /* it, or what its file holds of its chain, is of a
			       * TRIAL or TEST issuer */
	int64_t start_ms, end_ms;
	char crl[CERTIFICATE_CRLS_MAX][200]; /* where its issuer's list is */
	size_t crl_count;
};

/* Look at the first certificate of a PEM file, with its chain behind it, or at
 * one in binary.  V_BROKEN: CODE_CERTIFICATE.
 */
enum verdict certificate_look(
	const char *path, struct certificate *out, struct fault *why);
enum verdict certificate_look_der(const struct certificate_der *der,
	struct certificate *out, struct fault *why);

/* All certificates of a PEM file, at least one, in `mem`. */
enum verdict certificate_look_all(const char *path, struct arena *mem,
	struct certificate **list_out, size_t *count_out, struct fault *why);

/* Does the key file fit the certificate, and may others not read it?
 * V_BROKEN: CODE_KEY, CODE_CERTIFICATE or CODE_SECRET.
 */
enum verdict certificate_key(
	const char *certificate_path, const char *key_path, struct fault *why);

enum certificate_use {
	CERTIFICATE_SERVER, /* our listener */
	CERTIFICATE_CLIENT, /* what we show to the other side */
	CERTIFICATE_ROOT,   /* in a file of `trust` */
	CERTIFICATE_PEER    /* theirs, in a CPA */
};

/* Will it do for this use, in this environment (NULL: any)?  Its dates are not
 * looked at.
 * V_SKIP   CODE_CERTIFICATE, a warning: preproduction with a certificate that
 *	    is not of the TRIAL root
 * V_BROKEN CODE_CERTIFICATE: a key too weak, not made for this use, or of the
 *	    TRIAL root in production
 */
enum verdict certificate_fit(const struct certificate *certificate,
	enum certificate_use use, const char *environment, struct fault *why);

/* Days until it ends, rounded down; below 0 when it has ended. */
int64_t certificate_days(int64_t end_ms, int64_t now_ms);

/* The smallest of the thresholds 90, 60, 30, 14, 7, 1 and 0 days (it ended) that
 * is reached; -1: none yet.
 */
int certificate_threshold(int64_t end_ms, int64_t now_ms);

/* A certificate that the jobs file leads to. */
struct certificate_place {
	const char *what; /* "listener", "sender woz", "roots of listener" */
	const char *file; /* absolute */
	const char *environment; /* NULL: not said */
	enum certificate_use use;
	bool former;	/* in a CPA of cpa_before: it may have ended */
	enum verdict v; /* V_OK: `seen` is set; else `why` */
	struct fault why;
	struct certificate seen;
};

/* All of them: listener, senders, roots, and those inside the CPAs; one that is
 * used twice is there once.  In `mem`; `folder` is that of the jobs file.
 */
void look_certificates(const struct jobs *jobs, const char *folder,
	struct arena *mem, struct certificate_place **list_out,
	size_t *count_out);

/* Is it a root for trials that is trusted where a sender of production is met
 * too (at the listener, which has one file for all environments)?
 */
bool look_trial_beside(
	const struct jobs *jobs, const struct certificate_place *place);

/* --- agreements (channels/cpa.c) --- */

#define CPA_BYTES_MAX ((size_t)2000000)
#define CPA_MISTAKES_MAX 100

struct cpa_party {
	const char *id, *id_type; /* "0000..", "urn:osb:oin" */
	const char *role;
};

/* A certificate that the CPA holds. */
struct cpa_certificate {
	const char *id; /* certId */
	bool ours;
	bool used; /* by a channel of an action that can be used, or of signals */
	long line;
	struct certificate_der der;
	struct certificate look; /* end_ms 0: it cannot be read */
};

/* Which end of which connection shows a certificate. */
enum cpa_shows {
	CPA_OUR_CLIENT, /* we send: messages, and pushed signals */
	CPA_OUR_SERVER,
	CPA_THEIR_CLIENT,
	CPA_THEIR_SERVER,
	CPA_SHOWS
};

/* One action as our side uses it; everything read from the CPA. */
struct cpa_action {
	const char *name;
	bool we_send; /* else we receive */
	struct cpa_party from, to;
	const char *service, *service_type;
	const char *url; /* where the message goes */
	bool ack_requested, duplicate_elimination;
	/* perMessage in the CPA: the sender chooses; we ask for both */
	bool ack_free, duplicate_free;
	bool sync_reply; /* mshSignalsOnly */
	int retries;	 /* posts = 1 + retries */
	int64_t interval_ms, persist_ms;

	/* (1 + retries) x interval; 0 without acknowledgments */
	int64_t ttl_ms;
	/* PersistDuration of either side, 0: not said.  persist_ms is ours. */
	int64_t sender_persist_ms, receiver_persist_ms;
	/* Ids are kept at least so long: the longer of PersistDuration (five
	 * days when not said) and the retry window.
	 */
	int64_t keep_ms;
	const char *from_channel, *to_channel; /* channelId at either side */
	const char *actor; /* of the sender's; "" not said: toPartyMSH */
	/* What the sender and the receiver of the message show in TLS; NULL:
	 * the CPA does not say.
	 */
	const struct cpa_certificate *client, *server;
	long line; /* of our binding */
};

/* Where one party takes signals, by its default channel or by one of its own
 * for this signal.
 */
struct cpa_signal {
	const char *name; /* "Acknowledgment"; NULL: all without an own one */
	const char *channel, *url, *host;
	bool sync; /* mshSignalsOnly */
	int64_t persist_ms;
	const struct cpa_certificate *client, *server;
};

#define CPA_SIGNALS 6 /* Acknowledgment, MessageError, Ping, Pong, Status.. */

/* A binding of ours that is not among the actions. */
struct cpa_left_out {
	const char *name, *service;
	bool we_send;
	const char *place, *reason;
};

/* What an operator should know of a CPA that can be used all the same. */
struct cpa_note {
	const char *place, *text;
};

struct cpa {
	const char *id;
	int64_t start_ms, end_ms;
	/* Set by who still uses a former one: how long after its end messages
	 * under it are taken.  0: not at all.
	 */
	int64_t late_ms;
	struct cpa_party ours, theirs; /* role NULL here */
	/* All PartyIds of each side: a message may use some of them. */
	struct cpa_party *our_ids, *their_ids;
	size_t our_id_count, their_id_count;
	const char *our_host; /* host of our endpoint, for MessageIds */
	/* Where acknowledgments go: cpa_signal_url("Acknowledgment") */
	const char *our_signal_url, *their_signal_url;
	bool their_signals_sync; /* theirs says mshSignalsOnly */
	struct cpa_action *actions;
	size_t action_count;

	const char *status; /* agreed | signed */
	const char *version;
	const char *our_name, *their_name;
	/* ConversationConstraints, 0: none; read and shown, not kept to */
	int64_t invocations_max, conversations_max;
	/* [0] is the default channel */
	struct cpa_signal our_signals[1 + CPA_SIGNALS],
		their_signals[1 + CPA_SIGNALS];
	size_t our_signal_count, their_signal_count;
	struct cpa_certificate *certificates; /* of both parties */
	size_t certificate_count;
	struct certificate_der *shown[CPA_SHOWS]; /* cpa_certificates() */
	size_t shown_count[CPA_SHOWS];
	struct cpa_left_out *left_out;
	size_t left_out_count;
	struct cpa_note *notes;
	size_t note_count;
};

/* Read the CPA text; `oin` is ours (a party id may have a test suffix _O, _T,
 * _A, _OTA).  All in `mem`.  V_BROKEN: CODE_CPA with the element as place, or
 * CODE_CPA_UNSUPPORTED when an action in `use` (NULL-ended) asks for signing,
 * encryption, ordering, acknowledgments of the next MSH, or another sync mode
 * than none and mshSignalsOnly.  http:// is refused unless `plain_http`.
 *
 * An action in `use` must be there, and in each direction in which it is there
 * one binding of it must be good; the first good one is taken.  Bindings that
 * nobody uses may be of a kind we cannot do, or wrong: they are in left_out.
 */
enum verdict cpa_read(const char *text, size_t len, const char *oin,
	const char *const *use, bool plain_http, struct arena *mem,
	struct cpa *cpa_out, struct fault *why);

typedef void cpa_tell_fn(void *self, const struct fault *mistake);

/* The same, telling all mistakes, each once, up to CPA_MISTAKES_MAX; `why` gets
 * the first.  Place: "CPA line 12, PartyInfo/DeliveryChannel[id]".  *cpa_out
 * is what could be read, also when it is V_BROKEN: pointers may be NULL then.
 */
enum verdict cpa_check(const char *text, size_t len, const char *oin,
	const char *const *use, bool plain_http, cpa_tell_fn *tell, void *self,
	struct arena *mem, struct cpa *cpa_out, struct fault *why);

/* The first party id of each side, for who does not know which is theirs.
 * V_BROKEN: CODE_CPA, there are not two.
 */
enum verdict cpa_parties(const char *text, size_t len, struct arena *mem,
	const char *ids_out[2], struct fault *why);

/* The action by name and direction; NULL when the CPA has none. */
const struct cpa_action *cpa_find(
	const struct cpa *cpa, const char *action, bool we_send);

/* The longest that an id of this agreement must be remembered, and that
 * something may be under way under it.
 */
int64_t cpa_keep_ms(const struct cpa *cpa);

/* Where a signal ("Acknowledgment", "Ping" ..) to us or to them goes: by the
 * channel the CPA names for it, else by the default channel.  Never NULL after
 * cpa_read().
 */
const struct cpa_signal *cpa_signal(
	const struct cpa *cpa, const char *name, bool to_us);
const char *cpa_signal_url(const struct cpa *cpa, const char *name, bool to_us);

/* The certificates that the CPA names for one end, each once: as `exact` of a
 * peer (channels/http.h).  Lent by the CPA; NULL and 0 when it names none.
 */
const struct certificate_der *cpa_certificates(
	const struct cpa *cpa, enum cpa_shows which, size_t *count_out);

/* xs:duration in milliseconds; a month counts as 30 days, because retries and
 * memory need no calendar.  False when it is none, negative or over ten years.
 */
bool look_duration(const char *text, int64_t *ms_out);

/* Host of an https address (http too when `plain_http`), in `mem`, without
 * port; NULL when the address will not do.
 */
const char *look_host(const char *url, bool plain_http, struct arena *mem);

/* Is the party id this OIN, alone or with the suffix of a test environment?  Its
 * type may stand before it, when the two are written as one ("urn:osb:oin:0..").
 */
bool look_same_oin(const char *id, const char *oin);

#endif
