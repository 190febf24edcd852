/* mobbjob/show_page.c - see mobbjob/show_page.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "mobbjob/show.h"
#include "mobbjob/show_page.h"

/* --- making it --- */

/* At the tariff of today; how many letters of the year are free is not looked
 * at.
 */
static struct forecast_prices
prices_of(const struct call *call, const struct jobs_stream *stream)
{
	struct forecast_prices prices = {
		.box = -1, .letter = -1, .sheet = -1
	};
	const struct jobs_tariff *tariff;
	int year, month, day;

	clock_date((int32_t)(clock_now_ms() / 86400000), &year, &month, &day);
	tariff = jobs_tariff(&call->site.jobs, year);
	if (tariff != NULL)
		prices.box = tariff->letter;
	if (stream != NULL) {
		prices.letter = stream->printer_is->letter_price;
		prices.sheet = stream->printer_is->sheet_price;
	}
	return prices;
}

static void
count_cost(const struct call *call, struct show_page *p)
{
	struct forecast_prices prices = prices_of(call, p->stream);
	bool simplex = p->stream != NULL && p->stream->printer_is->simplex;

	p->cents = p->cents_all_paper = -1;
	if (p->by == SHOW_SPLIT_UNKNOWN)
		return;
	p->cents = forecast_cents(&prices, p->to_box, p->to_paper,
		forecast_sheets(&p->paper, simplex));
	p->cents_all_paper = forecast_cents(
		&prices, 0, p->all.letters, forecast_sheets(&p->all, simplex));
}

/* How long the letters that are still to leave take, from now on. */
static enum verdict
time_it(struct call *call, const char *endpoint, int64_t job_no,
	int64_t letters, struct show_page *p, struct fault *why)
{
	const struct jobs_endpoint *e =
		jobs_endpoint(&call->site.jobs, endpoint);
	struct forecast_send *s = &p->send;
	enum verdict v;

	p->now_ms = clock_now_ms();
	v = store_page_queue(
		call->site.store, endpoint, job_no, letters, p->now_ms, s, why);
	if (v != V_OK)
		return v;
	p->bound = FORECAST_UNKNOWN;
	if (e == NULL || p->by == SHOW_SPLIT_UNKNOWN)
		return V_OK;
	v = limit_now(
		call, LIMIT_ENDPOINT, e->name, e->letters, &p->limit, why);
	if (v != V_OK)
		return v;
	s->per_hour = p->limit.amount;
	s->bytes_s = e->bytes;
	s->in_flight = e->in_flight;
	s->letters = letters;
	s->bytes = p->to_box == 0
			   ? 0
			   : forecast_share(p->lot_bytes, letters, p->to_box);
	s->lots = letters == p->to_box ? p->lots
				       : forecast_lots(letters, s->bytes,
						 e->lot_letters, e->lot_bytes);
	p->send_ms = forecast_send_ms(s, &p->bound);
	return V_OK;
}

static enum verdict
look_back(struct call *call, const char *stream, int64_t before,
	struct show_page *p, struct fault *why)
{
	enum verdict v = store_page_last(
		call->site.store, stream, before, &call->mem, &p->last, why);

	return v == V_END ? V_OK : v;
}

/* What goes on paper weighs as much as the average letter. */
static void
weigh_estimate(struct show_page *p)
{
	const struct forecast_load *all = &p->all;
	const struct jobs_stream *stream = p->stream;
	int64_t of = all->letters;

	p->to_box = of - p->to_paper;
	if (of == 0)
		return;
	p->paper.letters = p->to_paper;
	p->paper.pages = forecast_share(all->pages, p->to_paper, of);
	p->paper.sheets = forecast_share(all->sheets, p->to_paper, of);
	p->paper.uncounted = forecast_share(all->uncounted, p->to_paper, of);
	p->paper.documents_bytes =
		forecast_share(all->documents_bytes, p->to_paper, of);
	p->lot_bytes = forecast_share(all->box_bytes, p->to_box, of);
	if (stream == NULL)
		return;
	p->lots = forecast_lots(p->to_box, p->lot_bytes,
		stream->endpoint_is->lot_letters,
		stream->endpoint_is->lot_bytes);
	p->bundles = forecast_lots(p->to_paper, p->paper.documents_bytes,
		stream->printer_is->bundle_letters,
		stream->printer_is->bundle_bytes);
}

