/* tests/spool/test_owner.c - no document reaches two citizens, whatever the key
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/source.h"

static struct source_rules by;

static int
make_by(void **state)
{
	by = rules;
	return make(state);
}

static struct letter
letter_to(const char *key, const char *href, int32_t bsn, const char *name)
{
	struct letter letter = letter_of(key, href, NULL);

	letter.bsn.number = bsn;
	letter.address = ADDRESS_EMPTY;
	letter.address.name = name;
	letter.address.postcode = "1234AB";
	letter.address.number = "1";
	return letter;
}

/* The key is often the supplier's reference: it says nothing of the citizen. */
static void
test_owner__one_pdf_for_two_citizens_under_one_key_refuses_the_file(
	void **state)
{
	static const struct {
		int32_t bsn;
		const char *name;
	} others[] = { { 999990020, "A. Jansen" }, { 0, "A. Jansen" },
		{ 999990019, "B. Pieters" } };
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "a") };
	struct letter first = letter_to("k", "a.pdf", 999990019, "A. Jansen");
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(others) / sizeof(others[0]); i++) {
		struct claim claim = batch(docs, 2);
		struct source *s = opened_by(&claim, &by);

		finds(s, first, V_OK, CODE_NONE);
		finds(s, first, V_OK, CODE_NONE);
		finds(s,
			letter_to("k", i % 2 == 0 ? "a.pdf" : "b.pdf",
				others[i / 2].bsn, others[i / 2].name),
			V_BROKEN, CODE_DOCUMENT_TWICE);
		source_close(s);
		claim_close(&claim);
	}
}

static void
test_owner__without_a_number_the_address_tells_two_apart(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct claim claim = batch(docs, 1);
	struct source *s = opened_by(&claim, &by);
	struct letter letter = letter_to("k", "a.pdf", 0, "A. Jansen");

	(void)state;
	finds(s, letter, V_OK, CODE_NONE);
	finds(s, letter, V_OK, CODE_NONE);
	letter.address.number = "2";
	finds(s, letter, V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
}

static void
test_owner__pages_for_two_citizens_under_one_key_refuse_the_file(void **state)
{
	struct letter letter = letter_to("k", NULL, 999990019, "A. Jansen");
	struct zip_member m = { .name = "print.pdf" };
	struct buf b = BUF_MAX(100000);
	struct claim claim;
	struct source *s;

	(void)state;
	pdf_pages(&b, 3, 0);
	m.bytes = b.bytes;
	m.len = b.len;
	claim = batch(&m, 1);
	by.pages = "*.pdf";
	s = opened_by(&claim, &by);
	letter.documents[0].first_page = 1;
	letter.documents[0].last_page = 2;
	finds(s, letter, V_OK, CODE_NONE);
	finds(s, letter, V_OK, CODE_NONE);
	letter.bsn.number = 999990020;
	finds(s, letter, V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
	buf_done(&b);
}

/* A record is rejected, and another one names its document. */
static void
forgotten(struct letter rejected, struct letter good, bool twice)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	int i;

	for (i = 0; i < 2; i++) {
		struct claim claim = batch(docs, 1);
		struct source *s = opened_by(&claim, &by);

		if (i == 0) {
			source_forget(s, &rejected);
			finds(s, good, twice ? V_BROKEN : V_OK,
				twice ? CODE_DOCUMENT_TWICE : CODE_NONE);
			source_close(s);
			claim_close(&claim);
			continue;
		}
		finds(s, good, V_OK, CODE_NONE);
		source_forget(s, &rejected);
		ends(s, &claim, twice ? CODE_DOCUMENT_TWICE : CODE_NONE);
	}
}

static void
test_owner__a_rejected_record_shares_with_its_double_alone(void **state)
{
	struct letter good = letter_to("k", "a.pdf", 999990019, "A. Jansen");
	struct letter unnumbered = letter_to("k", "a.pdf", 0, "A. Jansen");
	struct letter unread = letter_to("k", "a.pdf", 0, NULL);

	(void)state;
	forgotten(letter_to("k", "a.pdf", 999990019, "A. Jansen"), good, false);
	forgotten(letter_to("k", "a.pdf", 999990020, "A. Jansen"), good, true);
	forgotten(letter_to("k", "a.pdf", 999990019, NULL), good, true);
	forgotten(letter_to(NULL, "a.pdf", 999990019, "A. Jansen"), good, true);
	/* His number could not be read. */
	forgotten(unnumbered, good, true);
	forgotten(unnumbered, unnumbered, true);
	forgotten(unread, good, true);
	forgotten(unread, unread, true);
}

/* Named and inline at once: rejected, but nobody else may have either. */
static void
test_owner__a_record_with_two_for_one_document_is_rejected(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct zip_member inner = pdf("c.pdf", "c");
	struct letter both = letter_to("1", "a.pdf", 999990019, "A. Jansen");
	char text[2000];
	int i;

	(void)state;
	both.documents[0].base64_len =
		base64_encode(inner.bytes, inner.len, text);
	both.documents[0].base64 = text;
	for (i = 0; i < 4; i++) {
		struct claim claim = batch(docs, 2);
		struct source *s = opened_by(&claim, &by);
		struct letter next =
			letter_to("2", "a.pdf", 999990020, "B. Pieters");

		both.documents[0].href = i == 2 ? "no.pdf" : "a.pdf";
		if (i == 3)
			source_forget(s, &both);
		else
			finds(s, both, V_SKIP, CODE_DOCUMENT);
		if (i > 0) {
			next.documents[0] = both.documents[0];
			next.documents[0].href = NULL;
		}
		if (i < 3) {
			finds(s, next, V_BROKEN, CODE_DOCUMENT_TWICE);
			source_close(s);
			claim_close(&claim);
			continue;
		}
		finds(s, letter_to("2", "b.pdf", 999990020, "B. Pieters"), V_OK,
			CODE_NONE);
		ends(s, &claim, CODE_NONE);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_by, done)
	const struct CMUnitTest tests[] = {
		T(test_owner__one_pdf_for_two_citizens_under_one_key_refuses_the_file),
		T(test_owner__without_a_number_the_address_tells_two_apart),
		T(test_owner__pages_for_two_citizens_under_one_key_refuse_the_file),
		T(test_owner__a_record_with_two_for_one_document_is_rejected),
		T(test_owner__a_rejected_record_shares_with_its_double_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
