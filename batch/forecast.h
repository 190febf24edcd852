/* batch/forecast.h - what a job will take: lots, sheets, time and money
 *
 * Pure arithmetic for the release page (mobbjob show) and mobbjob forecast.
 * What letters weigh is added up letter by letter; lots are counted as they
 * will be cut; the time follows from the endpoint's limits and from what was
 * measured of the lots before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_FORECAST_H
#define BATCH_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "batch/letter.h"

/* --- what letters weigh --- */

/* First and last of a kind of date; LETTER_DATE_NONE when no letter has it. */
struct forecast_days {
	int32_t first, last;
};

struct forecast_load {
	int64_t letters;
	int64_t pages;	   /* of all documents */
	int64_t sheets;	   /* printed on both sides */
	int64_t uncounted; /* letters with a document of unknown pages */
	int64_t documents_bytes;
	int64_t box_bytes;  /* as they go to the box, base64 and markup */
	int64_t abroad;	    /* addresses outside the Netherlands */
	int64_t paper_only; /* whoever has a box: no number, asked, too large */
	struct forecast_days publish, deadline, dated;
};

#define FORECAST_LOAD_NONE                                                     \
	((struct forecast_load){ .publish = FORECAST_DAYS_NONE,                \
		.deadline = FORECAST_DAYS_NONE,                                \
		.dated = FORECAST_DAYS_NONE })
#define FORECAST_DAYS_NONE                                                     \
	{                                                                      \
		LETTER_DATE_NONE, LETTER_DATE_NONE                             \
	}

/* Its attachments must be known. */
void forecast_load_add(struct forecast_load *load, const struct letter *letter,
	int64_t box_bytes);

/* Sheets of paper: on both sides every document begins on a new sheet. */
int64_t forecast_sheets(const struct forecast_load *load, bool simplex);

/* --- lots --- */

/* Counts lots by letters and bytes, whichever comes first, as batch/lot.h cuts
 * them and the printer role its bundles: feed the letters in order.  A lot
 * takes one letter at least.
 */
struct forecast_cut {
	int64_t letters_max, bytes_max; /* net: without head and tail */
	int64_t letters, bytes;		/* of the lot being filled */
	int64_t lots;			/* that one included */
};
void forecast_cut_add(struct forecast_cut *cut, int64_t bytes);

/* How many, when only their number and bytes are known: by the average. */
int64_t forecast_lots(
	int64_t letters, int64_t bytes, int64_t letters_max, int64_t bytes_max);

/* --- box or paper --- */

/* Of `amount` (letters, pages, bytes) the share that `part` is of `of` letters,
 * half up.  `of` must not be 0.
 */
int64_t forecast_share(int64_t amount, int64_t part, int64_t of);
/* Tenths of a per cent: 358 of 1000 is 35.8 %; 0 of 0 is 0. */
int64_t forecast_permille(int64_t part, int64_t of);

/* --- time --- */

struct forecast_send {
	/* limits of the endpoint */
	int64_t per_hour;  /* letters; 0 is closed */
	int64_t bytes_s;   /* 0: no limit */
	int64_t in_flight; /* lots; 0 is closed */
	/* as the lots before went; 0: not known */
	int64_t seen_bytes_s;
	int64_t answer_ms; /* from the last byte to the acknowledgment */
	int64_t gap_ms;	   /* from an acknowledgment to the next lot */
	/* what goes before it, and when the next lot may begin */
	int64_t before_letters, before_bytes, before_lots;
	int64_t wait_ms;
	/* the job */
	int64_t letters, bytes, lots;
};

enum forecast_bound {	      /* what decides the time */
	FORECAST_NOTHING = 1, /* there is nothing to send */
	FORECAST_LETTERS,     /* letters an hour */
	FORECAST_BYTES,	      /* bytes a second, the limit */
	FORECAST_SEEN,	      /* bytes a second, as measured */
	FORECAST_FLIGHT,      /* waiting for acknowledgments */
	FORECAST_CLOSED,      /* a limit of 0: never */
	FORECAST_UNKNOWN,     /* nothing limits it, nothing was measured */
};

/* Milliseconds from now until its last lot is acknowledged; 0 with NOTHING and
 * UNKNOWN, -1 with CLOSED.
 *
 * A lot may begin when the letters before it are paid for (batch/pace.h), so
 * the last lot itself is not waited for.  Lots leave one after the other, each
 * at the speed of the connection, with the gap between them.  No more than in_flight wait for an answer.
 * The slowest of the three decides.
 */
int64_t forecast_send_ms(
	const struct forecast_send *send, enum forecast_bound *bound_out);

/* --- money --- */

/* Prices in hundredths of a cent: EUR 0.47 is 4700.  -1: not known. */
struct forecast_prices {
	int64_t box;	/* a letter in the box */
	int64_t letter; /* on paper: envelope, postage, handling */
	int64_t sheet;	/* on paper: each sheet */
};

/* Whole cents, half up; -1 when a price that is needed is not known. */
int64_t forecast_cents(const struct forecast_prices *prices,
	int64_t box_letters, int64_t paper_letters, int64_t sheets);

#endif
