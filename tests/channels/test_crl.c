/* tests/channels/test_crl.c - nothing worse replaces a good list
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "channels/crl.h"
#include "tests/channels/pki.h"

#define HOUR 3600L
#define HOUR_MS ((int64_t)3600000)

static struct pki pki;
static struct pki_made middle; /* a CA below our root, in middle.crt */
static char folder[64], middle_file[64];
static struct arena mem;

/* --- a folder for each test --- */

static int
begin(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static size_t
files(void)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	size_t count = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			count++;
	(void)closedir(dir);
	return count;
}

static void
put(const char *name, const void *bytes, size_t len)
{
	char path[128];
	FILE *out;

	(void)mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void
put_list(const char *name, const struct pki_list *list)
{
	char path[128];

	(void)mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	pki_crl_write(list, path);
}

/* --- storing --- */

static struct crl kept;
static struct fault why;

static enum verdict
store_bytes(const void *bytes, size_t len, int64_t now_ms)
{
	const char *const trust[] = { pki.root, middle_file };

	why = FAULT_NONE;
	return crl_store(
		folder, bytes, len, trust, 2, now_ms, &mem, &kept, &why);
}

static enum verdict
store_crl(X509_CRL *crl, bool pem, int64_t now_ms)
{
	BIO *out = BIO_new(BIO_s_mem());
	enum verdict v;
	char *bytes;
	long len;

	assert_int_equal(pem ? PEM_write_bio_X509_CRL(out, crl)
			     : i2d_X509_CRL_bio(out, crl),
		1);
	len = BIO_get_mem_data(out, &bytes);
	v = store_bytes(bytes, (size_t)len, now_ms);
	BIO_free(out);
	return v;
}

static enum verdict
store_at(const struct pki_list *list, bool pem, int64_t now_ms)
{
	X509_CRL *crl = pki_crl(list);
	enum verdict v = store_crl(crl, pem, now_ms);

	X509_CRL_free(crl);
	return v;
}

static enum verdict
store(const struct pki_list *list)
{
	return store_at(list, false, clock_now_ms());
}

static struct pki_list
usual(long number, long this_s)
{
	return (struct pki_list){ .issuer = &pki.root_is,
		.number = number,
		.this_s = this_s,
		.next_s = 24 * HOUR };
}

static void
test_crl__a_first_list_is_kept(void **state)
{
	struct pki_list list = usual(18, -HOUR);
	struct crl *all;
	size_t count;
	char path[256];
	struct stat st;

	(void)state;
	list.revoked[0] = middle.x509;
	assert_int_equal(store(&list), V_OK);
	assert_string_equal(kept.issuer, "our root");
	assert_string_equal(kept.number, "12");
	assert_int_equal(files(), 1);
	assert_int_equal(crl_list(folder, &mem, &all, &count, &why), V_OK);
	assert_int_equal(count, 1);
	assert_string_equal(all[0].file, kept.file);
	assert_string_equal(all[0].number, "12");
	assert_int_equal(all[0].revoked, 1);
	assert_int_equal(all[0].next_ms - all[0].this_ms, 25 * HOUR_MS);
	snprintf(path, sizeof(path), "%s/%s", folder, kept.file);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	/* The same once more is no news. */
	list.revoked[0] = NULL;
	{
		char bytes[4096];
		FILE *in = fopen(path, "r");
		size_t len = fread(bytes, 1, sizeof(bytes), in);

		fclose(in);
		assert_int_equal(
			store_bytes(bytes, len, clock_now_ms()), V_END);
	}
	assert_int_equal(files(), 1);
}

static void
test_crl__pem_will_do(void **state)
{
	struct pki_list list = usual(1, -HOUR);

	(void)state;
	assert_int_equal(store_at(&list, true, clock_now_ms()), V_OK);
	assert_int_equal(files(), 1);
}

static void
test_crl__a_newer_one_takes_its_place(void **state)
{
	struct pki_list first = usual(9, -3 * HOUR);
	struct pki_list next = usual(300, -2 * HOUR);
	struct pki_list other = usual(1, -4 * HOUR);

	(void)state;
	assert_int_equal(store(&first), V_OK);
	assert_int_equal(store(&next), V_OK);
	assert_string_equal(kept.number, "012c");
	assert_int_equal(files(), 1);
	/* That of another issuer stands beside it. */
	other.issuer = &middle;
	assert_int_equal(store(&other), V_OK);
	assert_int_equal(files(), 2);
}

static void
test_crl__what_is_not_better_changes_nothing(void **state)
{
	const struct {
		const char *what, *text;
		struct pki_list list;
	} cases[] = {
		{ "signed by somebody else", "not signed",
			{ .issuer = &pki.root_is,
				.signer = &pki.other_is,
				.number = 11,
				.this_s = -HOUR,
				.next_s = HOUR } },
		{ "of an issuer we do not trust", "not signed",
			{ .issuer = &pki.other_is,
				.number = 11,
				.this_s = -HOUR,
				.next_s = HOUR } },
		{ "changes only", "changes only",
			{ .issuer = &pki.root_is,
				.number = 11,
				.this_s = -HOUR,
				.next_s = HOUR,
				.delta = true } },
		{ "of the future", "future",
			{ .issuer = &pki.root_is,
				.number = 11,
				.this_s = HOUR,
				.next_s = 2 * HOUR } },
		{ "out of date", "out of date",
			{ .issuer = &pki.root_is,
				.number = 11,
				.this_s = -HOUR,
				.next_s = -60 } },
		{ "without an end", "dates",
			{ .issuer = &pki.root_is,
				.number = 11,
				.this_s = -HOUR } },
		{ "made earlier, with a higher number", "not newer",
			{ .issuer = &pki.root_is,
				.number = 11,
				.this_s = -3 * HOUR,
				.next_s = HOUR } },
		{ "made later, with a lower number", "not newer",
			{ .issuer = &pki.root_is,
				.number = 9,
				.this_s = -HOUR,
				.next_s = HOUR } },
	};
	struct pki_list good = usual(10, -2 * HOUR);
	int64_t stamp;
	size_t i;

	(void)state;
	assert_int_equal(store(&good), V_OK);
	stamp = crl_stamp(folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (store(&cases[i].list) != V_SKIP || why.code != CODE_CRL ||
			strstr(why.text, cases[i].text) == NULL)
			fail_msg("%s: %s", cases[i].what, why.text);
		if (crl_stamp(folder) != stamp)
			fail_msg("%s: the folder changed", cases[i].what);
	}
	assert_int_equal(files(), 1);
}

static void
test_crl__two_of_one_second_cannot_both_be_right(void **state)
{
	struct pki_list list = usual(10, -HOUR), other = usual(11, -HOUR);
	X509_CRL *first, *second;

	(void)state;
	for (;;) {
		first = pki_crl(&list);
		second = pki_crl(&other);
		if (ASN1_STRING_cmp(X509_CRL_get0_lastUpdate(first),
			    X509_CRL_get0_lastUpdate(second)) == 0)
			break;
		X509_CRL_free(first); /* the clock went on in between */
		X509_CRL_free(second);
	}
	assert_int_equal(store_crl(first, false, clock_now_ms()), V_OK);
	assert_int_equal(store_crl(second, false, clock_now_ms()), V_SKIP);
	X509_CRL_free(first);
	X509_CRL_free(second);
}

static void
test_crl__rubbish_changes_nothing(void **state)
{
	static const char page[] = "<html>please log in</html>";
	struct pki_list good = usual(10, -HOUR), more = usual(11, -60);
	unsigned char *der = NULL;
	char *large;
	X509_CRL *crl = pki_crl(&more);
	int len = i2d_X509_CRL(crl, &der);
	int64_t now_ms = clock_now_ms(), stamp;

	(void)state;
	assert_int_equal(store(&good), V_OK);
	stamp = crl_stamp(folder);
	assert_int_equal(store_bytes("", 0, now_ms), V_SKIP);
	assert_int_equal(why.code, CODE_CRL);
	assert_int_equal(store_bytes(page, sizeof(page) - 1, now_ms), V_SKIP);
	assert_int_equal(store_bytes(der, (size_t)len - 1, now_ms), V_SKIP);
	/* A bit of it turned: the signature tells. */
	der[len / 2] ^= 1;
	assert_int_equal(store_bytes(der, (size_t)len, now_ms), V_SKIP);
	der[len / 2] ^= 1;
	/* The right beginning, but larger than we take. */
	large = mem_zero(1, CRL_BYTES_MAX + 1);
	memcpy(large, der, (size_t)len);
	assert_int_equal(store_bytes(large, CRL_BYTES_MAX + 1, now_ms), V_SKIP);
	assert_int_equal(crl_stamp(folder), stamp);
	assert_int_equal(store_bytes(der, (size_t)len, now_ms), V_OK);
	free(large);
	OPENSSL_free(der);
	X509_CRL_free(crl);
}

/* Its dates hold from the first to the last moment. */
static void
test_crl__dates_hold_to_the_millisecond(void **state)
{
	struct pki_list list = usual(5, -HOUR);
	struct crl *all;
	size_t count;

	(void)state;
	put_list("by-hand.pem", &list);
	assert_int_equal(crl_list(folder, &mem, &all, &count, &why), V_OK);
	assert_int_equal(count, 1);
	assert_int_equal(begin(NULL), 0);
	assert_int_equal(store_at(&list, false, all[0].this_ms - 2000), V_SKIP);
	assert_int_equal(store_at(&list, false, all[0].next_ms + 2000), V_SKIP);
	assert_int_equal(store_at(&list, false, all[0].next_ms - 2000), V_OK);
}

static void
test_crl__a_list_put_there_by_hand_counts(void **state)
{
	struct pki_list by_hand = usual(20, -HOUR);
	struct pki_list older = usual(19, -2 * HOUR);
	struct pki_list newer = usual(21, -60);
	struct pki_list forged = usual(99, 0);

	(void)state;
	put_list("by-hand.pem", &by_hand);
	/* One that is no list of this issuer does not keep ours out. */
	forged.signer = &pki.other_is;
	put_list("forged.pem", &forged);
	assert_int_equal(store(&older), V_SKIP);
	assert_int_equal(store(&newer), V_OK);
	/* What somebody put there, we do not take away. */
	assert_int_equal(files(), 3);
}

static void
test_crl__an_intermediate_may_be_in_a_chain(void **state)
{
	struct pki_made leaf = pki_make(&middle, "leaf", PKI_OURS, PKI_DAY);
	struct pki_list list = usual(1, -HOUR);

	(void)state;
	list.issuer = &middle;
	assert_int_equal(store(&list), V_OK);
	assert_string_equal(kept.issuer, "middle");
	/* Who is no authority makes no list. */
	pki_write(&leaf, middle_file, NULL);
	list.issuer = &leaf;
	assert_int_equal(store(&list), V_SKIP);
	pki_write(&middle, middle_file, NULL);
	pki_free(&leaf);
}

static void
test_crl__a_list_without_a_number_is_dated(void **state)
{
	struct pki_list first = usual(0, -2 * HOUR), next = usual(0, -HOUR);

	(void)state;
	assert_int_equal(store(&first), V_OK);
	assert_string_equal(kept.number, "");
	assert_int_equal(store(&next), V_OK);
	assert_int_equal(store(&first), V_SKIP);
	assert_int_equal(files(), 1);
}

static void
test_crl__what_cannot_be_used_is_told(void **state)
{
	const char *const nowhere[] = { "/nowhere/root.crt" };
	struct pki_list list = usual(1, -HOUR);
	X509_CRL *crl = pki_crl(&list);
	unsigned char *der = NULL;
	struct crl *all;
	size_t count = 9;
	int len = i2d_X509_CRL(crl, &der);

	(void)state;
	assert_int_equal(crl_store(folder, der, (size_t)len, nowhere, 1,
				 clock_now_ms(), &mem, &kept, &why),
		V_BROKEN);
	assert_string_equal(why.place, nowhere[0]);
	/* The folder is a file. */
	assert_int_equal(
		crl_list(pki.root, &mem, &all, &count, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CRL);
	/* None is an empty one. */
	assert_int_equal(crl_list(folder, &mem, &all, &count, &why), V_OK);
	assert_int_equal(count, 0);
	OPENSSL_free(der);
	X509_CRL_free(crl);
}

static void
test_crl__the_folder_has_a_limit(void **state)
{
	struct crl *all;
	size_t count;
	char name[32];
	int i;

	(void)state;
	for (i = 0; i < CRL_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.txt", i);
		put(name, "no list", 7);
	}
	put(".hidden", "no list", 7);
	assert_int_equal(crl_list(folder, &mem, &all, &count, &why), V_OK);
	assert_int_equal(count, CRL_FILES_MAX);
	assert_int_equal(all[0].next_ms, 0);
	put("more.txt", "no list", 7);
	assert_int_equal(crl_list(folder, &mem, &all, &count, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CRL);
}

static void
test_crl__the_stamp_sees_every_change(void **state)
{
	struct pki_list list = usual(1, -HOUR);
	int64_t empty, one, two;
	char path[128];

	(void)state;
	assert_int_equal(crl_stamp(folder), 0);
	(void)mkdir(folder, 0700);
	empty = crl_stamp(folder);
	assert_true(empty != 0);
	put_list("a.pem", &list);
	one = crl_stamp(folder);
	assert_true(one != empty);
	assert_int_equal(crl_stamp(folder), one);
	put("a.pem", "other", 5);
	two = crl_stamp(folder);
	assert_true(two != one);
	put(".hidden", "x", 1);
	assert_int_equal(crl_stamp(folder), two);
	snprintf(path, sizeof(path), "%s/a.pem", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(crl_stamp(folder), empty);
}

static int
make_pki(void **state)
{
	(void)state;
	pki_init(&pki);
	middle = pki_make_as(&(struct pki_want){ .issuer = &pki.root_is,
		.name = "middle",
		.ends_s = PKI_DAY,
		.authority = true });
	snprintf(folder, sizeof(folder), "%s/crl", pki.dir);
	snprintf(middle_file, sizeof(middle_file), "%s/middle.crt", pki.dir);
	pki_write(&middle, middle_file, NULL);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	arena_done(&mem);
	pki_free(&middle);
	pki_done(&pki);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_crl__a_first_list_is_kept),
		TEST(test_crl__pem_will_do),
		TEST(test_crl__a_newer_one_takes_its_place),
		TEST(test_crl__what_is_not_better_changes_nothing),
		TEST(test_crl__two_of_one_second_cannot_both_be_right),
		TEST(test_crl__rubbish_changes_nothing),
		TEST(test_crl__dates_hold_to_the_millisecond),
		TEST(test_crl__a_list_put_there_by_hand_counts),
		TEST(test_crl__an_intermediate_may_be_in_a_chain),
		TEST(test_crl__a_list_without_a_number_is_dated),
		TEST(test_crl__what_cannot_be_used_is_told),
		TEST(test_crl__the_folder_has_a_limit),
		TEST(test_crl__the_stamp_sees_every_change),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crl", tests, make_pki, drop_pki);
}
