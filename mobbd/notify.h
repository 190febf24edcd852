/* mobbd/notify.h - tell systemd how we are (sd_notify(3))
 *
 * With Type=notify systemd wants to hear when we are ready; with WatchdogSec= it
 * ends a service that says nothing for so long, and starts it again.  Datagrams
 * of a few words to the socket in $NOTIFY_SOCKET, a path or an abstract name;
 * without it all of this does nothing.  Children do not inherit either variable.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_NOTIFY_H
#define MOBBD_NOTIFY_H

#include <stdint.h>

struct notify {
	int fd;		  /* -1: nobody listens */
	int64_t every_ms; /* how often the watchdog wants to be fed; 0 never */
	int64_t fed_ms;	  /* tick of the last time */
	const char *status; /* as told last; a literal */
};

/* Read the environment and clear it of what is meant for us. */
void notify_open(struct notify *n);
void notify_close(struct notify *n);

void notify_ready(struct notify *n);
void notify_stopping(struct notify *n);
/* One line that `systemctl status` shows; a literal, told when it changes. */
void notify_status(struct notify *n, const char *status);
/* The work goes on: feed the watchdog if it is time. */
void notify_feed(struct notify *n);

#endif
