/* channels/http_address.h - where to listen: a port, a path, or systemd
 *
 * Private to channels/.
 *
 *	127.0.0.1:18443, [::1]:18443, localhost:18443
 *	unix:/run/mobb/ebms.sock   made here with mode 0660, removed at the end;
 *				   what a dead process left there is replaced
 *	systemd			   the one socket that systemd opened for us
 *				   (sd_listen_fds(3)), of any of the two kinds
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_ADDRESS_H
#define CHANNELS_HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/fault.h"

struct http_socket {
	int fd;	    /* listens and does not block; -1 none */
	bool local; /* AF_UNIX: who may connect is a matter of file modes */
	int port;   /* 0 when local */
	/* made by us: removed when it is still this very file; "" else */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t device;
	ino_t inode;
};

#define HTTP_SOCKET_NONE ((struct http_socket){ .fd = -1 })

/* V_BROKEN: CODE_CONFIG_VALUE when `at` is none of these; CODE_NO_LISTENER when
 * it cannot be had: in use, not allowed, not passed by systemd.
 */
enum verdict http_socket_open(
	const char *at, struct http_socket *socket_out, struct fault *why);
void http_socket_close(struct http_socket *socket); /* twice does nothing */

#endif
