/* tests/spool/test_document.c - leaflets, pages, and what the rules make of PDFs
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memmem */
#include "tests/spool/source.h"

#include "base/pdf.h"

static struct source_rules by;
static const char *const leaflets[] = { "leaflet.pdf", "map.pdf" };

static int
make_by(void **state)
{
	by = rules;
	by.tar = true;
	by.limits.ratio_max = 2000;
	return make(state);
}

/* --- leaflets --- */

static void
test_shared__a_leaflet_goes_to_any_number_of_letters(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b"),
		pdf("leaflet.pdf", "l") };
	struct claim claim;
	struct source *s;

	(void)state;
	by.shared = leaflets;
	by.shared_count = 1;
	claim = batch(docs, 3);
	s = opened_by(&claim, &by);
	finds(s, letter_of("1", "a.pdf", "leaflet.pdf"), V_OK, CODE_NONE);
	finds(s, letter_of("2", "b.pdf", "leaflet.pdf"), V_OK, CODE_NONE);
	ends(s, &claim, CODE_NONE);
	/* Without the rule the same is one PDF for two citizens, whatever the
	 * letter says of it.
	 */
	by.shared_count = 0;
	claim = batch(docs, 3);
	s = opened_by(&claim, &by);
	finds(s, letter_of("1", "a.pdf", "leaflet.pdf"), V_OK, CODE_NONE);
	{
		struct letter letter = letter_of("2", "b.pdf", "leaflet.pdf");

		letter.documents[1].shared = true;
		finds(s, letter, V_BROKEN, CODE_DOCUMENT_TWICE);
	}
	source_close(s);
	claim_close(&claim);
}

static void
test_shared__a_leaflet_nobody_wants_is_no_unused_document(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"),
		pdf("leaflet.pdf", "l") };
	struct claim claim = batch(docs, 2);
	struct source *s;

	(void)state;
	by.shared = leaflets;
	by.shared_count = 1;
	s = opened_by(&claim, &by);
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	ends(s, &claim, CODE_NONE);
}

static void
test_shared__one_that_is_missing_or_bad_refuses_the_file(void **state)
{
	struct zip_member docs[] = { pdf("leaflet.pdf", "l"),
		{ .name = "map.pdf", .bytes = "<html>", .len = 6 } };

	(void)state;
	by.shared = leaflets;
	by.shared_count = 2;
	refused(batch(docs, 1), &by, CODE_DOCUMENT);
	refused(batch(docs, 2), &by, CODE_DOCUMENT);
	docs[1] = pdf("map.pdf", "encrypted");
	refused(batch(docs, 2), &by, CODE_DOCUMENT);
	refused(claimed("a.xml", XML, strlen(XML)), &by, CODE_DOCUMENT);
	docs[1] = pdf("map.pdf", "m");
	{
		struct claim claim = batch(docs, 2);

		source_close(opened_by(&claim, &by));
		claim_close(&claim);
	}
}

/* --- documents nobody names --- */

static void
test_unused__any_member_nobody_names_counts(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"),
		pdf("locked.pdf", "encrypted"),
		{ .name = "page.pdf", .bytes = "<html>", .len = 6 },
		{ .name = "empty.pdf", .bytes = "", .len = 0 } };
	int i;

	(void)state;
	for (i = 1; i < 4; i++) {
		struct zip_member two[] = { docs[0], docs[i] };
		struct claim claim = batch(two, 2);
		struct source *s = opened_by(&claim, &by);

		finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
		ends(s, &claim, CODE_DOCUMENT_UNUSED);
	}
	by.unused_warns = true;
	{
		struct claim claim = batch(docs, 4);
		struct source *s = opened_by(&claim, &by);
		struct fault why;

		finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
		assert_int_equal(source_end(s, &why), V_OK);
		assert_int_equal(source_unused(s), 3);
		source_close(s);
		claim_close(&claim);
	}
}

/* --- one big PDF --- */

static struct letter
pages_of(const char *key, int first, int last)
{
	struct letter letter = letter_of(key, NULL, NULL);

	letter.documents[0].first_page = first;
	letter.documents[0].last_page = last;
	return letter;
}

/* A batch whose one PDF has ten pages, stored or in a packed tar. */
static struct claim
book(bool tar, int odd)
{
	struct buf b = BUF_MAX(100000);
	struct zip_member m = { .name = "print.pdf" };

	pdf_pages(&b, 10, odd);
	m.bytes = arena_text(&mem, b.bytes, b.len);
	m.len = b.len;
	buf_done(&b);
	by.pages = "*.pdf";
	return tar ? tar_batch("a.tgz", true, &m, 1) : batch(&m, 1);
}

