/* tests/base/test_small.c - the small parts: time, text, digests, buffers */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/uuid.h"

static void
test_clock__days_and_dates_agree(void **state)
{
	int32_t d, back;
	int y, m, day;

	(void)state;
	assert_true(clock_day(1970, 1, 1, &d));
	assert_int_equal(d, 0);
	assert_true(clock_day(2026, 2, 15, &d));
	assert_int_equal(d, 20499);
	for (back = -200000; back < 200000; back += 37) {
		clock_date(back, &y, &m, &day);
		assert_true(clock_day(y, m, day, &d));
		assert_int_equal(d, back);
	}
	assert_false(clock_day(2026, 2, 29, &d));
	assert_true(clock_day(2028, 2, 29, &d));
	assert_false(clock_day(2026, 13, 1, &d));
	assert_false(clock_day(2026, 4, 31, &d));
}

static void
test_clock__moments_of_every_zone(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} ok[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00", 0 },
		{ "2026-11-23T20:00:00.000Z", INT64_C(1795464000000) },
		{ "2026-11-23T21:00:00.5+01:00", INT64_C(1795464000500) },
		{ "2026-11-23T14:30:00.123456789-05:30",
			INT64_C(1795464000123) },
		{ "2026-11-23T20:00:00.12345678901234567890Z",
			INT64_C(1795464000123) },
		{ "2026-11-22T24:00:00Z", INT64_C(1795392000000) },
	};
	static const char *const bad[] = { "", "2026", "2026-11-23",
		"2026-11-31T00:00:00Z", "2026-11-23T25:00:00Z",
		"2026-11-23T24:00:01Z", "2026-11-23T24:01:00Z",
		"2026-11-23T24:00:00.001Z", "2026-11-23T20:00:00.Z",
		"2026-11-23T20:00:00+1:00", "2026-11-23T20:00:00Zx" };
	char text[CLOCK_TEXT_MAX];
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
		assert_true(clock_parse(ok[i].text, &ms));
		assert_int_equal(ms, ok[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse(bad[i], &ms));
	clock_utc(INT64_C(1795464000123), text);
	assert_string_equal(text, "2026-11-23T20:00:00.123Z");
}

static void
test_text__counts_characters_not_bytes(void **state)
{
	struct arena mem = ARENA_EMPTY;

	(void)state;
	assert_int_equal(text_chars("abc", 3), 3);
	assert_int_equal(text_chars("Achterhu\xc3\xbcskamp", 15), 14);
	assert_int_equal(text_chars("\xfc", 1), -1);
	assert_int_equal(text_chars("a\0b", 3), -1);
	assert_int_equal(text_chars("\xed\xa0\x80", 3), -1);
	assert_string_equal(text_nfc(&mem, "u\xcc\x88"), "\xc3\xbc");
	assert_string_equal(text_upper(&mem, "\xc3\xbc"
					     "ab"),
		"\xc3\x9c"
		"AB");
	arena_done(&mem);
}

