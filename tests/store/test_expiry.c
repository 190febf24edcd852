/* tests/store/test_expiry.c - each threshold of each certificate is told once
 *
 * The keeper's part of it is taken in as it is: time goes in as an argument, so
 * that a hundred days pass in a moment.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbd/expiry.c"

#include "base/clock.h"
#include "tests/channels/pki.h"
#include "tests/store/books.h"

#define DAY INT64_C(86400000)

static struct pki pki;
static struct site site;

static size_t
told(const char *part)
{
	struct event *rows;
	size_t count, i, n = 0;

	OK(store_event_list(books, "", &mem, &rows, &count, &why));
	for (i = 0; i < count; i++)
		if (strcmp(rows[i].what, "certificate ends") == 0 &&
			strstr(rows[i].text, part) != NULL)
			n++;
	return n;
}

static void
test_expiry__days_pass_and_each_threshold_is_told_once(void **state)
{
	static const char *const thresholds[] = { "90 days left", "60 days",
		"30 days", "14 days", "7 days", "1 days", "ended" };
	int64_t start_ms = clock_now_ms();
	size_t i;
	int day;

	(void)state;
	/* The root ends in 400 days, the others in 100 and in 5. */
	for (day = 0; day <= 102; day++) {
		/* Twice a day, as after a restart. */
		OK(expiry_look(&site, &mem, start_ms + day * DAY, &why));
		OK(expiry_look(&site, &mem, start_ms + day * DAY + 1, &why));
		if (day == 0) {
			/* Five days left is 7, and not 90, 60, 30 and 14. */
			assert_int_equal(told(""), 1);
			assert_int_equal(told("7 days left: 'short'"), 1);
		}
	}
	for (i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++)
		assert_int_equal(told(thresholds[i]), i < 4 ? 1 : 2);
	assert_int_equal(told(": 'our root'"), 0);
	/* Its successor is another one. */
	{
		char certificate[64], key[64];
		struct pki_made made = pki_leaf_as(&pki,
			&(struct pki_want){ .issuer = &pki.root_is,
				.name = "short",
				.ends_s = 20 * PKI_DAY },
			certificate, key);

		OK(expiry_look(&site, &mem, start_ms, &why));
		assert_int_equal(told("30 days left: 'short'"), 1);
		pki_free(&made);
	}
}

static void
test_expiry__what_cannot_be_read_is_passed_over(void **state)
{
	char nowhere[] = "/nowhere";
	struct site other = site;

	(void)state;
	other.jobs.listen.certificate = nowhere;
	other.jobs.listen.trust = nowhere;
	OK(expiry_look(&other, &mem, clock_now_ms(), &why));
}

static void
test_expiry__an_event_is_added_once(void **state)
{
	struct event event = {
		.at_ms = 1, .person = "automatic", .what = "w", .text = "t"
	};
	bool news = false;

	(void)state;
	OK(store_event_once(books, &event, &news, &why));
	assert_true(news);
	event.at_ms = 2;
	OK(store_event_once(books, &event, &news, &why));
	assert_false(news);
	event.text = "other";
	OK(store_event_once(books, &event, &news, &why));
	assert_true(news);
	strcpy(event.job, "20260202-aaaa");
	OK(store_event_once(books, &event, &news, &why));
	assert_true(news);
}

static int
open_all(void **state)
{
	static char server[64], client[64], root[64];
	static struct jobs_sender sender;
	struct pki_made made;
	char key[64];

	if (books_open(state) != 0)
		return -1;
	pki_init(&pki);
	pki_free(&pki.root_is);
	pki.root_is = pki_make(NULL, "our root", NULL, 400 * PKI_DAY);
	pki_write(&pki.root_is, pki.root, NULL);
	made = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "long",
			.ends_s = 100 * PKI_DAY },
		server, key);
	pki_free(&made);
	made = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "short",
			.ends_s = 5 * PKI_DAY },
		client, key);
	pki_free(&made);
	memcpy(root, pki.root, sizeof(root));
	sender = (struct jobs_sender){ .name = client,
		.oin = root,
		.cpa = root, /* none: passed over */
		.certificate = client };
	site = (struct site){ .store = books, .folder = pki.dir };
	site.jobs.listen.certificate = server;
	site.jobs.listen.trust = root;
	site.jobs.senders = &sender;
	site.jobs.sender_count = 1;
	return 0;
}

static int
close_all(void **state)
{
	pki_done(&pki);
	return books_close(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_expiry__days_pass_and_each_threshold_is_told_once),
		cmocka_unit_test(
			test_expiry__what_cannot_be_read_is_passed_over),
		cmocka_unit_test(test_expiry__an_event_is_added_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"expiry", tests, open_all, close_all);
}
