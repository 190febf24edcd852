/* mobbd/endpoint.h - looking at a connection, because somebody asks
 *
 * What is asked stands in the database (store_request_add); a courier, or mobbd
 * --check-endpoints, looks at one endpoint with one sender and writes a line for
 * each thing it found: agreement, our certificate, DNS, TCP, proxy, TLS, the
 * other side's certificate, our listener, WUS, Ping, clock.  No letter, no
 * citizen number and no question about one leaves for it.
 *
 * A Pong that is pushed is waited for between the steps, so letters go on
 * meanwhile.  One look blocks for as long as its time-outs say: seconds when
 * all is well, at most about a minute when everything is silent.
 *
 * Sources: spec ebms2.md sections 3, 12.3, 14.4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_ENDPOINT_H
#define MOBBD_ENDPOINT_H

#include <signal.h>

#include "mobbd/role.h"

struct endpoint_look {
	struct site *site; /* with its store and its CPAs */
	struct arena *mem;
	const volatile sig_atomic_t *stop; /* NULL: none */
};

/* One step for this endpoint: look, or see whether a Pong has come.
 *
 * V_OK   something was done: again
 * V_END  nothing to do now; *waits_until_ms_out is when a Pong that is waited
 *	  for is given up, 0 when none is
 * else   the database
 */
enum verdict endpoint_step(const struct endpoint_look *look,
	const struct jobs_endpoint *endpoint, int64_t *waits_until_ms_out,
	struct fault *why);

/* mobbd --check-endpoints: look at all endpoints, or the one named, here and
 * now, and print the lines.  Returns the exit code: 0, 7, 8, or that of what
 * kept it from looking.
 */
int endpoint_check_all(const char *jobs_file, const char *name);

#endif
