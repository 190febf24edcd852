/* mobbsim/stream.c - what all streams share; see mobbsim/stream.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/page.h"
#include "base/pdf.h"
#include "mobbsim/dice.h"
#include "mobbsim/stream.h"

#define CREATED_MAX 24

const struct stream *
stream_find(const char *name)
{
	static const struct stream *const all[] = { &stream_woz,
		&stream_benefit, &stream_annual, &stream_index, &stream_pages };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

void
stream_csv(struct buf *out, const char *text)
{
	const char *p;

	if (strpbrk(text, ";\"\r\n") == NULL) {
		buf_text(out, text);
		return;
	}
	buf_text(out, "\"");
	for (p = text; *p != '\0'; p++)
		buf_add(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
	buf_text(out, "\"");
}

void
stream_money(struct buf *out, int64_t cents)
{
	int64_t size = cents < 0 ? -cents : cents;

	buf_format(out, "%s%" PRId64 ",%02d", cents < 0 ? "-" : "", size / 100,
		(int)(size % 100));
}

enum verdict
stream_pdf(const struct stream *stream, const struct supply *supply,
	const struct item *item, int64_t padding, struct buf *work,
	struct buf *out, struct fault *why)
{
	struct dice dice =
		dice_of(supply->seed ^ INT64_C(0x5bd1e995), item->record);
	char created[CREATED_MAX];
	struct sheet sheet;
	struct page_letter letter = {
		.address = sheet.address,
		.title = sheet.title,
		.body = sheet.body,
		.created = created,
		.padding_bytes = (size_t)padding,
		.seed = dice_bits(&dice),
	};
	enum verdict v;

	assert(padding >= 0);
	stream->letter(supply, item, &sheet);
	letter.sender = sheet.sender;
	snprintf(created, sizeof(created), "%04d-%02d-%02dT00:00:00",
		supply->year % 10000, supply->month % 100, supply->day % 100);
	buf_reset(work);
	v = page_letter(&letter, work, why);
	if (v != V_OK)
		return v;
	return pdf_claim(
		work->bytes, work->len, "nl-NL", sheet.title, out, why);
}
