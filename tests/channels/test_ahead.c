/* tests/channels/test_ahead.c - a body read ahead is the same body
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/ahead.h"

/* Bytes that say where they are; gives less than it is asked for. */
struct source {
	int64_t bytes, at, most; /* most it gives at a time */
	int64_t fail_at, end_at; /* 0 never */
	volatile int64_t given;
	int rewinds;
};

static char
byte_at(int64_t at)
{
	return (char)(at * 31 + at / 251);
}

static enum verdict
source_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct source *s = self;
	size_t i;

	if (s->fail_at > 0 && s->at >= s->fail_at)
		return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED, "changed");
	if ((int64_t)len > s->most)
		len = (size_t)s->most;
	if ((int64_t)len > s->bytes - s->at)
		len = (size_t)(s->bytes - s->at);
	if (s->end_at > 0 && (int64_t)len > s->end_at - s->at)
		len = (size_t)(s->end_at - s->at);
	if (s->fail_at > 0 && (int64_t)len > s->fail_at - s->at)
		len = (size_t)(s->fail_at - s->at);
	for (i = 0; i < len; i++)
		((char *)bytes)[i] = byte_at(s->at++);
	s->given = s->at;
	*len_out = len;
	return V_OK;
}

static enum verdict
source_rewind(void *self, struct fault *why)
{
	struct source *s = self;

	(void)why;
	s->at = 0;
	s->rewinds++;
	return V_OK;
}

static struct http_body
body_of(struct source *s)
{
	return (struct http_body){ s, s->bytes, source_read, source_rewind };
}

/* Threads of this process. */
static int
threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

/* Read up to `want` bytes in pieces of `piece`, each as it should be. */
static int64_t
read_all(const struct http_body *body, int64_t want, size_t piece,
	enum verdict *v_out, struct fault *why)
{
	static char bytes[300000];
	int64_t got = 0;
	size_t n = 1, i;

	assert_true(piece <= sizeof(bytes));
	*v_out = V_OK;
	while (*v_out == V_OK && n > 0 && got < want) {
		if ((int64_t)piece > want - got)
			piece = (size_t)(want - got);
		n = 0;
		*v_out = body->read(body->self, bytes, piece, &n, why);
		assert_true(*v_out != V_OK || n <= piece);
		for (i = 0; i < n; i++)
			if (bytes[i] != byte_at(got + (int64_t)i))
				fail_msg("byte %lld",
					(long long)(got + (int64_t)i));
		got += (int64_t)n;
	}
	return got;
}

static void
test_ahead__gives_the_same_bytes(void **state)
{
	static const struct {
		int64_t bytes, most;
		size_t piece;
	} cases[] = {
		{ 1, 1, 1 },
		{ AHEAD_PIECE, 1000000, 300000 },
		{ AHEAD_PIECE + 1, 1000000, 1000 },
		{ 20000000, 7777, 65536 },
		{ 20000000, 1000000, 300000 },
		{ AHEAD_PIECE * AHEAD_PIECES * 3, 50000, 262144 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct source s = { .bytes = cases[i].bytes,
			.most = cases[i].most };
		struct http_body below = body_of(&s);
		struct ahead *ahead = ahead_open(&below);
		struct http_body body = ahead_body(ahead);
		struct fault why;
		enum verdict v;

		assert_int_equal(body.bytes, s.bytes);
		assert_int_equal(
			read_all(&body, s.bytes + 1, cases[i].piece, &v, &why),
			s.bytes);
		assert_int_equal(v, V_OK);
		ahead_close(ahead);
		assert_int_equal(threads(), 1);
	}
}

static void
test_ahead__reads_no_further_than_it_may(void **state)
{
	struct source s = { .bytes = 100000000, .most = 1000000 };
	struct http_body below = body_of(&s);
	struct ahead *ahead = ahead_open(&below);
	struct http_body body = ahead_body(ahead);
	struct fault why;
	enum verdict v;
	int i;

	(void)state;
	/* Nothing before it is asked for. */
	clock_sleep_ms(50);
	assert_int_equal(s.given, 0);
	assert_int_equal(threads(), 1);
	assert_int_equal(read_all(&body, 1, 1, &v, &why), 1);
	for (i = 0; i < 200 && s.given < (int64_t)(AHEAD_PIECE * AHEAD_PIECES);
		i++)
		clock_sleep_ms(10);
	clock_sleep_ms(50);
	assert_int_equal(s.given, AHEAD_PIECE * AHEAD_PIECES);
	/* Closed in the middle, no thread is left. */
	ahead_close(ahead);
	assert_int_equal(threads(), 1);
	ahead_close(NULL);
}

static void
test_ahead__a_failure_comes_at_its_place(void **state)
{
	static const int64_t at[] = { 1, AHEAD_PIECE, 3000001 };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct source s = {
			.bytes = 20000000, .most = 9999, .fail_at = at[i]
		};
		struct http_body below = body_of(&s);
		struct ahead *ahead = ahead_open(&below);
		struct http_body body = ahead_body(ahead);
		struct fault why = FAULT_NONE;
		enum verdict v;

		assert_int_equal(
			read_all(&body, s.bytes, 4096, &v, &why), at[i]);
		assert_int_equal(v, V_NEVER);
		assert_int_equal(why.code, CODE_CONTENT_CHANGED);
		/* It stays so. */
		assert_int_equal(read_all(&body, 1, 1, &v, &why), 0);
		assert_int_equal(v, V_NEVER);
		ahead_close(ahead);
	}
}

static void
test_ahead__a_body_that_ends_early_ends(void **state)
{
	struct source s = { .bytes = 1000000, .most = 9999, .end_at = 500000 };
	struct http_body below = body_of(&s);
	struct ahead *ahead = ahead_open(&below);
	struct http_body body = ahead_body(ahead);
	struct fault why;
	enum verdict v;

	(void)state;
	assert_int_equal(read_all(&body, s.bytes, 4096, &v, &why), 500000);
	assert_int_equal(v, V_OK);
	ahead_close(ahead);
}

/* As libcurl does when a connection breaks: at any moment, and at once. */
static void
test_ahead__a_rewind_begins_anew(void **state)
{
	static const int64_t at[] = { 0, 1, 100000, 9000000, 20000000 };
	struct source s = { .bytes = 20000000, .most = 50000 };
	struct http_body below = body_of(&s);
	struct ahead *ahead = ahead_open(&below);
	struct http_body body = ahead_body(ahead);
	struct fault why;
	enum verdict v;
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(read_all(&body, at[i], at[i] == 1 ? 1 : 50000,
					 &v, &why),
			at[i]);
		assert_int_equal(body.rewind(body.self, &why), V_OK);
		assert_int_equal(s.rewinds, i + 1);
		assert_int_equal(threads(), 1);
	}
	assert_int_equal(read_all(&body, s.bytes, 262144, &v, &why), s.bytes);
	ahead_close(ahead);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ahead__gives_the_same_bytes),
		cmocka_unit_test(test_ahead__reads_no_further_than_it_may),
		cmocka_unit_test(test_ahead__a_failure_comes_at_its_place),
		cmocka_unit_test(test_ahead__a_body_that_ends_early_ends),
		cmocka_unit_test(test_ahead__a_rewind_begins_anew),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