/* Of `letters`, how many on paper as in the last run. */
static int64_t
as_last(const struct show_page *p, int64_t letters)
{
	return forecast_share(
		letters, p->last.to_paper, p->last.to_box + p->last.to_paper);
}

/* By the register as far as it goes, the rest as in the last run.  Without a
 * last run the rest is as what the register does know.
 */
static enum verdict
estimate(struct call *call, struct show_page *p, const char *oin,
	const struct bsn *numbers, size_t count, struct fault *why)
{
	struct page_decided d = { 0 };
	int64_t others;
	const char *type = p->stream == NULL ? "" : p->stream->type;
	enum verdict v;

	p->by = SHOW_SPLIT_UNKNOWN;
	v = store_page_decided(call->site.store, oin, type, numbers, count,
		clock_now_ms(), &d, why);
	if (v != V_OK)
		return v;
	if (d.box + d.paper > 0) {
		p->by = SHOW_SPLIT_REGISTER;
		p->to_paper = p->all.paper_only + d.paper;
		others = p->all.letters - p->all.paper_only - d.box - d.paper;
		p->undecided = others;
		if (p->last.job != NULL)
			p->to_paper += as_last(p, others);
		else
			p->to_paper += forecast_share(
				others, d.paper, d.box + d.paper);
	} else if (p->last.job != NULL) {
		p->by = SHOW_SPLIT_LAST;
		p->to_paper = as_last(p, p->all.letters);
	} else {
		return V_OK;
	}
	weigh_estimate(p);
	return V_OK;
}

/* Nothing is routed yet. */
static enum verdict
estimate_job(struct call *call, const struct job *job, struct show_page *p,
	struct fault *why)
{
	struct bsn *numbers = NULL;
	size_t count = 0;
	enum verdict v;

	v = store_page_numbers(
		call->site.store, job->id, &numbers, &count, why);
	if (v == V_OK)
		v = estimate(call, p, job->oin, numbers, count, why);
	free(numbers);
	return v;
}

/* After time_it(): by the same moment. */
static enum verdict
date_it(struct call *call, const struct job *job, struct show_page *p,
	struct fault *why)
{
	bool known = p->by != SHOW_SPLIT_UNKNOWN;
	const struct dates_job of = { .publish = p->all.publish,
		.dated = p->all.dated,
		.box = known ? p->to_box : -1,
		.paper = known ? p->to_paper : -1 };

	return show_dates_make(
		call, job, p->stream, &of, p->now_ms, &p->dates, why);
}

enum verdict
show_page_job(struct call *call, const struct job *job, struct show_page *out,
	struct fault *why)
{
	struct show_page p = { .stream = jobs_stream(
				       &call->site.jobs, job->stream) };
	int64_t to_go = job->n_box + job->n_resend;
	struct page page;
	enum verdict v = store_page_get(call->site.store, job->id, &page, why);

	if (v == V_OK && !page.counted)
		return V_END;
	if (v == V_OK)
		v = look_back(call, job->stream, job->number, &p, why);
	if (v != V_OK)
		return v;
	p.all = page.all;
	p.sent_ms = page.sent_ms;
	if (page.routed) {
		p.by = SHOW_SPLIT_ROUTED;
		p.to_box = page.to_box;
		p.to_paper = page.to_paper;
		p.lot_bytes = page.lot_bytes;
		p.lots = page.lots;
		p.bundles = page.bundles;
		p.paper = page.paper;
	} else {
		v = estimate_job(call, job, &p, why);
		to_go = p.to_box;
	}
	if (v == V_OK)
		v = time_it(call, job->endpoint, job->number, to_go, &p, why);
	if (v == V_OK)
		v = date_it(call, job, &p, why);
	count_cost(call, &p);
	if (v == V_OK)
		*out = p;
	return v;
}

enum verdict
show_page_file(struct call *call, const struct jobs_stream *stream,
	const struct forecast_load *all, const struct bsn *numbers,
	size_t number_count, struct show_page *out, struct fault *why)
{
	struct show_page p = { .stream = stream, .all = *all };
	enum verdict v = look_back(call, stream->name, INT64_MAX, &p, why);

	if (v == V_OK)
		v = estimate(call, &p, stream->sender_is->oin, numbers,
			number_count, why);
	if (v == V_OK)
		v = time_it(call, stream->endpoint, 0, p.to_box, &p, why);
	if (v == V_OK)
		v = date_it(call, NULL, &p, why);
	count_cost(call, &p);
	if (v == V_OK)
		*out = p;
	return v;
}

