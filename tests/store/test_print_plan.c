/* tests/store/test_print_plan.c - the order of a paper run, and its proofs
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define JOB "20260520-plan"

/* Every letter of the plan gets a class and a key by its record. */
static void
make_plan(int64_t *letters_out)
{
	struct print_row rows[50];
	struct letter *letters;
	const char **reasons;
	size_t i, count;

	OK(store_plan_begin(books, JOB, &why));
	OK(store_plan_letters(books, &mem, &letters, &reasons, &count, &why));
	assert_true(count <= 50);
	for (i = 0; i < count; i++)
		rows[i] = (struct print_row){ .record = letters[i].record,
			.id = letters[i].id,
			.large = letters[i].record == 7,
			.weight = letters[i].record > 8 ? 50 : 20,
			.abroad = letters[i].record == 2,
			.sheets = letters[i].record == 4 ? 9 : 1,
			.bytes = 1000,
			/* The later the record, the earlier its address. */
			.key = arena_format(
				&mem, "%03d", 100 - (int)letters[i].record) };
	OK(store_plan_add(books, rows, count, &why));
	assert_int_equal(store_plan_letters(
				 books, &mem, &letters, &reasons, &count, &why),
		V_END);
	OK(store_plan_end(books, V_OK, letters_out, &why));
}

static void
group_is(const struct print_group *g, const int64_t *records, size_t count)
{
	size_t i;

	assert_int_equal(g->count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(g->records[i], records[i]);
}

static void
test_plan__classes_then_addresses_cut_at_letters_and_bytes(void **state)
{
	struct print_group g;
	int64_t letters;

	(void)state;
	make_split(JOB, "plan", "plan", 1, 10);
	make_routed(JOB, 1); /* all of them on paper */
	make_cut(JOB, "plan", 100);
	make_plan(&letters);
	assert_int_equal(letters, 10);
	OK(store_plan_next(books, 0, 5, 1000000, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 8, 6, 5, 4, 3 }, 5);
	assert_int_equal(g.weight, 20);
	assert_int_equal(g.bytes, 5000);
	OK(store_plan_next(books, g.last, 5, 1000000, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 2, 1 }, 2);
	/* Another class never goes along, and one letter always fits. */
	OK(store_plan_next(books, g.last, 5, 1, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 10 }, 1);
	assert_int_equal(g.weight, 50);
	OK(store_plan_next(books, g.last, 5, 2000, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 9 }, 1);
	OK(store_plan_next(books, g.last, 5, 2000, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 7 }, 1);
	assert_true(g.large);
	assert_int_equal(
		store_plan_next(books, g.last, 5, 2000, &mem, &g, &why), V_END);
}

static void
test_plan__a_proof_shows_most_of_the_run(void **state)
{
	struct print_group g;

	(void)state;
	/* The first, one of each class, one abroad, the thickest. */
	OK(store_plan_proof(books, 6, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 8, 6, 4, 2, 10, 7 }, 6);
	OK(store_plan_proof(books, 1, &mem, &g, &why));
	group_is(&g, (const int64_t[]){ 8 }, 1);
	OK(store_plan_proof(books, 50, &mem, &g, &why));
	assert_int_equal(g.count, 10);
}

static bool
ready(void)
{
	struct job job;

	return store_print_ready(books, 0, &mem, &job, &why) == V_OK &&
	       strcmp(job.id, JOB) == 0;
}

static void
test_plan__a_run_waits_for_its_proof(void **state)
{
	const int64_t records[] = { 8, 2 };
	struct print_proof proof = { .nth = 1,
		.number = 1,
		.name = "print-proof-1",
		.made_ms = NOW,
		.count = 2,
		.records = records };
	const uint8_t sha256[32] = { 1 };
	struct print_proof *list;
	struct letter *letters;
	const char **reasons;
	struct print_proof got;
	size_t count;

	(void)state;
	assert_true(ready());
	assert_int_equal(store_proof_get(books, JOB, &mem, &got, &why), V_END);
	OK(store_proof_cut(books, JOB, &proof, &why));
	assert_false(ready());
	OK(store_proof_unfinished(books, 0, &mem, &got, &why));
	assert_string_equal(got.name, "print-proof-1");
	assert_int_equal(got.count, 2);
	assert_int_equal(got.records[0], 8);
	OK(store_proof_letters(
		books, &got, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(letters[0].record, 8);
	assert_string_equal(reasons[1], "not_subscribed");
	/* Not before it was written. */
	assert_int_equal(store_proof_say(books, JOB, PROOF_GOOD, "anna", "ok",
				 NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	OK(store_proof_written(books, &got, sha256, true, NOW, &why));
	assert_int_equal(
		store_proof_unfinished(books, 0, &mem, &got, &why), V_END);
	assert_false(ready());
	OK(store_proof_list(books, &mem, &list, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].state, PROOF_WAITS);
	OK(store_proof_say(books, JOB, PROOF_BAD, "anna", "pale", NOW, &why));
	assert_false(ready());
	OK(store_proof_say(books, JOB, PROOF_ANEW, "anna", "again", NOW, &why));
	assert_true(ready());
	proof.nth = 2;
	proof.name = "print-proof-2";
	OK(store_proof_cut(books, JOB, &proof, &why));
	OK(store_proof_get(books, JOB, &mem, &got, &why));
	assert_int_equal(got.nth, 2);
	OK(store_proof_written(books, &got, sha256, true, NOW, &why));
	OK(store_proof_say(books, JOB, PROOF_GOOD, "anna", "well", NOW, &why));
	assert_true(ready());
	OK(store_proof_get(books, JOB, &mem, &got, &why));
	assert_int_equal(got.state, PROOF_GOOD);
	assert_string_equal(got.person, "anna");
	/* Nothing of it counts as printed. */
	assert_int_equal(job_now(JOB).n_paper, 10);
}

/* What a bundle is of comes back as it was, for a crash. */
static void
test_plan__the_form_of_a_bundle_is_kept(void **state)
{
	const struct bundle_form form = { .name = "print-form-1",
		.number = 3,
		.previous = "print-before",
		.product = "snel",
		.envelope = "C4",
		.colour = true,
		.merged = true,
		.test = true,
		.weight = 50 };
	struct bundle_form got;
	struct print_group g;
	int64_t letters, lot;

	(void)state;
	make_plan(&letters);
	OK(store_plan_next(books, 0, 2, 1000000, &mem, &g, &why));
	OK(store_bundle_cut(books, JOB, &form, &g, NOW, &lot, &why));
	OK(store_bundle_form(books, lot, &mem, &got, &why));
	assert_string_equal(got.name, form.name);
	assert_string_equal(got.previous, form.previous);
	assert_string_equal(got.product, form.product);
	assert_string_equal(got.envelope, form.envelope);
	assert_int_equal(got.number, 3);
	assert_int_equal(got.weight, 50);
	assert_true(got.colour && got.merged && got.test && !got.simplex);
	/* The same letters are no second bundle. */
	assert_int_equal(
		store_bundle_cut(books, JOB, &form, &g, NOW, &lot, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_PRINT_TWICE);
	make_plan(&letters);
	assert_int_equal(letters, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_plan__classes_then_addresses_cut_at_letters_and_bytes),
		cmocka_unit_test(test_plan__a_proof_shows_most_of_the_run),
		cmocka_unit_test(test_plan__a_run_waits_for_its_proof),
		cmocka_unit_test(test_plan__the_form_of_a_bundle_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
