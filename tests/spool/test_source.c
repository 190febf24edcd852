/* tests/spool/test_source.c - a PDF goes to one citizen, unchanged, or nowhere
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/source.h"

static void
test_source__the_payload_comes_out_of_a_zip_or_a_plain_file(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct claim claims[] = { batch(docs, 1),
		claimed("b.xml", XML, strlen(XML)) };
	struct buf b = BUF_MAX(1000);
	struct fault why;
	struct source *s;
	size_t i, got;

	(void)state;
	for (i = 0; i < 2; i++) {
		s = opened(&claims[i]);
		assert_int_equal(source_members(s), i == 0 ? 1 : 0);
		buf_reset(&b);
		read_all(s, &b);
		assert_string_equal(b.bytes, XML);
		/* The end stays the end. */
		got = 1;
		assert_int_equal(source_read(s, b.bytes, 10, &got, &why), V_OK);
		assert_int_equal(got, 0);
		source_close(s);
		claim_close(&claims[i]);
	}
	source_close(NULL);
	buf_done(&b);
}

static void
test_source__a_long_payload_is_read_ahead_in_order(void **state)
{
	const size_t len = 3000000;
	struct buf big = BUF_MAX(len + 1), back = BUF_MAX(len + 1);
	struct archive_out *out;
	struct claim claim;
	struct source *s;
	struct fault why;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; big.len + 8 <= len; i++)
		buf_format(&big, "%07zu\n", i);
	fd = openat(room.fd, "in/woz/a.zip", O_RDWR | O_CREAT, 0600);
	assert_int_equal(archive_create(fd, true, &out, &why), V_OK);
	assert_int_equal(
		archive_member_begin(out, "a.xml", (int64_t)big.len, &why),
		V_OK);
	assert_int_equal(
		archive_member_add(out, big.bytes, big.len, &why), V_OK);
	assert_int_equal(archive_finish(out, &why), V_OK);
	close(fd);
	assert_int_equal(
		spool_claim(room.spool, "woz", "a.zip", NOW, &claim, &why),
		V_OK);
	s = opened(&claim);
	read_all(s, &back);
	assert_int_equal(back.len, big.len);
	assert_memory_equal(back.bytes, big.bytes, big.len);
	source_close(s);
	/* Nobody has to read to the end. */
	s = opened(&claim);
	assert_int_equal(source_read(s, back.bytes, 10, &i, &why), V_OK);
	source_close(s);
	claim_close(&claim);
	buf_done(&big);
	buf_done(&back);
}

static void
test_source__a_payload_that_changes_under_us_is_noticed(void **state)
{
	struct claim claim = batch(NULL, 0);
	struct source *s = opened(&claim);
	struct fault why = FAULT_NONE;
	char path[100], bytes[100];
	size_t got;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "work/%s/a.zip", claim.job);
	fd = openat(room.fd, path, O_WRONLY);
	assert_int_equal(pwrite(fd, "X", 1, 30 + 9 + 5), 1);
	close(fd);
	assert_int_equal(
		source_read(s, bytes, sizeof(bytes), &got, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_ARCHIVE_CUT);
	/* And it stays so. */
	assert_int_equal(
		source_read(s, bytes, sizeof(bytes), &got, &why), V_BROKEN);
	assert_int_equal(source_end(s, &why), V_BROKEN);
	source_close(s);
	claim_close(&claim);
}

static void
test_source__exactly_one_payload(void **state)
{
	struct zip_member two[] = {
		{ .name = "b.xml", .bytes = XML, .len = strlen(XML) },
	};
	struct source_rules other = rules;

	(void)state;
	refused(batch(two, 1), &rules, CODE_PAYLOAD);
	other.payload = "*.csv";
	refused(batch(NULL, 0), &other, CODE_PAYLOAD);
	other.payload = "x/*.xml";
	refused(batch(NULL, 0), &other, CODE_PAYLOAD);
}

