/* mobbd/peers.h - the connections of one role, one per sender and endpoint
 *
 * Each is made when it is first used and kept: the certificate shown is the
 * sender's, and the other side must be the party of the sender's CPA.  What is
 * wrong with one sender (CPA, certificate, key) or one endpoint (proxy, peer
 * away) costs no other.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_PEERS_H
#define MOBBD_PEERS_H

#include "channels/http.h"
#include "mobbd/role.h"

struct peers;

/* `run` must stay as long as the peers, with its site and the site's CPAs. */
struct peers *peers_new(struct role_run *run);
void peers_free(struct peers *peers); /* accepts NULL */

/* V_SKIP: this sender cannot be used there now, for a reason on our side.  It
 * is logged when it is news, and is the exit status of --once.  `cpa`: whose
 * other party must be there; NULL: the sender's present one, which must be valid
 * now.  *http_out is lent until the next call.
 */
enum verdict peers_connect(struct peers *peers,
	const struct jobs_sender *sender, const struct jobs_endpoint *endpoint,
	const struct cpa *cpa, struct http **http_out, struct fault *why);

/* A connection as peers_connect() makes them, for who looks at one: it is the
 * caller's to close.  V_BROKEN or V_SKIP: certificate, key, or the file of
 * proxy_auth.
 */
enum verdict peers_open(struct site *site, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, const struct cpa *cpa,
	const volatile sig_atomic_t *stop, struct http **http_out,
	struct fault *why);

/* --- rests: 1, 2, 4 .. 30 s after what was not received --- */

/* It was not reached.  When the fault is about this sender's way (certificates,
 * OINs) only the sender rests at the endpoint, and true; else the endpoint.
 * *until_ms_out: when it may be tried again.
 */
bool peers_away(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, const struct fault *reason,
	int64_t now_ms, int64_t *until_ms_out);

/* Reached: the next rest is a short one again.  True when the endpoint had
 * been away.
 */
bool peers_back(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint);

/* Until when the endpoint rests, 0: it does not.  *why_out: the fault. */
int64_t peers_rest_ms(const struct peers *peers,
	const struct jobs_endpoint *endpoint, int64_t now_ms,
	struct fault *why_out);

#endif
