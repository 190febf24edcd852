/* tests/store/test_pace.c - an hour of simulated time, lanes, limits of persons
 *
 * The database's clock is a function of ours in a schema before pg_catalog; the
 * clock of the machine is a number.  What is judged are the grants, in true
 * time, by a window that slides over all of them.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define RATE INT64_C(360000) /* letters an hour: 100 a second */
#define FLIGHT 4
#define LARGEST 1000
#define GRANTS_MAX 4000

struct grant {
	int64_t at_us, letters, attempt, acked_us;
};

static struct {
	int64_t true_us;  /* since NOW */
	int64_t wrong_us; /* what the database's clock is off */
	int64_t boot_us;  /* true time at which the machine started */
	const char *boot;
	struct grant grants[GRANTS_MAX];
	size_t count;
} world;

static uint64_t seed = 7;

static int64_t
dice(int64_t sides)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)(seed >> 33) % sides;
}

static void
sql(struct store *store, const char *text)
{
	OK(pg_script(store->pg, text, &why));
}

static struct store *
courier(void)
{
	struct store *store = NULL;

	OK(store_open(conninfo, &store, &why));
	sql(store, "set search_path = fake, pg_catalog, public");
	return store;
}

static void
set_clock(void)
{
	OK(pg_do(books->pg, "update fake.now set us = $1",
		PG_ARGS(PG_N(NOW * 1000 + world.true_us + world.wrong_us)),
		NULL, &why));
}

/* A job whose lots have letters as `letters` says (SQL, of the number i). */
static void
job_with_lots(const char *id, const char *stream, uint8_t content,
	const char *lots, const char *letters)
{
	struct job_new job = job_of(id, stream, content);

	OK(store_job_receive(books, &job, &why));
	sql(books,
		arena_format(&mem,
			"insert into lot (job_no, print, state, letters, "
			"bytes, "
			"due_ms, cut_ms, batch_id) select j.number, false, 1, "
			"%s, 1, %lld, %lld, gen_random_uuid() from job j, "
			"generate_series(1, %s) i where j.id = '%s'; "
			"update job j set state = 6, released_ms = %lld, "
			"letters = s.n, n_box = s.n from (select job_no, "
			"sum(letters) as n from lot group by 1) s "
			"where s.job_no = j.number and j.id = '%s'",
			letters, (long long)NOW, (long long)NOW, lots, id,
			(long long)NOW, id));
}

static void
world_new(void)
{
	memset(&world, 0, sizeof(world));
	world.boot = "first";
	world.boot_us = -5 * HOUR;
	sql(books, "delete from attempt; delete from lot; delete from pace; "
		   "delete from pace_limit; "
		   "update job set state = 10 where state < 8; "
		   "create schema if not exists fake; "
		   "create table if not exists fake.now (us bigint); "
		   "delete from fake.now; insert into fake.now values (0); "
		   "create or replace function fake.clock_timestamp() "
		   "returns timestamptz language sql volatile as "
		   "'select to_timestamp(us / 1000000.0) from fake.now'");
	set_clock();
}

static struct offer_rules
rules_now(void)
{
	return (struct offer_rules){ .per_hour = RATE,
		.in_flight = FLIGHT,
		.lane_age_ms = 3600000,
		.tick_us = world.true_us - world.boot_us,
		.boot = world.boot };
}

/* The other side acknowledges what it has had for long enough. */
static void
acknowledge_due(void)
{
	size_t i;

	for (i = 0; i < world.count; i++) {
		struct grant *g = &world.grants[i];

		if (g->attempt == 0 || g->acked_us > world.true_us)
			continue;
		OK(pg_do(books->pg,
			"update attempt set state = 4 "
			"where number = $1",
			PG_ARGS(PG_N(g->attempt)), NULL, &why));
		g->attempt = 0;
	}
}