static void
test_source__only_the_containers_of_the_layout(void **state)
{
	struct source_rules zip = rules, plain = rules;

	(void)state;
	zip.plain = false;
	plain.zip = false;
	refused(claimed("a.xml", XML, strlen(XML)), &zip, CODE_ARCHIVE);
	refused(claimed("a.zip", XML, strlen(XML)), &rules, CODE_ARCHIVE);
	refused(claimed("a.ZIP", "", 0), &rules, CODE_ARCHIVE);
	refused(batch(NULL, 0), &plain, CODE_FORMAT);
	refused(claimed("a.zip", "PK\3\4 and no more", 16), &rules,
		CODE_ARCHIVE_CUT);
}

static void
test_source__the_payload_is_limited(void **state)
{
	struct source_rules small = rules;

	(void)state;
	small.bytes_max = (int64_t)strlen(XML) - 1;
	refused(claimed("a.xml", XML, strlen(XML)), &small, CODE_LIMIT);
	refused(batch(NULL, 0), &small, CODE_LIMIT);
	small.bytes_max++;
	assert_int_equal(small.bytes_max, strlen(XML));
}

static void
test_documents__are_found_with_their_place_and_digest(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct claim claim = batch(docs, 2);
	struct source *s = opened(&claim);
	struct letter letter = letter_of("k", "b.pdf", "a.pdf");
	struct fault why = FAULT_NONE;
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX], bytes[2000];
	size_t i, got;

	(void)state;
	digest_of(docs[1].bytes, docs[1].len, digest);
	digest_hex(digest, DIGEST_BYTES, hex);
	letter.documents[0].sha256 = hex;
	assert_int_equal(source_documents(s, &letter, &mem, &why), V_OK);
	for (i = 0; i < 2; i++) {
		const struct attachment *a = &letter.attachments[i];

		assert_int_equal(a->place, ATTACHMENT_MEMBER);
		assert_int_equal(a->pages, 1);
		assert_int_equal(a->bytes, docs[1 - i].len);
		assert_string_equal(a->title, i == 0 ? "t" : "u");
		assert_int_equal(
			file_read_at(claim.parts[0].fd, bytes, docs[1 - i].len,
				a->offset, &got, &why),
			V_OK);
		assert_memory_equal(bytes, docs[1 - i].bytes, got);
	}
	assert_memory_equal(letter.attachments[0].sha256, digest, 32);
	assert_int_equal(letter.paper, PAPER_NONE);
	ends(s, &claim, CODE_NONE);
}

static void
test_documents__a_bad_one_rejects_its_record_only(void **state)
{
	struct zip_member docs[] = {
		pdf("good.pdf", "good"),
		{ .name = "empty.pdf", .bytes = "", .len = 0 },
		{ .name = "empty2.pdf", .bytes = "", .len = 0 },
		{ .name = "page.pdf", .bytes = "<html>", .len = 6 },
		pdf("locked.pdf", "encrypted"),
		pdf("other.pdf", "other"),
	};
	struct claim claim = batch(docs, 6);
	struct source *s = opened(&claim);
	struct letter wrong = letter_of("7", "other.pdf", NULL);

	(void)state;
	finds(s, letter_of("1", "no.pdf", NULL), V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("2", "empty.pdf", NULL), V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("3", "empty2.pdf", NULL), V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("4", "page.pdf", NULL), V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("5", "locked.pdf", NULL), V_SKIP, CODE_DOCUMENT_BOX);
	wrong.documents[0].sha256 = "00112233445566778899aabbccddeeff"
				    "00112233445566778899aabbccddeeff";
	finds(s, wrong, V_SKIP, CODE_DOCUMENT);
	wrong.documents[0].sha256 = "short";
	finds(s, wrong, V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("8", "good.pdf", NULL), V_OK, CODE_NONE);
	ends(s, &claim, CODE_NONE);
}

