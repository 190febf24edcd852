/* tests/spool/source.h - batches, opened sources and letters for the tests
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_SPOOL_SOURCE_H
#define TESTS_SPOOL_SOURCE_H

#include "tests/spool/room.h"

#include "base/digest.h"
#include "tests/pdf.h"
#include "tests/tar.h"
#include "tests/zip.h"

#define XML "<set>the records</set>"

static struct room room;
static struct arena mem;

static const struct source_rules rules = {
	.zip = true,
	.plain = true,
	.payload = "*.xml",
	.limits = { INT64_C(1) << 40, 200, 1000 },
	.bytes_max = 3000000,
};

static inline int
make(void **state)
{
	(void)state;
	room_make(&room);
	return 0;
}

static inline int
done(void **state)
{
	(void)state;
	room_done(&room);
	arena_done(&mem);
	return 0;
}

static inline struct claim
claimed(const char *name, const void *bytes, size_t len)
{
	struct claim claim = CLAIM_NONE;
	struct fault why = FAULT_NONE;
	char path[200];

	snprintf(path, sizeof(path), "in/woz/%s", name);
	room_put(&room, path, bytes, len);
	assert_int_equal(
		spool_claim(room.spool, "woz", name, NOW, &claim, &why), V_OK);
	return claim;
}

/* A batch of index.xml and these documents. */
static inline struct claim
batch_max(struct zip_member *docs, size_t count, size_t bytes_max)
{
	struct zip_member all[ZIP_MEMBERS_MAX] = {
		{ .name = "index.xml", .bytes = XML, .len = strlen(XML) },
	};
	struct buf b = BUF_MAX(bytes_max);
	struct claim claim;

	assert_true(count < ZIP_MEMBERS_MAX);
	if (count > 0)
		memcpy(all + 1, docs, count * sizeof(docs[0]));
	zip_make(&b, all, count + 1);
	assert_false(b.full);
	claim = claimed("a.zip", b.bytes, b.len);
	buf_done(&b);
	return claim;
}

static inline struct claim
batch(struct zip_member *docs, size_t count)
{
	return batch_max(docs, count, 10000000);
}

static inline struct zip_member
pdf(const char *name, const char *mark)
{
	struct buf b = BUF_MAX(100000);
	struct zip_member m = { .name = name };

	pdf_make(&b, mark, 0, strcmp(mark, "encrypted") == 0);
	m.bytes = arena_text(&mem, b.bytes, b.len);
	m.len = b.len;
	buf_done(&b);
	return m;
}

static inline struct source *
opened_by(const struct claim *claim, const struct source_rules *by)
{
	struct source *source = NULL;
	struct fault why = FAULT_NONE;

	if (source_open(claim, by, &source, &why) != V_OK)
		fail_msg("not opened: %s", why.text);
	return source;
}

static inline struct source *
opened(const struct claim *claim)
{
	return opened_by(claim, &rules);
}

static inline void
refused(struct claim claim, const struct source_rules *by, enum code code)
{
	struct source *source = NULL;
	struct fault why = FAULT_NONE;

	assert_int_equal(source_open(&claim, by, &source, &why), V_BROKEN);
	assert_int_equal(why.code, code);
	assert_null(source);
	claim_close(&claim);
}

static inline struct letter
letter_of(const char *key, const char *href, const char *second)
{
	static int64_t record;
	struct letter letter = {
		.record = ++record, .key = key, .bsn = { 999990019 }
	};

	letter.documents[letter.document_count++] =
		(struct letter_document){ .href = href, .title = "t" };
	if (second != NULL)
		letter.documents[letter.document_count++] =
			(struct letter_document){ .href = second,
				.title = "u" };
	return letter;
}

static inline enum verdict
find(struct source *source, struct letter letter, enum code *code_out)
{
	struct fault why = FAULT_NONE;
	enum verdict v = source_documents(source, &letter, &mem, &why);

	*code_out = why.code;
	return v;
}

static inline void
finds(struct source *source, struct letter letter, enum verdict verdict,
	enum code code)
{
	enum code got;

	assert_int_equal(find(source, letter, &got), verdict);
	assert_int_equal(got, code);
}

