/* tests/spool/test_judge.c - every container a layout may come in, and no other
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/source.h"

static struct source_rules any;

static int
make_any(void **state)
{
	any = rules;
	any.gzip = any.tar = true;
	return make(state);
}

static struct claim
packed(const char *name, const char *text)
{
	struct buf b = BUF_MAX(20000000);
	struct claim claim;

	gz(&b, text, strlen(text));
	claim = claimed(name, b.bytes, b.len);
	buf_done(&b);
	return claim;
}

/* Refused, at once or at its end. */
static void
never(struct claim claim, const struct source_rules *by, enum code code)
{
	struct source *s = NULL;
	struct fault why = FAULT_NONE;
	enum verdict v = source_open(&claim, by, &s, &why);

	if (v == V_OK)
		v = source_end(s, &why);
	assert_int_equal(v, V_BROKEN);
	assert_int_equal(why.code, code);
	source_close(s);
	claim_close(&claim);
}

static void
test_judge__a_gzip_file_is_a_payload(void **state)
{
	struct claim claim = packed("a.xml.gz", XML);
	struct source *s = opened_by(&claim, &any);
	struct buf b = BUF_MAX(1000);
	struct fault why = FAULT_NONE;

	(void)state;
	read_all(s, &b);
	assert_string_equal(b.bytes, XML);
	/* The same part again starts again. */
	assert_int_equal(source_part(s, 0, &why), V_OK);
	buf_reset(&b);
	read_all(s, &b);
	assert_string_equal(b.bytes, XML);
	ends(s, &claim, CODE_NONE);
	buf_done(&b);
}

/* Damage behind the last record is told at the end. */
static void
test_judge__a_gzip_file_is_checked_to_its_end(void **state)
{
	struct buf b = BUF_MAX(200000);
	char text[9000];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	gz(&b, text, sizeof(text));
	len = b.len;
	for (i = 0; i < 3; i++) {
		b.len = len;
		if (i == 0)
			buf_text(&b, "x");
		if (i == 1)
			b.len--;
		if (i == 2)
			b.bytes[len - 8] ^= 1;
		never(claimed("a.gz", b.bytes, b.len), &any, CODE_ARCHIVE_CUT);
	}
	buf_done(&b);
}

static void
test_judge__a_gzip_bomb_and_a_long_payload_are_refused(void **state)
{
	static char text[12000001];
	struct source_rules by = any;
	struct claim claim;
	struct source *s;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	by.bytes_max = 20000000;
	never(packed("a.gz", text), &by, CODE_ARCHIVE);
	by.limits.ratio_max = 2000;
	by.bytes_max = sizeof(text) - 1;
	claim = packed("a.gz", text);
	s = opened_by(&claim, &by);
	ends(s, &claim, CODE_NONE);
	by.bytes_max--;
	never(packed("a.gz", text), &by, CODE_LIMIT);
}

static void
test_judge__a_tar_gives_payload_and_documents(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct claim claim = tar_batch(
			i == 0 ? "a.tar" : "a.tar.gz", i == 1, docs, 2);
		struct source *s = opened_by(&claim, &any);
		struct letter letter = letter_of("k", "b.pdf", "a.pdf");
		struct buf b = BUF_MAX(1000);
		struct fault why = FAULT_NONE;

		assert_int_equal(source_members(s), 2);
		read_all(s, &b);
		assert_string_equal(b.bytes, XML);
		assert_int_equal(
			source_documents(s, &letter, &mem, &why), V_OK);
		/* A plain tar is not copied. */
		assert_int_equal(letter.attachments[0].place,
			i == 0 ? ATTACHMENT_MEMBER : ATTACHMENT_CONTENT);
		assert_int_equal(
			i == 1, room_has(&room, "work/%s/content", claim.job));
		leaves_as(claim.job, &letter.attachments[0], docs[1].bytes,
			docs[1].len);
		leaves_as(claim.job, &letter.attachments[1], docs[0].bytes,
			docs[0].len);
		ends(s, &claim, CODE_NONE);
		buf_done(&b);
	}
}

