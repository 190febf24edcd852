/* mobbd/peers.h - the connections of one role, one per sender and endpoint
 *
 * Each is made when it is first used and kept: the certificate shown is the
 * sender's, and the other side must be the party of the sender's CPA.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_PEERS_H
#define MOBBD_PEERS_H

#include "channels/http.h"
#include "mobbd/site.h"

struct peers;

/* The site must stay as long as the peers, with its CPAs. */
struct peers *peers_new(struct site *site);
void peers_free(struct peers *peers); /* accepts NULL */

/* Lent until peers_free(). */
enum verdict peers_connect(struct peers *peers,
	const struct jobs_sender *sender, const struct jobs_endpoint *endpoint,
	struct http **http_out, struct fault *why);

#endif