static void
test_digest__known_answers(void **state)
{
	uint8_t d[DIGEST_BYTES], back[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	struct digest *run = digest_new();

	(void)state;
	digest_of("abc", 3, d);
	digest_hex(d, sizeof(d), hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	assert_true(digest_unhex(hex, back, sizeof(back)));
	assert_memory_equal(d, back, sizeof(d));
	assert_false(digest_unhex("zz", back, 1));
	digest_add(run, "a", 1);
	digest_add(run, "bc", 2);
	digest_end(run, back);
	assert_memory_equal(d, back, sizeof(d));
	digest_hmac("key", 3, "what do ya want for nothing?", 28, d);
	digest_hmac("Jefe", 4, "what do ya want for nothing?", 28, d);
	digest_hex(d, sizeof(d), hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c7"
				 "5a003f089d2739839dec58b964ec3843");
	digest_free(run);
	digest_free(NULL);
}

static void
test_base64__there_and_back(void **state)
{
	uint8_t in[300], out[400];
	char text[500];
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	for (n = 0; n < sizeof(in); n++) {
		assert_int_equal(base64_encode(in, n, text), BASE64_LEN(n));
		assert_true(base64_decode(text, strlen(text), out, &len));
		assert_int_equal(len, n);
		assert_memory_equal(in, out, n);
	}
	assert_true(base64_decode("YW\nJj ", 6, out, &len));
	assert_int_equal(len, 3);
	assert_false(base64_decode("YWJ", 3, out, &len));
	assert_false(base64_decode("YW=J", 4, out, &len));
	assert_false(base64_decode("Y*Jj", 4, out, &len));
	assert_false(base64_decode("YQ===", 5, out, &len));
	assert_false(base64_decode("YWJj====", 8, out, &len));
}

/* Long enough for thirty-two at a time: each character at each place, and what
 * is none anywhere is found.
 */
static void
test_base64__every_character_at_every_place(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	char text[128], again[129];
	uint8_t out[99];
	size_t i, k, len;
	uint32_t four;
	int c;

	(void)state;
	for (k = 0; k < 64; k++) {
		for (i = 0; i < 128; i++)
			text[i] = alphabet[(i * 5 + k) % 64];
		assert_true(base64_decode(text, 128, out, &len));
		assert_int_equal(len, 96);
		assert_int_equal(base64_encode(out, 96, again), 128);
		assert_memory_equal(again, text, 128);
		for (i = 0; i < 32; i++) {
			four = (uint32_t)out[3 * i] << 16 |
			       (uint32_t)out[3 * i + 1] << 8 | out[3 * i + 2];
			for (c = 0; c < 4; c++)
				assert_int_equal(four >> (18 - 6 * c) & 63,
					((4 * i + (size_t)c) * 5 + k) % 64);
		}
	}
	for (i = 0; i < 128; i++)
		for (c = 0; c < 256; c++) {
			bool good = c != 0 && strchr(alphabet, c) != NULL;
			char before = text[i];

			text[i] = (char)c;
			/* A blank leaves one character too few. */
			assert_int_equal(base64_decode(text, 128, out, &len),
				good || (c == '=' && i == 127));
			text[i] = before;
		}
}

static void
test_base64__in_pieces_of_any_size_is_the_same(void **state)
{
	static const char *const texts[] = { "", "YQ==", "YWI=", "YWJj",
		"Y W\nJ\r\njZ\tGVm ", " YWJjZGVmZ2hpamtsbW5vcA== \n",
		"YWJjZGU = ", "YW=J", "YWJjZA==ZQ==", "YWJ",
		"YQ=", "YQ===", "YWJjZGVm!GVm", "====" };
	uint8_t whole[100], out[100];
	size_t i, piece;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(texts[i]), expected = 0;
		bool good = base64_decode(texts[i], len, whole, &expected);

		for (piece = 1; piece <= len + 1; piece++) {
			struct base64 b = { 0 };
			size_t at, n, got = 0;
			bool same = true;

			for (at = 0; same && at < len; at += piece) {
				n = len - at < piece ? len - at : piece;
				same = base64_more(
					&b, texts[i] + at, n, out + got, &n);
				got += same ? n : 0;
			}
			same = same && base64_end(&b, out + got, &n);
			assert_int_equal(same, good);
			if (!good)
				continue;
			assert_int_equal(got + n, expected);
			assert_memory_equal(out, whole, expected);
		}
	}
}

static void
test_uuid__text_and_kind(void **state)
{
	uint8_t digest[32] = { 0xff, 1, 2, 3, 4, 5, 0xff, 7, 0xff };
	char text[UUID_TEXT_MAX];
	struct uuid u = uuid_of_digest(digest), back;

	(void)state;
	uuid_text(&u, text);
	assert_string_equal(text, "ff010203-0405-8f07-bf00-000000000000");
	assert_true(uuid_parse("FF010203-0405-8F07-BF00-000000000000", &back));
	assert_true(uuid_same(&u, &back));
	assert_false(uuid_parse("ff010203-0405-8f07-bf00-00000000000", &back));
	assert_false(uuid_parse("ff0102030-405-8f07-bf00-000000000000", &back));
	u = uuid_random();
	back = uuid_random();
	assert_false(uuid_same(&u, &back));
}

static void
test_buf__never_grows_past_its_maximum(void **state)
{
	struct buf b = BUF_MAX(10);

	(void)state;
	buf_text(&b, "12345");
	buf_format(&b, "%d", 67890);
	assert_string_equal(b.bytes, "1234567890");
	assert_false(b.full);
	buf_text(&b, "x");
	assert_true(b.full);
	assert_int_equal(b.len, 10);
	buf_done(&b);
	buf_done(&b);
}

static void
test_buf__escapes_for_xml_and_csv(void **state)
{
	struct buf b = BUF_MAX(200);

	(void)state;
	buf_xml(&b, "<a & \"b\">\x01");
	assert_string_equal(b.bytes, "&lt;a &amp; &quot;b&quot;&gt; ");
	buf_reset(&b);
	buf_csv(&b, "a;\"b\"");
	buf_text(&b, ";");
	buf_csv(&b, "=1+1");
	buf_text(&b, ";");
	buf_csv(&b, "plain");
	assert_string_equal(b.bytes, "\"a;\"\"b\"\"\";\"'=1+1\";plain");
	buf_done(&b);
}

/* Large and small in any order: what is lent stays as it was written (under
 * the sanitizers, a block given back too early would show).
 */
static void
test_arena__texts_of_growing_size_do_not_hurt_each_other(void **state)
{
	struct arena mem = ARENA_EMPTY;
	unsigned char *lent[12];
	size_t len[12], round, i, k;

	(void)state;
	for (round = 1; round < 60; round++) {
		arena_reset(&mem);
		for (i = 0; i < 12; i++) {
			len[i] = (round * 7919 + i * 104729) % (round * 5000) +
				 1;
			lent[i] = arena_alloc(&mem, len[i]);
			memset(lent[i], (int)(i + 1), len[i]);
		}
		for (i = 0; i < 12; i++)
			for (k = 0; k < len[i]; k += 97)
				assert_int_equal(lent[i][k], i + 1);
	}
	arena_done(&mem);
}

static void
test_arena__keeps_its_blocks(void **state)
{
	struct arena mem = ARENA_EMPTY;
	char *first, *again;
	int i;

	(void)state;
	first = arena_text(&mem, "abc", 3);
	assert_string_equal(first, "abc");
	for (i = 0; i < 1000; i++)
		memset(arena_alloc(&mem, 1000), 1, 1000);
	memset(arena_alloc(&mem, 200000), 2, 200000);
	arena_reset(&mem);
	again = arena_format(&mem, "%d", 42);
	assert_ptr_equal(first, again);
	arena_done(&mem);
	arena_done(&mem);
}

static void
test_file__put_get_and_limits(void **state)
{
	char path[] = "/tmp/mobb-test-XXXXXX";
	struct buf b = BUF_MAX(5);
	struct fault why;
	int dir;

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(file_dirs(dir, "a/b", &why), V_OK);
	assert_int_equal(file_put(dir, "a/b/f", "12345", 5, 0600, &why), V_OK);
	assert_int_equal(file_get(dir, "a/b/f", &b, &why), V_OK);
	assert_string_equal(b.bytes, "12345");
	buf_reset(&b);
	assert_int_equal(file_put(dir, "a/b/f", "123456", 6, 0600, &why), V_OK);
	assert_int_equal(file_get(dir, "a/b/f", &b, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	buf_reset(&b);
	assert_int_equal(file_get(dir, "a/b/none", &b, &why), V_SKIP);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(file_get(dir, "fifo", &b, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_NOT_FILE);
	assert_int_equal(file_move(dir, "a/b/f", dir, "g", &why), V_OK);
	assert_int_equal(file_move(dir, "a/b/f", dir, "g", &why), V_LATER);
	assert_int_equal(unlinkat(dir, "g", 0), 0);
	assert_int_equal(unlinkat(dir, "fifo", 0), 0);
	assert_int_equal(unlinkat(dir, "a/b", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(dir, "a", AT_REMOVEDIR), 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__days_and_dates_agree),
		cmocka_unit_test(test_clock__moments_of_every_zone),
		cmocka_unit_test(test_text__counts_characters_not_bytes),
		cmocka_unit_test(test_digest__known_answers),
		cmocka_unit_test(test_base64__every_character_at_every_place),
		cmocka_unit_test(test_base64__there_and_back),
		cmocka_unit_test(
			test_base64__in_pieces_of_any_size_is_the_same),
		cmocka_unit_test(test_uuid__text_and_kind),
		cmocka_unit_test(test_buf__never_grows_past_its_maximum),
		cmocka_unit_test(test_buf__escapes_for_xml_and_csv),
		cmocka_unit_test(test_arena__keeps_its_blocks),
		cmocka_unit_test(
			test_arena__texts_of_growing_size_do_not_hurt_each_other),
		cmocka_unit_test(test_file__put_get_and_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