static void
test_pages__each_letter_gets_its_own(void **state)
{
	static const int pages[][2] = { { 1, 1 }, { 2, 4 }, { 5, 10 } };
	struct buf out = BUF_MAX(1000000);
	int i, tar;

	(void)state;
	for (tar = 0; tar < 2; tar++) {
		struct claim claim = book(tar == 1, 0);
		struct source *s = opened_by(&claim, &by);
		struct letter letters[3];
		struct fault why = FAULT_NONE;
		struct content content;

		assert_int_equal(source_members(s), 0);
		for (i = 0; i < 3; i++) {
			char key[2] = { (char)('1' + i), '\0' };

			letters[i] = pages_of(key, pages[i][0], pages[i][1]);
			if (source_documents(s, &letters[i], &mem, &why) !=
				V_OK)
				fail_msg("%s", why.text);
			assert_int_equal(letters[i].attachments[0].pages,
				pages[i][1] - pages[i][0] + 1);
		}
		ends(s, &claim, CODE_NONE);
		assert_int_equal(spool_content_open(
					 room.spool, claim.job, &content, &why),
			V_OK);
		for (i = 3; i-- > 0;) {
			char text[20];
			int page;

			assert_int_equal(
				read_out(&content, &letters[i].attachments[0],
					&out, &why),
				V_OK);
			/* All of its pages, none of another's. */
			for (page = 1; page <= 10; page++) {
				snprintf(text, sizeof(text), "%% letter %03d",
					page);
				assert_int_equal(page >= pages[i][0] &&
							 page <= pages[i][1],
					memmem(out.bytes, out.len, text,
						strlen(text)) != NULL);
			}
		}
		spool_content_close(&content);
	}
	buf_done(&out);
}