/* --- on the screen --- */

void
show_line(const struct call *call, const char *name, const char *text)
{
	if (call->options.plain)
		printf("%s\t%s\n", name, text);
	else
		printf("  %-14s %s\n", name, text);
}

static const char *
megabytes(int64_t bytes, struct arena *mem)
{
	return arena_format(mem, "%s.%" PRId64 " MB",
		show_number(bytes / 1000000, mem), bytes / 100000 % 10);
}

static const char *
percent(int64_t permille, struct arena *mem)
{
	return arena_format(mem, "%" PRId64 ".%" PRId64 " %%", permille / 10,
		permille % 10);
}

/* "6 lots", "1 lot" */
static const char *
counted(int64_t n, const char *what, struct arena *mem)
{
	return arena_format(
		mem, "%s %s%s", show_number(n, mem), what, n == 1 ? "" : "s");
}

static const char *
sheets(const struct show_page *p, const struct forecast_load *load,
	struct arena *mem)
{
	bool simplex = p->stream != NULL && p->stream->printer_is->simplex;
	const char *text = arena_format(mem, "%s on %s (%s)",
		counted(load->pages, "page", mem),
		counted(forecast_sheets(load, simplex), "sheet", mem),
		simplex ? "one side" : "both sides");

	if (load->uncounted > 0)
		text = arena_format(mem, "%s, and %s with pages not counted",
			text, counted(load->uncounted, "letter", mem));
	return text;
}

static void
print_split(struct call *call, const struct show_page *p)
{
	const char *about = p->by == SHOW_SPLIT_ROUTED ? "" : "about ";
	struct arena *mem = &call->mem;
	const char *abroad = "";

	if (p->by == SHOW_SPLIT_UNKNOWN) {
		show_line(call, "letters",
			arena_format(mem, "%s, %s to the box, %s",
				show_number(p->all.letters, mem),
				megabytes(p->all.box_bytes, mem),
				sheets(p, &p->all, mem)));
		show_line(call, "box or paper",
			"not known: no letter was asked about, and this "
			"stream has no run before");
		return;
	}
	show_line(call, "to the box",
		arena_format(mem, "%s%s in %s, %s", about,
			counted(p->to_box, "letter", mem),
			counted(p->lots, "lot", mem),
			megabytes(p->lot_bytes, mem)));
	if (p->by == SHOW_SPLIT_ROUTED && p->paper.abroad > 0)
		abroad = arena_format(
			mem, "; %s abroad", show_number(p->paper.abroad, mem));
	show_line(call, "on paper",
		arena_format(mem, "%s%s in %s, %s, %s%s", about,
			counted(p->to_paper, "letter", mem),
			counted(p->bundles, "bundle", mem),
			sheets(p, &p->paper, mem),
			megabytes(p->paper.documents_bytes, mem), abroad));
}

static void
print_share(struct call *call, const struct show_page *p)
{
	struct arena *mem = &call->mem;
	const char *text;
	int64_t last;

	if (p->by == SHOW_SPLIT_UNKNOWN)
		return;
	text = percent(forecast_permille(p->to_paper, p->all.letters), mem);
	if (p->by == SHOW_SPLIT_LAST)
		text = arena_format(mem, "%s, as in the last run, job %s", text,
			p->last.job);
	if (p->by == SHOW_SPLIT_REGISTER)
		text = arena_format(mem,
			"%s, by the answers that are kept about subscriptions",
			text);
	if (p->by == SHOW_SPLIT_REGISTER && p->undecided > 0)
		text = arena_format(mem, "%s; of %s nothing is known", text,
			counted(p->undecided, "letter", mem));
	if (p->by != SHOW_SPLIT_LAST && p->last.job != NULL) {
		last = forecast_permille(
			p->last.to_paper, p->last.to_box + p->last.to_paper);
		text = arena_format(mem, "%s; %s in the last run, job %s", text,
			percent(last, mem), p->last.job);
	} else if (p->by == SHOW_SPLIT_ROUTED) {
		text = arena_format(
			mem, "%s; this stream has no run before", text);
	}
	show_line(call, "paper share", text);
}

