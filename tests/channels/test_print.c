/* tests/channels/test_print.c - bundles for the print supplier
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/archive.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/xml.h"
#include "channels/channel.h"

#define LETTERS 5
#define BSN_TEXT "123456782"

/* --- documents that are nowhere: their offset says what is in them --- */

struct fake {
	int64_t offset, left;
	bool longer, shorter;
	int opened;
};

static char
byte_of(int64_t offset, int64_t at)
{
	return (char)('A' + (offset * 7 + at) % 26);
}

static enum verdict
fake_open(void *self, const struct attachment *doc, struct fault *why)
{
	struct fake *fake = self;

	(void)why;
	fake->offset = doc->offset;
	fake->left = doc->bytes + fake->longer - fake->shorter;
	fake->opened++;
	return V_OK;
}

static enum verdict
fake_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct fake *fake = self;
	size_t i;

	(void)why;
	if (len > 100)
		len = 100;
	if ((int64_t)len > fake->left)
		len = (size_t)fake->left;
	for (i = 0; i < len; i++)
		((char *)bytes)[i] =
			byte_of(fake->offset, fake->left - (int64_t)i);
	fake->left -= (int64_t)len;
	*len_out = len;
	return V_OK;
}

/* --- a bundle of five letters --- */

struct sample {
	struct letter letters[LETTERS];
	struct attachment docs[LETTERS][2];
	const char *reasons[LETTERS];
	struct print_bundle bundle;
};

static void
document(struct attachment *doc, int64_t offset, int64_t bytes, int32_t pages)
{
	struct digest *sum = digest_new();
	int64_t i;

	*doc = (struct attachment){ .offset = offset,
		.bytes = bytes,
		.pages = pages,
		.title = "Aanslagbiljet geheim" };
	for (i = 0; i < bytes; i++) {
		char c = byte_of(offset, bytes - i);

		digest_add(sum, &c, 1);
	}
	digest_end(sum, doc->sha256);
	digest_free(sum);
}

/* As a paper run is ordered: by the address, then by id. */
static void
order(struct sample *s)
{
	struct arena mem = ARENA_EMPTY;
	int i, k;

	for (i = 0; i < LETTERS; i++)
		for (k = i + 1; k < LETTERS; k++) {
			struct letter *a = &s->letters[i], *b = &s->letters[k];
			int by = strcmp(address_sort_key(&a->address, &mem),
				address_sort_key(&b->address, &mem));
			struct letter letter = *a;
			const char *reason = s->reasons[i];

			if (by == 0)
				by = memcmp(a->id.bytes, b->id.bytes,
					sizeof(a->id.bytes));
			if (by <= 0)
				continue;
			*a = *b;
			*b = letter;
			s->reasons[i] = s->reasons[k];
			s->reasons[k] = reason;
		}
	arena_done(&mem);
}

static void
name_it(struct print_bundle *bundle, char name[PRINT_NAME_MAX])
{
	struct uuid ids[LETTERS];
	size_t i;

	for (i = 0; i < bundle->letter_count; i++)
		ids[i] = bundle->letters[i].id;
	bundle_name(bundle->job, bundle->created_ms, 1, ids,
		bundle->letter_count, bundle->proof, bundle->test, name);
	bundle->name = name;
}