static void
test_documents__one_pdf_for_two_citizens_refuses_the_file(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "a") };
	struct claim claim = batch(docs, 2);
	struct source *s = opened(&claim);

	(void)state;
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	/* The same letter again is the store's to reject. */
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	finds(s, letter_of("1", "b.pdf", NULL), V_OK, CODE_NONE);
	/* By name, and by content under another name. */
	finds(s, letter_of("2", "a.pdf", NULL), V_BROKEN, CODE_DOCUMENT_TWICE);
	finds(s, letter_of("3", "b.pdf", NULL), V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
}

static void
test_documents__a_rejected_record_keeps_its_pdf_from_others(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct claim claim = batch(docs, 2);
	struct source *s = opened(&claim);
	struct letter rejected = letter_of(NULL, "a.pdf", NULL);

	(void)state;
	source_forget(s, &rejected);
	finds(s, letter_of("2", "a.pdf", NULL), V_BROKEN, CODE_DOCUMENT_TWICE);
	/* In the other order it is told at the end. */
	finds(s, letter_of("3", "b.pdf", NULL), V_OK, CODE_NONE);
	rejected = letter_of(NULL, "b.pdf", NULL);
	source_forget(s, &rejected);
	ends(s, &claim, CODE_DOCUMENT_TWICE);
}

static void
test_documents__of_rejected_records_count_as_used(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b"),
		pdf("c.pdf", "c") };
	struct claim claim = batch(docs, 3);
	struct source *s = opened(&claim);
	struct letter rejected = letter_of("1", "b.pdf", "no.pdf");

	(void)state;
	source_forget(s, &rejected);
	/* Rejected for its first document, its second is used as well. */
	finds(s, letter_of("2", "no.pdf", "c.pdf"), V_SKIP, CODE_DOCUMENT);
	finds(s, letter_of("3", "a.pdf", NULL), V_OK, CODE_NONE);
	ends(s, &claim, CODE_NONE);
}

static void
test_documents__an_unnamed_one_refuses_the_file(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct claim claim = batch(docs, 2);
	struct source *s = opened(&claim);

	(void)state;
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	ends(s, &claim, CODE_DOCUMENT_UNUSED);
}

static void
test_documents__too_large_or_too_many_go_on_paper(void **state)
{
	struct buf big = BUF_MAX(2000000);
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b"),
		pdf("c.pdf", "c"), { .name = "big.pdf" } };
	struct letter many = letter_of("1", "a.pdf", "b.pdf");
	struct letter large = letter_of("2", "big.pdf", NULL);
	struct fault why = FAULT_NONE;
	struct claim claim;
	struct source *s;

	(void)state;
	pdf_make(&big, "big", 500000, false);
	docs[3].bytes = big.bytes;
	docs[3].len = big.len;
	claim = batch(docs, 4);
	s = opened(&claim);
	many.documents[many.document_count++] =
		(struct letter_document){ .href = "c.pdf", .title = "c" };
	assert_int_equal(source_documents(s, &many, &mem, &why), V_OK);
	assert_int_equal(many.paper, PAPER_TOO_MANY);
	assert_int_equal(source_documents(s, &large, &mem, &why), V_OK);
	assert_int_equal(large.paper, PAPER_TOO_LARGE);
	ends(s, &claim, CODE_NONE);
	buf_done(&big);
}

/* --- inline, and on their way out --- */

static struct letter
inline_letter(const char *key, const struct zip_member *doc)
{
	struct letter letter = letter_of(key, NULL, NULL);
	char *text = arena_alloc(&mem, BASE64_LEN(doc->len) + 1);

	letter.documents[0].base64_len =
		base64_encode(doc->bytes, doc->len, text);
	letter.documents[0].base64 = text;
	return letter;
}