/* One courier asks; returns for how long there is nothing to do. */
static int64_t
ask(struct store *store)
{
	struct offer_rules rules = rules_now();
	int64_t next_ms = 0, wait_ms = 0, now_ms = NOW + world.true_us / 1000;
	struct offer offer;
	char name[32];
	enum verdict v;

	v = store_offer_next(store, "simulator", &rules, now_ms, &mem, &offer,
		&next_ms, &why);
	if (v == V_LATER)
		return next_ms == 0 ? SECOND / 10 : (next_ms - now_ms) * 1000;
	assert_ok(v, __LINE__);
	/* Reading it takes a moment. */
	world.true_us += 1000 + dice(20000);
	set_clock();
	rules = rules_now();
	snprintf(name, sizeof(name), "m-%zu-%d", world.count,
		(int)dice(1 << 30));
	address_offer(&offer, name);
	v = store_offer_begin(store, &offer, &rules, &wait_ms, &why);
	if (v == V_LATER)
		return (wait_ms == 0 ? 100 : wait_ms) * 1000;
	assert_ok(v, __LINE__);
	assert_true(world.count < GRANTS_MAX);
	world.grants[world.count++] =
		(struct grant){ world.true_us, offer.letters, offer.attempt,
			world.true_us + SECOND / 5 + dice(2 * SECOND) };
	return 0;
}

/* Over the limit in any window?  How many letters at most. */
static int64_t
worst(void)
{
	int64_t over = -LARGEST * FLIGHT, sum, may;
	size_t i, j;

	for (i = 0; i < world.count; i++)
		for (sum = 0, j = i; j < world.count; j++) {
			const struct grant *a = &world.grants[i];
			const struct grant *b = &world.grants[j];

			sum += b->letters;
			may = (b->at_us - a->at_us) / 1000 * RATE / 3600000 +
			      FLIGHT * LARGEST;
			if (sum - may > over)
				over = sum - may;
		}
	return over;
}

/* Clocks are set forward and back, processes and the machine start anew. */
static void
upset(struct store **stores)
{
	static int done;
	int64_t minutes = world.true_us / (60 * SECOND);

	if (world.true_us == 0)
		done = 0;
	if (minutes / 5 <= done)
		return;
	done = (int)(minutes / 5);
	store_close(stores[done % 2]);
	stores[done % 2] = courier();
	world.wrong_us = done == 2   ? HOUR
			 : done == 4 ? -2 * HOUR
			 : done == 6 ? 10 * 24 * HOUR
			 : done == 7 ? 0
				     : world.wrong_us;
	if (done == 9) { /* and the machine's clock begins at 0 */
		world.boot = "second";
		world.boot_us = world.true_us;
	}
	set_clock();
}

static void
test_pace__an_hour_is_kept_and_used_whatever_happens(void **state)
{
	struct store *stores[2];
	int64_t letters = 0, over, wait_us = 0, waits[2];
	size_t i;

	(void)state;
	world_new();
	stores[0] = courier();
	stores[1] = courier();
	job_with_lots("20260601-pace", "s", 201, "1500", "1 + i * 617 % 1000");
	while (world.true_us < HOUR) {
		upset(stores);
		acknowledge_due();
		for (i = 0; i < 2; i++)
			waits[i] = ask(stores[(i + world.count) % 2]);
		wait_us = waits[0] < waits[1] ? waits[0] : waits[1];
		/* Nobody sleeps for longer than this. */
		if (wait_us > 3 * SECOND)
			wait_us = 3 * SECOND;
		world.true_us += wait_us;
		set_clock();
		arena_reset(&mem);
	}
	for (i = 0; i < world.count; i++)
		letters += world.grants[i].letters;
	over = worst();
	printf("# %zu lots, %lld letters in an hour of %lld (%.2f %%), "
	       "at most %lld over\n",
		world.count, (long long)letters, (long long)RATE,
		100.0 * (double)letters / (double)RATE, (long long)over);
	assert_true(over <= 0);
	assert_true(letters >= RATE * 99 / 100);
	store_close(stores[0]);
	store_close(stores[1]);
}

/* --- lanes --- */

/* Which stream's lot is next; "" none. */
static const char *
next_of(const struct offer_rules *rules, int64_t now_ms, bool *overdue)
{
	struct offer offer;
	int64_t next_ms = 0;
	enum verdict v = store_offer_next(books, "simulator", rules, now_ms,
		&mem, &offer, &next_ms, &why);

	if (v == V_END)
		return "";
	assert_ok(v, __LINE__);
	if (overdue != NULL)
		*overdue = offer.overdue;
	return offer.lot.stream;
}