static void
print_days(struct call *call, const char *name, const char *before,
	const struct forecast_days *days)
{
	struct arena *mem = &call->mem;

	if (days->first == LETTER_DATE_NONE)
		return;
	if (days->first == days->last)
		show_line(call, name,
			arena_format(mem, "%s%s", before,
				show_day(days->first, mem)));
	else
		show_line(call, name,
			arena_format(mem, "%s%s to %s", before,
				show_day(days->first, mem),
				show_day(days->last, mem)));
}

static void
print_dates(struct call *call, const struct show_page *p)
{
	if (p->all.publish.first == LETTER_DATE_NONE)
		show_line(call, "publication", "at once");
	print_days(call, "publication", "", &p->all.publish);
	print_days(call, "letters dated", "", &p->all.dated);
	print_days(call, "last day", "to pay or object ", &p->all.deadline);
	show_dates_print(call, &p->dates, p->now_ms);
}

/* "34 min", "1 h 5 min", "12 s" */
static const char *
duration(int64_t ms, struct arena *mem)
{
	int64_t s = (ms + 500) / 1000;

	if (s < 120)
		return arena_format(mem, "%" PRId64 " s", s);
	if (s < 7200)
		return arena_format(mem, "%" PRId64 " min", (s + 30) / 60);
	if (s < INT64_C(172800))
		return arena_format(mem, "%" PRId64 " h %" PRId64 " min",
			s / 3600, s % 3600 / 60);
	return arena_format(mem, "%" PRId64 " days %" PRId64 " h", s / 86400,
		s % 86400 / 3600);
}

static const char *
bound_text(const struct show_page *p, struct arena *mem)
{
	const struct forecast_send *s = &p->send;

	switch (p->bound) {
	case FORECAST_LETTERS:
		return limit_line(&p->limit, mem);
	case FORECAST_BYTES:
		return arena_format(
			mem, "limit %s a second", megabytes(s->bytes_s, mem));
	case FORECAST_SEEN:
		return arena_format(mem,
			"as fast as the last lots went, %s a second",
			megabytes(s->seen_bytes_s, mem));
	case FORECAST_FLIGHT:
		return arena_format(mem,
			"limit %" PRId64 " lots without an acknowledgment",
			s->in_flight);
	case FORECAST_UNKNOWN:
		return "no limit, and nothing was sent there yet";
	case FORECAST_NOTHING:
	case FORECAST_CLOSED:
		break;
	}
	return "";
}

static void
print_time(struct call *call, const struct show_page *p)
{
	struct arena *mem = &call->mem;
	const struct forecast_send *s = &p->send;
	const char *text;

	if (p->sent_ms > 0 && s->letters == 0) {
		show_line(call, "all sent", show_time(p->sent_ms, mem));
		return;
	}
	if (p->by == SHOW_SPLIT_UNKNOWN || p->bound == FORECAST_NOTHING ||
		s->per_hour + s->in_flight == 0)
		return;
	if (p->bound == FORECAST_CLOSED) {
		show_line(call, "all sent",
			"never: a limit of the endpoint is 0");
		return;
	}
	text = arena_format(mem, "about %s, in %s: %s",
		show_time(p->now_ms + p->send_ms, mem),
		duration(p->send_ms, mem), bound_text(p, mem));
	if (s->before_letters > 0)
		text = arena_format(mem, "%s; %s before it", text,
			counted(s->before_letters, "letter", mem));
	show_line(call, "all sent", text);
}

static void
print_cost(struct call *call, const struct show_page *p)
{
	struct arena *mem = &call->mem;

	if (p->cents < 0)
		return;
	show_line(call, "cost",
		p->cents_all_paper < 0
			? show_amount(p->cents, mem)
			: arena_format(mem, "%s; %s with all on paper",
				  show_amount(p->cents, mem),
				  show_amount(p->cents_all_paper, mem)));
}

void
show_page_print(struct call *call, const struct show_page *page)
{
	print_split(call, page);
	print_share(call, page);
	print_dates(call, page);
	print_time(call, page);
	print_cost(call, page);
}

/* --- for programs --- */

