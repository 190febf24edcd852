/* tests/formats/test_format.c - a definition reads a file, or says what is
 * wrong with the record, the file, or itself
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "formats/format.h"

#define OIN "00000099000000010000"

static struct definition *woz;

/* What the sink heard. */
struct heard {
	int letters, rejected, warnings;
	enum code code;
	char field[40], reason[200], subject[80], reference[40], name[80];
	char key[40], href[80];
	int64_t line, offset, record, cents;
	int32_t number;
	size_t documents;
	enum paper_reason paper;
};

static enum verdict
on_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	struct heard *h = self;

	(void)mem;
	(void)why;
	h->letters++;
	snprintf(h->subject, sizeof(h->subject), "%s", l->subject);
	snprintf(h->reference, sizeof(h->reference), "%s", l->reference);
	snprintf(h->name, sizeof(h->name), "%s", l->address.name);
	snprintf(h->key, sizeof(h->key), "%s", l->key);
	snprintf(h->href, sizeof(h->href), "%s",
		l->document_count == 0 || l->documents[0].href == NULL
			? ""
			: l->documents[0].href);
	h->number = l->bsn.number;
	h->documents = l->document_count;
	h->paper = l->paper;
	h->cents = l->amount_cents;
	return V_OK;
}

static enum verdict
on_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	struct heard *h = self;

	(void)l;
	(void)why;
	if (r->warning)
		h->warnings++;
	else
		h->rejected++;
	h->code = r->code;
	h->line = r->line;
	h->offset = r->offset;
	h->record = r->record;
	snprintf(h->field, sizeof(h->field), "%s", r->field);
	snprintf(h->reason, sizeof(h->reason), "%s", r->reason);
	return V_OK;
}

struct bytes {
	const char *at;
	size_t left;
};

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct bytes *b = self;

	(void)why;
	/* Small pieces, so that every seam is walked. */
	if (len > 100)
		len = 100;
	if (len > b->left)
		len = b->left;
	memcpy(bytes, b->at, len);
	b->at += len;
	b->left -= len;
	*len_out = len;
	return V_OK;
}

static enum verdict
read_of(const struct definition *d, const char *oin, const char *text,
	struct heard *h, struct format_counts *counts, struct fault *why)
{
	struct format_context context = { .oin = oin, .today = 20500 };
	struct bytes b = { text, strlen(text) };
	struct format_sink sink = { h, on_letter, on_reject };
	struct format *format;
	enum verdict v;

	memset(h, 0, sizeof(*h));
	*why = FAULT_NONE;
	format = format_begin(d, &context, &sink);
	v = format_part(format, give, &b, why);
	format_end(format, counts);
	return v;
}

static enum verdict
read_text(const struct definition *d, const char *text, struct heard *h,
	struct format_counts *counts, struct fault *why)
{
	return read_of(d, OIN, text, h, counts, why);
}

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                         \
	"<S:StUF-berichtenSet xmlns:S=\"http://www.egem.nl/StUF/StUF0301\" "   \
	"xmlns:B=\"http://www.egem.nl/StUF/sector/bg/0310\" "                  \
	"xmlns:W=\"urn:mobb:formats:woz-biljet:1\" "                           \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"
#define TAIL "</S:StUF-berichtenSet>\n"