static void
test_content__documents_leave_as_they_came(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct zip_member in1 = pdf("", "in1"), in2 = pdf("", "in2");
	struct claim claim = batch(docs, 1);
	struct source *s = opened(&claim);
	struct letter letters[] = { letter_of("1", "a.pdf", NULL),
		inline_letter("2", &in1), inline_letter("3", &in2) };
	const struct zip_member *expected[] = { &docs[0], &in1, &in2 };
	struct buf b = BUF_MAX(10000);
	struct content content;
	struct fault why = FAULT_NONE;
	int i, moved;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(
			source_documents(s, &letters[i], &mem, &why), V_OK);
	ends(s, &claim, CODE_NONE);
	for (moved = 0; moved < 2; moved++) {
		assert_int_equal(spool_content_open(
					 room.spool, claim.job, &content, &why),
			V_OK);
		for (i = 3; i-- > 0;) {
			assert_int_equal(
				read_out(&content, &letters[i].attachments[0],
					&b, &why),
				V_OK);
			assert_int_equal(b.len, expected[i]->len);
			assert_memory_equal(b.bytes, expected[i]->bytes, b.len);
		}
		spool_content_close(&content);
		spool_content_close(&content);
		assert_int_equal(spool_done(room.spool, claim.job, &why), V_OK);
	}
	buf_done(&b);
}

static void
test_content__a_changed_document_never_leaves(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct claim claim = batch(docs, 1);
	struct source *s = opened(&claim);
	struct letter letter = letter_of("1", "a.pdf", NULL);
	struct buf b = BUF_MAX(10000);
	struct content content;
	struct fault why = FAULT_NONE;
	struct attachment a;
	char path[100];
	int fd;

	(void)state;
	assert_int_equal(source_documents(s, &letter, &mem, &why), V_OK);
	a = letter.attachments[0];
	ends(s, &claim, CODE_NONE);
	assert_int_equal(
		spool_content_open(room.spool, claim.job, &content, &why),
		V_OK);
	/* Another document than the letter's. */
	a.sha256[0] ^= 1;
	assert_int_equal(read_out(&content, &a, &b, &why), V_NEVER);
	assert_int_equal(why.code, CODE_CONTENT_CHANGED);
	a.sha256[0] ^= 1;
	a.bytes--;
	assert_int_equal(read_out(&content, &a, &b, &why), V_NEVER);
	a.bytes = INT64_C(1) << 40;
	assert_int_equal(read_out(&content, &a, &b, &why), V_NEVER);
	a = letter.attachments[0];
	assert_int_equal(read_out(&content, &a, &b, &why), V_OK);
	/* A byte on the disk turned over. */
	snprintf(path, sizeof(path), "work/%s/a.zip", claim.job);
	fd = openat(room.fd, path, O_WRONLY);
	assert_int_equal(pwrite(fd, "!", 1, a.offset + 20), 1);
	close(fd);
	assert_int_equal(read_out(&content, &a, &b, &why), V_NEVER);
	assert_int_equal(why.code, CODE_CONTENT_CHANGED);
	spool_content_close(&content);
	buf_done(&b);
}

