/* tests/channels/test_http_flood.c - many at once, slow ones, large ones
 *
 * What is shown: the peer still gets through, every wait has an end, and the
 * bytes of all bodies under way stay within what was set.  What that is in
 * resident memory shows tests/run/42-inlet.t, without sanitizers.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "tests/channels/served.h"

#define WAIT_MS 10000
#define POST "POST /ebms HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define MB 1000000
#define CROWD 500
#define FILES 2000 /* descriptors this needs */

static struct pki pki;

static void
reach(struct line *l, const struct served *s)
{
	line_tls(l, s->url, pki.client, pki.client_key, 0);
	assert_true(l->up);
}

/* The server's certificate as a client: another peer. */
static void
reach_as_other(struct line *l, const struct served *s)
{
	line_tls(l, s->url, pki.server, pki.server_key, 0);
	assert_true(l->up);
}

static void
tell(struct line *l, const char *text)
{
	(void)line_send(l, text, strlen(text));
}

static int
ask(struct line *l)
{
	tell(l, POST "Content-Length: 3\r\n\r\nabc");
	return line_status(l, WAIT_MS);
}

/* A new connection, one post; how long it took. */
static int
post_ms(struct served *s)
{
	int64_t from_ms = clock_tick_ms();
	struct line l;

	reach(&l, s);
	assert_int_equal(ask(&l), 204);
	line_end(&l);
	return (int)(clock_tick_ms() - from_ms);
}

/* Both ends are in this process. */
static void
need_files(void)
{
	struct rlimit files = { 0, 0 };

	(void)getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur < FILES)
		skip(); /* not that many may be open here */
}

/* --- strangers --- */

/* Strangers that connect and say nothing, or nonsense, or leave at once, do not
 * keep the peer out, nor fill the log.
 */
static void
test_http_flood__a_crowd_of_strangers_keeps_nobody_out(void **state)
{
	struct served s = { .status = 204 };
	struct line old;
	int fds[CROWD], i, worst_ms = 0, ms;

	(void)state;
	need_files();
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	/* One that was there before is not pushed out by strangers. */
	reach(&old, &s);
	assert_int_equal(ask(&old), 204);
	for (i = 0; i < CROWD; i++) {
		fds[i] = wire_connect(http_listen_port(s.listen));
		if (i % 2 == 0 && write(fds[i], "\x16\x03\x01", 3) != 3)
			exit(2);
	}
	for (i = 0; i < 10; i++) {
		ms = post_ms(&s);
		if (ms > worst_ms)
			worst_ms = ms;
	}
	assert_int_equal(ask(&old), 204);
	line_end(&old);
	for (i = 0; i < CROWD; i++)
		close(fds[i]);
	for (i = 0; i < CROWD; i++)
		close(wire_connect(http_listen_port(s.listen)));
	ms = post_ms(&s);
	assert_true(worst_ms < 5000 && ms < 5000);
	print_message("# the peer took %d ms at most\n",
		ms > worst_ms ? ms : worst_ms);
	served_end(&s);
	assert_int_equal(s.requests, 13);
	assert_in_range(s.notes, 1, 60); /* 20 in ten seconds */
}

/* More than are let in at all: the oldest stranger goes for each new one. */
static void
test_http_flood__a_thousand_at_once_are_too_many(void **state)
{
	struct served s = { .status = 204 };
	int fds[2 * CROWD], i, gone = 0;

	(void)state;
	need_files();
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	for (i = 0; i < 2 * CROWD; i++)
		fds[i] = wire_connect(http_listen_port(s.listen));
	assert_true(post_ms(&s) < 5000);
	for (i = 0; i < 2 * CROWD; i++) {
		struct pollfd p = { .fd = fds[i], .events = POLLIN };

		if (poll(&p, 1, 0) > 0)
			gone++;
		close(fds[i]);
	}
	assert_in_range(gone, 2 * CROWD - 512, 2 * CROWD - 400);
	served_end(&s);
}

/* --- slow ones --- */

static void
test_http_flood__slow_heads_and_bodies_have_an_end(void **state)
{
	static const char *const begun[] = { "P",
		POST "X: ", POST "Content-Length: 3\r\n\r\na", CHUNKED "1",
		CHUNKED "3\r\na", CHUNKED "0\r\nTrailer: x\r\n" };
	const size_t count = sizeof(begun) / sizeof(*begun);
	struct served s = { .status = 204 };
	int64_t from_ms = clock_tick_ms();
	struct line l[6];
	size_t i;

	(void)state;
	served_begin(&s, &pki,
		&(struct http_listen_conf){
			.max_body = 1000, .deadline_s = 1 });
	for (i = 0; i < count; i++) {
		reach(&l[i], &s);
		tell(&l[i], begun[i]);
	}
	/* A byte now and then does not help. */
	for (i = 0; i < 20; i++) {
		clock_sleep_ms(100);
		tell(&l[1], "x");
	}
	for (i = 0; i < count; i++) {
		(void)line_until(&l[i], NULL, 2000);
		assert_true(l[i].closed);
		assert_int_equal(l[i].len, 0);
		line_end(&l[i]);
	}
	assert_in_range(clock_tick_ms() - from_ms, 900, 6000);
	served_end(&s);
	assert_int_equal(s.requests, 0);
	assert_int_equal(s.notes, count);
	assert_int_equal(s.note.code, CODE_CUT);
}