static inline void
ends(struct source *source, struct claim *claim, enum code code)
{
	struct fault why = FAULT_NONE;

	assert_int_equal(
		source_end(source, &why), code == CODE_NONE ? V_OK : V_BROKEN);
	assert_int_equal(why.code, code);
	source_close(source);
	claim_close(claim);
}

/* A PDF of so many pages, each with its own line of text; A4 but those after
 * `odd` > 0.
 */
static inline void
pdf_pages(struct buf *out, int pages, int odd)
{
	size_t start = out->len, at[64], i, n = 0;
	int page;

	assert_true(pages <= 30);
	buf_text(out, "%PDF-1.4\n");
	at[n++] = out->len - start;
	buf_text(out, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
	at[n++] = out->len - start;
	buf_text(out, "2 0 obj\n<</Type/Pages/Kids[");
	for (page = 0; page < pages; page++)
		buf_format(out, "%d 0 R ", 3 + 2 * page);
	buf_format(out, "]/Count %d>>\nendobj\n", pages);
	for (page = 0; page < pages; page++) {
		at[n++] = out->len - start;
		buf_format(out,
			"%d 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 "
			"%d]/Contents %d 0 R>>\nendobj\n",
			3 + 2 * page, odd > 0 && page >= odd ? 400 : 842,
			4 + 2 * page);
		at[n++] = out->len - start;
		buf_format(out,
			"%d 0 obj\n<</Length 12>>\nstream\n%% letter %03d\n"
			"endstream\nendobj\n",
			4 + 2 * page, page + 1);
	}
	i = out->len - start;
	buf_format(out, "xref\n0 %zu\n0000000000 65535 f \n", n + 1);
	for (page = 0; page < (int)n; page++)
		buf_format(out, "%010zu 00000 n \n", at[page]);
	buf_format(out,
		"trailer\n<</Size %zu/Root 1 0 R>>\nstartxref\n%zu\n"
		"%%%%EOF\n",
		n + 1, i);
}

/* The same members as a tar, packed or not. */
static inline struct claim
tar_batch(const char *name, bool packed, const struct zip_member *docs,
	size_t count)
{
	struct buf tar = BUF_MAX(40000000), out = BUF_MAX(40000000);
	const struct buf *b = packed ? &out : &tar;
	struct claim claim;
	size_t i;

	for (i = 0; i < count; i++)
		tar_add(&tar, docs[i].name, docs[i].bytes, docs[i].len, '0');
	tar_file(&tar, "index.xml", XML);
	tar_end(&tar);
	gz(&out, tar.bytes, tar.len);
	claim = claimed(name, b->bytes, b->len);
	buf_done(&tar);
	buf_done(&out);
	return claim;
}

static inline void
read_all(struct source *source, struct buf *out)
{
	struct fault why = FAULT_NONE;
	char bytes[1000];
	size_t got;

	do {
		assert_int_equal(
			source_read(source, bytes, sizeof(bytes), &got, &why),
			V_OK);
		buf_add(out, bytes, got);
	} while (got > 0);
}

static inline enum verdict
read_out(struct content *content, const struct attachment *doc, struct buf *out,
	struct fault *why)
{
	enum verdict v = content->open(content->self, doc, why);
	char bytes[50];
	size_t got;

	buf_reset(out);
	while (v == V_OK) {
		v = content->read(
			content->self, bytes, sizeof(bytes), &got, why);
		if (v != V_OK || got == 0)
			break;
		buf_add(out, bytes, got);
	}
	return v;
}

/* What leaves for this document of the job is exactly `expected`. */
static inline void
leaves_as(const char *job, const struct attachment *doc, const void *expected,
	size_t len)
{
	struct buf b = BUF_MAX(40000000);
	struct content content;
	struct fault why = FAULT_NONE;

	assert_int_equal(
		spool_content_open(room.spool, job, &content, &why), V_OK);
	assert_int_equal(read_out(&content, doc, &b, &why), V_OK);
	assert_int_equal(b.len, len);
	assert_memory_equal(b.bytes, expected, len);
	spool_content_close(&content);
	buf_done(&b);
}

#endif