static void
test_content__of_an_unknown_job_there_is_none(void **state)
{
	struct content content;
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(
		spool_content_open(room.spool, "20260215-aaaa", &content, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_NO_JOB);
	assert_int_equal(
		spool_content_open(room.spool, "../../etc", &content, &why),
		V_BROKEN);
}

static void
test_inline__bad_documents_reject_their_record(void **state)
{
	struct claim claim = batch(NULL, 0);
	struct source *s = opened(&claim);
	struct zip_member good = pdf("", "good");
	struct zip_member html = { .bytes = "<html>", .len = 6 };
	struct zip_member locked = pdf("", "encrypted");
	struct letter junk = inline_letter("1", &good);

	(void)state;
	junk.documents[0].base64 = "not base64!";
	junk.documents[0].base64_len = 11;
	finds(s, junk, V_SKIP, CODE_DOCUMENT);
	junk.documents[0].base64_len = 0;
	finds(s, junk, V_SKIP, CODE_DOCUMENT);
	finds(s, inline_letter("2", &html), V_SKIP, CODE_DOCUMENT);
	finds(s, inline_letter("3", &locked), V_SKIP, CODE_DOCUMENT_BOX);
	finds(s, inline_letter("4", &good), V_OK, CODE_NONE);
	finds(s, inline_letter("5", &good), V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
}

static void
test_source__reading_again_starts_the_content_anew(void **state)
{
	struct claim claim = batch(NULL, 0);
	struct zip_member good = pdf("", "good");
	struct letter letter = inline_letter("1", &good);
	struct fault why = FAULT_NONE;
	struct stat st;
	char path[100];
	int i;

	(void)state;
	snprintf(path, sizeof(path), "work/%s/content", claim.job);
	for (i = 0; i < 2; i++) {
		struct source *s = opened(&claim);

		if (i == 1) {
			assert_int_equal(fstatat(room.fd, path, &st, 0), 0);
			assert_int_equal(st.st_size, 0);
		}
		assert_int_equal(
			source_documents(s, &letter, &mem, &why), V_OK);
		assert_int_equal(letter.attachments[0].offset, 0);
		assert_int_equal(source_end(s, &why), V_OK);
		source_close(s);
		assert_int_equal(fstatat(room.fd, path, &st, 0), 0);
		assert_int_equal(st.st_size, good.len);
	}
	claim_close(&claim);
}

static void
test_source__many_members_are_told_apart(void **state)
{
	const int count = 3000;
	struct source_rules many = rules;
	struct archive_out *out;
	struct source *s = NULL;
	struct claim claim;
	struct fault why;
	struct buf b = BUF_MAX(2000);
	char name[30];
	int fd, i;

	(void)state;
	fd = openat(room.fd, "in/woz/a.zip", O_RDWR | O_CREAT, 0600);
	assert_int_equal(archive_create(fd, false, &out, &why), V_OK);
	for (i = -1; i < count; i++) {
		buf_reset(&b);
		snprintf(name, sizeof(name), i < 0 ? "a.xml" : "%d.pdf", i);
		if (i < 0)
			buf_text(&b, XML);
		else
			pdf_make(&b, name, 0, false);
		assert_int_equal(
			archive_member_begin(out, name, (int64_t)b.len, &why),
			V_OK);
		assert_int_equal(
			archive_member_add(out, b.bytes, b.len, &why), V_OK);
	}
	assert_int_equal(archive_finish(out, &why), V_OK);
	close(fd);
	assert_int_equal(
		spool_claim(room.spool, "woz", "a.zip", NOW, &claim, &why),
		V_OK);
	many.limits.members_max = count + 1;
	assert_int_equal(source_open(&claim, &many, &s, &why), V_OK);
	assert_int_equal(source_members(s), count);
	for (i = 0; i < count; i++) {
		char href[30];

		snprintf(href, sizeof(href), "%d.pdf", i);
		finds(s, letter_of(href, href, NULL), V_OK, CODE_NONE);
	}
	finds(s, letter_of("x", "7.pdf", NULL), V_BROKEN, CODE_DOCUMENT_TWICE);
	ends(s, &claim, CODE_NONE);
	buf_done(&b);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_source__the_payload_comes_out_of_a_zip_or_a_plain_file),
		T(test_source__a_long_payload_is_read_ahead_in_order),
		T(test_source__a_payload_that_changes_under_us_is_noticed),
		T(test_source__exactly_one_payload),
		T(test_source__only_the_containers_of_the_layout),
		T(test_source__the_payload_is_limited),
		T(test_documents__are_found_with_their_place_and_digest),
		T(test_documents__a_bad_one_rejects_its_record_only),
		T(test_documents__one_pdf_for_two_citizens_refuses_the_file),
		T(test_documents__a_rejected_record_keeps_its_pdf_from_others),
		T(test_documents__of_rejected_records_count_as_used),
		T(test_documents__an_unnamed_one_refuses_the_file),
		T(test_documents__too_large_or_too_many_go_on_paper),
		T(test_content__documents_leave_as_they_came),
		T(test_content__a_changed_document_never_leaves),
		T(test_content__of_an_unknown_job_there_is_none),
		T(test_inline__bad_documents_reject_their_record),
		T(test_source__reading_again_starts_the_content_anew),
		T(test_source__many_members_are_told_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
