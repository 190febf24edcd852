/* mobbd/reason.c - see mobbd/reason.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/advice.h"
#include "batch/report.h"
#include "mobbd/reason.h"

#define WIDTH 72
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define PLACE_TEXT_MAX 260 /* a place, in a longer language */

/* --- when: Dutch time, whatever the machine's zone is --- */

/* The last Sunday of March or October (both have 31 days), 01:00 UTC. */
static int64_t
change_ms(int year, int month)
{
	int32_t day = 0;
	bool is = clock_day(year, month, 31, &day);

	assert(is);
	(void)is;
	/* 1970 began on a Thursday. */
	return (day - (day + 4) % 7) * DAY_MS + HOUR_MS;
}

static void
dutch_time(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	int year, month, day;
	bool summer;
	int64_t s;

	clock_date((int32_t)(ms / DAY_MS), &year, &month, &day);
	summer = ms >= change_ms(year, 3) && ms < change_ms(year, 10);
	ms += summer ? 2 * HOUR_MS : HOUR_MS;
	clock_date((int32_t)(ms / DAY_MS), &year, &month, &day);
	s = ms % DAY_MS / 1000;
	snprintf(out, CLOCK_TEXT_MAX, "%02d-%02d-%04d %02d:%02d:%02d", day,
		month, year, (int)(s / 3600), (int)(s / 60 % 60),
		(int)(s % 60));
}

/* --- where --- */

static bool
begins(const char *text, const char *head)
{
	return strncmp(text, head, strlen(head)) == 0;
}

/* The fault's place, or what stands as one before its text. */
static void
take_apart(const char *file, const struct fault *why,
	char place[FAULT_PLACE_MAX], const char **text_out)
{
	size_t inside = report_place(why->text);
	size_t place_len = strlen(why->place), file_len = strlen(file);

	place[0] = '\0';
	*text_out = why->text;
	/* The whole file is no place in it: "NAME" or "JOB/NAME". */
	if (place_len >= file_len &&
		strcmp(why->place + place_len - file_len, file) == 0)
		place_len = 0;
	if (place_len > 0) {
		snprintf(place, FAULT_PLACE_MAX, "%s", why->place);
	} else if (inside > 0) {
		snprintf(
			place, FAULT_PLACE_MAX, "%.*s", (int)inside, why->text);
		*text_out = why->text + inside + 2;
	}
}

/* Word by word; what is in no list stays. */
static void
in_dutch(const char *place, char out[PLACE_TEXT_MAX])
{
	static const char *const words[][2] = { { "line ", "regel " },
		{ "part ", "deel " }, { "of ", "van " } };
	bool start = true;
	size_t n = 0, i;

	while (*place != '\0' && n + 8 < PLACE_TEXT_MAX) {
		for (i = 0; start && i < 3; i++)
			if (begins(place, words[i][0])) {
				n += (size_t)snprintf(out + n,
					PLACE_TEXT_MAX - n, "%s", words[i][1]);
				place += strlen(words[i][0]);
				break;
			}
		start = start && i < 3;
		if (start)
			continue;
		start = *place == ' ';
		out[n++] = *place++;
	}
	out[n] = '\0';
}

/* --- how it looks --- */

/* Characters of the first `len` bytes of UTF-8. */
static size_t
width(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* A label, then text broken at blanks and set in behind it. */
static void
add(struct buf *out, const char *label, const char *text)
{
	size_t at = width(label, strlen(label)), len;
	bool first = true;

	buf_format(out, "%s", label);
	for (text += strspn(text, " "); *text != '\0';
		text += strspn(text, " ")) {
		len = strcspn(text, " ");
		if (!first && at + 1 + width(text, len) > WIDTH) {
			buf_text(out, "\n   ");
			at = 3;
		}
		buf_format(out, " %.*s", (int)len, text);
		at += 1 + width(text, len);
		text += len;
		first = false;
	}
	buf_text(out, "\n");
}

void
reason_text_at(const char *job, const char *file, const struct fault *why,
	int64_t when_ms, struct buf *out)
{
	const struct advice *a = advice_find((int)why->code);
	char place[FAULT_PLACE_MAX], plaats[PLACE_TEXT_MAX];
	char when[CLOCK_TEXT_MAX];
	const char *text;

	dutch_time(when_ms, when);
	take_apart(file, why, place, &text);
	in_dutch(place, plaats);
	buf_text(out, "BESTAND GEWEIGERD / FILE REFUSED\n\n");
	buf_format(out,
		"Bestand / file:  %s\n"
		"Job:             %s\n"
		"Tijd / time:     %s (Nederlandse tijd / Dutch time)\n"
		"Code:            MOBB-%04d\n",
		file, job, when, (int)why->code);

	buf_text(out, "\nNEDERLANDS\n\n"
		      "Dit bestand is geweigerd. Er is niets van verzonden.\n");
	add(out, "Reden:", a == NULL ? "zie de melding hieronder" : a->titel);
	add(out, "Plaats:", plaats[0] == '\0' ? "het hele bestand" : plaats);
	add(out, "Melding van het programma (Engels):", text);
	if (a != NULL)
		add(out, "Wat te doen:", a->doen);

	buf_text(out,
		"\nENGLISH\n\n"
		"This file was refused. Nothing of this file was sent.\n");
	add(out, "Reason:", a == NULL ? "see the message below" : a->title);
	add(out, "Place:", place[0] == '\0' ? "the whole file" : place);
	add(out, "Message of the program:", text);
	if (a != NULL) {
		add(out, "What it means:", a->what);
		add(out, "What to do:", a->todo);
	}
}

void
reason_text(const char *job, const char *file, const struct fault *why,
	struct buf *out)
{
	reason_text_at(job, file, why, clock_now_ms(), out);
}
