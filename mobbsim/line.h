/* mobbsim/line.h - a connection over two-way TLS (OpenSSL's wall in mobbsim)
 *
 * Blocking, for threads of their own: each call ends at the deadline of the
 * line, or soon after `*stop` became true.  Not shared with the code under
 * rehearsal: a misunderstanding must not sit on both sides.
 *
 * A line can also do what a well-behaved library does not: be reset at any
 * byte.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_LINE_H
#define MOBBSIM_LINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define LINE_OIN_MAX 32

/* Files in PEM: what one end shows, and whom it trusts. */
struct line_keys {
	const char *certificate, *key, *trust;
};

struct line_end; /* one end of lines: server or client */

/* V_BROKEN: CODE_CERTIFICATE.  A server demands a client certificate. */
enum verdict line_end_new(const struct line_keys *keys, bool server,
	struct line_end **end_out, struct fault *why);
void line_end_free(struct line_end *end); /* accepts NULL */

struct line;

/* Shake hands on an accepted socket, which is taken over in any case.
 * V_SKIP: no handshake.
 */
enum verdict line_accept(const struct line_end *end, int fd, int64_t wait_ms,
	const atomic_bool *stop, struct line **line_out, struct fault *why);

/* Connect to host:port, whose certificate must be for that host and carry
 * `oin`.  V_LATER: nobody there; V_SKIP: no handshake.
 */
enum verdict line_call(const struct line_end *end, const char *host,
	const char *port, const char *oin, int64_t wait_ms,
	const atomic_bool *stop, struct line **line_out, struct fault *why);

/* subject serialNumber of the other end; "" when it has none. */
const char *line_oin(const struct line *line);

/* From now on calls wait this long in all. */
void line_wait(struct line *line, int64_t wait_ms);

/* At least one byte.  V_END: the other end is done; V_LATER: the time is over;
 * V_BROKEN: the connection is.
 */
enum verdict line_read(struct line *line, void *bytes, size_t len,
	size_t *len_out, struct fault *why);
/* All of it, or V_LATER or V_BROKEN. */
enum verdict line_write(
	struct line *line, const void *bytes, size_t len, struct fault *why);

/* A reset, whatever is on its way; the line is of no use any more. */
void line_reset(struct line *line);
/* Say goodbye, when that is still possible, and free; accepts NULL. */
void line_close(struct line *line);

#endif