static void
test_pace__a_small_urgent_job_goes_next_and_nobody_starves(void **state)
{
	struct offer_stream streams[] = {
		{ .name = "urgent", .lane = OFFER_URGENT },
		{ .name = "normal", .lane = OFFER_NORMAL },
		{ .name = "bulk", .lane = OFFER_BULK },
	};
	struct offer_rules rules = { .per_hour = FAST,
		.in_flight = 1000,
		.lane_age_ms = 3600000,
		.streams = streams,
		.stream_count = 3 };
	const int64_t hour = 3600000;
	bool overdue = false;

	(void)state;
	world_new();
	job_with_lots("20260602-bulk", "bulk", 202, "3", "1000");
	assert_string_equal(next_of(&rules, NOW, NULL), "bulk");
	job_with_lots("20260602-norm", "normal", 203, "3", "2000 / 2");
	assert_string_equal(next_of(&rules, NOW, NULL), "normal");
	job_with_lots("20260602-urge", "urgent", 204, "1", "500");
	assert_string_equal(next_of(&rules, NOW, NULL), "urgent");

	/* Closed, it is not its turn; --once hears when it will be. */
	streams[0].closed = true;
	assert_string_equal(next_of(&rules, NOW, NULL), "normal");
	streams[0].closed = false;

	/* Others had their turns; nothing of the bulk left for two hours. */
	sql(books, "update job set left_ms = released_ms + 3 * 3600000 "
		   "where stream in ('urgent', 'normal')");
	assert_string_equal(
		next_of(&rules, NOW + 2 * hour + 1, NULL), "urgent");
	/* Three hours: it is past the urgent lane, and goes once. */
	assert_string_equal(
		next_of(&rules, NOW + 3 * hour - 1, &overdue), "urgent");
	assert_false(overdue);
	assert_string_equal(next_of(&rules, NOW + 3 * hour, &overdue), "bulk");
	assert_true(overdue);
	/* Then others go for a tenth of an hour. */
	OK(pg_do(books->pg,
		"insert into pace (kind, name, aged_ms) values "
		"(3, 'simulator', $1)",
		PG_ARGS(PG_N(NOW + 3 * hour)), NULL, &why));
	assert_string_equal(
		next_of(&rules, NOW + 3 * hour + 359999, &overdue), "urgent");
	assert_string_equal(
		next_of(&rules, NOW + 3 * hour + 360000, &overdue), "bulk");
	/* Without ageing never. */
	rules.lane_age_ms = 0;
	assert_string_equal(next_of(&rules, NOW + 90 * hour, NULL), "urgent");
}

/* --- limits of a sender and of persons --- */

static enum verdict
begin_one(const struct offer_rules *rules, const char *name, int64_t *ms)
{
	struct offer offer;
	int64_t now_ms = NOW + world.true_us / 1000;
	struct store *store = courier();
	enum verdict v = store_offer_next(
		store, "simulator", rules, now_ms, &mem, &offer, ms, &why);

	if (v == V_OK) {
		address_offer(&offer, name);
		v = store_offer_begin(store, &offer, rules, ms, &why);
	} else {
		*ms -= now_ms;
	}
	store_close(store);
	return v;
}

static void
test_pace__a_sender_has_a_limit_of_its_own(void **state)
{
	struct offer_sender sender = { .name = "voorbeeld", .per_hour = 36000 };
	struct offer_rules rules = { .per_hour = FAST,
		.in_flight = 1000,
		.senders = &sender,
		.sender_count = 1 };
	int64_t ms = 0;

	(void)state;
	world_new();
	job_with_lots("20260603-send", "s", 205, "5", "100");
	OK(begin_one(&rules, "m-send-1", &ms));
	/* 100 letters cost ten seconds; one lot may make up for being late. */
	OK(begin_one(&rules, "m-send-2", &ms));
	assert_int_equal(begin_one(&rules, "m-send-3", &ms), V_LATER);
	assert_in_range(ms, 9000, 10100);
	assert_string_equal(why.text, "the sender's letters per hour are used");
	/* Another sender's job is not held up by it. */
	world.true_us += 10000;
	set_clock();
	job_with_lots("20260603-othe", "s", 206, "1", "900");
	sql(books, "update job set sender = 'ander' "
		   "where id = '20260603-othe'");
	OK(begin_one(&rules, "m-othe-1", &ms));
	world.true_us += 11 * SECOND;
	set_clock();
	OK(begin_one(&rules, "m-send-4", &ms));
}

