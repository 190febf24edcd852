/* batch/dates.h - the three dates of a job, and the guard of its dagtekening
 *
 * The objection period runs from the date on the letter, so a letter must be
 * there on that day, by box or by post:
 *
 * publication	  the day on which a letter in the box may first be seen; it is
 *		  brought there up to 13 days before (DATES_AHEAD_DAYS, Logius'
 *		  limit of PublicatieDatum);
 * print cut-off  when the paper run closes: what the box declined until then is
 *		  in it, what comes later makes a supplement;
 * box, latest	  when the other side must have acknowledged the last letter.
 *
 * Paper arrives: the working day of the cut-off, plus `print_days` working days
 * to the post, plus `transit` working days to the doormat, and when no post is
 * delivered then, on the next day on which it is.  Pure: the moment is an
 * argument, and all days are those of Amsterdam.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_DATES_H
#define BATCH_DATES_H

#include "batch/calendar.h"
#include "batch/forecast.h"

#define DATES_AHEAD_DAYS 13

/* Of a printer. */
struct dates_rules {
	int cutoff;		  /* minutes after midnight; -1: no hour */
	unsigned week, post_week; /* on which it prints; on which post comes */
	int print_days, transit;  /* working days */
	const struct calendar_off *off; /* on which it rests; NULL: none */
};

struct dates_job {
	struct forecast_days publish, dated; /* of its letters */
	int64_t box, paper;  /* letters of each that are to go; -1: not known */
	int64_t box_from_ms; /* when the box can be reached; 0: now */
};

enum dates_why {
	DATES_NO_HOUR = 1, /* the printer has no cut-off: no moment */
	DATES_IN_TIME,	   /* the last one that brings paper by its date */
	DATES_NEXT,	   /* the next one: the letters bear no date */
	DATES_LATE,	   /* the next one: the last good one is over */
};

struct dates {
	int32_t publish;   /* LETTER_DATE_NONE: at once */
	int32_t by;	   /* must be there; LETTER_DATE_NONE: no such day */
	int64_t cutoff_ms; /* 0: none */
	enum dates_why why;
	/* When paper of that cut-off (of today, without an hour) would come by
	 * its working days alone, and when it does.
	 */
	int32_t due, arrives;
	int64_t box_latest_ms; /* 0: no such moment */
};

void dates_make(const struct dates_rules *rules, const struct dates_job *job,
	int64_t now_ms, struct dates *out);

/* The next cut-off after `now_ms`; 0 when there is no hour, or none within ten
 * years.
 */
int64_t dates_next_cutoff(const struct dates_rules *rules, int64_t now_ms);

/* When paper that is handed over on this day arrives; *due_out as above, may
 * be NULL.
 */
int32_t dates_arrival(
	const struct dates_rules *rules, int32_t day, int32_t *due_out);

/* The guard, when a job is about to be released.  V_OK, or V_LATER with
 * CODE_DAGTEKENING: why->text says which letters come too late for their date,
 * and when they do.
 */
enum verdict dates_guard(const struct dates_job *job, const struct dates *dates,
	int64_t now_ms, struct fault *why);

/* And again when letters of this date are about to leave (CODE_DATED_LATE). */
enum verdict dates_guard_box(
	int32_t dated, int32_t publish, int64_t now_ms, struct fault *why);
enum verdict dates_guard_paper(const struct dates_rules *rules, int32_t dated,
	int64_t now_ms, struct fault *why);

#endif
