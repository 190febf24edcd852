/* mobbd/night.h - what a run of --once says to a person
 *
 * cron mails whatever a command prints.  With --log the log of a run goes to a
 * file, and standard error, which is the mail, gets only what needs a person:
 * why the run ended without doing its work, what waits for a decision, and what
 * did not fit in before --until.  A night on which all is well says nothing.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_NIGHT_H
#define MOBBD_NIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "mobbd/site.h"

struct night {
	const char *file; /* of the log; NULL: standard error */
	int mail;	  /* what was standard error; -1 without a file */
	int64_t until_ms; /* 0: no end */
	bool told;	  /* why it failed */
};

/* Send the log, of roles as well, to the end of `file`, made with mode 0640.
 * `file` NULL: it stays where it is.  V_BROKEN: CODE_IO.
 */
enum verdict night_open(struct night *night, const char *file, int64_t until_ms,
	struct fault *why);

/* Is there time left? */
bool night_goes_on(const struct night *night);

/* The run ended before its work could, for the reason `why`, which is logged
 * already.  That another mobbd does the work is no news.
 */
void night_failed(struct night *night, const struct fault *why);

/* The run ended with this exit status: log what is left, mail what needs a person.
 * `site` is open.
 */
void night_end(struct night *night, struct site *site, int code);

#endif
