/* mobbsim/batch.h - a batch file as a supplier would deliver it
 *
 *	FILE		the file: a ZIP or tar.gz of records and PDFs, or the
 *			records alone; of a set FILE is NAME_001 .. _laatste
 *	FILE.totals	what the supplier believes: letters=N amount=N.NN
 *	FILE.truth.csv	what has to become of each record
 *
 * The same plan gives the same bytes: no clock, no random source.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_BATCH_H
#define MOBBSIM_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "mobbsim/stream.h"

#define BATCH_LETTERS_MAX INT64_C(9000000)
#define BATCH_SEED_MAX INT64_C(100000000000000000)
#define BATCH_PDF_BYTES_MAX INT64_C(20000000)
#define BATCH_NUMBER_MAX 999999 /* leveringsnummer */
#define BATCH_PARTS_MAX 999
#define BATCH_PATH_MAX 4096

struct batch_plan {
	const struct stream *stream;
	int64_t letters, seed, bad;
	const char *faults;	    /* names of flaws; NULL: all in turn */
	int64_t pdf_min, pdf_max;   /* 0: as they come */
	int32_t date;		    /* days since 1970 */
	const char *sender;	    /* OIN */
	const char *out;	    /* a file, or a folder closed with / */
	int64_t number;		    /* leveringsnummer */
	int64_t parts;		    /* 0: no set */
	bool plain;		    /* records alone, whatever the name says */
	bool tar;		    /* a tar.gz, whatever the name says */
	bool bare;		    /* no documents */
	bool weeks, passport, crlf; /* see struct supply */
	enum spoil spoil;
};

#define BATCH_DATE 20499 /* 2026-02-15 */
#define BATCH_PLAN                                                             \
	((struct batch_plan){ .stream = &stream_woz,                           \
		.seed = -1,                                                    \
		.number = 1,                                                   \
		.date = BATCH_DATE,                                            \
		.sender = "00000099000000010000" })

/* "20260215"; false when there is no such day. */
bool batch_date(const char *text, int32_t *days_out);

/* `path_out` is FILE, also where the plan left its name to us. */
enum verdict batch_make(const struct batch_plan *plan,
	char path_out[BATCH_PATH_MAX], struct fault *why);

#endif
