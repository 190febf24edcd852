/* mobbjob/money_estimate.c - how many letters a year will have
 *
 * Stream by stream: the plan of a person where there is one, else what was
 * delivered the year before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mobbjob/money.h"
#include "mobbjob/show.h"

struct line {
	const char *oin, *stream;
	int64_t before; /* delivered the year before */
	int64_t plan;	/* -1: none */
};

struct estimate {
	struct call *call;
	int year;
	const struct jobs_tariff *tariff;
	struct line *lines; /* by OIN, as they were found */
	size_t count;
	struct money_said *now, *last; /* of the year, and the one before */
	size_t now_count, last_count;
};

static struct line *
line_of(struct estimate *e, const char *oin, const char *stream)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->lines[i].oin, oin) == 0 &&
			strcmp(e->lines[i].stream, stream) == 0)
			return &e->lines[i];
	e->lines[e->count] =
		(struct line){ .oin = oin, .stream = stream, .plan = -1 };
	return &e->lines[e->count++];
}

/* Is there production of this organisation?  Then nothing else counts. */
static bool
counts(const struct money_row *rows, size_t count, const struct money_row *row)
{
	size_t i;

	if (strcmp(row->environment, "production") == 0)
		return true;
	for (i = 0; i < count; i++)
		if (strcmp(rows[i].oin, row->oin) == 0 &&
			strcmp(rows[i].environment, "production") == 0)
			return false;
	return true;
}

static enum verdict
gather(struct estimate *e, struct fault *why)
{
	const struct jobs *jobs = &e->call->site.jobs;
	struct store *store = e->call->site.store;
	struct arena *mem = &e->call->mem;
	struct money_row *rows;
	size_t i, count;
	enum verdict v;

	v = store_money_ledger(store, e->year - 1, mem, &rows, &count, why);
	if (v == V_OK)
		v = store_money_said(
			store, e->year, mem, &e->now, &e->now_count, why);
	if (v == V_OK)
		v = store_money_said(
			store, e->year - 1, mem, &e->last, &e->last_count, why);
	if (v != V_OK)
		return v;
	e->lines = arena_alloc(
		mem, (jobs->stream_count + count + e->now_count + 1) *
			     sizeof(*e->lines));
	for (i = 0; i < jobs->stream_count; i++)
		(void)line_of(e, jobs->streams[i].sender_is->oin,
			jobs->streams[i].name);
	for (i = 0; i < count; i++)
		if (counts(rows, count, &rows[i]))
			line_of(e, rows[i].oin, rows[i].stream)->before +=
				rows[i].delivered;
	for (i = 0; i < e->now_count; i++)
		if (!e->now[i].login)
			line_of(e, e->now[i].oin, e->now[i].stream)->plan =
				e->now[i].count;
	return V_OK;
}

static int64_t
letters_of(const struct line *line)
{
	if (line->plan >= 0)
		return line->plan;
	return line->before < 0 ? 0 : line->before;
}

static int64_t
logins_of(const struct estimate *e, const char *oin)
{
	int64_t n = money_logins(e->now, e->now_count, oin);

	if (n < 0)
		n = money_logins(e->last, e->last_count, oin);
	return n < 0 ? 0 : n;
}

/* --- as CSV --- */

static void
write_csv(const struct estimate *e, FILE *out)
{
	size_t i, k;

	fputs("year;oin;stream;delivered_the_year_before;planned;estimate\n",
		out);
	for (i = 0; i < e->count; i++) {
		const struct line *l = &e->lines[i];

		fprintf(out, "%d;%s;%s;%" PRId64 ";", e->year, l->oin,
			l->stream, l->before);
		if (l->plan >= 0)
			fprintf(out, "%" PRId64, l->plan);
		fprintf(out, ";%" PRId64 "\n", letters_of(l));
	}
	for (i = 0; i < e->count; i++) {
		for (k = 0; k < i; k++)
			if (strcmp(e->lines[k].oin, e->lines[i].oin) == 0)
				break;
		if (k == i)
			fprintf(out, "%d;%s;logins;;;%" PRId64 "\n", e->year,
				e->lines[i].oin, logins_of(e, e->lines[i].oin));
	}
}

