/* mobbsim/options.c - see mobbsim/options.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/text.h"
#include "mobbsim/options.h"

const struct option options_batch[] = {
	{ "stream", required_argument, NULL, 's' },
	{ "letters", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 'r' },
	{ "out", required_argument, NULL, 'o' },
	{ "bad", required_argument, NULL, 'b' },
	{ "faults", required_argument, NULL, 'f' },
	{ "spoil", required_argument, NULL, 'S' },
	{ "pdf-bytes", required_argument, NULL, 'p' },
	{ "without-documents", no_argument, NULL, 'w' },
	{ "date", required_argument, NULL, 'd' },
	{ "sender", required_argument, NULL, 'i' },
	{ "number", required_argument, NULL, 'N' },
	{ "parts", required_argument, NULL, 'P' },
	{ "periods", required_argument, NULL, 'q' },
	{ "theme", required_argument, NULL, 'T' },
	{ "newline", required_argument, NULL, 'l' },
	{ "plain", no_argument, NULL, 't' },
	{ "tar", no_argument, NULL, 'z' },
	{ 0 },
};

/* "75000" or "20000-80000". */
static bool
parse_range(char *text, int64_t *min_out, int64_t *max_out)
{
	char *dash = strchr(text, '-');
	const char *max = text;

	if (dash != NULL) {
		*dash = '\0';
		max = dash + 1;
	}
	return text_number(text, BATCH_PDF_BYTES_MAX, min_out) &&
	       text_number(max, BATCH_PDF_BYTES_MAX, max_out) &&
	       *min_out <= *max_out;
}

/* One of two words. */
static bool
parse_choice(const char *text, const char *no, const char *yes, bool *yes_out)
{
	*yes_out = strcmp(text, yes) == 0;
	return *yes_out || strcmp(text, no) == 0;
}

/* Options that take a number. */
static const char *
take_number(struct batch_plan *plan, int option, char *value)
{
	switch (option) {
	case 'n':
		return text_number(value, BATCH_LETTERS_MAX, &plan->letters) &&
				       plan->letters > 0
			       ? NULL
			       : "--letters is a number from 1 to 9000000";
	case 'r':
		return text_number(value, BATCH_SEED_MAX, &plan->seed)
			       ? NULL
			       : "--seed is a whole number";
	case 'b':
		return text_number(value, BATCH_LETTERS_MAX, &plan->bad)
			       ? NULL
			       : "--bad is a whole number";
	case 'p':
		return parse_range(value, &plan->pdf_min, &plan->pdf_max)
			       ? NULL
			       : "--pdf-bytes is a size or MIN-MAX, in bytes";
	case 'N':
		return text_number(value, BATCH_NUMBER_MAX, &plan->number) &&
				       plan->number > 0
			       ? NULL
			       : "--number is a number from 1 to 999999";
	case 'P':
		return text_number(value, BATCH_PARTS_MAX, &plan->parts) &&
				       plan->parts > 0
			       ? NULL
			       : "--parts is a number from 1 to 999";
	default:
		return "unknown option";
	}
}

/* Options that take a word of a list. */
static const char *
take_word(struct batch_plan *plan, int option, char *value)
{
	switch (option) {
	case 's':
		plan->stream = stream_find(value);
		return plan->stream != NULL
			       ? NULL
			       : "--stream is woz, uitkering, jaaropgave, "
				 "index or pages";
	case 'S':
		plan->spoil = spoil_find(value);
		return plan->spoil != SPOIL_NONE
			       ? NULL
			       : "--spoil: no such fault; see mobbsim(1)";
	case 'q':
		return parse_choice(value, "monthly", "weeks", &plan->weeks)
			       ? NULL
			       : "--periods is monthly or weeks";
	case 'T':
		return parse_choice(
			       value, "parkeren", "paspoort", &plan->passport)
			       ? NULL
			       : "--theme is parkeren or paspoort";
	case 'l':
		return parse_choice(value, "lf", "crlf", &plan->crlf)
			       ? NULL
			       : "--newline is lf or crlf";
	default:
		return take_number(plan, option, value);
	}
}

const char *
options_take(struct batch_plan *plan, int option, char *value)
{
	switch (option) {
	case 'o':
		plan->out = value;
		return NULL;
	case 'f':
		plan->faults = value;
		return NULL;
	case 'd':
		return batch_date(value, &plan->date)
			       ? NULL
			       : "--date is a day, such as 20260215";
	case 'i':
		plan->sender = value;
		return strlen(value) == 20 && text_digits(value)
			       ? NULL
			       : "--sender is an OIN of 20 digits";
	case 't':
		plan->plain = true;
		return NULL;
	case 'w':
		plan->bare = true;
		return NULL;
	case 'z':
		plan->tar = true;
		return NULL;
	default:
		return take_word(plan, option, value);
	}
}

const char *
options_judge(const struct batch_plan *plan)
{
	if (plan->out == NULL || plan->out[0] == '\0' || plan->letters == 0 ||
		plan->seed < 0)
		return "batch needs --letters, --seed and --out";
	if (plan->bad > plan->letters)
		return "--bad is more than --letters";
	return NULL;
}
