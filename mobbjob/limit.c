/* mobbjob/limit.c - see mobbjob/limit.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/limit.h"
#include "mobbjob/show.h"

enum verdict
limit_now(struct call *call, enum limit_kind kind, const char *name,
	int64_t of_file, struct limit_now *out, struct fault *why)
{
	struct limit_now l = { .kind = kind,
		.name = name,
		.amount = of_file,
		.of_file = of_file };
	enum verdict v = store_limit_find(call->site.store, kind, name,
		clock_now_ms(), &call->mem, &l.set, why);

	if (v == V_OK) {
		l.by_person = true;
		l.amount = l.set.amount;
	}
	if (v == V_OK || v == V_END)
		*out = l;
	return v == V_END ? V_OK : v;
}

const char *
limit_amount(enum limit_kind kind, int64_t amount, struct arena *mem)
{
	return arena_format(
		mem, "%s/%s", show_number(amount, mem), limit_unit(kind));
}

const char *
limit_line(const struct limit_now *limit, struct arena *mem)
{
	const struct limit *set = &limit->set;
	const char *file;

	if (limit->amount == 0)
		return arena_format(mem, "no limit of %s %s",
			limit_word(limit->kind), limit->name);
	if (!limit->by_person)
		return arena_format(mem, "limit %s of %s %s",
			limit_amount(limit->kind, limit->amount, mem),
			limit_word(limit->kind), limit->name);
	file = limit->of_file == 0
		       ? "no limit"
		       : limit_amount(limit->kind, limit->of_file, mem);
	return arena_format(mem,
		"limit %s of %s %s%s%s by %s: %s (jobs file: %s)",
		limit_amount(limit->kind, limit->amount, mem),
		limit_word(limit->kind), limit->name,
		set->until_ms == 0 ? "" : " until ",
		show_time(set->until_ms, mem), show_clean(set->person, mem),
		show_clean(set->reason, mem), file);
}

static bool
sends(const struct job *jobs, size_t count, const char *endpoint)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(jobs[i].endpoint, endpoint) == 0 &&
			(jobs[i].state == JOB_SENDING ||
				jobs[i].state == JOB_RELEASED))
			return true;
	return false;
}

static size_t
print_line(const struct limit_now *limit, size_t n, struct arena *mem)
{
	if (n == 0)
		puts("\nlimits:");
	printf("  %s\n", limit_line(limit, mem));
	return n + 1;
}

void
limit_print_list(struct call *call, const struct job *jobs, size_t count)
{
	const struct jobs *file = &call->site.jobs;
	struct fault unused;
	struct limit_now l;
	size_t i, n = 0;

	for (i = 0; i < file->endpoint_count; i++) {
		const struct jobs_endpoint *e = &file->endpoints[i];

		if (limit_now(call, LIMIT_ENDPOINT, e->name, e->letters, &l,
			    &unused) == V_OK &&
			(l.by_person || sends(jobs, count, e->name)))
			n = print_line(&l, n, &call->mem);
	}
	for (i = 0; i < file->sender_count; i++)
		if (limit_now(call, LIMIT_SENDER, file->senders[i].name,
			    file->senders[i].letters, &l, &unused) == V_OK &&
			l.by_person)
			n = print_line(&l, n, &call->mem);
	for (i = 0; i < file->printer_count; i++)
		if (limit_now(call, LIMIT_PRINTER, file->printers[i].name,
			    file->printers[i].letters, &l, &unused) == V_OK &&
			l.by_person)
			n = print_line(&l, n, &call->mem);
}