static void
test_judge__a_tar_cut_between_two_members_is_refused(void **state)
{
	struct buf tar = BUF_MAX(100000), b = BUF_MAX(100000);

	(void)state;
	tar_file(&tar, "index.xml", XML);
	gz(&b, tar.bytes, tar.len);
	refused(claimed("a.tgz", b.bytes, b.len), &any, CODE_ARCHIVE_CUT);
	buf_done(&tar);
	buf_done(&b);
}

/* mobbjob check: nothing is written, and all is found all the same. */
static void
test_judge__without_a_folder_nothing_is_written(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct claim claim = tar_batch("a.tar.gz", true, docs, 1);
	struct claim looked = CLAIM_NONE;
	struct letter letter = letter_of("k", "a.pdf", NULL);
	struct buf b = BUF_MAX(1000);
	struct fault why = FAULT_NONE;
	struct source *s;
	char path[300], folder[200];
	int before;

	(void)state;
	snprintf(folder, sizeof(folder), "work/%s", claim.job);
	snprintf(path, sizeof(path), "%s/%s/a.tar.gz", room.path, folder);
	before = room_count(&room, folder);
	assert_int_equal(spool_look(path, &looked, &why), V_OK);
	s = opened_by(&looked, &any);
	read_all(s, &b);
	assert_string_equal(b.bytes, XML);
	assert_int_equal(source_documents(s, &letter, &mem, &why), V_OK);
	assert_int_equal(letter.attachments[0].bytes, docs[0].len);
	ends(s, &looked, CODE_NONE);
	assert_int_equal(room_count(&room, folder), before);
	claim_close(&claim);
	buf_done(&b);
}

static void
test_judge__only_the_containers_of_the_layout(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a") };
	struct source_rules zip = rules;

	(void)state;
	refused(packed("a.gz", XML), &zip, CODE_FORMAT);
	refused(tar_batch("a.tgz", true, docs, 1), &zip, CODE_FORMAT);
	refused(tar_batch("a.tar", false, docs, 1), &zip, CODE_FORMAT);
	zip.tar = true;
	refused(packed("a.gz", XML), &zip, CODE_FORMAT);
	/* The name does not make it one. */
	refused(claimed("a.gz", XML, strlen(XML)), &any, CODE_ARCHIVE);
	refused(claimed("a.TGZ", XML, strlen(XML)), &any, CODE_ARCHIVE);
	refused(claimed("a.tar", XML, strlen(XML)), &any, CODE_ARCHIVE);
	/* Kinds that nobody reads. */
	refused(claimed("a.rar", "Rar!\x1a\x07\x01", 8), &any, CODE_ARCHIVE);
	refused(claimed("a.xml", "7z\xbc\xaf\x27\x1c\0\4", 8), &any,
		CODE_ARCHIVE);
	refused(claimed("a.xz", "\xfd\x37zXZ\0\0\4\xe6\xd6\xb4\x46", 12), &any,
		CODE_ARCHIVE_CUT);
}

static void
test_judge__an_archive_in_an_archive_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} heads[] = { { "PK\3\4 and more", 13 }, { "\x1f\x8b\x08", 3 },
		{ "Rar!\x1a\x07\x01", 7 }, { "7z\xbc\xaf\x27\x1c", 6 } };
	struct zip_member inner = { .name = "inner.pdf" };
	struct buf tar = BUF_MAX(100000), b = BUF_MAX(100000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		inner.bytes = heads[i].bytes;
		inner.len = heads[i].len;
		refused(batch(&inner, 1), &any, CODE_ARCHIVE);
		refused(tar_batch("a.tgz", true, &inner, 1), &any,
			CODE_ARCHIVE);
	}
	tar_file(&tar, "a.pdf", "x");
	tar_end(&tar);
	inner.bytes = tar.bytes;
	inner.len = tar.len;
	refused(batch(&inner, 1), &any, CODE_ARCHIVE);
	/* Packed twice. */
	gz(&b, "\x1f\x8b\x08 and more", 12);
	refused(claimed("a.gz", b.bytes, b.len), &any, CODE_ARCHIVE);
	buf_done(&tar);
	buf_done(&b);
}

