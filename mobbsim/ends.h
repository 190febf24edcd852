/* mobbsim/ends.h - the certificates that mobbsim can show, right and wrong
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_ENDS_H
#define MOBBSIM_ENDS_H

#include "mobbsim/line.h"
#include "mobbsim/settings.h"

#define ENDS_EXTRA 5

struct ends {
	struct line_end *server, *client;
	struct line_end *odd_server[ENDS_EXTRA], *odd_client[ENDS_EXTRA];
};

/* Paths of the settings are below the folder `dir`.  `extra`: also those of
 * pki/extra.  ends_close() also after a failure; begin with zeroes.
 */
enum verdict ends_open(struct ends *ends, const char *dir,
	const struct settings *settings, bool extra, struct fault *why);
void ends_close(struct ends *ends);

/* By the word of a trouble (certificate WORD). */
const struct line_end *ends_odd(
	const struct ends *ends, const char *word, bool server);

#endif
