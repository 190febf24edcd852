/* tests/base/test_page_set.c - text letters on their pages
 *
 * Judged by pdftotext where it is installed, and by libqpdf.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* mkdtemp, popen */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/page.h"
#include "base/pdf.h"
#include "tests/fonts.h"

#define PDF_MAX ((size_t)8000000)

static const struct page_rules usual = { .left = 200,
	.top = 500,
	.width = 900,
	.height = 400,
	.margin = 180,
	.pages_max = 10 };

static const struct page_text plain = {
	.sender = "Gemeente Demodam\nPostbus 1\n1000 AA  DEMODAM",
	.from = "Postbus 1, 1000 AA  DEMODAM",
	.address = "J. Proefsma\nDemostraat 7 A\n1234 AB  DEMODAM",
	.facts = "Datum: 15 februari 2026\nKenmerk: 2026-17",
	.title = "Uw uitkering",
	.body = "Geachte heer of mevrouw,\n\nReünie: € 12,50.\n\nMet groet",
	.code = "0193a7c5-0000-8000-8000-000000000001",
	.created = "2026-02-15T00:00:00",
};

static struct page_setter *setter;

static int
setup(void **state)
{
	struct fault why = FAULT_NONE;

	(void)state;
	return page_setter_open(&setter, &why) == V_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	page_setter_close(setter);
	return 0;
}

/* The pages; what is counted before is what is drawn. */
static int
set(const struct page_rules *rules, const struct page_text *text,
	struct buf *out)
{
	struct fault why = FAULT_NONE;
	int pages = 0, counted = 0;

	*out = BUF_MAX(PDF_MAX);
	if (page_count(setter, rules, text, &counted, &why) != V_OK ||
		page_set(setter, rules, text, out, &pages, &why) != V_OK)
		fail_msg("%s", why.text);
	assert_int_equal(counted, pages);
	return pages;
}

static int
pages_of(const struct buf *pdf)
{
	struct pdf_look look;
	struct fault why = FAULT_NONE;

	assert_int_equal(
		pdf_look_structure(pdf->bytes, pdf->len, &look, &why), V_OK);
	return look.pages;
}

