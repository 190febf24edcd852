/* mobbjob/dry.h - what would happen to a batch file, without doing it
 *
 * The file is judged and read as intake does it (mobbd/reader.c), from where
 * it lies: no database, no folder of the spool, nothing written.  What only
 * the books know is not looked at: earlier deliveries, keys of earlier files.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_DRY_H
#define MOBBJOB_DRY_H

#include "formats/format.h"
#include "mobbjob/command.h"

#define DRY_PAPERS 9	 /* reasons for paper, by their number */
#define DRY_CODES_MAX 64 /* different codes that are counted */

struct dry_code {
	enum code code;
	int64_t count;
};

struct dry {
	/* what is judged */
	const char *path;
	const struct definition *definition;
	const struct jobs_stream *stream; /* NULL: only a layout is known */
	bool no_documents;

	/* who hears of it; any may be NULL */
	void *self;
	void (*on_open)(void *self, const struct dry *dry);
	void (*on_problem)(void *self, const struct rejection *problem);
	void (*on_letter)(void *self, const struct letter *letter);

	/* what was found */
	const char *file; /* its name */
	bool part;	  /* by that name one file of a set */
	int64_t bytes;
	const char *container; /* "ZIP"; "" before it was opened */
	int64_t members;       /* beside the records */
	struct format_counts counts;
	int64_t letters, rejected, warnings; /* with documents and doubles */
	int64_t box, paper[DRY_PAPERS], waiting;
	int64_t turned; /* to paper by a failed check */
	int64_t promised_letters, promised_cents;
	bool promised_sha256;
	int64_t reject_limit;
	struct dry_code codes[DRY_CODES_MAX];
	size_t code_count;
	struct fault held; /* CODE_NONE: nothing holds it */
};

/* V_OK: it would be taken in; `held` says whether a person is waited for.
 * V_BROKEN: refused, by its code; or it cannot be read at all.
 */
enum verdict dry_run(struct dry *dry, struct fault *why);

#endif
