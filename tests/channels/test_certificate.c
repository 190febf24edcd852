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

static struct certificate
seen_as(const struct pki_want *want)
{
	struct certificate seen;
	struct fault why;
	char path[64], key[64];
	struct pki_made made = pki_leaf_as(&pki, want, path, key);

	assert_int_equal(certificate_look(path, &seen, &why), V_OK);
	pki_free(&made);
	return seen;
}

static void
test_certificate__says_issuer_key_host_and_list(void **state)
{
	struct certificate seen =
		seen_as(&(struct pki_want){ .issuer = &pki.root_is,
			.name = "full",
			.organisation = "Gemeente Voorbeeld",
			.oin = PKI_OURS,
			.ends_s = PKI_DAY,
			.crl = "http://crl.example/private.crl" });

	(void)state;
	assert_string_equal(seen.issuer, "our root");
	assert_string_equal(seen.key, "EC");
	assert_int_equal(seen.key_bits, 256);
	assert_string_equal(seen.host, "localhost");
	assert_int_equal(seen.crl_count, 1);
	assert_string_equal(seen.crl[0], "http://crl.example/private.crl");
	assert_true(strlen(seen.serial) > 0);
	assert_true(seen.server && seen.client && !seen.authority);
	assert_false(seen.trial);
}

static void
test_certificate__is_read_in_binary_too(void **state)
{
	struct certificate_der der;
	struct certificate seen;
	struct fault why;
	unsigned char *bytes = NULL;
	int len = i2d_X509(pki.root_is.x509, &bytes);

	(void)state;
	assert_true(len > 0);
	der = (struct certificate_der){ bytes, (size_t)len };
	assert_int_equal(certificate_look_der(&der, &seen, &why), V_OK);
	assert_string_equal(seen.subject, "our root");
	assert_true(seen.authority);
	/* Cut short, empty, text. */
	der.len--;
	assert_int_equal(certificate_look_der(&der, &seen, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	der.len = 0;
	assert_int_equal(certificate_look_der(&der, &seen, &why), V_BROKEN);
	der = (struct certificate_der){ "-----BEGIN", 10 };
	assert_int_equal(certificate_look_der(&der, &seen, &why), V_BROKEN);
	OPENSSL_free(bytes);
}

static void
test_certificate__a_weak_key_is_refused(void **state)
{
	static const struct {
		const char *what;
		int rsa_bits;
		const char *curve;
		enum verdict v;
	} cases[] = {
		{ "RSA at the limit", 2048, NULL, V_OK },
		{ "RSA just below it", 2040, NULL, V_BROKEN },
		{ "RSA of long ago", 1024, NULL, V_BROKEN },
		{ "EC at the limit", 0, "P-256", V_OK },
		{ "a larger curve", 0, "P-384", V_OK },
		{ "a smaller curve", 0, "P-224", V_BROKEN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate seen =
			seen_as(&(struct pki_want){ .issuer = &pki.root_is,
				.name = "key",
				.ends_s = PKI_DAY,
				.rsa_bits = cases[i].rsa_bits,
				.curve = cases[i].curve });
		struct fault why = FAULT_NONE;

		if (certificate_fit(&seen, CERTIFICATE_CLIENT, NULL, &why) !=
			cases[i].v)
			fail_msg("%s: %s", cases[i].what, why.text);
		if (cases[i].v == V_BROKEN)
			assert_non_null(strstr(why.text, "too weak"));
	}
}

static void
test_certificate__server_and_client_are_told_apart(void **state)
{
	static const struct {
		const char *eku;
		enum certificate_use use;
		enum verdict v;
	} cases[] = {
		{ NULL, CERTIFICATE_SERVER, V_OK },
		{ NULL, CERTIFICATE_CLIENT, V_OK },
		{ "serverAuth,clientAuth", CERTIFICATE_CLIENT, V_OK },
		{ "serverAuth", CERTIFICATE_SERVER, V_OK },
		{ "serverAuth", CERTIFICATE_CLIENT, V_BROKEN },
		{ "clientAuth", CERTIFICATE_CLIENT, V_OK },
		{ "clientAuth", CERTIFICATE_SERVER, V_BROKEN },
		{ "emailProtection", CERTIFICATE_CLIENT, V_BROKEN },
		{ "serverAuth", CERTIFICATE_PEER, V_OK },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate seen =
			seen_as(&(struct pki_want){ .issuer = &pki.root_is,
				.name = "use",
				.ends_s = PKI_DAY,
				.eku = cases[i].eku });
		struct fault why = FAULT_NONE;

		if (certificate_fit(&seen, cases[i].use, NULL, &why) !=
			cases[i].v)
			fail_msg("%zu: %s", i, why.text);
		if (cases[i].v == V_BROKEN)
			assert_int_equal(why.code, CODE_CERTIFICATE);
	}
}

/* A name of the issuer with TRIAL or TEST as a word of its own. */
static void
test_certificate__of_the_trial_root_is_known(void **state)
{
	static const struct {
		const char *issuer;
		bool trial;
	} cases[] = {
		{ "TRIAL PKIoverheid Private Root CA - G1", true },
		{ "TEST Leverancier PKIoverheid CA - G4", true },
		{ "PKIoverheid Private Services CA (test)", true },
		{ "Staat der Nederlanden Private Root CA - G1", false },
		{ "Contest BV CA", false },
		{ "Latest Trialists CA", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_made root =
			pki_make(NULL, cases[i].issuer, NULL, PKI_DAY);
		struct certificate seen = seen_as(&(struct pki_want){
			.issuer = &root, .name = "of", .ends_s = PKI_DAY });

		if (seen.trial != cases[i].trial)
			fail_msg("%s", cases[i].issuer);
		pki_free(&root);
	}
}

static void
test_certificate__the_chain_behind_it_counts(void **state)
{
	struct pki_made root = pki_make(NULL, "TRIAL root", NULL, PKI_DAY);
	struct pki_made middle =
		pki_make_as(&(struct pki_want){ .issuer = &root,
			.name = "some CA",
			.ends_s = PKI_DAY,
			.authority = true });
	struct pki_made leaf = pki_make(&middle, "leaf", PKI_OURS, PKI_DAY);
	const struct pki_made *const more[] = { &middle, NULL };
	struct certificate seen;
	struct fault why;
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/chain.crt", pki.dir);
	pki_write(&leaf, path, NULL);
	assert_int_equal(certificate_look(path, &seen, &why), V_OK);
	assert_false(seen.trial);
	pki_write_chain(&leaf, more, path, NULL);
	assert_int_equal(certificate_look(path, &seen, &why), V_OK);
	assert_true(seen.trial);
	pki_free(&leaf);
	pki_free(&middle);
	pki_free(&root);
}

static void
test_certificate__trial_never_meets_production(void **state)
{
	static const struct {
		bool trial;
		const char *environment;
		enum verdict v;
	} cases[] = {
		{ true, "production", V_BROKEN },
		{ false, "production", V_OK },
		{ true, "preproduction", V_OK },
		{ false, "preproduction", V_SKIP },
		{ true, "simulator", V_OK },
		{ false, "simulator", V_OK },
		{ true, NULL, V_OK },
		{ false, NULL, V_OK },
	};
	struct certificate seen = {
		.key = "EC", .key_bits = 256, .client = true
	};
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		seen.trial = cases[i].trial;
		if (certificate_fit(&seen, CERTIFICATE_CLIENT,
			    cases[i].environment, &why) != cases[i].v)
			fail_msg("%zu", i);
		if (cases[i].v != V_OK)
			assert_int_equal(why.code, CODE_CERTIFICATE);
	}
}

static void
test_certificate__all_roots_of_a_file_are_seen(void **state)
{
	const struct pki_made *const more[] = { &pki.other_is, NULL };
	struct arena mem = ARENA_EMPTY;
	struct certificate *list;
	struct fault why;
	size_t count = 7;
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/roots.crt", pki.dir);
	pki_write_chain(&pki.root_is, more, path, NULL);
	assert_int_equal(
		certificate_look_all(path, &mem, &list, &count, &why), V_OK);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].subject, "our root");
	assert_string_equal(list[1].subject, "other root");
	assert_int_equal(
		certificate_look_all(pki.client_key, &mem, &list, &count, &why),
		V_BROKEN);
	assert_string_equal(why.place, pki.client_key);
	arena_done(&mem);
}

/* A file that serves twice is there once, under the stricter environment. */
static void
test_certificate__all_that_a_jobs_file_leads_to(void **state)
{
	static char client[] = "client.crt", roots[] = "roots.crt";
	static char none[] = "none.xml", oin[] = PKI_OURS, first[] = "first",
		    second[] = "second", pre[] = "preproduction",
		    production[] = "production";
	const struct pki_made *const more[] = { &pki.other_is, NULL };
	struct jobs_sender sender = { .name = first,
		.oin = oin,
		.cpa = none,
		.certificate = client,
		.environment = production };
	struct jobs_endpoint endpoints[] = {
		{ .name = first, .environment = pre, .trust = roots },
		{ .name = second, .environment = production, .trust = roots },
	};
	struct jobs jobs = { .listen = { .trust = roots },
		.senders = &sender,
		.sender_count = 1,
		.endpoints = endpoints,
		.endpoint_count = 2 };
	static const struct {
		const char *what, *environment;
		enum certificate_use use;
		enum verdict v;
	} wanted[] = {
		{ "sender first", "production", CERTIFICATE_CLIENT, V_OK },
		{ "roots of listener, roots of first, roots of second",
			"production", CERTIFICATE_ROOT, V_OK },
		{ "roots of listener, roots of first, roots of second",
			"production", CERTIFICATE_ROOT, V_OK },
		{ "CPA of first", "production", CERTIFICATE_PEER, V_BROKEN },
	};
	struct arena mem = ARENA_EMPTY;
	struct certificate_place *list;
	size_t count, i;
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/roots.crt", pki.dir);
	pki_write_chain(&pki.root_is, more, path, NULL);
	look_certificates(&jobs, pki.dir, &mem, &list, &count);
	assert_int_equal(count, 4);
	for (i = 0; i < count; i++) {
		assert_string_equal(list[i].what, wanted[i].what);
		assert_string_equal(list[i].environment, wanted[i].environment);
		assert_int_equal(list[i].use, wanted[i].use);
		assert_int_equal(list[i].v, wanted[i].v);
	}
	assert_string_equal(list[1].seen.subject, "our root");
	assert_string_equal(list[2].seen.subject, "other root");
	assert_string_equal(list[2].file, path);
	arena_done(&mem);
}

/* Day by day over a hundred days, each threshold comes once, in order. */
static void
test_certificate__thresholds_come_in_order(void **state)
{
	static const int wanted[] = { 90, 60, 30, 14, 7, 1, 0 };
	int64_t end_ms = 2000 * DAY_MS, now_ms;
	int last = -1, at = 0, got;

	(void)state;
	for (now_ms = end_ms - 100 * DAY_MS; now_ms < end_ms + 3 * DAY_MS;
		now_ms += DAY_MS) {
		got = certificate_threshold(end_ms, now_ms);
		if (got == last)
			continue;
		assert_in_range(at, 0, 6);
		assert_int_equal(got, wanted[at++]);
		last = got;
	}
	assert_int_equal(at, 7);
	/* At the limit, and a millisecond before. */
	assert_int_equal(
		certificate_threshold(end_ms, end_ms - 90 * DAY_MS), 90);
	assert_int_equal(
		certificate_threshold(end_ms, end_ms - 90 * DAY_MS - 1), -1);
	assert_int_equal(certificate_threshold(end_ms, end_ms - 1), 1);
	assert_int_equal(certificate_threshold(end_ms, end_ms), 0);
}

static void
test_certificate__days_are_whole_days(void **state)
{
	(void)state;
	assert_int_equal(certificate_days(DAY_MS, 0), 1);
	assert_int_equal(certificate_days(DAY_MS - 1, 0), 0);
	assert_int_equal(certificate_days(0, 0), 0);
	assert_int_equal(certificate_days(0, 1), -1);
	assert_int_equal(certificate_days(0, DAY_MS), -1);
	assert_int_equal(certificate_days(0, DAY_MS + 1), -2);
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
		cmocka_unit_test(
			test_certificate__says_issuer_key_host_and_list),
		cmocka_unit_test(test_certificate__is_read_in_binary_too),
		cmocka_unit_test(test_certificate__a_weak_key_is_refused),
		cmocka_unit_test(
			test_certificate__server_and_client_are_told_apart),
		cmocka_unit_test(test_certificate__of_the_trial_root_is_known),
		cmocka_unit_test(test_certificate__the_chain_behind_it_counts),
		cmocka_unit_test(
			test_certificate__trial_never_meets_production),
		cmocka_unit_test(
			test_certificate__all_roots_of_a_file_are_seen),
		cmocka_unit_test(
			test_certificate__all_that_a_jobs_file_leads_to),
		cmocka_unit_test(test_certificate__thresholds_come_in_order),
		cmocka_unit_test(test_certificate__days_are_whole_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
