/* tests/mobbsim/test_ledger.c - the ledger remembers, and keeps whole messages
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mobbsim/citizen.c"
#include "mobbsim/dice.c"
#include "mobbsim/idset.c"
#include "mobbsim/judge.c"
#include "mobbsim/ledger.c"
#include "mobbsim/subscribers.c"

#define HEAD                                                                   \
	"at;message_id;batch_id;bericht_id;reference;bsn;attachments_sha256;"  \
	"code;effective;nth\n"
#define BATCH_ID "0b5b1b2c-0d7f-4c27-9a55-0c7a4d0f9a01"
#define NOW INT64_C(1794990400000)

struct place {
	char dir[40];
	int fd;
};

static void
place_make(struct place *p)
{
	memcpy(p->dir, "/tmp/mobbsim-test-XXXXXX", 25);
	assert_non_null(mkdtemp(p->dir));
	p->fd = open(p->dir, O_RDONLY | O_DIRECTORY);
	assert_int_not_equal(p->fd, -1);
}

static void
place_gone(struct place *p)
{
	(void)unlinkat(p->fd, "ledger.csv", 0);
	(void)unlinkat(p->fd, "posts.csv", 0);
	(void)close(p->fd);
	assert_int_equal(rmdir(p->dir), 0);
}

static void
read_all(struct place *p, const char *name, struct buf *out)
{
	struct fault why = FAULT_NONE;

	*out = BUF_MAX(100000);
	assert_int_equal(file_get(p->fd, name, out, &why), V_OK);
}

/* Whatever is there is whole. */
static int64_t
no_promise(void *self, const char *message_id)
{
	(void)self;
	(void)message_id;
	return -1;
}

static int64_t
two_letters(void *self, const char *message_id)
{
	(void)self;
	assert_string_equal(message_id, "m2");
	return 2;
}

static struct payload_letter
letter_of(const char *id)
{
	struct payload_letter letter = { .id_text = id,
		.reference = "r-01",
		.bsn = "999911685",
		.attachments = "ab" };

	assert_true(uuid_parse(id, &letter.id));
	return letter;
}

