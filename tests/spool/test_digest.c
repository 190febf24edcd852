/* tests/spool/test_digest.c - the digest of a claim that is fed, or not
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/digest.h"
#include "spool/room.h"

#define ON_DISK "abcdefghij"
#define OTHER "ABCDEFGHIJ" /* to see which of the two was digested */
#define LEN 10

struct at {
	char dir[40], path[64];
	struct claim claim;
};

static void
put(const struct at *at, const char *tail, const char *text)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", at->path, tail);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A claim of a file with ON_DISK; `promised`: SHA-256 in a sidecar, or NULL. */
static void
begin(struct at *at, const char *promised)
{
	struct fault why = FAULT_NONE;

	snprintf(at->dir, sizeof(at->dir), "/tmp/mobb-digest-XXXXXX");
	assert_non_null(mkdtemp(at->dir));
	snprintf(at->path, sizeof(at->path), "%s/f.xml", at->dir);
	put(at, "", ON_DISK);
	if (promised != NULL)
		put(at, ".sha256", promised);
	assert_int_equal(spool_look(at->path, &at->claim, &why), V_OK);
	assert_int_equal(spool_digest_begin(&at->claim, &why), V_OK);
	assert_true(room_digest_fed(at->claim.run));
}

static void
end(struct at *at)
{
	char path[80];

	claim_close(&at->claim);
	snprintf(path, sizeof(path), "%s.sha256", at->path);
	(void)unlink(path);
	assert_int_equal(unlink(at->path), 0);
	assert_int_equal(rmdir(at->dir), 0);
}

static void
is_of(const struct at *at, const char *text)
{
	uint8_t wanted[DIGEST_BYTES];

	digest_of(text, strlen(text), wanted);
	assert_memory_equal(at->claim.sha256, wanted, DIGEST_BYTES);
}

static void
test_digest__is_of_what_was_fed_in_order(void **state)
{
	struct fault why = FAULT_NONE;
	struct at at;

	(void)state;
	begin(&at, NULL);
	room_digest_feed(at.claim.run, 0, 0, OTHER, 4);
	room_digest_feed(at.claim.run, 0, 4, &OTHER[4], LEN - 4);
	assert_int_equal(spool_digest_wait(&at.claim, &why), V_OK);
	is_of(&at, OTHER);
	end(&at);
}

static void
test_digest__reads_the_file_when_feeding_is_not_whole(void **state)
{
	static const struct {
		const char *name;
		int64_t first_at;
		size_t first;
		int64_t second_at;
		size_t second;
	} cases[] = {
		{ "nothing", 0, 0, 0, 0 },
		{ "not to the end", 0, 5, 5, 4 },
		{ "a hole", 0, 5, 6, 4 },
		{ "the same twice", 0, 5, 0, 5 },
		{ "more than there is", 0, 5, 5, 6 },
	};
	static const char more[] = OTHER "K";
	struct fault why = FAULT_NONE;
	struct at at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&at, NULL);
		if (cases[i].first > 0)
			room_digest_feed(at.claim.run, 0, cases[i].first_at,
				more, cases[i].first);
		if (cases[i].second > 0)
			room_digest_feed(at.claim.run, 0, cases[i].second_at,
				more + cases[i].second_at, cases[i].second);
		if (spool_digest_wait(&at.claim, &why) != V_OK)
			fail_msg("%s: %s", cases[i].name, why.text);
		is_of(&at, ON_DISK);
		end(&at);
	}
}

static void
test_digest__fed_or_not_it_is_compared_with_the_sidecar(void **state)
{
	uint8_t sum[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	struct fault why = FAULT_NONE;
	struct at at;

	(void)state;
	digest_of(OTHER, LEN, sum);
	digest_hex(sum, sizeof(sum), hex);
	begin(&at, hex);
	room_digest_feed(at.claim.run, 0, 0, OTHER, LEN);
	assert_int_equal(spool_digest_wait(&at.claim, &why), V_OK);
	end(&at);
	begin(&at, hex);
	room_digest_feed(at.claim.run, 0, 0, ON_DISK, LEN);
	assert_int_equal(spool_digest_wait(&at.claim, &why), V_SKIP);
	assert_int_equal(why.code, CODE_SIDECAR);
	end(&at);
	begin(&at, hex);
	assert_int_equal(spool_digest_wait(&at.claim, &why), V_SKIP);
	end(&at);
}

static void
test_digest__a_file_that_grew_is_not_the_one_claimed(void **state)
{
	struct fault why = FAULT_NONE;
	struct at at;

	(void)state;
	begin(&at, NULL);
	put(&at, "", ON_DISK "k");
	room_digest_feed(at.claim.run, 0, 0, ON_DISK, LEN);
	assert_int_equal(spool_digest_wait(&at.claim, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_IO);
	end(&at);
}

static void
test_digest__a_claim_may_be_closed_while_it_is_fed(void **state)
{
	struct at at;

	(void)state;
	begin(&at, NULL);
	room_digest_feed(at.claim.run, 0, 0, OTHER, 4);
	end(&at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest__is_of_what_was_fed_in_order),
		cmocka_unit_test(
			test_digest__reads_the_file_when_feeding_is_not_whole),
		cmocka_unit_test(
			test_digest__fed_or_not_it_is_compared_with_the_sidecar),
		cmocka_unit_test(
			test_digest__a_file_that_grew_is_not_the_one_claimed),
		cmocka_unit_test(
			test_digest__a_claim_may_be_closed_while_it_is_fed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
