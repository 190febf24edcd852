/* tests/mobbsim/test_trouble.c - the language of faults, and its plans
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobbsim/dice.c"
#include "mobbsim/trouble.c"
#include "mobbsim/troubles.c"
#include "mobbsim/troubles_roll.c"

#define TEXT_BYTES 4000

static void
parse(const char *text, struct troubles *out)
{
	struct fault why = FAULT_NONE;
	char copy[TEXT_BYTES];

	snprintf(copy, sizeof(copy), "%s", text);
	*out = (struct troubles){ .state_fd = -1, .log_fd = -1 };
	(void)pthread_mutex_init(&out->lock, NULL);
	if (troubles_parse("plan", copy, out, &why) != V_OK)
		fail_msg("%s: %s: %s", text, why.place, why.text);
}

static void
test_trouble__what_is_read_is_printed(void **state)
{
	static const char *const lines[] = {
		"nth 2 request cut 5000\n",
		"nth 1 request cut -1\n",
		"nth 1 request cut end\n",
		"every 3 ack late 2s\n",
		"every 1 ack late 1500ms\n",
		"chance 20% result double\n",
		"from 500ms to 6s server certificate expired\n",
		"from 0s to 6s server away\n",
		"nth 1 request status 503\n",
		"nth 1 wus status 599 body\n",
		"nth 1 reply status 200 body taken\n",
		"nth 1 request error SecurityFailure taken\n",
		"nth 1 request code TechnischProbleem 3\n",
		"nth 1 request type text/html\n",
		"nth 1 request headers 40\n",
		"nth 7 result stranger\n",
		"nth 7 wus stranger\n",
		"nth 1 request die before\n",
	};
	struct buf out = BUF_MAX(TEXT_BYTES);
	struct troubles t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		parse(lines[i], &t);
		assert_int_equal(t.count, 1);
		buf_reset(&out);
		trouble_print(&t.lines[0], &out);
		assert_string_equal(out.bytes, lines[i]);
	}
	buf_done(&out);
}

static void
test_trouble__mistakes_have_a_place(void **state)
{
	static const char *const lines[] = {
		"request cut 5000",
		"nth request cut 5000",
		"nth 0 request cut 5000",
		"often 2 request cut 5000",
		"chance 0% request cut 5000",
		"chance 101% request cut 5000",
		"chance 20 request cut 5000",
		"from 5s to 2s request cut 1",
		"from 5 to 7 request cut 1",
		"nth 2 nobody cut 5000",
		"nth 2 request",
		"nth 2 request vanish",
		"nth 2 request lost",
		"nth 2 ack status 500",
		"nth 2 request cut",
		"nth 2 request cut far",
		"nth 2 request cut -0",
		"nth 2 request answer-cut end",
		"nth 2 request status 99",
		"nth 2 request status 600",
		"nth 2 request status 500 taken 7",
		"nth 2 request reset taken",
		"nth 2 result html taken",
		"nth 2 request cut 5 body",
		"nth 2 ack late soon",
		"nth 2 ack late 2",
		"nth 2 ack certificate wrong-host",
		"nth 2 server certificate best",
		"nth 2 request code Verwerkt",
		"nth 2 request code TechnischProbleem 0",
		"nth 2 server away",
		"until 40",
		"until 0 posts",
		"for ever",
		"seed seven",
	};
	struct fault why;
	char text[TEXT_BYTES];
	struct troubles t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "# a comment\n\n%s\n", lines[i]);
		t = (struct troubles){ .count = 0 };
		why = FAULT_NONE;
		if (troubles_parse("plan", text, &t, &why) != V_BROKEN)
			fail_msg("taken: %s", lines[i]);
		assert_int_equal(why.code, CODE_CONFIG_VALUE);
		assert_string_equal(why.place, "plan:3");
	}
}

/* How often of `n` events something goes wrong. */
static int
times(struct troubles *t, enum trouble_on on, int n, int64_t now_ms)
{
	int hit = 0;

	while (n-- > 0)
		hit += troubles_next(t, on, now_ms) != NULL;
	return hit;
}

