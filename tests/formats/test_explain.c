/* tests/formats/test_explain.c - a supplier can read what must be delivered */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/formats/definition.h"

static char *
explained(const char *name)
{
	struct buf yaml = BUF_MAX(1000000), out = BUF_MAX(1000000);
	struct definition *d;
	char path[100], *text;
	struct fault why;

	snprintf(path, sizeof(path), "formats/%s.yaml", name);
	assert_int_equal(file_get(AT_FDCWD, path, &yaml, &why), V_OK);
	d = sound(yaml.bytes);
	definition_explain(d, &out);
	assert_false(out.full);
	text = mem_text(out.bytes);
	definition_free(d);
	buf_done(&yaml);
	buf_done(&out);
	return text;
}

static void
says(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("does not say: %s", part);
}

static void
test_explain__xml_has_its_paths_and_namespaces(void **state)
{
	char *text = explained("woz-biljet");

	(void)state;
	says(text, "\nWOZ-beschikking en aanslagbiljet (woz-biljet/1)\n-----");
	says(text,
		"  Packed as     ZIP, or .tar.gz, or gzip (.gz), or the file "
		"itself, not packed\n");
	says(text, "  In parts      NAME_001, NAME_002 .. NAME_009_laatste are "
		   "one delivery\n");
	says(text, "                WB = urn:mobb:formats:woz-biljet:1\n");
	says(text, "  Sender        biljet.zender must be the OIN agreed on\n");
	says(text, "  Where         WB:biljetDi01 below "
		   "StUF:StUF-berichtenSet\n");
	says(text, "  Key           nummer, volgnummer: the same key is the "
		   "same letter\n");
	says(text, "  WB:waardepeildatum     peildatum  8        required  "
		   "record rejected  date, yyyymmdd, ends with 0101; example: "
		   "20260101\n");
	says(text, "  In each biljet: exactly one is there of bsn, rsin, "
		   "anpid, annid (else: the record is rejected)\n");
	says(text, "  In each biljet: at least one is there of a regel, a "
		   "aanslag (else: the record is rejected)\n");
	says(text, "  biljet.tijdstip is never smaller than in the biljet "
		   "before (else: a warning)\n");
	says(text, "or in base64 in WB:biljet/WB:document, with its SHA-256 "
		   "in WB:biljet/WB:document/@sha256");
	says(text, "more than 50 or 0.5%, the larger");
	free(text);
}

static void
test_explain__delimited_has_columns_words_and_totals(void **state)
{
	char *text = explained("uitkering-csv");

	(void)state;
	says(text, "  Between       ; between the values of a line\n");
	says(text, "  First line    a record like any other, no names\n");
	says(text, "  Environment   VL.omgeving is T for a test, P for "
		   "real\n");
	says(text, "  Known by      SP in column 1\n  Columns       28\n");
	says(text, "  Belongs       volgnr is the volgnr of its SP\n");
	says(text, "one of 0 (niet), 1 (bij), 2 (af), 3 (grondslag)");
	says(text, "amount, comma and two decimals, in euro, a - in front "
		   "when it is below zero; example: 633,43\n");
	says(text, "  SP.volgnr is 1, 2, 3 .. without gaps (else: a "
		   "warning)\n");
	says(text, "  SL.totaal is the sum of all SP.uitbetaald_client (else: "
		   "the file is refused)\n");
	says(text, "\n      Geachte {voorletters} {voorvoegsel} "
		   "{achternaam},\n");
	says(text, "  For each CP in {CP}:\n");
	free(text);
}

static void
test_explain__fixed_has_positions_as_they_are_written(void **state)
{
	char *text = explained("jaaropgave-vast");

	(void)state;
	says(text, "  Records       450 bytes each, line end apart\n");
	says(text, "  Characters    iso-8859-1\n");
	says(text, "  Known by      99 at 1 to 2\n");
	says(text, "  58+10   fiscaalloon              1-10     required  "
		   "record rejected  amount without decimals, in euro, always "
		   "+ or - in front; example: +000308000\n");
	says(text, "whole number; 00000 is nothing; leading zeros go; "
		   "example: 00021\n");
	says(text, "as long as it may be: perhaps cut off, noted; example: "
		   "Dummy\n");
	says(text, "  R99.som_bsn is the sum of all R10.bsn, taken as "
		   "numbers (else: the file is refused)\n");
	says(text, "  In each R20: R00.dienstjaar is the year of periode_van "
		   "(else: the record is rejected)\n");
	free(text);
}

static void
test_explain__an_index_has_names_and_pages(void **state)
{
	char *text = explained("pdf-index");

	(void)state;
	says(text, "  Packed as     ZIP, or .tar.gz\n");
	says(text, "one PDF with all letters (*.pdf)");
	says(text, "  First line    the names of the columns, in any order\n");
	says(text, "  eerste_pagina   eerste ");
	says(text, "the pages eerste to laatste of the one PDF; it is called "
		   "\"{onderwerp}\"\n");
	says(text, "  Paper         A4, upright\n");
	free(text);
}

static void
test_explain__every_field_of_ours_is_in_it(void **state)
{
	static const char *const names[] = { "woz-biljet", "uitkering-csv",
		"jaaropgave-vast", "index-csv", "pdf-index" };
	struct buf yaml = BUF_MAX(1000000);
	struct fault why;
	char path[100], part[100];
	size_t i;
	int f;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = explained(names[i]);
		struct definition *d;

		snprintf(path, sizeof(path), "formats/%s.yaml", names[i]);
		buf_reset(&yaml);
		assert_int_equal(file_get(AT_FDCWD, path, &yaml, &why), V_OK);
		d = sound(yaml.bytes);
		for (f = 0; f < d->field_count; f++) {
			snprintf(part, sizeof(part), "  %s  ",
				d->fields[f].name);
			says(text, part);
		}
		definition_free(d);
		free(text);
	}
	buf_done(&yaml);
}

static void
test_explain__signs_presets_and_nils_have_words(void **state)
{
	struct buf out = BUF_MAX(100000);
	struct definition *d = sound(fixed);

	(void)state;
	definition_explain(d, &out);
	says(out.bytes, "amount, its decimals written without point or comma, "
			"2 decimals, in euro, + or - in teken");
	definition_free(d);
	buf_reset(&out);
	d = sound(xml);
	definition_explain(d, &out);
	says(out.bytes, "; nil when geenWaarde; example: 999990019\n");
	says(out.bytes, "  What          stands around or beside the "
			"letters\n");
	says(out.bytes, "  For           nobody's box: all letters go on "
			"paper\n");
	definition_free(d);
	buf_reset(&out);
	d = sound_with(delimited, "at: 3, type: text",
		"at: 3, type: text, preset: niets, normalise: [upper, "
		"\"pad:9\"]");
	definition_explain(d, &out);
	says(out.bytes, "text; without it: niets; becomes capitals; lost "
			"leading zeros are added, with a warning\n");
	definition_free(d);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_explain__xml_has_its_paths_and_namespaces),
		cmocka_unit_test(
			test_explain__delimited_has_columns_words_and_totals),
		cmocka_unit_test(
			test_explain__fixed_has_positions_as_they_are_written),
		cmocka_unit_test(test_explain__an_index_has_names_and_pages),
		cmocka_unit_test(test_explain__every_field_of_ours_is_in_it),
		cmocka_unit_test(
			test_explain__signs_presets_and_nils_have_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
