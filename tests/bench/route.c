/* tests/bench/route.c - route CONNINFO LETTERS TIMES: how fast a job is routed
 *
 * Splits a job of so many letters, puts an answer about all of them into the
 * register, and routes the job again and again: look-ups, routes, counts and
 * answers in one transaction.  Prints the middle one, and what it leaves in the
 * books.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/books.h"

#define JOB "20260101-rout"
#define TIMES_MAX 99

static struct fault why;

static void
must(enum verdict v, const char *what)
{
	if (v == V_OK)
		return;
	fprintf(stderr, "%s: verdict %d, %s: %s\n", what, (int)v, why.place,
		why.text);
	exit(1);
}

/* Letter n is to a citizen anywhere in the country. */
static struct bsn
bsn_at(int64_t n)
{
	int32_t place = (int32_t)(n * 38196601 % 99999999) + 1;
	struct bsn bsn;

	do {
		bsn = subscribed_number(place / SUBSCRIBED_CHUNK_BITS,
			place % SUBSCRIBED_CHUNK_BITS);
		place = place == 99999999 ? 1 : place + 1;
	} while (bsn.number == 0);
	return bsn;
}

static void
split_letters(struct store *store, int64_t count)
{
	uint8_t sha256[32] = { 7 }, bsn_key[16] = { 0 };
	const struct job_new job = { .id = JOB,
		.stream = "woz",
		.sender = "voorbeeld",
		.oin = "00000099000000010000",
		.endpoint = "simulator",
		.environment = "simulator",
		.format = "woz-biljet/1",
		.file = "bench",
		.bytes = 1000,
		.sha256 = sha256,
		.promised_letters = -1,
		.promised_cents = -1,
		.received_ms = clock_now_ms() };
	const struct split_end end = { .records = count };
	struct split *split = NULL;
	int64_t i;

	must(store_job_receive(store, &job, &why), "receive");
	must(store_split_begin(store, JOB, count, &split, &why), "split");
	for (i = 1; i <= count; i++) {
		struct letter l = { .record = i,
			.key = "k",
			.bsn = bsn_at(i),
			.reference = "ref",
			.subject = "Aanslag",
			.text = "Tekst",
			.dated = 20500,
			.publish = LETTER_DATE_NONE,
			.deadline = LETTER_DATE_NONE,
			.address = ADDRESS_EMPTY };
		int k;

		for (k = 0; k < 8; k++)
			l.id.bytes[k] = (uint8_t)(i * 2654435761 >> 4 * k);
		for (k = 0; k < 8; k++)
			l.id.bytes[8 + k] = (uint8_t)(i >> 8 * k);
		must(store_split_letter(split, &l, bsn_key, &why), "letter");
	}
	must(store_split_end(split, &end, clock_now_ms(), &why), "split end");
	store_split_close(split);
}

static void
keep_answer(struct store *store, const struct job *job, int64_t count)
{
	const struct answer_head head = { .environment = job->environment,
		.sender = job->oin,
		.type = "",
		.source = ANSWER_LIST,
		.asked_ms = clock_now_ms(),
		.now_ms = clock_now_ms(),
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	int64_t i, list;

	for (i = 1; i <= count; i++)
		(void)subscribed_add(&set, bsn_at(i), i % 3 != 0);
	must(store_answer_keep(store, &set, &head, &list, &why), "answer");
	subscribed_done(&set);
}

/* As if it had not been routed. */
static void
forget(struct store *store)
{
	must(pg_script(store->pg,
		     "delete from route_page; delete from answer; "
		     "update job set n_split = letters, n_box = 0, n_paper = 0",
		     &why),
		"forget");
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
	int64_t letters = argc == 4 ? strtoll(argv[2], NULL, 10) : 0;
	int times = argc == 4 ? atoi(argv[3]) : 0, i;
	struct arena mem = ARENA_EMPTY;
	int64_t took_ms[TIMES_MAX];
	struct store *store = NULL;
	struct routing routing;
	struct job job;

	if (letters < 1 || times < 1 || times > TIMES_MAX) {
		fprintf(stderr, "usage: route CONNINFO LETTERS TIMES\n");
		return 2;
	}
	must(store_open(argv[1], &store, &why), "open");
	must(store_migrate(store, &why), "migrate");
	split_letters(store, letters);
	must(store_job_get(store, JOB, &mem, &job, &why), "job");
	keep_answer(store, &job, letters);
	for (i = 0; i < times; i++) {
		int64_t from = clock_tick_ms();

		must(store_route(store, &job, "WOZ", clock_now_ms(), &routing,
			     &why),
			"route");
		took_ms[i] = clock_tick_ms() - from;
		if (i + 1 < times)
			forget(store);
	}
	qsort(took_ms, (size_t)times, sizeof(took_ms[0]), by_time);
	must(store_job_get(store, JOB, &mem, &job, &why), "job");
	printf("%" PRId64 " letters routed in %" PRId64 " ms (%" PRId64
	       " to %" PRId64 "): %" PRId64 " box, %" PRId64 " paper\n",
		letters, took_ms[times / 2], took_ms[0], took_ms[times - 1],
		job.n_box, job.n_paper);
	arena_done(&mem);
	store_close(store);
	return 0;
}