static void
test_pace__a_person_limits_from_the_next_lot_until_its_end(void **state)
{
	struct limit limit = { .kind = LIMIT_ENDPOINT,
		.name = "simulator",
		.amount = 36000, /* ten a second */
		.person = "anna",
		.reason = "Logius called" };
	struct offer_rules rules = { .per_hour = 360000, .in_flight = 1 };
	struct limit *list;
	int64_t ms = 0, gone = 0;
	size_t count;

	(void)state;
	world_new();
	job_with_lots("20260604-limi", "s", 207, "9", "1000");
	limit.since_ms = NOW;
	limit.until_ms = NOW + 150000;
	OK(begin_one(&rules, "m-limi-1", &ms));
	sql(books, "update attempt set state = 4");
	OK(store_limit_set(books, &limit, 60000, &why));
	/* What is left of the first lot is waited for at the new limit. */
	world.true_us += 5 * SECOND;
	set_clock();
	assert_int_equal(begin_one(&rules, "m-limi-2", &ms), V_LATER);
	assert_in_range(ms, 49000, 50100);
	world.true_us += 51 * SECOND;
	set_clock();
	OK(begin_one(&rules, "m-limi-3", &ms));
	sql(books, "update attempt set state = 4");
	assert_int_equal(begin_one(&rules, "m-limi-4", &ms), V_LATER);
	assert_in_range(ms, 99000, 100100);
	OK(store_limit_list(books, NOW, &mem, &list, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(list[0].person, "anna");
	/* Its end comes by itself; what is still to be waited for counts at
	 * the limit of the jobs file again.
	 */
	world.true_us = 150 * SECOND;
	set_clock();
	assert_int_equal(begin_one(&rules, "m-limi-5", &ms), V_LATER);
	assert_in_range(ms, 400, 700);
	assert_int_equal(store_limit_find(books, LIMIT_ENDPOINT, "simulator",
				 NOW + 150000, &mem, list, &why),
		V_END);
	OK(store_limits_end(books, NOW + 149999, &gone, &why));
	assert_int_equal(gone, 0);
	OK(store_limits_end(books, NOW + 150000, &gone, &why));
	assert_int_equal(gone, 1);
	/* A clock of ours that is ahead ends none. */
	OK(pg_now_ms(books->pg, &limit.until_ms, &why));
	limit.until_ms += 3600000;
	OK(store_limit_set(books, &limit, 60000, &why));
	OK(store_limits_end(books, limit.until_ms + 1, &gone, &why));
	assert_int_equal(gone, 0);
	OK(store_limit_off(
		books, LIMIT_ENDPOINT, "simulator", "anna", "x", NOW, &why));
	assert_int_equal(store_limit_off(books, LIMIT_ENDPOINT, "simulator",
				 "anna", "x", NOW, &why),
		V_SKIP);
}

static void
test_pace__bytes_of_all_uploads_together(void **state)
{
	struct offer_rules rules = {
		.per_hour = FAST, .in_flight = 100, .bytes_s = 10000
	};
	int64_t ms = 0;

	(void)state;
	world_new();
	job_with_lots("20260605-byte", "s", 208, "3", "10");
	/* 12,345 bytes and an envelope of 11 take 1.2 seconds. */
	OK(begin_one(&rules, "m-byte-1", &ms));
	assert_int_equal(begin_one(&rules, "m-byte-2", &ms), V_LATER);
	assert_in_range(ms, 1200, 1240);
	assert_string_equal(
		why.text, "the endpoint's bytes per second are used");
	world.true_us += 1240000;
	set_clock();
	OK(begin_one(&rules, "m-byte-3", &ms));
}

static void
test_pace__a_stop_of_a_sender_in_a_stream_holds(void **state)
{
	struct offer_rules rules = { .per_hour = FAST, .in_flight = 100 };
	struct stop_count n;
	struct offer offer;
	int64_t ms = 0;

	(void)state;
	world_new();
	job_with_lots("20260606-many", "s", 209, "3", "10");
	OK(store_offer_next(
		books, "simulator", &rules, NOW, &mem, &offer, &ms, &why));
	address_offer(&offer, "m-many-1");
	OK(store_stop_set(books, STOP_STREAM, "s/voorbeeld", "anna", "look",
		NOW, &n, &why));
	assert_int_equal(
		store_offer_begin(books, &offer, &rules, &ms, &why), V_LATER);
	assert_int_equal(begin_one(&rules, "m-many-2", &ms), V_END);
	OK(store_stop_clear(
		books, STOP_STREAM, "s/voorbeeld", "anna", "seen", NOW, &why));
	/* That of another sender is none of its business. */
	OK(store_stop_set(
		books, STOP_STREAM, "s/ander", "anna", "look", NOW, &n, &why));
	OK(begin_one(&rules, "m-many-3", &ms));
	OK(store_stop_clear(
		books, STOP_STREAM, "s/ander", "anna", "seen", NOW, &why));
}

static void
test_pace__a_retry_that_is_due_waits_for_its_window(void **state)
{
	struct offer_stream stream = { .name = "s", .lane = OFFER_NORMAL };
	struct offer_rules rules = { .per_hour = FAST,
		.in_flight = 100,
		.streams = &stream,
		.stream_count = 1 };
	int64_t ms = 0;

	(void)state;
	world_new();
	job_with_lots("20260607-wind", "s", 210, "1", "10");
	OK(begin_one(&rules, "m-wind-1", &ms));
	sql(books, arena_format(&mem,
			   "update attempt set state = 2, next_post_ms = %lld",
			   (long long)NOW - 1));
	stream.closed = true;
	stream.opens_ms = NOW + 60000;
	assert_int_equal(begin_one(&rules, "m-wind-1", &ms), V_END);
	assert_int_equal(ms, 60000);
	stream.opens_ms = 0; /* nobody knows when */
	assert_int_equal(begin_one(&rules, "m-wind-1", &ms), V_END);
	assert_int_equal(ms, -NOW);
}

static void
test_pace__a_printer_gets_so_many_letters_a_day(void **state)
{
	struct limit limit = { .kind = LIMIT_PRINTER,
		.name = "drukker",
		.amount = 500,
		.person = "anna",
		.reason = "a press is down" };
	int64_t may = -1, left = 0;

	(void)state;
	world_new();
	OK(store_print_allowance(
		books, "drukker", 700, 1000, 20500, &may, &why));
	assert_int_equal(may, 700);
	OK(store_print_left(books, "drukker", 1000, 20500, &left, &why));
	assert_int_equal(left, 300);
	OK(store_print_allowance(
		books, "drukker", 700, 1000, 20500, &may, &why));
	assert_int_equal(may, 300);
	OK(store_print_allowance(books, "drukker", 1, 1000, 20500, &may, &why));
	assert_int_equal(may, 0);
	OK(store_print_allowance(books, "ander", 1, 1000, 20500, &may, &why));
	assert_int_equal(may, 1);
	/* The next day begins anew; a person may say less. */
	OK(store_limit_set(books, &limit, 1000, &why));
	OK(store_print_allowance(
		books, "drukker", 700, 1000, 20501, &may, &why));
	assert_int_equal(may, 500);
	/* No limit; and no limit of what is left. */
	OK(store_print_allowance(books, "vrij", 99999, 0, 20500, &may, &why));
	assert_int_equal(may, 99999);
	OK(store_print_left(books, "vrij", 0, 20500, &left, &why));
	assert_int_equal(left, -1);
	/* What is taken back with its transaction is not taken. */
	OK(pg_begin(books->pg, &why));
	OK(store_print_allowance(books, "terug", 10, 10, 20500, &may, &why));
	assert_int_equal(pg_end(books->pg, V_SKIP, &why), V_SKIP);
	OK(store_print_allowance(books, "terug", 10, 10, 20500, &may, &why));
	assert_int_equal(may, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_pace__an_hour_is_kept_and_used_whatever_happens),
		cmocka_unit_test(
			test_pace__a_small_urgent_job_goes_next_and_nobody_starves),
		cmocka_unit_test(test_pace__a_sender_has_a_limit_of_its_own),
		cmocka_unit_test(
			test_pace__a_person_limits_from_the_next_lot_until_its_end),
		cmocka_unit_test(test_pace__bytes_of_all_uploads_together),
		cmocka_unit_test(
			test_pace__a_stop_of_a_sender_in_a_stream_holds),
		cmocka_unit_test(
			test_pace__a_retry_that_is_due_waits_for_its_window),
		cmocka_unit_test(
			test_pace__a_printer_gets_so_many_letters_a_day),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