static enum verdict
to_csv(const struct estimate *e, const char *path, struct fault *why)
{
	FILE *out = fopen(path, "wbe");
	bool good;

	if (out == NULL) {
		(void)fault_errno(why, V_BROKEN, CODE_IO, "the estimate");
		fault_at(why, "%s", path);
		return V_BROKEN;
	}
	write_csv(e, out);
	good = fflush(out) == 0 && ferror(out) == 0;
	if (fclose(out) == 0 && good)
		return V_OK;
	(void)fault_errno(why, V_BROKEN, CODE_IO, "the estimate");
	fault_at(why, "%s", path);
	return V_BROKEN;
}

/* --- one organisation, on screen --- */

static struct money_bill
bill_of(const struct estimate *e, const char *oin)
{
	static const struct jobs_tariff none;
	int64_t letters = 0;
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->lines[i].oin, oin) == 0)
			letters += letters_of(&e->lines[i]);
	return money_bill(e->tariff == NULL ? &none : e->tariff, letters,
		logins_of(e, oin));
}

static void
print_org(const struct estimate *e, const char *oin)
{
	struct arena *mem = &e->call->mem;
	struct money_bill bill = bill_of(e, oin);
	size_t i;

	printf("%d  %s %s\n", e->year, oin, money_sender(e->call, oin));
	for (i = 0; i < e->count; i++) {
		const struct line *l = &e->lines[i];

		if (strcmp(l->oin, oin) != 0)
			continue;
		printf("  %-24s %12s letters, %s\n", l->stream,
			show_number(letters_of(l), mem),
			l->plan >= 0 ? "as planned" : "as the year before");
	}
	printf("  %-24s %12s letters and %s logins\n", "together",
		show_number(bill.letters, mem), show_number(bill.logins, mem));
	printf("  cost %s\n", money_cost(e->tariff, &bill, mem));
}

static void
json_org(const struct estimate *e, const char *oin)
{
	struct json *o = json_new_object(), *list = json_new_array();
	struct money_bill bill = bill_of(e, oin);
	size_t i;

	json_add_text(o, "schema", "mobb.estimate/1");
	json_add_int(o, "year", e->year);
	json_add_text(o, "oin", oin);
	json_add_given(o, "sender", money_sender(e->call, oin));
	money_bill_json(o, e->tariff, &bill);
	for (i = 0; i < e->count; i++) {
		const struct line *l = &e->lines[i];
		struct json *item;

		if (strcmp(l->oin, oin) != 0)
			continue;
		item = json_new_object();
		json_add_text(item, "stream", l->stream);
		json_add_int(item, "the_year_before", l->before);
		if (l->plan >= 0)
			json_add_int(item, "planned", l->plan);
		json_add_int(item, "letters", letters_of(l));
		json_append(list, item);
	}
	json_add(o, "streams", list);
	json_write(o, stdout);
}

static void
plain_org(const struct estimate *e, const char *oin)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->lines[i].oin, oin) == 0)
			printf("%d\t%s\t%s\t%" PRId64 "\n", e->year, oin,
				e->lines[i].stream, letters_of(&e->lines[i]));
	printf("%d\t%s\tlogins\t%" PRId64 "\n", e->year, oin,
		logins_of(e, oin));
}

enum verdict
money_estimate(struct call *call, int year, struct fault *why)
{
	struct estimate e = { .call = call,
		.year = year,
		.tariff = jobs_tariff(&call->site.jobs, year) };
	enum verdict v = gather(&e, why);
	size_t i, k;

	if (v == V_OK && call->options.out != NULL)
		v = to_csv(&e, call->options.out, why);
	if (v != V_OK || call->options.out != NULL)
		return v;
	for (i = 0; i < e.count; i++) {
		for (k = 0; k < i; k++)
			if (strcmp(e.lines[k].oin, e.lines[i].oin) == 0)
				break;
		if (k < i)
			continue;
		if (call->options.json)
			json_org(&e, e.lines[i].oin);
		else if (call->options.plain)
			plain_org(&e, e.lines[i].oin);
		else
			print_org(&e, e.lines[i].oin);
	}
	return e.tariff == NULL ? money_no_tariff(year, why) : V_OK;
}
