/* batch/forecast.c - see batch/forecast.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "batch/forecast.h"
#include "batch/sheet.h"

#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_S INT64_C(1000)
#define PRICE_PER_CENT 100
#define LETTERS_MAX INT64_C(1000000000)

/* --- what letters weigh --- */

static void
day_add(struct forecast_days *days, int32_t day)
{
	if (day == LETTER_DATE_NONE)
		return;
	if (days->first == LETTER_DATE_NONE || day < days->first)
		days->first = day;
	if (days->last == LETTER_DATE_NONE || day > days->last)
		days->last = day;
}

void
forecast_load_add(struct forecast_load *load, const struct letter *letter,
	int64_t box_bytes)
{
	bool unknown = false;
	int pages;
	size_t i;

	for (i = 0; i < letter->document_count; i++) {
		const struct attachment *doc = &letter->attachments[i];

		if (!attachment_to_paper(doc))
			continue;
		load->pages += doc->pages;
		load->sheets += (doc->pages + 1) / 2;
		load->documents_bytes += doc->bytes;
		unknown = unknown || doc->pages == 0;
	}
	pages = sheet_guess(letter);
	load->pages += pages;
	load->sheets += (pages + 1) / 2;
	load->letters++;
	load->uncounted += unknown;
	load->box_bytes += box_bytes;
	load->abroad += strcmp(address_zone(&letter->address), "NL") != 0;
	load->paper_only +=
		(letter->paper != PAPER_NONE && !paper_never(letter->paper)) ||
		letter->bsn.number == 0;
	day_add(&load->publish, letter->publish);
	day_add(&load->deadline, letter->deadline);
	day_add(&load->dated, letter->dated);
}

int64_t
forecast_sheets(const struct forecast_load *load, bool simplex)
{
	return simplex ? load->pages : load->sheets;
}

/* --- lots --- */

void
forecast_cut_add(struct forecast_cut *cut, int64_t bytes)
{
	assert(cut->letters_max > 0 && cut->bytes_max > 0 && bytes >= 0);
	if (cut->letters == 0 || cut->letters == cut->letters_max ||
		bytes > cut->bytes_max - cut->bytes) {
		cut->lots++;
		cut->letters = cut->bytes = 0;
	}
	cut->letters++;
	cut->bytes += bytes;
}

static int64_t
divided_up(int64_t part, int64_t by)
{
	return part / by + (part % by != 0);
}

int64_t
forecast_lots(
	int64_t letters, int64_t bytes, int64_t letters_max, int64_t bytes_max)
{
	int64_t fit = letters_max;

	assert(letters >= 0 && bytes >= 0);
	assert(letters_max > 0 && bytes_max > 0);
	if (letters == 0)
		return 0;
	if (bytes / letters > 0 && bytes_max / (bytes / letters) < fit)
		fit = bytes_max / (bytes / letters);
	return divided_up(letters, fit < 1 ? 1 : fit);
}

/* --- box or paper --- */

/* In two steps, because the product of bytes and letters is too large. */
int64_t
forecast_share(int64_t amount, int64_t part, int64_t of)
{
	assert(amount >= 0 && part >= 0 && of > 0 && of <= LETTERS_MAX);
	assert(part <= LETTERS_MAX);
	return amount / of * part + (amount % of * part + of / 2) / of;
}

int64_t
forecast_permille(int64_t part, int64_t of)
{
	return of <= 0 ? 0 : forecast_share(1000, part, of);
}

/* --- time --- */

/* part * by / of, where the product may be too large for 64 bits. */
static int64_t
scaled(int64_t part, int64_t by, int64_t of)
{
	return part / of * by + part % of * by / of;
}

/* Longer than what was found so far: then this decides. */
static void
slowest(int64_t *ms, enum forecast_bound *bound, int64_t other_ms,
	enum forecast_bound other)
{
	if (other_ms <= *ms)
		return;
	*ms = other_ms;
	*bound = other;
}

int64_t
forecast_send_ms(const struct forecast_send *s, enum forecast_bound *bound_out)
{
	const int64_t bytes = s->before_bytes + s->bytes;
	const int64_t lots = s->before_lots + s->lots;
	int64_t speed = s->bytes_s, all = 0, last = 0, ms = 0;
	enum forecast_bound by_speed = FORECAST_BYTES;

	assert(s->letters >= 0 && s->bytes >= 0 && s->lots >= 0);
	if (s->letters == 0 || s->lots == 0) {
		*bound_out = FORECAST_NOTHING;
		return 0;
	}
	if (s->per_hour == 0 || s->in_flight == 0) {
		*bound_out = FORECAST_CLOSED;
		return -1;
	}
	if (s->seen_bytes_s > 0 && (speed == 0 || s->seen_bytes_s < speed)) {
		speed = s->seen_bytes_s;
		by_speed = FORECAST_SEEN;
	}
	if (speed > 0) {
		all = scaled(bytes, MS_PER_S, speed);
		last = scaled(s->bytes / s->lots, MS_PER_S, speed);
	}
	*bound_out = FORECAST_UNKNOWN;
	slowest(&ms, bound_out,
		s->wait_ms +
			scaled(s->before_letters + s->letters -
					s->letters / s->lots,
				MS_PER_HOUR, s->per_hour) +
			last + s->answer_ms,
		FORECAST_LETTERS);
	all += (lots - 1) * s->gap_ms;
	slowest(&ms, bound_out, all + s->answer_ms, by_speed);
	slowest(&ms, bound_out, (all + lots * s->answer_ms) / s->in_flight,
		FORECAST_FLIGHT);
	return ms;
}

/* --- money --- */

int64_t
forecast_cents(const struct forecast_prices *p, int64_t box_letters,
	int64_t paper_letters, int64_t sheets)
{
	int64_t sum = 0;

	if ((box_letters > 0 && p->box < 0) ||
		(paper_letters > 0 && (p->letter < 0 || p->sheet < 0)))
		return -1;
	if (box_letters > 0)
		sum += box_letters * p->box;
	if (paper_letters > 0)
		sum += paper_letters * p->letter + sheets * p->sheet;
	return (sum + PRICE_PER_CENT / 2) / PRICE_PER_CENT;
}
