/* channels/http_address.h - "HOST:PORT" to listen at
 *
 * Private to channels/.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_ADDRESS_H
#define CHANNELS_HTTP_ADDRESS_H

#include "base/fault.h"

struct addrinfo;

/* "127.0.0.1:18443", "[::1]:18443", "localhost:18443"; free the list with
 * freeaddrinfo().  V_BROKEN: CODE_CONFIG_VALUE.
 */
enum verdict http_address(
	const char *at, struct addrinfo **list_out, struct fault *why);

#endif
