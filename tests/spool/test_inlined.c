/* tests/spool/test_inlined.c - documents whose text stays in the batch file
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/source.h"

#define FILE_MAX ((size_t)3000000)

/* A payload being made, and the letters it is of. */
static struct buf payload;
static struct letter letters[5];
static int letter_count;
static struct zip_member pdfs[8];
static int pdf_count;

static int
begin(void **state)
{
	payload = BUF_MAX(FILE_MAX);
	buf_text(&payload, "<set>\r\n");
	letter_count = pdf_count = 0;
	return make(state);
}

static int
end(void **state)
{
	buf_done(&payload);
	return done(state);
}

/* Base64 in lines of 76, with these ends. */
static void
in_lines(struct buf *out, const struct zip_member *m, const char *line_end)
{
	char *text = arena_alloc(&mem, BASE64_LEN(m->len) + 1);
	size_t i, n, len = base64_encode(m->bytes, m->len, text);

	for (i = 0; i < len; i += n) {
		n = len - i < 76 ? len - i : 76;
		if (i > 0)
			buf_text(out, line_end);
		buf_add(out, text + i, n);
	}
}

/* One more document, of `filler` bytes and more, in the payload; the letter's
 * text is what the reader makes of it.
 */
static void
add_document(struct letter *letter, size_t filler, const char *before,
	const char *line_end, const char *behind)
{
	struct letter_document *d = &letter->documents[letter->document_count];
	struct zip_member *m = &pdfs[pdf_count++];
	struct buf b = BUF_MAX(FILE_MAX), text = BUF_MAX(FILE_MAX);
	char mark[20];

	snprintf(mark, sizeof(mark), "document %d", pdf_count);
	pdf_make(&b, mark, filler, false);
	*m = (struct zip_member){ .bytes = arena_text(&mem, b.bytes, b.len),
		.len = b.len };
	in_lines(&text, m,
		strpbrk(line_end, "<&") != NULL	    ? ""
		: strcmp(line_end, "\r\n\r\n") == 0 ? "\n\n"
		: line_end[0] == '\r'		    ? "\n"
						    : line_end);
	letter->document_count++;
	*d = (struct letter_document){ .title = "t",
		.base64 = arena_text(&mem, text.bytes, text.len),
		.base64_len = text.len };
	buf_text(&payload, "<doc>");
	d->base64_offset = (int64_t)payload.len;
	buf_text(&payload, before);
	in_lines(&payload, m, line_end);
	buf_text(&payload, behind);
	d->base64_raw = (int64_t)payload.len - d->base64_offset;
	buf_text(&payload, "</doc>\r\n");
	assert_false(payload.full);
	buf_done(&b);
	buf_done(&text);
}

static struct letter *
add_letter(size_t filler, const char *before, const char *line_end,
	const char *behind)
{
	static const char *const keys[] = { "1", "2", "3", "4", "5" };
	struct letter *letter = &letters[letter_count];

	*letter = letter_of(keys[letter_count++], NULL, NULL);
	letter->document_count = 0;
	add_document(letter, filler, before, line_end, behind);
	return letter;
}

static struct claim
plain(void)
{
	return claimed("a.xml", payload.bytes, payload.len);
}

static void
taken(struct source *s, struct letter *letter)
{
	struct fault why = FAULT_NONE;

	if (source_documents(s, letter, &mem, &why) != V_OK)
		fail_msg("%s", why.text);
}

/* All letters are taken; is there a content file then? */
static void
take_all(struct claim *claim, const struct source_rules *by, bool content)
{
	struct source *s = opened_by(claim, by);
	int i;

	for (i = 0; i < letter_count; i++)
		taken(s, &letters[i]);
	ends(s, claim, CODE_NONE);
	assert_int_equal(
		room_has(&room, "work/%s/content", claim->job), content);
	for (i = 0; i < letter_count; i++) {
		const struct attachment *a = &letters[i].attachments[0];

		assert_int_equal(a->place,
			content ? ATTACHMENT_CONTENT : ATTACHMENT_MEMBER);
		assert_int_equal(a->method,
			content ? ATTACHMENT_STORED : ATTACHMENT_BASE64);
	}
}

/* Both as the documents of the letters so far. */
static void
all_leave(const char *job)
{
	size_t k;
	int i, n = 0;

	for (i = 0; i < letter_count; i++)
		for (k = 0; k < letters[i].document_count; k++, n++)
			leaves_as(job, &letters[i].attachments[k],
				pdfs[n].bytes, pdfs[n].len);
	assert_int_equal(n, pdf_count);
}