/* A hundred of another peer, each in the middle of a head or a body. */
static void
test_http_flood__slow_ones_keep_nobody_out(void **state)
{
	struct served s = { .status = 204 };
	struct line *slow = calloc(100, sizeof(*slow));
	int i, ms;

	(void)state;
	assert_non_null(slow);
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	for (i = 0; i < 100; i++) {
		reach_as_other(&slow[i], &s);
		tell(&slow[i], i % 2 == 0 ? POST "X: "
					  : POST "Content-Length: 9\r\n\r\na");
	}
	ms = post_ms(&s);
	assert_true(ms < 2000);
	print_message("# the peer took %d ms\n", ms);
	for (i = 0; i < 100; i++)
		line_end(&slow[i]);
	free(slow);
	served_end(&s);
	assert_int_equal(s.requests, 1);
}

static void
test_http_flood__one_peer_has_not_all_connections(void **state)
{
	struct served s = { .status = 204 };
	struct line *many = calloc(140, sizeof(*many));
	int i, up = 0;

	(void)state;
	assert_non_null(many);
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	for (i = 0; i < 140; i++) {
		reach_as_other(&many[i], &s);
		tell(&many[i], POST "X: ");
	}
	assert_true(post_ms(&s) < 2000);
	for (i = 0; i < 140; i++) {
		up += !line_ready(&many[i], 0);
		line_end(&many[i]);
	}
	free(many);
	served_end(&s);
	/* TLS 1.3 tells a client late: at least those beyond are closed. */
	assert_in_range(up, 100, 128);
}

/* Many that are idle are no harm: the oldest goes for the newest. */
static void
test_http_flood__a_peer_may_come_again_and_again(void **state)
{
	struct served s = { .status = 204 };
	struct line *many = calloc(200, sizeof(*many));
	int i;

	(void)state;
	assert_non_null(many);
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	for (i = 0; i < 200; i++) {
		reach(&many[i], &s);
		assert_int_equal(ask(&many[i]), 204);
	}
	assert_int_equal(ask(&many[150]), 204);
	(void)line_until(&many[0], NULL, WAIT_MS);
	assert_true(many[0].closed);
	for (i = 0; i < 200; i++)
		line_end(&many[i]);
	free(many);
	served_end(&s);
	assert_int_equal(s.requests, 201);
	assert_int_equal(s.notes, 0);
}

/* --- large ones --- */

/* Refused at its head, without the body being read. */
static void
test_http_flood__too_large_is_refused_unread(void **state)
{
	static char piece[65536];
	struct served s = { .status = 204 };
	int64_t sent = 0, from_ms;
	struct line l;

	(void)state;
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = MB });
	reach(&l, &s);
	tell(&l, POST "Content-Length: 1000001\r\n\r\n");
	assert_int_equal(line_status(&l, WAIT_MS), 413);
	line_end(&l);
	/* One that does not listen and goes on is cut off soon. */
	reach(&l, &s);
	tell(&l, POST "Content-Length: 100000000000\r\n\r\n");
	from_ms = clock_tick_ms();
	while (sent < (int64_t)1000 * MB && line_send(&l, piece, sizeof(piece)))
		sent += (int64_t)sizeof(piece);
	assert_true(sent < (int64_t)100 * MB);
	assert_true(clock_tick_ms() - from_ms < 10000);
	line_end(&l);
	/* Chunks are counted as they come. */
	reach(&l, &s);
	tell(&l, CHUNKED "f4240\r\n"); /* a million exactly */
	for (sent = 0; sent < MB; sent += 50000)
		(void)line_send(&l, piece, 50000);
	tell(&l, "\r\n0\r\n\r\n");
	assert_int_equal(line_status(&l, WAIT_MS), 204);
	assert_int_equal(s.body_len, MB);
	tell(&l, CHUNKED "f4240\r\n");
	for (sent = 0; sent < MB; sent += 50000)
		(void)line_send(&l, piece, 50000);
	tell(&l, "\r\n1\r\n");
	assert_int_equal(line_status(&l, WAIT_MS), 413);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 1);
}

