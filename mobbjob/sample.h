/* mobbjob/sample.h - letters on disk, to be looked at
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_SAMPLE_H
#define MOBBJOB_SAMPLE_H

#include "batch/attachment.h"
#include "mobbjob/command.h"
#include "store/store.h"

#define SAMPLE_MAX 1000 /* letters in one go */

struct sample {
	const char *because; /* why it was chosen */
	struct letter_row row;
};

struct samples {
	const struct job *job;
	const char *title; /* of the stream, for people */
	struct sample all[SAMPLE_MAX];
	size_t count;
	int64_t seed;
	struct address_rules address; /* of the printer */
};

/* Make the folder `path`, new and for its owner alone, and write in it: an
 * index.html, and for each letter, by its record number:
 *
 *	NNNNNN.html		as it will be seen in the box
 *	NNNNNN-1.pdf ..		its documents, compared with their digests
 *	NNNNNN-envelope.pdf	the address in the window, line by line as the
 *				printer gets it; not when it cannot be printed
 *
 * Without scripts, and with nothing that is fetched from elsewhere.  V_SKIP:
 * CODE_SAMPLE_FOLDER; V_NEVER: CODE_CONTENT_CHANGED, a letter or document is
 * not what was taken in.
 */
enum verdict sample_write(const struct samples *samples,
	const struct content *content, const char *path, struct fault *why);

#endif