static void
test_inlined__stays_in_a_plain_file_and_leaves_as_it_was(void **state)
{
	static char pad[40000];
	struct fault why = FAULT_NONE;
	struct claim claim;
	int moved;

	(void)state;
	memset(pad, ' ', sizeof(pad) - 1);
	add_letter(0, "", "", "");
	add_letter(10, "\r\n\t  ", "\r\n", "\r\n  ");
	add_letter(11, "  ", "\n   ", "\n");
	add_letter(12, pad, "\r\n\r\n", pad);
	/* Several blocks of text. */
	add_letter(200000, "\r\n", "\r\n", "\r\n");
	claim = plain();
	take_all(&claim, &rules, false);
	for (moved = 0; moved < 2; moved++) {
		all_leave(claim.job);
		assert_int_equal(spool_done(room.spool, claim.job, &why), V_OK);
	}
}

static void
test_inlined__two_documents_of_one_letter_stay_apart(void **state)
{
	struct letter *letter = add_letter(5, "", "\n", "");
	struct claim claim;

	(void)state;
	add_document(letter, 70000, " ", "\r\n", "\n");
	add_document(letter, 0, "", "", "");
	add_letter(0, "", "", "");
	claim = plain();
	take_all(&claim, &rules, false);
	all_leave(claim.job);
}

static void
goes_to_content(int64_t offset, int64_t raw)
{
	struct letter_document *d = &letters[0].documents[0];
	struct claim claim = plain();

	d->base64_offset = offset;
	d->base64_raw = raw;
	take_all(&claim, &rules, true);
	all_leave(claim.job);
}

static void
test_inlined__what_has_no_known_place_goes_to_content(void **state)
{
	static const char *const ends[] = { "\n", "\r\n" };
	int64_t offset, raw;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		letter_count = pdf_count = 0;
		add_letter(700, "", ends[i], "");
		offset = letters[0].documents[0].base64_offset;
		raw = letters[0].documents[0].base64_raw;
		goes_to_content(0, 0);
		goes_to_content(offset, 0);
		goes_to_content(offset, -1);
		goes_to_content(-1, raw);
		goes_to_content(offset + 1, raw);
		goes_to_content(offset - 1, raw);
		goes_to_content(offset, raw - 1);
		goes_to_content(offset, raw + 1);
		goes_to_content(offset, INT64_MAX);
		goes_to_content(INT64_MAX, raw);
		goes_to_content((int64_t)payload.len - raw + 1, raw);
		goes_to_content(offset, 4);
	}
}

static void
test_inlined__with_markup_in_it_goes_to_content(void **state)
{
	static const char *const odd[] = { "<!---->", "\n<!-- \r\n\r\n -->",
		"<![CDATA[", "&#10;" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct letter_document *d = &letters[0].documents[0];

		letter_count = pdf_count = 0;
		add_letter(0, i % 2 == 0 ? odd[i] : "", "\r\n",
			i % 2 == 1 ? odd[i] : "");
		goes_to_content(d->base64_offset, d->base64_raw);
		/* In the middle, and the lines have just so many CRs. */
		letter_count = pdf_count = 0;
		add_letter(20000, "", odd[i], "");
		goes_to_content(d->base64_offset, d->base64_raw);
	}
}

static void
test_inlined__stays_in_a_container_only_where_that_is_not_packed(void **state)
{
	struct source_rules by = rules;
	struct zip_member index = { .name = "index.xml" };
	struct buf b = BUF_MAX(FILE_MAX);
	struct claim claim;

	(void)state;
	by.tar = by.gzip = true;
	by.limits.ratio_max = 2000;
	add_letter(0, "", "\r\n", "");
	add_letter(70000, "\n", "\n", "\n");
	index.bytes = payload.bytes;
	index.len = payload.len;
	zip_make(&b, &index, 1);
	claim = claimed("a.zip", b.bytes, b.len);
	take_all(&claim, &by, false);
	all_leave(claim.job);
	buf_reset(&b);
	tar_add(&b, "index.xml", payload.bytes, payload.len, '0');
	tar_end(&b);
	claim = claimed("a.tar", b.bytes, b.len);
	take_all(&claim, &by, false);
	all_leave(claim.job);
	buf_reset(&b);
	gz(&b, payload.bytes, payload.len);
	claim = claimed("a.xml.gz", b.bytes, b.len);
	take_all(&claim, &by, true);
	all_leave(claim.job);
	buf_done(&b);
}

