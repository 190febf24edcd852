/* tests/spool/test_large.c - the largest document, in every way it may come
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/source.h"

static struct source_rules by;

static int
make_by(void **state)
{
	by = rules;
	by.tar = true;
	by.limits.ratio_max = 2000;
	return make(state);
}

enum way {
	WAY_ZIP,
	WAY_TAR,
	WAY_TAR_GZIP,
	WAY_INLINE,
	WAYS
};

/* The one document of a letter, brought in this way. */
static void
brought(enum way way, const struct zip_member *doc, bool taken)
{
	struct letter letter = letter_of("1", "a.pdf", NULL);
	struct claim claim;
	struct source *s;
	char *text = NULL;

	if (way == WAY_INLINE) {
		text = malloc(BASE64_LEN(doc->len) + 1);
		assert_non_null(text);
		letter.documents[0].href = NULL;
		letter.documents[0].base64 = text;
		letter.documents[0].base64_len =
			base64_encode(doc->bytes, doc->len, text);
		claim = claimed("a.xml", XML, strlen(XML));
	} else if (way == WAY_ZIP) {
		claim = batch_max((struct zip_member[]){ *doc }, 1, 40000000);
	} else {
		claim = tar_batch(way == WAY_TAR ? "a.tar" : "a.tgz",
			way == WAY_TAR_GZIP, doc, 1);
	}
	s = opened_by(&claim, &by);
	finds(s, letter, taken ? V_OK : V_SKIP,
		taken ? CODE_NONE : CODE_DOCUMENT);
	ends(s, &claim, CODE_NONE);
	free(text);
}

/* A PDF of exactly so many bytes. */
static void
pdf_of(struct buf *out, size_t bytes)
{
	struct buf first = BUF_MAX(2000);

	pdf_make(&first, "x", 0, false);
	/* A line of filler has 81 bytes for 80; the rest are empty lines. */
	pdf_make(out, "x", (bytes - first.len - 100) / 81 * 80, false);
	assert_true(out->len <= bytes && bytes - out->len < 300);
	while (out->len < bytes)
		buf_text(out, "\n");
	buf_done(&first);
}

static void
test_documents__the_largest_we_look_at_and_one_byte_more(void **state)
{
	const size_t most = 16000000;
	struct buf b = BUF_MAX(most + 10000);
	struct zip_member doc = { .name = "a.pdf" };
	int way;

	(void)state;
	pdf_of(&b, most);
	for (way = 0; way < WAYS; way++) {
		doc.bytes = b.bytes;
		doc.len = most;
		brought((enum way)way, &doc, true);
	}
	buf_text(&b, "\n");
	for (way = 0; way < WAYS; way++) {
		doc.bytes = b.bytes;
		doc.len = most + 1;
		brought((enum way)way, &doc, false);
	}
	buf_done(&b);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_by, done)
	const struct CMUnitTest tests[] = {
		T(test_documents__the_largest_we_look_at_and_one_byte_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