static void
sample(struct sample *s)
{
	static const struct address where[LETTERS] = {
		{ "W. Wereld", "", "", "", "", "", "", "", "US",
			{ "1 Main St", "Springfield IL 62701", "" }, { NULL } },
		{ "J. Jansen", "", "Dorpsstraat", "10", "", "", "1000AA",
			"Demodam", "", { "", "", "" }, { NULL } },
		{ "P. <Pietersen> & Zn; \"BV\"", "", "Dorpsstraat", "9", "A",
			"2", "1000 aa", "Demodam", "NL", { "", "", "" },
			{ NULL } },
		{ "K. Buur", "", "Dorpsstraat", "10", "", "", "1000AA",
			"Demodam", "", { "", "", "" }, { NULL } },
		{ "E. Europa", "", "", "", "", "", "", "", "BE",
			{ "Kerkstraat 1", "9000 Gent", "" }, { NULL } },
	};
	int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < LETTERS; i++) {
		struct letter *letter = &s->letters[i];

		document(&s->docs[i][0], 100 + i, 900 + i, 1 + i);
		document(&s->docs[i][1], 200 + i, 50, 3);
		*letter = (struct letter){ .record = i + 1,
			.key = "sleutel",
			.bsn = { 123456782 },
			.reference = "1-1",
			.subject = "onderwerp geheim",
			.text = "tekst geheim",
			.dated = i == 0 ? LETTER_DATE_NONE : 20000,
			.address = where[i],
			.attachments = s->docs[i],
			.document_count = i == 2 ? 2 : 1,
			.printed = s->docs[i],
			.printed_count = i == 2 ? 2 : 1 };
		letter->id.bytes[0] = (uint8_t)(0x50 - i);
		letter_bind(letter, letter->bind);
		s->reasons[i] = i == 0 ? "no_bsn" : "not_subscribed";
	}
	order(s);
	s->bundle = (struct print_bundle){ .job = "20260215-k3f7",
		.stream = "woz",
		.sender_oin = "00000099000000010000",
		.sender_name = "demodam",
		.delivery = "woz.zip",
		.account = "",
		.environment = "simulator",
		.previous = "",
		.printer = "drukker",
		.product = "",
		.post = "",
		.envelope = "",
		.language = "nl",
		.post_wanted = LETTER_DATE_NONE,
		.post_latest = LETTER_DATE_NONE,
		.returned = "return",
		.contact = "",
		.receipts = "none",
		.created_ms = INT64_C(1771120800000),
		.version = "0.1.0",
		.address = ADDRESS_RULES,
		.letters = s->letters,
		.reasons = s->reasons,
		.letter_count = LETTERS };
}

static int
folder(void)
{
	char path[] = "/tmp/mobb-print-XXXXXX";
	int fd;

	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd != -1);
	/* Reached by its descriptor only; cleaned up by name at the end. */
	return fd;
}

static void
sweep(int fd)
{
	char link[64], path[256], command[300];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	assert_true(n > 0);
	path[n] = '\0';
	assert_memory_equal(path, "/tmp/mobb-print-", 16);
	snprintf(command, sizeof(command), "rm -rf %s", path);
	(void)close(fd);
	assert_int_equal(system(command), 0);
}

static bool
there(int fd, const char *name, const char *end)
{
	char file[PRINT_NAME_MAX + 20];
	struct stat st;

	snprintf(file, sizeof(file), "%s%s", name, end);
	return fstatat(fd, file, &st, 0) == 0;
}

/* A member of the bundle; its text stays in `out`. */
static void
member(int out_fd, const char *name, const char *wanted, struct buf *out)
{
	static const struct archive_limits limits = { 10000000, 100, 100 };
	char file[PRINT_NAME_MAX + 20], block[512];
	struct archive_member found;
	struct archive_in *in;
	struct fault why;
	size_t len;
	int fd;

	snprintf(file, sizeof(file), "%s.zip", name);
	fd = openat(out_fd, file, O_RDONLY | O_CLOEXEC);
	assert_true(fd != -1);
	assert_int_equal(archive_open(fd, &limits, &in, &why), V_OK);
	do {
		if (archive_next(in, &found, &why) != V_OK)
			fail_msg("%s is not in the bundle", wanted);
	} while (strcmp(found.name, wanted) != 0);
	do {
		assert_int_equal(
			archive_read(in, block, sizeof(block), &len, &why),
			V_OK);
		buf_add(out, block, len);
	} while (len > 0);
	archive_close(in);
	(void)close(fd);
}

static void
write_sample(struct sample *s, int out_fd, char name[PRINT_NAME_MAX],
	uint8_t sha256[32])
{
	struct fake fake = { 0 };
	struct content content = { &fake, fake_open, fake_read };
	struct fault why = FAULT_NONE;

	name_it(&s->bundle, name);
	if (print_write(&s->bundle, &content, out_fd, sha256, &why) != V_OK)
		fail_msg("%s", why.text);
	assert_int_equal(fake.opened, LETTERS + 1);
	assert_int_equal(print_ready(name, out_fd, &why), V_OK);
	assert_int_equal(print_ready("print-none", out_fd, &why), V_SKIP);
	assert_false(there(out_fd, "print-none", ".zip.ready"));
}