static void
test_inlined__the_second_part_of_a_set_is_read_where_it_is(void **state)
{
	const struct spool_rule rule = { .stream = "woz", .parts = true };
	struct claim claim = CLAIM_NONE;
	struct fault why = FAULT_NONE;
	int64_t first;
	struct source *s;

	(void)state;
	add_letter(0, "", "\n", "");
	room_put(&room, "in/woz/delivery_1.xml", payload.bytes, payload.len);
	first = letters[0].documents[0].base64_offset;
	buf_reset(&payload);
	buf_text(&payload, "<set>\r\n");
	add_letter(0, "", "\n", "");
	letters[1].part = 1;
	/* The same place in both: only the part tells them apart. */
	assert_true(letters[1].documents[0].base64_offset == first);
	room_put(&room, "in/woz/delivery_2_laatste.xml", payload.bytes,
		payload.len);
	assert_int_equal(spool_claim_by(room.spool, &rule,
				 "delivery_2_laatste.xml", NOW, &claim, &why),
		V_OK);
	s = opened(&claim);
	assert_int_equal(source_part(s, 1, &why), V_OK);
	taken(s, &letters[0]);
	taken(s, &letters[1]);
	assert_int_equal(letters[0].attachments[0].part, 0);
	assert_int_equal(letters[1].attachments[0].part, 1);
	ends(s, &claim, CODE_NONE);
	assert_false(room_has(&room, "work/%s/content", claim.job));
	all_leave(claim.job);
}

/* In the file something else stands where the text did. */
static void
changed(const char *job, int64_t offset, const char *there)
{
	struct buf b = BUF_MAX(FILE_MAX);
	struct content content;
	struct fault why = FAULT_NONE;
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "work/%s/a.xml", job);
	fd = openat(room.fd, path, O_WRONLY);
	if (there == NULL)
		assert_int_equal(ftruncate(fd, offset), 0);
	else
		assert_int_equal(pwrite(fd, there, strlen(there), offset),
			(ssize_t)strlen(there));
	assert_int_equal(
		spool_content_open(room.spool, job, &content, &why), V_OK);
	assert_int_equal(
		read_out(&content, &letters[0].attachments[0], &b, &why),
		V_NEVER);
	assert_int_equal(why.code, CODE_CONTENT_CHANGED);
	/* And so the next time; others are not harmed. */
	assert_int_equal(
		read_out(&content, &letters[0].attachments[0], &b, &why),
		V_NEVER);
	if (there != NULL)
		assert_int_equal(read_out(&content, &letters[1].attachments[0],
					 &b, &why),
			V_OK);
	spool_content_close(&content);
	if (there != NULL)
		assert_int_equal(pwrite(fd, payload.bytes + offset,
					 strlen(there), offset),
			(ssize_t)strlen(there));
	close(fd);
	buf_done(&b);
}

static void
test_inlined__a_file_changed_after_intake_never_leaves(void **state)
{
	struct letter_document *d;
	struct claim claim;
	int64_t middle, last;
	const char *job;

	(void)state;
	add_letter(100000, "", "\r\n", "");
	add_letter(0, "", "", "");
	claim = plain();
	job = claim.job;
	take_all(&claim, &rules, false);
	d = &letters[0].documents[0];
	middle = d->base64_offset + d->base64_raw / 2;
	last = d->base64_offset + d->base64_raw - 1;
	changed(job, middle, "++++");
	changed(job, middle, "<!--");
	changed(job, middle, "    ");
	changed(job, middle, "====");
	changed(job, last, "!");
	changed(job, d->base64_offset, " ");
	all_leave(job);
	/* An honest text that gives more or fewer bytes than there were. */
	letters[0].attachments[0].bytes--;
	changed(job, 0, "");
	letters[0].attachments[0].bytes += 2;
	changed(job, 0, "");
	letters[0].attachments[0].bytes--;
	letters[0].attachments[0].raw = 0;
	changed(job, 0, "");
	letters[0].attachments[0].raw = d->base64_raw;
	all_leave(job);
	changed(job, last, NULL);
}

static void
test_inlined__of_a_rejected_record_nothing_is_kept(void **state)
{
	struct claim claim;
	struct source *s;

	(void)state;
	add_letter(0, "", "\n", "");
	claim = plain();
	s = opened(&claim);
	letters[0].documents[0].base64_raw = 0;
	source_forget(s, &letters[0]);
	letters[0].key = "9";
	finds(s, letters[0], V_BROKEN, CODE_DOCUMENT_TWICE);
	source_close(s);
	assert_false(room_has(&room, "work/%s/content", claim.job));
	claim_close(&claim);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_inlined__stays_in_a_plain_file_and_leaves_as_it_was),
		T(test_inlined__two_documents_of_one_letter_stay_apart),
		T(test_inlined__what_has_no_known_place_goes_to_content),
		T(test_inlined__with_markup_in_it_goes_to_content),
		T(test_inlined__stays_in_a_container_only_where_that_is_not_packed),
		T(test_inlined__the_second_part_of_a_set_is_read_where_it_is),
		T(test_inlined__a_file_changed_after_intake_never_leaves),
		T(test_inlined__of_a_rejected_record_nothing_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