static void
open_ledger(struct place *p, struct ledger *l, ledger_promise_fn *promise)
{
	struct fault why = FAULT_NONE;

	if (ledger_open(l, p->fd, promise, NULL, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
}

static void
add(struct ledger *l, const char *message, const char *id, enum judge_code code)
{
	struct payload_letter letter = letter_of(id);
	struct fault why = FAULT_NONE;

	ledger_add(l, NOW, message, BATCH_ID, &letter, code);
	assert_int_equal(ledger_commit(l, &why), V_OK);
}

#define ID1 "7f2f1a52-9d0e-4d1f-8c3a-111111111111"
#define ID2 "7f2f1a52-9d0e-4d1f-8c3a-222222222222"
#define ID3 "7f2f1a52-9d0e-4d1f-8c3a-333333333333"
#define LINE(message, id, code, effective, nth)                                \
	"2026-11-18T08:26:40.000Z;" message ";" BATCH_ID ";" id                \
	";r-01;999911685;ab;" code ";" effective ";" nth "\n"

static void
test_ledger__effective_once(void **state)
{
	struct place p;
	struct ledger l;
	struct buf text;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	add(&l, "m1", ID1, JUDGE_NIET_ACTIEF);
	add(&l, "m2", ID1, JUDGE_VERWERKT);
	add(&l, "m3", ID1, JUDGE_VERWERKT);
	ledger_close(&l);
	read_all(&p, "ledger.csv", &text);
	assert_string_equal(text.bytes,
		HEAD LINE("m1", ID1, "NietActiefOfGeabonneerd", "no", "1")
			LINE("m2", ID1, "Verwerkt", "yes", "2")
				LINE("m3", ID1, "Verwerkt", "no", "3"));
	buf_done(&text);
	place_gone(&p);
}

static void
test_ledger__a_restart_remembers(void **state)
{
	struct payload_letter one = letter_of(ID1), two = letter_of(ID2);
	struct place p;
	struct ledger l;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	add(&l, "m;1\"", ID1, JUDGE_VERWERKT);
	add(&l, "m2", ID2, JUDGE_BIJLAGE);
	ledger_close(&l);
	open_ledger(&p, &l, no_promise);
	assert_true(ledger_has(&l, "m;1\""));
	assert_true(ledger_has(&l, "m2"));
	assert_false(ledger_has(&l, "m3"));
	assert_true(ledger_effective(&l, &one.id));
	assert_false(ledger_effective(&l, &two.id));
	ledger_close(&l);
	place_gone(&p);
}

static void
append(struct place *p, const char *text)
{
	int fd = openat(p->fd, "ledger.csv", O_WRONLY | O_APPEND);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* We died after one and a half of two lines: the message never came. */
static void
test_ledger__half_a_message_is_cut_off(void **state)
{
	struct payload_letter two = letter_of(ID2);
	struct place p;
	struct ledger l;
	struct buf text;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	add(&l, "m1", ID1, JUDGE_VERWERKT);
	ledger_close(&l);
	append(&p, LINE("m2", ID2, "Verwerkt", "yes", "1"));
	append(&p, "2026-11-18T08:26:40.000Z;m2;0b5b");
	open_ledger(&p, &l, two_letters);
	assert_true(ledger_has(&l, "m1"));
	assert_false(ledger_has(&l, "m2"));
	assert_false(ledger_effective(&l, &two.id));
	add(&l, "m3", ID3, JUDGE_VERWERKT);
	ledger_close(&l);
	read_all(&p, "ledger.csv", &text);
	assert_string_equal(text.bytes,
		HEAD LINE("m1", ID1, "Verwerkt", "yes", "1")
			LINE("m3", ID3, "Verwerkt", "yes", "1"));
	buf_done(&text);
	place_gone(&p);
}

/* Both lines are there and a third began: only that is cut off. */
static void
test_ledger__a_whole_message_stays(void **state)
{
	struct place p;
	struct ledger l;
	struct buf text;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	add(&l, "m2", ID1, JUDGE_VERWERKT);
	add(&l, "m2", ID2, JUDGE_VERWERKT);
	ledger_close(&l);
	append(&p, "2026");
	open_ledger(&p, &l, two_letters);
	assert_true(ledger_has(&l, "m2"));
	ledger_close(&l);
	read_all(&p, "ledger.csv", &text);
	assert_string_equal(text.bytes,
		HEAD LINE("m2", ID1, "Verwerkt", "yes", "1")
			LINE("m2", ID2, "Verwerkt", "yes", "1"));
	buf_done(&text);
	place_gone(&p);
}

static void
test_ledger__a_stranger_stays_on_its_line(void **state)
{
	struct payload_letter letter = letter_of(ID1);
	struct fault why = FAULT_NONE;
	struct place p;
	struct ledger l;
	struct buf text;

	(void)state;
	letter.reference = "a\n=b;c\"";
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	ledger_add(&l, NOW, "m\r\n1", BATCH_ID, &letter, JUDGE_VERWERKT);
	assert_int_equal(ledger_commit(&l, &why), V_OK);
	ledger_close(&l);
	read_all(&p, "ledger.csv", &text);
	assert_non_null(strstr(text.bytes, ";m??1;"));
	assert_non_null(strstr(text.bytes, ";\"a?=b;c\"\"\";"));
	buf_done(&text);
	open_ledger(&p, &l, no_promise);
	assert_true(ledger_effective(&l, &letter.id));
	ledger_close(&l);
	place_gone(&p);
}

static void
test_ledger__a_file_that_is_not_ours(void **state)
{
	struct fault why = FAULT_NONE;
	struct place p;
	struct ledger l;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	ledger_close(&l);
	append(&p, "what;is;this\n");
	assert_int_equal(
		ledger_open(&l, p.fd, no_promise, NULL, &why), V_BROKEN);
	assert_string_equal(why.place, "ledger.csv");
	place_gone(&p);
}

static void
test_ledger__a_line_per_post(void **state)
{
	static const struct post post = { NOW, NOW + 1500, "/ebms", "m1",
		BATCH_ID, 3, 4711, true, 204 };
	struct fault why = FAULT_NONE;
	struct place p;
	struct ledger l;
	struct buf text;

	(void)state;
	place_make(&p);
	open_ledger(&p, &l, no_promise);
	assert_int_equal(ledger_post(&l, &post, true, &why), V_OK);
	ledger_close(&l);
	read_all(&p, "posts.csv", &text);
	assert_string_equal(text.bytes,
		"first_byte;last_byte;path;message_id;batch_id;letters;bytes;"
		"duplicate;http\n"
		"2026-11-18T08:26:40.000Z;2026-11-18T08:26:41.500Z;/"
		"ebms;m1;" BATCH_ID ";3;4711;yes;204\n");
	buf_done(&text);
	place_gone(&p);
}

static void
test_ledger__many_ids(void **state)
{
	struct idset set = IDSET_EMPTY;
	uint8_t id[IDSET_BYTES] = { 0 };
	uint32_t i;

	(void)state;
	assert_int_equal(idset_get(&set, id), 0);
	for (i = 1; i <= 100000; i++) {
		memcpy(id + 4, &i, sizeof(i));
		assert_int_equal(idset_get(&set, id), 0);
		idset_put(&set, id, i);
	}
	for (i = 1; i <= 100000; i++) {
		memcpy(id + 4, &i, sizeof(i));
		assert_int_equal(idset_get(&set, id), i);
		idset_put(&set, id, i + 7);
		assert_int_equal(idset_get(&set, id), i + 7);
	}
	assert_int_equal(set.used, 100000);
	idset_done(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ledger__effective_once),
		cmocka_unit_test(test_ledger__a_restart_remembers),
		cmocka_unit_test(test_ledger__half_a_message_is_cut_off),
		cmocka_unit_test(test_ledger__a_whole_message_stays),
		cmocka_unit_test(test_ledger__a_stranger_stays_on_its_line),
		cmocka_unit_test(test_ledger__a_file_that_is_not_ours),
		cmocka_unit_test(test_ledger__a_line_per_post),
		cmocka_unit_test(test_ledger__many_ids),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