static const char record[] =
	"<W:biljetDi01><W:stuurgegevens><S:berichtcode>Di01</S:berichtcode>"
	"<S:zender><S:organisatie>" OIN "</S:organisatie></S:zender>"
	"<S:referentienummer>000000000001</S:referentienummer>"
	"<S:tijdstipBericht>20260215020000001</S:tijdstipBericht>"
	"</W:stuurgegevens><W:biljet>"
	"<W:aanslagbiljetnummer>0000003255468</W:aanslagbiljetnummer>"
	"<W:aanslagbiljetvolgnummer>01</W:aanslagbiljetvolgnummer>"
	"<W:belastingjaar>2026</W:belastingjaar>"
	"<W:dagtekening>20260228</W:dagtekening>"
	"<W:totaalbedragAanslag>843,17</W:totaalbedragAanslag>"
	"<W:belanghebbende><B:inp.bsn>999990019</B:inp.bsn>"
	"<B:voorletters>J.</B:voorletters>"
	"<B:voorvoegselGeslachtsnaam S:noValue=\"geenWaarde\" "
	"xsi:nil=\"true\"/><B:geslachtsnaam>Dummy</B:geslachtsnaam>"
	"<W:correspondentieadres><B:wpl.woonplaatsNaam>Demodam"
	"</B:wpl.woonplaatsNaam><B:aoa.postcode>1234 ab</B:aoa.postcode>"
	"<B:gor.straatnaam>Demostraat</B:gor.straatnaam>"
	"<B:aoa.huisnummer>7</B:aoa.huisnummer>"
	"</W:correspondentieadres></W:belanghebbende>"
	"<W:beschikkingsregel><W:wozObjectNummer>015300012345"
	"</W:wozObjectNummer><W:vastgesteldeWaarde>308000"
	"</W:vastgesteldeWaarde><W:waardepeildatum>20250101"
	"</W:waardepeildatum></W:beschikkingsregel>"
	"<W:document href=\"woz-1.pdf\" mime=\"application/pdf\"/>"
	"</W:biljet></W:biljetDi01>\n";

/* The file with one record in which `from` is replaced by `to`. */
static char *
with(const char *from, const char *to)
{
	struct buf b = BUF_MAX(1000000);
	const char *at = strstr(record, from);

	assert_non_null(at);
	buf_text(&b, HEAD);
	buf_add(&b, record, (size_t)(at - record));
	buf_text(&b, to);
	buf_text(&b, at + strlen(from));
	buf_text(&b, TAIL);
	return b.bytes;
}

static void
test_format__a_good_record_becomes_a_letter(void **state)
{
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *text = with("Demostraat", "Demostraat");

	(void)state;
	assert_int_equal(read_text(woz, text, &h, &counts, &why), V_OK);
	assert_int_equal(counts.records, 1);
	assert_int_equal(counts.letters, 1);
	assert_int_equal(counts.cents, 84317);
	assert_string_equal(h.subject, "WOZ-beschikking en aanslagbiljet 2026");
	assert_string_equal(h.reference, "0000003255468-01");
	assert_string_equal(h.name, "J. Dummy");
	assert_string_equal(h.key, "0000003255468\x1f"
				   "01");
	assert_string_equal(h.href, "woz-1.pdf");
	assert_int_equal(h.number, 999990019);
	free(text);
}

