/* channels/http_address.c - see channels/http_address.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "channels/http_address.h"

enum verdict
http_address(const char *at, struct addrinfo **list_out, struct fault *why)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	const char *colon = strrchr(at, ':'), *from = at;
	char host[256];
	size_t len;
	int error;

	if (colon == NULL || colon == at || colon[1] == '\0')
		goto bad;
	len = (size_t)(colon - at);
	if (at[0] == '[') {
		if (len < 3 || at[len - 1] != ']')
			goto bad;
		from++;
		len -= 2;
	}
	if (len >= sizeof(host))
		goto bad;
	memcpy(host, from, len);
	host[len] = '\0';
	error = getaddrinfo(host, colon + 1, &hints, list_out);
	if (error == 0)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE, "listen at %s: %s",
		at, gai_strerror(error));
bad:
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
		"listen at %s: host and port expected", at);
}