static void
test_trouble__each_when_says_when(void **state)
{
	struct troubles t;

	(void)state;
	parse("nth 3 ack lost", &t);
	assert_int_equal(times(&t, ON_ACK, 2, 0), 0);
	assert_int_equal(times(&t, ON_RESULT, 9, 0), 0);
	assert_int_equal(times(&t, ON_ACK, 1, 0), 1);
	assert_int_equal(times(&t, ON_ACK, 9, 0), 0);
	parse("every 3 ack lost", &t);
	assert_int_equal(times(&t, ON_ACK, 30, 0), 10);
	parse("from 2s to 4s ack lost", &t);
	assert_int_equal(times(&t, ON_ACK, 1, 1999), 0);
	assert_int_equal(times(&t, ON_ACK, 5, 2000), 5);
	assert_int_equal(times(&t, ON_ACK, 1, 4000), 0);
	parse("chance 30% ack lost", &t);
	assert_in_range(times(&t, ON_ACK, 1000, 0), 240, 360);
	assert_null(troubles_next(NULL, ON_ACK, 0));
}

/* The first line that fits counts, and only that one. */
static void
test_trouble__the_first_that_fits(void **state)
{
	const struct trouble *hit;
	struct troubles t;

	(void)state;
	parse("nth 2 ack lost\nevery 1 ack double\n", &t);
	hit = troubles_next(&t, ON_ACK, 0);
	assert_int_equal(hit->kind, T_DOUBLE);
	hit = troubles_next(&t, ON_ACK, 0);
	assert_int_equal(hit->kind, T_LOST);
}

static void
test_trouble__plans_end(void **state)
{
	struct troubles t;

	(void)state;
	parse("every 1 request reset\nuntil 3 posts\n", &t);
	assert_int_equal(times(&t, ON_REQUEST, 10, 0), 3);
	/* Other posts count too; what is not a post does not. */
	parse("every 1 request reset\nuntil 3 posts\n", &t);
	assert_int_equal(times(&t, ON_WUS, 2, 0), 0);
	assert_int_equal(times(&t, ON_ACK, 9, 0), 0);
	assert_int_equal(times(&t, ON_REQUEST, 10, 0), 1);
	parse("every 1 request reset\nfor 2s\n", &t);
	assert_int_equal(times(&t, ON_REQUEST, 3, 1999), 3);
	assert_int_equal(times(&t, ON_REQUEST, 3, 2000), 0);
	parse("from 1s to 3s server away\nfor 2s\n", &t);
	assert_false(troubles_away(&t, 999));
	assert_true(troubles_away(&t, 1000));
	assert_false(troubles_away(&t, 2000));
	/* Being away is no event. */
	assert_null(troubles_next(&t, ON_SERVER, 1500));
}

/* By its seed, whatever else happens. */
static void
test_trouble__chance_is_the_same_each_time(void **state)
{
	struct troubles one, two;
	int i, differ = 0;

	(void)state;
	parse("chance 40% ack lost\nseed 7\n", &one);
	parse("chance 40% ack lost\nseed 7\n", &two);
	for (i = 0; i < 200; i++) {
		(void)troubles_next(&two, ON_RESULT, 0);
		assert_int_equal(troubles_next(&one, ON_ACK, 0) != NULL,
			troubles_next(&two, ON_ACK, 0) != NULL);
	}
	parse("chance 40% ack lost\nseed 8\n", &two);
	one.counts[ON_ACK] = 0;
	for (i = 0; i < 200; i++)
		differ += (troubles_next(&one, ON_ACK, 0) != NULL) !=
			  (troubles_next(&two, ON_ACK, 0) != NULL);
	assert_true(differ > 20);
}