static void
test_format__wrong_records_are_rejected_with_a_code(void **state)
{
	static const struct {
		const char *sentence, *from, *to, *field;
		enum code code;
	} cases[] = {
		{ "BSN fails the eleven-test", "999990019", "999990018", "bsn",
			CODE_BSN },
		{ "BSN of eight digits", "999990019", "99999001", "bsn",
			CODE_BSN_FORM },
		{ "no such day", "20260228", "20260230", "dagtekening",
			CODE_DATE },
		{ "amount with a point", "843,17", "843.17", "totaal",
			CODE_AMOUNT },
		{ "required field empty",
			"<B:geslachtsnaam>Dummy</B:geslachtsnaam>",
			"<B:geslachtsnaam/>", "naam", CODE_FIELD_ABSENT },
		{ "required field absent",
			"<W:belastingjaar>2026</W:belastingjaar>", "", "jaar",
			CODE_FIELD_ABSENT },
		{ "nil where a value is needed",
			"<B:geslachtsnaam>Dummy</B:geslachtsnaam>",
			"<B:geslachtsnaam S:noValue=\"geenWaarde\" "
			"xsi:nil=\"true\"/>",
			"naam", CODE_FIELD_NIL },
		{ "nil with a value", "<B:voorletters>J.</B:voorletters>",
			"<B:voorletters S:noValue=\"geenWaarde\" "
			"xsi:nil=\"true\">J.</B:voorletters>",
			"voorletters", CODE_FIELD_NIL },
		{ "too long, in characters", "J.</B:voorletters>",
			"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3"
			"\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbcx"
			"</B:voorletters>",
			"voorletters", CODE_FIELD_FORM },
		{ "number with letters", "0000003255468<", "000000325546x<",
			"nummer", CODE_FIELD_FORM },
		{ "two ids", "<B:voorletters>",
			"<B:anp.identificatie>01530000000000017"
			"</B:anp.identificatie><B:voorletters>",
			"one_id", CODE_TWO_IDS },
		{ "no line at all", "W:beschikkingsregel>", "W:niets>",
			"some_line", CODE_NO_LINE },
		{ "a field twice", "<W:dagtekening>",
			"<W:dagtekening>20260227</W:dagtekening>"
			"<W:dagtekening>",
			"dagtekening", CODE_FIELD_FORM },
		{ "value line with a wrong object", "015300012345", "0153",
			"object", CODE_FIELD_FORM },
	};
	struct format_counts counts;
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(cases[i].from, cases[i].to);

		/* The closing tag of a renamed element must follow. */
		if (strstr(cases[i].to, "W:niets") != NULL) {
			char *end = strstr(text, "</W:beschikkingsregel>");

			memmove(end + 10, end + 22, strlen(end + 22) + 1);
			memcpy(end, "</W:niets>", 10);
		}
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(read_text(woz, text, &h, &counts, &why), V_OK);
		assert_int_equal(h.letters, 0);
		assert_int_equal(h.rejected, 1);
		assert_int_equal(h.code, cases[i].code);
		assert_string_equal(h.field, cases[i].field);
		assert_int_equal(h.record, 1);
		assert_int_equal(h.line, 3);
		assert_int_equal(h.offset, (int64_t)strlen(HEAD));
		/* Never the value itself. */
		assert_null(strstr(h.reason, "99999"));
		free(text);
	}
}