static void
test_judge__the_payload_is_no_archive_either(void **state)
{
	struct zip_member m = {
		.name = "index.xml", .bytes = "PK\3\4 and more", .len = 13
	};
	struct buf b = BUF_MAX(1000);

	(void)state;
	zip_make(&b, &m, 1);
	never(claimed("a.zip", b.bytes, b.len), &any, CODE_ARCHIVE);
	buf_done(&b);
}

static void
test_judge__members_are_counted_at_the_limit_and_one_past_it(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct source_rules by = any;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct claim claim = i == 0 ? batch(docs, 2)
					    : tar_batch("a.tgz", true, docs, 2);

		by.limits.members_max = 3;
		source_close(opened_by(&claim, &by));
		by.limits.members_max = 2;
		refused(claim, &by, CODE_ARCHIVE);
	}
}

static void
test_judge__two_members_of_one_name_are_refused(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("a.pdf", "b") };

	(void)state;
	refused(batch(docs, 2), &any, CODE_ARCHIVE);
	refused(tar_batch("a.tgz", true, docs, 2), &any, CODE_ARCHIVE);
}

/* The first fault in the directory is told, whichever thread is faster. */
static void
test_judge__a_file_is_always_refused_for_the_same_reason(void **state)
{
	struct zip_member docs[40];
	char names[40][20];
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "%d.pdf", i);
		docs[i] = pdf(names[i], names[i]);
	}
	docs[11].bytes = "PK\3\4";
	docs[11].len = 4;
	docs[17].crc_error = 1;
	docs[30].local_name = "x.pdf";
	for (i = 0; i < 20; i++)
		refused(batch(docs, 40), &any, CODE_ARCHIVE);
	docs[11].crc_error = 1;
	for (i = 0; i < 20; i++)
		refused(batch(docs, 40), &any, CODE_ARCHIVE_CUT);
}

static void
test_judge__without_documents_members_are_neither_read_nor_missed(void **state)
{
	struct zip_member docs[] = { pdf("a.pdf", "a"), pdf("b.pdf", "b") };
	struct source_rules by = any;
	struct letter letter = letter_of("k", "not-there.pdf", NULL);
	int i;

	(void)state;
	by.no_documents = true;
	by.shared_count = 1;
	by.shared = &(const char *const){ "leaflet.pdf" };
	by.pages = "*.pdf";
	docs[0].crc_error = 1;
	for (i = 0; i < 3; i++) {
		struct claim claim =
			i == 0	 ? batch(docs, 2)
			: i == 1 ? tar_batch("a.tgz", true, docs, 2)
				 : claimed("a.xml", XML, strlen(XML));
		struct source *s = opened_by(&claim, &by);
		struct fault why = FAULT_NONE;

		assert_int_equal(source_members(s), 0);
		assert_int_equal(
			source_documents(s, &letter, &mem, &why), V_OK);
		assert_int_equal(letter.attachments[0].bytes, 0);
		assert_string_equal(letter.attachments[0].title, "t");
		ends(s, &claim, CODE_NONE);
	}
}

/* --- a set of several files --- */

static struct claim
set_of_two(struct zip_member *first, struct zip_member *second)
{
	const struct spool_rule rule = { .stream = "woz", .parts = true };
	static const char *const names[] = { "delivery_1.zip",
		"delivery_2_laatste.zip" };
	struct zip_member *docs[] = { first, second };
	struct claim claim = CLAIM_NONE;
	struct fault why = FAULT_NONE;
	int i;

	for (i = 0; i < 2; i++) {
		struct zip_member all[2] = {
			{ .name = "index.xml",
				.bytes = i == 0 ? "one" : "two",
				.len = 3 },
		};
		struct buf b = BUF_MAX(100000);
		char path[100];

		all[1] = *docs[i];
		zip_make(&b, all, 2);
		snprintf(path, sizeof(path), "in/woz/%s", names[i]);
		room_put(&room, path, b.bytes, b.len);
		buf_done(&b);
	}
	assert_int_equal(
		spool_claim_by(room.spool, &rule, names[1], NOW, &claim, &why),
		V_OK);
	assert_int_equal(claim.part_count, 2);
	return claim;
}

