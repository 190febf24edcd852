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

/* Another citizen for each number below a million. */
static inline struct bsn
bsn_of(int64_t number)
{
	int place = 90000000 + (int)number * 10;
	struct bsn bsn = subscribed_number(
		place / SUBSCRIBED_CHUNK_BITS, place % SUBSCRIBED_CHUNK_BITS);

	/* Of two next to each other one has a ninth digit. */
	if (bsn.number == 0)
		bsn = subscribed_number((place + 1) / SUBSCRIBED_CHUNK_BITS,
			(place + 1) % SUBSCRIBED_CHUNK_BITS);
	return bsn;
}

/* Letter `number` of a kind; its record is its number unless changed. */
static inline struct letter
letter_of(const char *key, int64_t number, struct attachment *doc)
{
	struct letter l = { .record = number,
		.line = number * 10,
		.offset = number * 1000,
		.key = "k",
		.bsn = bsn_of(number),
		.reference =
			arena_format(&mem, "%s-%lld", key, (long long)number),
		.subject = "Aanslag 2026",
		.text = "Beste lezer",
		.dated = 20500,
		.publish = LETTER_DATE_NONE,
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

static inline enum verdict
split_end(struct split *split, int64_t records, int64_t cents)
{
	const struct split_end end = { .records = records, .cents = cents };

	return store_split_end(split, &end, NOW, &why);
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
	OK(split_end(split, to - from + 1, 100 * (to - from + 1)));
	store_split_close(split);
}

/* --- on their way --- */

static inline bool
paper_each(int64_t record, int64_t n)
{
	return n != 0 && record % n == 0;
}

/* An imported list decides about all; on_paper(record, n): which go on paper. */
static inline void
make_ways_of(
	const char *id, bool (*on_paper)(int64_t record, int64_t n), int64_t n)
{
	struct answer_head head = { .type = "",
		.source = ANSWER_IMPORT,
		.asked_ms = NOW,
		.now_ms = NOW,
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	struct pg_rows rows = PG_ROWS_NONE;
	struct job job = job_now(id);
	struct routing routing;
	int64_t list;
	int i;

	OK(pg_ask(books->pg, "select bsn, record from letter where job_no = $1",
		PG_ARGS(PG_N(job.number)), &rows, &why));
	for (i = 0; i < rows.count; i++) {
		struct bsn bsn = { (int32_t)pg_int(&rows, i, 0) };

		(void)subscribed_add(
			&set, bsn, !on_paper(pg_int(&rows, i, 1), n));
	}
	pg_rows_done(&rows);
	head.environment = job.environment;
	head.sender = job.oin;
	OK(store_answer_keep(books, &set, &head, &list, &why));
	subscribed_done(&set);
	OK(store_route(books, &job, "woz", NOW, &routing, &why));
}

/* Those whose record is a multiple of `paper` go on paper. */
static inline void
make_ways(const char *id, int64_t paper)
{
	make_ways_of(id, paper_each, paper);
}

static inline void
make_routed(const char *id, int64_t paper)
{
	make_ways(id, paper);
	OK(store_job_routed(books, id, false, NULL, NOW, &why));
}

struct cutting {
	int64_t records[20000];
	size_t count;
};

static inline enum verdict
cut_one(void *self, int64_t record, const struct uuid *id, int64_t box_bytes)
{
	struct cutting *c = self;

	assert_true(c->count < 20000);
	assert_true(box_bytes > 0);
	assert_int_not_equal(id->bytes[0], 0);
	c->records[c->count++] = record;
	return V_OK;
}

/* Lots of at most `size` letters; their BatchIDs are id_of(key, 1 ..). */
static inline void
make_cut(const char *id, const char *key, int64_t size)
{
	static struct cutting c;
	struct lot_new lots[32];
	size_t count = 0, from = 0;

	c.count = 0;
	OK(store_cut_read(books, id, cut_one, &c, &why));
	while (from < c.count) {
		size_t n = c.count - from < (size_t)size ? c.count - from
							 : (size_t)size;

		assert_true(count < 32);
		lots[count] = (struct lot_new){ .letters = (int64_t)n,
			.bytes = 1000 * (int64_t)n,
			.records = c.records + from };
		lots[count].batch_id = id_of(key, (int64_t)count + 1);
		count++;
		from += n;
	}
	OK(store_cut_write(books, id, lots, count, NOW, &why));
}

/* Received, split, routed, released and cut. */
static inline void
make_lots(const char *id, const char *stream, const char *key, int64_t letters,
	int64_t paper, int64_t size)
{
	make_split(id, stream, key, 1, letters);
	make_routed(id, paper);
	make_cut(id, key, size);
}

#define FAST INT64_C(1000000000) /* letters an hour: no limit */

/* What may leave: so many letters an hour, so many lots in flight. */
#define RULES(hour, flight)                                                    \
	(&(const struct offer_rules){                                          \
		.per_hour = (hour), .in_flight = (flight) })
#define ANY_RULES RULES(FAST, 1000000)

/* Fill in what the courier makes, for a message called `message`. */
static inline void
address_offer(struct offer *offer, const char *message)
{
	offer->message_id = message;
	offer->conversation_id = arena_format(&mem, "c-%s", message);
	offer->content_id = "payload";
	offer->envelope = "<envelope/>";
	offer->envelope_len = 11;
	offer->created_ms = NOW;
	offer->expires_ms = NOW + 60000;
	offer->payload_bytes = 12345;
	memset(offer->payload_sha256, 9, sizeof(offer->payload_sha256));
}

/* The next offer, begun, with this message id. */
static inline struct offer
begin(const char *message)
{
	struct letter *letters;
	struct offer offer;
	int64_t next_ms = -1, wait_ms = -1;
	size_t count;

	OK(store_offer_next(books, "simulator", ANY_RULES, NOW, &mem, &offer,
		&next_ms, &why));
	assert_int_equal(offer.attempt, 0);
	OK(store_offer_letters(books, &offer, &mem, &letters, &count, &why));
	assert_int_equal(count, offer.letters);
	address_offer(&offer, message);
	OK(store_offer_begin(books, &offer, RULES(FAST, 1000), &wait_ms, &why));
	return offer;
}

static inline bool
nothing_due(int64_t now_ms)
{
	struct offer offer;
	int64_t next_ms = 0;

	return store_offer_next(books, "simulator", ANY_RULES, now_ms, &mem,
		       &offer, &next_ms, &why) == V_END;
}

static inline void
post(const struct offer *offer, enum post_end end, int64_t retry_ms)
{
	const struct fault reason = { .code = CODE_HTTP, .text = "said no" };

	OK(store_post_end(books, offer, end, retry_ms, &reason, &why));
}

/* Whatever is sent to any endpoint. */
static const struct store_part everywhere = { .others = true };

static inline struct resend
resend_of(void *self, const char *stream)
{
	assert_int_not_equal(stream[0], 0);
	return *(const struct resend *)self;
}

/* The same terms for every stream. */
static inline void
expire(int64_t now_ms, int64_t pause_ms, int64_t times, int64_t *count_out)
{
	struct resend terms = { pause_ms, times, pause_ms };

	OK(store_expire(books, &everywhere, now_ms, resend_of, &terms,
		count_out, &why));
}

/* A signal from the peer about a message of ours. */
static inline struct inbound
inbound_of(const char *id, int kind, const char *ref_to)
{
	return (struct inbound){ .message_id = id,
		.cpa_id = "cpa",
		.conversation_id = "",
		.ref_to = ref_to,
		.action = "",
		.kind = kind,
		.payload = "",
		.error_code = "",
		.error_text = "",
		.reply = "",
		.reply_id = "",
		.reply_url = "",
		.received_ms = NOW };
}

static inline void
acknowledge(const char *id, const char *ref_to)
{
	struct inbound in = inbound_of(id, 2, ref_to);
	struct buf reply = BUF_MAX(1000);

	OK(store_inbound_keep(books, &in, &reply, &why));
	OK(store_ack_apply(books, &in, NOW, &why));
	buf_done(&reply);
}

/* What a result says: letter number n (of `key`) has code codes[n - from]. */
struct said {
	const char *key;
	int64_t from, to;
	const char *exception; /* wire word of letter `at`, the rest Verwerkt */
	int64_t at, at_to;
	const char *contradiction;
	bool unlisted_delivered;
	bool strangers; /* also those that were not in the attempt */
	struct receipt_choice *choice;	      /* of its stream; NULL: none */
	int64_t pause_max_ms, decline_window; /* 0: no growth, no brake */
	const struct uuid *batch;	      /* NULL: the first lot of `key` */
	int64_t total;			      /* 0: that of the attempt */
};

/* The letters of the attempt that was matched, in order. */
static inline struct uuid *
matched_ids(const struct result_match *match)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct attempt attempt;
	struct lot_row lot;
	struct job_row job;
	struct uuid *ids;
	int i;

	OK(attempt_lock_all(
		books->pg, match->attempt, &lot, &job, &attempt, &why));
	OK(attempt_letters(
		books->pg, &attempt, &job, "l.bericht_id", &rows, &why));
	assert_int_equal(rows.count, match->letters);
	ids = arena_alloc(&mem, ((size_t)rows.count + 1) * sizeof(*ids));
	for (i = 0; i < rows.count; i++)
		ids[i] = pg_uuid(&rows, i, 0);
	pg_rows_done(&rows);
	return ids;
}

static inline bool
in_attempt(const struct result_match *match, const struct uuid *ids,
	const struct uuid *id)
{
	int64_t i;

	for (i = 0; i < match->letters; i++)
		if (uuid_same(&ids[i], id))
			return true;
	return false;
}

static inline struct result_match
result(const char *id, const char *ref_to, const struct said *said)
{
	struct inbound in = inbound_of(id, 1, ref_to);
	struct buf reply = BUF_MAX(1000);
	struct uuid batch = id_of(said->key, 1);
	struct result_letter letters[200];
	struct receipt_line lines[200];
	struct receipt receipt = { .lines = lines };
	struct result_match match;
	struct result_apply apply = { .match = &match,
		.receipt = &receipt,
		.letters = letters,
		.contradiction = said->contradiction,
		.unlisted_delivered = said->unlisted_delivered,
		.now_ms = NOW,
		.pause_ms = 900000,
		.pause_max_ms =
			said->pause_max_ms != 0 ? said->pause_max_ms : 900000,
		.resends = 2,
		.decline_window = said->decline_window,
		.decline_limit = 100000 };
	struct uuid *ids;
	int64_t n;
	bool stop;

	if (said->batch != NULL)
		batch = *said->batch;
	(void)store_inbound_keep(books, &in, &reply, &why);
	OK(store_result_match(books, &in, &batch, &mem, &match, &why));
	ids = matched_ids(&match);
	for (n = said->from; n <= said->to; n++) {
		struct uuid one = id_of(said->key, n);
		struct result_letter *l = &letters[apply.letter_count];
		struct receipt_line *line = &lines[apply.letter_count++];
		bool odd = said->exception != NULL && n >= said->at &&
			   n <= said->at_to;

		if (!said->strangers && !in_attempt(&match, ids, &one)) {
			apply.letter_count--;
			continue;
		}
		*line = (struct receipt_line){ .letter_id = one };
		strcpy(line->code, odd ? said->exception : "Verwerkt");
		*l = (struct result_letter){ .letter_id = line->letter_id,
			.wire_code = line->code,
			.stage = "NA" };
		l->act = receipt_decide(said->choice,
			said->choice == NULL ? 0 : 1, line->code,
			match.offered_before, &stop, &l->code);
		apply.stop = apply.stop || stop;
		receipt.counters[0] += odd ? 0 : 1;
	}
	receipt.total = said->total == 0 ? match.letters : said->total;
	receipt.line_count = apply.letter_count;
	OK(store_result_apply(books, &in, &apply, &why));
	buf_done(&reply);
	return match;
}

#endif