static void
test_print__same_letters_same_name_same_bytes(void **state)
{
	struct sample one, two;
	char name[PRINT_NAME_MAX], other[PRINT_NAME_MAX];
	uint8_t a[32], b[32];
	int fd = folder();

	(void)state;
	sample(&one);
	sample(&two);
	write_sample(&one, fd, name, a);
	write_sample(&two, fd, other, b);
	assert_string_equal(name, other);
	assert_memory_equal(a, b, 32);
	assert_memory_equal(name, "print-20260215-k3f7-20260215-001-", 33);
	assert_int_equal(strlen(name), 41);
	/* One letter fewer is another bundle. */
	two.bundle.letter_count--;
	name_it(&two.bundle, other);
	assert_string_not_equal(name, other);
	sweep(fd);
}

static void
test_print__order_is_that_of_the_post(void **state)
{
	static const char *const names[LETTERS] = {
		"P. <Pietersen> & Zn; \"BV\"", /* number 9 */
		"K. Buur",		       /* number 10, smaller id */
		"J. Jansen", "E. Europa", "W. Wereld"
	};
	struct sample s;
	char name[PRINT_NAME_MAX];
	int i;

	(void)state;
	sample(&s);
	name_it(&s.bundle, name);
	for (i = 0; i < LETTERS; i++)
		assert_string_equal(s.letters[i].address.name, names[i]);
	/* Reasons moved along. */
	assert_string_equal(s.reasons[4], "no_bsn");
	assert_string_equal(s.reasons[0], "not_subscribed");
}

static void
test_print__sidecars_say_what_is_there(void **state)
{
	struct sample s;
	struct buf text = BUF_MAX(1000000);
	char name[PRINT_NAME_MAX], hex[DIGEST_HEX_MAX], want[240], file[150];
	uint8_t sha256[32], real[32];
	struct fault why;
	int fd = folder();

	(void)state;
	sample(&s);
	write_sample(&s, fd, name, sha256);
	snprintf(file, sizeof(file), "%s.zip", name);
	assert_int_equal(file_get(fd, file, &text, &why), V_OK);
	digest_of(text.bytes, text.len, real);
	assert_memory_equal(real, sha256, 32);
	digest_hex(sha256, 32, hex);
	snprintf(want, sizeof(want), "%s  %s\n", hex, file);
	buf_reset(&text);
	snprintf(file, sizeof(file), "%s.zip.sha256", name);
	assert_int_equal(file_get(fd, file, &text, &why), V_OK);
	assert_string_equal(text.bytes, want);
	assert_true(there(fd, name, ".zip.ready"));
	snprintf(file, sizeof(file), ".%s", name);
	assert_false(there(fd, file, ".zip.part"));
	buf_done(&text);
	sweep(fd);
}

static void
test_print__manifest_fits_its_schema(void **state)
{
	struct xml_schema *schema;
	struct sample s;
	struct buf text = BUF_MAX(1000000);
	char name[PRINT_NAME_MAX];
	uint8_t sha256[32];
	struct fault why;
	int fd = folder();

	(void)state;
	sample(&s);
	s.bundle.previous = "print-20250215-aaaa-20250215-001-01234567";
	write_sample(&s, fd, name, sha256);
	member(fd, name, "manifest.xml", &text);
	if (xml_schema_load("schemas/print-manifest.xsd", &schema, &why) !=
		V_OK)
		fail_msg("%s", why.text);
	if (xml_schema_check(schema, text.bytes, text.len, &why) != V_OK)
		fail_msg("%s %s", why.place, why.text);
	assert_non_null(strstr(text.bytes, "<letters>5</letters>"));
	assert_non_null(strstr(text.bytes, "<nl>3</nl>"));
	assert_non_null(strstr(text.bytes, "<eu>1</eu>"));
	assert_non_null(strstr(text.bytes, "<world>1</world>"));
	/* Pages 1 2 3+3 4 5, sheets 1 1 2+2 2 3. */
	assert_non_null(strstr(text.bytes, "<pages>18</pages>"));
	assert_non_null(strstr(text.bytes, "<sheets>11</sheets>"));
	assert_non_null(
		strstr(text.bytes, "<line>P. &lt;Pietersen&gt; &amp; Zn; "
				   "&quot;BV&quot;</line>"));
	assert_non_null(strstr(text.bytes, "<line>1000 AA  DEMODAM</line>"));
	assert_non_null(strstr(text.bytes, "<kix>1000AA9XA2</kix>"));
	/* The schema is not one that takes anything. */
	memcpy(strstr(text.bytes, "<nl>3"), "<nl>x", 5);
	assert_int_equal(
		xml_schema_check(schema, text.bytes, text.len, &why), V_SKIP);
	xml_schema_free(schema);
	buf_done(&text);
	sweep(fd);
}

