/* mobbd/look.h - one request about a connection under way; see endpoint.h
 *
 * Private to mobbd/endpoint.c and mobbd/look*.c: what is looked at, in order,
 * and the lines that come of it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_LOOK_H
#define MOBBD_LOOK_H

#include "batch/finding.h"
#include "channels/channel.h"
#include "mobbd/endpoint.h"

#define LOOK_REACH_MS 5000    /* all addresses of a name at once */
#define LOOK_CONNECT_MS 10000 /* TCP, proxy and TLS */
#define LOOK_ANSWER_MS 20000
#define LOOK_PONG_MS 30000 /* for one that is pushed (spec 12.3) */

struct looking {
	const struct endpoint_look *look;
	const struct jobs_endpoint *endpoint;
	const struct jobs_sender *sender;
	const struct cpa *cpa; /* NULL: it has none that can be read */
	int64_t request;
	bool listening; /* something of ours does */
	enum verdict v; /* of the database; not V_OK: what follows is idle */
	struct fault *why;
};

/* Write a line.  One that is not ok and has no advice gets that of its code. */
void look_put(struct looking *l, struct finding *finding);
/* A line about a fault. */
void look_fault(struct looking *l, enum finding_grade grade, const char *what,
	const struct fault *fault);
/* "until 2036-11-24 (3649 days)", "ended 2026-11-26", "not before 2027-01-01",
 * and its mark (finding_period).
 */
#define LOOK_UNTIL_MAX 48
enum finding_grade look_until(int64_t start_ms, int64_t end_ms,
	int64_t soon_days, char text_out[LOOK_UNTIL_MAX]);

/* What we have (look_ours.c): agreement, certificate, OIN.  False: without an
 * agreement there is no other side to look at.
 */
bool look_ours(struct looking *l);
/* Can we be reached (look_ours.c): the listener, and the addresses that the CPA
 * says are ours, from here.
 */
void look_listener(struct looking *l);

/* The other side (look.c): DNS, TCP, proxy, TLS, certificate, OIN, WUS, and a
 * Ping.  *pinged_out: it was taken and its Pong may still come to our
 * listener; else the last line has been written.
 */
void look_theirs(struct looking *l, bool *pinged_out);

/* The last lines: the Pong came, or it did not. */
void look_pong(struct looking *l, const struct request *request,
	const struct pong *pong);

#endif