static void
json_days(struct json *o, const char *first, const char *last,
	const struct forecast_days *days, struct arena *mem)
{
	bool none = days->first == LETTER_DATE_NONE;

	json_add_given(o, first, none ? "" : show_day(days->first, mem));
	json_add_given(o, last, none ? "" : show_day(days->last, mem));
}

static void
json_amount(struct json *o, const char *key, int64_t value)
{
	if (value < 0)
		json_add_null(o, key);
	else
		json_add_int(o, key, value);
}

static void
json_split(struct json *o, const struct show_page *p)
{
	static const char *const words[] = { "", "unknown", "routed",
		"register", "last_run" };
	bool simplex = p->stream != NULL && p->stream->printer_is->simplex;
	int64_t none = p->by == SHOW_SPLIT_UNKNOWN ? -1 : 0;

	json_add_text(o, "split_by", words[p->by]);
	json_amount(o, "split_box", none < 0 ? none : p->to_box);
	json_amount(o, "split_paper", none < 0 ? none : p->to_paper);
	json_add_int(o, "split_undecided", p->undecided);
	json_amount(o, "paper_share_permille",
		none < 0 ? none
			 : forecast_permille(p->to_paper, p->all.letters));
	json_amount(o, "box_lots", none < 0 ? none : p->lots);
	json_amount(o, "box_bytes", none < 0 ? none : p->lot_bytes);
	json_amount(o, "paper_bundles", none < 0 ? none : p->bundles);
	json_amount(o, "paper_pages", none < 0 ? none : p->paper.pages);
	json_amount(o, "paper_sheets",
		none < 0 ? none : forecast_sheets(&p->paper, simplex));
	json_amount(
		o, "paper_bytes", none < 0 ? none : p->paper.documents_bytes);
	json_amount(o, "paper_abroad",
		p->by == SHOW_SPLIT_ROUTED ? p->paper.abroad : -1);
	json_add_text(o, "sides", simplex ? "simplex" : "duplex");
}

static const char *
bound_word(enum forecast_bound bound)
{
	switch (bound) {
	case FORECAST_LETTERS:
		return "letters";
	case FORECAST_BYTES:
		return "bytes";
	case FORECAST_SEEN:
		return "seen";
	case FORECAST_FLIGHT:
		return "in_flight";
	case FORECAST_CLOSED:
		return "closed";
	case FORECAST_NOTHING:
		return "nothing";
	case FORECAST_UNKNOWN:
		break;
	}
	return "unknown";
}

static void
json_sending(struct json *o, const struct show_page *p)
{
	bool known = p->bound != FORECAST_CLOSED &&
		     p->bound != FORECAST_UNKNOWN &&
		     p->bound != FORECAST_NOTHING;

	json_add_int(o, "to_send", p->send.letters);
	json_add_int(o, "before_letters", p->send.before_letters);
	json_add_text(o, "limited_by", bound_word(p->bound));
	json_amount(o, "send_ms", known ? p->send_ms : -1);
	json_add_time(o, "finish_at", known ? p->now_ms + p->send_ms : 0);
	json_add_time(o, "sent_at", p->sent_ms);
}

struct json *
show_page_json(struct call *call, const struct show_page *p)
{
	struct arena *mem = &call->mem;
	struct json *o = json_new_object();

	json_add_int(o, "counted_letters", p->all.letters);
	json_add_int(o, "pages", p->all.pages);
	json_add_int(o, "pages_not_counted", p->all.uncounted);
	json_add_int(o, "documents_bytes", p->all.documents_bytes);
	json_add_int(o, "abroad", p->all.abroad);
	json_split(o, p);
	json_add_given(o, "last_run", p->last.job);
	json_amount(o, "last_paper_share_permille",
		p->last.job == NULL
			? -1
			: forecast_permille(p->last.to_paper,
				  p->last.to_box + p->last.to_paper));
	json_days(o, "publish_first", "publish_last", &p->all.publish, mem);
	json_days(o, "dated_first", "dated_last", &p->all.dated, mem);
	json_days(o, "deadline_first", "deadline_last", &p->all.deadline, mem);
	show_dates_json(o, &p->dates, mem);
	json_sending(o, p);
	json_amount(o, "cost_cents", p->cents);
	json_amount(o, "cost_all_paper_cents", p->cents_all_paper);
	return o;
}