static void
test_print__lists_have_a_line_a_letter(void **state)
{
	struct sample s;
	struct buf text = BUF_MAX(1000000);
	char name[PRINT_NAME_MAX];
	uint8_t sha256[32];
	int fd = folder();
	size_t i, lines = 0;

	(void)state;
	sample(&s);
	write_sample(&s, fd, name, sha256);
	member(fd, name, "letters.csv", &text);
	for (i = 0; i < text.len; i++)
		lines += text.bytes[i] == '\n';
	assert_int_equal(lines, LETTERS + 1);
	assert_memory_equal(text.bytes,
		"seq;letter_id;reference;file;sha256;bytes;pages;sheets;line1;"
		"line2;line3;line4;line5;line6;postcode;housenumber;zone;kix;"
		"sort_key;reason;shortened\n",
		strlen("seq;letter_id;reference;file;sha256;bytes;pages;"
		       "sheets;line1;line2;line3;line4;line5;line6;postcode;"
		       "housenumber;zone;kix;sort_key;reason;shortened\n"));
	assert_non_null(strstr(text.bytes,
		"\n1;4e000000-0000-0000-0000-000000000000;1-1;pdf/"
		"000001-4e000000-0000-0000-0000-000000000000.pdf "
		"pdf/000001-4e000000-0000-0000-0000-000000000000-2.pdf;"));
	assert_non_null(strstr(text.bytes,
		";952;6;4;\"P. <Pietersen> & Zn; \"\"BV\"\"\";Dorpsstraat 9 "
		"A-2;1000 AA  DEMODAM;;;;1000 aa;9;NL;1000AA9XA2;"));
	buf_reset(&text);
	member(fd, name, "adressen.csv", &text);
	assert_non_null(strstr(
		text.bytes, "\n4;E. Europa;Kerkstraat 1;;;;9000 Gent;BE;\n"));
	assert_non_null(strstr(text.bytes,
		"\n2;K. Buur;Dorpsstraat;10;;1000AA;Demodam;NL;1000AA10\n"));
	buf_reset(&text);
	member(fd, name, "README.txt", &text);
	assert_non_null(strstr(text.bytes, "letters      5\n"));
	buf_done(&text);
	sweep(fd);
}

/* Each PDF under its letter's name is the one the letter had at intake. */
static void
test_print__nobody_gets_the_document_of_another(void **state)
{
	struct sample s;
	struct buf text = BUF_MAX(100000);
	char name[PRINT_NAME_MAX], file[100], id[UUID_TEXT_MAX];
	uint8_t sha256[32], real[32];
	int fd = folder();
	size_t i;

	(void)state;
	sample(&s);
	write_sample(&s, fd, name, sha256);
	for (i = 0; i < LETTERS; i++) {
		uuid_text(&s.letters[i].id, id);
		snprintf(file, sizeof(file), "pdf/%06zu-%s.pdf", i + 1, id);
		buf_reset(&text);
		member(fd, name, file, &text);
		digest_of(text.bytes, text.len, real);
		assert_memory_equal(
			real, s.letters[i].attachments[0].sha256, 32);
	}
	buf_done(&text);
	sweep(fd);
}

static void
test_print__nothing_of_a_citizen_but_the_address(void **state)
{
	static const char *const members[] = { "manifest.xml", "letters.csv",
		"adressen.csv", "README.txt" };
	struct sample s;
	struct buf text = BUF_MAX(100000);
	char name[PRINT_NAME_MAX];
	uint8_t sha256[32];
	int fd = folder();
	size_t i;

	(void)state;
	sample(&s);
	write_sample(&s, fd, name, sha256);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		buf_reset(&text);
		member(fd, name, members[i], &text);
		assert_null(strstr(text.bytes, BSN_TEXT));
		assert_null(strstr(text.bytes, "geheim"));
		assert_null(strstr(text.bytes, "sleutel"));
	}
	buf_done(&text);
	sweep(fd);
}

