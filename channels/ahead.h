/* channels/ahead.h - a body that a second thread reads ahead
 *
 * Inflating, hashing and base64 of the next pieces go on while TLS and the
 * network are busy with the ones before.  From the first read until the end of
 * the body, a rewind or ahead_close() the body below is the thread's alone;
 * what it reads with must not be used by anybody else meanwhile.
 *
 * Private to channels/.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_AHEAD_H
#define CHANNELS_AHEAD_H

#include <stddef.h>

#include "channels/http.h"

/* Together what is kept in memory.  More does not stay in the processor's cache
 * (measured: 6 MB cost a tenth more processor time than 2 MB).
 */
#define AHEAD_PIECE ((size_t)131072)
#define AHEAD_PIECES 16
_Static_assert(AHEAD_PIECES *AHEAD_PIECE <= 8000000, "memory of a lot");

struct ahead;

/* `below` is lent until ahead_close(). */
struct ahead *ahead_open(const struct http_body *below);
void ahead_close(struct ahead *ahead); /* accepts NULL; no thread is left */

/* The same bytes in the same order; a failure of the body below comes at its
 * place among them.
 */
struct http_body ahead_body(struct ahead *ahead);

#endif
