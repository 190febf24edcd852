/* channels/probe.h - can a host be found, and reached?
 *
 * Before TLS and without sending a byte: the name is looked up, and all
 * addresses are tried at once, because a firewall often opens only one of them.
 * Used when somebody looks at a connection (mobbd/endpoint.c), never for a
 * letter.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_PROBE_H
#define CHANNELS_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define PROBE_ADDRESSES_MAX 8 /* more are not tried */
#define PROBE_HOST_MAX 256

struct probe_address {
	char text[64];	    /* "192.0.2.1" */
	int64_t connect_ms; /* -1: not reached */
	int error;	    /* errno, when not reached */
};

struct probe {
	struct probe_address addresses[PROBE_ADDRESSES_MAX];
	size_t count, reached;
};

/* Host and port of an http or https address: the port written there, else 80
 * or 443; an address in brackets comes without them.  False: it is none.
 */
bool probe_url(const char *url, char host_out[PROBE_HOST_MAX], int *port_out);

/* Look it up; blocks as long as the resolver of this machine does.
 * V_LATER (CODE_CONNECT): the name has no address.
 */
enum verdict probe_find(
	const char *host, int port, struct probe *out, struct fault *why);

/* Connect to all of them, at most `wait_ms`, and let go again. */
void probe_reach(struct probe *probe, int port, int64_t wait_ms);

#endif
