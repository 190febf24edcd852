/* mobbd/peers.c - see mobbd/peers.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>

#include "mobbd/peers.h"

struct peers {
	struct site *site;
	struct http **https; /* senders by endpoints */
	size_t count;
};

struct peers *
peers_new(struct site *site)
{
	struct peers *peers = mem_zero(1, sizeof(*peers));

	peers->site = site;
	peers->count = site->jobs.sender_count * site->jobs.endpoint_count;
	peers->https = mem_zero(peers->count + 1, sizeof(*peers->https));
	return peers;
}

void
peers_free(struct peers *peers)
{
	size_t i;

	if (peers == NULL)
		return;
	for (i = 0; i < peers->count; i++)
		http_close(peers->https[i]);
	free(peers->https);
	free(peers);
}

enum verdict
peers_connect(struct peers *peers, const struct jobs_sender *sender,
	const struct jobs_endpoint *endpoint, struct http **http_out,
	struct fault *why)
{
	struct site *site = peers->site;
	size_t i = (size_t)(sender - site->jobs.senders) *
			   site->jobs.endpoint_count +
		   (size_t)(endpoint - site->jobs.endpoints);
	enum verdict v = V_OK;

	assert(i < peers->count);
	if (peers->https[i] == NULL) {
		struct http_peer peer = {
			.trust = site_path(site, endpoint->trust),
			.certificate = site_path(site, sender->certificate),
			.key = site_path(site, sender->key),
			.oin = site_cpa(site, sender)->theirs.id,
			.bytes_per_s = endpoint->bytes,
		};

		v = http_open(&peer, &peers->https[i], why);
	}
	if (v == V_OK)
		*http_out = peers->https[i];
	return v;
}