/* After a restart it goes on where it was; another plan begins anew. */
static void
test_trouble__counting_survives(void **state)
{
	char dir[] = "/tmp/trouble-test-XXXXXX", path[80];
	static const char *const files[] = { "faults.txt", "faults.csv",
		"faults.state" };
	struct fault why = FAULT_NONE;
	struct troubles t;
	size_t i;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(file_dir(AT_FDCWD, dir, &fd, &why), V_OK);
	parse("nth 3 ack lost\n", &t);
	assert_int_equal(troubles_begin(&t, fd, 1000, &why), V_OK);
	assert_int_equal(times(&t, ON_ACK, 2, 1000), 0);
	troubles_end(&t);
	parse("nth 3 ack lost\n", &t);
	assert_int_equal(troubles_begin(&t, fd, 5000, &why), V_OK);
	assert_int_equal(t.begun_ms, 1000);
	assert_int_equal(times(&t, ON_ACK, 1, 5000), 1);
	troubles_end(&t);
	parse("nth 3 ack double\n", &t);
	assert_int_equal(troubles_begin(&t, fd, 6000, &why), V_OK);
	assert_int_equal(times(&t, ON_ACK, 1, 6000), 0);
	troubles_end(&t);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		assert_int_equal(unlink(path), 0);
	}
	(void)close(fd);
	assert_int_equal(rmdir(dir), 0);
}

/* A plan that was rolled can be read, and is the same for the same seed. */
static void
same_again(const struct troubles *rolled)
{
	struct buf one = BUF_MAX(TEXT_BYTES), two = BUF_MAX(TEXT_BYTES);
	struct troubles read;

	troubles_print(rolled, &one);
	assert_false(one.full);
	parse(one.bytes, &read);
	troubles_print(&read, &two);
	assert_string_equal(one.bytes, two.bytes);
	assert_true(rolled->until_posts > 0 || rolled->for_ms > 0);
	buf_done(&one);
	buf_done(&two);
}

static void
test_trouble__every_fault_can_be_rolled(void **state)
{
	struct troubles one, two;
	int on, kind;
	int64_t seed;

	(void)state;
	for (on = 0; on < TROUBLE_ONS; on++)
		for (kind = 0; kind < TROUBLE_KINDS; kind++) {
			if ((table[kind].on & 1U << on) == 0)
				continue;
			for (seed = 0; seed < 40; seed++) {
				troubles_roll_one(&one, (enum trouble_on)on,
					(enum trouble_kind)kind, seed);
				troubles_roll_one(&two, (enum trouble_on)on,
					(enum trouble_kind)kind, seed);
				assert_memory_equal(&one, &two, sizeof(one));
				assert_int_equal(one.lines[0].on, on);
				assert_int_equal(one.lines[0].kind, kind);
				same_again(&one);
			}
		}
}

static void
test_trouble__mixtures_differ_by_their_seed(void **state)
{
	bool seen[TROUBLE_KINDS] = { false };
	struct troubles one, two;
	int64_t seed;
	size_t i;

	(void)state;
	for (seed = 0; seed < 200; seed++) {
		troubles_roll(&one, seed);
		troubles_roll(&two, seed);
		assert_memory_equal(&one, &two, sizeof(one));
		same_again(&one);
		for (i = 0; i < one.count; i++)
			seen[one.lines[i].kind] = true;
		troubles_roll(&two, seed + 1);
		assert_memory_not_equal(&one, &two, sizeof(one));
	}
	for (i = 0; i < TROUBLE_KINDS; i++)
		if (!seen[i])
			fail_msg("%s was never rolled", table[i].name);
}

/* Each fault stands in the manual page. */
static void
test_trouble__the_manual_names_them(void **state)
{
	struct buf page = BUF_MAX(1000000);
	struct fault why = FAULT_NONE;
	int kind;

	(void)state;
	assert_int_equal(
		file_get(AT_FDCWD, "mobbsim/mobbsim.1", &page, &why), V_OK);
	for (kind = 0; kind < TROUBLE_KINDS; kind++)
		if (strstr(page.bytes, table[kind].name) == NULL)
			fail_msg("%s is not in the manual", table[kind].name);
	buf_done(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trouble__what_is_read_is_printed),
		cmocka_unit_test(test_trouble__mistakes_have_a_place),
		cmocka_unit_test(test_trouble__each_when_says_when),
		cmocka_unit_test(test_trouble__the_first_that_fits),
		cmocka_unit_test(test_trouble__plans_end),
		cmocka_unit_test(test_trouble__chance_is_the_same_each_time),
		cmocka_unit_test(test_trouble__counting_survives),
		cmocka_unit_test(test_trouble__every_fault_can_be_rolled),
		cmocka_unit_test(test_trouble__mixtures_differ_by_their_seed),
		cmocka_unit_test(test_trouble__the_manual_names_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
