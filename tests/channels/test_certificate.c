/* tests/channels/test_certificate.c - what a certificate says, and its key
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/look.h"
#include "tests/channels/pki.h"

#define DAY_MS ((int64_t)86400000)

static struct pki pki;

static void
test_certificate__says_whose_it_is_and_how_long(void **state)
{
	struct certificate seen;
	struct fault why;
	int64_t now_ms = clock_now_ms();

	(void)state;
	assert_int_equal(certificate_look(pki.client, &seen, &why), V_OK);
	assert_string_equal(seen.oin, PKI_OURS);
	assert_string_equal(seen.subject, "client");
	assert_in_range(seen.end_ms, now_ms, now_ms + DAY_MS + 5000);
	assert_in_range(
		seen.start_ms, now_ms - 31 * DAY_MS, now_ms - 29 * DAY_MS);
	/* A root has no OIN, and an expired one can be looked at. */
	assert_int_equal(certificate_look(pki.root, &seen, &why), V_OK);
	assert_string_equal(seen.oin, "");
	assert_int_equal(certificate_look(pki.expired, &seen, &why), V_OK);
	assert_true(seen.end_ms < now_ms);
}

static void
test_certificate__what_is_none_is_refused(void **state)
{
	struct certificate seen = { .oin = "untouched" };
	struct fault why;

	(void)state;
	assert_int_equal(certificate_look("/nowhere", &seen, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	assert_string_equal(why.place, "/nowhere");
	assert_int_equal(
		certificate_look(pki.client_key, &seen, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	assert_string_equal(seen.oin, "untouched");
}

/* Two serial numbers in one subject could be read in two ways: none. */
static void
test_certificate__two_numbers_are_none(void **state)
{
	struct pki_made root = pki_make(NULL, "root", NULL, 86400);
	struct pki_made made = pki_make(&root, "two", PKI_OURS, 86400);
	struct certificate seen;
	struct fault why;
	char path[64];

	(void)state;
	pki_name(made.x509, "two", PKI_THEIRS);
	assert_true(X509_sign(made.x509, root.key, EVP_sha256()) > 0);
	snprintf(path, sizeof(path), "%s/two.crt", pki.dir);
	pki_write(&made, path, NULL);
	assert_int_equal(certificate_look(path, &seen, &why), V_OK);
	assert_string_equal(seen.oin, "");
	pki_free(&made);
	pki_free(&root);
}

static void
test_certificate__the_key_fits_and_is_secret(void **state)
{
	struct fault why;
	FILE *out;
	char path[64];

	(void)state;
	assert_int_equal(
		certificate_key(pki.client, pki.client_key, &why), V_OK);
	assert_int_equal(
		certificate_key(pki.client, pki.server_key, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
	assert_int_equal(
		certificate_key(pki.client, pki.client, &why), V_BROKEN);
	assert_int_equal(chmod(pki.client_key, 0644), 0);
	assert_int_equal(
		certificate_key(pki.client, pki.client_key, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_SECRET);
	assert_int_equal(chmod(pki.client_key, 0640), 0);
	assert_int_equal(
		certificate_key(pki.client, pki.client_key, &why), V_OK);
	/* A key with a passphrase fails; it does not ask on the terminal. */
	snprintf(path, sizeof(path), "%s/locked.key", pki.dir);
	out = fopen(path, "w");
	assert_non_null(out);
	{
		EVP_PKEY *key = EVP_EC_gen("P-256");

		assert_int_equal(
			PEM_write_PrivateKey(out, key, EVP_aes_256_cbc(),
				(const unsigned char *)"secret", 6, NULL, NULL),
			1);
		EVP_PKEY_free(key);
	}
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(certificate_key(pki.client, path, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
}

static int
make_pki(void **state)
{
	(void)state;
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
			test_certificate__says_whose_it_is_and_how_long),
		cmocka_unit_test(test_certificate__what_is_none_is_refused),
		cmocka_unit_test(test_certificate__two_numbers_are_none),
		cmocka_unit_test(test_certificate__the_key_fits_and_is_secret),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