static void
test_print__a_changed_letter_leaves_nothing_behind(void **state)
{
	static const struct {
		const char *name;
		bool address, longer, shorter, bare;
		enum code code;
	} cases[] = {
		{ "address", true, false, false, false, CODE_CONTENT_CHANGED },
		{ "longer document", false, true, false, false,
			CODE_CONTENT_CHANGED },
		{ "shorter document", false, false, true, false,
			CODE_CONTENT_CHANGED },
		{ "no document", false, false, false, true, CODE_DOCUMENT },
	};
	int fd = folder();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake fake = { .longer = cases[i].longer,
			.shorter = cases[i].shorter };
		struct content content = { &fake, fake_open, fake_read };
		struct fault why = FAULT_NONE;
		struct sample s;
		char name[PRINT_NAME_MAX], part[PRINT_NAME_MAX + 2];
		uint8_t sha256[32] = { 42 };

		sample(&s);
		name_it(&s.bundle, name);
		if (cases[i].address)
			s.letters[1].address.number = "11";
		if (cases[i].bare) {
			s.letters[1].document_count = 0;
			s.letters[1].printed_count = 0;
			letter_bind(&s.letters[1], s.letters[1].bind);
		}
		if (print_write(&s.bundle, &content, fd, sha256, &why) !=
				V_NEVER ||
			why.code != cases[i].code)
			fail_msg("%s: code %d", cases[i].name, (int)why.code);
		assert_non_null(strstr(why.place, "20260215-k3f7 record"));
		assert_int_equal(sha256[0], 42);
		snprintf(part, sizeof(part), ".%s", name);
		assert_false(there(fd, part, ".zip.part"));
		assert_false(there(fd, name, ".zip"));
		assert_false(there(fd, name, ".zip.sha256"));
		assert_false(there(fd, name, ".zip.ready"));
	}
	sweep(fd);
}

/* These documents are no PDFs. */
static void
test_print__what_cannot_be_joined_is_named(void **state)
{
	struct fake fake = { 0 };
	struct content content = { &fake, fake_open, fake_read };
	struct fault why = FAULT_NONE;
	struct sample s;
	char name[PRINT_NAME_MAX];
	uint8_t sha256[32];
	int fd = folder();

	(void)state;
	sample(&s);
	s.bundle.merged = true;
	name_it(&s.bundle, name);
	assert_int_equal(
		print_write(&s.bundle, &content, fd, sha256, &why), V_NEVER);
	assert_int_equal(why.code, CODE_MERGE);
	assert_non_null(strstr(why.place, "20260215-k3f7 record"));
	assert_false(there(fd, name, ".zip"));
	assert_false(there(fd, name, ".zip.sha256"));
	sweep(fd);
}

static void
test_print__what_a_crash_left_is_replaced(void **state)
{
	struct sample s;
	struct buf text = BUF_MAX(100000);
	char name[PRINT_NAME_MAX], part[PRINT_NAME_MAX + 20];
	uint8_t sha256[32];
	int fd = folder(), junk;

	(void)state;
	sample(&s);
	name_it(&s.bundle, name);
	assert_false(there(fd, name, ".zip.ready"));
	snprintf(part, sizeof(part), ".%s.zip.part", name);
	junk = openat(fd, part, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(junk != -1);
	assert_int_equal(ftruncate(junk, 5000000), 0);
	(void)close(junk);
	write_sample(&s, fd, name, sha256);
	member(fd, name, "README.txt", &text);
	assert_true(there(fd, name, ".zip.ready"));
	buf_done(&text);
	sweep(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print__same_letters_same_name_same_bytes),
		cmocka_unit_test(test_print__order_is_that_of_the_post),
		cmocka_unit_test(test_print__sidecars_say_what_is_there),
		cmocka_unit_test(test_print__manifest_fits_its_schema),
		cmocka_unit_test(test_print__lists_have_a_line_a_letter),
		cmocka_unit_test(
			test_print__nobody_gets_the_document_of_another),
		cmocka_unit_test(
			test_print__nothing_of_a_citizen_but_the_address),
		cmocka_unit_test(
			test_print__a_changed_letter_leaves_nothing_behind),
		cmocka_unit_test(test_print__what_cannot_be_joined_is_named),
		cmocka_unit_test(test_print__what_a_crash_left_is_replaced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
