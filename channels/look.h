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

struct certificate {
	char oin[32];	   /* subject serialNumber, "" when absent */
	char subject[120]; /* common name */
	int64_t start_ms, end_ms;
};

/* Look at the first certificate of a PEM file.  V_BROKEN: CODE_CERTIFICATE. */
enum verdict certificate_look(
	const char *path, struct certificate *out, struct fault *why);
/* Does the key file fit the certificate, and may others not read it?
 * V_BROKEN: CODE_KEY, CODE_CERTIFICATE or CODE_SECRET.
 */
enum verdict certificate_key(
	const char *certificate_path, const char *key_path, struct fault *why);

#endif