/* 32 MB for all bodies, 24 MB of them for one peer. */
static void
test_http_flood__bodies_under_way_are_bounded(void **state)
{
	static const char whole[] = POST "Content-Length: 8000000\r\n\r\n";
	struct served s = { .status = 204 };
	struct line mine[4], other[2];
	static char body[8 * MB];
	int i;

	(void)state;
	served_begin(
		&s, &pki, &(struct http_listen_conf){ .max_body = 8 * MB });
	for (i = 0; i < 3; i++) {
		reach(&mine[i], &s);
		tell(&mine[i], whole);
		tell(&mine[i], "x");
	}
	clock_sleep_ms(100);
	/* The fourth of the same peer: later. */
	reach(&mine[3], &s);
	tell(&mine[3], POST "Content-Length: 1\r\n\r\nx");
	assert_true(line_until(&mine[3], "\r\nRetry-After: 30\r\n", WAIT_MS));
	assert_int_equal(line_status(&mine[3], WAIT_MS), 503);
	(void)line_until(&mine[3], NULL, WAIT_MS);
	assert_true(mine[3].closed);
	line_end(&mine[3]);
	/* Another peer has room for one. */
	reach_as_other(&other[0], &s);
	tell(&other[0], whole);
	tell(&other[0], "x");
	clock_sleep_ms(100);
	reach_as_other(&other[1], &s);
	tell(&other[1], CHUNKED "1\r\n");
	assert_int_equal(line_status(&other[1], WAIT_MS), 503);
	line_end(&other[1]);
	/* What was let in is finished, also when all is taken. */
	assert_true(line_send(&other[0], body, 8 * MB - 1));
	assert_int_equal(line_status(&other[0], WAIT_MS), 204);
	assert_int_equal(s.body_len, 8 * MB);
	assert_true(line_send(&mine[0], body, 8 * MB - 1));
	assert_int_equal(line_status(&mine[0], WAIT_MS), 204);
	/* Given back by an answer, and by an end without one. */
	assert_int_equal(ask(&mine[0]), 204);
	line_end(&mine[1]);
	line_end(&mine[2]);
	clock_sleep_ms(100);
	for (i = 1; i < 3; i++) {
		reach(&mine[i], &s);
		tell(&mine[i], whole);
		assert_true(line_send(&mine[i], body, 8 * MB));
		assert_int_equal(line_status(&mine[i], WAIT_MS), 204);
		line_end(&mine[i]);
	}
	line_end(&mine[0]);
	line_end(&other[0]);
	served_end(&s);
	assert_int_equal(s.requests, 5);
}

/* A chunked body is counted as it grows, and refused in the middle. */
static void
test_http_flood__growing_bodies_are_bounded(void **state)
{
	struct served s = { .status = 204 };
	static char body[MB];
	struct line l[5];
	int i, k, later = 0, status;

	(void)state;
	served_begin(
		&s, &pki, &(struct http_listen_conf){ .max_body = 8 * MB });
	for (i = 0; i < 5; i++) {
		reach(&l[i], &s);
		tell(&l[i], CHUNKED);
	}
	/* Five times 6 MB do not fit into 24. */
	for (k = 0; k < 6; k++)
		for (i = 0; i < 5; i++) {
			tell(&l[i], "f4240\r\n");
			(void)line_send(&l[i], body, MB);
			tell(&l[i], "\r\n");
		}
	for (i = 0; i < 5; i++) {
		tell(&l[i], "0\r\n\r\n");
		status = line_status(&l[i], WAIT_MS);
		assert_true(status == 204 || status == 503);
		later += status == 503;
		line_end(&l[i]);
	}
	served_end(&s);
	assert_in_range(later, 1, 2);
	assert_int_equal(s.requests, 5 - later);
}

static int
make_pki(void **state)
{
	struct rlimit files = { 0, 0 };

	(void)state;
	(void)getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	pki_init(&pki);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_http_flood__a_crowd_of_strangers_keeps_nobody_out),
		cmocka_unit_test(
			test_http_flood__a_thousand_at_once_are_too_many),
		cmocka_unit_test(
			test_http_flood__slow_heads_and_bodies_have_an_end),
		cmocka_unit_test(test_http_flood__slow_ones_keep_nobody_out),
		cmocka_unit_test(
			test_http_flood__one_peer_has_not_all_connections),
		cmocka_unit_test(
			test_http_flood__a_peer_may_come_again_and_again),
		cmocka_unit_test(test_http_flood__too_large_is_refused_unread),
		cmocka_unit_test(test_http_flood__bodies_under_way_are_bounded),
		cmocka_unit_test(test_http_flood__growing_bodies_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