/* What pdftotext says with `how`; false: it is not here. */
static bool
judge(const struct buf *pdf, const char *how, struct buf *out)
{
	char path[] = "/tmp/mobb-page-XXXXXX", command[200], bytes[4096];
	int fd = mkstemp(path);
	size_t got;
	FILE *pipe;

	assert_true(fd != -1);
	assert_int_equal(write(fd, pdf->bytes, pdf->len), (ssize_t)pdf->len);
	close(fd);
	snprintf(command, sizeof(command), "pdftotext %s %s - 2>/dev/null", how,
		path);
	pipe = popen(command, "r"); /* a test: no shell in the product */
	assert_non_null(pipe);
	*out = BUF_MAX(PDF_MAX);
	while ((got = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		buf_add(out, bytes, got);
	buf_add(out, "", 1);
	unlink(path);
	return pclose(pipe) == 0;
}

struct word {
	double left, top, right, bottom; /* tenths of a millimetre */
	int page;
	char text[200];
};

/* The words of the pages with their places. */
static size_t
words_of(const char *xml, struct word *words, size_t max)
{
	size_t n = 0;
	int page = 0;
	const char *at = xml;

	while ((at = strchr(at, '<')) != NULL && n < max) {
		struct word *w = &words[n];

		if (strncmp(at, "<page ", 6) == 0)
			page++;
		if (sscanf(at,
			    "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" "
			    "yMax=\"%lf\">%199[^<]",
			    &w->left, &w->top, &w->right, &w->bottom,
			    w->text) == 5) {
			w->left *= 254 / 72.0;
			w->top *= 254 / 72.0;
			w->right *= 254 / 72.0;
			w->bottom *= 254 / 72.0;
			w->page = page;
			n++;
		}
		at++;
	}
	return n;
}

static bool
in_window(const struct page_rules *r, const struct word *w)
{
	return w->page == 1 && w->right > r->left &&
	       w->left < r->left + r->width && w->bottom > r->top &&
	       w->top < r->top + r->height;
}

/* Nothing is over the edge or in the margin, and in the window stands the
 * address whole, and nothing else.
 */
static void
check_places(const struct page_rules *r, const struct page_text *text,
	const struct buf *pdf)
{
	static struct word words[20000];
	char seen[1000] = "", want[1000] = "";
	struct buf xml;
	size_t i, n;

	if (!judge(pdf, "-bbox", &xml)) {
		buf_done(&xml);
		return;
	}
	n = words_of(xml.bytes, words, 20000);
	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		const struct word *w = &words[i];

		if (w->left < r->margin || w->right > 2050 || w->top < 30 ||
			w->bottom > 2920)
			fail_msg("'%s' at %.0f,%.0f-%.0f,%.0f", w->text,
				w->left, w->top, w->right, w->bottom);
		if (in_window(r, w)) {
			assert_true(w->left >= r->left && w->top >= r->top);
			assert_true(w->right <= r->left + r->width);
			assert_true(w->bottom <= r->top + r->height);
			strncat(seen, w->text, 200);
		}
	}
	for (i = 0; text->address[i] != '\0'; i++)
		if (text->address[i] != ' ' && text->address[i] != '\n')
			strncat(want, text->address + i, 1);
	assert_string_equal(seen, want);
	buf_done(&xml);
}

static void
test_set__one_page_with_all_that_belongs_on_it(void **state)
{
	struct buf pdf, text;

	(void)state;
	assert_int_equal(set(&usual, &plain, &pdf), 1);
	assert_int_equal(pages_of(&pdf), 1);
	check_places(&usual, &plain, &pdf);
	if (judge(&pdf, "", &text)) {
		static const char *const all[] = { "Gemeente Demodam",
			"J. Proefsma", "Datum: 15 februari 2026",
			"Kenmerk: 2026-17", "Uw uitkering",
			"Geachte heer of mevrouw,", "Reünie: € 12,50.",
			"1 van 1", "0193a7c5-0000-8000-8000-000000000001" };
		size_t i;

		for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			if (strstr(text.bytes, all[i]) == NULL)
				fail_msg("'%s' is not there", all[i]);
	}
	buf_done(&text);
	buf_done(&pdf);
}

static void
test_set__tagged_with_fonts_inside_and_the_same_bytes(void **state)
{
	struct fault why = FAULT_NONE;
	struct pdf_look look;
	struct buf a, b;

	(void)state;
	set(&usual, &plain, &a);
	set(&usual, &plain, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	assert_int_equal(pdf_look_structure(a.bytes, a.len, &look, &why), V_OK);
	assert_true(look.tagged);
	assert_true(look.fonts > 0);
	assert_int_equal(look.fonts_absent, 0);
	print_message("# one page is %zu bytes\n", a.len);
	buf_done(&a);
	buf_done(&b);
}

/* 3,000 words of four letters and a number: each on some page, once. */
static void
test_set__long_text_goes_on_over_pages(void **state)
{
	struct page_text text = plain;
	struct buf body = BUF_MAX(100000), pdf, judged;
	char number[16];
	int i, pages;

	(void)state;
	for (i = 1000; i < 4000; i++)
		buf_format(&body, "woord%d%s", i, i % 97 == 0 ? "\n\n" : " ");
	buf_add(&body, "", 1);
	text.body = body.bytes;
	pages = set(&usual, &text, &pdf);
	assert_in_range(pages, 4, 10);
	assert_int_equal(pages_of(&pdf), pages);
	check_places(&usual, &text, &pdf);
	if (judge(&pdf, "", &judged)) {
		for (i = 1000; i < 4000; i++) {
			const char *at;

			snprintf(number, sizeof(number), "woord%d", i);
			at = strstr(judged.bytes, number);
			if (at == NULL || strstr(at + 1, number) != NULL)
				fail_msg("%s is not there once", number);
		}
		for (i = 1; i <= pages; i++) {
			snprintf(number, sizeof(number), "%d van %d", i, pages);
			assert_non_null(strstr(judged.bytes, number));
		}
	}
	buf_done(&judged);
	buf_done(&pdf);
	buf_done(&body);
}

/* Each by its own: at the window of another printer, too. */
static void
test_set__the_address_stands_in_the_window(void **state)
{
	static const struct page_rules all[] = {
		{ 200, 500, 900, 400, 180, 10 },
		{ 1150, 450, 850, 350, 180, 10 },
		{ 250, 600, 600, 200, 250, 10 },
		{ 400, 120, 1000, 500, 400, 10 },
	};
	static const char *const addresses[] = {
		"J. Proefsma\nDemostraat 7 A\n1234 AB  DEMODAM",
		"W.W.W.W. WWWWWWWWWWW\nX 1\n1234 AB  DEMODAM",
		"a\nb\nc\nd\ne\n1000 BELGIUM",
	};
	struct page_text text = plain;
	struct buf pdf;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (k = 0; k < sizeof(addresses) / sizeof(addresses[0]); k++) {
			struct fault why = FAULT_NONE;
			int pages;

			text.address = addresses[k];
			if (all[i].height < 250 && k == 2) {
				/* Six lines of 8 points are 27 mm. */
				assert_int_equal(page_count(setter, &all[i],
							 &text, &pages, &why),
					V_SKIP);
				assert_int_equal(why.code, CODE_PAGE_FIT);
				continue;
			}
			assert_int_equal(set(&all[i], &text, &pdf), 1);
			check_places(&all[i], &text, &pdf);
			buf_done(&pdf);
		}
}

static void
test_set__what_cannot_be_set_is_told(void **state)
{
	static char marks[400], lines[20000], name[300];
	struct page_text cases[8];
	static const struct {
		const char *sentence;
		enum code code;
	} want[] = {
		{ "Chinese in the text", CODE_PAGE_CHARACTER },
		{ "a picture in the subject", CODE_PAGE_CHARACTER },
		{ "Devanagari in the address", CODE_PAGE_CHARACTER },
		{ "sixty marks on one letter", CODE_PAGE_CHARACTER },
		{ "bytes that are no UTF-8", CODE_PAGE_CHARACTER },
		{ "a line for each of 5000 letters", CODE_PAGE_FIT },
		{ "a name wider than the window", CODE_PAGE_FIT },
		{ "thirty lines of address", CODE_PAGE_FIT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		cases[i] = plain;
	cases[0].body = "Geachte \xe4\xb8\xad,";
	cases[1].title = "\xf0\x9f\xa6\x80";
	cases[2].address = "\xe0\xa4\x85\nX 1\n1234 AB  DEMODAM";
	strcpy(marks, "a");
	for (i = 0; i < 60; i++)
		strcat(marks, "\xcc\x81");
	cases[3].body = marks;
	cases[4].body = "\xff\xfe";
	for (i = 0; i < 5000; i++) {
		lines[2 * i] = 'a';
		lines[2 * i + 1] = '\n';
	}
	cases[5].body = lines;
	memset(name, 'W', 60);
	strcpy(name + 60, "\nX 1\n1234 AB  DEMODAM");
	cases[6].address = name;
	cases[7].address = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14";
	for (i = 0; i < 8; i++) {
		struct buf out = BUF_MAX(PDF_MAX);
		struct fault why = FAULT_NONE;
		int pages = 42;

		if (page_count(setter, &usual, &cases[i], &pages, &why) !=
				V_SKIP ||
			why.code != want[i].code)
			fail_msg("%s: %d %s", want[i].sentence, (int)why.code,
				why.text);
		if (page_set(setter, &usual, &cases[i], &out, &pages, &why) !=
				V_SKIP ||
			why.code != want[i].code)
			fail_msg("%s is set", want[i].sentence);
		assert_int_equal(pages, 42);
		assert_int_equal(out.len, 0);
		buf_done(&out);
	}
}

/* They are printed, and stay on the page. */
static void
test_set__hostile_text_stays_on_the_page(void **state)
{
	static char word[4001], wide[4001], turned[3000];
	struct page_text text = plain;
	const char *cases[] = { word, wide, turned,
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d abc "
		"\xd8\xa7\xd9\x84\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 def",
		"tab\ttab\x01\x02\x1b[2J end", "\n\n\n\n\n\na\n\n\n\n\nb\n\n\n",
		"a\xe2\x80\xa8"
		"b\xe2\x80\xa9"
		"c",
		"http://www.example.nl/een/heel/lang/adres?zonder=een&blank=er"
		"in&dat=niet&kan=worden&gebroken=of&toch=wel&en=dan&nog=meer",
		"" };
	struct buf pdf;
	size_t i;

	(void)state;
	memset(word, 'x', 4000);
	memset(wide, 'W', 4000);
	for (i = 0; i < 200; i++)
		strcat(turned, "\xe2\x80\xae"
			       "omgekeerd ");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text.body = cases[i];
		assert_in_range(set(&usual, &text, &pdf), 1, 3);
		check_places(&usual, &text, &pdf);
		buf_done(&pdf);
		text.title = cases[i][0] == '\0' ? "x" : "kop";
	}
	/* The direction of no name is turned. */
	text = plain;
	text.address = "J.\xe2\x80\xae Proefsma\nX 1\n1234 AB  DEMODAM";
	set(&usual, &text, &pdf);
	text.address = "J. Proefsma\nX 1\n1234 AB  DEMODAM";
	check_places(&usual, &text, &pdf);
	buf_done(&pdf);
}

/* What is counted without a layout is never wrong, also near the edge. */
static void
test_set__one_page_is_known_without_a_layout(void **state)
{
	struct page_text text = plain;
	struct buf body = BUF_MAX(100000), pdf;
	struct timespec from, to;
	int i, n, pages;
	struct fault why = FAULT_NONE;

	(void)state;
	for (n = 300; n < 620; n += 20) {
		buf_reset(&body);
		for (i = 0; i < n; i++)
			buf_text(&body, i % 7 == 0 ? "Sociale " : "wijk, ");
		buf_add(&body, "", 1);
		text.body = body.bytes;
		set(&usual, &text, &pdf); /* compares the two */
		buf_done(&pdf);
	}
	buf_reset(&body);
	for (i = 0; i < 120; i++)
		buf_text(&body, i % 30 == 29 ? "zin.\n\n" : "uitkering ");
	buf_add(&body, "", 1);
	text.body = body.bytes;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(
			page_count(setter, &usual, &text, &pages, &why), V_OK);
		assert_int_equal(pages, 1);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("# 1000 letters of 1100 characters counted in %.1f ms\n",
		(double)(to.tv_sec - from.tv_sec) * 1e3 +
			(double)(to.tv_nsec - from.tv_nsec) / 1e6);
	buf_done(&body);
}

static void
test_set__a_full_buffer_gets_nothing(void **state)
{
	struct buf out = BUF_MAX(1000);
	struct fault why = FAULT_NONE;
	int pages = 0;

	(void)state;
	assert_int_equal(
		page_set(setter, &usual, &plain, &out, &pages, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_IO);
	assert_int_equal(pages, 0);
	buf_done(&out);
}

/* In a process of its own: fontconfig looks once. */
static void
test_set__without_the_fonts_it_says_so(void **state)
{
	static const char empty[] = "<?xml version=\"1.0\"?><fontconfig/>\n";
	char path[] = "/tmp/mobb-fonts-XXXXXX";
	int fd = mkstemp(path), code;

	(void)state;
	assert_true(fd != -1);
	assert_int_equal(write(fd, empty, strlen(empty)), strlen(empty));
	close(fd);
	assert_int_equal(setenv("FONTCONFIG_FILE", path, 1), 0);
	code = system("/proc/$PPID/exe no-fonts 2>/dev/null");
	unlink(path);
	unsetenv("FONTCONFIG_FILE");
	assert_int_equal(code, 0);
}

static int
no_fonts(void)
{
	struct page_setter *none = NULL;
	struct fault why = FAULT_NONE;

	return page_setter_open(&none, &why) == V_BROKEN &&
			       why.code == CODE_PAGE_FONT
		       ? 0
		       : 1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_set__one_page_with_all_that_belongs_on_it),
		cmocka_unit_test(
			test_set__tagged_with_fonts_inside_and_the_same_bytes),
		cmocka_unit_test(test_set__long_text_goes_on_over_pages),
		cmocka_unit_test(test_set__the_address_stands_in_the_window),
		cmocka_unit_test(test_set__what_cannot_be_set_is_told),
		cmocka_unit_test(test_set__hostile_text_stays_on_the_page),
		cmocka_unit_test(test_set__one_page_is_known_without_a_layout),
		cmocka_unit_test(test_set__a_full_buffer_gets_nothing),
		cmocka_unit_test(test_set__without_the_fonts_it_says_so),
	};

	if (argc > 1 && strcmp(argv[1], "no-fonts") == 0)
		return no_fonts();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("page_set", tests, setup, teardown);
}