static void
test_pages__one_for_two_citizens_refuses_the_file(void **state)
{
	struct claim claim = book(false, 0);
	struct source *s = opened_by(&claim, &by);

	(void)state;
	finds(s, pages_of("1", 1, 4), V_OK, CODE_NONE);
	finds(s, pages_of("1", 1, 4), V_OK, CODE_NONE);
	finds(s, pages_of("2", 4, 6), V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
	/* Also those of a rejected record, in either order. */
	claim = book(false, 0);
	s = opened_by(&claim, &by);
	{
		struct letter rejected = pages_of(NULL, 1, 3);

		source_forget(s, &rejected);
		finds(s, pages_of("2", 3, 3), V_BROKEN, CODE_DOCUMENT_TWICE);
		finds(s, pages_of("3", 4, 10), V_OK, CODE_NONE);
		rejected = pages_of(NULL, 10, 10);
		source_forget(s, &rejected);
	}
	ends(s, &claim, CODE_DOCUMENT_TWICE);
}

static void
test_pages__out_of_range_rejects_the_record(void **state)
{
	static const int wrong[][2] = { { 0, 1 }, { -1, 2 }, { 3, 2 },
		{ 10, 11 }, { 11, 11 }, { 2, INT32_MAX } };
	struct claim claim = book(false, 0);
	struct source *s = opened_by(&claim, &by);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		finds(s, pages_of("w", wrong[i][0], wrong[i][1]), V_SKIP,
			CODE_DOCUMENT);
	/* Its pages are named, so nobody misses them... */
	ends(s, &claim, CODE_NONE);
	/* ... and nobody else may have them. */
	claim = book(false, 0);
	s = opened_by(&claim, &by);
	finds(s, pages_of("w", 10, 11), V_SKIP, CODE_DOCUMENT);
	finds(s, pages_of("1", 1, 9), V_OK, CODE_NONE);
	finds(s, pages_of("2", 10, 10), V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
}

static void
test_pages__one_nobody_has_refuses_the_file_or_warns(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct claim claim = book(false, 0);
		struct source *s;

		by.unused_warns = i == 1;
		s = opened_by(&claim, &by);
		finds(s, pages_of("1", 1, 4), V_OK, CODE_NONE);
		finds(s, pages_of("2", 6, 9), V_OK, CODE_NONE);
		if (i == 1) {
			struct fault why;

			assert_int_equal(source_end(s, &why), V_OK);
			assert_int_equal(source_unused(s), 2);
			source_close(s);
			claim_close(&claim);
		} else {
			ends(s, &claim, CODE_DOCUMENT_UNUSED);
		}
	}
}

static void
test_pages__there_is_exactly_one_pdf_to_cut(void **state)
{
	struct zip_member two[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct zip_member bad = {
		.name = "a.pdf", .bytes = "<html>", .len = 6
	};
	struct claim claim;
	struct source *s;

	(void)state;
	by.pages = "*.pdf";
	refused(batch(NULL, 0), &by, CODE_PAYLOAD);
	refused(batch(two, 2), &by, CODE_PAYLOAD);
	refused(batch(&bad, 1), &by, CODE_DOCUMENT);
	bad = pdf("a.pdf", "encrypted");
	refused(batch(&bad, 1), &by, CODE_DOCUMENT);
	bad = pdf("a.pdf", "a");
	bad.crc_error = 1;
	refused(batch(&bad, 1), &by, CODE_ARCHIVE_CUT);
	/* A leaflet beside it is no second one. */
	by.shared = leaflets;
	by.shared_count = 1;
	two[1] = pdf("leaflet.pdf", "l");
	claim = batch(two, 2);
	s = opened_by(&claim, &by);
	finds(s, pages_of("1", 1, 1), V_OK, CODE_NONE);
	ends(s, &claim, CODE_NONE);
	/* A plain payload brings none. */
	by.shared_count = 0;
	claim = claimed("a.xml", XML, strlen(XML));
	s = opened_by(&claim, &by);
	finds(s, pages_of("1", 1, 1), V_SKIP, CODE_DOCUMENT);
	ends(s, &claim, CODE_NONE);
}

/* mobbjob check: judged the same, and nothing is left. */
static void
test_pages__are_checked_without_a_folder(void **state)
{
	struct claim claim = book(false, 0), looked = CLAIM_NONE;
	struct fault why = FAULT_NONE;
	struct source *s;
	char path[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/work/%s/a.zip", room.path, claim.job);
	assert_int_equal(spool_look(path, &looked, &why), V_OK);
	s = opened_by(&looked, &by);
	finds(s, pages_of("1", 1, 9), V_OK, CODE_NONE);
	/* Its page is no longer free, and nobody misses it. */
	finds(s, pages_of("2", 10, 11), V_SKIP, CODE_DOCUMENT);
	ends(s, &looked, CODE_NONE);
	assert_false(room_has(&room, "work/%s/content", claim.job));
	assert_false(room_has(&room, "work/%s/.scratch", claim.job));
	claim_close(&claim);
}

/* --- what the rules make of a PDF --- */

static struct claim
one_document(void)
{
	struct zip_member m = pdf("a.pdf", "a");

	return batch(&m, 1);
}

static void
test_rules__a_pdf_without_the_claim_by_each_rule(void **state)
{
	static const enum source_pdf kinds[] = { SOURCE_PDF_WARN,
		SOURCE_PDF_PAPER, SOURCE_PDF_REJECT };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct letter letter = letter_of("1", "a.pdf", NULL);
		struct claim claim = one_document();
		struct fault why = FAULT_NONE;
		enum code code = CODE_NONE;
		struct source *s;
		enum verdict v;

		by.not_pdfa = kinds[i];
		s = opened_by(&claim, &by);
		v = source_documents(s, &letter, &mem, &why);
		assert_int_equal(
			v, kinds[i] == SOURCE_PDF_REJECT ? V_SKIP : V_OK);
		assert_int_equal(why.code, kinds[i] == SOURCE_PDF_REJECT
						   ? CODE_DOCUMENT_BOX
						   : CODE_NONE);
		assert_int_equal(letter.paper,
			kinds[i] == SOURCE_PDF_PAPER ? PAPER_PDF : PAPER_NONE);
		if (kinds[i] == SOURCE_PDF_WARN) {
			assert_non_null(source_remark(s, &code));
			assert_int_equal(code, CODE_DOCUMENT_BOX);
		} else {
			assert_null(source_remark(s, &code));
		}
		ends(s, &claim, CODE_NONE);
	}
}

static void
test_rules__paper_for_another_reason_keeps_that_reason(void **state)
{
	struct letter letter = letter_of("1", "a.pdf", NULL);
	struct claim claim = one_document();
	struct fault why = FAULT_NONE;
	struct source *s;

	(void)state;
	by.not_pdfa = SOURCE_PDF_PAPER;
	s = opened_by(&claim, &by);
	letter.paper = PAPER_NO_BSN;
	assert_int_equal(source_documents(s, &letter, &mem, &why), V_OK);
	assert_int_equal(letter.paper, PAPER_NO_BSN);
	ends(s, &claim, CODE_NONE);
}

static void
pages_remark(int64_t pages_max, bool a4, int odd, bool expected)
{
	struct letter letter = letter_of("1", "a.pdf", NULL);
	struct buf b = BUF_MAX(100000);
	struct zip_member m = { .name = "a.pdf" };
	enum code code = CODE_NONE;
	struct fault why = FAULT_NONE;
	struct source_rules with = by;
	const char *remark;
	struct claim claim;
	struct source *s;

	pdf_pages(&b, 3, odd);
	m.bytes = b.bytes;
	m.len = b.len;
	claim = batch(&m, 1);
	with.pages_max = pages_max;
	with.a4 = a4;
	with.not_pdfa = SOURCE_PDF_PAPER; /* no remark of its own */
	s = opened_by(&claim, &with);
	assert_int_equal(source_documents(s, &letter, &mem, &why), V_OK);
	remark = source_remark(s, &code);
	assert_int_equal(remark != NULL, expected);
	if (expected)
		assert_int_equal(code, CODE_DOCUMENT_PAPER);
	ends(s, &claim, CODE_NONE);
	buf_done(&b);
}

static void
test_rules__pages_at_the_limit_and_one_past_it_and_their_size(void **state)
{
	(void)state;
	pages_remark(0, false, 0, false);
	pages_remark(3, false, 0, false);
	pages_remark(2, false, 0, true);
	pages_remark(0, false, 2, false);
	pages_remark(0, true, 0, false);
	pages_remark(0, true, 2, true);
}

static void
test_rules__a_remark_is_of_the_letter_just_taken(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct claim claim = batch(docs, 2);
	struct source *s = opened_by(&claim, &by);
	struct letter rejected = letter_of("2", "b.pdf", NULL);
	enum code code = CODE_NONE;

	(void)state;
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	assert_non_null(strstr(source_remark(s, &code), "document 1: "));
	source_forget(s, &rejected);
	assert_null(source_remark(s, &code));
	finds(s, letter_of("3", "no.pdf", NULL), V_SKIP, CODE_DOCUMENT);
	assert_null(source_remark(s, &code));
	ends(s, &claim, CODE_NONE);
}

/* A PDF that claims what the box wants, so that the command is asked. */
static struct claim
claiming(void)
{
	struct zip_member plain = pdf("a.pdf", "a");
	struct buf b = BUF_MAX(100000);
	struct fault why = FAULT_NONE;
	struct claim claim;

	assert_int_equal(
		pdf_claim(plain.bytes, plain.len, "nl-NL", "t", &b, &why),
		V_OK);
	plain.bytes = b.bytes;
	plain.len = b.len;
	claim = batch(&plain, 1);
	buf_done(&b);
	return claim;
}

static void
by_command(const char *command, bool sound)
{
	struct claim claim = claiming();
	struct source *s;

	by.command = command;
	by.not_pdfa = SOURCE_PDF_REJECT;
	s = opened_by(&claim, &by);
	finds(s, letter_of("1", "a.pdf", NULL), sound ? V_OK : V_SKIP,
		sound ? CODE_NONE : CODE_DOCUMENT_BOX);
	ends(s, &claim, CODE_NONE);
}

static void
test_rules__the_command_of_the_site_is_asked(void **state)
{
	(void)state;
	by_command(NULL, true);
	by_command("true", true);
	by_command("grep -q PDF", true);
	by_command("grep -q nothing-of-the-kind", false);
	/* It breaks: exit status 2. */
	by_command("grep -q [", false);
}

static void
test_rules__a_command_that_is_not_there_lets_the_file_wait(void **state)
{
	struct claim claim = one_document();
	struct source *s = NULL;
	struct fault why = FAULT_NONE;

	(void)state;
	by.command = "/nowhere/checker {}";
	assert_int_equal(source_open(&claim, &by, &s, &why), V_LATER);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
	claim_close(&claim);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_by, done)
	const struct CMUnitTest tests[] = {
		T(test_shared__a_leaflet_goes_to_any_number_of_letters),
		T(test_shared__a_leaflet_nobody_wants_is_no_unused_document),
		T(test_shared__one_that_is_missing_or_bad_refuses_the_file),
		T(test_unused__any_member_nobody_names_counts),
		T(test_pages__each_letter_gets_its_own),
		T(test_pages__one_for_two_citizens_refuses_the_file),
		T(test_pages__out_of_range_rejects_the_record),
		T(test_pages__one_nobody_has_refuses_the_file_or_warns),
		T(test_pages__there_is_exactly_one_pdf_to_cut),
		T(test_pages__are_checked_without_a_folder),
		T(test_rules__a_pdf_without_the_claim_by_each_rule),
		T(test_rules__paper_for_another_reason_keeps_that_reason),
		T(test_rules__pages_at_the_limit_and_one_past_it_and_their_size),
		T(test_rules__a_remark_is_of_the_letter_just_taken),
		T(test_rules__the_command_of_the_site_is_asked),
		T(test_rules__a_command_that_is_not_there_lets_the_file_wait),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
