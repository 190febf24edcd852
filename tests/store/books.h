/* tests/store/books.h - what the tests of the store share
 *
 * A private cluster in a folder of its own, one per program; jobs and letters
 * made of numbers.  As root the server runs as another user, so the folder is
 * open to all.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_STORE_BOOKS_H
#define TESTS_STORE_BOOKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/books.h"

#define NOW INT64_C(1770000000000) /* 2 February 2026 */

static char cluster_dir[64], conninfo[400];
static struct store *books;
static struct arena mem;
static struct fault why;

#define OK(call) assert_ok(call, __LINE__)

static inline void
assert_ok(enum verdict v, int line)
{
	if (v != V_OK)
		fail_msg("line %d: verdict %d, code %d, %s: %s", line, (int)v,
			(int)why.code, why.place, why.text);
}

static inline int
books_open(void **state)
{
	(void)state;
	snprintf(cluster_dir, sizeof(cluster_dir), "/tmp/mobb-test.XXXXXX");
	if (mkdtemp(cluster_dir) == NULL || chmod(cluster_dir, 0755) == -1)
		return -1;
	strcat(cluster_dir, "/db");
	if (store_cluster_start(cluster_dir, conninfo, &why) != V_OK ||
		store_open(conninfo, &books, &why) != V_OK ||
		store_migrate(books, &why) != V_OK) {
		fprintf(stderr, "# %s: %s\n", why.place, why.text);
		return -1;
	}
	return 0;
}

static inline int
books_close(void **state)
{
	char sweep[128];

	(void)state;
	store_close(books);
	books = NULL;
	arena_done(&mem);
	if (store_cluster_stop(cluster_dir, &why) != V_OK)
		fprintf(stderr, "# %s: %s\n", why.place, why.text);
	*strrchr(cluster_dir, '/') = '\0';
	snprintf(sweep, sizeof(sweep), "rm -rf %s", cluster_dir);
	return system(sweep) == 0 ? 0 : -1;
}

/* --- jobs and letters --- */

static inline struct job_new
job_of(const char *id, const char *stream, uint8_t content)
{
	static uint8_t sha256[256][32];

	memset(sha256[content], content, sizeof(sha256[content]));
	return (struct job_new){ .id = id,
		.stream = stream,
		.sender = "voorbeeld",
		.oin = "00000099000000010000",
		.endpoint = "simulator",
		.environment = "simulator",
		.format = "woz-biljet/1",
		.file = "woz.zip",
		.bytes = 1000,
		.sha256 = sha256[content],
		.promised_letters = -1,
		.promised_cents = -1,
		.received_ms = NOW };
}

static inline struct uuid
id_of(const char *key, int64_t number)
{
	struct uuid id = { { 0 } };
	int i;

	strncpy((char *)id.bytes, key, 8);
	for (i = 0; i < 8; i++)
		id.bytes[15 - i] = (uint8_t)(number >> 8 * i & 0xff);
	return id;
}

/* Letter `number` of a kind; its record is its number unless changed. */
static inline struct letter
letter_of(const char *key, int64_t number, struct attachment *doc)
{
	struct letter l = { .record = number,
		.line = number * 10,
		.offset = number * 1000,
		.key = "k",
		.bsn = { (int32_t)(900000000 + number) },
		.reference =
			arena_format(&mem, "%s-%lld", key, (long long)number),
		.subject = "Aanslag 2026",
		.text = "Beste lezer",
		.dated = 20500,
		.amount_cents = 100,
		.address = ADDRESS_EMPTY,
		.id = id_of(key, number) };

	l.address.name = "J. Jansen";
	l.address.street = "Dorpsstraat";
	l.address.number = "1";
	l.address.postcode = "1234AB";
	l.address.town = "Utrecht";
	memset(l.bind, (int)(number & 0xff), sizeof(l.bind));
	if (doc != NULL) {
		*doc = (struct attachment){ .method = 8,
			.offset = number * 5000,
			.bytes = 4321,
			.pages = 2,
			.title = "Biljet" };
		memset(doc->sha256, 7, sizeof(doc->sha256));
		l.attachments = doc;
		l.document_count = 1;
	}
	return l;
}

static inline struct job
job_now(const char *id)
{
	struct job job;

	OK(store_job_get(books, id, &mem, &job, &why));
	assert_int_equal(job.letters,
		job.n_split + job.n_box + job.n_paper + job.n_offered +
			job.n_unknown + job.n_resend + job.n_held +
			job.n_bundled + job.n_handed + job.n_delivered +
			job.n_posted + job.n_withdrawn);
	return job;
}

/* A job split into letters from .. to of one kind. */
static inline void
make_split(const char *id, const char *stream, const char *key, int64_t from,
	int64_t to)
{
	static uint8_t content;
	struct job_new job = job_of(id, stream, ++content);
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	struct attachment doc;
	int64_t i;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, to - from + 1, &split, &why));
	for (i = from; i <= to; i++) {
		struct letter l = letter_of(key, i, &doc);

		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(store_split_end(
		split, to - from + 1, 100 * (to - from + 1), NOW, &why));
	store_split_close(split);
}

#endif