static void
test_judge__a_letter_of_a_set_has_documents_of_its_part(void **state)
{
	struct zip_member one = pdf("a.pdf", "one"), two = pdf("a.pdf", "two");
	struct claim claim = set_of_two(&one, &two);
	struct source *s = opened_by(&claim, &any);
	struct letter letters[] = { letter_of("1", "a.pdf", NULL),
		letter_of("2", "a.pdf", NULL) };
	struct buf b = BUF_MAX(100);
	struct fault why = FAULT_NONE;
	int i;

	(void)state;
	assert_int_equal(source_members(s), 2);
	for (i = 0; i < 2; i++) {
		const struct zip_member *doc = i == 0 ? &one : &two;

		assert_int_equal(source_part(s, i, &why), V_OK);
		buf_reset(&b);
		read_all(s, &b);
		assert_string_equal(b.bytes, i == 0 ? "one" : "two");
		letters[i].part = i;
		assert_int_equal(
			source_documents(s, &letters[i], &mem, &why), V_OK);
		assert_int_equal(letters[i].attachments[0].part, i);
		leaves_as(claim.job, &letters[i].attachments[0], doc->bytes,
			doc->len);
	}
	/* The other way round, through one reader. */
	for (i = 2; i-- > 0;)
		leaves_as(claim.job, &letters[i].attachments[0],
			i == 0 ? one.bytes : two.bytes,
			i == 0 ? one.len : two.len);
	ends(s, &claim, CODE_NONE);
	buf_done(&b);
}

static void
test_judge__one_pdf_in_two_parts_of_a_set_refuses_it(void **state)
{
	struct zip_member one = pdf("a.pdf", "same"),
			  two = pdf("b.pdf", "same");
	struct claim claim = set_of_two(&one, &two);
	struct source *s = opened_by(&claim, &any);
	struct letter other = letter_of("2", "b.pdf", NULL);

	(void)state;
	finds(s, letter_of("1", "a.pdf", NULL), V_OK, CODE_NONE);
	other.part = 1;
	finds(s, other, V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	claim_close(&claim);
}

/* Each part's rest is read before the next, though its reader stopped. */
static void
test_judge__each_part_of_a_set_is_checked_to_its_end(void **state)
{
	struct zip_member one = pdf("a.pdf", "one"), two = pdf("b.pdf", "two");
	struct claim claim = set_of_two(&one, &two);
	struct source *s = opened_by(&claim, &any);
	struct fault why = FAULT_NONE;
	char path[100];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "work/%s/delivery_1.zip", claim.job);
	fd = openat(room.fd, path, O_WRONLY);
	assert_int_equal(pwrite(fd, "X", 1, 30 + 9), 1);
	close(fd);
	assert_int_equal(source_part(s, 1, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_ARCHIVE_CUT);
	assert_string_equal(why.place, "delivery_1.zip");
	source_close(s);
	claim_close(&claim);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_any, done)
	const struct CMUnitTest tests[] = {
		T(test_judge__a_gzip_file_is_a_payload),
		T(test_judge__a_gzip_file_is_checked_to_its_end),
		T(test_judge__a_gzip_bomb_and_a_long_payload_are_refused),
		T(test_judge__a_tar_gives_payload_and_documents),
		T(test_judge__a_tar_cut_between_two_members_is_refused),
		T(test_judge__without_a_folder_nothing_is_written),
		T(test_judge__only_the_containers_of_the_layout),
		T(test_judge__an_archive_in_an_archive_is_refused),
		T(test_judge__the_payload_is_no_archive_either),
		T(test_judge__members_are_counted_at_the_limit_and_one_past_it),
		T(test_judge__two_members_of_one_name_are_refused),
		T(test_judge__a_file_is_always_refused_for_the_same_reason),
		T(test_judge__without_documents_members_are_neither_read_nor_missed),
		T(test_judge__a_letter_of_a_set_has_documents_of_its_part),
		T(test_judge__one_pdf_in_two_parts_of_a_set_refuses_it),
		T(test_judge__each_part_of_a_set_is_checked_to_its_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