static void
test_format__twelve_characters_of_two_bytes_fit_in_twelve(void **state)
{
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *text = with("J.</B:voorletters>",
		"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		"</B:voorletters>");

	(void)state;
	assert_int_equal(read_text(woz, text, &h, &counts, &why), V_OK);
	assert_int_equal(h.letters, 1);
	free(text);
}

static void
test_format__without_a_bsn_it_is_paper(void **state)
{
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *text = with("<B:inp.bsn>999990019</B:inp.bsn>",
		"<B:anp.identificatie>01530000000000017"
		"</B:anp.identificatie>");

	(void)state;
	assert_int_equal(read_text(woz, text, &h, &counts, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.paper, PAPER_NO_BSN);
	assert_int_equal(h.number, 0);
	free(text);
}

static void
test_format__a_bad_postcode_is_a_remark(void **state)
{
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *text = with("1234 ab", "1234 SS");

	(void)state;
	assert_int_equal(read_text(woz, text, &h, &counts, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.warnings, 1);
	assert_int_equal(h.code, CODE_POSTCODE);
	free(text);
}

static void
test_format__wrong_files_are_refused(void **state)
{
	static const struct {
		const char *sentence, *text;
		enum code code;
	} cases[] = {
		{ "another root", "<a/>", CODE_ROOT },
		{ "the root in another namespace",
			"<StUF-berichtenSet xmlns=\"urn:x\"/>", CODE_ROOT },
		{ "a record that the layout does not have",
			HEAD "<W:biljetDi02/>" TAIL, CODE_ROOT },
		{ "a record of another version of the namespace",
			HEAD "<biljetDi01 xmlns=\"urn:mobb:formats:woz-biljet"
			     ":2\"/>" TAIL,
			CODE_ROOT },
		{ "cut off", HEAD "<W:biljetDi01>", CODE_NOT_XML },
		{ "a DOCTYPE", "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
			CODE_DOCTYPE },
	};
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(
			read_text(woz, cases[i].text, &h, &counts, &why),
			V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
	}
	text = with(OIN, "00000099000000090000");
	assert_int_equal(read_text(woz, text, &h, &counts, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_SENDER);
	free(text);
}

static void
test_format__good_records_before_a_bad_one_go_on(void **state)
{
	struct buf b = BUF_MAX(1000000);
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *bad = with("999990019", "999990018");

	(void)state;
	buf_text(&b, HEAD);
	buf_text(&b, record);
	buf_add(&b, bad + strlen(HEAD),
		strlen(bad) - strlen(HEAD) - strlen(TAIL));
	buf_text(&b, TAIL);
	assert_int_equal(read_text(woz, b.bytes, &h, &counts, &why), V_OK);
	assert_int_equal(counts.records, 2);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.rejected, 1);
	assert_int_equal(h.record, 2);
	assert_int_equal(h.line, 4);
	buf_done(&b);
	free(bad);
}

/* The definition's own text with one piece replaced. */
static enum verdict
define_as(const char *from, const char *to, struct definition **d,
	struct fault *why)
{
	struct buf text = BUF_MAX(1000000), changed = BUF_MAX(1000000);
	const char *at;
	enum verdict v;

	assert_int_equal(
		file_get(AT_FDCWD, "formats/woz-biljet.yaml", &text, why),
		V_OK);
	at = strstr(text.bytes, from);
	assert_non_null(at);
	buf_add(&changed, text.bytes, (size_t)(at - text.bytes));
	buf_text(&changed, to);
	buf_text(&changed, at + strlen(from));
	v = definition_parse("d.yaml", changed.bytes, changed.len, d, why);
	buf_done(&text);
	buf_done(&changed);
	return v;
}

static enum verdict
define(const char *from, const char *to, struct fault *why)
{
	struct definition *d = NULL;
	enum verdict v = define_as(from, to, &d, why);

	definition_free(d);
	return v;
}

static void
test_format__a_legal_text_is_never_cut(void **state)
{
	static const struct {
		const char *from, *to, *field;
	} cases[] = {
		{ "{nummer}-", "{nummer}-{nummer}-", "reference" },
		{ "subject: \"WOZ", "subject: \"Een heel lang onderwerp WOZ",
			"subject" },
	};
	struct format_counts counts;
	struct definition *d;
	struct heard h;
	struct fault why;
	char *text = with("Demostraat", "Demostraat");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d = NULL;
		assert_int_equal(
			define_as(cases[i].from, cases[i].to, &d, &why), V_OK);
		assert_int_equal(read_text(d, text, &h, &counts, &why), V_OK);
		assert_int_equal(h.rejected, 1);
		assert_int_equal(h.code, CODE_TEXT_LONG);
		assert_string_equal(h.field, cases[i].field);
		definition_free(d);
	}
	free(text);
}

static void
test_format__time_that_goes_back_is_a_remark(void **state)
{
	struct buf b = BUF_MAX(1000000);
	struct format_counts counts;
	struct heard h;
	struct fault why;
	char *next = with("20260215020000001", "20260215020000000");
	char *at = strstr(next, "000000000001");

	(void)state;
	memcpy(at, "000000000002", 12); /* another reference */
	buf_text(&b, HEAD);
	buf_text(&b, record);
	buf_add(&b, next + strlen(HEAD),
		strlen(next) - strlen(HEAD) - strlen(TAIL));
	buf_text(&b, TAIL);
	assert_int_equal(read_text(woz, b.bytes, &h, &counts, &why), V_OK);
	assert_int_equal(h.letters, 2);
	assert_int_equal(h.warnings, 1);
	assert_int_equal(h.code, CODE_ORDER);
	buf_done(&b);
	free(next);
}

static void
test_format__bad_definitions_are_refused(void **state)
{
	static const struct {
		const char *sentence, *from, *to;
		enum code code;
	} cases[] = {
		{ "unknown key", "kind: xml", "kint: xml", CODE_CONFIG_KEY },
		{ "key twice", "kind: xml", "kind: xml\nkind: xml",
			CODE_CONFIG_DOUBLE },
		{ "no such type", "type: oin,", "type: oins,",
			CODE_CONFIG_VALUE },
		{ "no such record", "in: regel,", "in: regels,",
			CODE_CONFIG_NAME },
		{ "no such prefix", "at: WB:wozObjectNummer",
			"at: WX:wozObjectNummer", CODE_CONFIG_NAME },
		{ "a predicate in a path", "at: WB:wozObjectNummer",
			"at: \"WB:wozObjectNummer[1]\"", CODE_CONFIG_VALUE },
		{ "a template with an unknown field", "{nummer}-", "{nr}-",
			CODE_CONFIG_NAME },
		{ "a key that is no field", "key: [nummer", "key: [nr",
			CODE_CONFIG_NAME },
		{ "a rule with an unknown check", "exactly_one(",
			"exactly_two(", CODE_CONFIG_VALUE },
		{ "a rule with an unknown name", "(regel, aanslag)",
			"(regel, slag)", CODE_CONFIG_NAME },
		{ "two fields of one name", "name: rsin,", "name: bsn,",
			CODE_CONFIG_DOUBLE },
		{ "a bad code", "code: MOBB-0107", "code: 107",
			CODE_CONFIG_VALUE },
		{ "a kind we do not read", "kind: xml", "kind: json",
			CODE_CONFIG_VALUE },
		{ "length backwards", "length: 8-17", "length: 17-8",
			CODE_CONFIG_VALUE },
		{ "recipient of another type", "recipient: bsn",
			"recipient: naam", CODE_CONFIG_VALUE },
	};
	struct fault why;
	size_t i;

	(void)state;
	assert_int_equal(define("kind: xml", "kind: xml", &why), V_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(
			define(cases[i].from, cases[i].to, &why), V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		assert_memory_equal(why.place, "d.yaml", 6);
	}
}

static void
test_format__the_official_sample_is_read(void **state)
{
	static const char name[] =
		"samples/00000001001172773000-woz-20260215T020000_001_laatste"
		".xml";
	const char *shared = getenv("MOBB_SHARED");
	char path[500];
	struct buf text = BUF_MAX(1000000);
	struct format_counts counts;
	struct heard h;
	struct fault why;

	(void)state;
	snprintf(path, sizeof(path), "%s/%s",
		shared == NULL ? "../shared" : shared, name);
	if (file_get(AT_FDCWD, path, &text, &why) != V_OK) {
		print_message("# the shared samples are not here\n");
		skip();
	}
	assert_int_equal(read_of(woz, "00000001001172773000", text.bytes, &h,
				 &counts, &why),
		V_OK);
	assert_int_equal(counts.bytes, (int64_t)text.len);
	assert_int_equal(counts.letters, 3);
	assert_int_equal(counts.rejected, 0);
	buf_done(&text);
}

static int
load(void **state)
{
	struct buf text = BUF_MAX(1000000);
	struct fault why;

	(void)state;
	if (file_get(AT_FDCWD, "formats/woz-biljet.yaml", &text, &why) != V_OK)
		return -1;
	if (definition_parse("woz-biljet.yaml", text.bytes, text.len, &woz,
		    &why) != V_OK) {
		fprintf(stderr, "%s: %s\n", why.place, why.text);
		return -1;
	}
	buf_done(&text);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	definition_free(woz);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format__a_good_record_becomes_a_letter),
		cmocka_unit_test(
			test_format__wrong_records_are_rejected_with_a_code),
		cmocka_unit_test(
			test_format__twelve_characters_of_two_bytes_fit_in_twelve),
		cmocka_unit_test(test_format__without_a_bsn_it_is_paper),
		cmocka_unit_test(test_format__a_bad_postcode_is_a_remark),
		cmocka_unit_test(test_format__wrong_files_are_refused),
		cmocka_unit_test(
			test_format__good_records_before_a_bad_one_go_on),
		cmocka_unit_test(test_format__a_legal_text_is_never_cut),
		cmocka_unit_test(test_format__time_that_goes_back_is_a_remark),
		cmocka_unit_test(test_format__bad_definitions_are_refused),
		cmocka_unit_test(test_format__the_official_sample_is_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
