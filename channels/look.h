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

struct cpa_party {
	const char *id, *id_type; /* "0000..", "urn:osb:oin" */
	const char *role;
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
};

struct cpa {
	const char *id;
	int64_t start_ms, end_ms;
	struct cpa_party ours, theirs; /* role NULL here */
	/* All PartyIds of each side: a message may use some of them. */
	struct cpa_party *our_ids, *their_ids;
	size_t our_id_count, their_id_count;
	const char *our_host; /* host of our endpoint, for MessageIds */
	const char *our_signal_url, *their_signal_url; /* default channels */
	bool their_signals_sync; /* theirs says mshSignalsOnly */
	struct cpa_action *actions;
	size_t action_count;
};

/* Read the CPA text; `oin` is ours (a party id may have a test suffix _O, _T,
 * _A, _OTA).  All in `mem`.  V_BROKEN: CODE_CPA with the element as place, or
 * CODE_CPA_UNSUPPORTED when an action in `use` (NULL-ended) asks for signing,
 * encryption, ordering, or another sync mode than none and mshSignalsOnly.
 * http:// is refused unless `plain_http`.
 */
enum verdict cpa_read(const char *text, size_t len, const char *oin,
	const char *const *use, bool plain_http, struct arena *mem,
	struct cpa *cpa_out, struct fault *why);

/* The action by name and direction; NULL when the CPA has none. */
const struct cpa_action *cpa_find(
	const struct cpa *cpa, const char *action, bool we_send);

/* xs:duration in milliseconds; a month counts as 30 days, because retries and
 * memory need no calendar.  False when it is none, negative or over ten years.
 */
bool look_duration(const char *text, int64_t *ms_out);

/* Host of an https address (http too when `plain_http`), in `mem`, without
 * port; NULL when the address will not do.
 */
const char *look_host(const char *url, bool plain_http, struct arena *mem);

/* Is the party id this OIN, alone or with the suffix of a test environment? */
bool look_same_oin(const char *id, const char *oin);

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
	bool authority;	      /* may issue others */
	bool server, client;  /* what it may be used as in TLS */
	bool trial;	      /* it, or what its file holds of its chain, is of a
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

#endif
